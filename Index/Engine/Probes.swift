// The inner loops of the engine, each over a whole list or batch in one call: what benchmarks measure. They stand here,
// and not with the benchmarks, since a call into this module costs more than most elements do.

import Analysis
import Bytes

/// The postings of one term of one segment, read from the start at each call.
@safe
package struct PostingsProbe {
  private let segment: SegmentReader
  private let entry: TermEntry
  private let norms: FieldNorms
  private let factors: NormFactors

  /// - Returns: nil when the first segment has no text field of that name, or not the term in it.
  package init?(_ reader: IndexReader, field: String, term: String) throws(IndexError) {
    guard let segment = reader.view.segments.first?.reader,
      let number = reader.schema.number(of: field), let norms = try segment.norms(number),
      let entry = try segment.terms(number, .index)?.lookup(Array(term.utf8))
    else { return nil }
    self.segment = segment
    self.entry = entry
    self.norms = norms
    factors = NormFactors(
      ScoreBound.factors(documents: norms.documents, tokens: norms.tokens), weight: 1,
      averageLength: ScoreBound.averageLength(
        documents: max(norms.documents, 1), tokens: norms.tokens))
  }

  package var documentFrequency: Int { entry.documentFrequency }
  package var totalFrequency: Int { entry.totalFrequency }

  /// Steps through all documents. Returns the sum of their numbers.
  package func walk() throws(IndexError) -> UInt64 {
    var cursor = try segment.postings(entry)
    var sum: UInt64 = 0
    while !cursor.isAtEnd {
      sum &+= UInt64(cursor.document)
      try cursor.next()
    }
    return sum
  }

  /// Seeks each of `targets`, which ascend. Returns the sum of the documents found.
  package func seek(_ targets: [UInt32]) throws(IndexError) -> UInt64 {
    var cursor = try segment.postings(entry)
    var sum: UInt64 = 0
    for target in targets {
      try cursor.seek(target)
      sum &+= UInt64(cursor.document)
    }
    return sum
  }

  /// Moves the shallow place to each of `targets`, which ascend, and bounds its block: what a pruned search does with
  /// blocks that it passes over. Returns the sum of the bounds.
  package func bound(_ targets: [UInt32]) throws(IndexError) -> Float {
    var postings = try FieldPostings.open(segment, entry, norms: norms, factors: factors)
    var sum: Float = 0
    for target in targets {
      try postings.cursor.shallowSeek(target)
      sum += postings.blockBound()
    }
    return sum
  }

  /// Decodes and scores all documents, a block at a time. Returns the sum of each block's last score.
  package func score() throws(IndexError) -> Float {
    var postings = try FieldPostings.open(segment, entry, norms: norms, factors: factors)
    let saturation = Saturation(weight: 2, grid: ScoreGrid(largestSum: 2))
    let memory = LeafMemory(windowCapacity: 4_096)
    let values = unsafe memory.values
    var sum: Float = 0
    while !postings.cursor.isAtEnd {
      let count = postings.cursor.count
      unsafe postings.values(0, count, into: values)
      unsafe saturation.scores(values, from: 0, to: count)
      unsafe sum += values[count &- 1]
      try postings.cursor.nextBlock()
    }
    return sum
  }

  /// Reads the positions of all documents. Returns the sum of each document's last one.
  package func positions() throws(IndexError) -> UInt64 {
    var cursor = try segment.postings(entry)
    var sum: UInt64 = 0
    while !cursor.isAtEnd {
      sum &+= UInt64(unsafe try cursor.positions().last ?? 0)
      try cursor.next()
    }
    return sum
  }
}

/// The terms of one text field of one segment.
package struct DictionaryProbe {
  private let dictionary: TermDictionary

  /// - Returns: nil when the first segment has no text field of that name.
  package init?(_ reader: IndexReader, field: String) {
    guard let segment = reader.view.segments.first?.reader,
      let number = reader.schema.number(of: field),
      let dictionary = segment.terms(number, .index)
    else { return nil }
    self.dictionary = dictionary
  }

  package var count: Int { dictionary.count }

  /// The term of a number below `count`, and the documents that have it.
  package func term(
    _ ordinal: Int
  ) throws(IndexError) -> (bytes: [UInt8], documentFrequency: Int) {
    let cursor = try TermCursor(dictionary, ordinal: ordinal)
    return (cursor.bytes, try cursor.entry().documentFrequency)
  }

  /// Looks each of `terms` up. Returns the sum of the document frequencies of those that are there.
  package func lookup(_ terms: [[UInt8]]) throws(IndexError) -> UInt64 {
    var sum: UInt64 = 0
    for term in terms {
      sum &+= UInt64(try dictionary.lookup(term)?.documentFrequency ?? 0)
    }
    return sum
  }

  /// Seeks each of `terms` with one cursor. Returns the sum of the numbers of the terms found.
  package func seek(_ terms: [[UInt8]]) throws(IndexError) -> UInt64 {
    let cursor = dictionary.cursor()
    var sum: UInt64 = 0
    for term in terms where try unsafe cursor.seek(term.span.bytes) {
      sum &+= UInt64(cursor.ordinal)
    }
    return sum
  }

  /// Reads all terms and their entries in order. Returns the sum of the document frequencies.
  package func walk() throws(IndexError) -> UInt64 {
    let cursor = dictionary.cursor()
    var sum: UInt64 = 0
    while try cursor.next() { sum &+= UInt64(try cursor.entry().documentFrequency) }
    return sum
  }
}

/// What a query's words with wildcards and errors stand for.
package struct ExpansionProbe {
  private let view: SearchView

  package init(_ reader: IndexReader) { view = reader.view }

  /// Reads the query, and looks up what fits. Returns the number of terms that are looked for.
  package func expand(_ query: String) throws(IndexError) -> Int {
    try PreparedQuery(SearchRequest(query: query), view, deadline: .never).query.termCount
  }
}

extension Query {
  fileprivate var termCount: Int {
    switch self {
    case .term(let term): term.parts.count
    case .terms(let terms, _): terms.count
    case .and(let queries, _, _), .or(let queries), .best(let queries):
      queries.reduce(0) { $0 + $1.termCount }
    default: 0
    }
  }
}

/// The table of words of a segment that is being built.
package struct WordTableProbe: ~Copyable {
  private var table = FormTable()
  private var documents: UInt32 = 0

  package init() {}

  /// Distinct words.
  package var count: Int { table.count }

  /// Adds the words of a text, one document further on.
  package mutating func insert(_ tokens: borrowing TokenBuffer) {
    let run = TokenRun(end: tokens.count, space: 0, document: documents)
    table.insert(tokens, [run])
    documents += 1
  }

  /// Looks the words of a text up. Returns the sum of their numbers.
  package func find(_ tokens: borrowing TokenBuffer) -> UInt64 {
    let all = unsafe tokens.tokenBase
    let forms = unsafe tokens.formBase
    var sum: UInt64 = 0
    for index in 0..<tokens.count {
      let token = unsafe all[index]
      let found = unsafe table.find(
        word: forms + Int(token.form), length: Int(token.formLength), field: 0, hash: token.hash)
      sum &+= UInt64(found ?? 0)
    }
    return sum
  }
}

/// The heap of the best documents.
package enum TopScoresProbe {
  /// Offers every score in turn. Returns the least of the best `limit`.
  package static func offer(_ scores: [Float], limit: Int) -> Float {
    var top = TopScores(limit: limit)
    for document in scores.indices { top.offer(UInt32(document), scores[document]) }
    return top.minimum
  }
}

// Statistics that came with a request, in the terms of one index: what weights are made of in place of the snapshot's own
// counts. Names of fields that the schema does not have are passed over: shards need not have the same fields.

struct GivenStatistics: Sendable {
  private struct Space: Hashable {
    var field: Int
    var space: TermSpace
  }

  private struct Frequency {
    var bytes: [UInt8]
    var documents: Int
  }

  /// N.
  let documentCount: Int
  private var lengths: [Int: CollectionStatistics.FieldLengths] = [:]
  /// In the order of bytes.
  private var frequencies: [Space: [Frequency]] = [:]

  /// - Throws: `invalid` for counts that cannot be.
  init(_ statistics: CollectionStatistics, _ schema: Schema) throws(IndexError) {
    try statistics.check()
    documentCount = statistics.documents
    for (name, field) in statistics.fields {
      if let number = Self.number(of: name, schema) { lengths[number] = field }
    }
    for (term, documents) in statistics.frequencies {
      guard let number = Self.number(of: term.field, schema) else { continue }
      let space = Space(field: number, space: term.form.space)
      frequencies[space, default: []].append(
        Frequency(bytes: term.bytes, documents: documents))
    }
    for space in frequencies.keys {
      frequencies[space]?.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }
  }

  private static func number(of name: String, _ schema: Schema) -> Int? {
    schema.number(of: name) ?? FieldVariant.number(named: name, schema)
  }

  /// nil: the request does not say.
  func lengths(of field: Int) -> CollectionStatistics.FieldLengths? { lengths[field] }

  /// Documents that have the term; nil: the request does not say.
  func frequency(of term: FieldTerm) -> Int? {
    guard let all = frequencies[Space(field: term.field, space: term.space)] else { return nil }
    let place = Self.place(of: term.bytes, in: all)
    return place < all.count && all[place].bytes == term.bytes ? all[place].documents : nil
  }

  /// The largest frequency of a term that fits; 0 where none does.
  func largestFrequency(of pattern: TermPattern) -> Int {
    let all = frequencies[Space(field: pattern.field, space: pattern.termSpace)] ?? []
    let fits = pattern.matcher()
    var largest = 0
    // Only a commoner one is of interest.
    for term in all where term.documents > largest && fits(term.bytes) != nil {
      largest = term.documents
    }
    return largest
  }

  /// Place of the first term that is not smaller.
  private static func place(of bytes: [UInt8], in all: [Frequency]) -> Int {
    var low = 0
    var high = all.count
    while low < high {
      let middle = (low + high) / 2
      if all[middle].bytes.lexicographicallyPrecedes(bytes) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}

extension SearchView {
  /// What weights of a rewritten query are made of, of this view alone.
  /// - Throws: `cancelled` when the deadline passed first.
  func statistics(
    of query: Query, deadline: Deadline = .never
  ) throws(IndexError) -> CollectionStatistics {
    var gathering = StatisticsGathering(view: self, deadline: deadline)
    try gathering.gather(query)
    return gathering.statistics
  }

  func frequency(of term: FieldTerm) throws(IndexError) -> Int {
    var frequency = 0
    for segment in segments { frequency += try segment.entry(term)?.documentFrequency ?? 0 }
    return frequency
  }

  func lengths(of field: Int) throws(IndexError) -> CollectionStatistics.FieldLengths {
    var lengths = CollectionStatistics.FieldLengths(documents: 0, tokens: 0)
    for segment in segments {
      guard let norms = try segment.reader.norms(field) else { continue }
      lengths.documents += norms.documents
      lengths.tokens += Int(norms.tokens)
    }
    return lengths
  }
}

private struct StatisticsGathering {
  private let view: SearchView
  private let deadline: Deadline
  private var looked = 0
  private(set) var statistics: CollectionStatistics

  init(view: SearchView, deadline: Deadline) {
    self.view = view
    self.deadline = deadline
    statistics = CollectionStatistics(documents: view.documentCount)
  }

  mutating func gather(_ query: Query) throws(IndexError) {
    switch query {
    case .none, .all, .terms, .expansion, .range, .exists: return
    case .term(let term):
      for part in term.parts { try gather(part.term) }
    case .phrase(let phrase):
      for part in phrase.parts {
        for slot in part.slots {
          for term in slot.terms { try gather(term) }
        }
      }
    case .near(let near):
      for word in near.words {
        for term in word.terms { try gather(term) }
      }
    case .and(let all, let optional, _):
      for query in all + optional { try gather(query) }
    case .or(let queries), .best(let queries), .alternatives(let queries),
      .atLeast(_, let queries):
      for query in queries { try gather(query) }
    }
  }

  private mutating func gather(_ term: FieldTerm) throws(IndexError) {
    // As for weights: there may be a million of them.
    looked += 1
    if looked % 64 == 0, deadline.isPassed { throw .cancelled }
    let name = view.schema.name(of: term.field)
    if view.schema.field(at: term.field).type == .text, statistics.fields[name] == nil {
      statistics.fields[name] = try view.lengths(of: term.field)
    }
    let key = CollectionStatistics.Term(
      field: name, form: .init(term.space), bytes: term.bytes)
    if statistics.frequencies[key] == nil {
      statistics.frequencies[key] = try view.frequency(of: term)
    }
  }
}

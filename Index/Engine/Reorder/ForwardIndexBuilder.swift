// From segments to the forward index of their live documents, within a budget.
//
// The terms that count are those of the index space of all text fields that are neither rare nor everywhere. A rare one
// has little to gain from its documents' standing together, and one in more than an eighth of all documents says
// little about any of them. Where memory does not suffice for the rest, or 2 bytes for their numbers, the
// rarest are left out.
//
// Dictionaries are walked three times, which is cheap: for the frequencies, to count, to fill. So nothing is held
// of the terms but their frequencies.

struct ForwardIndexBuilder {
  struct Source {
    let reader: SegmentReader
    /// Number of the first document, where all live.
    let base: Int
    /// Per document its number, `UInt32.max` for a dead one; nil: the base is added.
    let numbers: [UInt32]?
    /// Lets pages go that were read.
    let forgetPages: () -> Void
  }

  let sources: [Source]
  /// Live ones, of all sources.
  let documentCount: Int

  /// Documents that a term must be in.
  private static let leastFrequency = 16
  /// The greatest share of all documents that it may be in: one of so many.
  private static let greatestShare = 8

  /// - Parameter postings: occurrences of terms in documents that there is room for.
  func build(postings room: Int) throws(IndexError) -> ForwardIndex {
    let frequencies = try bounds(postings: min(room, ForwardIndex.maximumPostings))
    let index = ForwardIndex(documentCount: documentCount)
    let block = PostingsBlock()
    var termCount = 0
    try eachTerm(in: frequencies) { (source, entry, number) throws(IndexError) in
      termCount = number + 1
      try eachDocument(of: entry, in: source, block) { index.count($0) }
    }
    index.endCounting(termCount: termCount)
    try eachTerm(in: frequencies) { (source, entry, number) throws(IndexError) in
      let term = UInt16(truncatingIfNeeded: number)
      try eachDocument(of: entry, in: source, block) { index.add(term, to: $0) }
    }
    return index
  }

  /// The document frequencies that count, so that there are not too many terms and occurrences.
  private func bounds(postings room: Int) throws(IndexError) -> Range<Int> {
    let greatest = max(documentCount / Self.greatestShare, Self.leastFrequency)
    var frequencies: [UInt32] = []
    try eachFrequency { frequency, _ in
      if frequency >= Self.leastFrequency, frequency <= greatest {
        frequencies.append(UInt32(truncatingIfNeeded: frequency))
      }
    }
    frequencies.sort(by: >)
    var sum = 0
    for (place, frequency) in frequencies.enumerated() {
      sum += Int(frequency)
      // Equally frequent ones all count, or none does.
      if place == ForwardIndex.maximumTerms || sum > room {
        return Int(frequency) + 1..<greatest + 1
      }
    }
    return Self.leastFrequency..<greatest + 1
  }

  /// Calls `body` with every term of all sources: its document frequency and where it stands.
  private func eachFrequency(
    _ body: (Int, borrowing MergedTerms) throws(IndexError) -> Void
  ) throws(IndexError) {
    var fields: Set<Int> = []
    for source in sources { for field in source.reader.fields { fields.insert(field.number) } }
    for field in fields.sorted() {
      var merged = try MergedTerms(sources.map { $0.reader.terms(field, .index) })
      while try merged.next() {
        var frequency = 0
        for place in merged.places {
          frequency += try merged.cursors[place].entry().documentFrequency
        }
        try body(frequency, merged)
      }
    }
  }

  /// Calls `body` with each source that has a term of the given frequencies: the source, the entry there, and the
  /// term's number, counted from 0.
  private func eachTerm(
    in frequencies: Range<Int>,
    _ body: (Source, TermEntry, Int) throws(IndexError) -> Void
  ) throws(IndexError) {
    var number = 0
    var read = 0
    try eachFrequency { (frequency, merged) throws(IndexError) in
      guard frequencies.contains(frequency) else { return }
      for (place, source) in merged.sources.enumerated() {
        try body(
          sources[source], try merged.cursors[merged.places[place]].entry(), number)
      }
      number += 1
      read += frequency
      if read > 1 << 24 {
        for source in sources { source.forgetPages() }
        read = 0
      }
    }
    for source in sources { source.forgetPages() }
  }

  private func eachDocument(
    of entry: TermEntry, in source: Source, _ block: PostingsBlock, _ body: (UInt32) -> Void
  ) throws(IndexError) {
    var postings = try source.reader.postings(entry, block)
    let base = UInt32(source.base)
    while !postings.isAtEnd {
      for place in 0..<postings.count {
        try postings.move(to: place)
        let document = source.numbers?[Int(postings.document)] ?? base &+ postings.document
        if document != .max { body(document) }
      }
      try postings.nextBlock()
    }
  }
}

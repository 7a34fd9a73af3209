// Conditions without frequencies become a set of a segment's documents, once, before the scoring: unions of
// postings by blocks, ranges of columns by block bounds.

/// What a set of documents is made of.
enum DocumentSet: Hashable, Sendable {
  case terms([FieldTerm])
  case range(RangeQuery)
  case exists(field: Int)
}

/// Documents of a segment being united, a bit each.
@safe
struct SetBuilder: ~Copyable {
  private let count: Int
  private let words: UnsafeMutablePointer<UInt64>
  private let deadline: Deadline
  /// Of the one cursor at a time.
  private let block = PostingsBlock()
  private var work = 0
  /// The deadline passed: the set is incomplete.
  private(set) var timedOut = false

  init(documents: Int, deadline: Deadline) {
    count = documents
    self.deadline = deadline
    unsafe words = .allocate(capacity: documents / 64 + 1)
    unsafe words.initialize(repeating: 0, count: documents / 64 + 1)
  }

  deinit { unsafe words.deallocate() }

  func set() -> BitSet {
    BitSet(
      count: count,
      words: unsafe Array(UnsafeBufferPointer(start: words, count: (count + 63) / 64)))
  }

  /// Adds the documents of one list.
  mutating func add(_ segment: SegmentReader, _ entry: TermEntry) throws(IndexError) {
    if timedOut { return }
    var cursor = try segment.postings(entry, block)
    while cursor.document != PostingsCursor.end {
      let documents = unsafe cursor.documents
      for i in 0..<cursor.count {
        let document = unsafe documents[i]
        unsafe words[Int(document &>> 6)] |= 1 &<< UInt64(document & 63)
      }
      work &+= 1
      if work & 63 == 0, deadline.isPassed {
        timedOut = true
        return
      }
      try cursor.nextBlock()
    }
  }
}

extension SearchSegment {
  /// The documents of the set, deleted ones included; nil when the deadline passed first.
  func documents(of set: DocumentSet, deadline: Deadline) throws(IndexError) -> BitSet? {
    switch set {
    case .terms(let terms):
      var builder = SetBuilder(documents: documentCount, deadline: deadline)
      for term in terms {
        if let entry = try entry(term) { try builder.add(reader, entry) }
        if builder.timedOut { return nil }
      }
      return builder.set()
    case .range(.integers(let field, let values)):
      var result = BitSet(count: documentCount)
      if let column = reader.column(field) { try column.insert(values, into: &result) }
      return result
    case .range(.keywords(let field, let lower, let upper)):
      return try documents(field, lower, upper, deadline)
    case .exists(let field):
      var result = BitSet(count: documentCount)
      if let column = reader.column(field) {
        try column.insertDocumentsWithValue(into: &result)
        return result
      }
      let variants = reader.variants(of: field)
      for number in [field] + variants {
        guard let norms = try reader.norms(number) else { continue }
        for document in 0..<documentCount where norms[document] != 0 { result.insert(document) }
      }
      if variants.isEmpty, try reader.norms(field) == nil {
        return try documents(field, nil, nil, deadline)
      }
      return result
    }
  }

  /// Documents with a keyword between the bounds.
  private func documents(
    _ field: Int, _ lower: KeywordBound?, _ upper: KeywordBound?, _ deadline: Deadline
  ) throws(IndexError) -> BitSet? {
    var builder = SetBuilder(documents: documentCount, deadline: deadline)
    guard let values = reader.terms(field, .value) else { return builder.set() }
    let cursor = values.cursor()
    let start = lower?.bytes ?? []
    var more = try cursor.seek(unsafe start.span.bytes)
    if more, let lower, !lower.included, cursor.equals(unsafe lower.bytes.span.bytes) {
      more = try cursor.next()
    }
    while more {
      if let upper {
        let order = unsafe upper.bytes.withUnsafeBytes { unsafe cursor.compare($0) }
        if order > 0 || (order == 0 && !upper.included) { break }
      }
      try builder.add(reader, try cursor.entry())
      if builder.timedOut { return nil }
      more = try cursor.next()
    }
    return builder.set()
  }
}

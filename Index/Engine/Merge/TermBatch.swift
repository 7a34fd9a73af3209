// What one thread writes at a time: the terms of one run of the output, each with the lists that its postings come from.

import Bytes

struct TermBatch {
  struct Term {
    /// Where its bytes and its lists end; they begin where those of the term before end.
    var end: Int
    var lists: Int
    /// Of the index space.
    var forms: FormKind
    /// Of the exact space: the ordinal of the index term.
    var ordinal: Int
  }

  struct List {
    var source: Int
    var entry: TermEntry
  }

  /// A term without lists is an alias.
  private(set) var terms: [Term] = []
  private(set) var lists: [List] = []
  private var bytes: [UInt8] = []

  /// A run is complete.
  var isFull: Bool { terms.count == TermDictionaryWriter.runTerms }

  mutating func removeAll() {
    terms.removeAll(keepingCapacity: true)
    lists.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
  }

  /// Adds a list of the next term.
  mutating func append(_ entry: TermEntry, source: Int) {
    lists.append(List(source: source, entry: entry))
  }

  /// Adds the term whose lists were added.
  mutating func append(_ term: UnsafeRawBufferPointer, forms: FormKind = .same, ordinal: Int = 0) {
    unsafe bytes.append(contentsOf: term)
    terms.append(Term(end: bytes.count, lists: lists.count, forms: forms, ordinal: ordinal))
  }

  /// Calls `body` with each term, its bytes and the numbers of its lists.
  func withEach(
    _ body: (Term, UnsafeRawBufferPointer, Range<Int>) throws(IndexError) -> Void
  ) throws(IndexError) {
    var (start, first) = (0, 0)
    let all = unsafe bytes.span.bytes
    for term in terms {
      let bytes = all.extracting(start..<term.end)
      try unsafe bytes.withUnsafeBytes { (bytes) throws(IndexError) in
        try unsafe body(term, bytes, first..<term.lists)
      }
      start = term.end
      first = term.lists
    }
  }
}

/// The terms of a space of the output, in order.
protocol TermWalk: ~Copyable {
  /// Adds terms to an empty batch until it is full or there are no more.
  mutating func fill(_ batch: inout TermBatch) throws(IndexError)
}

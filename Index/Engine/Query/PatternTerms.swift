// The terms of a snapshot that fit a pattern: walks through the dictionaries of all its segments, merged.

struct PatternTerms: ~Copyable {
  private let pattern: TermPattern
  private let deadline: Deadline
  private var walks: [TermMatches] = []
  /// By walk, the index terms that aliases name.
  private var aliased: [AliasedEntries] = []
  /// Walks that stand at a term, and the first 8 bytes of it.
  private var standing: [(walk: Int, key: UInt64)] = []
  /// Walks at the current term.
  private var current: [Int] = []
  /// Documents that have the current term, deleted ones included.
  private(set) var documentFrequency = 0
  private(set) var edits = 0
  /// The deadline passed: there are more.
  private(set) var timedOut = false

  init(
    _ pattern: TermPattern, in segments: [SegmentReader], deadline: Deadline
  ) throws(IndexError) {
    self.pattern = pattern
    self.deadline = deadline
    for segment in segments {
      guard let dictionary = segment.terms(pattern.field, pattern.space),
        let walk = pattern.matches(in: dictionary)
      else { continue }
      walks.append(walk)
      aliased.append(
        AliasedEntries(pattern.space == .exact ? segment.terms(pattern.field, .index) : nil))
    }
    current = Array(walks.indices)
  }

  /// The current term; valid until `next`.
  var term: UnsafeRawBufferPointer { unsafe walks[current[0]].term }

  /// Terms may be missing: the pattern's automaton became too large.
  var isExhausted: Bool { walks.contains(where: \.isExhausted) }

  /// Goes to the next term that fits, in the order of bytes.
  mutating func next() throws(IndexError) -> Bool {
    repeat {
      for walk in current { try advance(walk) }
      current.removeAll(keepingCapacity: true)
      guard !timedOut, takeLeast() else { return false }
      edits = walks[current[0]].edits
      documentFrequency = 0
      for walk in current { documentFrequency += try frequency(walk) }
    } while documentFrequency == 0
    return true
  }

  private mutating func advance(_ walk: Int) throws(IndexError) {
    while true {
      switch try walks[walk].next() {
      case .match:
        standing.append((walk, unsafe TermDictionaryWriter.prefix(walks[walk].term)))
        return
      case .end: return
      case .pause:
        if deadline.isPassed {
          timedOut = true
          return
        }
      }
    }
  }

  /// Takes the walks at the least term. Segments are few: they are gone through.
  private mutating func takeLeast() -> Bool {
    guard var least = standing.first else { return false }
    for other in standing.dropFirst() where order(other, least) < 0 { least = other }
    for place in standing.indices.reversed() where order(standing[place], least) == 0 {
      current.append(standing[place].walk)
      standing.remove(at: place)
    }
    return true
  }

  private func order(_ a: (walk: Int, key: UInt64), _ b: (walk: Int, key: UInt64)) -> Int {
    if a.key != b.key { return a.key < b.key ? -1 : 1 }
    if a.walk == b.walk { return 0 }
    let mine = unsafe walks[a.walk].term
    let other = unsafe walks[b.walk].term
    if unsafe mine.elementsEqual(other) { return 0 }
    return unsafe mine.lexicographicallyPrecedes(other) ? -1 : 1
  }

  private mutating func frequency(_ walk: Int) throws(IndexError) -> Int {
    let entry = try walks[walk].entry()
    if pattern.onlySame, entry.forms != .same { return 0 }
    guard entry.isAlias else { return entry.documentFrequency }
    return try aliased[walk].entry(entry.indexOrdinal)?.documentFrequency ?? 0
  }
}

/// A term that fits, and what it is worth among such.
struct RankedTerm {
  var term: FieldTerm
  var edits: Int
  var frequency: Int

  /// Fewest edits first, then the most frequent; equals in the order of fields and bytes.
  func precedes(_ other: RankedTerm) -> Bool {
    if edits != other.edits { return edits < other.edits }
    return frequency != other.frequency
      ? frequency > other.frequency : term.precedes(other.term)
  }
}

/// The best of the terms that are shown to it, in the same order: a binary heap with the least one at its root, so that a
/// short prefix of a hundred thousand words copies few of them.
struct BestTerms {
  /// A term whose bytes lie in `bytes`.
  private struct Entry {
    /// Edits, then what is missing to the greatest frequency: the less the better.
    var rank: UInt64
    var field: Int
    var space: TermSpace
    var start: Int
    var end: Int

    @inline(__always)
    init(_ terms: borrowing PatternTerms, _ pattern: TermPattern) {
      rank = Self.rank(terms)
      field = pattern.field
      space = pattern.termSpace
      start = 0
      end = 0
    }

    @inline(__always)
    static func rank(_ terms: borrowing PatternTerms) -> UInt64 {
      UInt64(truncatingIfNeeded: terms.edits) &<< 48
        | (1 &<< 48 &- 1 &- UInt64(truncatingIfNeeded: terms.documentFrequency))
    }
  }

  private let limit: Int
  private var heap: [Entry] = []
  private var bytes: [UInt8] = []
  /// Terms added, those that were dropped included.
  private(set) var seen = 0

  init(limit: Int) { self.limit = limit }

  /// Adds the term at which `terms` stands.
  mutating func add(_ terms: borrowing PatternTerms, of pattern: TermPattern) {
    seen &+= 1
    if heap.count == limit, limit == 0 || Entry.rank(terms) > heap[0].rank { return }
    if bytes.count >= 1 << 20 { dropBytes() }
    var new = Entry(terms, pattern)
    new.start = bytes.count
    unsafe bytes.append(contentsOf: terms.term)
    new.end = bytes.count
    if heap.count < limit {
      heap.append(new)
      rise(new)
    } else if Self.precedes(new, heap[0], bytes) {
      sink(new)
    } else {
      bytes.removeLast(new.end - new.start)
    }
  }

  /// The best first.
  var sorted: [RankedTerm] {
    heap.sorted { Self.precedes($0, $1, bytes) }.map { entry in
      RankedTerm(
        term: FieldTerm(
          field: entry.field, space: entry.space, bytes: Array(bytes[entry.start..<entry.end])),
        edits: Int(entry.rank >> 48), frequency: (1 << 48 - 1) - Int(entry.rank & (1 << 48 - 1)))
    }
  }

  /// From the end towards the root.
  private mutating func rise(_ new: Entry) {
    let bytes = bytes
    var heap = heap.mutableSpan
    var child = heap.count &- 1
    while child > 0 {
      let parent = (child &- 1) / 2
      guard Self.precedes(heap[parent], new, bytes) else { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = new
  }

  /// In the place of the root, and away from it.
  private mutating func sink(_ new: Entry) {
    let bytes = bytes
    var heap = heap.mutableSpan
    var parent = 0
    while true {
      var child = 2 &* parent &+ 1
      if child &+ 1 < heap.count, Self.precedes(heap[child], heap[child &+ 1], bytes) {
        child &+= 1
      }
      guard child < heap.count, Self.precedes(new, heap[child], bytes) else { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = new
  }

  @inline(__always)
  private static func precedes(_ a: Entry, _ b: Entry, _ bytes: [UInt8]) -> Bool {
    a.rank != b.rank ? a.rank < b.rank : breaksTie(a, b, bytes)
  }

  private static func breaksTie(_ a: Entry, _ b: Entry, _ bytes: [UInt8]) -> Bool {
    if a.field != b.field { return a.field < b.field }
    if a.space != b.space { return a.space.rawValue < b.space.rawValue }
    return bytes[a.start..<a.end].lexicographicallyPrecedes(bytes[b.start..<b.end])
  }

  /// Forgets the bytes of terms that were dropped.
  private mutating func dropBytes() {
    var kept: [UInt8] = []
    for place in heap.indices {
      let range = heap[place].start..<heap[place].end
      heap[place].start = kept.count
      kept += bytes[range]
      heap[place].end = kept.count
    }
    bytes = kept
  }
}

extension FieldTerm {
  func precedes(_ other: FieldTerm) -> Bool {
    if field != other.field { return field < other.field }
    if space != other.space { return space.rawValue < other.space.rawValue }
    return bytes.lexicographicallyPrecedes(other.bytes)
  }
}

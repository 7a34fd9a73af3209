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

/// The best of the terms that are shown to it: a binary heap with the least one at its root, so that
/// a short prefix of a hundred thousand words copies few of them.
struct BestTerms {
  private let limit: Int
  private var heap: [RankedTerm] = []
  /// Terms added, those that were dropped included.
  private(set) var seen = 0

  init(limit: Int) { self.limit = limit }

  /// Adds the term at which `terms` stands.
  mutating func add(_ terms: borrowing PatternTerms, of pattern: TermPattern) {
    seen += 1
    let (edits, frequency) = (terms.edits, terms.documentFrequency)
    if heap.count == limit {
      let least = heap[0]
      if edits > least.edits || (edits == least.edits && frequency < least.frequency) { return }
    }
    let term = FieldTerm(
      field: pattern.field, space: pattern.termSpace, bytes: unsafe [UInt8](terms.term))
    let new = RankedTerm(term: term, edits: edits, frequency: frequency)
    if heap.count < limit {
      heap.append(new)
      var child = heap.count - 1
      while child > 0, heap[(child - 1) / 2].precedes(heap[child]) {
        heap.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
      return
    }
    guard limit > 0, new.precedes(heap[0]) else { return }
    heap[0] = new
    var parent = 0
    while 2 * parent + 1 < heap.count {
      var child = 2 * parent + 1
      if child + 1 < heap.count, heap[child].precedes(heap[child + 1]) { child += 1 }
      guard heap[parent].precedes(heap[child]) else { break }
      heap.swapAt(child, parent)
      parent = child
    }
  }

  /// The best first.
  var sorted: [RankedTerm] { heap.sorted { $0.precedes($1) } }
}

extension FieldTerm {
  func precedes(_ other: FieldTerm) -> Bool {
    if field != other.field { return field < other.field }
    if space != other.space { return space.rawValue < other.space.rawValue }
    return bytes.lexicographicallyPrecedes(other.bytes)
  }
}

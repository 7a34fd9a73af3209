// The best k documents seen so far: a heap whose root is the worst of them. It owns the threshold: a score has to be
// above `minimum` to enter. Where documents come in ascending order, the first of equal scores stays by itself.
//
//   key    score as a number that orders as it does (32 bits) | ~document (32 bits)
//
// The greater key is the better hit, the lower document where scores are equal: so the heap compares whole numbers.

struct ScoredDocument: Sendable, Equatable {
  /// Number within the snapshot: segments follow one another.
  var document: UInt32
  var score: Float
}

struct TopScores {
  let limit: Int
  /// Only lesser keys count: those of hits behind the last one of the part before.
  private let ceiling: UInt64
  private var heap: [UInt64] = []

  /// What a score must exceed; `unbounded` until the heap is full or something is known beforehand.
  private(set) var minimum: Float

  /// - Parameter after: only hits behind this one are wanted.
  init(limit: Int, after: SearchBound? = nil) {
    self.limit = limit
    ceiling = after.map(Self.ceiling) ?? .max
    minimum = limit == 0 ? .infinity : unbounded
    heap.reserveCapacity(min(limit, 1024))
  }

  /// Tells that at least `limit` documents score more than `score`: others need not be offered. (Some of them may be hits
  /// of the parts before.)
  mutating func begin(above score: Float) {
    if ceiling == .max { minimum = max(minimum, score) }
  }

  /// - Parameter document: larger than every one offered before.
  @inline(__always)
  mutating func offer(_ document: UInt32, _ score: Float) {
    if score > minimum { insert(Self.key(document, score)) }
  }

  /// The same for documents that come in any order: those that score `minimum` may enter as well.
  /// - Parameter document: not offered before.
  @inline(__always)
  mutating func offerOutOfOrder(_ document: UInt32, _ score: Float) {
    guard score >= minimum else { return }
    let key = Self.key(document, score)
    if heap.count < limit || heap[0] < key { insert(key) }
  }

  /// Best first; of equal scores the lower document.
  consuming func sorted() -> [ScoredDocument] {
    heap.sort(by: >)
    return heap.map { ScoredDocument(document: Self.document($0), score: Self.score($0)) }
  }

  // MARK: Keys

  @inline(__always)
  private static func key(_ document: UInt32, _ score: Float) -> UInt64 {
    // Minus zero becomes zero, which it equals.
    let bits = (score + 0).bitPattern
    let ordered = bits ^ (UInt32(bitPattern: Int32(bitPattern: bits) &>> 31) | 0x8000_0000)
    return UInt64(ordered) &<< 32 | UInt64(~document)
  }

  private static func ceiling(_ last: SearchBound) -> UInt64 {
    if last.document >= 0 { return key(UInt32(clamping: last.document), last.score) }
    // Above the first document that scores the same.
    let (ceiling, overflow) = key(0, last.score).addingReportingOverflow(1)
    return overflow ? .max : ceiling
  }

  private static func document(_ key: UInt64) -> UInt32 { ~UInt32(truncatingIfNeeded: key) }

  private static func score(_ key: UInt64) -> Float {
    let ordered = UInt32(truncatingIfNeeded: key &>> 32)
    return Float(bitPattern: ordered >= 0x8000_0000 ? ordered ^ 0x8000_0000 : ~ordered)
  }

  // MARK: The heap

  @inline(never)
  private mutating func insert(_ key: UInt64) {
    if key >= ceiling { return }
    if heap.count < limit {
      heap.append(key)
      siftUp()
    } else {
      siftDown(key)
    }
    if heap.count == limit { minimum = max(minimum, Self.score(heap[0])) }
  }

  /// Moves the last key up to its place.
  private mutating func siftUp() {
    unsafe heap.withUnsafeMutableBufferPointer { heap in
      var at = heap.count - 1
      let key = unsafe heap[at]
      while at > 0 {
        let parent = (at - 1) / 2
        if unsafe heap[parent] <= key { break }
        unsafe heap[at] = heap[parent]
        at = parent
      }
      unsafe heap[at] = key
    }
  }

  /// Puts `key` in place of the root.
  private mutating func siftDown(_ key: UInt64) {
    unsafe heap.withUnsafeMutableBufferPointer { heap in
      let count = heap.count
      var at = 0
      var child = 1
      while child < count {
        let other = min(child &+ 1, count &- 1)
        child = unsafe heap[other] < heap[child] ? other : child
        if unsafe heap[child] >= key { break }
        unsafe heap[at] = heap[child]
        at = child
        child = 2 &* at &+ 1
      }
      unsafe heap[at] = key
    }
  }
}

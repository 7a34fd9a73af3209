// The best k documents seen so far: a heap whose root is the worst of them. It owns the threshold: a score has to be
// above `minimum` to enter. Where documents come in ascending order, the first of equal scores stays by itself.

struct ScoredDocument: Sendable, Equatable {
  /// Number within the snapshot: segments follow one another.
  var document: UInt32
  var score: Float
}

struct TopScores {
  let limit: Int
  private var heap: [ScoredDocument] = []

  /// What a score must exceed; `unbounded` until the heap is full or something is known beforehand.
  private(set) var minimum: Float

  init(limit: Int) {
    self.limit = limit
    minimum = limit == 0 ? .infinity : unbounded
    heap.reserveCapacity(min(limit, 1024))
  }

  /// Tells that at least `limit` documents score more than `score`: others need not be offered.
  mutating func begin(above score: Float) { minimum = max(minimum, score) }

  /// - Parameter document: larger than every one offered before.
  @inline(__always)
  mutating func offer(_ document: UInt32, _ score: Float) {
    if score > minimum { insert(ScoredDocument(document: document, score: score)) }
  }

  /// The same for documents that come in any order: those that score `minimum` may enter as well.
  /// - Parameter document: not offered before.
  @inline(__always)
  mutating func offerOutOfOrder(_ document: UInt32, _ score: Float) {
    guard score >= minimum else { return }
    let entry = ScoredDocument(document: document, score: score)
    if heap.count < limit || Self.isWorse(heap[0], entry) { insert(entry) }
  }

  @inline(never)
  private mutating func insert(_ entry: ScoredDocument) {
    if heap.count < limit {
      heap.append(entry)
      siftUp(heap.count - 1)
    } else {
      heap[0] = entry
      siftDown(0)
    }
    if heap.count == limit { minimum = max(minimum, heap[0].score) }
  }

  /// Best first; of equal scores the lower document.
  consuming func sorted() -> [ScoredDocument] {
    heap.sort { TopScores.isWorse($1, $0) }
    return heap
  }

  @inline(__always)
  private static func isWorse(_ a: ScoredDocument, _ b: ScoredDocument) -> Bool {
    a.score < b.score || (a.score == b.score && a.document > b.document)
  }

  private mutating func siftUp(_ start: Int) {
    var at = start
    while at > 0 {
      let parent = (at - 1) / 2
      guard TopScores.isWorse(heap[at], heap[parent]) else { return }
      heap.swapAt(at, parent)
      at = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var at = start
    while true {
      var least = at
      let left = 2 * at + 1
      if left < heap.count, TopScores.isWorse(heap[left], heap[least]) { least = left }
      if left + 1 < heap.count, TopScores.isWorse(heap[left + 1], heap[least]) { least = left + 1 }
      if least == at { return }
      heap.swapAt(at, least)
      at = least
    }
  }
}

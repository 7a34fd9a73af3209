// The order of documents by recursive graph bisection: documents that share terms come to stand together, so that the
// gaps in postings are small and the blocks of a list differ in what they can score.
//
// The documents are halved, and then each half, down to 32. At each halving documents are exchanged until neither
// half has one that the other would rather have. A term in l documents of the left half and r of the right
// one takes about l·log2(n/l) + r·log2(n/r) bits for their gaps, n being the documents of a half; so a document
// that goes from left to right saves about log2(r + 1) − log2(l) bits for each of its terms. The sum is its
// *bias*. Those with the smaller biases make the left half; ties stay where they are, or the first ones move.
//
//   order     documents; a halving only moves them within its range
//   bias      by place in `order`; scratch, too
//
// Of two halves that of the shorter documents comes first.
//
// Biases are sums of integers, and halves know nothing of each other: the order is the same whatever threads work on
// it. What costs time is a cache miss a document; so a range of an eighth of the documents gets an index of its own,
// with its terms numbered anew and without those that fewer than three of its documents have, and a quarter of it
// again. (Terms of one document have no say anyway; those of two do more harm than good: without them gaps are
// 0.5 % smaller.)
//
// Source: Dhulipala, Kabiljo, Karrer, Ottaviano, Pupyrev, Shalita, "Compressing graphs and indexes with recursive
// graph bisection", KDD 2016; Mackenzie, Petri, Moffat, "Faster index reordering with bipartite graph
// partitioning", SIGIR 2021 (section 3: thresholds in place of sorting); Mackenzie, Moffat, "Tradeoff options for
// bipartite graph partitioning", TKDE 2022 (cooling).

/// One run of bisection. Its threads share it; each works on ranges of its own.
@safe
final class Bisection: Crew, @unchecked Sendable {
  /// A range of so many documents is left as it is.
  static let leaf = 32
  /// A range of at most this share of all documents (one in so many) gets an index of its own, and so many threads at most
  /// work at once.
  static let packing = 8
  /// So many threads there is always room for.
  static let leastThreads = 2

  private let index: ForwardIndex
  @unsafe private let root: BisectionView
  private let progress: ((_ share: Double) -> Void)?
  private let monitor = Monitor()

  // Guarded by `monitor`.
  private var waiting: [Range<Int>]
  /// Ranges that wait or are being worked on.
  private var unfinished = 1
  /// Documents halved, each counted at each level.
  private var done = 0
  private let all: Int

  /// Bytes that a run holds, the index included.
  static func memory(documents: Int, postings: Int, threads: Int) -> Int {
    // A thread's indexes of a range: an eighth of all, a quarter of that and so on; a third is more than all these.
    let threads = min(threads, packing)
    let packed = threads * (8 * documents + 2 * postings) / (packing * 3 / 4)
    return 16 * documents + 2 * postings + packed
      + threads * BisectionTables.bytes(terms: ForwardIndex.maximumTerms)
  }

  /// Postings that can be bisected within so many bytes; fewer than none when there is no room at all. What is looked at
  /// must not depend on the threads: it is what two of them can hold, and more only work where that is less.
  static func postings(documents: Int, within bytes: Int) -> Int {
    let free = bytes - memory(documents: documents, postings: 0, threads: leastThreads)
    return free * 3 / (2 * 3 + leastThreads)
  }

  /// The documents of `index` in their new order.
  /// - Parameters:
  ///   - memory: bytes that may be held, the index included; less than one thread needs counts as that.
  ///   - progress: told what share is done, on any thread, one at a time.
  static func order(
    _ index: ForwardIndex, threads: Int, memory: Int = .max,
    progress: ((_ share: Double) -> Void)? = nil
  ) -> [UInt32] {
    var threads = max(min(threads, packing), 1)
    while threads > 1,
      Self.memory(
        documents: index.documentCount, postings: index.postingCount, threads: threads) > memory
    {
      threads -= 1
    }
    let run = Bisection(index, progress)
    run.run(threads: threads)
    return run.order()
  }

  private init(
    _ index: ForwardIndex, _ progress: ((_ share: Double) -> Void)?
  ) {
    self.index = index
    self.progress = progress
    let count = index.documentCount
    waiting = [0..<count]
    all = Self.work(count)
    unsafe root = BisectionView(
      starts: index.starts, terms: index.terms, order: .allocate(capacity: count),
      bias: .allocate(capacity: count), scratch: .allocate(capacity: count), count: count)
    for document in 0..<count { unsafe root.order[document] = UInt32(document) }
  }

  deinit {
    unsafe root.order.deallocate()
    unsafe root.bias.deallocate()
    unsafe root.scratch.deallocate()
  }

  private func order() -> [UInt32] {
    unsafe [UInt32](UnsafeBufferPointer(start: root.order, count: index.documentCount))
  }

  /// Documents times levels.
  private static func work(_ count: Int) -> Int {
    var levels = 0
    while count >> levels > leaf { levels += 1 }
    return count * levels
  }

  /// Works off ranges until there are none.
  override func work() {
    let tables = BisectionTables(terms: index.termCount)
    while let range = nextRange() {
      if range.count <= max(index.documentCount / Self.packing, Self.leaf) {
        unsafe tables.order(root, range)
        end(range, work: Self.work(range.count))
      } else {
        let middle = unsafe tables.halve(root, range)
        end(range, work: range.count, rest: [range.lowerBound..<middle, middle..<range.upperBound])
      }
    }
  }

  private func nextRange() -> Range<Int>? {
    monitor.withLock {
      while waiting.isEmpty && unfinished > 0 { monitor.wait() }
      // The largest first, so that no thread has a long one at the end.
      guard let place = waiting.indices.max(by: { waiting[$0].count < waiting[$1].count }) else {
        return nil
      }
      return waiting.remove(at: place)
    }
  }

  private func end(_ range: Range<Int>, work: Int, rest: [Range<Int>] = []) {
    monitor.withLock {
      waiting += rest
      unfinished += rest.count - 1
      done += work
      progress?(min(Double(done) / Double(max(all, 1)), 1))
      monitor.wakeAll()
    }
  }
}

// Several threads write the runs of one dictionary. Each takes the next batch of terms and writes it to memory; when the
// runs before are in the file it moves there. A run that grows large waits for its turn and then goes straight on to the
// file, so that a thread holds no more than `partMemory`.
//
//     thread 1   walk 0 | write 0 -> file              | walk 2 | write 2 …
//     thread 2           walk 1 | write 1 … its turn -> file | walk 3 …
//
// The bytes are those that one thread would write.

import Bytes

/// Shared by the threads of one dictionary.
final class RunLine<Walk: TermWalk & ~Copyable>: Crew, @unchecked Sendable {
  private(set) var walk: Walk
  private let writer: SegmentWriter
  private let sources: [MergeSource]
  private let documents: DocumentOrder?
  private let detail: PostingsDetail
  private let partMemory: Int
  /// Called after each run, by one thread at a time.
  private let onRun: () -> Void

  /// Guards the walk.
  private let taking = Monitor()
  private var taken = 0
  private let order = RunOrder()

  init(
    _ walk: consuming Walk, to writer: SegmentWriter, from sources: [MergeSource],
    in documents: DocumentOrder?, detail: PostingsDetail, partMemory: Int,
    onRun: @escaping () -> Void
  ) {
    self.walk = walk
    self.writer = writer
    self.sources = sources
    self.documents = documents
    self.detail = detail
    self.partMemory = partMemory
    self.onRun = onRun
  }

  /// Writes all terms, on `threads` threads, one of them the caller's.
  func write(threads count: Int) throws(IndexError) {
    if count <= 1 {
      try writeAlone()
      return
    }
    run(threads: count)
    if let failure = order.failure { throw failure }
  }

  /// Without other threads runs go straight to the file.
  private func writeAlone() throws(IndexError) {
    var batch = TermBatch()
    let copier = copier(to: writer.sink)
    while true {
      batch.removeAll()
      try walk.fill(&batch)
      if batch.terms.isEmpty { return }
      let run = try copier.write(batch)
      try writer.place(run, at: run.start)
      onRun()
    }
  }

  override func work() {
    let part = PartSink(order, file: writer.sink, limit: partMemory)
    let copier = copier(to: part)
    var batch = TermBatch()
    do throws(IndexError) {
      while let number = try take(&batch) {
        part.begin(number)
        let run = try copier.write(batch)
        try part.end()
        try writer.place(run, at: part.start)
        onRun()
        order.next()
      }
    } catch {
      order.fail(error)
    }
  }

  private func copier(to sink: ByteSink) -> ListCopier {
    ListCopier(
      sources, detail: detail, terms: writer.makeTerms(sink),
      sorter: documents.map {
        PostingsSorter(detail, documentCount: $0.documents.count, limit: partMemory)
      })
  }

  /// Fills a batch with the next terms.
  /// - Returns: its place in the order; nil when there are no more, or somebody has failed.
  private func take(_ batch: inout TermBatch) throws(IndexError) -> Int? {
    try taking.withLock { () throws(IndexError) -> Int? in
      batch.removeAll()
      if order.failure != nil { return nil }
      try walk.fill(&batch)
      if batch.terms.isEmpty { return nil }
      taken += 1
      return taken - 1
    }
  }
}

/// Whose turn it is to write to the file: it may do so without a lock. Thread-safe.
private final class RunOrder: @unchecked Sendable {
  private let monitor = Monitor()
  private var turn = 0
  private var ended: IndexError?

  /// The first error of any thread.
  var failure: IndexError? { monitor.withLock { ended } }

  /// Waits until all runs before `number` are in the file.
  func wait(for number: Int) throws(IndexError) {
    let failure: IndexError? = monitor.withLock {
      while turn != number, ended == nil { monitor.wait() }
      return ended
    }
    if let failure { throw failure }
  }

  func next() {
    monitor.withLock {
      turn += 1
      monitor.wakeAll()
    }
  }

  func fail(_ error: IndexError) {
    monitor.withLock {
      ended = ended ?? error
      monitor.wakeAll()
    }
  }
}

/// A run being written: in memory, until it is its turn.
private final class PartSink: ByteSink {
  private let order: RunOrder
  private let file: ByteSink
  private let limit: Int
  private var number = 0
  private var hasTurn = false
  /// Where in the file it begins, once it has its turn.
  private(set) var start = 0

  init(_ order: RunOrder, file: ByteSink, limit: Int) {
    self.order = order
    self.file = file
    self.limit = limit
    super.init(capacity: min(1 << 18, limit))
  }

  func begin(_ number: Int) {
    self.number = number
    hasTurn = false
    restart()
  }

  override func makeRoom() throws(IndexError) {
    if !hasTurn, 2 * capacity <= limit { grow() } else { try pass() }
  }

  /// Waits for the turn, and writes the rest.
  func end() throws(IndexError) { try pass() }

  private func pass() throws(IndexError) {
    if !hasTurn {
      try order.wait(for: number)
      hasTurn = true
      start = file.position
    }
    let bytes = unsafe held
    try file.append(unsafe bytes.bytes)
    clear()
  }
}

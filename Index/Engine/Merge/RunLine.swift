// Several threads write the runs of one dictionary. Each takes the next batch of terms and writes it to memory; when the
// runs before are in the file it moves there. A run that grows large waits for its turn and then goes straight on to the
// file, so that a thread holds no more than `partMemory`.
//
//     thread 1   walk 0 | write 0 -> file              | walk 2 | write 2 …
//     thread 2           walk 1 | write 1 … its turn -> file | walk 3 …
//
// The bytes are those that one thread would write.

import Bytes
import Glibc

/// Shared by the threads of one dictionary.
@safe
final class RunLine: @unchecked Sendable {
  private let walk: any TermWalk
  private let writer: SegmentWriter
  private let sources: [MergeSource]
  private let detail: PostingsDetail
  private let partMemory: Int
  /// Called after each run, by one thread at a time.
  private let onRun: () -> Void

  /// Guards the walk.
  private let taking = Monitor()
  private var taken = 0
  /// Guards the file: whoever has the turn may write without the lock.
  private let order = Monitor()
  private var turn = 0
  private var failure: IndexError?

  init(
    _ walk: any TermWalk, to writer: SegmentWriter, from sources: [MergeSource],
    detail: PostingsDetail, partMemory: Int, onRun: @escaping () -> Void
  ) {
    self.walk = walk
    self.writer = writer
    self.sources = sources
    self.detail = detail
    self.partMemory = partMemory
    self.onRun = onRun
  }

  /// Writes all terms, on `threads` threads, one of them the caller's.
  func run(threads count: Int) throws(IndexError) {
    if count <= 1 {
      try writeAlone()
      return
    }
    var threads: [pthread_t] = []
    for _ in 1..<count {
      var thread = pthread_t()
      let started = unsafe pthread_create(
        &thread, nil,
        { raw in
          guard let raw = unsafe raw else { return nil }
          unsafe Unmanaged<RunLine>.fromOpaque(raw).takeRetainedValue().work()
          return nil
        }, Unmanaged.passRetained(self).toOpaque())
      if started == 0 {
        threads.append(thread)
      } else {
        // The others do it all.
        unsafe Unmanaged.passUnretained(self).release()
      }
    }
    work()
    for thread in threads { pthread_join(thread, nil) }
    if let failure = order.withLock({ failure }) { throw failure }
  }

  /// Without other threads runs go straight to the file.
  private func writeAlone() throws(IndexError) {
    var batch = TermBatch()
    let copier = ListCopier(sources, detail: detail, terms: writer.makeTerms(writer.sink))
    while true {
      batch.removeAll()
      try walk.fill(&batch)
      if batch.terms.isEmpty { return }
      let run = try copier.write(batch)
      try writer.place(run, at: run.start)
      onRun()
    }
  }

  private func work() {
    let part = PartSink(self, file: writer.sink, limit: partMemory)
    let copier = ListCopier(sources, detail: detail, terms: writer.makeTerms(part))
    var batch = TermBatch()
    do throws(IndexError) {
      while let number = try take(&batch) {
        part.begin(number)
        let run = try copier.write(batch)
        try part.end()
        try writer.place(run, at: part.start)
        onRun()
        order.withLock {
          turn += 1
          order.wakeAll()
        }
      }
    } catch {
      order.withLock {
        failure = failure ?? error
        order.wakeAll()
      }
    }
  }

  /// Fills a batch with the next terms.
  /// - Returns: its place in the order; nil when there are no more, or somebody has failed.
  private func take(_ batch: inout TermBatch) throws(IndexError) -> Int? {
    try taking.withLock { () throws(IndexError) -> Int? in
      batch.removeAll()
      if order.withLock({ failure != nil }) { return nil }
      try walk.fill(&batch)
      if batch.terms.isEmpty { return nil }
      taken += 1
      return taken - 1
    }
  }

  /// Waits until all runs before `number` are in the file.
  fileprivate func waitForTurn(_ number: Int) throws(IndexError) {
    let ended: IndexError? = order.withLock {
      while turn != number, failure == nil { order.wait() }
      return failure
    }
    if let ended { throw ended }
  }
}

/// A run being written: in memory, until it is its turn.
private final class PartSink: ByteSink {
  private unowned let line: RunLine
  private let file: ByteSink
  private let limit: Int
  private var number = 0
  private var hasTurn = false
  /// Where in the file it begins, once it has its turn.
  private(set) var start = 0

  init(_ line: RunLine, file: ByteSink, limit: Int) {
    self.line = line
    self.file = file
    self.limit = limit
    super.init(capacity: 1 << 18)
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
      try line.waitForTurn(number)
      hasTurn = true
      start = file.position
    }
    let bytes = unsafe held
    try file.append(unsafe bytes.bytes)
    clear()
  }
}

// A thread that works off batches of documents for one shard.

import Bytes
import Glibc

/// Operations for one shard, in order. Reused: the documents keep their storage.
struct DocumentBatch {
  private(set) var documents: [Document] = []
  private(set) var tags: [Int] = []
  /// Of `documents`, those in use.
  private(set) var count = 0
  /// Deletions, each before document number `before`.
  private(set) var deletes: [(before: Int, id: [UInt8])] = []
  private(set) var byteCount = 0

  /// A batch is sent on at about these sizes.
  private static let fullCount = 128
  private static let fullBytes = 256 << 10
  /// A slot of more bytes is made anew after use.
  private static let keptBytes = 16 << 10

  var isFull: Bool {
    count >= Self.fullCount || byteCount >= Self.fullBytes || deletes.count >= Self.fullCount
  }
  var isEmpty: Bool { count == 0 && deletes.isEmpty }

  mutating func append(_ document: Document, tag: Int) {
    if count == documents.count {
      documents.append(Document())
      tags.append(0)
    }
    documents[count].copy(document)
    tags[count] = tag
    count += 1
    byteCount += document.bytes.count + document.values.count * MemoryLayout<Document.Value>.stride
  }

  mutating func appendDelete(_ id: [UInt8]) {
    deletes.append((count, id))
    byteCount += id.count
  }

  mutating func removeAll() {
    for index in 0..<count {
      // Storage that every slot keeps of the longest document it ever had would outgrow the budget.
      if documents[index].bytes.capacity > Self.keptBytes {
        documents[index] = Document()
      } else {
        documents[index].removeAll()
      }
    }
    count = 0
    deletes.removeAll(keepingCapacity: true)
    byteCount = 0
  }
}

/// Who holds how much of the budget. Thread-safe.
final class MemoryBudget: @unchecked Sendable {
  let limit: Int
  private let monitor = Monitor()
  private var builders: [Int]
  private var queued = 0
  private var flushing: Set<Int> = []

  init(limit: Int, shards: Int) {
    self.limit = max(limit, 1 << 20)
    builders = [Int](repeating: 0, count: shards)
  }

  /// Beyond this the biggest builder writes its segment: an eighth is left for writing it.
  var flushLimit: Int { limit - limit / 8 }

  func addQueued(_ bytes: Int) { monitor.withLock { queued += bytes } }

  /// Notes what a shard holds, and waits while all is used up and somebody is freeing some.
  /// - Returns: whether this shard must write its segment now; it says `didFlush` afterwards.
  func update(_ shard: Int, bytes: Int) -> Bool {
    monitor.withLock {
      builders[shard] = bytes
      while true {
        let held = builders.reduce(queued, +)
        let free = builders.indices.filter { !flushing.contains($0) }
        let growing = free.reduce(0) { $0 + builders[$1] }
        let biggest = free.max { builders[$0] < builders[$1] }
        // What is being written will be gone: judge by what grows, unless all is used up.
        if biggest == shard,
          flushing.isEmpty ? held > flushLimit : growing > flushLimit / 2
        {
          flushing.insert(shard)
          return true
        }
        if held < limit || flushing.isEmpty { return false }
        monitor.wait()
      }
    }
  }

  func didFlush(_ shard: Int, bytes: Int) {
    monitor.withLock {
      flushing.remove(shard)
      builders[shard] = bytes
      monitor.wakeAll()
    }
  }
}

final class BuildingThread: @unchecked Sendable {
  private let number: Int
  private let shard: Shard
  private let budget: MemoryBudget
  private let onReject: (@Sendable (Int, IndexError) -> Void)?
  private let monitor = Monitor()
  private var thread: pthread_t = 0

  // Guarded by `monitor`.
  private var queue: [DocumentBatch] = []
  private var spare: [DocumentBatch] = []
  private var flushRequested = false
  private var isBusy = false
  private var isStopping = false
  /// The first reject that nobody asked to be told of, or what ended the shard.
  private var failure: IndexError?

  private static let queueLength = 2

  init(
    number: Int, shard: Shard, budget: MemoryBudget,
    onReject: (@Sendable (Int, IndexError) -> Void)?
  ) throws(IndexError) {
    self.number = number
    self.shard = shard
    self.budget = budget
    self.onReject = onReject
    let started = unsafe pthread_create(
      &thread, nil,
      { raw in
        guard let raw = unsafe raw else { return nil }
        unsafe Unmanaged<BuildingThread>.fromOpaque(raw).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    guard started == 0 else {
      throw .system(call: "pthread_create", path: "thread", code: started)
    }
  }

  func spareBatch() -> DocumentBatch {
    monitor.withLock { spare.popLast() ?? DocumentBatch() }
  }

  /// Hands a batch over, waiting while the queue is full.
  /// - Returns: an empty one.
  func exchange(_ batch: DocumentBatch) throws(IndexError) -> DocumentBatch {
    budget.addQueued(batch.byteCount)
    let (next, error): (DocumentBatch, IndexError?) = monitor.withLock {
      while queue.count >= Self.queueLength { monitor.wait() }
      queue.append(batch)
      monitor.wakeAll()
      defer { clearReject() }
      return (spare.popLast() ?? DocumentBatch(), failure)
    }
    if let error { throw error }
    return next
  }

  func requestFlush() {
    monitor.withLock {
      flushRequested = true
      monitor.wakeAll()
    }
  }

  /// Waits until everything handed over is worked off.
  func waitUntilIdle() throws(IndexError) {
    let error: IndexError? = monitor.withLock {
      while !queue.isEmpty || flushRequested || isBusy { monitor.wait() }
      defer { clearReject() }
      return failure
    }
    if let error { throw error }
  }

  /// Drops what waits, and waits for what runs.
  func discard() {
    monitor.withLock {
      for batch in queue { budget.addQueued(-batch.byteCount) }
      queue = []
      flushRequested = false
      while isBusy { monitor.wait() }
      failure = nil
    }
  }

  func stop() {
    monitor.withLock {
      isStopping = true
      monitor.wakeAll()
    }
    pthread_join(thread, nil)
  }

  /// A document's reject is told once; the end of the shard stays.
  private func clearReject() {
    if case .document = failure { failure = nil }
  }

  private func run() {
    while true {
      var batch: DocumentBatch?
      let goesOn = monitor.withLock {
        while queue.isEmpty, !flushRequested, !isStopping { monitor.wait() }
        if isStopping { return false }
        batch = queue.isEmpty ? nil : queue.removeFirst()
        isBusy = true
        monitor.wakeAll()
        return true
      }
      guard goesOn else { return }
      var first: IndexError?
      if let batch {
        first = work(batch)
      } else {
        first = flush()
      }
      monitor.withLock {
        isBusy = false
        if batch == nil { flushRequested = false }
        if failure == nil { failure = first }
        if var done = batch, spare.count < Self.queueLength + 1 {
          done.removeAll()
          spare.append(done)
        }
        monitor.wakeAll()
      }
    }
  }

  /// - Returns: what ended the shard, or a reject that nobody else is told of.
  private func work(_ batch: DocumentBatch) -> IndexError? {
    defer { budget.addQueued(-batch.byteCount) }
    var first: IndexError?
    var nextDelete = 0
    for index in 0...batch.count {
      while nextDelete < batch.deletes.count, batch.deletes[nextDelete].before == index {
        shard.delete(batch.deletes[nextDelete].id)
        nextDelete += 1
      }
      guard index < batch.count else { break }
      do throws(IndexError) {
        try shard.add(batch.documents[index])
      } catch {
        guard case .document = error else { return error }
        if let onReject { onReject(batch.tags[index], error) } else { first = first ?? error }
      }
      if index & 15 == 15 || index + 1 == batch.count,
        budget.update(number, bytes: shard.memory), let error = flush()
      {
        return error
      }
    }
    return first
  }

  private func flush() -> IndexError? {
    defer { budget.didFlush(number, bytes: shard.memory) }
    do throws(IndexError) {
      try shard.flush()
      return nil
    } catch {
      return error
    }
  }
}

extension Document {
  /// Becomes a copy of `other` in the storage it has.
  mutating func copy(_ other: Document) {
    removeAll()
    bytes.append(contentsOf: other.bytes)
    values.append(contentsOf: other.values)
    idValue = other.idValue
  }
}

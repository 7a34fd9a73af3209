// Documents into segments, on one thread or several, within a memory budget.
//
// Documents go to shards by hash of id. With one shard the caller's thread does the work; with more, each has
// a thread and a short queue of batches. The sum of what builders, queues and deletions hold is kept
// below the budget: when it passes 7/8, the biggest builder writes its segment; at the whole budget
// the others wait until it has.

import Bytes
import Glibc

/// What the shards have built since the last commit.
struct BuiltChanges {
  /// Per shard the segments in the order they were built, and how far its deletions reach.
  var shards: [(segments: [BuiltSegment], deletes: [[UInt8]: Int])]
}

/// Used by one thread at a time; its own threads are inside.
final class Building: @unchecked Sendable {
  struct Options {
    var memory: Int
    var threads: Int
    /// Told of each document that does not fit, on any thread, with the caller's tag.
    var onReject: (@Sendable (Int, IndexError) -> Void)?
  }

  private let options: Options
  private let shards: [Shard]
  private let workers: [BuildingThread]
  private let budget: MemoryBudget
  /// What the deletions since the last commit take, at most. They cannot be written out as documents can.
  private var deletionBytes = 0
  /// Per worker the batch being filled.
  private var filling: [DocumentBatch]

  init(
    directory: any Directory, identity: WriterIdentity, options: Options,
    schema: @escaping @Sendable () -> Schema,
    onNewField: @escaping @Sendable (String, FieldType) throws(IndexError) -> Schema
  ) throws(IndexError) {
    self.options = options
    let count = max(options.threads, 1)
    shards = (0..<count).map { _ in
      Shard(directory: directory, identity: identity, schema: schema, onNewField: onNewField)
    }
    let budget = MemoryBudget(limit: options.memory, shards: count)
    self.budget = budget
    var workers: [BuildingThread] = []
    if count > 1 {
      for (number, shard) in shards.enumerated() {
        workers.append(
          try BuildingThread(
            number: number, shard: shard, budget: budget, onReject: options.onReject))
      }
    }
    self.workers = workers
    filling = workers.map { $0.spareBatch() }
  }

  deinit { for worker in workers { worker.stop() } }

  /// - Throws: `document` when it does not fit and nobody asked to be told of rejects; anything else is the end
  ///   of what was added since the last commit.
  func add(_ document: Document, tag: Int) throws(IndexError) {
    let id = try identify(document, tag)
    guard let id else { return }
    if workers.isEmpty {
      do throws(IndexError) {
        try shards[0].add(document)
      } catch {
        guard case .document = error, let onReject = options.onReject else { throw error }
        onReject(tag, error)
        return
      }
      if shards[0].builderMemory > budget.flushLimit { try shards[0].flush() }
      return
    }
    let number = shard(of: document.text(id))
    filling[number].append(document, tag: tag)
    if filling[number].isFull { try send(number) }
  }

  /// Kills the documents of this id that were added before.
  /// - Throws: `document` when there are too many for one commit; this one is then not noted.
  func delete(_ id: [UInt8]) throws(IndexError) {
    let size = id.count + Shard.deletionOverhead
    guard deletionBytes + size <= options.memory / 2 else {
      throw .document(
        id: String(decoding: id, as: UTF8.self), field: nil,
        detail: "too many deletions for one commit within \(options.memory >> 20) MiB; commit more "
          + "often")
    }
    deletionBytes += size
    if workers.isEmpty {
      shards[0].delete(id)
      return
    }
    let number = shard(of: unsafe id.span.bytes)
    filling[number].appendDelete(id)
    if filling[number].isFull { try send(number) }
  }

  /// Writes everything as segments and waits for it.
  func flush() throws(IndexError) {
    if workers.isEmpty {
      try shards[0].flush()
      return
    }
    for number in workers.indices {
      if !filling[number].isEmpty { try send(number) }
      workers[number].requestFlush()
    }
    var first: IndexError?
    for worker in workers {
      do throws(IndexError) { try worker.waitUntilIdle() } catch { first = first ?? error }
    }
    if let first { throw first }
  }

  /// What was built since the last time. After `flush`.
  func takeBuilt() -> BuiltChanges {
    let changes = BuiltChanges(shards: shards.map { ($0.built, $0.deletes) })
    for shard in shards { shard.forgetBuilt() }
    deletionBytes = 0
    return changes
  }

  /// Forgets everything that was added, and its files.
  func removeAll() {
    for number in workers.indices {
      filling[number].removeAll()
      workers[number].discard()
    }
    for shard in shards { shard.removeAll() }
    deletionBytes = 0
  }

  /// Where the document's id is; nil when it has none and the reject was told.
  private func identify(_ document: Document, _ tag: Int) throws(IndexError) -> Range<UInt32>? {
    do throws(IndexError) {
      return try document.id()
    } catch {
      guard let onReject = options.onReject else { throw error }
      onReject(tag, error)
      return nil
    }
  }

  private func shard(of id: RawSpan) -> Int {
    Int(Checksum.of(id) % UInt64(shards.count))
  }

  private func send(_ number: Int) throws(IndexError) {
    filling[number] = try workers[number].exchange(filling[number])
  }
}

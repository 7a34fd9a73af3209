// The door for changes: documents in, deletions, commit.
//
// One writer is safe to use from several threads, and several writers of one index, in one process or many, go on
// side by side: each builds its segments without a lock and commits on top of the newest generation.
// Nothing is visible or durable before `commit` returns; what is not committed when the writer ends is gone.

import Analysis
import Bytes
import JSON

public final class IndexWriter: @unchecked Sendable {
  public struct Options: Sendable {
    /// Bytes for everything held in memory, merging included.
    public var memory = 256 << 20
    /// Indexing threads. One: the caller's.
    public var threads = 1
    /// Whether a commit is followed by the merges that the policy asks for.
    public var merges = true
    /// Told of each document that does not fit, with the tag it was added with, on any thread. Without it the
    /// error is thrown: by `add`, or with several threads by a later `add` or `commit`.
    public var onReject: (@Sendable (_ tag: Int, _ error: IndexError) -> Void)?

    public init() {}
  }

  public typealias CommitResult = InvertedIndex.CommitResult

  private let directory: any Directory
  private let options: Options
  private let identity: WriterIdentity
  private let uuid: UUIDBytes
  private let files: SegmentFiles
  private let schemaSource: SchemaSource
  private let building: Building
  private let monitor = Monitor()

  // Guarded by `monitor`.
  private var pending = PendingChanges()
  private var isDurabilityUnknown = false
  /// Why the writer cannot go on: what was not committed is lost.
  private var failure: IndexError?

  /// Opens an index to write.
  /// - Parameter schema: makes the index with this schema if there is none. If there is one, its own holds.
  /// - Throws: `notFound` when there is no index and no schema is given.
  public static func open(
    _ directory: any Directory, create schema: Schema? = nil, options: Options = Options()
  ) throws(IndexError) -> IndexWriter {
    var manifest = try Commit.readManifest(directory)
    if manifest == nil, let schema {
      manifest = try Commit.create(directory, content: Manifest.Content(schema: schema))
    }
    guard let manifest else { throw .notFound("index \(directory.path)") }
    if let mismatch = manifest.content.analyzerMismatch(path: directory.path) { throw mismatch }
    let identity = try WriterIdentity(directory: directory)
    do throws(IndexError) {
      try Commit.recover(directory, by: identity)
      return try IndexWriter(directory, manifest, identity, options)
    } catch {
      identity.close()
      throw error
    }
  }

  private init(
    _ directory: any Directory, _ manifest: Manifest, _ identity: WriterIdentity,
    _ options: Options
  ) throws(IndexError) {
    self.directory = directory
    self.options = options
    self.identity = identity
    uuid = manifest.uuid
    files = SegmentFiles(directory)
    let source = SchemaSource(
      try manifest.content.parsedSchema(path: directory.path), directory, identity,
      uuid: manifest.uuid)
    schemaSource = source
    building = try Building(
      directory: directory, identity: identity,
      options: .init(
        memory: options.memory, threads: options.threads, onReject: options.onReject),
      schema: { source.current },
      onNewField: { (name, type) throws(IndexError) in try source.field(name, type) })
  }

  deinit { identity.close() }

  /// As far as this writer knows it.
  public var schema: Schema { schemaSource.current }

  /// Adds those of the fields that the schema does not name yet, by a commit of their own. Fields that documents
  /// bring along are added by themselves (`dynamic: add`), but with a type guessed from one value.
  public func add(fields: [Field]) throws(IndexError) {
    try locked { () throws(IndexError) in try schemaSource.add(fields: fields) }
  }

  /// Adds a document; one of the same id, here or in the index, is replaced.
  /// - Parameter tag: what `onReject` is told, a line number for example.
  public func add(_ document: Document, tag: Int = 0) throws(IndexError) {
    try locked { () throws(IndexError) in try building.add(document, tag: tag) }
  }

  /// Deletes the document of this id, if there is one.
  public func delete(id: String) throws(IndexError) {
    try locked { () throws(IndexError) in try building.delete(Array(id.utf8)) }
  }

  /// Deletes every document there is.
  public func deleteAll() throws(IndexError) {
    try locked { () throws(IndexError) in
      building.removeAll()
      identity.giveUp(pending.names)
      pending.deleteAll()
    }
  }

  /// Deletes the documents that `predicate` finds, segment by segment: those added here before, and at the
  /// commit those of the index. A document that somebody commits in between is judged as it is then.
  func delete(where predicate: @escaping DeletePredicate) throws(IndexError) {
    try locked { () throws(IndexError) in
      try takeBuilt()
      try pending.delete(where: predicate)
    }
  }

  /// Makes everything visible and durable.
  /// - Throws: `unknownDurability` when the changes are visible but may not survive a power cut. After any
  ///   other error they are lost, and the writer cannot go on.
  @discardableResult
  public func commit() throws(IndexError) -> CommitResult {
    guard let prepared = try prepare() else {
      return CommitResult(generation: try newestGeneration())
    }
    var result = try finish(prepared)
    if options.merges {
      do throws(IndexError) {
        _ = try Merging.run(
          directory, identity: identity, memory: options.memory,
          threads: options.threads)
      } catch {
        result.mergeFailure = error
      }
    }
    return result
  }

  /// Ends the writer. What was not committed is dropped.
  public func close() {
    monitor.withLock {
      failure = failure ?? .invalid("\(directory.path): the writer is closed")
      building.removeAll()
      pending = PendingChanges()
      identity.close()
    }
  }

  /// Runs `body` alone. An error other than a document's is the end of what is uncommitted.
  private func locked<Value>(
    _ body: () throws(IndexError) -> Value
  ) throws(IndexError) -> Value {
    try monitor.withLock { () throws(IndexError) in
      if let failure { throw failure }
      do throws(IndexError) {
        return try body()
      } catch {
        switch error {
        case .document, .unknownDurability: break
        default:
          failure = error
          building.removeAll()
          identity.giveUp(pending.names)
          pending = PendingChanges()
        }
        throw error
      }
    }
  }

  private func newestGeneration() throws(IndexError) -> UInt64 {
    guard let newest = try Commit.readManifest(directory), newest.uuid == uuid else {
      throw .superseded("\(directory.path): the index was dropped meanwhile")
    }
    return newest.generation
  }

  private func takeBuilt() throws(IndexError) {
    try building.flush()
    try pending.append(building.takeBuilt(), from: directory)
  }

  // MARK: The two halves of a commit

  /// The work that needs no lock: segments written, what they and the deletions mean for the newest
  /// generation resolved.
  /// - Returns: nil when there is nothing to commit.
  func prepare() throws(IndexError) -> PreparedCommit? {
    try locked { () throws(IndexError) in
      try takeBuilt()
      if pending.isEmpty, !isDurabilityUnknown { return nil }
      return try PreparedCommit(
        directory: directory, identity: identity, uuid: uuid, files: files, changes: pending,
        schema: schemaSource.current, isForced: isDurabilityUnknown)
    }
  }

  /// The moments under the lock. Nothing may be added between `prepare` and this.
  func finish(_ prepared: PreparedCommit) throws(IndexError) -> CommitResult {
    try locked { () throws(IndexError) in
      do throws(IndexError) {
        let (result, manifest) = try prepared.commit()
        isDurabilityUnknown = false
        settle(manifest)
        return result
      } catch {
        if case .unknownDurability = error {
          isDurabilityUnknown = true
          settle(try Commit.readManifest(directory))
        }
        throw error
      }
    }
  }

  /// What was pending is committed.
  private func settle(_ manifest: Manifest?) {
    let kept = manifest?.fileNames ?? []
    identity.settle(kept)
    identity.giveUp(pending.names.filter { !kept.contains($0) })
    if let manifest { files.keep(only: manifest) }
    pending = PendingChanges()
  }
}

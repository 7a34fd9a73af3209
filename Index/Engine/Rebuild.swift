// An index made anew while it goes on: searches see the old one, writers go on adding and deleting.
//
// A rebuild counts as having happened at its base, the generation at which it began. Its first commit puts up
// a fence: from then on every commit notes the ids that it touches. Its last commit replaces the
// segments of the base; whatever was touched in between is as the others left it.

import Bytes
import JSON

public final class Rebuild: @unchecked Sendable {
  private let directory: any Directory
  private let identity: WriterIdentity
  private let rebuildLock: any LockFile
  private let base: Manifest
  private let changesSchema: Bool
  private let schemaSource: SchemaSource
  private let building: Building
  private let options: IndexWriter.Options
  private let monitor = Monitor()

  // Guarded by `monitor`.
  private var pending = PendingChanges()
  private var isOver = false

  /// Begins a rebuild: takes the lock and puts up the fence.
  /// - Parameter schema: another schema. While such a rebuild goes on nobody can add documents.
  /// - Throws: `superseded` when another rebuild is at work; `notFound` when there is no index.
  public static func begin(
    _ directory: any Directory, schema: Schema? = nil,
    options: IndexWriter.Options = IndexWriter.Options()
  ) throws(IndexError) -> Rebuild {
    guard try Commit.readManifest(directory) != nil else {
      throw .notFound("index \(directory.path)")
    }
    guard let lock = try directory.lock(FileName.rebuildLock, wait: false) else {
      throw .superseded("\(directory.path): another rebuild is at work")
    }
    do throws(IndexError) {
      let identity = try WriterIdentity(directory: directory)
      do throws(IndexError) {
        return try Rebuild(directory, schema, options, identity, lock)
      } catch {
        identity.close()
        throw error
      }
    } catch {
      lock.release()
      throw error
    }
  }

  private init(
    _ directory: any Directory, _ newSchema: Schema?, _ options: IndexWriter.Options,
    _ identity: WriterIdentity, _ lock: any LockFile
  ) throws(IndexError) {
    self.directory = directory
    self.options = options
    self.identity = identity
    rebuildLock = lock
    guard let present = try Commit.readManifest(directory) else {
      throw .notFound("index \(directory.path)")
    }
    let outcome = try Commit.perform(directory, identity, uuid: present.uuid) {
      (manifest) throws(IndexError) in
      guard manifest.fence == nil else {
        throw .superseded("\(directory.path): another rebuild is at work")
      }
      let base = manifest
      let old = try manifest.content.parsedSchema(path: directory.path)
      let schema = newSchema ?? old
      // Segments of other analyzers cannot stand beside those of the rebuild either.
      let changesSchema = schema != old || schema.fingerprints != manifest.content.analyzers
      manifest.fence = Manifest.Fence(
        baseGeneration: manifest.generation, lock: identity.lockName,
        segments: manifest.segments.map(\.name), changesSchema: changesSchema)
      return ((base, schema, changesSchema), .arrangement)
    }
    base = outcome.value.0
    changesSchema = outcome.value.2
    let source = SchemaSource(
      outcome.value.1, directory, identity, uuid: present.uuid, isPrivate: changesSchema)
    schemaSource = source
    building = try Building(
      directory: directory, identity: identity,
      options: .init(
        memory: options.memory, threads: options.threads, onReject: options.onReject),
      schema: { source.current },
      onNewField: { (name, type) throws(IndexError) in try source.field(name, type) })
  }

  deinit { cancel() }

  public var schema: Schema { schemaSource.current }

  /// Documents that are live in the base: what a rebuild from stored documents will add.
  public var baseDocumentCount: Int { base.segments.reduce(0) { $0 + $1.liveCount } }

  /// Adds a document of the new index.
  public func add(_ document: Document, tag: Int = 0) throws(IndexError) {
    try running { () throws(IndexError) in try building.add(document, tag: tag) }
  }

  /// Adds every live document of the base, from what is stored.
  /// - Parameter progress: told the number of documents done, about every thousand.
  /// - Throws: `invalid` when a field that the new index needs is not stored.
  public func addStoredDocuments(
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws(IndexError) {
    try running { () throws(IndexError) in
      let snapshot = try Snapshot.open(directory, base)
      try snapshot.schema.checkStored(for: schema, path: directory.path)
      var done = 0
      var document = Document()
      for segment in snapshot.segments {
        var bytes: [UInt8] = []
        var block = StoredReader.UnpackedBlock()
        for number in 0..<segment.entry.documentCount where segment.live?.isLive(number) ?? true {
          try segment.reader.stored.document(number, into: &bytes, keeping: &block)
          try document.restore(bytes, schema: snapshot.schema, file: segment.reader.name)
          try building.add(document, tag: done)
          done += 1
          if done % 1_000 == 0 { progress?(done) }
        }
      }
      progress?(done)
    }
  }

  /// Replaces the base by what was added.
  /// - Throws: `superseded` when the fence was made void: by drop, rollback or restore.
  @discardableResult
  public func commit() throws(IndexError) -> IndexWriter.CommitResult {
    var result = try running { () throws(IndexError) in
      try building.flush()
      try pending.append(building.takeBuilt(), from: directory)
      return try publish()
    }
    if options.merges {
      do throws(IndexError) {
        _ = try Merging.run(
          directory, identity: identity, memory: options.memory,
          threads: options.threads)
      } catch {
        result.mergeFailure = error
      }
    }
    finish()
    return result
  }

  /// Gives the rebuild up. The index stays as it is; the fence is void.
  public func cancel() {
    let isFirst = monitor.withLock {
      defer { isOver = true }
      return !isOver
    }
    if isFirst { finish() }
  }

  private func finish() {
    building.removeAll()
    // The fence's lock goes first: whoever begins the next rebuild finds the fence void.
    identity.close()
    rebuildLock.release()
  }

  private func running<Value>(
    _ body: () throws(IndexError) -> Value
  ) throws(IndexError) -> Value {
    try monitor.withLock { () throws(IndexError) in
      guard !isOver else { throw .invalid("\(directory.path): the rebuild is over") }
      return try body()
    }
  }

  private func publish() throws(IndexError) -> IndexWriter.CommitResult {
    let fresh = pending.segments
    let mySchema = schemaSource.current
    var applied: Set<String> = []
    // Almost all touched ids are known before the lock is taken.
    if let newest = try Commit.readManifest(directory), let fence = newest.fence,
      fence.lock == identity.lockName
    {
      try apply(fence.touched, &applied, to: fresh)
    }
    let outcome: Commit.Outcome<IndexWriter.CommitResult>
    outcome = try Commit.perform(directory, identity, uuid: base.uuid) {
      (manifest) throws(IndexError) in
      guard let fence = manifest.fence, fence.lock == identity.lockName else {
        throw .superseded(
          "\(directory.path): the rebuild is void: the index was dropped, rolled back or restored "
            + "meanwhile")
      }
      try apply(fence.touched, &applied, to: fresh)
      var rebuilt: [Manifest.Segment] = []
      for segment in fresh {
        let entry = Manifest.Segment(file: segment.file, documentCount: segment.dead.count)
        let resolved = try entry.killing(
          segment.dead, live: nil, directory: directory, identity: identity)
        if let resolved { rebuilt.append(resolved) }
      }
      let before = Manifest.RetainedPoint(
        kind: .beforeRebuild, generation: manifest.generation, content: manifest.content)
      let old = Set(fence.segments)
      let dropped = manifest.segments.filter { old.contains($0.name) }
      let younger = manifest.segments.filter { !old.contains($0.name) }
      manifest.segments = rebuilt + younger
      try manifest.checkDocumentCount(path: directory.path)
      if changesSchema { manifest.content.set(mySchema) }
      manifest.fence = nil
      manifest.retain(before)
      var result = IndexWriter.CommitResult(generation: 0)
      result.added = rebuilt.reduce(0) { $0 + $1.liveCount }
      result.deleted = dropped.reduce(0) { $0 + $1.liveCount }
      return (result, .documents)
    }
    identity.settle(fresh.map(\.name))
    pending = PendingChanges()
    isOver = true
    var result = outcome.value
    result.generation = outcome.generation
    return result
  }

  /// Kills in our own segments what others have touched since the base.
  private func apply(
    _ files: [Manifest.File], _ applied: inout Set<String>, to segments: [PendingSegment]
  ) throws(IndexError) {
    for file in files where applied.insert(file.name).inserted {
      let full = "\(directory.path)/\(file.name)"
      let touched = try TouchedIDs(decoding: try directory.open(file.name), name: full)
      for segment in segments {
        if touched.all {
          segment.dead = BitSet(count: segment.dead.count, all: true)
        } else {
          try segment.reader.documents(withIDs: touched.ids) { segment.dead.insert($0) }
        }
      }
    }
  }
}

extension Schema {
  /// That documents stored under this schema hold all that `other` needs.
  fileprivate func checkStored(for other: Schema, path: String) throws(IndexError) {
    for field in other.fields {
      guard let mine = self.field(named: field.name), !mine.stored else { continue }
      throw .invalid(
        "\(path): field \(field.name) is not stored, so the index cannot be rebuilt from stored "
          + "documents; give the paths")
    }
  }
}

// One writer's changes on their way into the newest generation.

import Bytes

/// What a commit did.
public struct CommitResult: Sendable, Equatable {
  /// The generation that holds the changes; the newest one when there were none.
  public var generation: UInt64
  /// Documents whose id was not in the index.
  public var added = 0
  /// Documents whose id was.
  public var replaced = 0
  /// Documents deleted and not replaced.
  public var deleted = 0
  /// Why merging stopped; the commit stands.
  public var mergeFailure: IndexError?
}

/// Not thread-safe.
final class PreparedCommit {
  private let directory: any Directory
  private let identity: WriterIdentity
  private let uuid: UUIDBytes
  private let files: SegmentFiles
  private let changes: PendingChanges
  private let schema: Schema
  private let isForced: Bool
  private let resolver: DeletionResolver
  private let touched: TouchedFile
  /// The new segments that have a live document.
  private let fresh: [Manifest.Segment]

  /// Resolves against the newest generation, without the lock.
  /// - Parameter isForced: a commit is made even if it changes nothing, since the last one may not be durable.
  init(
    directory: any Directory, identity: WriterIdentity, uuid: UUIDBytes, files: SegmentFiles,
    changes: PendingChanges, schema: Schema, isForced: Bool
  ) throws(IndexError) {
    self.directory = directory
    self.identity = identity
    self.uuid = uuid
    self.files = files
    self.changes = changes
    self.schema = schema
    self.isForced = isForced
    resolver = DeletionResolver(
      directory: directory, identity: identity, files: files, changes: changes)
    touched = TouchedFile(directory: directory, identity: identity, changes: changes)
    var fresh: [Manifest.Segment] = []
    for segment in changes.segments {
      let entry = Manifest.Segment(file: segment.file, documentCount: segment.dead.count)
      if let entry = try entry.killing(
        segment.dead, live: nil, directory: directory, identity: identity)
      {
        fresh.append(entry)
      }
    }
    self.fresh = fresh
    guard let newest = try Commit.readManifest(directory) else { return }
    do throws(IndexError) {
      for entry in newest.segments { _ = try resolver.resolve(entry) }
    } catch {
      // A segment was merged away meanwhile. The manifest read under the lock names what is there.
      guard case .notFound = error else { throw error }
    }
  }

  /// Commits. Files of a commit that failed are given up; those of one whose durability is unknown are
  /// the manifest's.
  func commit() throws(IndexError) -> (CommitResult, Manifest) {
    do throws(IndexError) {
      let outcome = try Commit.perform(directory, identity, uuid: uuid) {
        (manifest) throws(IndexError) in try apply(to: &manifest)
      }
      var (result, manifest) = outcome.value
      result.generation = outcome.generation
      resolver.giveUpFiles(notIn: manifest)
      touched.giveUp(notIn: manifest)
      return (result, manifest)
    } catch {
      if case .unknownDurability = error { throw error }
      resolver.giveUpFiles(notIn: nil)
      touched.giveUp(notIn: nil)
      identity.giveUp(fresh.compactMap { $0.live?.file.name })
      throw error
    }
  }

  private func apply(
    to manifest: inout Manifest
  ) throws(IndexError) -> ((CommitResult, Manifest), Commit.Change) {
    try schema.checkStillHolds(in: manifest, path: directory.path)
    if let fence = manifest.fence, fence.changesSchema, !changes.segments.isEmpty {
      throw .superseded(
        "\(directory.path): a rebuild with another schema is at work; no document can be added "
          + "before it ends")
    }
    var result = CommitResult(generation: 0)
    var segments: [Manifest.Segment] = []
    var found: [SortedIDs] = []
    for entry in manifest.segments {
      let resolved = try resolver.resolve(entry)
      if let segment = resolved.segment { segments.append(segment) }
      result.replaced += resolved.replaced
      result.deleted += resolved.deleted
      if manifest.fence != nil, let documents = resolved.found {
        found.append(try files.reader(entry).ids(of: documents))
      }
    }
    segments += fresh
    let hasChanged = segments != manifest.segments
    manifest.segments = segments
    try manifest.checkDocumentCount(path: directory.path)
    result.added = fresh.reduce(0) { $0 + $1.liveCount } - result.replaced
    if manifest.fence != nil { manifest.fence?.touched.append(try touched.write(found)) }
    let change: Commit.Change =
      hasChanged
      ? .documents : manifest.fence != nil || isForced ? .arrangement : .nothing
    return ((result, manifest), change)
  }
}

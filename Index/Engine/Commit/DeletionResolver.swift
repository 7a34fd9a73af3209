// What a writer's changes mean for the segments of others.
//
// Resolved once without the lock, against the newest manifest of the moment; under the lock only what is newer
// is resolved again. A segment with the same live documents gives the same answer, so answers are kept by
// these two names.

import Bytes

/// Not thread-safe.
final class DeletionResolver {
  /// What becomes of a segment.
  struct Resolved {
    /// nil: no document of it is left.
    var segment: Manifest.Segment?
    var replaced = 0
    var deleted = 0
    /// Live documents that the predicates found.
    var found: BitSet?
  }

  private struct Key: Hashable {
    var segment: String
    var live: String?
  }

  private let directory: any Directory
  private let identity: WriterIdentity
  private let files: SegmentFiles
  private let changes: PendingChanges
  private var answers: [Key: Resolved] = [:]
  private var written: Set<String> = []

  init(
    directory: any Directory, identity: WriterIdentity, files: SegmentFiles,
    changes: PendingChanges
  ) {
    self.directory = directory
    self.identity = identity
    self.files = files
    self.changes = changes
  }

  func resolve(_ entry: Manifest.Segment) throws(IndexError) -> Resolved {
    let key = Key(segment: entry.name, live: entry.live?.file.name)
    if let answer = answers[key] { return answer }
    let answer = try resolveAnew(entry)
    answers[key] = answer
    return answer
  }

  /// Files that were written and are not in `manifest`: given up.
  func giveUpFiles(notIn manifest: Manifest?) {
    let kept = manifest?.fileNames ?? []
    identity.giveUp(written.filter { !kept.contains($0) })
  }

  private func resolveAnew(_ entry: Manifest.Segment) throws(IndexError) -> Resolved {
    if changes.clearsAll { return Resolved(segment: nil, deleted: entry.liveCount) }
    let reader = try files.reader(entry)
    let live = try files.live(entry)
    var dead = BitSet(count: entry.documentCount)
    var replaced = dead
    for segment in changes.segments {
      guard let ids = segment.reader.ids else { continue }
      try reader.documents(withIDsOf: ids) { (document, cursor) throws(IndexError) in
        guard live?.isLive(document) ?? true else { return }
        dead.insert(document)
        if try segment.isLive(cursor) { replaced.insert(document) }
      }
    }
    try reader.documents(withIDs: changes.deletes) { document in
      if live?.isLive(document) ?? true { dead.insert(document) }
    }
    var found: BitSet?
    if !changes.predicates.isEmpty {
      var all = BitSet(count: entry.documentCount)
      let snapshot = SnapshotSegment(entry: entry, reader: reader, live: live, base: 0)
      for predicate in changes.predicates { all.formUnion(try predicate(snapshot)) }
      if let live { all.formIntersection(live.bits) }
      dead.formUnion(all)
      found = all
    }
    let count = dead.population
    guard count > 0 else {
      return Resolved(segment: entry, found: found)
    }
    let segment = try entry.killing(
      dead, live: live, directory: directory, identity: identity)
    if let name = segment?.live?.file.name { written.insert(name) }
    return Resolved(
      segment: segment, replaced: replaced.population, deleted: count - replaced.population,
      found: found)
  }
}

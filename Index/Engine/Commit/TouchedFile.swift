// The ids that a commit touches, written when a rebuild stands by.

/// Not thread-safe.
final class TouchedFile {
  private let directory: any Directory
  private let identity: WriterIdentity
  private let changes: PendingChanges

  init(directory: any Directory, identity: WriterIdentity, changes: PendingChanges) {
    self.directory = directory
    self.identity = identity
    self.changes = changes
  }

  private var name: String?

  /// Writes the ids upserted, asked to be deleted, and those of `found`.
  func write(_ found: [SortedIDs]) throws(IndexError) -> Manifest.File {
    let touched =
      changes.clearsAll
      ? TouchedIDs(all: true) : TouchedIDs(ids: try SortedIDs(upsertedAndDeleted: changes, found))
    let name = identity.newName(suffix: FileName.touchedSuffix)
    self.name = name
    return try directory.write(touched.encoded(), to: name)
  }

  func giveUp(notIn manifest: Manifest?) {
    guard let name, !(manifest?.fileNames.contains(name) ?? false) else { return }
    identity.giveUp(CollectionOfOne(name))
  }
}

extension SortedIDs {
  fileprivate init(
    upsertedAndDeleted changes: PendingChanges, _ found: [SortedIDs]
  ) throws(IndexError) {
    self.init()
    var merged = try MergedTerms(changes.segments.map(\.reader.ids))
    while try merged.next() { unsafe append(merged.term) }
    for other in [changes.deletes] + found where !other.isEmpty { self = union(other) }
  }

  private func union(_ other: SortedIDs) -> SortedIDs {
    SortedIDs(
      (0..<count).map { Array(self[$0]) } + (0..<other.count).map { Array(other[$0]) })
  }
}

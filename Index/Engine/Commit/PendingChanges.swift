// What one writer will commit: its new segments with what is already dead in them, and what it deletes in
// everybody else's.

import Bytes

/// Which documents of a segment a deletion by query means. Evaluated against the segments that the
/// writer added before it, and at the commit against all others.
typealias DeletePredicate = @Sendable (SnapshotSegment) throws(IndexError) -> BitSet

final class PendingSegment {
  let name: String
  let file: Manifest.File
  let reader: SegmentReader
  /// Documents replaced or deleted by what came later in the same writer.
  var dead: BitSet

  init(name: String, file: Manifest.File, reader: SegmentReader, dead: BitSet) {
    self.name = name
    self.file = file
    self.reader = reader
    self.dead = dead
  }
}

struct PendingChanges {
  private(set) var segments: [PendingSegment] = []
  private(set) var deletes = SortedIDs()
  private(set) var predicates: [DeletePredicate] = []
  /// Everything committed before goes.
  private(set) var clearsAll = false
  private var deleted: Set<[UInt8]> = []

  var isEmpty: Bool {
    segments.isEmpty && deletes.isEmpty && predicates.isEmpty && !clearsAll
  }

  /// Takes over what the shards have built, and resolves within it and against what was taken before.
  mutating func append(
    _ changes: BuiltChanges, from directory: any Directory
  ) throws(IndexError) {
    let older = segments
    for (built, deletes) in changes.shards {
      var fresh: [PendingSegment] = []
      for segment in built { fresh.append(try open(segment, in: directory)) }
      try killReplaced(among: fresh)
      for (id, reach) in deletes {
        for segment in fresh.prefix(reach) {
          try segment.reader.documents(withID: id) { segment.dead.insert($0) }
        }
      }
      for segment in older {
        for newer in fresh {
          guard let ids = newer.reader.ids else { continue }
          try segment.reader.documents(withIDsOf: ids) { (document, _) in
            segment.dead.insert(document)
          }
        }
        for id in deletes.keys {
          try segment.reader.documents(withID: id) { segment.dead.insert($0) }
        }
      }
      segments += fresh
      deleted.formUnion(deletes.keys)
    }
    deletes = SortedIDs(deleted)
  }

  /// Deletes what `predicate` finds, now in the segments of this writer, at the commit in the others.
  mutating func delete(where predicate: @escaping DeletePredicate) throws(IndexError) {
    for segment in segments {
      let found = try predicate(segment.asSnapshot())
      segment.dead.formUnion(found)
    }
    predicates.append(predicate)
  }

  /// Deletes everything, here and at the commit.
  mutating func deleteAll() {
    self = PendingChanges()
    clearsAll = true
  }

  var names: [String] { segments.map(\.name) }

  private func open(
    _ built: BuiltSegment, in directory: any Directory
  ) throws(IndexError) -> PendingSegment {
    let info = built.info
    let bytes = try directory.open(info.name)
    let reader = try SegmentReader.open(bytes, name: "\(directory.path)/\(info.name)")
    var dead = BitSet(count: info.documentCount)
    for document in built.deadDocuments { dead.insert(Int(document)) }
    let file = Manifest.File(name: info.name, length: info.length, checksum: info.checksum)
    return PendingSegment(name: info.name, file: file, reader: reader, dead: dead)
  }

  /// Of an id in several segments only the last one's document lives.
  private func killReplaced(among fresh: [PendingSegment]) throws(IndexError) {
    guard fresh.count > 1 else { return }
    var merged = try MergedTerms(fresh.map(\.reader.ids))
    while try merged.next() {
      guard merged.sources.count > 1 else { continue }
      for index in 0..<merged.sources.count - 1 {
        let segment = fresh[merged.sources[index]]
        try segment.reader.documents(of: merged.cursors[merged.places[index]].entry()) {
          segment.dead.insert($0)
        }
      }
    }
  }
}

extension PendingSegment {
  /// Whether a document of the id that `cursor` stands at lives.
  func isLive(_ cursor: TermCursor) throws(IndexError) -> Bool {
    var isLive = false
    try reader.documents(of: cursor.entry()) { if !dead[$0] { isLive = true } }
    return isLive
  }

  func asSnapshot() -> SnapshotSegment {
    let deleted = dead.population
    var entry = Manifest.Segment(file: file, documentCount: dead.count)
    guard deleted > 0 else {
      return SnapshotSegment(entry: entry, reader: reader, live: nil, base: 0)
    }
    entry.live = .init(
      file: .init(name: "", length: 0, checksum: 0), deletedCount: deleted)
    return SnapshotSegment(entry: entry, reader: reader, live: LiveDocs(dead: dead), base: 0)
  }
}

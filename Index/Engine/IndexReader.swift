// The reading door: one generation of an index, held open. Documents by id, export, statistics; searches go
// through `Searcher`.

import Bytes

/// One generation of an index. Immutable and safe to share among threads; what it shows does not change, whatever
/// writers do meanwhile.
public final class IndexReader: Sendable {
  package let snapshot: Snapshot
  let view: SearchView

  private init(_ snapshot: Snapshot) {
    self.snapshot = snapshot
    var segments: [SearchSegment] = []
    for segment in snapshot.segments {
      segments.append(SearchSegment(segment, ordinal: segments.count))
    }
    view = SearchView(
      segments: segments, schema: snapshot.schema, generation: snapshot.generation)
  }

  /// Opens the newest generation. Its files stay readable, whatever is committed later.
  /// - Throws: `notFound` when there is no index; `corrupt`, `version`, `system`.
  public static func open(_ directory: any Directory) throws(IndexError) -> IndexReader {
    IndexReader(try Snapshot.open(directory))
  }

  /// The newest generation; this reader itself when there is none newer. Segments that are open are kept open.
  public func newest(_ directory: any Directory) throws(IndexError) -> IndexReader {
    let newest = try Snapshot.open(directory, reusing: snapshot)
    return newest === snapshot ? self : IndexReader(newest)
  }

  public var generation: UInt64 { snapshot.generation }
  public var uuid: String { snapshot.uuid.description }
  public var schema: Schema { snapshot.schema }
  /// Documents that can be found.
  public var documentCount: Int { snapshot.documentCount - snapshot.deletedCount }
  /// Documents that are deleted or replaced, and still take room.
  public var deletedCount: Int { snapshot.deletedCount }
  /// Bytes of the files that the generation consists of, the manifest aside.
  public var sizeInBytes: Int { segments.reduce(0) { $0 + $1.sizeInBytes } }

  public struct SegmentSummary: Sendable, Equatable {
    public var name: String
    /// Deleted ones included.
    public var documentCount: Int
    public var deletedCount: Int
    /// Of the segment and its live documents.
    public var sizeInBytes: Int
  }

  public var segments: [SegmentSummary] {
    snapshot.manifest.segments.map { segment in
      SegmentSummary(
        name: segment.name, documentCount: segment.documentCount,
        deletedCount: segment.deletedCount,
        sizeInBytes: segment.file.length + (segment.live?.file.length ?? 0))
    }
  }

  /// The stored fields of a document; nil when there is none of that id.
  public func document(id: String) throws(IndexError) -> [StoredField]? {
    let bytes = Array(id.utf8)
    for segment in view.segments.reversed() {
      guard let entry = try segment.reader.ids?.lookup(bytes) else { continue }
      var found: Int?
      try segment.reader.documents(of: entry) { document in
        if segment.isLive(document) { found = document }
      }
      if let found {
        var reader = StoredFieldsReader(schema: schema)
        return try reader.read(segment.reader, found).fields
      }
    }
    return nil
  }

  /// Calls `body` with the id and the stored fields of every document, in the order of document numbers.
  /// - Parameter start: documents passed over at the beginning: where an export goes on.
  public func forEachDocument(
    from start: Int = 0, _ body: (String, [StoredField]) throws(IndexError) -> Void
  ) throws(IndexError) {
    var reader = StoredFieldsReader(schema: schema)
    var place = 0
    for segment in view.segments {
      for document in 0..<segment.documentCount where segment.isLive(document) {
        defer { place += 1 }
        if place < start { continue }
        let stored = try reader.read(segment.reader, document)
        try body(stored.id, stored.fields)
      }
    }
  }
}

extension SearchSegment {
  init(_ segment: SnapshotSegment, ordinal: Int) {
    self.init(
      reader: segment.reader, live: segment.live?.bits, first: UInt32(segment.base),
      ordinal: ordinal)
  }

  func isLive(_ document: Int) -> Bool { live.map { $0[document] } ?? true }
}

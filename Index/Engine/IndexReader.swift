// The reading door: one generation of an index, held open. Documents by id, export; what its fields hold is told in
// FieldSummary.swift; searches go through `Searcher`.

import Bytes

/// One generation of an index. Immutable and safe to share among threads; what it shows does not change, whatever
/// writers do meanwhile.
public final class IndexReader: Sendable {
  package let snapshot: Snapshot
  let view: SearchView

  /// - Parameter previous: what it has made of the settings is taken over where they are the same.
  private init(_ snapshot: Snapshot, after previous: IndexReader? = nil) {
    self.snapshot = snapshot
    var segments: [SearchSegment] = []
    for segment in snapshot.segments {
      segments.append(SearchSegment(segment, ordinal: segments.count))
    }
    var synonyms = snapshot.settings.synonyms.map { Synonyms($0) }
    if let known = previous?.view.synonyms, known.rules == synonyms?.rules { synonyms = known }
    view = SearchView(
      segments: segments, schema: snapshot.schema, generation: snapshot.generation,
      synonyms: synonyms)
  }

  /// Opens the newest generation. Its files stay readable, whatever is committed later.
  /// - Throws: `notFound` when there is no index; `corrupt`, `version`, `system`.
  public static func open(_ directory: any Directory) throws(IndexError) -> IndexReader {
    IndexReader(try Snapshot.open(directory))
  }

  /// The newest generation; this reader itself when there is none newer. Segments that are open are kept open.
  public func newest(_ directory: any Directory) throws(IndexError) -> IndexReader {
    let newest = try Snapshot.open(directory, reusing: snapshot)
    return newest === snapshot ? self : IndexReader(newest, after: self)
  }

  public var generation: UInt64 { snapshot.generation }
  public var uuid: String { snapshot.uuid.description }
  public var schema: Schema { snapshot.schema }
  public var settings: IndexSettings { snapshot.settings }
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
    guard let document = try view.document(id: id) else { return nil }
    let segment = view.segment(of: document)
    var reader = StoredFieldsReader(schema: schema)
    return try reader.read(segment.reader, Int(document - segment.first)).fields
  }

  /// Calls `body` with the id and the stored fields of every document, in the order of document numbers.
  public func forEachDocument(
    _ body: (String, [StoredField]) throws(IndexError) -> Void
  ) throws(IndexError) {
    var documents = documents()
    while let document = try documents.next() { try body(document.id, document.fields) }
  }

  /// The documents from a number on.
  /// - Parameter position: 0, or what `DocumentIterator.position` was before. Numbers count deleted documents, and mean
  ///   the same within one generation only.
  public func documents(from position: Int = 0) -> DocumentIterator {
    DocumentIterator(view, from: position)
  }
}

/// Goes through the documents of a generation, which it holds open, in the order of their numbers.
public struct DocumentIterator: Sendable {
  private let view: SearchView
  private var fields: StoredFieldsReader
  /// Number of the first document that was not looked at: where another iterator would go on.
  public private(set) var position: Int

  fileprivate init(_ view: SearchView, from position: Int) {
    self.view = view
    self.position = max(0, position)
    fields = StoredFieldsReader(schema: view.schema)
  }

  /// The id and the stored fields of the next document; nil after the last one.
  public mutating func next() throws(IndexError) -> (id: String, fields: [StoredField])? {
    while position < view.documentCount {
      let segment = view.segment(of: UInt32(position))
      let number = position - Int(segment.first)
      position += 1
      guard segment.isLive(number) else { continue }
      let document = try fields.read(segment.reader, number)
      return (document.id, document.fields)
    }
    return nil
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

extension SearchView {
  /// The number of the live document of an id; nil when there is none.
  func document(id: String) throws(IndexError) -> UInt32? {
    let bytes = Array(id.utf8)
    for segment in segments.reversed() {
      var found: Int?
      try segment.reader.documents(withID: bytes) { document in
        if segment.isLive(document) { found = document }
      }
      if let found { return segment.first + UInt32(found) }
    }
    return nil
  }
}

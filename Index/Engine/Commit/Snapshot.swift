// One generation, held open: the files stay readable however the index goes on.

import Bytes
import JSON
import Synchronization

/// A segment as one generation sees it.
final class SnapshotSegment: Sendable {
  let entry: Manifest.Segment
  let reader: SegmentReader
  /// nil: every document is live.
  let live: LiveDocs?
  /// Number of its first document within the snapshot.
  let base: Int

  init(entry: Manifest.Segment, reader: SegmentReader, live: LiveDocs?, base: Int) {
    self.entry = entry
    self.reader = reader
    self.live = live
    self.base = base
  }
}

package final class Snapshot: Sendable {
  package let manifest: Manifest
  package let schema: Schema
  let segments: [SnapshotSegment]
  private let files: SegmentFiles

  package var generation: UInt64 { manifest.generation }
  package var uuid: UUIDBytes { manifest.uuid }
  package let settings: IndexSettings
  /// Deleted documents included: what document numbers count.
  package let documentCount: Int
  package let deletedCount: Int

  /// Why texts and queries cannot be compared with the terms of this index: it was written with other analyzers.
  package let analyzerMismatch: IndexError?

  private static let attempts = 10

  private init(
    manifest: Manifest, schema: Schema, settings: IndexSettings, segments: [SnapshotSegment],
    files: SegmentFiles
  ) {
    self.manifest = manifest
    self.schema = schema
    self.settings = settings
    self.segments = segments
    self.files = files
    analyzerMismatch = manifest.content.analyzerMismatch(path: files.path)
    documentCount = segments.reduce(0) { $0 + $1.entry.documentCount }
    deletedCount = segments.reduce(0) { $0 + $1.entry.deletedCount }
  }

  /// Opens the newest generation. Segments that `previous` has open are taken over.
  /// - Throws: `notFound` when there is no index; `corrupt` when a file is not as the manifest says.
  package static func open(
    _ directory: any Directory, reusing previous: Snapshot? = nil
  ) throws(IndexError) -> Snapshot {
    var attempt = 1
    while true {
      guard let manifest = try Commit.readManifest(directory) else {
        throw .notFound("index \(directory.path)")
      }
      if let previous, previous.manifest == manifest { return previous }
      do throws(IndexError) {
        return try open(directory, manifest, reusing: previous)
      } catch {
        // A commit came in between and its cleaning took a file: the manifest is another one by now.
        guard case .notFound = error, attempt < attempts else { throw error }
        attempt += 1
      }
    }
  }

  /// Opens what `manifest` names.
  static func open(
    _ directory: any Directory, _ manifest: Manifest, reusing previous: Snapshot? = nil
  ) throws(IndexError) -> Snapshot {
    let files = SegmentFiles(directory, reusing: previous?.files)
    let schema = try manifest.content.parsedSchema(path: directory.path)
    let settings: IndexSettings
    if let previous, previous.manifest.content.settings == manifest.content.settings {
      settings = previous.settings
    } else {
      settings = try manifest.content.parsedSettings(path: directory.path)
    }
    var segments: [SnapshotSegment] = []
    var base = 0
    for entry in manifest.segments {
      let reader = try files.reader(entry)
      let live = try files.live(entry)
      segments.append(SnapshotSegment(entry: entry, reader: reader, live: live, base: base))
      base += entry.documentCount
      guard base < Int(UInt32.max) else {
        throw .corrupt(
          file: "\(directory.path)/\(FileName.manifest)", offset: 0,
          detail: "more than 2^32 documents")
      }
    }
    // What only older generations name is let go with them.
    files.keep(only: manifest)
    return Snapshot(
      manifest: manifest, schema: schema, settings: settings, segments: segments, files: files)
  }
}

extension Manifest.Content {
  package func parsedSchema(path: String) throws(IndexError) -> Schema {
    do {
      return try Schema(json: try JSONValue.parse(schema))
    } catch {
      throw .corrupt(
        file: "\(path)/\(FileName.manifest)", offset: 0, detail: "schema: \(error)")
    }
  }

  func parsedSettings(path: String) throws(IndexError) -> IndexSettings {
    do throws(IndexError) {
      return try IndexSettings(text: settings)
    } catch {
      throw .invalid("\(path): \(error)")
    }
  }
}

/// Open segments and live documents, by file name. Names are never used twice, so what is open stays
/// right. Thread-safe.
final class SegmentFiles: Sendable {
  private let directory: any Directory
  var path: String { directory.path }
  private struct Open {
    var readers: [String: SegmentReader] = [:]
    var lives: [String: LiveDocs] = [:]
  }
  private let state: Mutex<Open>

  init(_ directory: any Directory, reusing other: SegmentFiles? = nil) {
    self.directory = directory
    state = Mutex(other?.state.withLock { $0 } ?? Open())
  }

  /// The segment, opened and compared with what the manifest says of it.
  func reader(_ entry: Manifest.Segment) throws(IndexError) -> SegmentReader {
    if let open = state.withLock({ $0.readers[entry.name] }) { return open }
    let full = "\(directory.path)/\(entry.name)"
    let bytes = try directory.open(entry.name)
    try check(bytes, entry.file)
    let reader = try SegmentReader.open(bytes, name: full)
    guard reader.checksum == entry.file.checksum else {
      throw .corrupt(
        file: full, offset: bytes.count,
        detail: "checksum \(hex(entry.file.checksum)) expected, \(hex(reader.checksum)) found")
    }
    guard reader.documentCount == entry.documentCount else {
      throw .corrupt(
        file: full, offset: 0,
        detail: "\(entry.documentCount) documents expected, \(reader.documentCount) found")
    }
    return state.withLock { state in
      if let other = state.readers[entry.name] { return other }
      state.readers[entry.name] = reader
      return reader
    }
  }

  /// The live documents of the segment; nil when all are.
  func live(_ entry: Manifest.Segment) throws(IndexError) -> LiveDocs? {
    guard let live = entry.live else { return nil }
    if let open = state.withLock({ $0.lives[live.file.name] }) { return open }
    let full = "\(directory.path)/\(live.file.name)"
    let bytes = try directory.open(live.file.name)
    try check(bytes, live.file)
    let decoded = try LiveDocs(bytes, name: full, documentCount: entry.documentCount)
    guard decoded.deletedCount == live.deletedCount else {
      throw .corrupt(
        file: full, offset: 0,
        detail: "\(live.deletedCount) deleted documents expected, \(decoded.deletedCount) found")
    }
    return state.withLock { state in
      if let other = state.lives[live.file.name] { return other }
      state.lives[live.file.name] = decoded
      return decoded
    }
  }

  /// Lets go what is not among `manifest`'s files.
  func keep(only manifest: Manifest) {
    let names = Set(manifest.segments.map(\.name))
    let lives = Set(manifest.segments.compactMap { $0.live?.file.name })
    state.withLock { state in
      state.readers = state.readers.filter { names.contains($0.key) }
      state.lives = state.lives.filter { lives.contains($0.key) }
    }
  }

  private func check(_ bytes: FileBytes, _ file: Manifest.File) throws(IndexError) {
    guard bytes.count == file.length else {
      throw .corrupt(
        file: "\(directory.path)/\(file.name)", offset: min(bytes.count, file.length),
        detail: "\(file.length) bytes expected, \(bytes.count) found")
    }
  }
}

extension Directory {
  /// Writes a small file as a whole and makes its content durable.
  func write(_ bytes: [UInt8], to name: String) throws(IndexError) -> Manifest.File {
    let file = try create(name)
    try file.append(unsafe bytes.span.bytes)
    try file.sync()
    try file.close()
    return Manifest.File(name: name, length: bytes.count, checksum: Checksum.of(bytes))
  }
}

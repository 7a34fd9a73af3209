// The schema as a writer knows it, and how it grows.

import Analysis
import Bytes
import JSON

/// Thread-safe.
final class SchemaSource: @unchecked Sendable {
  private let directory: any Directory
  private let identity: WriterIdentity
  private let uuid: UUIDBytes
  /// A rebuild's schema of its own grows without commits: it is committed with the rebuild.
  private let isPrivate: Bool
  private let monitor = Monitor()
  private var schema: Schema

  init(
    _ schema: Schema, _ directory: any Directory, _ identity: WriterIdentity, uuid: UUIDBytes,
    isPrivate: Bool = false
  ) {
    self.schema = schema
    self.directory = directory
    self.identity = identity
    self.uuid = uuid
    self.isPrivate = isPrivate
  }

  var current: Schema { monitor.withLock { schema } }

  /// The schema with a field of this name: made by a commit, unless somebody was faster.
  /// - Throws: `document` when there can be no such field.
  func field(_ name: String, _ type: FieldType) throws(IndexError) -> Schema {
    try monitor.withLock { () throws(IndexError) in
      if schema.number(of: name) != nil { return schema }
      do throws(IndexError) {
        try add([try SchemaInference.field(name, type)])
      } catch {
        guard case .invalid(let detail) = error else { throw error }
        throw .document(id: nil, field: name, detail: detail)
      }
      return schema
    }
  }

  /// Adds the fields that are not there yet, by one commit.
  func add(fields: [Field]) throws(IndexError) {
    try monitor.withLock { () throws(IndexError) in
      let new = fields.filter { schema.number(of: $0.name) == nil }
      if !new.isEmpty { try add(new) }
    }
  }

  private func add(_ fields: [Field]) throws(IndexError) {
    if isPrivate {
      schema = try schema.adding(fields)
      return
    }
    let outcome = try Commit.perform(directory, identity, uuid: uuid) {
      (manifest) throws(IndexError) in
      let newest = try manifest.content.parsedSchema(path: directory.path)
      try schema.checkStillHolds(in: manifest, path: directory.path)
      let next = try newest.adding(fields)
      if next == newest { return (newest, .nothing) }
      if manifest.fence?.changesSchema ?? false {
        throw .superseded(
          "\(directory.path): a rebuild with another schema is at work; no field can be added before "
            + "it ends")
      }
      manifest.content.set(next)
      return (next, .arrangement)
    }
    schema = outcome.value
  }
}

extension Schema {
  /// The schema with those of the fields that it does not name yet.
  fileprivate func adding(_ fields: [Field]) throws(IndexError) -> Schema {
    var schema = self
    for field in fields where schema.number(of: field.name) == nil { try schema.add(field) }
    for field in schema.fields { try schema.checkLanguage(of: field) }
    return schema
  }

  /// That segments written under this schema can be read under the manifest's.
  func checkStillHolds(in manifest: Manifest, path: String) throws(IndexError) {
    if manifest.content.schema == text { return }
    guard try manifest.content.parsedSchema(path: path).extends(self) else {
      throw .superseded("\(path): the schema was changed by a rebuild or a rollback meanwhile")
    }
  }

  /// The schema as manifests keep it.
  var text: String {
    var writer = JSONWriter()
    writer.value(json())
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

extension Manifest.Content {
  init(schema: Schema, settings: String = "{}") {
    self.init(schema: "", settings: settings)
    set(schema)
  }

  mutating func set(_ schema: Schema) {
    self.schema = schema.text
    analyzers = schema.fingerprints
  }

  /// Why this program's analyzers do not make the terms that the index has; nil when they do.
  func analyzerMismatch(path: String) -> IndexError? {
    for analyzer in analyzers {
      guard let mine = Analyzer.named(analyzer.name) else {
        return .analyzer(
          index: path,
          detail: "this program has no analyzer \(analyzer.name), by which it was written")
      }
      guard mine.fingerprint == analyzer.value else {
        return .analyzer(
          index: path, detail: "was written with another version of the analyzer \(analyzer.name)")
      }
    }
    return nil
  }
}

extension Schema {
  /// Of the analyzers that the fields use, by name.
  var fingerprints: [Manifest.AnalyzerFingerprint] {
    var names: Set<String> = []
    for field in fields {
      switch field.type {
      case .text where field.isAuto:
        names.formUnion(FieldVariant.installed.lazy.map(\.name))
      case .text: names.insert(field.analyzer ?? "standard")
      case .keyword: names.insert("standard")
      default: break
      }
    }
    return names.sorted().compactMap { name in
      Analyzer.named(name).map { .init(name: name, value: $0.fingerprint) }
    }
  }
}

extension Manifest {
  /// Document numbers have 32 bits, and the last one means "none".
  func checkDocumentCount(path: String) throws(IndexError) {
    var sum = 0
    for segment in segments { sum += segment.documentCount }
    guard sum < Int(UInt32.max) else {
      throw .invalid("\(path): an index has at most 2^32 - 2 documents, deleted ones included")
    }
  }
}

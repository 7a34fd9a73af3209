// Indexes as the answers of `/v1/indexes` and of the tool's `list` and `stats` describe them.

import InvertedIndex
import JSON

public struct IndexDescription: Sendable {
  public enum Status: String, Sendable {
    case ready
    /// A newer generation cannot be opened; the last good one answers.
    case degraded
    /// No generation could be opened.
    case unavailable
  }

  public var name: String
  public var status: Status
  /// Why it is not `ready`.
  public var fault: String?
  /// nil when unavailable.
  public var reader: IndexReader?
  /// Other names that stand for it, alone or with others.
  public var aliases: [String] = []

  public init(name: String, status: Status = .ready, fault: String? = nil, reader: IndexReader?) {
    self.name = name
    self.status = status
    self.fault = fault
    self.reader = reader
  }

  func write(into writer: inout JSONWriter, whole: Bool) {
    writer.object { writer in
      writer.field("name", name)
      writer.field("status", status.rawValue)
      if !aliases.isEmpty {
        writer.name("aliases")
        writer.array { writer in
          for alias in aliases { writer.string(alias) }
        }
      }
      if let fault { writer.field("fault", fault) }
      guard let reader else { return }
      writer.field("generation", reader.generation)
      writer.field("uuid", reader.uuid)
      writer.field("documents", reader.documentCount)
      writer.field("deleted", reader.deletedCount)
      writer.field("size_bytes", reader.sizeInBytes)
      guard whole else {
        writer.field("segments", reader.segments.count)
        return
      }
      // What cannot be read shows when it is searched.
      if let parts = try? reader.composition() {
        writer.name("bytes")
        writer.object { writer in
          writer.field("postings", parts.postings)
          writer.field("dictionaries", parts.dictionaries)
          writer.field("stored", parts.stored)
          writer.field("columns", parts.columns)
          writer.field("norms", parts.norms)
          writer.field("rest", parts.rest)
        }
      }
      writer.name("segments")
      writer.array { writer in
        for segment in reader.segments {
          writer.object { writer in
            writer.field("name", segment.name)
            writer.field("documents", segment.documentCount)
            writer.field("deleted", segment.deletedCount)
            writer.field("size_bytes", segment.sizeInBytes)
          }
        }
      }
      writer.field("schema", reader.schema.json())
    }
  }
}

extension Wire {
  /// `GET /v1/indexes`
  public static func answer(_ indexes: [IndexDescription], pretty: Bool = false) -> [UInt8] {
    document(pretty) { writer in
      writer.name("indexes")
      writer.array { writer in
        for index in indexes { index.write(into: &writer, whole: false) }
      }
    }
  }

  /// `GET /v1/aliases`
  /// - Parameter fault: why the aliases may be older than those on the disk.
  public static func answer(
    _ aliases: IndexAliases, fault: String? = nil, pretty: Bool = false
  ) -> [UInt8] {
    document(pretty) { writer in
      if let fault { writer.field("fault", fault) }
      writer.name("aliases")
      writer.array { writer in
        for name in aliases.names {
          writer.object { writer in
            writer.field("name", name)
            writer.name("indexes")
            writer.array { writer in
              for index in aliases[name] ?? [] { writer.string(index) }
            }
          }
        }
      }
    }
  }

  /// `GET /v1/indexes/{i}`
  public static func answer(_ index: IndexDescription, pretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(pretty: pretty)
    index.write(into: &writer, whole: true)
    writer.newline()
    return writer.bytes
  }
}

// Ids, and the column values of single documents, without touching stored text: what a sync of files asks.

import Bytes

/// One generation, looked into by id. Thread-safe.
package struct IDColumns: Sendable {
  private let snapshot: Snapshot

  package init(_ directory: any Directory) throws(IndexError) {
    snapshot = try Snapshot.open(directory)
  }

  package var schema: Schema { snapshot.schema }

  /// The first value of each field in its column, for the live document of an id.
  /// - Parameter fields: names; one without a column has no value. Dates are milliseconds since 1970.
  /// - Returns: nil when there is no such document.
  package func values(id: String, fields: [String]) throws(IndexError) -> [Int64?]? {
    let bytes = Array(id.utf8)
    for segment in snapshot.segments {
      var found: Int?
      try segment.reader.documents(withID: bytes) { document in
        if segment.live?.isLive(document) ?? true { found = document }
      }
      guard let found else { continue }
      var values: [Int64?] = []
      for name in fields {
        let column = snapshot.schema.number(of: name).flatMap { segment.reader.column($0) }
        values.append(try column?.first(found))
      }
      return values
    }
    return nil
  }

  /// Calls `body` with the id of every live document whose id begins with `prefix`; segment by segment,
  /// ascending within each.
  package func forEachID(
    prefix: String, _ body: (String) throws(IndexError) -> Void
  ) throws(IndexError) {
    let bytes = Array(prefix.utf8)
    for segment in snapshot.segments {
      guard let cursor = segment.reader.ids?.cursor() else { continue }
      var isThere = try bytes.isEmpty ? cursor.next() : cursor.seek(unsafe bytes.span.bytes)
      while isThere, unsafe cursor.hasPrefix(bytes.span.bytes) {
        var isLive = false
        try segment.reader.documents(of: cursor.entry()) { document in
          if segment.live?.isLive(document) ?? true { isLive = true }
        }
        if isLive { try body(String(decoding: cursor.bytes, as: UTF8.self)) }
        isThere = try cursor.next()
      }
    }
  }
}

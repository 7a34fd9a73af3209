import Extraction
import InvertedIndex
import JSON

/// What both engines build from: the documents, the fields, and the documents that are left out of both.
///
/// Builders run as child processes and get the plan as a file.
struct Plan: Equatable {
  struct Column: Equatable {
    var name: String
    /// Searched by words in both; the others are stored alone, in both.
    var isSearched: Bool
    /// Its name in the table: columns of SQLite are told apart without case, and some names are taken.
    var sqlName: String
  }

  var paths: [String]
  var analyzer: String
  /// Without the id.
  var columns: [Column]
  /// Ordinals of documents that are left out: replaced by a later one of the same id, or refused. Ascending.
  var skipped: [Int] = []
  /// Bytes that a build may take: Martlet's writer, or SQLite's page cache and FTS5's hash together.
  var memory = 256 << 20

  init(
    paths: [String], analyzer: String,
    columns: [(name: String, isSearched: Bool)]
  ) {
    self.paths = paths
    self.analyzer = analyzer
    var taken: Set<String> = ["id", "rank", "rowid", "oid", "_rowid_", FTS5Index.table]
    self.columns = []
    for column in columns {
      var name = column.name
      var number = 1
      while !taken.insert(name.lowercased()).inserted {
        number += 1
        name = "\(column.name)_\(number)"
      }
      self.columns.append(
        Column(
          name: column.name, isSearched: column.isSearched, sqlName: name))
    }
  }

  /// The schema of Martlet's index. What is not searched is kept as it was written, as in FTS5's table.
  func schema() throws(IndexError) -> Schema {
    var fields: [Field] = []
    for column in columns {
      fields.append(
        try Field(
          name: column.name, type: .text, analyzer: analyzer, indexed: column.isSearched))
    }
    return try Schema(
      fields: fields, dynamic: .ignore, defaultFields: columns.filter(\.isSearched).map(\.name))
  }

  /// Calls `body` with every document that is not left out and its ordinal: its place among all documents read.
  func forEachDocument(
    _ body: (_ ordinal: Int, _ document: borrowing Document) throws(Failure) -> Void
  ) throws(Failure) {
    let source = DocumentSource(paths: paths)
    var document = Document()
    var ordinal = 0
    var left = skipped[...]
    while let outcome = source.next(into: &document) {
      guard case .document = outcome else { continue }
      defer { ordinal += 1 }
      if left.first == ordinal {
        left.removeFirst()
        continue
      }
      try body(ordinal, document)
    }
  }
}

extension Plan {
  init(json: JSONValue) throws(Failure) {
    guard let paths = json["paths"]?.array?.compactMap(\.string),
      let analyzer = json["analyzer"]?.string, let columns = json["columns"]?.array,
      let skipped = json["skipped"]?.array?.compactMap(\.int), let memory = json["memory"]?.int
    else { throw Failure(.data, "not a plan") }
    self.paths = paths
    self.analyzer = analyzer
    self.skipped = skipped
    self.memory = memory
    self.columns = columns.compactMap { column in
      guard let name = column["name"]?.string, let sqlName = column["sql_name"]?.string,
        let isSearched = column["searched"]?.bool
      else { return nil }
      return Column(name: name, isSearched: isSearched, sqlName: sqlName)
    }
  }

  var json: JSONValue {
    let columns = self.columns.map { column -> JSONValue in
      [
        "name": .string(column.name), "sql_name": .string(column.sqlName),
        "searched": .bool(column.isSearched),
      ]
    }
    return [
      "paths": .array(paths.map { .string($0) }), "analyzer": .string(analyzer),
      "columns": .array(columns), "skipped": .array(skipped.map { .integer(Int64($0)) }),
      "memory": .integer(Int64(memory)),
    ]
  }
}

// Deleting what a query finds. Read strictly: what a search would warn of and go on deletes nothing here.

import Bytes
import QueryLanguage

extension IndexWriter {
  /// Deletes the documents that a request finds: those added here before, and at the commit those of the index.
  ///
  /// The query is read strictly. One that only excludes, one that finds everything, and a filter without a query
  /// are refused unless `all` says that it is meant.
  /// - Throws: `query` with the warnings of the query; `invalid`.
  public func delete(matching request: SearchRequest, all: Bool) throws(IndexError) {
    let schema = self.schema
    let request = try DeleteByQuery.strict(request, all: all, schema: schema)
    // Faults show now, not at the commit.
    let none = SearchView(segments: [], schema: schema, generation: 0)
    _ = try PreparedQuery(request, none, deadline: .never)
    try delete { segment throws(IndexError) in
      try Searcher.matches(request, in: segment, schema: schema)
    }
  }

  /// How many documents of a generation `delete(matching:all:)` would delete.
  public static func countMatching(
    _ request: SearchRequest, all: Bool, in reader: IndexReader
  ) throws(IndexError) -> Int {
    let request = try DeleteByQuery.strict(request, all: all, schema: reader.schema)
    return try Searcher(reader).count(request).total.value
  }
}

enum DeleteByQuery {
  /// The request as it is carried out: strict, and naming everything where it only excludes.
  static func strict(
    _ request: SearchRequest, all: Bool, schema: Schema
  ) throws(IndexError) -> SearchRequest {
    var request = request
    request.mode = .strict
    // What goes is what was named.
    request.synonyms = false
    let parser = QueryParser(
      fields: schema.fields.filter { !$0.isHidden }.map { ($0.name, FieldKind($0.type)) },
      defaultOperator: request.defaultOperator == .and ? .and : .or, mode: .lenient)
    let parsed = parser.parse(request.query)
    let isNegative = parsed.warnings.contains { $0.code == .onlyNegative }
    guard all || !parsed.isBlank && !isNegative && selects(parsed.root) else {
      let what =
        parsed.isBlank
        ? request.filters.isEmpty ? "an empty query" : "a filter without a query"
        : isNegative ? "a query that only excludes" : "a query that finds every document"
      throw .invalid(
        "\(what) deletes nothing unless it is said that all is meant (all: true, --all)")
    }
    if parsed.isBlank, request.filters.isEmpty { request.query = "*" }
    if isNegative { request.query = "* \(request.query)" }
    return request
  }

  /// Whether a tree finds less than everything by what it asks for, not by what it leaves out alone.
  private static func selects(_ node: QueryNode) -> Bool {
    switch node {
    case .term, .wildcard, .phrase, .regex, .interval, .near: true
    case .empty, .all, .not: false
    case .and(let operands): operands.contains(where: selects)
    case .or(let operands): operands.allSatisfy(selects)
    case .scoped(_, .all): true
    case .required(let inner), .scoped(_, let inner), .boosted(let inner, _): selects(inner)
    }
  }
}

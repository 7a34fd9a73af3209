import Glibc
import InvertedIndex
import JSON
import QueryLanguage

/// One query of the comparison: what is asked, and of which type it is.
struct ComparedQuery: Equatable {
  var type: String
  /// A part of the type that has figures of its own: how frequent a term is.
  var band: String?
  /// In Martlet's query language.
  var text: String
  /// Words side by side: any of them, instead of all.
  var isUnion = false

  /// What the engine is asked: the number alone, or the best 10 with nothing but their ids.
  var request: SearchRequest {
    var request = SearchRequest(query: text)
    request.defaultOperator = isUnion ? .or : .and
    request.limit = 10
    request.select = []
    request.total = .atLeast
    return request
  }
}

/// A query as both engines are asked it.
struct PairedQuery {
  var query: ComparedQuery
  var request: SearchRequest
  var expression: String
}

/// Queries with the expression of each, and those that FTS5 cannot be asked.
struct PairedQueries {
  private(set) var all: [PairedQuery] = []
  /// Numbers of queries left out, by the reason.
  private(set) var leftOut: [String: Int] = [:]

  init(_ queries: [ComparedQuery], _ plan: Plan) throws(Failure) {
    let expression = try FTS5Expression(plan)
    let readers = (QueryReading(plan, expression), QueryReading(plan, expression, isUnion: true))
    for query in queries {
      let node = (query.isUnion ? readers.1 : readers.0).parse(query.text)
      do throws(FTS5Expression.Untranslatable) {
        all.append(
          PairedQuery(query: query, request: query.request, expression: try expression(node)))
      } catch {
        leftOut[error.reason, default: 0] += 1
      }
    }
  }
}

/// Reads query text as the engine does for the plan's schema.
struct QueryReading {
  private let parser: QueryParser

  init(_ plan: Plan, _ expression: FTS5Expression, isUnion: Bool = false) {
    let fields = plan.columns.map { (name: $0.name, kind: FieldKind.text) }
    parser = QueryParser(
      fields: [("id", .keyword)] + fields, defaultOperator: isUnion ? .or : .and
    ) { text, _ in !expression.tokens(of: text).isEmpty }
  }

  func parse(_ text: String) -> QueryNode { parser.parse(text).root }
}

extension QueryNode {
  /// The type that the comparison files a query under.
  var comparedType: String {
    switch self {
    case .term(let term): term.isPrefix ? "prefix" : "term"
    case .wildcard: "wildcard"
    case .phrase: "phrase"
    case .near: "near"
    case .or: "or"
    case .and(let operands):
      operands.contains { if case .not = $0 { true } else { false } } ? "not" : "and"
    case .required(let inner), .boosted(let inner, _), .scoped(_, let inner): inner.comparedType
    case .empty, .all, .regex, .interval, .not: "other"
    }
  }
}

/// Queries from a file: one a line, or JSON lines with `text` or `query`, and `type` or `tags`.
enum QueryFile {
  /// Other names of the types.
  private static let names = [
    "intersection": "and", "union": "or", "negated": "not", "intersection_union": "and_or",
  ]

  static func read(_ path: String, _ plan: Plan) throws(Failure) -> [ComparedQuery] {
    let bytes = try readBytes(path)
    let reading = QueryReading(plan, try FTS5Expression(plan))
    var queries: [ComparedQuery] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      var line = line
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
      guard line.first == UInt8(ascii: "{") else {
        let text = String(decoding: line, as: UTF8.self)
        queries.append(ComparedQuery(type: reading.parse(text).comparedType, text: text))
        continue
      }
      let json: JSONValue
      do throws(JSONError) {
        json = try JSONValue.parse(Array(line))
      } catch {
        throw Failure(.data, "\(path):\(number + 1): \(error.message)")
      }
      guard var text = json["text"]?.string ?? json["query"]?.string else {
        throw Failure(.data, "\(path):\(number + 1): a query needs \"text\" or \"query\"")
      }
      let named = json["type"]?.string ?? json["tags"]?.array?.first?.string
      let isUnion = named == "union" || named == "intersection_union"
      // In that shape a fuzzy query is the misspelt word alone.
      if named == "fuzzy", !text.contains("~") { text += "~1" }
      queries.append(
        ComparedQuery(
          type: named.map { names[$0] ?? $0 } ?? reading.parse(text).comparedType, text: text,
          isUnion: isUnion))
    }
    guard !queries.isEmpty else { throw Failure(.data, "\(path): no queries") }
    return queries
  }
}

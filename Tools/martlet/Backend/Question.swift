import JSON
import WireAPI

/// What the tool asks, in the words of the wire API (Sources/PROTOCOL.md).
///
/// A question goes to the daemon as an HTTP request, or is answered here by the same code that the daemon runs
/// (`WireAPI`): both ways give the same bytes, which `--json` prints and the renderers read.
enum Question {
  case indexes
  case aliases
  case index(String)
  /// An index, or several as `IndexNames` reads them; so for a count.
  case search(index: String, JSONValue)
  case count(index: String, JSONValue)
  case document(index: String, id: String)
  case explain(index: String, JSONValue)
  case similar(index: String, JSONValue)
  /// Without an index only an analyzer can be named, and only here.
  case analyze(index: String?, JSONValue)

  var method: String {
    switch self {
    case .indexes, .aliases, .index, .document: "GET"
    case .search, .count, .explain, .similar, .analyze: "POST"
    }
  }

  var path: String {
    switch self {
    case .indexes: "/v1/indexes"
    case .aliases: "/v1/aliases"
    case .index(let name): "/v1/indexes/\(PercentCoding.encode(name))"
    case .search(let name, _): "/v1/indexes/\(PercentCoding.encode(name))/search"
    case .count(let name, _): "/v1/indexes/\(PercentCoding.encode(name))/count"
    case .explain(let name, _): "/v1/indexes/\(PercentCoding.encode(name))/explain"
    case .similar(let name, _): "/v1/indexes/\(PercentCoding.encode(name))/similar"
    case .analyze(let name, _): "/v1/indexes/\(PercentCoding.encode(name ?? ""))/analyze"
    case .document(let name, let id):
      "/v1/indexes/\(PercentCoding.encode(name))/docs/\(PercentCoding.encode(id))"
    }
  }

  var body: [UInt8]? {
    switch self {
    case .indexes, .aliases, .index, .document: nil
    case .search(_, let body), .count(_, let body), .explain(_, let body), .similar(_, let body),
      .analyze(_, let body):
      Array("\(body)".utf8)
    }
  }
}

/// Who answers: an index opened here, or the daemon.
protocol Backend {
  /// - Returns: the JSON of the answer.
  /// - Throws: `Failure`, also for an answer that is a problem.
  func ask(_ question: Question) throws(Failure) -> [UInt8]

  /// All documents of an index as JSON lines.
  /// - Parameter piece: takes them as they come; a piece need not end with a line.
  func export(_ index: String, _ piece: (ArraySlice<UInt8>) throws(Failure) -> Void) throws(Failure)
}

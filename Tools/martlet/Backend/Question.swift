import JSON

/// What the tool asks, in the words of the wire API (Sources/PROTOCOL.md).
///
/// A question goes to the daemon as an HTTP request, or is answered here by the same code that the daemon runs
/// (`WireAPI`): both ways give the same bytes, which `--json` prints and the renderers read.
enum Question {
  case indexes
  case index(String)
  case search(index: String, JSONValue)
  case count(index: String, JSONValue)
  case document(index: String, id: String)
  case analyze(index: String, JSONValue)

  var method: String {
    switch self {
    case .indexes, .index, .document: "GET"
    case .search, .count, .analyze: "POST"
    }
  }

  var path: String {
    switch self {
    case .indexes: "/v1/indexes"
    case .index(let name): "/v1/indexes/\(percentEncoded(name))"
    case .search(let name, _): "/v1/indexes/\(percentEncoded(name))/search"
    case .count(let name, _): "/v1/indexes/\(percentEncoded(name))/count"
    case .analyze(let name, _): "/v1/indexes/\(percentEncoded(name))/analyze"
    case .document(let name, let id):
      "/v1/indexes/\(percentEncoded(name))/docs/\(percentEncoded(id))"
    }
  }

  var body: [UInt8]? {
    switch self {
    case .indexes, .index, .document: nil
    case .search(_, let body), .count(_, let body), .analyze(_, let body):
      Array("\(body)".utf8)
    }
  }
}

/// Everything but the unreserved characters of RFC 3986 as %XX, so that a document id of any bytes is one path segment.
func percentEncoded(_ text: String) -> String {
  let digits = Array("0123456789ABCDEF".utf8)
  var bytes: [UInt8] = []
  for byte in text.utf8 {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
    default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// Who answers: an index opened here, or the daemon.
protocol Backend {
  /// - Returns: the JSON of the answer.
  /// - Throws: `Failure`, also for an answer that is a problem.
  func ask(_ question: Question) throws(Failure) -> [UInt8]
}

import InvertedIndex
import NIOHTTP1
import WireAPI

/// A whole request, as handlers get it.
struct Request: Sendable {
  var method: HTTPMethod
  /// Not decoded: a `%2F` is no separator.
  var path: Substring
  /// What is behind `?`, not decoded.
  var query: Substring
  var body: [UInt8]
  /// `X-Request-Id`: the client's, or ours.
  var id: String
  /// CLOCK_MONOTONIC in nanoseconds when the request was complete: its time limit counts from here.
  var arrived: UInt64

  /// Splits a request target (RFC 9112, section 3.2): origin form, or absolute form whose host is not looked at.
  static func split(target: String) -> (path: Substring, query: Substring) {
    var rest = target[...]
    if !rest.hasPrefix("/"), let scheme = rest.firstRange(of: "://") {
      let authority = rest[scheme.upperBound...]
      rest = authority.firstIndex(of: "/").map { authority[$0...] } ?? "/"
    }
    guard let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (rest, "") }
    return (rest[..<mark], rest[rest.utf8.index(after: mark)...])
  }
}

/// A whole answer.
struct Response: Sendable {
  var status: Int
  var contentType: String
  var headers: [(name: String, value: String)] = []
  var body: [UInt8]

  static func json(_ body: [UInt8], status: Int = 200) -> Response {
    Response(status: status, contentType: "application/json", body: body)
  }

  static func problem(
    _ problem: Problem, headers: [(name: String, value: String)] = []
  ) -> Response {
    var response = Response(
      status: problem.status, contentType: "application/problem+json", headers: headers,
      body: problem.json())
    if let seconds = problem.retryAfter { response.headers.append(("Retry-After", "\(seconds)")) }
    return response
  }
}

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
  /// `If-None-Match` as it stands; several of them as one list.
  var ifNoneMatch: String?
  var peer: Peer
  /// CLOCK_MONOTONIC in nanoseconds when the request was complete: its time limit counts from here.
  var arrived: UInt64

  /// Splits a request target (RFC 9112, section 3.2): origin form, or absolute form whose host is not looked at.
  static func split(target: String) -> (path: Substring, query: Substring) {
    var rest = target[...]
    if rest.utf8.first != UInt8(ascii: "/"), let scheme = rest.firstRange(of: "://") {
      let authority = rest[scheme.upperBound...]
      rest = authority.firstIndex(of: "/").map { authority[$0...] } ?? "/"
    }
    guard let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (rest, "") }
    return (rest[..<mark], rest[rest.utf8.index(after: mark)...])
  }
}

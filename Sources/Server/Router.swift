import NIOHTTP1

/// A small table from method and path to an endpoint.
///
/// Patterns are literal segments, `{name}` for one segment, and a final `{*name}` for all that follows, slashes
/// included. The first route that fits wins. HEAD is answered where GET is.
struct Router<Endpoint: Sendable>: Sendable {
  enum Match {
    /// `route` is the pattern. Captured parts of the path are in order and not decoded.
    case found(Endpoint, route: String, captures: [Substring])
    case methodNotAllowed(allowed: [String])
    case notFound
  }

  private enum Segment {
    case literal(String)
    case one
    case rest
  }

  private struct Route {
    let method: HTTPMethod
    let pattern: String
    let segments: [Segment]
    let endpoint: Endpoint
  }

  private var routes: [Route] = []

  mutating func add(_ method: HTTPMethod, _ pattern: String, _ endpoint: Endpoint) {
    let segments = pattern.split(separator: "/", omittingEmptySubsequences: false).map { text in
      text.hasPrefix("{*") ? Segment.rest : text.hasPrefix("{") ? .one : .literal(String(text))
    }
    routes.append(Route(method: method, pattern: pattern, segments: segments, endpoint: endpoint))
  }

  func match(_ method: HTTPMethod, _ path: Substring) -> Match {
    var allowed: [String] = []
    for route in routes {
      guard let captures = Self.captures(route.segments, path) else { continue }
      if route.method == method || route.method == .GET && method == .HEAD {
        return .found(route.endpoint, route: route.pattern, captures: captures)
      }
      let names = route.method == .GET ? ["GET", "HEAD"] : [route.method.rawValue]
      allowed += names.filter { !allowed.contains($0) }
    }
    return allowed.isEmpty ? .notFound : .methodNotAllowed(allowed: allowed)
  }

  /// nil: the path does not fit. A captured part is never empty.
  private static func captures(_ pattern: [Segment], _ path: Substring) -> [Substring]? {
    var captured: [Substring] = []
    var rest: Substring? = path
    for segment in pattern {
      guard let text = rest else { return nil }
      if case .rest = segment { return text.isEmpty ? nil : captured + [text] }
      let end = text.utf8.firstIndex(of: UInt8(ascii: "/"))
      let part = text[..<(end ?? text.endIndex)]
      rest = end.map { text[text.utf8.index(after: $0)...] }
      switch segment {
      case .literal(let wanted):
        if part.utf8.count != wanted.utf8.count || part != wanted { return nil }
      case .one, .rest:
        guard !part.isEmpty else { return nil }
        captured.append(part)
      }
    }
    return rest == nil ? captured : nil
  }
}

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
    case literal([UInt8])
    case one
    case rest
  }

  private struct Route {
    let method: HTTPMethod
    let pattern: String
    let segments: [Segment]
    /// The last segment takes all that follows.
    let takesRest: Bool
    let endpoint: Endpoint
  }

  private var routes: [Route] = []
  private var mostSegments = 0

  mutating func add(_ method: HTTPMethod, _ pattern: String, _ endpoint: Endpoint) {
    let segments = pattern.split(separator: "/", omittingEmptySubsequences: false).map { text in
      text.hasPrefix("{*")
        ? Segment.rest : text.hasPrefix("{") ? .one : .literal(Array(text.utf8))
    }
    var takesRest = false
    if case .rest = segments.last { takesRest = true }
    mostSegments = max(mostSegments, segments.count)
    routes.append(
      Route(
        method: method, pattern: pattern, segments: segments, takesRest: takesRest,
        endpoint: endpoint))
  }

  func match(_ method: HTTPMethod, _ path: Substring) -> Match {
    // What is behind the longest pattern stays in one piece.
    let parts = path.utf8.split(
      separator: UInt8(ascii: "/"), maxSplits: mostSegments, omittingEmptySubsequences: false)
    var allowed: [String] = []
    for route in routes {
      guard
        route.takesRest
          ? parts.count >= route.segments.count : parts.count == route.segments.count,
        let captures = Self.captures(route.segments, path, parts)
      else { continue }
      if route.method == method || route.method == .GET && method == .HEAD {
        return .found(route.endpoint, route: route.pattern, captures: captures)
      }
      let names = route.method == .GET ? ["GET", "HEAD"] : [route.method.rawValue]
      allowed += names.filter { !allowed.contains($0) }
    }
    return allowed.isEmpty ? .notFound : .methodNotAllowed(allowed: allowed)
  }

  /// nil: the path does not fit. A captured part is never empty.
  private static func captures(
    _ segments: [Segment], _ path: Substring, _ parts: [Substring.UTF8View]
  ) -> [Substring]? {
    var captured: [Substring] = []
    for (segment, part) in zip(segments, parts) {
      switch segment {
      case .literal(let wanted):
        guard part.count == wanted.count, part.elementsEqual(wanted) else { return nil }
      case .one:
        guard !part.isEmpty else { return nil }
        captured.append(Substring(part))
      case .rest:
        let rest = path[part.startIndex...]
        guard !rest.isEmpty else { return nil }
        captured.append(rest)
      }
    }
    return captured
  }
}

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
    let parts = parts(of: path)
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

  /// Where what stands between slashes is, in bytes. What is behind the longest pattern stays in one piece.
  private func parts(of path: Substring) -> [Range<Int>] {
    let bytes = path.utf8.span
    var parts: [Range<Int>] = []
    parts.reserveCapacity(mostSegments + 1)
    var start = 0
    for at in bytes.indices where bytes[at] == UInt8(ascii: "/") && parts.count < mostSegments {
      parts.append(start..<at)
      start = at + 1
    }
    parts.append(start..<bytes.count)
    return parts
  }

  /// nil: the path does not fit. A captured part is never empty.
  private static func captures(
    _ segments: [Segment], _ path: Substring, _ parts: [Range<Int>]
  ) -> [Substring]? {
    let bytes = path.utf8.span
    func text(_ range: Range<Int>) -> Substring {
      let start = path.utf8.index(path.startIndex, offsetBy: range.lowerBound)
      return path[start..<path.utf8.index(start, offsetBy: range.count)]
    }
    var captured: [Substring] = []
    for (segment, part) in zip(segments, parts) {
      switch segment {
      case .literal(let wanted):
        guard part.count == wanted.count else { return nil }
        for at in wanted.indices where bytes[part.lowerBound + at] != wanted[at] { return nil }
      case .one:
        guard !part.isEmpty else { return nil }
        captured.append(text(part))
      case .rest:
        guard part.lowerBound < bytes.count else { return nil }
        captured.append(text(part.lowerBound..<bytes.count))
      }
    }
    return captured
  }
}

import NIOHTTP1

/// A small table from method and path to an endpoint.
///
/// Patterns are literal segments, `{}` for one segment, and a final `{rest}` for all that follows, slashes
/// included. The first route that fits wins. HEAD is answered where GET is.
struct Router<Endpoint: Sendable>: Sendable {
  enum Match {
    /// Captured parts of the path are in order and not decoded.
    case found(Endpoint, [Substring])
    case methodNotAllowed(allowed: [String])
    case notFound
  }

  private struct Route {
    let method: HTTPMethod
    let pattern: [String]
    let endpoint: Endpoint
  }

  private var routes: [Route] = []

  mutating func add(_ method: HTTPMethod, _ pattern: String, _ endpoint: Endpoint) {
    let segments = pattern.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    routes.append(Route(method: method, pattern: segments, endpoint: endpoint))
  }

  func match(_ method: HTTPMethod, _ path: Substring) -> Match {
    var allowed: [String] = []
    for route in routes {
      guard let captures = Self.captures(route.pattern, path) else { continue }
      if route.method == method || route.method == .GET && method == .HEAD {
        return .found(route.endpoint, captures)
      }
      let names = route.method == .GET ? ["GET", "HEAD"] : [route.method.rawValue]
      allowed += names.filter { !allowed.contains($0) }
    }
    return allowed.isEmpty ? .notFound : .methodNotAllowed(allowed: allowed)
  }

  /// nil: the path does not fit. A captured part is never empty.
  private static func captures(_ pattern: [String], _ path: Substring) -> [Substring]? {
    var captured: [Substring] = []
    var rest: Substring? = path
    for segment in pattern {
      guard let text = rest else { return nil }
      if segment == "{rest}" {
        return text.isEmpty ? nil : captured + [text]
      }
      let end = text.utf8.firstIndex(of: UInt8(ascii: "/"))
      let part = text[..<(end ?? text.endIndex)]
      rest = end.map { text[text.utf8.index(after: $0)...] }
      if segment == "{}" {
        guard !part.isEmpty else { return nil }
        captured.append(part)
      } else if part.utf8.count != segment.utf8.count || part != segment {
        return nil
      }
    }
    return rest == nil ? captured : nil
  }
}

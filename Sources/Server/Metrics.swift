// What the daemon has done since it started, counted for `GET /metrics`.
//
// Counters are kept by route, method and status: all three come from fixed sets (a method that HTTP does not know is "other"),
// so that no client can make them many. One lock, taken once a request for some 100 ns.

import Glibc
import NIOHTTP1
import Synchronization
import WireAPI

final class Metrics: Sendable {
  struct Requests: Hashable, Comparable {
    /// The pattern of the path, as `/v1/indexes/{index}/search`; "none" for what fits no route or was refused before.
    var route: String
    var method: String
    var status: Int

    static func < (a: Requests, b: Requests) -> Bool {
      (a.route, a.method, a.status) < (b.route, b.method, b.status)
    }
  }

  /// How many took at most so long. Bounds are fixed; the last bucket has none.
  struct Histogram {
    /// Nanoseconds, inclusive.
    static let bounds: [UInt64] = [
      100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000,
      50_000_000,
      100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000,
      10_000_000_000,
    ]

    /// Not cumulative.
    private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    private(set) var nanoseconds: UInt64 = 0

    mutating func add(_ nanoseconds: UInt64) {
      let bucket = Self.bounds.firstIndex { nanoseconds <= $0 } ?? Self.bounds.count
      counts[bucket] += 1
      self.nanoseconds &+= nanoseconds
    }
  }

  struct Counts {
    fileprivate(set) var requests: [Requests: UInt64] = [:]
    fileprivate(set) var durations: [String: Histogram] = [:]
    fileprivate(set) var problems: [Problem.Code: UInt64] = [:]
    /// Heads and bodies of answers.
    fileprivate(set) var answerBytes: UInt64 = 0
    fileprivate(set) var slowQueries: UInt64 = 0
    /// Searches and counts whose time ran out.
    fileprivate(set) var timeouts: UInt64 = 0
  }

  /// Open now.
  let connections = Atomic<Int>(0)
  private let state = Mutex(Counts())
  /// Seconds since 1970.
  let startSeconds = time(nil)

  /// An answer has been handed to its connection.
  /// - Parameters:
  ///   - route: its pattern; nil when the request fitted none, or was refused before that was known.
  ///   - code: of a problem.
  ///   - nanoseconds: from the end of the request to its answer.
  func record(
    route: String?, method: HTTPMethod, status: Int, code: Problem.Code?, bytes: Int,
    nanoseconds: UInt64
  ) {
    let key = Requests(
      route: route ?? "none", method: Self.name(of: method), status: status)
    state.withLock { counts in
      counts.requests[key, default: 0] += 1
      counts.durations[key.route, default: Histogram()].add(nanoseconds)
      if let code { counts.problems[code, default: 0] += 1 }
      counts.answerBytes &+= UInt64(bytes)
    }
  }

  func countSlowQuery() { state.withLock { $0.slowQueries += 1 } }

  func countTimeout() { state.withLock { $0.timeouts += 1 } }

  var counts: Counts { state.withLock { $0 } }

  private static func name(of method: HTTPMethod) -> String {
    switch method {
    case .GET, .HEAD, .POST, .PUT, .DELETE, .OPTIONS, .PATCH: method.rawValue
    default: "other"
    }
  }
}

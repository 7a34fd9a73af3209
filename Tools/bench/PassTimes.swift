import JSON
import Measuring

/// The CPU times of the passes of one run, by command and query.
struct PassTimes {
  private let queries: [PeerQuery]
  /// By command, query, pass: nanoseconds.
  private var times: [Pass: [[UInt64]]] = [:]

  init(queries: [PeerQuery]) { self.queries = queries }

  mutating func add(_ pass: Pass, _ query: Int, _ nanoseconds: UInt64) {
    times[pass, default: Array(repeating: [], count: queries.count)][query].append(nanoseconds)
  }

  struct Summary: Equatable {
    var queries: Int
    var passes: Int
    /// Microseconds over the queries, of each query's median over the passes.
    var p50: Double
    var p99: Double
    var mean: Double
  }

  /// - Parameter type: of queries; nil for all of them.
  /// - Returns: nil when there was no such pass, or there is no such query.
  func summary(_ pass: Pass, type: String?) -> Summary? {
    guard let all = times[pass] else { return nil }
    var medians: [Double] = []
    var passes = 0
    for (query, times) in zip(queries, all) where type == nil || query.type == type {
      medians.append(Double(times.sorted().percentile(0.5)) / 1_000)
      passes = times.count
    }
    guard !medians.isEmpty else { return nil }
    medians.sort()
    return Summary(
      queries: medians.count, passes: passes, p50: medians.percentile(0.5),
      p99: medians.percentile(0.99), mean: medians.reduce(0, +) / Double(medians.count))
  }

  func json(_ record: RunRecord) -> [UInt8] {
    let types = ["term", "intersection", "union", "phrase", "negated", "and_or"]
    return ReportOptions.report(record) { writer in
      writer.name("results")
      writer.array { writer in
        for pass in Pass.allCases {
          for type in types + ["all"] {
            guard let summary = summary(pass, type: type == "all" ? nil : type) else { continue }
            writer.object { writer in
              writer.field("command", pass.rawValue)
              writer.field("type", type)
              writer.field("queries", summary.queries)
              writer.field("passes", summary.passes)
              writer.field("cpu_p50_us", summary.p50)
              writer.field("cpu_p99_us", summary.p99)
              writer.field("cpu_mean_us", summary.mean)
            }
          }
        }
      }
    }
  }
}

import Configuration
import Glibc
import Logging
import Server

extension Settings {
  /// Every setting, in the order in which people read them.
  static let keys: [Key] =
    [
      Key(
        name: "socket", isLive: false,
        read: { (entry, settings) throws(ConfigurationError) in
          settings.socket = try path(entry)
        },
        show: { written($0.socket ?? (try? DefaultPath.socket()) ?? "") }),
      Key(
        name: "socket-mode", isLive: false,
        read: { (entry, settings) throws(ConfigurationError) in
          let value = try entry.string()
          guard let mode = mode_t(value, radix: 8), mode <= 0o777, !value.hasPrefix("+") else {
            throw entry.error("\"\(value)\" is not octal from 0 to 0777")
          }
          settings.socketMode = mode
        },
        show: { "0" + String($0.socketMode, radix: 8) }),
      Key(
        name: "data", isLive: false,
        read: { (entry, settings) throws(ConfigurationError) in settings.data = try path(entry) },
        show: { written($0.data ?? (try? DefaultPath.data()) ?? "") }),
      Key(
        name: "workers", isLive: false,
        read: { (entry, settings) throws(ConfigurationError) in
          settings.workers = try entry.integer(in: 1...1_024)
        },
        show: { "\($0.workers ?? DefaultPath.workers())" }),
      Key(
        name: "log-level", isLive: true,
        read: { (entry, settings) throws(ConfigurationError) in
          let value = try entry.string()
          guard let level = Logger.Level(rawValue: value) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw entry.error("there is no level \"\(value)\"; known are \(levels)")
          }
          settings.logLevel = level
        },
        show: { $0.logLevel.rawValue }),
      Key(
        name: "slow-query", isLive: true,
        read: { (entry, settings) throws(ConfigurationError) in
          settings.limits.slowQueryMilliseconds = try entry.milliseconds(in: 0...3_600_000)
        },
        show: { Configuration.Entry.describe(milliseconds: $0.limits.slowQueryMilliseconds) }),
      Key(
        name: "log-query-text", isLive: true,
        read: { (entry, settings) throws(ConfigurationError) in
          settings.limits.logQueryText = try entry.boolean()
        },
        show: { $0.limits.logQueryText ? "yes" : "no" }),
      Key(
        name: "exempt-user", isLive: true,
        read: { (entry, settings) throws(ConfigurationError) in
          settings.limits.exemptUser = uid_t(try entry.integer(in: 0...Int(uid_t.max - 1)))
        },
        show: { "\($0.limits.exemptUser)" }),
    ] + limits

  /// What clients may take of the daemon: the numbers of `Limits`, under the same names.
  private static let limits: [Key] = [
    count("connections", \.connections, 1...100_000),
    count("connections-per-user", \.connectionsPerUser, 1...100_000),
    count("requests-per-user", \.requestsPerUser, 1...100_000),
    count("waiting-requests", \.waitingRequests, 1...100_000),
    size("header-bytes", \.headerBytes, 1 << 10...1 << 20),
    count("header-fields", \.headerFields, 8...10_000),
    size("body-bytes", \.bodyBytes, 1 << 10...1 << 30),
    size("answer-bytes", \.answerBytes, 1 << 10...1 << 30),
    size("held-bytes", \.heldBytes, 1 << 20...1 << 40),
    time("idle-time", \.idleSeconds),
    time("header-time", \.headerSeconds),
    time("body-time", \.bodySeconds),
    time("write-time", \.writeSeconds),
    time("linger-time", \.lingerSeconds),
    size("linger-bytes", \.lingerBytes, 0...1 << 30),
    time("drain-time", \.drainSeconds),
  ]

  private typealias Number = WritableKeyPath<Limits, Int> & Sendable

  private static func count(
    _ name: String, _ number: Number, _ range: ClosedRange<Int>
  ) -> Key {
    Key(
      name: name, isLive: true,
      read: { (entry, settings) throws(ConfigurationError) in
        settings.limits[keyPath: number] = try entry.integer(in: range)
      },
      show: { "\($0.limits[keyPath: number])" })
  }

  private static func size(_ name: String, _ number: Number, _ range: ClosedRange<Int>) -> Key {
    Key(
      name: name, isLive: true,
      read: { (entry, settings) throws(ConfigurationError) in
        settings.limits[keyPath: number] = try entry.size(in: range)
      },
      show: { Configuration.Entry.describe(size: $0.limits[keyPath: number]) })
  }

  /// Whole seconds, to an hour.
  private static func time(_ name: String, _ number: Number) -> Key {
    Key(
      name: name, isLive: true,
      read: { (entry, settings) throws(ConfigurationError) in
        settings.limits[keyPath: number] = try entry.seconds(in: 1...3_600)
      },
      show: { Configuration.Entry.describe(milliseconds: $0.limits[keyPath: number] * 1_000) })
  }

  /// In a file paths are absolute; on the command line they are as the shell takes them.
  private static func path(_ entry: Configuration.Entry) throws(ConfigurationError) -> String {
    let text = try entry.place.hasPrefix("--") ? entry.string() : entry.path()
    guard !text.isEmpty else { throw entry.error("the path is empty") }
    return text
  }

  /// With quotes where it needs them.
  private static func written(_ text: String) -> String {
    guard text.contains(where: { " \t#\"".contains($0) }) else { return text }
    return "\"" + text.map { "\"\\".contains($0) ? "\\\($0)" : "\($0)" }.joined() + "\""
  }
}

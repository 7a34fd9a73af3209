// Log lines on standard error, one an event.
//
//   <6>index opened documents=3 index=news          in the journal: sd-daemon(3)'s priorities
//   18:03:11 info    index opened documents=3       on a terminal
//   2026-01-31T17:03:11Z info    index opened …     in a file or a pipe

import Glibc
public import Logging
import Synchronization

/// Each line is written by one call, with control characters escaped and long values cut: whoever sends requests cannot
/// forge lines.
public struct StandardErrorLog: LogHandler {
  /// What the lines begin with.
  public enum Form: Sendable {
    case journal, terminal, file

    /// The journal's, if standard error is the stream that JOURNAL_STREAM names (systemd.exec(5)): it may be set and
    /// standard error have been redirected since.
    public static var current: Form {
      var status = stat()
      if let stream = unsafe getenv("JOURNAL_STREAM"), unsafe fstat(STDERR_FILENO, &status) == 0,
        unsafe String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
      {
        return .journal
      }
      return isatty(STDERR_FILENO) == 1 ? .terminal : .file
    }
  }

  /// The level from which on events are logged. Shared by all loggers that it was given to, so that it can be changed
  /// while they are in use.
  public final class Threshold: Sendable {
    private let index: Atomic<Int>

    public init(_ level: Logger.Level) { index = Atomic(Self.index(level)) }

    public var level: Logger.Level {
      get { Logger.Level.allCases[index.load(ordering: .relaxed)] }
      set { index.store(Self.index(newValue), ordering: .relaxed) }
    }

    private static func index(_ level: Logger.Level) -> Int {
      Logger.Level.allCases.firstIndex(of: level) ?? 0
    }
  }

  /// Longest value, in bytes, before it is cut. The journal takes lines of 48 KiB apart and would read a priority at
  /// the start of each part.
  static let longestValue = 2_048
  static let longestLine = 16_384

  public var metadata: Logger.Metadata = [:]
  private let threshold: Threshold
  private let form: Form

  public init(threshold: Threshold, form: Form = .current) {
    self.threshold = threshold
    self.form = form
  }

  public init(level: Logger.Level, form: Form = .current) {
    self.init(threshold: Threshold(level), form: form)
  }

  public var logLevel: Logger.Level {
    get { threshold.level }
    set { threshold.level = newValue }
  }

  public subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let values = metadata.merging(event.metadata ?? [:]) { $1 }
    Self.write(Self.line(event.level, event.message.description, values, form))
  }

  /// Says why a program ends: to people as programs do, to the journal as an error.
  public static func complain(_ program: String, _ message: String, form: Form = .current) {
    if form == .journal { return write(line(.error, message, [:], form)) }
    var line = "\(program): "
    escape(message, quoted: false, into: &line)
    write(line + "\n")
  }

  private static func write(_ line: String) {
    var line = line
    line.withUTF8 { bytes in _ = unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
  }

  static func line(
    _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, _ form: Form
  ) -> String {
    var line =
      switch form {
      case .journal: "<\(level.priority)>"
      case .terminal: "\(clock(local: true)) \(padded(level))"
      case .file: "\(clock(local: false)) \(padded(level))"
      }
    escape(cut(message), quoted: false, into: &line)
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      var part = " \(key)="
      let text = cut(value.description)
      let plain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3d }
      if !plain { part += "\"" }
      escape(text, quoted: !plain, into: &part)
      if !plain { part += "\"" }
      if line.utf8.count + part.utf8.count > longestLine { break }
      line += part
    }
    return line + "\n"
  }

  private static func padded(_ level: Logger.Level) -> String {
    level.rawValue + String(repeating: " ", count: max(1, 8 - level.rawValue.utf8.count))
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > longestValue else { return text }
    return String(decoding: text.utf8.prefix(longestValue), as: UTF8.self) + "…"
  }

  /// Appends `text` without control characters (C0, DEL, C1, line separators, changes of writing direction).
  static func escape(_ text: String, quoted: Bool, into line: inout String) {
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0a: line += "\\n"
      case 0x09: line += "\\t"
      case 0..<0x20, 0x7f..<0xa0, 0x2028...0x202e, 0x2066...0x2069, 0x200e...0x200f, 0x61c, 0xfeff:
        line += "\\u{\(String(scalar.value, radix: 16))}"
      case 0x22 where quoted, 0x5c: line += "\\" + String(scalar)
      default: line.unicodeScalars.append(scalar)
      }
    }
  }

  /// The local time of day, or RFC 3339's date and time in UTC.
  private static func clock(local: Bool) -> String {
    var now = time(nil)
    var parts = unsafe tm()
    if local {
      _ = unsafe localtime_r(&now, &parts)
    } else {
      _ = unsafe gmtime_r(&now, &parts)
    }
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let time = unsafe "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    if local { return time }
    return unsafe "\(parts.tm_year + 1_900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T\(time)Z"
  }
}

extension Logger.Level {
  /// As syslog(3) counts them.
  fileprivate var priority: Int {
    switch self {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}

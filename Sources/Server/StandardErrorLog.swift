// Log lines on standard error: `<6>message key=value …` with journald's priorities, or with the time of day on a
// terminal.

import Glibc
public import Logging

/// One line an event, written by one call, control characters escaped: whoever sends requests cannot forge lines.
public struct StandardErrorLog: LogHandler {
  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  private let forTerminal: Bool

  public init(level: Logger.Level, forTerminal: Bool = isatty(STDERR_FILENO) == 1) {
    self.logLevel = level
    self.forTerminal = forTerminal
  }

  public subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var line = forTerminal ? Self.clock() : "<\(event.level.priority)>"
    if forTerminal {
      let name = "\(event.level)"
      line += " " + name + String(repeating: " ", count: max(1, 8 - name.utf8.count))
    }
    Self.escape(event.message.description, quoted: false, into: &line)
    for values in [metadata, event.metadata ?? [:]] {
      for (key, value) in values.sorted(by: { $0.key < $1.key }) {
        line += " "
        line += key
        line += "="
        let text = value.description
        let plain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3d }
        if !plain { line += "\"" }
        Self.escape(text, quoted: !plain, into: &line)
        if !plain { line += "\"" }
      }
    }
    line += "\n"
    line.withUTF8 { bytes in _ = unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
  }

  /// Appends `text` without control characters (C0, DEL, C1, line separators, changes of writing direction).
  static func escape(_ text: String, quoted: Bool, into line: inout String) {
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0a: line += "\\n"
      case 0x09: line += "\\t"
      case 0..<0x20, 0x7f..<0xa0, 0x2028...0x202e, 0x2066...0x2069, 0x200e...0x200f:
        line += "\\u{\(String(scalar.value, radix: 16))}"
      case 0x22 where quoted, 0x5c: line += "\\" + String(scalar)
      default: line.unicodeScalars.append(scalar)
      }
    }
  }

  private static func clock() -> String {
    var now = time(nil)
    var parts = unsafe tm()
    _ = unsafe localtime_r(&now, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return unsafe "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
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

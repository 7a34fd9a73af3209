import Glibc

/// A line at the foot of the terminal that says how far long work is, how fast it goes and when it will be done.
///
/// On standard error, and only on a terminal; elsewhere, and with `--quiet`, nothing at all. Drawn at most ten times a
/// second. The time left comes from the mean rate so far: it does not jump.
final class Progress {
  enum Unit { case bytes, documents }

  private let terminal = Terminal(STDERR_FILENO)
  private let enabled: Bool
  private let unit: Unit
  private let label: String
  /// What 100 % is; nil when nobody knows (standard input).
  private var total: Int?
  private let start = Progress.now
  private var drawn: UInt64 = 0
  private var visible = false
  private var done = 0
  private var documents: Int? = 0

  /// - Parameter total: in `unit`, when it is known.
  init(_ label: String, unit: Unit, total: Int?, quiet: Bool) {
    self.label = label
    self.unit = unit
    self.total = total
    enabled = terminal.isTerminal && !quiet && environment("TERM") != "dumb"
  }

  /// Seconds since the start.
  var elapsed: Double { Double(Progress.now &- start) / 1e9 }

  /// - Parameters:
  ///   - done: how much of `total`, in the progress' unit.
  ///   - documents: how many documents so far; nil where they are not counted.
  ///   - total: what 100 % is, when that is only known now.
  func update(done: Int, documents: Int?, total: Int? = nil) {
    if let total { self.total = total }
    self.done = done
    self.documents = documents
    guard enabled else { return }
    let now = Progress.now
    if now &- drawn >= 100_000_000 {
      drawn = now
      draw()
    }
  }

  /// Takes the line away, so that something else can be printed. The next update draws it again.
  func clear() {
    guard visible else { return }
    visible = false
    complainRaw("\r\u{1B}[K")
  }

  private func draw() {
    visible = true
    complainRaw("\r\u{1B}[K" + line(width: terminal.width - 1))
  }

  /// The text of the line, without control sequences.
  func line(width: Int) -> String {
    let seconds = max(elapsed, 0.001)
    let rate = Double(done) / seconds
    var parts = ["\(label):"]
    if let documents { parts.append(counted(documents, "document")) }
    if let total, total > 0 {
      let share = min(1, Double(done) / Double(total))
      parts.append(Progress.bar(share, cells: 20))
      parts.append("\(Int(share * 100)) %")
    }
    switch unit {
    case .bytes: parts.append("\(oneDecimal(rate / 1e6)) MB/s")
    case .documents: parts.append("\(grouped(Int(rate)))/s")
    }
    if let total, done > 0, seconds > 1, total > done {
      parts.append("\(Progress.duration(Double(total - done) / rate)) left")
    }
    return shortened(parts.joined(separator: "  "), to: max(width, 20))
  }

  /// `███▌      `: eighths of a cell.
  static func bar(_ share: Double, cells: Int) -> String {
    let eighths = Int(share * Double(cells * 8))
    var bar = String(repeating: "█", count: eighths / 8)
    if eighths % 8 > 0 {
      bar.unicodeScalars.append(Unicode.Scalar(0x2590 - UInt32(eighths % 8)) ?? " ")
    }
    return "▕" + bar + String(repeating: " ", count: cells - (eighths + 7) / 8) + "▏"
  }

  /// 75 → "1 min 15 s".
  /// - Parameter fine: tenths of a millisecond where they say something.
  static func duration(_ seconds: Double, fine: Bool = false) -> String {
    guard seconds.isFinite, seconds < 1e7 else { return "long" }
    if fine, seconds < 0.01 { return "\(oneDecimal(seconds * 1000)) ms" }
    if seconds < 0.9995 { return "\(Int((seconds * 1000).rounded())) ms" }
    if seconds < 10 { return "\(oneDecimal(seconds)) s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  private func complainRaw(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress!, $0.count) }
  }

  /// Nanoseconds of the monotonic clock.
  static var now: UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

import Glibc

/// Memory of a process, in bytes, as the kernel counts it: /proc/ID/status, proc(5).
package struct ProcessMemory: Equatable {
  /// The largest resident set since the program was started (`VmHWM`; `ru_maxrss` would begin with the parent's).
  package var peak: Int
  package var resident: Int
  /// Resident and not backed by a file: what the program allocated.
  package var anonymous: Int

  package init(peak: Int = 0, resident: Int = 0, anonymous: Int = 0) {
    self.peak = peak
    self.resident = resident
    self.anonymous = anonymous
  }

  /// Zeros when there is no such process.
  package init(of process: pid_t) {
    self.init()
    let status = String(
      decoding: (try? readFile("/proc/\(process)/status")) ?? [], as: UTF8.self)
    for line in status.split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.count >= 2, let value = Int(words[1]) else { continue }
      switch words[0] {
      case "VmHWM:": peak = value << 10
      case "VmRSS:": resident = value << 10
      case "RssAnon:": anonymous = value << 10
      default: break
      }
    }
  }

  package static func now() -> ProcessMemory { ProcessMemory(of: getpid()) }
}

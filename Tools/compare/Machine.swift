import Glibc

/// Where and when figures were taken, and with what.
struct Machine: Equatable {
  var processor = "unknown"
  /// Processors that this process may run on.
  var cores = 0
  /// Bytes.
  var memory = 0
  var system = ""

  static func this() -> Machine {
    var machine = Machine()
    for line in (readFile("/proc/cpuinfo") ?? "").split(separator: "\n")
    where line.hasPrefix("model name") {
      if let colon = line.firstIndex(of: ":") {
        machine.processor = String(line[line.index(colon, offsetBy: 2)...])
      }
      break
    }
    machine.cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    machine.memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    let version = readFile("/proc/sys/kernel/osrelease") ?? ""
    machine.system = "Linux " + version.filter { $0 != "\n" }
    return machine
  }

  /// Now, in UTC, as ISO 8601 writes it.
  static func date() -> String {
    var seconds = time(nil)
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return
      unsafe "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
      + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
  }

  /// The commit that the program was built from, if its folder is in a checkout: `git describe --always --dirty`.
  static func commit() -> String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe readlink(
        "/proc/self/exe", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    guard length > 0 else { return "unknown" }
    let path = String(decoding: buffer[..<length], as: UTF8.self)
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    // Its complaint, where there is no checkout, is nobody's business.
    let script = "git -C \"$1\" describe --always --dirty --abbrev=12 --exclude '*' 2>/dev/null"
    guard let output = try? Child.run(program: "/bin/sh", ["-c", script, "sh", folder]) else {
      return "unknown"
    }
    return String(decoding: output.filter { $0 > 0x20 }, as: UTF8.self)
  }
}

import Glibc

/// What the kernel says of this process. A figure that cannot be read is nil, and no sample of it is given.
struct ProcessFigures {
  /// Bytes in memory: all, and those that belong to no file (what an index maps can be let go at any time).
  var residentBytes: Int?
  var anonymousBytes: Int?
  var cpuSeconds: Double?
  var openDescriptors: Int?
  var mostDescriptors: Int?

  static func read() -> ProcessFigures {
    var figures = ProcessFigures()
    let status = file("/proc/self/status") ?? ""
    for line in status.split(separator: "\n") {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard words.count >= 2, let kilobytes = Int(words[1]) else { continue }
      switch words[0] {
      case "VmRSS:": figures.residentBytes = kilobytes << 10
      case "RssAnon:": figures.anonymousBytes = kilobytes << 10
      default: break
      }
    }
    var usage = rusage()
    if unsafe getrusage(RUSAGE_SELF.rawValue, &usage) == 0 {
      figures.cpuSeconds =
        Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
    figures.openDescriptors = descriptors()
    var limit = rlimit()
    if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      figures.mostDescriptors = Int(clamping: limit.rlim_cur)
    }
    return figures
  }

  private static func descriptors() -> Int? {
    let path = "/proc/self/fd"
    // Since Linux 6.2 the size of the directory is the number of its entries.
    var status = stat()
    if unsafe stat(path, &status) == 0, status.st_size > 0 { return Int(status.st_size) }
    guard let directory = unsafe opendir(path) else { return nil }
    defer { unsafe closedir(directory) }
    var count = 0
    while unsafe readdir(directory) != nil { count += 1 }
    // "." and "..", and the descriptor that reads them.
    return max(0, count - 3)
  }

  /// The beginning of a file of /proc, which has no length.
  private static func file(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8_192)
    let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
    return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}

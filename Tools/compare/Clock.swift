import Glibc

/// Clocks, in nanoseconds.
enum Clock {
  static func wall() -> UInt64 { read(CLOCK_MONOTONIC) }
  /// Processor time of this thread.
  static func thread() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }
  /// Processor time of the process, all threads.
  static func processor() -> UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

  @inline(__always)
  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}

/// Wall and processor time of a piece of work.
struct Stopwatch {
  private let wall = Clock.wall()
  private let processor = Clock.processor()

  var elapsed: Elapsed {
    Elapsed(
      wall: Double(Clock.wall() - wall) / 1e9,
      processor: Double(Clock.processor() - processor) / 1e9)
  }
}

/// Seconds.
struct Elapsed: Equatable {
  var wall: Double
  var processor: Double

  static func + (a: Elapsed, b: Elapsed) -> Elapsed {
    Elapsed(wall: a.wall + b.wall, processor: a.processor + b.processor)
  }
}

/// Memory of this process, in bytes, as the kernel counts it.
struct ProcessMemory: Equatable {
  /// The largest resident set since the program was started (`VmHWM`; `ru_maxrss` would begin with the parent's).
  var peak = 0
  /// Resident now and not backed by a file: what the program allocated.
  var anonymous = 0

  static func now() -> ProcessMemory {
    var memory = ProcessMemory()
    guard let status = readFile("/proc/self/status") else { return memory }
    for line in status.split(separator: "\n") {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard words.count >= 2, let value = Int(words[1]) else { continue }
      if words[0] == "VmHWM:" { memory.peak = value << 10 }
      if words[0] == "RssAnon:" { memory.anonymous = value << 10 }
    }
    return memory
  }
}

/// The whole of a small text file; nil when it cannot be read.
func readFile(_ path: String) -> String? {
  readBytes(path).map { String(decoding: $0, as: UTF8.self) }
}

func readBytes(_ path: String) -> [UInt8]? {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  return readAll(descriptor)
}

/// Everything up to the end of the file; nil after an error.
func readAll(_ descriptor: Int32) -> [UInt8]? {
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe buffer.withUnsafeMutableBytes { memory in
      unsafe read(descriptor, memory.baseAddress, memory.count)
    }
    if count == 0 { return bytes }
    if count < 0 {
      if errno == EINTR { continue }
      return nil
    }
    bytes += buffer[..<count]
  }
}

func writeFile(_ path: String, _ bytes: [UInt8]) throws(Failure) {
  try withNewFile(path, O_TRUNC) { (descriptor) throws(Failure) in
    try writeAll(descriptor, bytes, path: path)
  }
}

/// Whether a file can be written there, found out before there is anything to write. What is in it stays.
func checkWritable(_ path: String) throws(Failure) { try withNewFile(path, 0) { _ in } }

private func withNewFile(
  _ path: String, _ flags: Int32, _ body: (Int32) throws(Failure) -> Void
) throws(Failure) {
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0o644)
  guard descriptor >= 0 else {
    var failure = Failure("open", path, errno: errno)
    if failure.status != .permission { failure.status = .cannotCreate }
    throw failure
  }
  defer { close(descriptor) }
  try body(descriptor)
}

func writeAll(_ descriptor: Int32, _ bytes: [UInt8], path: String) throws(Failure) {
  var done = 0
  while done < bytes.count {
    let count = unsafe bytes.withUnsafeBytes { memory in
      unsafe write(descriptor, memory.baseAddress! + done, memory.count - done)
    }
    if count < 0 {
      if errno == EINTR { continue }
      throw Failure("write", path, errno: errno)
    }
    done += count
  }
}

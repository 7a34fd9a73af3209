import Glibc

/// Clocks in nanoseconds.
package enum Clock {
  package static func wall() -> UInt64 { read(CLOCK_MONOTONIC) }
  /// CPU of the calling thread: what holds on a machine that others use too.
  package static func thread() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }
  /// CPU of all threads of this process.
  package static func process() -> UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

  /// CPU of all threads of another process, those that have ended included; nil when there is no such process.
  package static func process(_ id: pid_t) -> UInt64? {
    var clock = clockid_t()
    guard unsafe clock_getcpuclockid(id, &clock) == 0 else { return nil }
    var time = timespec()
    guard unsafe clock_gettime(clock, &time) == 0 else { return nil }
    return nanoseconds(time)
  }

  package static func seconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / 1e9 }

  /// Now, in UTC, as ISO 8601 to the second.
  package static func date() -> String {
    var now = time(nil)
    var parts = unsafe tm()
    unsafe gmtime_r(&now, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return unsafe "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
      + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
  }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return nanoseconds(time)
  }

  private static func nanoseconds(_ time: timespec) -> UInt64 {
    UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// Wall and processor time of a piece of work, from its making on.
package struct Stopwatch {
  private let wall = Clock.wall()
  private let processor = Clock.process()

  package init() {}

  package var elapsed: Elapsed {
    Elapsed(
      wall: Clock.seconds(Clock.wall() - wall),
      processor: Clock.seconds(Clock.process() - processor))
  }
}

/// Seconds.
package struct Elapsed: Equatable {
  package var wall: Double
  package var processor: Double

  package init(wall: Double = 0, processor: Double = 0) {
    self.wall = wall
    self.processor = processor
  }

  package static func + (a: Elapsed, b: Elapsed) -> Elapsed {
    Elapsed(wall: a.wall + b.wall, processor: a.processor + b.processor)
  }
}

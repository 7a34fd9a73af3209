import Glibc

/// A program that this one started. Killed, not left behind, when it is dropped.
package final class Child {
  package let id: pid_t
  private var hasEnded = false

  /// - Parameters:
  ///   - arguments: the program, by path or name, and what it is given.
  ///   - input: an open descriptor for what it reads; nil: nothing.
  ///   - output: an open descriptor for what it prints and says.
  package init(
    _ arguments: [String], input: Int32? = nil, output: Int32, errors: Int32
  ) throws(Fault) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    if let input {
      unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, errors, 2)
    var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
    var child: pid_t = 0
    let code = unsafe posix_spawnp(&child, arguments[0], &actions, nil, &argv, environ)
    for place in unsafe argv.indices { unsafe free(argv[place]) }
    unsafe posix_spawn_file_actions_destroy(&actions)
    id = child
    guard code == 0 else {
      hasEnded = true
      throw Fault(path: arguments[0], errno: code)
    }
  }

  deinit {
    guard isRunning else { return }
    kill(id, SIGKILL)
    waitpid(id, nil, 0)
  }

  package var isRunning: Bool {
    if !hasEnded, waitpid(id, nil, WNOHANG) != 0 { hasEnded = true }
    return !hasEnded
  }

  /// Asks it to end, and waits; after `seconds` it is killed.
  package func stop(seconds: Int) {
    guard isRunning else { return }
    kill(id, SIGTERM)
    for _ in 0..<(seconds * 100) {
      if !isRunning { return }
      usleep(10_000)
    }
  }

  /// What a program that has ended used, with those that it started and waited for.
  package struct Usage {
    /// 0 when it ended well; else its own code, or 128 and the number of the signal.
    package var status: Int32
    /// Seconds of all threads.
    package var processor: Double
    /// Bytes: the largest resident set. It begins with that of the program that started it.
    package var peakMemory: Int
  }

  /// Waits for its end.
  package func wait() throws(Fault) -> Usage {
    var status: Int32 = 0
    var used = rusage()
    while unsafe wait4(id, &status, 0, &used) < 0 {
      guard errno == EINTR else { throw Fault(path: "process \(id)", errno: errno) }
    }
    hasEnded = true
    let seconds = { (time: timeval) in Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    let signal = status & 0x7F
    return Usage(
      status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal,
      processor: seconds(used.ru_utime) + seconds(used.ru_stime),
      peakMemory: used.ru_maxrss << 10)
  }

  /// What a program prints, to its end; nil when it cannot be started or fails.
  package static func output(of arguments: [String]) -> String? {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return nil }
    defer { close(ends[0]) }
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    let null = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
    let child = try? Child(arguments, output: ends[1], errors: null)
    close(null)
    close(ends[1])
    guard let child else { return nil }
    let bytes = readAll(ends[0])
    var status: Int32 = 0
    unsafe waitpid(child.id, &status, 0)
    child.hasEnded = true
    guard status == 0, let bytes else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}

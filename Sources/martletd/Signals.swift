import Glibc

/// Signals that are waited for instead of interrupting.
struct Signals {
  private var set = sigset_t()

  init(_ signals: Int32...) {
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
  }

  /// For the calling thread and those that it will start.
  func block() {
    var set = set
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// The next one that has come. Those who wait must have blocked them.
  func wait() -> Int32 {
    var set = set
    var signal: Int32 = 0
    while unsafe sigwait(&set, &signal) != 0 {}
    return signal
  }

  /// From now on they do what they do by default: end the process.
  func restoreDefaults() {
    var set = set
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }
}

enum Descriptors {
  /// What was closed of standard input, output and error is opened on nothing: else the next socket would be
  /// standard error, and a client would be sent the log.
  static func holdStandardStreams() {
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 {
      // The lowest that is free, which is this one.
      _ = unsafe open("/dev/null", O_RDWR)
    }
  }

  /// Each connection and each file being opened needs one.
  static func raiseLimit(to wanted: UInt) {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
      limit.rlim_cur < wanted
    else { return }
    limit.rlim_cur = min(wanted, limit.rlim_max)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}

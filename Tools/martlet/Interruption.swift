import Glibc
import Synchronization

/// Ctrl-C and SIGTERM, for work that writes: the first asks it to stop at the next document, the second ends the
/// process on the spot. Either way nothing that was committed is lost: what is not named by the manifest is removed
/// by the next run.
enum Interruption {
  /// The signal that asked, or 0.
  private static let signalled = Atomic<Int32>(0)
  /// `/dev/null`, open for reading.
  private static let nothing = Atomic<Int32>(-1)

  /// Installs the handlers.
  ///
  /// A run may be waiting for standard input when the signal comes. The wait ends with EINTR, and what is read next is
  /// the end of input, which the handler puts in its place (dup2 is safe there).
  static func install() {
    nothing.store(unsafe open("/dev/null", O_RDONLY | O_CLOEXEC), ordering: .relaxed)
    _ = signalled.load(ordering: .relaxed)  // made here, not in the handler
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { number in
      if Interruption.signalled.load(ordering: .relaxed) != 0 { _exit(128 + number) }
      Interruption.signalled.store(number, ordering: .relaxed)
      let null = Interruption.nothing.load(ordering: .relaxed)
      if null >= 0 { dup2(null, STDIN_FILENO) }
    }
    for number in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaction(number, &action, nil) }
  }

  static var isRequested: Bool { signalled.load(ordering: .relaxed) != 0 }

  /// Ends the process as the signal would have.
  static func end() -> Never {
    complain("martlet: stopped")
    _exit(status.rawValue)
  }

  /// How the tool ends when it was asked to stop.
  static var status: ExitStatus {
    switch signalled.load(ordering: .relaxed) {
    case SIGTERM: .terminated
    case SIGHUP: .hungUp
    default: .interrupted
    }
  }
}

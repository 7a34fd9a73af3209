import Glibc
import Synchronization

/// Ctrl-C and SIGTERM, for work that writes: the first asks it to stop at the next document, the second ends the
/// process on the spot. Either way nothing that was committed is lost: what is not named by the manifest is removed
/// by the next run.
enum Interruption {
  /// The signal that asked, or 0.
  private static let signalled = Atomic<Int32>(0)

  /// Installs the handlers. Calls that wait end with EINTR, so that a run that waits for standard input stops too.
  static func install() {
    _ = signalled.load(ordering: .relaxed)  // made here, not in the handler
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { number in
      if Interruption.signalled.load(ordering: .relaxed) != 0 { _exit(128 + number) }
      Interruption.signalled.store(number, ordering: .relaxed)
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
    signalled.load(ordering: .relaxed) == SIGTERM ? .terminated : .interrupted
  }
}

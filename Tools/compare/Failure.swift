import CSQLite
import Glibc
import InvertedIndex

/// Exit codes: those of sysexits.h, and 1 as `diff` has it.
enum ExitStatus: Int32 {
  /// Match sets differ.
  case differ = 1
  /// EX_USAGE
  case usage = 64
  /// EX_DATAERR
  case data = 65
  /// EX_NOINPUT
  case noInput = 66
  /// EX_SOFTWARE
  case software = 70
  /// EX_CANTCREAT
  case cannotCreate = 73
  /// EX_IOERR
  case io = 74
  /// EX_NOPERM
  case permission = 77
  case interrupted = 130
}

/// What ends the run: one line for a person, one code for a script.
struct Failure: Error {
  var status: ExitStatus
  /// Empty: everything has been said already.
  var message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }

  /// A system call that failed on a path.
  init(_ call: String, _ path: String, errno code: Int32) {
    switch code {
    case ENOENT, ENOTDIR, EISDIR, ELOOP: status = .noInput
    case EACCES, EPERM, EROFS: status = .permission
    case EEXIST: status = .cannotCreate
    default: status = .io
    }
    message = "\(path): \(unsafe String(cString: strerror(code))) (\(call))"
  }

  init(_ error: IndexError) {
    switch error {
    case .system(let call, let path, let code):
      self.init(call, path, errno: code)
    case .notFound: self.init(.noInput, "\(error)")
    case .invalid, .request, .query: self.init(.usage, "\(error)")
    case .document, .corrupt, .version: self.init(.data, "\(error)")
    default: self.init(.io, "\(error)")
    }
  }
}

/// Runs a piece of the engine; its errors are the run's.
func engine<Value>(_ body: () throws(IndexError) -> Value) throws(Failure) -> Value {
  do throws(IndexError) { return try body() } catch { throw Failure(error) }
}

/// Ctrl-C: the run ends at its next look, so that what it made is removed.
enum Interruption {
  private nonisolated(unsafe) static var isSet: sig_atomic_t = 0

  static func install() {
    signal(SIGINT) { _ in unsafe Interruption.isSet = 1 }
    signal(SIGTERM) { _ in unsafe Interruption.isSet = 1 }
  }

  static func check() throws(Failure) {
    if unsafe isSet != 0 { throw Failure(.interrupted, "stopped") }
  }
}

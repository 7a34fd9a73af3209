import Bytes
import Glibc
import InvertedIndex
import WireAPI

/// How the tool ends: the codes of sysexits.h, which scripts can tell apart.
///
/// 1 is no fault: it says that nothing was found, as grep does. A signal ends the tool with 128 and its
/// number, as a shell would report it.
enum ExitStatus: Int32 {
  case success = 0
  /// A search without hits.
  case nothing = 1
  /// Wrong options or a name that is not allowed (EX_USAGE).
  case usage = 64
  /// Documents that were refused, or an index that is damaged (EX_DATAERR).
  case data = 65
  /// A file or an index that does not exist or cannot be read (EX_NOINPUT).
  case noInput = 66
  /// The daemon does not answer (EX_UNAVAILABLE).
  case unavailable = 69
  /// A fault of Martlet's own (EX_SOFTWARE).
  case software = 70
  /// An output file that cannot be made (EX_CANTCREAT).
  case cannotCreate = 73
  /// Reading or writing failed, the disk is full (EX_IOERR).
  case io = 74
  /// Try again: something else came first, or the time ran out (EX_TEMPFAIL).
  case temporary = 75
  /// File modes or the daemon say no (EX_NOPERM).
  case permission = 77
  /// The index is of another version, the schema or the settings cannot be (EX_CONFIG).
  case configuration = 78
  case hungUp = 129
  case interrupted = 130
  case terminated = 143
}

/// What ends the run: one line for a person, one code for a script.
struct Failure: Error {
  var status: ExitStatus
  /// Empty: everything has been said already.
  var message: String
  /// What to do about it, on a line of its own.
  var hint: String?
  /// The problem as the wire API says it, for `--json`.
  var problem: [UInt8]?

  init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
    self.status = status
    self.message = message
    self.hint = hint
  }
}

extension Failure {
  init(_ error: IndexError) {
    switch error {
    case .corrupt:
      self.init(
        .data, "\(error)",
        hint: "`martlet verify` names all damage; `martlet rebuild` makes the index new")
    case .version:
      self.init(
        .configuration, "\(error)",
        hint: "index again with this version, or use the program that wrote it")
    case .system(_, let path, let code):
      self.init(
        Failure.status(errno: code), "\(error)", hint: Failure.hint(errno: code, path: path))
    case .analyzer: self.init(.configuration, "\(error)")
    case .notFound: self.init(.noInput, "\(error)")
    case .invalid, .query: self.init(.usage, "\(error)")
    case .request(_, _, let hint): self.init(.usage, "\(error)", hint: hint)
    case .document: self.init(.data, "\(error)")
    case .superseded: self.init(.temporary, "\(error)")
    case .tooLarge: self.init(.usage, "\(error)")
    case .unknownDurability: self.init(.io, "\(error)")
    case .cancelled: self.init(.temporary, "\(error)")
    }
  }

  init(_ problem: Problem) {
    let hints = problem.errors.compactMap(\.hint)
    self.init(
      ExitStatus(http: problem.status), problem.detail,
      hint: hints.isEmpty ? nil : hints.joined(separator: "\n  "))
    self.problem = problem.json()
  }

  /// A system call of the tool's own that failed.
  init(_ call: String, path: String, errno code: Int32) {
    self.init(.system(call: call, path: path, code: code))
  }

  static func status(errno code: Int32) -> ExitStatus {
    switch code {
    case ENOENT, ENOTDIR, EISDIR, ELOOP: .noInput
    case EACCES, EPERM, EROFS: .permission
    case EEXIST: .cannotCreate
    case ECONNREFUSED: .unavailable
    case ENAMETOOLONG: .usage
    case EMFILE, ENFILE, ENOMEM, EAGAIN, EBUSY: .temporary
    default: .io
    }
  }

  private static func hint(errno code: Int32, path: String) -> String? {
    switch code {
    case EACCES, EPERM, EROFS:
      "the index can still be asked through the daemon: --socket PATH"
    case ENOSPC, EDQUOT:
      "nothing that was committed is lost; make room and run the command again"
    case EMFILE, ENFILE:
      "raise the limit of open files (ulimit -n)"
    default: nil
    }
  }
}

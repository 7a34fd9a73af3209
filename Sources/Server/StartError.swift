/// Why the daemon cannot start or go on: a sentence for a person, and the exit code for scripts.
public struct StartError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Exit codes as sysexits.h names them.
  public enum Code: Int32, Sendable {
    case usage = 64
    case unavailable = 69
    case software = 70
    case system = 71
    case cannotCreate = 73
    /// Another daemon has the socket: it may be free later.
    case temporary = 75
    case noPermission = 77
    /// A file of settings cannot be understood.
    case configuration = 78
  }

  public let code: Code
  public let description: String

  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

/// A regular file that was found.
public struct SourceFile: Equatable, Sendable {
  /// Absolute, without symbolic links: the id of its document.
  public let path: String
  /// Bytes.
  public let size: Int64
  /// When its content last changed, in milliseconds since 1970 UTC.
  public let modified: Int64
}

/// Something that is no document, and why.
public struct Skipped: Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    /// A system call failed.
    case unreadable(errno: Int32)
    /// It was there when its folder was read, and is not now.
    case vanished
    /// A pipe, a socket, a device.
    case notRegular
    case link
    case otherFileSystem
    /// Its name begins with a dot.
    case hidden
    /// By a rule of an ignore file.
    case ignored
    /// By `--exclude`, or by no `--include`.
    case excluded
    case binary
    /// Of a kind that is text, but not read: see the reason.
    case unsupported
    /// A page or document without any text in it.
    case noText
    case tooLarge
    case empty
    /// Its name cannot be an id: not UTF-8, or too long.
    case name
    /// Compressed data that is damaged, cut, or swells too much.
    case damaged

    /// One word for programs: `ignored`, `other_file_system`.
    public var code: String {
      switch self {
      case .unreadable: "unreadable"
      case .vanished: "vanished"
      case .notRegular: "special"
      case .link: "link"
      case .otherFileSystem: "other_file_system"
      case .hidden: "hidden"
      case .ignored: "ignored"
      case .excluded: "excluded"
      case .binary: "binary"
      case .unsupported: "unsupported"
      case .noText: "no_text"
      case .tooLarge: "too_large"
      case .empty: "empty"
      case .name: "name"
      case .damaged: "damaged"
      }
    }
  }

  /// A folder's path ends with a slash; what is below it was not looked at.
  public let path: String
  public let kind: Kind
  /// For people: "Permission denied".
  public let reason: String
}

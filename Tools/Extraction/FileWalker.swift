import Bytes
import Glibc

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
    case notRegular
    case binary
    case tooLarge
    case empty
    /// Its name cannot be an id: not UTF-8, or too long.
    case name
    /// Compressed data that is damaged or cut.
    case damaged
  }

  public let path: String
  public let kind: Kind
  /// For people: "Permission denied".
  public let reason: String
}

/// Finds the files below paths: sorted by name within a directory, each directory where its name stands.
///
/// Links below a given path are not followed (a given path itself may be one), hidden files and directories
/// are passed over as ripgrep does it, and so are other file systems; both can be told otherwise.
struct FileWalker {
  enum Step: Equatable {
    case file(SourceFile)
    case skipped(Skipped)
  }

  /// Entries of open directories that are still to come, last first.
  private var pending: [[String]] = []
  private var directories: [String] = []
  /// Entries whose names no id can hold, still to be told.
  private var unnameable: [Skipped] = []
  private var device: UInt64 = 0
  private let includesHidden: Bool
  private let crossesFileSystems: Bool

  init(includesHidden: Bool, crossesFileSystems: Bool) {
    self.includesHidden = includesHidden
    self.crossesFileSystems = crossesFileSystems
  }

  /// Begins at a path, which is resolved first.
  mutating func start(_ path: String) -> Step? {
    guard let resolved = Self.realPath(path) else { return Self.failure(path, errno) }
    guard let status = Self.status(resolved) else { return Self.failure(path, errno) }
    device = UInt64(status.st_dev)
    return visit(resolved, status)
  }

  /// The next file or failure; nil when the path is done.
  mutating func next() -> Step? {
    if let skipped = unnameable.popLast() { return .skipped(skipped) }
    while let last = pending.indices.last {
      guard let name = pending[last].popLast() else {
        pending.removeLast()
        directories.removeLast()
        continue
      }
      let parent = directories[last]
      let path = parent == "/" ? "/" + name : parent + "/" + name
      guard let status = Self.status(path) else {
        // Gone since its directory was read: no loss.
        if errno == ENOENT { continue }
        return Self.failure(path, errno)
      }
      let isDirectory = status.st_mode & S_IFMT == S_IFDIR
      if isDirectory, !crossesFileSystems, UInt64(status.st_dev) != device { continue }
      guard isDirectory || status.st_mode & S_IFMT == S_IFREG else { continue }
      if let step = visit(path, status) { return step }
    }
    return nil
  }

  /// A file is the step; a directory is opened and its entries come next.
  private mutating func visit(_ path: String, _ status: stat) -> Step? {
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      let modified =
        Int64(status.st_mtim.tv_sec) * 1_000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
      return .file(SourceFile(path: path, size: Int64(status.st_size), modified: modified))
    case S_IFDIR:
      do throws(SystemError) {
        pending.append(try names(path))
        directories.append(path)
        return unnameable.popLast().map { .skipped($0) }
      } catch {
        return Self.failure(path, error.code)
      }
    default:
      return .skipped(Skipped(path: path, kind: .notRegular, reason: "not a regular file"))
    }
  }

  /// Names in a directory, in descending order of their bytes. Those that are not UTF-8 go to `unnameable`.
  private mutating func names(_ path: String) throws(SystemError) -> [String] {
    guard let directory = unsafe opendir(path) else { throw SystemError("opendir", code: errno) }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let (name, isUTF8) = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { bytes in
          unsafe (String(cString: bytes), String(validatingCString: bytes) != nil)
        }
      }
      if name == "." || name == ".." { continue }
      if !includesHidden, name.utf8.first == UInt8(ascii: ".") { continue }
      if isUTF8 {
        names.append(name)
      } else {
        unnameable.append(
          Skipped(path: path + "/" + name, kind: .name, reason: "its name is not UTF-8"))
      }
    }
    return names.sorted { b, a in a.utf8.lexicographicallyPrecedes(b.utf8) }
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    guard let path = unsafe String(validatingCString: resolved) else {
      errno = EILSEQ
      return nil
    }
    return path
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status : nil
  }

  private static func failure(_ path: String, _ code: Int32) -> Step {
    .skipped(
      Skipped(
        path: path, kind: .unreadable(errno: code),
        reason: SystemError("", code: code).message))
  }
}

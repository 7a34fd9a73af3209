import Bytes
import Glibc

/// Finds the files below paths: sorted by name within a directory, each directory where its name stands.
///
/// What is passed over, and why, is told as well; nothing is left out without a word. In this order: what a rule of an
/// ignore file names, what the patterns of the caller exclude, hidden names, links, other file systems, and what is neither a
/// file nor a directory. A path that is given is taken as it is (it may be a link, hidden or ignored); only the patterns of the
/// caller hold for it too.
///
/// Ignore files are those of `IgnoreFile.names`, of every directory of the walk and of those above it: there `.gitignore` counts
/// only up to the root of a repository. As git has it, a rule of a deeper directory goes before one of a
/// higher, a later line before an earlier one, and nothing below an ignored directory is looked at.
struct FileWalker {
  enum Step: Equatable {
    case file(SourceFile)
    case skipped(Skipped)
  }

  struct Rules: Sendable {
    /// A file must match one of these, or lie in a directory that does; none: any file.
    var includes: [PathPattern] = []
    var excludes: [PathPattern] = []
    var usesIgnoreFiles = true
    var includesHidden = false
    var crossesFileSystems = false
  }

  /// What holds in a directory.
  private struct Level {
    /// Bytes of the directory's path with the slash behind it.
    let prefix: Int
    /// By the places of `IgnoreFile.names`.
    var ignoreFiles: [IgnoreFile?] = [nil, nil, nil]
    /// It holds `.git`: rules of git above it do not count here.
    var isRepository = false
  }

  /// A directory whose entries are being visited.
  private struct Frame {
    let path: String
    /// Still to come, last first.
    var names: [String]
    /// An `includes` pattern names it or a directory above it.
    let isIncluded: Bool
  }

  private let rules: Rules
  private var frames: [Frame] = []
  /// Of the directories above the given path, then of `frames`.
  private var levels: [Level] = []
  /// Still to be told.
  private var waiting: [Skipped] = []
  private var device: UInt64 = 0
  /// Bytes of the given path with a slash behind it.
  private var root = 0

  /// Bytes of a directory's path: the names in it must not go beyond what the system takes (PATH_MAX).
  private static let longestDirectory = 4096 - 256 - 2

  init(_ rules: Rules = Rules()) { self.rules = rules }

  /// Begins at a path, which is resolved first.
  mutating func start(_ path: String) -> Step? {
    guard let resolved = Self.realPath(path) else { return Self.failure(path, errno) }
    guard let status = Self.status(resolved) else { return Self.failure(path, errno) }
    device = UInt64(status.st_dev)
    frames = []
    levels = []
    let bytes = Array(resolved.utf8)
    let name = (bytes.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1
    let isDirectory = status.st_mode & S_IFMT == S_IFDIR
    root = isDirectory ? bytes.count + (resolved == "/" ? 0 : 1) : name
    if isDirectory, rules.usesIgnoreFiles { levels = Self.levels(above: resolved) }
    if !isDirectory, let reason = exclusion(bytes, name, isDirectory: false, isIncluded: false) {
      return .skipped(Skipped(path: resolved, kind: .excluded, reason: reason))
    }
    return visit(resolved, status, isIncluded: false)
  }

  /// The next file, or what is passed over; nil when the path is done.
  mutating func next() -> Step? {
    while true {
      if let skipped = waiting.popLast() { return .skipped(skipped) }
      guard let last = frames.indices.last else { return nil }
      guard let name = frames[last].names.popLast() else {
        frames.removeLast()
        levels.removeLast()
        continue
      }
      let parent = frames[last].path
      let path = parent == "/" ? "/" + name : parent + "/" + name
      guard let status = Self.status(path) else {
        // Gone since its directory was read: no loss.
        if errno == ENOENT { continue }
        return Self.failure(path, errno)
      }
      if let step = enter(path, name, status, isIncluded: frames[last].isIncluded) { return step }
    }
  }

  /// Decides on an entry of a directory.
  private mutating func enter(
    _ path: String, _ name: String, _ status: stat, isIncluded: Bool
  ) -> Step? {
    let type = status.st_mode & S_IFMT
    let isDirectory = type == S_IFDIR
    func skip(_ kind: Skipped.Kind, _ reason: String) -> Step {
      .skipped(Skipped(path: isDirectory ? path + "/" : path, kind: kind, reason: reason))
    }
    let bytes = Array(path.utf8)
    let nameStart = bytes.count - name.utf8.count
    let rule = decision(bytes, nameStart, isDirectory: isDirectory)
    if let (file, rule) = rule, !rule.isNegated {
      return skip(.ignored, "ignored by \(file.path):\(rule.line) \(rule.pattern.source)")
    }
    if let reason = exclusion(bytes, nameStart, isDirectory: isDirectory, isIncluded: isIncluded) {
      return skip(.excluded, reason)
    }
    // A rule that takes it back takes it back from being hidden as well; git itself never looks into `.git`.
    if rule == nil || name == ".git", !rules.includesHidden, name.utf8.first == UInt8(ascii: ".") {
      return skip(.hidden, "hidden (--hidden takes such files)")
    }
    switch type {
    case S_IFLNK: return skip(.link, "a symbolic link")
    case S_IFREG: break
    case S_IFDIR:
      if !rules.crossesFileSystems, UInt64(status.st_dev) != device {
        return skip(.otherFileSystem, "on another file system (--cross-file-systems goes there)")
      }
      guard bytes.count <= Self.longestDirectory else {
        return skip(.name, "its path has more than \(Self.longestDirectory) bytes")
      }
    default: return skip(.notRegular, "not a regular file")
    }
    return visit(path, status, isIncluded: isIncluded || isNamed(bytes, nameStart, isDirectory))
  }

  /// A file is the step; a directory is opened and its entries come next.
  private mutating func visit(_ path: String, _ status: stat, isIncluded: Bool) -> Step? {
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      let modified =
        Int64(status.st_mtim.tv_sec) * 1_000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
      return .file(SourceFile(path: path, size: Int64(status.st_size), modified: modified))
    case S_IFDIR:
      do throws(SystemError) {
        let names = try names(path)
        var level = Level(prefix: path.utf8.count + (path == "/" ? 0 : 1))
        level.isRepository = names.contains(".git")
        if rules.usesIgnoreFiles, let failure = read(names, path, into: &level) {
          return .skipped(failure)
        }
        levels.append(level)
        frames.append(Frame(path: path, names: names, isIncluded: isIncluded))
        return waiting.popLast().map { .skipped($0) }
      } catch {
        return Self.failure(path, error.code)
      }
    default:
      return .skipped(Skipped(path: path, kind: .notRegular, reason: "not a regular file"))
    }
  }

  /// Reads a directory's ignore files. Where one cannot be read nobody knows what it would have kept out: the whole
  /// directory is passed over.
  private mutating func read(
    _ names: [String], _ path: String, into level: inout Level
  ) -> Skipped? {
    for (place, name) in IgnoreFile.names.enumerated() where names.contains(name) {
      let file = path == "/" ? "/" + name : path + "/" + name
      switch IgnoreFile.read(file) {
      case .none: break
      case .rules(let rules): level.ignoreFiles[place] = rules
      case .failed(let code, let reason):
        return Skipped(
          path: path + "/", kind: .unreadable(errno: code),
          reason: "left out, since its \(name) cannot be read: \(reason)")
      }
    }
    return nil
  }

  // Rules.

  /// The rule that decides on an entry of the innermost directory.
  private func decision(
    _ path: [UInt8], _ name: Int, isDirectory: Bool
  ) -> (IgnoreFile, IgnoreFile.Rule)? {
    guard rules.usesIgnoreFiles else { return nil }
    for place in IgnoreFile.names.indices {
      for level in levels.reversed() {
        if let file = level.ignoreFiles[place],
          let rule = file.decision(path, from: level.prefix, name: name, isDirectory: isDirectory)
        {
          return (file, rule)
        }
        if place == IgnoreFile.ofGit, level.isRepository { break }
      }
    }
    return nil
  }

  /// Why the caller's patterns leave a path out; nil when they do not.
  private func exclusion(
    _ path: [UInt8], _ name: Int, isDirectory: Bool, isIncluded: Bool
  ) -> String? {
    let excluding = rules.excludes.first {
      $0.matches(path, from: root, name: name, isDirectory: isDirectory)
    }
    if let excluding { return "excluded by --exclude \(excluding.source)" }
    guard !rules.includes.isEmpty, !isDirectory, !isIncluded else { return nil }
    return isNamed(path, name, isDirectory) ? nil : "no --include names it"
  }

  private func isNamed(_ path: [UInt8], _ name: Int, _ isDirectory: Bool) -> Bool {
    rules.includes.contains {
      $0.matches(path, from: root, name: name, isDirectory: isDirectory)
    }
  }

  /// What holds above a directory, outermost first. Ignore files that cannot be read are not ours to mind there.
  private static func levels(above path: String) -> [Level] {
    var levels: [Level] = []
    var directory = path
    while let slash = directory.lastIndex(of: "/"), directory != "/" {
      directory = slash == directory.startIndex ? "/" : String(directory[..<slash])
      let base = directory == "/" ? "/" : directory + "/"
      var level = Level(prefix: base.utf8.count)
      for (place, name) in IgnoreFile.names.enumerated() {
        if case .rules(let file) = IgnoreFile.read(base + name) { level.ignoreFiles[place] = file }
      }
      level.isRepository = status(base + ".git") != nil
      levels.append(level)
    }
    // Without a repository above, .gitignore files above the given path are none of its business.
    let repository =
      status(path + "/.git") == nil ? levels.firstIndex(where: \.isRepository) : nil
    for index in levels.indices where repository.map({ index > $0 }) ?? true {
      levels[index].ignoreFiles[IgnoreFile.ofGit] = nil
    }
    return levels.reversed()
  }

  // The file system.

  /// Names in a directory, in descending order of their bytes. Those that are not UTF-8 go to `waiting`.
  private mutating func names(_ path: String) throws(SystemError) -> [String] {
    // O_NOFOLLOW: it may have become a link since it was looked at.
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", code: errno) }
    guard let directory = unsafe fdopendir(descriptor) else {
      let code = errno
      close(descriptor)
      throw SystemError("opendir", code: code)
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(directory) else {
        if errno != 0 { throw SystemError("readdir", code: errno) }
        break
      }
      let (name, isUTF8) = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { bytes in
          unsafe (String(cString: bytes), String(validatingCString: bytes) != nil)
        }
      }
      if name == "." || name == ".." { continue }
      if isUTF8 {
        names.append(name)
      } else {
        waiting.append(
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

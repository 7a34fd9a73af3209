// One index as files below one directory.
//
// The directory is held open by descriptor, and every name is opened below it without following links: what
// somebody renames or links meanwhile cannot lead us elsewhere. Files are made with O_EXCL, mode 0640, and
// owned like the directory when root makes them. fsync is never tried again after an error: the kernel may
// have dropped the pages and answer with success the second time.

import Bytes
import CLinux
import Glibc

public final class FileSystemDirectory: Directory {
  public let path: String
  private let descriptor: Int32
  /// Whom new files are given to: the directory's owner, when we are root and it is somebody else.
  private let owner: (user: uid_t, group: gid_t)?

  /// Opens a directory that exists.
  /// - Throws: `notFound`; `invalid` when it lies on a network file system, where neither locks nor mappings
  ///   can be relied on.
  public convenience init(path: String) throws(IndexError) {
    try self.init(path: path, below: AT_FDCWD, name: path, followLinks: true)
  }

  /// Opens `name`, a directory that is no link, below an open directory.
  internal init(
    path: String, below parent: Int32, name: String, followLinks: Bool
  ) throws(IndexError) {
    self.path = path
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (followLinks ? 0 : O_NOFOLLOW)
    let opened = try attempt("open", path) { unsafe openat(parent, name, flags) }
    do throws(IndexError) {
      try FileSystemDirectory.refuseNetwork(opened, path)
      owner = try FileSystemDirectory.foreignOwner(opened, path)
    } catch {
      _ = close(opened)
      throw error
    }
    descriptor = opened
  }

  deinit { _ = close(descriptor) }

  public func list() throws(IndexError) -> [String] {
    let copy = try attempt("open", path) {
      unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    return try namesBelow(copy, path)
  }

  public func open(_ name: String) throws(IndexError) -> FileBytes {
    let file = try openForReading(name)
    defer { _ = close(file) }
    do throws(SystemError) {
      return try FileBytes(mapping: file)
    } catch {
      throw .system(call: error.call, path: "\(path)/\(name)", code: error.code)
    }
  }

  public func length(of name: String) throws(IndexError) -> Int? {
    try check(name)
    var status = stat()
    let result = unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW)
    if result == 0 { return Int(status.st_size) }
    let code = errno
    if code == ENOENT { return nil }
    throw .system(call: "fstatat", path: "\(path)/\(name)", code: code)
  }

  public func create(_ name: String) throws(IndexError) -> any OutputFile {
    try check(name)
    let full = "\(path)/\(name)"
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let file = try attempt("open", full) { unsafe openat(descriptor, name, flags, 0o640) }
    do throws(IndexError) {
      try own(file, full)
    } catch {
      _ = close(file)
      _ = unsafe unlinkat(descriptor, name, 0)
      throw error
    }
    return FileSystemOutput(descriptor: file, path: full)
  }

  public func rename(_ from: String, to: String) throws(IndexError) {
    try check(from)
    try check(to)
    do throws(IndexError) {
      _ = try attempt("rename", "\(path)/\(from)") {
        unsafe renameat(descriptor, from, descriptor, to)
      }
    } catch {
      guard case .system(_, _, EXDEV) = error else { throw error }
      throw .invalid(
        "\(path)/\(to): lies on another file system than its directory (a bind mount?)")
    }
  }

  public func remove(_ name: String) throws(IndexError) {
    try check(name)
    _ = try attempt("unlink", "\(path)/\(name)") { unsafe unlinkat(descriptor, name, 0) }
  }

  public func sync() throws(IndexError) {
    _ = try attempt("fsync", path) { fsync(descriptor) }
  }

  public func lock(_ name: String, wait: Bool) throws(IndexError) -> (any LockFile)? {
    try check(name)
    let full = "\(path)/\(name)"
    while true {
      let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC
      let file = try attempt("open", full) { unsafe openat(descriptor, name, flags, 0o640) }
      let lock = FileSystemLock(descriptor: file)
      try own(file, full)
      do throws(IndexError) {
        _ = try attempt("flock", full) { flock(file, wait ? LOCK_EX : LOCK_EX | LOCK_NB) }
      } catch {
        if case .system(_, _, EWOULDBLOCK) = error { return nil }
        throw error
      }
      // A lock file may have been removed between the opening and the locking: what is locked must be what
      // has the name.
      var held = stat()
      var named = stat()
      guard unsafe fstat(file, &held) == 0 else { throw failure("fstat", full) }
      if unsafe fstatat(descriptor, name, &named, AT_SYMLINK_NOFOLLOW) == 0 {
        if held.st_ino == named.st_ino, held.st_dev == named.st_dev { return lock }
      } else if errno != ENOENT {
        throw failure("fstatat", full)
      }
      lock.release()
    }
  }

  private func openForReading(_ name: String) throws(IndexError) -> Int32 {
    try check(name)
    let full = "\(path)/\(name)"
    return try attempt("open", full) {
      unsafe openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    }
  }

  /// Names come from manifests, which are not trusted.
  private func check(_ name: String) throws(IndexError) {
    let bytes = name.utf8
    let isPlain = bytes.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }
    guard isPlain, (1...255).contains(bytes.count), bytes.first != UInt8(ascii: ".") else {
      throw .invalid("\(path): not the name of an index file: \(name.debugDescription)")
    }
  }

  private func own(_ file: Int32, _ full: String) throws(IndexError) {
    // The umask must not take the group's right to read.
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else { throw failure("fstat", full) }
    if status.st_uid == geteuid(), status.st_mode & 0o777 != 0o640 {
      _ = try attempt("fchmod", full) { fchmod(file, 0o640) }
    }
    if let owner, status.st_uid != owner.user || status.st_gid != owner.group {
      _ = try attempt("fchown", full) { fchown(file, owner.user, owner.group) }
    }
  }

  private static func foreignOwner(
    _ directory: Int32, _ path: String
  ) throws(IndexError) -> (user: uid_t, group: gid_t)? {
    guard geteuid() == 0 else { return nil }
    var status = stat()
    guard unsafe fstat(directory, &status) == 0 else { throw failure("fstat", path) }
    if status.st_uid == 0, status.st_gid == getegid() { return nil }
    return (status.st_uid, status.st_gid)
  }

  private static func refuseNetwork(_ directory: Int32, _ path: String) throws(IndexError) {
    let type = martlet_filesystem_type(directory)
    guard type >= 0 else { throw failure("fstatfs", path) }
    // Magic numbers of statfs(2).
    let name: String? =
      switch type {
      case 0x6969: "NFS"
      case 0x517B, 0xFE53_4D42, 0xFF53_4D42: "SMB"
      case 0x5346_414F: "AFS"
      default: nil
      }
    if let name {
      throw .invalid(
        "\(path): lies on \(name); an index needs a local file system (locks, mappings and fsync "
          + "are not reliable over a network)")
    }
  }
}

private final class FileSystemOutput: OutputFile {
  private var descriptor: Int32
  private let path: String

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { if descriptor >= 0 { _ = Glibc.close(descriptor) } }

  func append(_ bytes: RawSpan) throws(IndexError) {
    var at = 0
    while at < bytes.byteCount {
      let rest = bytes.extracting(at..<bytes.byteCount)
      let file = descriptor
      at += try attempt("write", path) {
        unsafe rest.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
      }
    }
  }

  func sync() throws(IndexError) {
    let file = descriptor
    _ = try attempt("fsync", path) { fsync(file) }
  }

  func close() throws(IndexError) {
    let file = descriptor
    descriptor = -1
    // On Linux an interrupted close has closed.
    if Glibc.close(file) != 0, errno != EINTR { throw failure("close", path) }
  }
}

/// An flock: it ends with the descriptor, hence with the process.
private final class FileSystemLock: LockFile {
  private let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { _ = close(descriptor) }

  func release() { _ = flock(descriptor, LOCK_UN) }
}

/// Names in an open directory, but `.` and `..`. Closes the descriptor.
internal func namesBelow(_ directory: Int32, _ path: String) throws(IndexError) -> [String] {
  guard let stream = unsafe fdopendir(directory) else {
    let error = failure("fdopendir", path)
    _ = close(directory)
    throw error
  }
  defer { _ = unsafe closedir(stream) }
  var names: [String] = []
  while true {
    errno = 0
    guard let entry = unsafe readdir(stream) else {
      if errno != 0 { throw failure("readdir", path) }
      return names
    }
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
      unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
}

internal func failure(_ call: String, _ path: String) -> IndexError {
  .system(call: call, path: path, code: errno)
}

/// A system call on a path, repeated while interrupted. No such file is `notFound`.
internal func attempt<T: FixedWidthInteger>(
  _ call: String, _ path: String, _ body: () -> T
) throws(IndexError) -> T {
  do throws(SystemError) {
    return try retryingOnInterrupt(call, body)
  } catch {
    if error.code == ENOENT { throw .notFound(path) }
    throw .system(call: call, path: path, code: error.code)
  }
}

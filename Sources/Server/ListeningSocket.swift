// The Unix socket that the daemon listens on, and its place in the file system: passed by the service manager, who then
// owns that place (PassedSocket.swift), or bound here.
//
// Beside `PATH` lies `PATH.lock`, flock'ed for the daemon's life and taken first: a second daemon on the same
// path stops there, before it could remove a socket that is in use. What a dead daemon left is removed, but
// only if it is a socket and nobody answers behind it.
//
// The inode gets its mode from the unbound socket (fchmod before bind), so that there is no moment in which the
// socket is open to more users than it should be, and the process's umask need not change.

import Glibc

public struct ListeningSocket: Sendable {
  /// Longest path that fits `sockaddr_un`, its final NUL counted out.
  public static let longestPath = 107

  /// Connections that may wait to be accepted.
  static let backlog: Int32 = 1_024

  /// Bound and listening. Whoever serves it closes it.
  let descriptor: Int32
  /// Where clients find it; "@name" for one of the abstract namespace.
  public let path: String
  /// nil: the place is the service manager's, which keeps it while the daemon is gone.
  private let held: Held?

  /// What makes the place ours.
  private struct Held {
    let lock: Int32
    let inode: ino_t
  }

  /// A socket whose place somebody else looks after.
  init(passed descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
    held = nil
  }

  private init(descriptor: Int32, path: String, held: Held) {
    self.descriptor = descriptor
    self.path = path
    self.held = held
  }

  /// Binds `path` with exactly the permission bits `mode`.
  public static func bind(path: String, mode: mode_t) throws(StartError) -> ListeningSocket {
    let bytes = path.utf8.count
    guard bytes > 0, !path.utf8.contains(0) else {
      throw StartError(.usage, "the socket's path is empty or has a NUL byte")
    }
    guard bytes <= longestPath else {
      throw StartError(
        .usage,
        "\(path): a socket's path has at most \(longestPath) bytes on Linux; this one has \(bytes)")
    }
    let lock = try takeLock(path)
    do {
      try removeStale(path)
      let (descriptor, inode) = try open(path, mode)
      return ListeningSocket(
        descriptor: descriptor, path: path, held: Held(lock: lock, inode: inode))
    } catch {
      releaseLock(lock, path)
      throw error
    }
  }

  /// Takes the name away, so that nobody new connects, and then the lock. The socket itself stays open.
  func remove() {
    guard let held else { return }
    var status = stat()
    if unsafe lstat(path, &status) == 0, status.st_ino == held.inode {
      _ = unsafe unlink(path)
    }
    Self.releaseLock(held.lock, path)
  }

  /// Lets go of the lock and leaves the names behind, as a process that is killed does. For tests.
  func forget() {
    if let held { close(held.lock) }
  }

  private static func lockPath(_ path: String) -> String { path + ".lock" }

  private static func takeLock(_ path: String) throws(StartError) -> Int32 {
    let name = lockPath(path)
    // Whoever stops removes its lock file; one that was opened before that is the wrong one.
    for _ in 0..<10 {
      let lock = unsafe Glibc.open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard lock >= 0 else { throw failure("open", name, errno) }
      guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        defer { close(lock) }
        guard code == EWOULDBLOCK else { throw failure("flock", name, code) }
        throw StartError(
          .temporary, "\(path): another martletd\(owner(lock)) serves this socket")
      }
      var ours = stat()
      var named = stat()
      if unsafe fstat(lock, &ours) == 0, unsafe lstat(name, &named) == 0,
        ours.st_ino == named.st_ino
      {
        let text = "\(getpid())\n"
        _ = ftruncate(lock, 0)
        _ = unsafe pwrite(lock, text, text.utf8.count, 0)
        return lock
      }
      close(lock)
    }
    throw StartError(.temporary, "\(name): cannot be locked: it keeps being replaced")
  }

  /// " (process 123)" as the lock file tells it, or nothing.
  private static func owner(_ lock: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = unsafe pread(lock, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
    return digits.isEmpty ? "" : " (process \(String(decoding: digits, as: UTF8.self)))"
  }

  private static func releaseLock(_ lock: Int32, _ path: String) {
    _ = unsafe unlink(lockPath(path))
    close(lock)
  }

  private static func removeStale(_ path: String) throws(StartError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw failure("lstat", path, errno)
    }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw StartError(.cannotCreate, "\(path): exists and is not a socket; it is left alone")
    }
    let probe = try unbound()
    defer { close(probe) }
    let answer = unsafe withAddress(path) { unsafe connect(probe, $0, $1) }
    if answer == 0 || errno == EAGAIN {
      throw StartError(.temporary, "\(path): another program serves this socket")
    }
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw failure("unlink", path, errno) }
  }

  private static func open(_ path: String, _ mode: mode_t) throws(StartError) -> (Int32, ino_t) {
    let descriptor = try unbound()
    _ = fchmod(descriptor, mode)
    guard unsafe withAddress(path, { unsafe Glibc.bind(descriptor, $0, $1) }) == 0 else {
      let code = errno
      close(descriptor)
      throw failure("bind", path, code)
    }
    // What the umask took away is given back.
    var status = stat()
    guard unsafe chmod(path, mode) == 0, listen(descriptor, backlog) == 0,
      unsafe lstat(path, &status) == 0
    else {
      let code = errno
      close(descriptor)
      _ = unsafe unlink(path)
      throw failure("listen", path, code)
    }
    return (descriptor, status.st_ino)
  }

  private static func unbound() throws(StartError) -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else { throw failure("socket", "", errno) }
    return descriptor
  }

  /// Calls `body` with the address of `path`, whose length has been checked.
  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) {
      unsafe $0.copyBytes(from: path.utf8)
    }
    return unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  private static func failure(_ call: String, _ path: String, _ code: Int32) -> StartError {
    let reason = unsafe String(cString: strerror(code))
    let kind: StartError.Code = code == EACCES || code == EPERM ? .noPermission : .cannotCreate
    return StartError(kind, path.isEmpty ? "\(call): \(reason)" : "\(path): \(reason) (\(call))")
  }
}

import Glibc

/// A blocking stream socket to a path, closed with the object.
///
/// Blocking calls of the system are all that the tool needs: one question, one answer, then the end. (NIO, which
/// carries the daemon, would add 3 MB and a thread pool to it.)
final class UnixSocket {
  /// `sun_path` holds 108 bytes, the terminating zero included.
  static let longestPath = 107

  private let descriptor: Int32
  private let path: String

  /// - Parameter timeout: seconds that one read or write may take.
  init(path: String, timeout: Int) throws(Failure) {
    self.path = path
    let bytes = Array(path.utf8)
    guard bytes.count <= UnixSocket.longestPath else {
      throw Failure(
        .usage,
        "\(path): the path of the socket has \(bytes.count) bytes; a Unix socket allows \(UnixSocket.longestPath)",
        hint: "use a shorter path, or a symbolic link to its folder")
    }
    guard !bytes.isEmpty, !bytes.contains(0) else {
      throw Failure(.usage, "the path of the socket is empty")
    }
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else { throw Failure("socket", path: path, errno: errno) }
    var limit = timeval(tv_sec: timeout, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)

    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, length)
      }
    }
    guard result == 0 else {
      let code = errno
      close(descriptor)
      throw UnixSocket.refusal(path, code)
    }
  }

  deinit { close(descriptor) }

  private static func refusal(_ path: String, _ code: Int32) -> Failure {
    switch code {
    case ENOENT:
      Failure(
        .unavailable, "\(path): no socket there",
        hint: "is the daemon running? start it: martletd --socket PATH")
    case ECONNREFUSED:
      Failure(
        .unavailable, "\(path): nobody listens at this socket",
        hint: "is the daemon running? start it: martletd --socket PATH")
    case EACCES, EPERM:
      Failure(
        .permission, "\(path): this user may not connect",
        hint: "the socket's group and mode say who may")
    default: Failure("connect", path: path, errno: code)
    }
  }

  func send(_ bytes: [UInt8]) throws(Failure) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { bytes in
        unsafe Glibc.send(
          descriptor, bytes.baseAddress! + done, bytes.count - done, Int32(MSG_NOSIGNAL))
      }
      if count >= 0 {
        done += count
      } else if errno != EINTR || Interruption.isRequested {
        throw failure("send")
      }
    }
  }

  /// Up to `count` bytes, appended. 0: the other end is done.
  func receive(into buffer: inout [UInt8], upTo count: Int = 64 << 10) throws(Failure) -> Int {
    while true {
      let start = buffer.count
      buffer.append(contentsOf: repeatElement(0, count: count))
      let received = unsafe buffer.withUnsafeMutableBytes {
        unsafe recv(descriptor, $0.baseAddress! + start, count, 0)
      }
      let code = errno
      buffer.removeLast(count - max(0, received))
      if received >= 0 { return received }
      if code != EINTR || Interruption.isRequested { throw failure("recv", code) }
    }
  }

  private func failure(_ call: String, _ code: Int32 = errno) -> Failure {
    switch code {
    case EAGAIN: Failure(.temporary, "\(path): the daemon did not answer in time")
    case EPIPE, ECONNRESET: Failure(.unavailable, "\(path): the daemon closed the connection")
    case EINTR: Failure(Interruption.status, "")
    default: Failure(call, path: path, errno: code)
    }
  }
}

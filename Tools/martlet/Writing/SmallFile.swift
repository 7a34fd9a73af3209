import Glibc

/// A file that is read as a whole: one that a person has written.
enum SmallFile {
  /// - Parameters:
  ///   - path: `-` is the standard input.
  ///   - largest: bytes; more is refused.
  static func read(_ path: String, largest: Int, what: String) throws(Failure) -> [UInt8] {
    let isInput = path == "-"
    let descriptor = isInput ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure("open", path: path, errno: errno) }
    defer { if !isInput { close(descriptor) } }
    var bytes: [UInt8] = []
    while true {
      let start = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: 64 << 10))
      let count = unsafe bytes.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress! + start, 64 << 10)
      }
      let code = errno
      bytes.removeLast((64 << 10) - max(count, 0))
      if count < 0, code == EINTR { continue }
      guard count >= 0 else { throw Failure("read", path: path, errno: code) }
      guard bytes.count <= largest else {
        throw Failure(.configuration, "\(path): \(what) has at most \(largest) bytes")
      }
      if count == 0 { return bytes }
    }
  }
}

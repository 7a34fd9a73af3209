import Glibc
import InvertedIndex

/// What a service manager has at the other end of NOTIFY_SOCKET: a datagram socket, and what has come so far.
final class NotifySocket {
  /// As NOTIFY_SOCKET says it.
  let address: String
  private let descriptor: Int32
  /// Each datagram, cut into its lines.
  private(set) var messages: [[String]] = []

  /// - Parameter address: a path, or "@name".
  init(_ address: String) throws {
    self.address = address
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(address.utf8)
    if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
    unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    let result = unsafe withUnsafePointer(to: &name) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, length)
      }
    }
    guard result == 0 else { throw ToolFault(what: "bind \(address)", code: errno) }
  }

  deinit { close(descriptor) }

  /// Takes what has come.
  func receive() {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      guard count > 0 else { return }
      let text = String(decoding: buffer.prefix(count), as: UTF8.self)
      messages.append(
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }
  }

  /// How many messages have held this line.
  func count(_ line: String) -> Int {
    receive()
    return messages.count { $0.contains(line) }
  }

  /// The last status told.
  var status: String? {
    receive()
    return messages.joined().last { $0.hasPrefix("STATUS=") }.map { String($0.dropFirst(7)) }
  }
}

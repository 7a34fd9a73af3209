import Glibc
import Measuring

/// One connection to the daemon that stays open. Blocking until `unblock`.
final class Connection {
  private(set) var descriptor: Int32
  /// What came and was not taken.
  private var held: [UInt8] = []

  init(_ path: String) throws(Fault) {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Fault(path: path, errno: errno) }
    var address = sockaddr_un()
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
      close(descriptor)
      throw Fault(path: path, errno: ENAMETOOLONG)
    }
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let result = unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if result != 0 {
      let code = errno
      close(descriptor)
      throw Fault(path: path, errno: code)
    }
  }

  deinit { close(descriptor) }

  /// From now on nothing waits.
  func unblock() { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }

  /// Sends what fits of `bytes` from `start` on.
  /// - Returns: How much; nil: the connection is broken.
  func send(_ bytes: [UInt8], from start: Int) -> Int? {
    let count = unsafe bytes.withUnsafeBytes {
      unsafe Glibc.send(
        descriptor, $0.baseAddress! + start, bytes.count - start, Int32(MSG_NOSIGNAL))
    }
    if count >= 0 { return count }
    return errno == EAGAIN || errno == EINTR ? 0 : nil
  }

  /// Reads what is there.
  /// - Returns: false: the connection has ended.
  func receive(_ buffer: inout [UInt8]) -> Bool {
    let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
    if count < 0 { return errno == EAGAIN || errno == EINTR }
    held += buffer[..<count]
    return count > 0
  }

  /// Takes the next answer, if all of it is there.
  /// - Throws: `Fault` for what is no answer to a search.
  func take() throws(Fault) -> Answer? {
    guard let answer = try Answer(held) else { return nil }
    held.removeSubrange(..<answer.length)
    return answer
  }

  /// Whether the daemon says that it is ready.
  func isReady() -> Bool {
    let request = Array("GET /v1/ready HTTP/1.1\r\nHost: martlet\r\n\r\n".utf8)
    guard send(request, from: 0) == request.count else { return false }
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while receive(&buffer) {
      if let answer = try? take() { return answer.status == 200 }
    }
    return false
  }
}

/// An HTTP answer, as far as a client under load looks at it.
struct Answer: Equatable {
  var status: Int
  /// Of head and body.
  var length: Int
  /// `took_us` and `timed_out` of a search.
  var took: Int?
  var timedOut = false

  /// - Parameter bytes: what came so far.
  /// - Returns: nil: there is more to come.
  /// - Throws: `Fault` for what is no answer with a length.
  init?(_ bytes: [UInt8]) throws(Fault) {
    guard let head = Self.find(Self.endOfHead, in: bytes, 0, bytes.count) else { return nil }
    var line = Self.find(Self.endOfLine, in: bytes, 0, bytes.count) ?? head
    let first = bytes[..<line]
    guard first.starts(with: Self.version), first.count >= Self.version.count + 3,
      let status = Self.number(first.dropFirst(Self.version.count).prefix { $0 != 0x20 })
    else { throw Fault("not an answer: \(String(decoding: first, as: UTF8.self))") }
    var count: Int?
    while line < head {
      let start = line + 2
      line = Self.find(Self.endOfLine, in: bytes, start, bytes.count) ?? head
      let field = bytes[start..<line]
      guard field.count > Self.lengthName.count,
        zip(field, Self.lengthName).allSatisfy({ $0 | 0x20 == $1 | 0x20 })
      else { continue }
      count = Self.number(field.dropFirst(Self.lengthName.count).drop { $0 == 0x20 })
    }
    guard let count else {
      throw Fault("an answer without a length: \(String(decoding: first, as: UTF8.self))")
    }
    length = head + 4 + count
    guard bytes.count >= length else { return nil }
    self.status = status
    // Both stand at the beginning of an answer to a search.
    let stop = min(length, head + 4 + 96)
    if let at = Self.find(Self.tookName, in: bytes, head + 4, stop) {
      took = Self.number(bytes[(at + Self.tookName.count)..<stop].prefix { $0 &- 0x30 < 10 })
    }
    timedOut = Self.find(Self.timedOutText, in: bytes, head + 4, stop) != nil
  }

  private static let endOfHead: [UInt8] = [13, 10, 13, 10]
  private static let endOfLine: [UInt8] = [13, 10]
  private static let version = Array("HTTP/1.1 ".utf8)
  private static let lengthName = Array("Content-Length:".utf8)
  private static let tookName = Array(#""took_us":"#.utf8)
  private static let timedOutText = Array(#""timed_out":true"#.utf8)

  /// Digits alone, at most nine.
  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...9).contains(digits.count) else { return nil }
    var number = 0
    for digit in digits {
      guard digit &- 0x30 < 10 else { return nil }
      number = number * 10 + Int(digit &- 0x30)
    }
    return number
  }

  private static func find(
    _ pattern: [UInt8], in bytes: [UInt8], _ start: Int, _ end: Int
  ) -> Int? {
    guard end - start >= pattern.count else { return nil }
    for at in start...(end - pattern.count) where bytes[at] == pattern[0] {
      if bytes[at..<at + pattern.count].elementsEqual(pattern) { return at }
    }
    return nil
  }
}

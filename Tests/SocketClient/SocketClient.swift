// A client for tests that can do what good clients never do: half a request, no reading, hanging up.

import Glibc

/// One connection to a Unix socket, blocking, with a time limit for each read.
public final class SocketClient {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// An answer as it came.
  public struct Answer: Sendable {
    public var status: Int
    /// Names in lower case.
    public var headers: [String: String]
    public var body: String
  }

  private var descriptor: Int32
  private var pending: ArraySlice<UInt8> = []

  /// - Parameters:
  ///   - seconds: how long a read may take.
  ///   - waits: to be accepted when the server's queue is full; else that is an error.
  public init(_ path: String, seconds: Int = 20, waits: Bool = true) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(description: "socket: \(errno)") }
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    _ = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    if !waits { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
    let result = unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      let code = errno
      Glibc.close(descriptor)
      descriptor = -1
      throw Failure(description: "connect \(path): \(unsafe String(cString: strerror(code)))")
    }
    _ = fcntl(descriptor, F_SETFL, 0)
  }

  deinit { close() }

  public func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  /// Says that no more will be sent.
  public func closeOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Sends all of it.
  /// - Returns: false if the server would not take it.
  @discardableResult
  public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  @discardableResult
  public func send(_ bytes: [UInt8]) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.send(
          descriptor, $0.baseAddress! + done, bytes.count - done, Int32(MSG_NOSIGNAL))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// The next answer on this connection.
  /// - Parameter head: it is one to HEAD, so that no body follows.
  public func answer(head: Bool = false) throws -> Answer {
    while true {
      if let end = Self.endOfHead(pending) {
        var answer = try Self.parse(pending[..<end])
        if !head, answer.headers["transfer-encoding"] == "chunked" {
          pending = pending[(end + 4)...]
          answer.body = try String(decoding: chunks(), as: UTF8.self)
          return answer
        }
        let length = head ? 0 : Int(answer.headers["content-length"] ?? "") ?? 0
        while pending.endIndex < end + 4 + length {
          guard try receive() else {
            throw Failure(description: "the connection ended within a body")
          }
        }
        let body = pending[(end + 4)..<(end + 4 + length)]
        answer.body = answer.status == 100 ? "" : String(decoding: body, as: UTF8.self)
        pending = pending[(end + 4 + length)...]
        return answer
      }
      guard try receive() else {
        throw Failure(description: "the connection ended without an answer")
      }
    }
  }

  /// A chunked body up to its last chunk, of size 0.
  private func chunks() throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      let size = Int(String(decoding: try line(), as: UTF8.self), radix: 16)
      guard let size else { throw Failure(description: "not the size of a chunk") }
      while pending.count < size + 2 {
        guard try receive() else {
          throw Failure(description: "the connection ended within a chunked body")
        }
      }
      body += pending.prefix(size)
      pending = pending.dropFirst(size + 2)
      if size == 0 { return body }
    }
  }

  private func line() throws -> [UInt8] {
    while true {
      if let end = pending.firstIndex(of: 10) {
        defer { pending = pending[(end + 1)...] }
        return Array(pending[..<end].dropLast())
      }
      guard try receive() else {
        throw Failure(description: "the connection ended within a chunked body")
      }
    }
  }

  /// Whether the server has ended the connection by now, without waiting.
  public var hasEnded: Bool {
    var byte: UInt8 = 0
    return unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
  }

  /// Waits for the first bytes of an answer.
  public func startsToAnswer() throws -> Bool { try !pending.isEmpty || receive() }

  /// Everything that comes until the server ends the connection.
  public func rest() throws -> String {
    while try receive() {}
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// Sends a request with a body, or without one, and reads the answer.
  public func request(
    _ method: String, _ target: String, body: String? = nil, headers: [String] = []
  ) throws -> Answer {
    var lines = ["\(method) \(target) HTTP/1.1", "Host: test"] + headers
    if let body { lines.append("Content-Length: \(body.utf8.count)") }
    send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
    return try answer(head: method == "HEAD")
  }

  /// Whether the server has ended the connection: true if nothing but the end comes.
  public func isAtEnd() throws -> Bool {
    guard pending.isEmpty else { return false }
    return try !receive()
  }

  /// - Returns: false at the end of the connection.
  private func receive() throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
      if count < 0 && errno == EINTR { continue }
      if count < 0 && errno != ECONNRESET {
        throw Failure(description: "recv: \(unsafe String(cString: strerror(errno)))")
      }
      pending += buffer.prefix(max(0, count))
      return count > 0
    }
  }

  private static func parse(_ bytes: ArraySlice<UInt8>) throws -> Answer {
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    let words = lines[0].split(separator: " ")
    guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
      throw Failure(description: "not an answer: \(lines[0])")
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = String(
        line[line.index(after: colon)...].drop { $0 == " " })
    }
    return Answer(status: status, headers: headers, body: "")
  }

  /// Where the empty line begins.
  private static func endOfHead(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for at in bytes.startIndex...(bytes.endIndex - 4) where bytes[at] == 13 {
      if bytes[at + 1] == 10, bytes[at + 2] == 13, bytes[at + 3] == 10 { return at }
    }
    return nil
  }
}

import InvertedIndex
import NIOCore
import NIOHTTP1
import WireAPI

/// A request of which at least the headers have come.
struct IncomingRequest {
  var head: HTTPRequestHead
  var id: String
  /// The pattern that its path fits, once that is known.
  var route: String?
  var body = ByteBuffer()
  /// The client wants the connection to stay.
  var keepAlive: Bool

  init(_ head: HTTPRequestHead, id: String) {
    self.head = head
    self.id = id
    // After an upgrade or CONNECT the decoder reads nothing more.
    let tunnels = head.method == .CONNECT || head.headers.contains(name: "upgrade")
    keepAlive = head.isKeepAlive && !tunnels
  }

  /// Stands for what could not be read.
  init(id: String) {
    head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
    self.id = id
    keepAlive = false
  }

  /// What the headers already say against it.
  func refusal(_ limits: Limits) -> Problem? {
    if let length = head.headers.first(name: "content-length"),
      Int(length) ?? .max > limits.bodyBytes
    {
      return .bodyTooLarge(limits)
    }
    if let coding = head.headers.first(name: "content-encoding"), coding.lowercased() != "identity"
    {
      return Problem(.unsupportedMediaType, "Content-Encoding: \(coding) is not read")
    }
    if let expected = expectation, expected.lowercased() != "100-continue" {
      return Problem(.expectationFailed, "Expect: \(expected) cannot be met")
    }
    return nil
  }

  /// HTTP/1.0 has none.
  var expectation: String? {
    head.version == .http1_0 ? nil : head.headers.first(name: "expect")
  }

  /// With all of its body, at this moment.
  func whole(from peer: Peer) -> Request {
    let target = Request.split(target: head.uri)
    let tags = head.headers[canonicalForm: "if-none-match"]
    return Request(
      method: head.method, path: target.path, query: target.query,
      body: Array(body.readableBytesView), id: id,
      ifNoneMatch: tags.isEmpty ? nil : tags.joined(separator: ", "), peer: peer,
      arrived: Deadline.now())
  }
}

extension Problem {
  /// - Returns: nil if the client ended its sending within a request: nobody waits for an answer.
  init?(_ fault: HTTPParserError, _ limits: Limits) {
    switch fault {
    case .invalidEOFState: return nil
    case .headerOverflow:
      self.init(
        .headersTooLarge,
        "request line and headers may have \(limits.headerBytes) bytes and \(limits.headerFields) fields"
      )
    default: self.init(.badHTTP, "not HTTP/1.1: \(fault)")
    }
  }

  static func bodyTooLarge(_ limits: Limits) -> Problem {
    Problem(.bodyTooLarge, "a body may have \(limits.bodyBytes) bytes")
  }
}

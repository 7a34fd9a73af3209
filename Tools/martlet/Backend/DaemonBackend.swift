import JSON
import WireAPI

/// The daemon at a Unix socket.
struct DaemonBackend: Backend {
  let path: String
  /// Seconds; longer than any deadline that a search may have.
  var timeout = 70

  func ask(_ question: Question) throws(Failure) -> [UInt8] {
    try ask(question.method, question.path, question.body).body
  }

  func export(_ index: String, _ piece: (ArraySlice<UInt8>) throws(Failure) -> Void) throws(Failure)
  {
    let path = "/v1/indexes/\(PercentCoding.encode(index))/export"
    _ = try withoutActuallyEscaping(piece) { (piece) throws(Failure) in
      try ask("GET", path, nil, piece: piece)
    }
  }

  private func ask(
    _ method: String, _ target: String, _ body: [UInt8]?,
    piece: ((ArraySlice<UInt8>) throws(Failure) -> Void)? = nil
  ) throws(Failure) -> HTTPAnswer {
    let socket = try UnixSocket(path: path, timeout: timeout)
    var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    head += "User-Agent: martlet/\(Product.version)\r\nAccept: application/json\r\n"
    if let body {
      head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n"
    }
    try socket.send(Array("\(head)\r\n".utf8) + (body ?? []))
    let path = path
    let answer = try HTTPAnswer.read(
      { (buffer) throws(Failure) in try socket.receive(into: &buffer) },
      broken: { Failure(.unavailable, "\(path): no whole answer of a martletd: \($0.reason)") },
      piece: piece)
    guard answer.status == 200 else { throw DaemonBackend.problem(answer, path: path) }
    return answer
  }

  /// RFC 9457: the detail for people, the status for the exit code.
  static func problem(_ answer: HTTPAnswer, path: String) -> Failure {
    let problem = try? JSONValue.parse(answer.body)
    let status = ExitStatus(http: answer.status)
    guard let detail = problem?["detail"]?.string ?? problem?["title"]?.string else {
      return Failure(status, "\(path): the daemon answered \(answer.status)")
    }
    let hints = problem?["errors"]?.array?.compactMap { $0["hint"]?.string } ?? []
    var failure = Failure(
      status, detail, hint: hints.isEmpty ? nil : hints.joined(separator: "\n  "))
    failure.problem = answer.body
    return failure
  }
}

extension ExitStatus {
  /// The exit code for a problem of the wire API.
  init(http status: Int) {
    self =
      switch status {
      case 400: .usage
      case 401, 403: .permission
      case 404: .noInput
      case 409, 429: .temporary
      case 413, 422: .data
      case 503: .temporary
      default: .software
      }
  }
}

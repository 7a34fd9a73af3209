import WireAPI

/// An answer: whole, in pieces that the connection asks for, or not there yet.
struct Response: Sendable {
  /// The next piece, or nil at the end.
  ///
  /// Called by a worker each time the client has taken nearly all of the piece before, never by two at once, and not
  /// again once the request has been cancelled. A piece has at most 256 KiB. What is thrown by the first call is
  /// answered as a problem; later the connection is cut, so that the client sees that the answer is not whole.
  typealias Next = @Sendable () throws(Problem) -> [UInt8]?

  /// Keeps what it is given, and calls it once, from any thread, when it is worth asking again.
  typealias Park = @Sendable (_ resume: @escaping @Sendable () -> Void) -> Void

  enum Body: Sendable {
    case bytes([UInt8])
    case chunks(Next)
    /// As 204 and 304 have it.
    case none
    /// No answer yet: the endpoint is asked again, with the same request, when `Park` says so.
    case later(Park)
  }

  /// What the log tells of a slow query.
  struct Note: Sendable {
    var index: String
    /// In the engine.
    var tookMicroseconds: Int
    var total: Int?
    var timedOut = false
    /// Shown only if `Limits.logQueryText` says so.
    var query: String
  }

  var status: Int
  var contentType: String
  var headers: [(name: String, value: String)] = []
  var body: Body
  /// What went wrong, for the metrics.
  var code: Problem.Code?
  var note: Note?

  /// The body of a whole answer; nothing if it is none.
  var bytes: [UInt8] {
    if case .bytes(let bytes) = body { bytes } else { [] }
  }

  static func json(_ body: [UInt8], status: Int = 200) -> Response {
    Response(status: status, contentType: "application/json", body: .bytes(body))
  }

  static func problem(
    _ problem: Problem, headers: [(name: String, value: String)] = []
  ) -> Response {
    var response = Response(
      status: problem.status, contentType: "application/problem+json", headers: headers,
      body: .bytes(problem.json()), code: problem.code)
    if let seconds = problem.retryAfter { response.headers.append(("Retry-After", "\(seconds)")) }
    return response
  }

  /// 204 or 304.
  static func empty(
    status: Int, headers: [(name: String, value: String)] = []
  ) -> Response {
    Response(status: status, contentType: "", headers: headers, body: .none)
  }

  static func stream(
    contentType: String, headers: [(name: String, value: String)] = [], next: @escaping Next
  ) -> Response {
    Response(status: 200, contentType: contentType, headers: headers, body: .chunks(next))
  }

  static func later(_ park: @escaping Park) -> Response {
    Response(status: 200, contentType: "", body: .later(park))
  }
}

// How a path of the API becomes an endpoint of the server: what is captured of the path is decoded, what is thrown is
// answered as a problem, and what would be too large is refused.

import InvertedIndex
import Logging
import NIOHTTP1
import WireAPI

/// A request on its route.
struct Call: Sendable {
  let request: Request
  /// What was captured of the path, decoded.
  let path: [String]
  let flag: CancelFlag

  /// The one parameter of paths that have no others, POST included: nothing behind `?` is ignored.
  func pretty() throws(Problem) -> Bool { try Parameters.pretty(request.query) }
}

extension Call {
  init(_ request: Request, _ captures: [Substring], _ flag: CancelFlag) throws(Problem) {
    self.request = request
    self.flag = flag
    var path: [String] = []
    for capture in captures {
      guard let part = PercentCoding.decode(capture) else {
        throw Problem(.badPath, "\"\(capture)\" is not percent-encoded UTF-8")
      }
      path.append(part)
    }
    self.path = path
  }
}

struct Routes {
  typealias Answer = @Sendable (Call) throws(Problem) -> Response
  /// nil: not here and now.
  typealias Brief = @Sendable (Call, Deadline) throws(Problem) -> Response?

  private(set) var router = Router<Endpoint>()
  private let limits: CurrentLimits
  private let logger: Logger

  init(limits: CurrentLimits, logger: Logger) {
    self.limits = limits
    self.logger = logger
  }

  /// Answered by a worker.
  mutating func add(_ method: HTTPMethod, _ pattern: String, _ answer: @escaping Answer) {
    router.add(method, pattern, .queued(queued(answer)))
  }

  /// Answered on the event loop if `brief` can, else by a worker.
  mutating func add(
    _ method: HTTPMethod, _ pattern: String, _ answer: @escaping Answer, brief: @escaping Brief
  ) {
    let briefly: Endpoint.Brief = { [limits, logger] request, captures, deadline in
      do throws(Problem) {
        let response = try brief(Call(request, captures, CancelFlag()), deadline)
        return try response.map { response throws(Problem) in try Self.bounded(response, limits) }
      } catch {
        return Self.refusal(error, request, logger)
      }
    }
    router.add(method, pattern, .queued(queued(answer), briefly))
  }

  /// Answered on the event loop, from memory, also while all workers are busy.
  mutating func addImmediate(_ method: HTTPMethod, _ pattern: String, _ answer: @escaping Answer) {
    let queued = queued(answer)
    router.add(
      method, pattern, .immediate { request, captures in queued(request, captures, CancelFlag()) })
  }

  private func queued(_ answer: @escaping Answer) -> Endpoint.Answer {
    { [limits, logger] request, captures, flag in
      do throws(Problem) {
        return try Self.bounded(answer(Call(request, captures, flag)), limits)
      } catch {
        return Self.refusal(error, request, logger)
      }
    }
  }

  private static func bounded(
    _ response: Response, _ limits: CurrentLimits
  ) throws(Problem) -> Response {
    if case .bytes(let body) = response.body, body.count > limits.value.answerBytes {
      throw Problem(
        .answerTooLarge,
        "the answer has \(body.count) bytes; \(limits.value.answerBytes) are allowed: ask for fewer "
          + "hits (limit) or fields (select)")
    }
    return response
  }

  private static func refusal(_ problem: Problem, _ request: Request, _ logger: Logger) -> Response
  {
    if problem.status == 500 {
      logger.error(
        "internal error", metadata: ["id": "\(request.id)", "detail": "\(problem.detail)"])
    }
    return .problem(problem)
  }
}

// MARK: Answers that hold for a generation

extension Response {
  /// - Parameter generation: of the index that answers: the `ETag`.
  static func json(_ body: [UInt8], generation: UInt64) -> Response {
    json(body, tag: "\(generation)")
  }

  static func json(_ body: [UInt8], tag: String) -> Response {
    var response = json(body)
    response.headers.append(etag(tag))
    return response
  }

  /// 304 when the client says (`If-None-Match`) that it has the answer of this generation; only GET and HEAD can be
  /// answered so (RFC 9110, section 13.1.2).
  static func unchanged(_ generation: UInt64, _ request: Request) -> Response? {
    request.ifNoneMatch == nil ? nil : unchanged("\(generation)", request)
  }

  static func unchanged(_ tag: String, _ request: Request) -> Response? {
    guard let given = request.ifNoneMatch, request.method == .GET || request.method == .HEAD,
      EntityTags.list(given, has: etag(tag).value)
    else { return nil }
    return .empty(status: 304, headers: [etag(tag)])
  }

  static func etag(_ generation: UInt64) -> (name: String, value: String) {
    etag("\(generation)")
  }

  static func etag(_ tag: String) -> (name: String, value: String) { ("ETag", "\"\(tag)\"") }
}

enum EntityTags {
  /// Whether `If-None-Match` names a tag (RFC 9110, section 13.1.2: `*`, or a list, compared weakly).
  static func list(_ list: String, has tag: String) -> Bool {
    list.split(separator: ",").contains { item in
      let trimmed = item.drop { $0 == " " || $0 == "\t" }
      let end = trimmed.lastIndex { $0 != " " && $0 != "\t" }
      guard let end else { return false }
      let text = trimmed[...end]
      return text == "*" || (text.hasPrefix("W/") ? text.dropFirst(2) : text) == tag
    }
  }
}

// What is answered instead of what was asked: RFC 9457, `application/problem+json`.

import InvertedIndex
import JSON

/// Why a request is not carried out: a stable `code` for programs, a sentence for people, and the places at fault.
public struct Problem: Error, Equatable, Sendable {
  /// Once published a code keeps its meaning and its status.
  public enum Code: String, Sendable, CaseIterable {
    case badHTTP = "bad_http"
    case badPath = "bad_path"
    case badJSON = "bad_json"
    case unknownMember = "unknown_member"
    case missingMember = "missing_member"
    case invalidValue = "invalid_value"
    case indexRequired = "index_required"
    case badQuery = "bad_query"
    case answerTooLarge = "answer_too_large"
    case noSuchPath = "no_such_path"
    case noSuchIndex = "no_such_index"
    case noSuchDocument = "no_such_document"
    case noSuchRequest = "no_such_request"
    case forbidden = "forbidden"
    case methodNotAllowed = "method_not_allowed"
    case requestTimeout = "request_timeout"
    case superseded = "superseded"
    case generationGone = "generation_gone"
    case bodyTooLarge = "body_too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case expectationFailed = "expectation_failed"
    case documentRefused = "document_refused"
    case tooManyRequests = "too_many_requests"
    case headersTooLarge = "headers_too_large"
    case internalError = "internal_error"
    case starting = "starting"
    case notYet = "not_yet"
    case timedOut = "timed_out"
    case reloadFailed = "reload_failed"
    case tooManyConnections = "too_many_connections"
    case indexUnavailable = "index_unavailable"
    case indexDamaged = "index_damaged"
    case storage = "storage_error"

    public var status: Int {
      switch self {
      case .badHTTP, .badPath, .badJSON, .unknownMember, .missingMember, .invalidValue,
        .indexRequired, .badQuery, .answerTooLarge:
        400
      case .forbidden: 403
      case .noSuchPath, .noSuchIndex, .noSuchDocument, .noSuchRequest: 404
      case .methodNotAllowed: 405
      case .requestTimeout: 408
      case .superseded, .generationGone: 409
      case .bodyTooLarge: 413
      case .unsupportedMediaType: 415
      case .expectationFailed: 417
      case .documentRefused: 422
      case .tooManyRequests: 429
      case .headersTooLarge: 431
      case .internalError: 500
      case .starting, .notYet, .timedOut, .reloadFailed, .tooManyConnections, .indexUnavailable,
        .indexDamaged,
        .storage:
        503
      }
    }

    /// The same for every problem of this code.
    public var title: String {
      switch self {
      case .badHTTP: "Not a well-formed HTTP request"
      case .badPath: "The path is not well formed"
      case .badJSON: "The body is not JSON"
      case .unknownMember: "A member that is not known"
      case .missingMember: "A member is missing"
      case .invalidValue: "A value that cannot be"
      case .indexRequired: "Which index is meant is not said"
      case .badQuery: "The query has faults"
      case .answerTooLarge: "The answer would be too large"
      case .noSuchPath: "No such path"
      case .noSuchIndex: "No such index"
      case .noSuchDocument: "No such document"
      case .noSuchRequest: "No such request"
      case .forbidden: "Not allowed"
      case .methodNotAllowed: "Not with this method"
      case .requestTimeout: "The request came too slowly"
      case .superseded: "Something else came first"
      case .generationGone: "The generation is no longer there"
      case .bodyTooLarge: "The body is too large"
      case .unsupportedMediaType: "The body is in a form that is not read"
      case .expectationFailed: "An expectation that cannot be met"
      case .documentRefused: "The document does not fit"
      case .tooManyRequests: "Too many requests at once"
      case .headersTooLarge: "The headers are too large"
      case .internalError: "A fault of the server"
      case .starting: "Still starting"
      case .notYet: "Not yet"
      case .timedOut: "The time ran out"
      case .reloadFailed: "The newest generation cannot be opened"
      case .tooManyConnections: "Too many connections"
      case .indexUnavailable: "The index cannot be opened"
      case .indexDamaged: "The index is damaged"
      case .storage: "A file could not be read"
      }
    }
  }

  /// A place at fault.
  public struct Fault: Equatable, Sendable {
    /// JSON Pointer (RFC 6901) into the body, or `/name` of a parameter.
    public var pointer: String?
    /// Bytes of UTF-8 within the text that `pointer` names, or within the body.
    public var at: Int?
    public var length: Int?
    public var code: String
    public var hint: String?

    public init(
      pointer: String? = nil, at: Int? = nil, length: Int? = nil, code: String, hint: String? = nil
    ) {
      self.pointer = pointer
      self.at = at
      self.length = length
      self.code = code
      self.hint = hint
    }
  }

  public var code: Code
  /// What is wrong this time.
  public var detail: String
  public var errors: [Fault]
  /// Seconds after which it may go well: the `Retry-After` header.
  public var retryAfter: Int?

  public init(_ code: Code, _ detail: String, errors: [Fault] = [], retryAfter: Int? = nil) {
    self.code = code
    self.detail = detail
    self.errors = errors
    self.retryAfter = retryAfter
  }

  public var status: Int { code.status }

  public static let busy = Problem(
    .tooManyRequests, "too many requests are running and waiting", retryAfter: 1)

  public static let tooManyConnections = Problem(
    .tooManyConnections, "too many connections, and every one has a request running", retryAfter: 1)

  /// The `application/problem+json` form, with a line end.
  public func json(pretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(pretty: pretty)
    writer.object { writer in
      writer.field("title", code.title)
      writer.field("status", status)
      writer.field("code", code.rawValue)
      writer.field("detail", detail)
      if !errors.isEmpty {
        writer.name("errors")
        writer.array { writer in
          for fault in errors { fault.write(into: &writer) }
        }
      }
    }
    writer.newline()
    return writer.bytes
  }
}

extension Problem.Fault {
  fileprivate func write(into writer: inout JSONWriter) {
    writer.object { writer in
      if let pointer { writer.field("pointer", pointer) }
      if let at { writer.field("at", at) }
      if let length { writer.field("len", length) }
      writer.field("code", code)
      if let hint { writer.field("hint", hint) }
    }
  }
}

extension Problem {
  public init(_ error: JSONError) {
    self.init(
      .badJSON, "line \(error.line), column \(error.column): \(error.message)",
      errors: [Fault(at: error.offset, code: Code.badJSON.rawValue, hint: error.message)])
  }

  public init(_ error: IndexError) {
    switch error {
    case .corrupt, .version: self.init(.indexDamaged, error.description)
    case .system, .unknownDurability: self.init(.storage, error.description)
    case .analyzer: self.init(.indexUnavailable, error.description)
    case .notFound: self.init(.noSuchDocument, error.description)
    case .invalid: self.init(.invalidValue, error.description)
    case .request(let place, let detail, let hint):
      self.init(
        .invalidValue, hint.map { "\(error.description); \($0)" } ?? error.description,
        errors: [Fault(pointer: place, code: Code.invalidValue.rawValue, hint: hint ?? detail)])
    case .document: self.init(.documentRefused, error.description)
    case .superseded: self.init(.superseded, error.description)
    case .tooLarge: self.init(.answerTooLarge, error.description)
    case .cancelled: self.init(.timedOut, error.description)
    case .query(let warnings):
      self.init(
        .badQuery, error.description,
        errors: warnings.map { warning in
          Fault(
            pointer: "/query", at: warning.at, length: warning.length,
            code: warning.code.rawValue, hint: warning.hint ?? warning.detail)
        })
    }
  }
}

// Completion as one types: POST /v1/indexes/{i}/suggest, GET /v1/suggest?q=….

import InvertedIndex
import JSON

public struct SuggestCall: Equatable, Sendable {
  public var request: SuggestRequest
  /// Which index, where the path does not say it.
  public var indexes: IndexNames?
  public var timeoutMilliseconds = SearchCall.defaultTimeout
  /// The answer is indented.
  public var pretty = false

  private static let known = ["text", "field", "limit", "timeout_ms", "pretty"]

  public init(json: [UInt8]) throws(Problem) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue.parse(json)
    } catch {
      throw Problem(error)
    }
    guard let object = value.object else {
      throw Problem(.badJSON, "the body must be a JSON object, not \(value.kind)")
    }
    try self.init(object, known: Self.known)
  }

  /// - Parameter parameters: what is behind `?`, not decoded; `q` or `text`, `index`, and as in a body.
  public init(parameters: Substring) throws(Problem) {
    var object = JSONObject()
    for parameter in try Parameters(parameters, known: ["q", "index"] + Self.known) {
      let member = parameter.name == "q" ? "text" : parameter.name
      guard object[member] == nil else {
        throw Members.invalid(at: "/" + parameter.name, "is given twice")
      }
      switch member {
      case "limit", "timeout_ms": object[member] = .integer(try parameter.integer())
      case "pretty": object[member] = .bool(try parameter.flag())
      default: object[member] = .string(parameter.text)
      }
    }
    try self.init(object, known: ["index"] + Self.known)
  }

  private init(_ object: JSONObject, known: [String]) throws(Problem) {
    let members = try Members(object, known: known)
    guard let text = try members.string("text") else {
      throw Problem(
        .missingMember, "/text: what is to be completed is not said",
        errors: [.init(pointer: "/text", code: Problem.Code.missingMember.rawValue)])
    }
    request = SuggestRequest(text)
    request.field = try members.string("field")
    request.limit = try members.integer("limit", in: 1...SuggestRequest.maxLimit) ?? 10
    timeoutMilliseconds =
      try members.integer("timeout_ms", in: 1...SearchCall.maximumTimeout)
      ?? SearchCall.defaultTimeout
    pretty = try members.bool("pretty") ?? false
    if let name = try members.string("index") { indexes = try IndexNames(name) }
  }
}

extension Wire {
  public static func answer(_ response: SuggestResponse, pretty: Bool = false) -> [UInt8] {
    document(pretty) { writer in
      writer.field("took_us", response.tookMicroseconds)
      writer.field("timed_out", response.timedOut)
      writer.field("generation", response.generation)
      writer.name("suggestions")
      writer.array { writer in
        for suggestion in response.suggestions {
          writer.object { writer in
            writer.field("text", suggestion.text)
            writer.field("word", suggestion.word)
            writer.field("documents", suggestion.documents)
          }
        }
      }
    }
  }
}

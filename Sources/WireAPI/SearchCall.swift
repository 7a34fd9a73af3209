// A search as a client asks for it: the request to the engine, and what is the server's part of it.

import InvertedIndex
import JSON

public struct SearchCall: Equatable, Sendable {
  public static let defaultTimeout = 1_000
  public static let maximumTimeout = 60_000

  public var request: SearchRequest
  public var timeoutMilliseconds = defaultTimeout
  /// What has to be there before the request is carried out.
  public var awaited = AwaitedGenerations()
  /// Which indexes, where the path does not say it.
  public var indexes: IndexNames?
  /// It is one part of several.
  public var paging: Paging?
  /// The document whose score is to be explained, or to which others are to be alike: of `Form.explain` and `.similar`.
  public var id: String?
  /// To which documents are to be alike: of `Form.similar`.
  public var text: String?
  /// The answer is indented.
  public var pretty = false

  public init(_ request: SearchRequest) { self.request = request }

  /// Which members a body can have.
  public enum Form: Sendable {
    /// POST /v1/indexes/{i}/search
    case search
    /// POST /v1/search: `index` or `indexes` is a member.
    case searchNamingIndex
    /// POST /v1/indexes/{i}/count: what bears on the set of matches alone.
    case count
    /// POST /v1/indexes/{i}/explain: a search and the `id` of a document.
    case explain
    /// /v1/indexes/{i}/similar: `id` or `text`, and what bears on hits.
    case similar
    /// /v1/indexes/{i}/statistics: what the terms of a query are known by.
    case statistics

    private static let reading = [
      "query", "mode", "default_operator", "minimum_should_match", "fields", "synonyms",
      "timeout_ms", "min_generation", "pretty",
    ]
    private static let searching =
      reading + [
        "filter", "proximity", "sort", "limit", "select", "highlight", "total", "explain",
        "statistics", "cursor", "facets", "recency", "collapse", "did_you_mean", "relax",
      ]

    var known: [String] {
      switch self {
      case .search: Self.searching
      case .searchNamingIndex: Self.searching + ["index", "indexes"]
      case .count: Self.reading + ["filter"]
      case .explain: Self.searching + ["id"]
      case .similar:
        [
          "id", "text", "fields", "filter", "sort", "limit", "select", "highlight", "total",
          "explain", "timeout_ms", "min_generation", "pretty",
        ]
      case .statistics: Self.reading
      }
    }
  }

  // MARK: From a JSON body

  public init(json: [UInt8], form: Form = .search) throws(Problem) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue.parse(json)
    } catch {
      throw Problem(error)
    }
    guard let object = value.object else {
      throw Problem(.badJSON, "the body must be a JSON object, not \(value.kind)")
    }
    try self.init(object, form: form)
  }

  init(_ object: JSONObject, form: Form) throws(Problem) {
    let members = try Members(object, known: form.known)
    request = SearchRequest(query: try members.string("query") ?? "")
    request.mode =
      try members.choice("mode", [SearchRequest.Mode.lenient, .strict, .simple]) ?? .lenient
    request.minimumShouldMatch = try Self.minimumShouldMatch(members)
    // Some of the words: they are joined by OR, unless the request says otherwise.
    request.defaultOperator =
      try members.choice("default_operator", [SearchRequest.Operator.and, .or])
      ?? (request.minimumShouldMatch == nil ? .and : .or)
    request.fields = try Self.fields(members)
    request.synonyms = try members.bool("synonyms") ?? true
    timeoutMilliseconds =
      try members.integer("timeout_ms", in: 1...Self.maximumTimeout) ?? Self.defaultTimeout
    awaited = try AwaitedGenerations(members)
    pretty = try members.bool("pretty") ?? false
    request.limit = 0
    if form == .statistics { return }
    request.filters = try FilterJSON.filters(members)
    if form == .count { return }
    request.proximity =
      try members.number("proximity", in: 0...Double(SearchRequest.maxProximity)).map { Float($0) }
    request.sort = try Self.sort(members)
    request.limit = try members.integer("limit", in: 0...SearchRequest.maxLimit) ?? 10
    request.select = try members.strings("select")
    request.highlight = try Self.highlight(members)
    request.facets = try FacetJSON.facets(members)
    request.recency = try RecencyJSON.recency(members)
    request.collapse = try members.string("collapse").map { $0 == "near" ? .near : .field($0) }
    request.total =
      try members.choice("total", [SearchRequest.TotalMode.exact, .atLeast]) ?? .exact
    request.explain = try members.bool("explain") ?? false
    request.didYouMean = try members.bool("did_you_mean") ?? true
    request.relax = try members.bool("relax") ?? true
    paging = try Paging(members)
    request.after = paging?.cursor?.position
    if let value = members.value("statistics") {
      request.statistics = try StatisticsJSON.read(value, at: members.pointer("statistics"))
    }
    if form == .searchNamingIndex { indexes = try IndexNames(members) }
    if form == .similar { try readSource(members) }
    if form == .explain {
      guard let id = try members.string("id") else {
        throw Problem(
          .missingMember, "/id: which document is meant is not said",
          errors: [.init(pointer: "/id", code: Problem.Code.missingMember.rawValue)])
      }
      self.id = id
    }
  }

  /// A document or a text.
  private mutating func readSource(_ members: Members) throws(Problem) {
    id = try members.string("id")
    text = try members.string("text")
    if id != nil, text != nil { throw members.invalid("text", "either \"id\" or \"text\"") }
    if id == nil, text == nil {
      throw Problem(
        .missingMember, "/id: like which document, or which \"text\", is not said",
        errors: [.init(pointer: "/id", code: Problem.Code.missingMember.rawValue)])
    }
  }

  /// Of `Form.similar`.
  public var similar: SimilarRequest {
    SimilarRequest(id.map { .document(id: $0) } ?? .text(text ?? ""), request: request)
  }

  /// A number, or a share as `"75%"`; negative: so many may be missing.
  private static func minimumShouldMatch(
    _ members: Members
  ) throws(Problem) -> MinimumShouldMatch? {
    let name = "minimum_should_match"
    guard let value = members.value(name) else { return nil }
    var number = value.int
    if var text = value.string {
      let isShare = text.last == "%"
      if isShare { text.removeLast() }
      number = Int(text)
      if isShare, let share = number, (-100...100).contains(share) { return .percent(share) }
      if isShare { number = nil }
    }
    guard let number, (-1_024...1_024).contains(number) else {
      throw members.invalid(
        name, "must be a number of words (2, or -1: one may be missing) or a share (\"75%\")")
    }
    return .number(number)
  }

  private static func fields(_ members: Members) throws(Problem) -> [SearchRequest.FieldWeight] {
    var fields: [SearchRequest.FieldWeight] = []
    for (place, text) in (try members.strings("fields") ?? []).enumerated() {
      let parts = text.split(separator: "^", maxSplits: 1, omittingEmptySubsequences: false)
      var boost: Float?
      if parts.count == 2 {
        guard let number = Float(parts[1]), number.isFinite, number > 0 else {
          throw Members.invalid(
            at: "\(members.pointer("fields"))/\(place)",
            "the weight behind ^ must be a positive number, not \"\(parts[1])\"")
        }
        boost = number
      }
      guard let name = parts.first, !name.isEmpty else {
        throw Members.invalid(at: "\(members.pointer("fields"))/\(place)", "a field has a name")
      }
      fields.append(.init(String(name), boost: boost))
    }
    return fields
  }

  private static func sort(_ members: Members) throws(Problem) -> [SortKey] {
    var keys: [SortKey] = []
    for (place, text) in (try members.strings("sort") ?? []).enumerated() {
      switch text {
      case "_score": keys.append(.score)
      case "-_score":
        throw Members.invalid(
          at: "\(members.pointer("sort"))/\(place)",
          "\"_score\" sorts best first already; there is no worst first")
      case "", "-":
        throw Members.invalid(at: "\(members.pointer("sort"))/\(place)", "a field has a name")
      default:
        let descending = text.hasPrefix("-")
        keys.append(
          SortKey(field: descending ? String(text.dropFirst()) : text, descending: descending))
      }
    }
    return keys
  }

  private static func highlight(_ members: Members) throws(Problem) -> SearchRequest.Highlight? {
    guard let value = members.value("highlight") else { return nil }
    if let wanted = value.bool { return wanted ? SearchRequest.Highlight() : nil }
    let own = try Members(
      value, at: members.pointer("highlight"), known: ["fields", "passages", "unit", "html"])
    return SearchRequest.Highlight(
      fields: try own.strings("fields"), passages: try own.integer("passages", in: 1...100) ?? 3,
      unit: try own.choice("unit", [SearchRequest.Highlight.Unit.utf8, .utf16]) ?? .utf8,
      html: try own.bool("html") ?? false)
  }
}

// MARK: From the parameters of a URL

extension SearchCall {
  /// What a person types into curl: `q=…&index=…&limit=…`. Lists are separated by commas.
  ///
  /// The parameters are turned into the members of a body and read as one, so that both have the same rules.
  /// - Parameters:
  ///   - parameters: what is behind `?`, not decoded.
  ///   - form: `.searchNamingIndex`, `.similar` or `.statistics`.
  public init(parameters: Substring, form: Form = .searchNamingIndex) throws(Problem) {
    // Filters and statistics have structure: they need a body.
    let names =
      (form.known.contains("query") ? ["q"] : [])
      + form.known.filter { $0 != "filter" && $0 != "statistics" }
    var object = JSONObject()
    for parameter in try Parameters(parameters, known: names) {
      let member = parameter.name == "q" ? "query" : parameter.name
      guard object[member] == nil else {
        throw Members.invalid(at: "/" + parameter.name, "is given twice")
      }
      object[member] = try Self.value(parameter)
    }
    try self.init(object, form: form)
  }

  private static func value(_ parameter: Parameters.Parameter) throws(Problem) -> JSONValue {
    func list() -> JSONValue {
      .array(parameter.text.split(separator: ",").map { .string(String($0)) })
    }
    switch parameter.name {
    case "limit", "timeout_ms": return .integer(try parameter.integer())
    case "min_generation": return try AwaitedGenerations.value(parameter)
    case "proximity": return .double(try parameter.number())
    case "explain", "pretty", "did_you_mean", "relax", "synonyms":
      return .bool(try parameter.flag())
    case "highlight": return (try? parameter.flag()).map { .bool($0) } ?? ["fields": list()]
    case "fields", "sort", "select": return list()
    case "recency": return try RecencyJSON.value(parameter.text, at: "/recency")
    case "facets": return try FacetJSON.value(parameter.text, at: "/facets")
    default: return .string(parameter.text)
    }
  }
}

import InvertedIndex
import JSON
import Testing

@testable import WireAPI

private func call(_ json: String, _ form: SearchCall.Form = .search) throws(Problem) -> SearchCall {
  try SearchCall(json: Array(json.utf8), form: form)
}

private func refusal(_ json: String, _ form: SearchCall.Form = .search) -> Problem? {
  do throws(Problem) {
    _ = try call(json, form)
    return nil
  } catch {
    return error
  }
}

@Suite("Search requests as JSON")
struct SearchCallTests {
  @Test("an empty object asks for everything by default")
  func defaults() throws {
    let call = try call("{}")
    #expect(call.request == SearchRequest())
    #expect(call.timeoutMilliseconds == 1_000)
    #expect(call.indexes == nil)
  }

  @Test("every member arrives")
  func everything() throws {
    let call = try call(
      """
      {"query": "nuclear deterrent -missile", "mode": "strict", "default_operator": "or",
       "fields": ["title^3", "body", "a.b^0.5"],
       "filter": [{"field": "date", "gte": "2015-06-01", "lt": 2}, {"field": "tags", "in": ["NATO", 1, 2.5, true]}],
       "sort": ["-date", "_score", "title"], "limit": 25, "cursor": null, "select": ["title"],
       "highlight": {"fields": ["body"], "passages": 2, "unit": "utf16", "html": true},
       "facets": null, "collapse": "near", "proximity": 0.5, "total": "atleast", "explain": true, "timeout_ms": 250, "pretty": true}
      """)
    var wanted = SearchRequest(query: "nuclear deterrent -missile")
    wanted.mode = .strict
    wanted.defaultOperator = .or
    wanted.fields = [
      .init("title", boost: 3), .init("body"), .init("a.b", boost: 0.5),
    ]
    wanted.filters = [
      .range(field: "date", FilterRange(gte: .string("2015-06-01"), lt: .integer(2))),
      .isIn(field: "tags", [.string("NATO"), .integer(1), .double(2.5), .boolean(true)]),
    ]
    wanted.sort = [
      SortKey(field: "date", descending: true), .score, SortKey(field: "title"),
    ]
    wanted.limit = 25
    wanted.select = ["title"]
    wanted.highlight = .init(fields: ["body"], passages: 2, unit: .utf16, html: true)
    wanted.total = .atLeast
    wanted.proximity = 0.5
    wanted.collapse = .near
    wanted.explain = true
    #expect(call.request == wanted)
    #expect(call.timeoutMilliseconds == 250)
    #expect(call.pretty)
  }

  @Test("conditions nest")
  func filters() throws {
    let request = try call(
      """
      {"filter": [{"not": {"field": "a", "equals": 1}}, {"field": "b", "exists": true}, {"field": "b", "exists": false},
        {"any": [{"field": "c", "gt": 1, "lte": 2}, {"all": []}]}]}
      """
    ).request
    #expect(
      request.filters == [
        .not(.equals(field: "a", .integer(1))), .exists(field: "b"), .missing(field: "b"),
        .any([
          .range(field: "c", FilterRange(gt: .integer(1), lte: .integer(2))), .all([]),
        ]),
      ])
  }

  @Test("highlight may be true or false")
  func highlight() throws {
    #expect(try call(#"{"highlight": true}"#).request.highlight == .init())
    #expect(try call(#"{"highlight": false}"#).request.highlight == nil)
    #expect(try call(#"{"highlight": {}}"#).request.highlight == .init())
  }

  @Test("how many words must match is a number or a share, and joins the words by OR")
  func minimumShouldMatch() throws {
    for (text, minimum) in [
      ("2", .number(2)), ("-1", .number(-1)), ("\"75%\"", .percent(75)),
      ("\"-25%\"", .percent(-25)), ("\"3\"", .number(3)),
    ] as [(String, MinimumShouldMatch)] {
      let request = try call(#"{"query":"a b c","minimum_should_match":\#(text)}"#).request
      #expect(request.minimumShouldMatch == minimum && request.defaultOperator == .or, "\(text)")
    }
    let both = try call(#"{"minimum_should_match":2,"default_operator":"and"}"#, .count)
    #expect(both.request.defaultOperator == .and && both.request.minimumShouldMatch == .number(2))
    for wrong in ["true", "1.5", "\"x\"", "\"101%\"", "\"%\"", "2000", "[]", "\"\""] {
      let problem = refusal(#"{"minimum_should_match":\#(wrong)}"#)
      #expect(problem?.errors.first?.pointer == "/minimum_should_match", "\(wrong)")
    }
    let asked = try SearchCall(parameters: "q=a+b&minimum_should_match=-25%25&relax=false")
    #expect(asked.request.minimumShouldMatch == .percent(-25) && !asked.request.relax)
    #expect(try call(#"{"query":"a"}"#).request.relax)
    #expect(refusal(#"{"relax":1}"#)?.errors.first?.pointer == "/relax")
    #expect(refusal(#"{"relax":true}"#, .count)?.errors.first?.pointer == "/relax")
  }

  @Test(
    "an unknown member is refused and the nearest named, at any depth",
    arguments: [
      (#"{"limti": 3}"#, "/limti", "limit"), (#"{"quary": "x"}"#, "/quary", "query"),
      (#"{"Query": "x"}"#, "/Query", "query"), (#"{"filters": []}"#, "/filters", "filter"),
      (#"{"timeout": 3}"#, "/timeout", "timeout_ms"),
      (#"{"highlight": {"passage": 1}}"#, "/highlight/passage", "passages"),
      (#"{"filter": [{"field": "a", "equal": 1}]}"#, "/filter/0/equal", "equals"),
      (#"{"a/b~c": 1}"#, "/a~1b~0c", nil),
    ] as [(String, String, String?)])
  func unknown(json: String, pointer: String, nearest: String?) throws {
    let problem = try #require(refusal(json))
    #expect(problem.code == .unknownMember)
    #expect(problem.status == 400)
    #expect(problem.errors.map(\.pointer) == [pointer])
    if let nearest {
      #expect(problem.detail.contains("\"\(nearest)\""), "\(problem.detail)")
    } else {
      #expect(problem.detail.contains("known are"))
    }
  }

  @Test(
    "a wrong value is refused at its place",
    arguments: [
      (#"{"query": 1}"#, "/query"), (#"{"limit": -1}"#, "/limit"), (#"{"limit": 10001}"#, "/limit"),
      (#"{"recency": 1}"#, "/recency"), (#"{"collapse": true}"#, "/collapse"),
      (#"{"recency": {"field": "d", "half_life": "3"}}"#, "/recency/half_life"),
      (#"{"recency": {"field": "d", "half_life": "0d"}}"#, "/recency/half_life"),
      (#"{"recency": {"field": "d", "half_life": "999999999y"}}"#, "/recency/half_life"),
      (#"{"recency": {"field": "d", "half_life": "3d", "weight": -1}}"#, "/recency/weight"),
      (#"{"recency": {"field": "d", "half_life": "3d", "weight": "a"}}"#, "/recency/weight"),
      (#"{"limit": 1.5}"#, "/limit"), (#"{"limit": "10"}"#, "/limit"),
      (#"{"timeout_ms": 0}"#, "/timeout_ms"), (#"{"timeout_ms": 60001}"#, "/timeout_ms"),
      (#"{"mode": "loose"}"#, "/mode"), (#"{"total": true}"#, "/total"),
      (#"{"fields": "title"}"#, "/fields"), (#"{"fields": ["a", 1]}"#, "/fields/1"),
      (#"{"fields": ["a^x"]}"#, "/fields/0"), (#"{"fields": ["a^-1"]}"#, "/fields/0"),
      (#"{"fields": ["^2"]}"#, "/fields/0"), (#"{"fields": ["a^inf"]}"#, "/fields/0"),
      (#"{"sort": ["-_score"]}"#, "/sort/0"), (#"{"sort": ["a", "-"]}"#, "/sort/1"),
      (#"{"select": [null]}"#, "/select/0"), (#"{"highlight": 3}"#, "/highlight"),
      (#"{"highlight": {"passages": 0}}"#, "/highlight/passages"),
      (#"{"filter": {"field": "a", "equals": 1}}"#, "/filter"), (#"{"filter": [1]}"#, "/filter/0"),
      (#"{"filter": [{}]}"#, "/filter/0"), (#"{"filter": [{"field": "a"}]}"#, "/filter/0"),
      (#"{"filter": [{"equals": 1}]}"#, "/filter/0"),
      (#"{"filter": [{"field": "a", "equals": 1, "gt": 2}]}"#, "/filter/0"),
      (#"{"filter": [{"field": "a", "equals": [1]}]}"#, "/filter/0/equals"),
      (#"{"filter": [{"field": "a", "in": [1, null]}]}"#, "/filter/0/in/1"),
      (#"{"filter": [{"field": "a", "not": {}}]}"#, "/filter/0"),
      (#"{"filter": [{"any": [{"field": "a", "in": 1}]}]}"#, "/filter/0/any/0/in"),
    ])
  func invalid(json: String, pointer: String) throws {
    let problem = try #require(refusal(json))
    #expect(problem.code == .invalidValue)
    #expect(problem.errors.first?.pointer == pointer)
  }

  @Test(
    "what is no JSON object is refused with its place",
    arguments: ["", "x", "{\"query\": ", "[]", "\"query\"", "{} {}", "{\"a\" 1}"])
  func notJSON(json: String) throws {
    #expect(try #require(refusal(json)).code == .badJSON)
  }

  @Test("nested beyond all measure is refused, not followed")
  func deep() throws {
    let depth = 100_000
    let json =
      "{\"filter\": [" + String(repeating: "{\"not\":", count: depth) + "{}"
      + String(repeating: "}", count: depth) + "]}"
    #expect(try #require(refusal(json)).code == .badJSON)
  }

  @Test("a count takes what bears on matching alone")
  func count() throws {
    let call = try call(#"{"query": "a", "fields": ["b"], "mode": "simple"}"#, .count)
    #expect(call.request.limit == 0)
    #expect(call.request.mode == .simple)
    #expect(try #require(refusal(#"{"limit": 3}"#, .count)).code == .unknownMember)
  }

  @Test("the index may be named in the body where the path does not")
  func index() throws {
    for json in [#"{"index": "news"}"#, #"{"index": ["news"]}"#, #"{"indexes": ["news"]}"#] {
      #expect(try call(json, .searchNamingIndex).indexes?.single == "news")
    }
    #expect(try #require(refusal(#"{"index": "news"}"#)).code == .unknownMember)
    for (json, pointer) in [
      (#"{"index": []}"#, "/index"), (#"{"index": ["a", ""]}"#, "/index/1"),
      (#"{"index": "a,,b"}"#, "/index"), (#"{"index": 1}"#, "/index"),
      (#"{"index": "a", "indexes": ["b"]}"#, "/indexes"), (#"{"indexes": ["a", 1]}"#, "/indexes/1"),
      (#"{"indexes": "-"}"#, "/indexes"),
      (#"{"index": "\#(String(repeating: "a,", count: 100))a"}"#, "/index"),
      (#"{"index": "\#(String(repeating: "a", count: 257))"}"#, "/index"),
    ] {
      let problem = try #require(refusal(json, .searchNamingIndex))
      #expect(problem.code == .invalidValue)
      #expect(problem.errors.first?.pointer == pointer)
    }
  }
}

@Suite("Search requests as parameters")
struct SearchParametersTests {
  private func refusal(_ parameters: String) -> Problem? {
    do throws(Problem) {
      _ = try SearchCall(parameters: parameters[...])
      return nil
    } catch {
      return error
    }
  }

  @Test("parameters are decoded and mean what the members mean")
  func everything() throws {
    let call = try SearchCall(
      parameters:
        "q=caf%C3%A9+%2Bcr%C3%A8me&index=news&limit=5&mode=simple&default_operator=or&fields=title^3,body&sort=-date,_score&select=title&highlight&total=atleast&explain=1&timeout_ms=5&min_generation=7&pretty=true"
    )
    let body = try SearchCall(
      json: Array(
        """
        {"query": "café +crème", "index": "news", "limit": 5, "mode": "simple", "default_operator": "or",
         "fields": ["title^3", "body"], "sort": ["-date", "_score"], "select": ["title"], "highlight": true,
         "total": "atleast", "explain": true, "timeout_ms": 5, "min_generation": 7, "pretty": true}
        """.utf8), form: .searchNamingIndex)
    #expect(call == body)
  }

  @Test("highlight may name fields")
  func highlight() throws {
    let call = try SearchCall(parameters: "highlight=title,body")
    #expect(call.request.highlight == .init(fields: ["title", "body"]))
  }

  @Test(
    "mistakes are refused",
    arguments: [
      ("quary=x", Problem.Code.unknownMember), ("limt=3", .unknownMember),
      ("q=a&query=b", .invalidValue), ("limit=ten", .invalidValue),
      ("cursor=x", .invalidValue), ("min_generation=-1", .invalidValue),
      ("min_generation=1.5", .invalidValue),
      ("limit=99999", .invalidValue), ("explain=maybe", .invalidValue), ("q=a&q=b", .invalidValue),
      ("q=%zz", .badPath), ("q=%C3", .badPath), ("q=%4", .badPath), ("mode=x", .invalidValue),
    ])
  func mistakes(parameters: String, code: Problem.Code) throws {
    #expect(try #require(refusal(parameters)).code == code)
  }
}

@Suite("Cursors of searches")
struct SearchCursorTests {
  private func call(_ json: String) throws(Problem) -> SearchCall {
    try SearchCall(json: Array(json.utf8))
  }

  static let position = SearchPosition(
    document: 7, score: Float(1.5).bitPattern, place: 30, now: 1_700_000_000_123)

  private func cursor(_ json: String) throws -> String {
    guard case .object(var object) = try JSONValue.parse(json) else { return "" }
    object["cursor"] = "*"
    let question = try #require(try SearchCall(object, form: .search).paging?.hash(""))
    return SearchCursor(
      indexes: [IndexGeneration(uuid: "u.v", generation: 3)], position: Self.position,
      question: question
    ).description
  }

  @Test("a cursor is read back, fits its own question, and says where to go on")
  func reading() throws {
    let asked = #""query": "a b", "sort": ["-date"]"#
    let text = try cursor("{\(asked)}")
    let call = try call("{\(asked), \"cursor\": \"\(text)\", \"select\": [], \"facets\": {}}")
    #expect(call.request.after == Self.position)
    #expect(call.paging?.cursor?.description == text)
    #expect(call.paging?.cursor?.indexes == [IndexGeneration(uuid: "u.v", generation: 3)])
    try call.paging?.check(askedBy: "")
    #expect(throws: Problem.self) { try call.paging?.check(askedBy: "n*") }
    let first = try self.call("{\(asked), \"cursor\": \"*\"}")
    #expect(first.paging != nil && first.paging?.cursor == nil && first.request.after == nil)
    #expect(try self.call("{\(asked), \"cursor\": null}").paging == nil)
    #expect(try SearchCall(parameters: "q=a&cursor=*").paging != nil)
  }

  @Test(
    "one of another question, or none at all, is refused",
    arguments: [
      #""query": "a c""#, #""query": "a b", "mode": "simple""#,
      #""query": "a b", "sort": ["date"]"#,
      #""query": "a b", "filter": [{"field": "a", "exists": true}]"#,
      #""query": "a b", "recency": {"field": "d", "half_life": "1d"}"#,
    ])
  func refused(asked: String) throws {
    let text = try cursor(#"{"query": "a b"}"#)
    #expect(throws: Problem.self) {
      try call("{\(asked), \"cursor\": \"\(text)\"}").paging?.check(askedBy: "")
    }
    for wrong in ["", "1", "1.2.3", "AAAA", "=", String(repeating: "A", count: 300)] {
      #expect(throws: Problem.self) { try call("{\(asked), \"cursor\": \"\(wrong)\"}") }
    }
  }

  @Test("every change of a character is noticed")
  func tampering() throws {
    let asked = #""query": "a b""#
    let text = Array(try cursor("{\(asked)}"))
    for place in text.indices {
      var changed = text
      changed[place] = text[place] == "A" ? "B" : "A"
      let problem = #expect(throws: Problem.self) {
        try call("{\(asked), \"cursor\": \"\(String(changed))\"}")
      }
      #expect(problem?.errors.first?.pointer == "/cursor")
    }
  }

  @Test("a cursor of several indexes has the generation of each")
  func several() throws {
    var cursor = SearchCursor(
      indexes: (0..<120).map { IndexGeneration(uuid: "u\($0)", generation: UInt64($0)) },
      position: Self.position, question: 1)
    cursor.position.member = 119
    #expect(SearchCursor(cursor.description) == cursor)
    #expect(cursor.description.utf8.count < 3_000)
    cursor.position.member = 120
    #expect(SearchCursor(cursor.description) == nil)
  }

  @Test("base64url there and back", arguments: 0..<20)
  func base64(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 97 &+ 200) }
    #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
    #expect(Base64URL.decode("a b") == nil && Base64URL.decode("AB=") == nil)
  }
}

@Suite("Recency as JSON")
struct RecencyJSONTests {
  @Test("members and parameters")
  func members() throws {
    let json =
      #"{"recency": {"field": "date", "half_life": "30d", "weight": 0.5, "origin": "2020"}}"#
    let wanted = Recency(field: "date", halfLife: 2_592_000_000, weight: 0.5, origin: "2020")
    #expect(try SearchCall(json: Array(json.utf8)).request.recency == wanted)
    let call = try SearchCall(parameters: "recency=date:2w")
    #expect(call.request.recency == Recency(field: "date", halfLife: 1_209_600_000))
    #expect(throws: Problem.self) { try SearchCall(parameters: "recency=date") }
    #expect(throws: Problem.self) { try SearchCall(parameters: "recency=date:1d:x") }
    for missing in [#"{"recency": {"field": "date"}}"#, #"{"recency": {"half_life": "1d"}}"#] {
      let problem = #expect(throws: Problem.self) { try SearchCall(json: Array(missing.utf8)) }
      #expect(problem?.code == .missingMember)
    }
  }

  @Test(
    "durations",
    arguments: [
      ("12h", 43_200_000), ("1d", 86_400_000), ("2w", 1_209_600_000), ("12m", 31_557_600_000),
      ("1y", 31_557_600_000), ("10000y", 315_576_000_000_000), ("10001y", nil), ("", nil),
      ("d", nil), ("-1d", nil), ("1.5d", nil), ("1 d", nil), ("٣d", nil), ("1D", nil),
    ] as [(String, Int64?)])
  func durations(text: String, milliseconds: Int64?) {
    #expect(RecencyJSON.duration(text) == milliseconds)
  }
}

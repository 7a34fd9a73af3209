import JSON
import Testing

@testable import Server
@testable import WireAPI

@Suite("What is asked wrongly is a problem with a pointer to the place")
struct RequestFaultTests {
  private static func bench() throws -> IndexBench {
    let bench = IndexBench()
    try bench.commit(
      "news", [#"{"id": "a", "title": "Tea", "body": "Tea.", "date": "2020-01-01", "n": 1}"#])
    try bench.start()
    try until { try bench.status() == "ready" }
    return bench
  }

  private func check(
    _ bench: IndexBench, _ method: String, _ target: String, _ body: String?, _ pointer: String,
    _ hint: String?
  ) throws {
    let answer = try bench.ask(method, target, body)
    let problem = try JSONValue.parse(answer.body)
    let asked = "\(target) \(body ?? "")"
    #expect(answer.status == 400, "\(asked): \(answer.body)")
    #expect(problem["errors"]?.array?.first?["pointer"]?.string == pointer, "\(asked): \(problem)")
    if let hint {
      let wanted = "did you mean \"\(hint)\"?"
      #expect(problem["errors"]?.array?.first?["hint"]?.string == wanted, "\(asked): \(problem)")
      #expect(problem["detail"]?.string?.contains(wanted) == true, "\(asked): \(problem)")
    }
  }

  @Test("in a body")
  func bodies() throws {
    let bench = try Self.bench()
    for (body, pointer, hint) in [
      (#"{"limti": 1}"#, "/limti", "limit"), (#"{"sort": ["_score", "-dat"]}"#, "/sort/1", "date"),
      (#"{"sort": ["title"]}"#, "/sort/0", nil),
      (#"{"fields": ["titel^2"]}"#, "/fields/0", "title"),
      (#"{"select": ["id", "bdy"]}"#, "/select/1", "body"),
      (#"{"highlight": {"fields": ["tilte"]}}"#, "/highlight/fields/0", "title"),
      (#"{"filter": [{"field": "tag", "equals": 1}]}"#, "/filter/0/field", "tags"),
      (#"{"filter": [{"field": "tag", "exists": false}]}"#, "/filter/0/field", "tags"),
      (#"{"filter": [{"not": {"field": "tag", "exists": true}}]}"#, "/filter/0/not/field", "tags"),
      (#"{"filter": [{"any": [{"field": "n", "in": [1, "x"]}]}]}"#, "/filter/0/any/0/in/1", nil),
      (#"{"filter": [{"field": "date", "gte": "soon"}]}"#, "/filter/0/gte", nil),
      (#"{"cursor": "1.2.3"}"#, "/cursor", nil),
    ] as [(String, String, String?)] {
      try check(bench, "POST", "/v1/indexes/news/search", body, pointer, hint)
    }
    try check(
      bench, "POST", "/v1/indexes/news/count", #"{"filter": [{"field": "nn", "exists": true}]}"#,
      "/filter/0/field", "n")
    try check(
      bench, "POST", "/v1/indexes/news/explain", #"{"id": "a", "fields": ["tilte"]}"#, "/fields/0",
      "title")
    try check(
      bench, "POST", "/v1/indexes/news/analyze", #"{"text": "a", "field": "titel"}"#, "/field",
      "title")
  }

  @Test("in parameters")
  func parameters() throws {
    let bench = try Self.bench()
    for (parameters, pointer, hint) in [
      ("sort=_score,-dat", "/sort/1", "date"), ("sort=title", "/sort/0", nil),
      ("fields=body,titel", "/fields/1", "title"), ("select=bdy", "/select/0", "body"),
      ("highlight=title,bdy", "/highlight/fields/1", "body"), ("limt=1", "/limt", "limit"),
    ] as [(String, String, String?)] {
      try check(bench, "GET", "/v1/search?q=tea&\(parameters)", nil, pointer, hint)
    }
  }

  @Test("a cursor whose generation is gone: 409, with the way to go on")
  func goneGeneration() throws {
    let bench = try Self.bench()
    try bench.commit("news", [#"{"id": "b", "title": "More tea"}"#])
    try until { try bench.search("news", "tea").count == 2 }
    let first = try bench.json(
      "POST", "/v1/indexes/news/search", #"{"query": "tea", "limit": 1, "cursor": "*"}"#)
    let text = try #require(first["cursor"]?.string)
    var cursor = try #require(SearchCursor(text))
    // One that never was.
    cursor.indexes[0].generation = 1_000_000
    let body = #"{"query": "tea", "limit": 1, "cursor": "\#(cursor)"}"#
    let answer = try bench.ask("POST", "/v1/indexes/news/search", body)
    let problem = try JSONValue.parse(answer.body)
    #expect(answer.status == 409)
    #expect(problem["code"]?.string == "generation_gone")
    #expect(problem["errors"]?.array?.first?["pointer"]?.string == "/cursor")
    #expect(problem["errors"]?.array?.first?["hint"]?.string?.contains(#""cursor": "*""#) == true)
  }
}

import JSON
import Testing

@testable import Server

@Suite("Explain and statistics over the socket")
struct ExplainRouteTests {
  private static let stories = [
    #"{"id": "a", "title": "Nuclear deterrent", "body": "The nuclear deterrent stays.", "tags": ["NATO"]}"#,
    #"{"id": "b", "title": "Herring", "body": "A nuclear herring.", "tags": ["fish"]}"#,
    #"{"id": "c", "title": "Tea", "body": "Tea."}"#,
  ]

  private func bench() throws -> IndexBench {
    let bench = IndexBench()
    try bench.commit("news", Self.stories)
    try bench.start()
    try until { try bench.status() == "ready" }
    return bench
  }

  private func explain(_ bench: IndexBench, _ body: String) throws -> JSONValue {
    try bench.json("POST", "/v1/indexes/news/explain", body)
  }

  private func leaves(_ node: JSONValue) -> Double {
    guard let parts = node["parts"]?.array, !parts.isEmpty else {
      return node["value"]?.number ?? 0
    }
    return parts.reduce(0) { $0 + leaves($1) }
  }

  @Test("the leaves sum to the score that the search gives")
  func sums() throws {
    let bench = try bench()
    let query = #""query": "nuclear deterrent OR herring", "limit": 10"#
    let hits = try bench.json("POST", "/v1/indexes/news/search", "{\(query)}")["hits"]?.array ?? []
    #expect(hits.count == 2)
    for hit in hits {
      let id = try #require(hit["id"]?.string)
      let answer = try explain(bench, "{\(query), \"id\": \"\(id)\"}")
      #expect(answer["matches"]?.bool == true)
      #expect(answer["id"]?.string == id)
      #expect(answer["generation"]?.int ?? 0 > 0)
      let explanation = try #require(answer["explanation"])
      #expect(explanation["value"] == hit["score"])
      #expect(abs(leaves(explanation) - (hit["score"]?.number ?? -1)) < 1e-5)
    }
  }

  @Test("a document that the query does not find: no error, and it says so")
  func noMatch() throws {
    let bench = try bench()
    let answer = try explain(bench, #"{"query": "nuclear deterrent", "id": "b"}"#)
    #expect(answer["matches"]?.bool == false)
    #expect(answer["explanation"]?["matches"]?.bool == false)
    let filtered = try explain(
      bench, #"{"query": "nuclear", "filter": [{"field": "tags", "in": ["fish"]}], "id": "a"}"#)
    #expect(filtered["matches"]?.bool == false)
  }

  @Test("without an id, with one that is not there, with what is not known: its code")
  func faults() throws {
    let bench = try bench()
    for (body, code) in [
      (#"{"query": "x"}"#, "missing_member"), (#"{"query": "x", "id": 1}"#, "invalid_value"),
      (#"{"query": "x", "id": "none"}"#, "no_such_document"),
      (#"{"query": "x", "id": "a", "facets": 1}"#, "invalid_value"),
      (#"{"query": "x", "ids": "a"}"#, "unknown_member"),
      (#"{"query": "\"x", "id": "a", "mode": "strict"}"#, "bad_query"),
    ] {
      #expect(try explain(bench, body)["code"]?.string == code, "\(body)")
    }
  }

  @Test("statistics: of the fields, and of the terms of a query")
  func statistics() throws {
    let bench = try bench()
    let path = "/v1/indexes/news/statistics"
    let whole = try bench.json("GET", path)
    #expect(whole["documents"]?.int == 3)
    let title = try #require(
      whole["fields"]?.array?.first { $0["name"]?.string == "title" })
    #expect(title["type"]?.string == "text")
    #expect(title["documents"]?.int == 3)
    #expect(title["tokens"]?.int == 4)

    let own = try bench.json("GET", path + "?query=nuclear&fields=body")
    let statistics = try #require(own["statistics"])
    #expect(statistics["documents"]?.int == 3)
    #expect(statistics["fields"]?["body"]?["documents"]?.int == 3)
    let terms = statistics["fields"]?["body"]?["terms"]?.array ?? []
    #expect(terms.contains { $0["documents"]?.int == 2 })
    let posted = try bench.json("POST", path, #"{"query": "nuclear", "fields": ["body"]}"#)
    #expect(posted["statistics"] == statistics)
    #expect(try bench.ask("POST", path, #"{"query": "x", "limit": 1}"#).status == 400)
  }

  @Test("statistics given with a search rank it: its own change nothing, others the scores")
  func given() throws {
    let bench = try bench()
    func scores(_ statistics: JSONValue?) throws -> [JSONValue?] {
      var body = JSONObject()
      body["query"] = "nuclear"
      if let statistics { body["statistics"] = statistics }
      let answer = try bench.json(
        "POST", "/v1/indexes/news/search", "\(JSONValue.object(body))")
      return try #require(answer["hits"]?.array).map { $0["score"] }
    }
    let own = try #require(
      try bench.json("GET", "/v1/indexes/news/statistics?query=nuclear")["statistics"])
    #expect(try scores(own) == scores(nil))
    var object = try #require(own.object)
    object["documents"] = 300_000
    #expect(try scores(.object(object)) != scores(nil))
    for bad in [#"{"documents": -1}"#, #"{"fields": {}}"#, "[]", #"{"documents": 1, "x": 1}"#] {
      let answer = try bench.ask(
        "POST", "/v1/indexes/news/search", "{\"query\": \"x\", \"statistics\": \(bad)}")
      #expect(answer.status == 400, "\(bad)")
    }
  }
}

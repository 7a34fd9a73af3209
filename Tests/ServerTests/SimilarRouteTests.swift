import JSON
import Testing

@testable import Server

@Suite("Similar documents over the socket")
struct SimilarRouteTests {
  private static func bench() throws -> IndexBench {
    let bench = IndexBench()
    try bench.commit(
      "news",
      [
        #"{"id": "a", "title": "Herring fleet", "body": "The fleet sails.", "tags": ["fish"]}"#,
        #"{"id": "b", "title": "Fleet returns", "body": "With herring.", "tags": ["fish"]}"#,
        #"{"id": "c", "title": "Tea", "body": "No herring."}"#,
      ])
    try bench.start()
    try until { try bench.status() == "ready" }
    return bench
  }

  private func ids(_ answer: JSONValue) -> [String] {
    (answer["hits"]?.array ?? []).compactMap { $0["id"]?.string }
  }

  @Test("like a document, by body and by parameters; like a text")
  func answers() throws {
    let bench = try Self.bench()
    let found = try bench.json("POST", "/v1/indexes/news/similar", #"{"id": "a", "limit": 5}"#)
    #expect(ids(found) == ["b", "c"])
    #expect(found["interpreted"]?.string?.contains("fleet^1.52") == true, "\(found)")
    #expect(found["total"]?["value"]?.int == 2)
    let parameters = try bench.json("GET", "/v1/indexes/news/similar?id=a&limit=5")
    #expect(parameters["hits"] == found["hits"])
    #expect(parameters["interpreted"] == found["interpreted"])
    #expect(
      ids(try bench.json("GET", "/v1/indexes/news/similar?text=a+fleet+of+ships&limit=1")).count
        == 1)
    let filtered = try bench.json(
      "POST", "/v1/indexes/news/similar",
      #"{"id": "a", "filter": [{"field": "tags", "exists": false}], "select": ["title"], "highlight": true}"#
    )
    #expect(ids(filtered) == ["c"])
    #expect(filtered["hits"]?.array?.first?["passages"]?.array?.count == 1)
    #expect(try bench.ask("GET", "/v1/indexes/news/similar?id=a").headers["etag"] != nil)
  }

  @Test("what is asked wrongly is a problem with its place")
  func refused() throws {
    let bench = try Self.bench()
    for (body, status, pointer) in [
      ("{}", 400, "/id"), (#"{"id": "a", "text": "b"}"#, 400, "/text"),
      (#"{"id": 1}"#, 400, "/id"), (#"{"id": "a", "query": "x"}"#, 400, "/query"),
      (#"{"id": "a", "cursor": "*"}"#, 400, "/cursor"),
      (#"{"id": "a", "fields": ["tags"]}"#, 400, "/fields/0"),
      (#"{"id": "a", "facets": {}}"#, 400, "/facets"), (#"{"id": "none"}"#, 404, nil),
    ] as [(String, Int, String?)] {
      let answer = try bench.ask("POST", "/v1/indexes/news/similar", body)
      #expect(answer.status == status, "\(body): \(answer.body)")
      let problem = try JSONValue.parse(answer.body)
      #expect(problem["errors"]?.array?.first?["pointer"]?.string == pointer, "\(answer.body)")
    }
    #expect(try bench.ask("GET", "/v1/indexes/news/similar?q=a").status == 400)
    #expect(try bench.ask("GET", "/v1/indexes/none/similar?id=a").status == 404)
  }
}

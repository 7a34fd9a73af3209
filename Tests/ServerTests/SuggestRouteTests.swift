import JSON
import Testing

@testable import Server

@Suite("Completion and corrections over the socket")
struct SuggestRouteTests {
  private func bench() throws -> IndexBench {
    let bench = IndexBench()
    try bench.commit(
      "news",
      [
        #"{"id": "a", "title": "Nuclear deterrent", "tags": ["NATO"]}"#,
        #"{"id": "b", "title": "A nuclear herring", "tags": ["fish"]}"#,
      ])
    try bench.start()
    try until { try bench.status() == "ready" }
    return bench
  }

  @Test("a text is completed, by a body and by parameters alike")
  func completion() throws {
    let bench = try bench()
    let answer = try bench.json(
      "POST", "/v1/indexes/news/suggest", #"{"text": "nuclear det", "limit": 3}"#)
    let first = try #require(answer["suggestions"]?.array?.first)
    #expect(first["text"]?.string == "nuclear deterrent")
    #expect(first["word"]?.string == "deterrent")
    #expect(first["documents"]?.int == 1)
    #expect(answer["suggestions"]?.array?.count == 1)
    let typed = try bench.json("GET", "/v1/suggest?q=nuclear%20det&index=news&limit=3", nil)
    #expect(typed["suggestions"] == answer["suggestions"])
    let values = try bench.json("GET", "/v1/suggest?q=NA&field=tags", nil)
    #expect(values["suggestions"]?.array?.first?["text"]?.string == "NATO")
  }

  @Test("what is asked wrongly is told with its place")
  func faults() throws {
    let bench = try bench()
    for (body, code) in [
      ("{}", "missing_member"), (#"{"text": "x", "limit": 0}"#, "invalid_value"),
      (#"{"text": "x", "feild": "a"}"#, "unknown_member"),
    ] {
      #expect(
        try bench.json("POST", "/v1/indexes/news/suggest", body)["code"]?.string == code, "\(body)")
    }
    let field = try bench.json(
      "POST", "/v1/indexes/news/suggest", #"{"text": "x", "field": "none"}"#)
    #expect(field["errors"]?.array?.first?["pointer"]?.string == "/field")
  }

  @Test("a search that finds nothing says what was probably meant, unless it is not to")
  func correction() throws {
    let bench = try bench()
    let answer = try bench.json("POST", "/v1/indexes/news/search", #"{"query": "nuclaer herring"}"#)
    #expect(answer["did_you_mean"]?.string == "nuclear herring")
    let plain = try bench.json("GET", "/v1/search?q=nuclear", nil)
    #expect(plain["did_you_mean"]?.isNull == true)
    let off = try bench.json("GET", "/v1/search?q=nuclaer&did_you_mean=false", nil)
    #expect(off["did_you_mean"]?.isNull == true)
  }
}

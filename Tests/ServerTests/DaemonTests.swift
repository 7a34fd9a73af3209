import Glibc
import InvertedIndex
import JSON
import SocketClient
import Testing

@testable import Server

@Suite("The daemon over indexes")
struct DaemonTests {
  private static let stories = [
    #"{"id": "a/1", "title": "Nuclear deterrent", "body": "The deterrent stays.", "tags": ["NATO", "defence"], "date": "2018-05-14", "n": 1}"#,
    #"{"id": "a/2", "title": "Herring prices", "body": "The price of herring fell.", "tags": ["market"], "date": "2020-01-02", "n": 2}"#,
    #"{"id": "/home/ada/notes ü.txt", "title": "Notes", "body": "Nuclear herring.", "date": "2021-01-02"}"#,
  ]

  @Test("search, count, documents, list and description over one index")
  func story() throws {
    let bench = IndexBench()
    try bench.commit("news", Self.stories)
    try bench.start()
    try until { try bench.status() == "ready" }

    let answer = try bench.json(
      "POST", "/v1/indexes/news/search",
      #"{"query": "nuclear", "sort": ["-date"], "select": ["title"]}"#)
    #expect(answer["total"]?["value"]?.int == 2)
    #expect(answer["total"]?["exact"]?.bool == true)
    #expect(answer["timed_out"]?.bool == false)
    #expect(answer["interpreted"]?.string == "nuclear")
    #expect(answer["warnings"]?.array?.isEmpty == true)
    let hits = answer["hits"]?.array ?? []
    #expect(hits.compactMap { $0["id"]?.string } == ["/home/ada/notes ü.txt", "a/1"])
    #expect(hits.first?["fields"] == ["title": "Notes"])

    let byHand = try bench.json("GET", "/v1/search?q=nuclear+deterrent&limit=1")
    #expect(byHand["hits"]?.array?.first?["id"]?.string == "a/1")
    let named = try bench.json(
      "POST", "/v1/search", #"{"index": "news", "query": "herring", "limit": 0}"#)
    #expect(named["total"]?["value"]?.int == 2)
    #expect(named["hits"]?.array?.isEmpty == true)

    let count = try bench.json(
      "POST", "/v1/indexes/news/count",
      #"{"filter": [{"field": "tags", "in": ["NATO", "market"]}]}"#)
    #expect(count["total"]?["value"]?.int == 2)

    let document = try bench.json("GET", "/v1/indexes/news/docs/a/1")
    #expect(document["id"]?.string == "a/1")
    #expect(document["fields"]?["tags"] == ["NATO", "defence"])
    #expect(document["fields"]?["n"]?.int == 1)
    let file = try bench.json("GET", "/v1/indexes/news/docs//home/ada/notes%20%C3%BC.txt")
    #expect(file["id"]?.string == "/home/ada/notes ü.txt")
    #expect(try bench.ask("GET", "/v1/indexes/news/docs/a%2F1").status == 200)

    let list = try bench.json("GET", "/v1/indexes")["indexes"]?.array ?? []
    #expect(list.count == 1)
    #expect(list.first?["name"]?.string == "news")
    #expect(list.first?["documents"]?.int == 3)
    #expect(list.first?["status"]?.string == "ready")
    let description = try bench.json("GET", "/v1/indexes/news")
    #expect(description["segments"]?.array?.isEmpty == false)
    #expect(description["schema"]?["fields"]?.array?.isEmpty == false)
    let about = try bench.json("GET", "/v1/")
    #expect(about["indexes"] == ["news"])
    #expect(about["limits"]?["connections_per_user"]?.int == 128)

    let analyzed = try bench.json(
      "POST", "/v1/indexes/news/analyze?pretty", #"{"text": "Niinistö's", "field": "title"}"#)
    #expect(analyzed["analyzer"]?.string == "standard")
    #expect(analyzed["tokens"]?.array?.first?["start"]?.int == 0)
  }

  @Test("what is not there, or asked wrongly, has its code")
  func problems() throws {
    let bench = IndexBench()
    try bench.commit("news", Self.stories)
    try bench.commit("other", Self.stories)
    try bench.start()
    try until { try bench.status() == "ready" }
    func expect(
      _ status: Int, _ code: String, _ method: String, _ target: String, _ body: String? = nil
    ) throws {
      let answer = try bench.ask(method, target, body)
      #expect(answer.status == status, "\(target): \(answer.body)")
      #expect(answer.headers["content-type"] == "application/problem+json")
      #expect(try JSONValue.parse(answer.body)["code"]?.string == code, "\(answer.body)")
    }
    try expect(404, "no_such_index", "POST", "/v1/indexes/nwes/search", "{}")
    #expect(
      try bench.json("POST", "/v1/indexes/nwes/search", "{}")["detail"]?.string?.contains(
        "\"news\"")
        == true)
    try expect(404, "no_such_index", "GET", "/v1/indexes/..%2Fetc")
    try expect(404, "no_such_document", "GET", "/v1/indexes/news/docs/none")
    try expect(400, "bad_path", "GET", "/v1/indexes/news/docs/%ff")
    try expect(400, "index_required", "GET", "/v1/search?q=x")
    try expect(400, "bad_json", "POST", "/v1/indexes/news/search", "")
    try expect(400, "bad_json", "POST", "/v1/indexes/news/search", "{\"query\":")
    try expect(400, "unknown_member", "POST", "/v1/indexes/news/search", #"{"querry": "x"}"#)
    try expect(
      400, "invalid_value", "POST", "/v1/indexes/news/search", #"{"facets": {"title": {}}}"#)
    try expect(400, "invalid_value", "POST", "/v1/indexes/news/search", #"{"sort": ["nothing"]}"#)
    try expect(
      400, "bad_query", "POST", "/v1/indexes/news/search", #"{"query": "\"a", "mode": "strict"}"#)
    try expect(400, "unknown_member", "GET", "/v1/indexes?prety")
    try expect(400, "invalid_value", "GET", "/v1/indexes?pretty=maybe")
    try expect(400, "invalid_value", "POST", "/v1/indexes/news/analyze", #"{"field": "none"}"#)
    try expect(400, "bad_json", "POST", "/v1/indexes/news/analyze", "[]")
    try expect(404, "no_such_path", "GET", "/v2/")
    try expect(405, "method_not_allowed", "PUT", "/v1/indexes/news")
  }

  @Test("an answer over the limit is refused before it fills the memory, with what to do")
  func largeAnswers() throws {
    let bench = IndexBench()
    let text = String(repeating: "herring and more ", count: 2_000)
    try bench.commit("long", (0..<20).map { "{\"id\": \"\($0)\", \"body\": \"\(text)\"}" })
    try bench.start { $0.answerBytes = 200_000 }
    try until { try bench.status() == "ready" }
    let all = try bench.ask(
      "POST", "/v1/indexes/long/search", #"{"query": "herring", "select": ["body"], "limit": 20}"#)
    #expect(all.status == 400)
    #expect(all.body.contains("answer_too_large") && all.body.contains("limit"))
    let few = try bench.ask(
      "POST", "/v1/indexes/long/search", #"{"query": "herring", "select": ["body"], "limit": 5}"#)
    #expect(few.status == 200)
    let short = try bench.json(
      "POST", "/v1/indexes/long/search", #"{"query": "herring", "limit": 20}"#)
    #expect(short["hits"]?.array?.count == 20)
    #expect(short["hits"]?.array?.first?["omitted"] == ["body"])
  }

  @Test("whatever people type into a query is no error")
  func queries() throws {
    let bench = IndexBench()
    try bench.commit("news", Self.stories)
    try bench.start()
    try until { try bench.status() == "ready" }
    let client = try SocketClient(bench.path)
    for query in [
      "", "*", "a NEAR b", "herring~1", "/her.*/", "h*g", "\"price herring\"~3", "((((", "title:",
      "AND",
      "-nuclear", "date:2018", "date:2018..", "n:>1", "tags:NATO", "body:\"the deterrent\"",
      "\u{0}",
    ] {
      var writer = JSONWriter()
      writer.object { $0.field("query", query) }
      let answer = try client.request(
        "POST", "/v1/indexes/news/search", body: String(decoding: writer.bytes, as: UTF8.self))
      #expect(answer.status == 200, "\(query): \(answer.body)")
    }
  }

  @Test("without a data directory it starts; indexes are found as they come, change and go")
  func following() throws {
    let bench = IndexBench()
    try bench.start()
    try until { try bench.status() == "ready" }
    #expect(try bench.json("GET", "/v1/indexes")["indexes"]?.array?.isEmpty == true)
    #expect(try bench.ask("GET", "/v1/search?q=x").status == 404)

    let first = try bench.commit("news", Self.stories)
    try until { try bench.search("news", "nuclear").count == 2 }
    let second = try bench.commit(
      "news", [#"{"id": "b", "title": "Nuclear tea"}"#], deleting: ["a/1"])
    #expect(second > first)
    try until { try bench.search("news", "tea") == ["b"] }
    #expect(try bench.search("news", "deterrent").isEmpty)
    try until { try bench.json("GET", "/v1/indexes/news")["generation"]?.int == Int(second) }

    try bench.commit("more", Self.stories)
    try until { try bench.search("more", "herring").count == 2 }
    try IndexStore(path: bench.data).drop("news")
    try until { try bench.ask("GET", "/v1/indexes/news").status == 404 }
    #expect(try bench.status() == "ready")
  }

  @Test(
    "a generation that does not open changes nothing but the health; the next good one heals it")
  func degraded() throws {
    let bench = IndexBench()
    try bench.commit("news", Self.stories)
    try bench.start()
    try until { try bench.search("news", "nuclear").count == 2 }
    let good = try bench.replaceManifest("news", by: Array("rubbish".utf8))
    try until { try bench.status() == "degraded" }
    let ready = try bench.ask("GET", "/v1/ready")
    #expect(ready.status == 503)
    #expect(ready.body.contains("MANIFEST"))
    #expect(try bench.search("news", "nuclear").count == 2)
    #expect(try bench.json("GET", "/v1/indexes/news")["status"]?.string == "degraded")
    #expect(try bench.ask("GET", "/v1/live").status == 200)
    _ = try bench.replaceManifest("news", by: good)
    try until { try bench.status() == "ready" }
    try bench.commit("news", [#"{"id": "c", "title": "Nuclear coffee"}"#])
    try until { try bench.search("news", "nuclear").count == 3 }
  }

  @Test("an index that cannot be opened is unavailable; the others are served")
  func unavailable() throws {
    let bench = IndexBench()
    try bench.commit("bad", Self.stories)
    try bench.commit("good", Self.stories)
    let bytes = try bench.replaceManifest("bad", by: Array("rubbish".utf8))
    try bench.start()
    try until { try bench.status() == "degraded" }
    #expect(try bench.search("good", "herring").count == 2)
    let answer = try bench.ask("POST", "/v1/indexes/bad/search", "{}")
    #expect(answer.status == 503)
    #expect(answer.body.contains("index_unavailable"))
    #expect(try bench.json("GET", "/v1/indexes/bad")["status"]?.string == "unavailable")
    _ = try bench.replaceManifest("bad", by: bytes)
    try until { try bench.search("bad", "herring").count == 2 }
  }

  @Test("no query fails while generations come and go")
  func reloads() throws {
    let bench = IndexBench()
    try bench.commit("news", Self.stories)
    try bench.start()
    try until { try bench.status() == "ready" }
    let committing = try Thread(name: "commits") { [data = bench.data] in
      for number in 0..<30 {
        _ = try? IndexBench.commit(
          data, "news", [#"{"id": "r\#(number)", "title": "Nuclear round \#(number)"}"#])
      }
    }
    let client = try SocketClient(bench.path)
    var generation = 0
    var most = 0
    for _ in 0..<300 {
      let answer = try client.request(
        "POST", "/v1/indexes/news/search", body: #"{"query": "nuclear", "limit": 100}"#)
      #expect(answer.status == 200, "\(answer.body)")
      let json = try JSONValue.parse(answer.body)
      let now = try #require(json["generation"]?.int)
      #expect(now >= generation)
      generation = now
      let hits = json["hits"]?.array?.count ?? 0
      #expect(hits == json["total"]?["value"]?.int)
      #expect(hits >= most)
      most = hits
    }
    committing.join()
    try until { try bench.json("GET", "/v1/indexes/news")["documents"]?.int == 33 }
  }

  @Test("what no request reads any more is let go: no removed file stays mapped")
  func release() throws {
    let bench = IndexBench()
    try bench.commit("news", Self.stories)
    try bench.start()
    for number in 0..<5 {
      try bench.commit("news", [#"{"id": "a/\#(number)", "title": "Round \#(number)"}"#])
      try until {
        try bench.json("GET", "/v1/search?q=round")["total"]?["value"]?.int == number + 1
      }
    }
    func removedButMapped() throws -> Int {
      String(decoding: try IndexBench.read("/proc/self/maps"), as: UTF8.self).split(separator: "\n")
        .filter { $0.contains(bench.data) && $0.hasSuffix("(deleted)") }.count
    }
    // A commit keeps the one before; a few more take even that away.
    for number in 0..<3 { try bench.commit("news", [#"{"id": "x\#(number)", "title": "last"}"#]) }
    try until { try bench.search("news", "last").count == 3 }
    try until { try removedButMapped() == 0 }
  }

  @Test("nothing is written below the data directory")
  func readsOnly() throws {
    let bench = IndexBench()
    try bench.commit("news", Self.stories)
    let before = IndexBench.names(bench.data + "/news")
    func stamp() -> [Int] {
      [bench.data, bench.data + "/news"].map { path in
        var status = stat()
        unsafe lstat(path, &status)
        return status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
      }
    }
    let time = stamp()
    try bench.start()
    try until { try bench.search("news", "nuclear").count == 2 }
    bench.stop()
    #expect(IndexBench.names(bench.data + "/news") == before)
    #expect(IndexBench.names(bench.data) == ["news"])
    #expect(stamp() == time)
  }
}

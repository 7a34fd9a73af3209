import InvertedIndex
import JSON
import SocketClient
import Testing
import WireAPI

@testable import Server

@Suite("Generations: waiting for one, having one, going back to one")
struct GenerationTests {
  private static let stories = [
    #"{"id": "a", "title": "Nuclear tea"}"#, #"{"id": "b", "title": "Nuclear herring"}"#,
  ]

  private func bench(_ change: (inout Limits) -> Void = { _ in }) throws -> IndexBench {
    let bench = IndexBench()
    try bench.commit("news", Self.stories)
    try bench.start(change)
    try until { try bench.status() == "ready" }
    return bench
  }

  private func generation(_ bench: IndexBench) throws -> Int {
    try #require(try bench.json("GET", "/v1/indexes/news")["generation"]?.int)
  }

  /// The connection on which a request waits, once it shows among the running ones.
  private func waiting(
    _ bench: IndexBench, _ wanted: Int, id: String, milliseconds: Int = 60_000
  ) throws -> SocketClient {
    let client = try SocketClient(bench.path)
    let body =
      "{\"query\": \"tea\", \"min_generation\": \(wanted), \"timeout_ms\": \(milliseconds)}"
    client.send(
      "POST /v1/indexes/news/search HTTP/1.1\r\nHost: x\r\nX-Request-Id: \(id)\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    try until { try ids(bench).contains(id) }
    return client
  }

  private func ids(_ bench: IndexBench) throws -> [String] {
    (try bench.json("GET", "/v1/requests")["requests"]?.array ?? []).compactMap {
      $0["id"]?.string
    }
  }

  @Test("min_generation waits for a commit, and holds no worker meanwhile")
  func waits() throws {
    let bench = try bench()
    let now = try generation(bench)
    // Many more than there are workers.
    let clients = try (0..<20).map { try waiting(bench, now + 1, id: "w\($0)") }
    #expect(try bench.search("news", "tea") == ["a"])
    let next = try bench.commit("news", [#"{"id": "c", "title": "More tea"}"#])
    #expect(Int(next) > now)
    for client in clients {
      let answer = try JSONValue.parse(try client.answer().body)
      #expect(answer["generation"]?.int ?? 0 >= now + 1)
      #expect(answer["hits"]?.array?.count == 2)
    }
    #expect(try ids(bench).isEmpty)
  }

  @Test("what is there already is answered; what does not come in time is 503 not_yet")
  func notYet() throws {
    let bench = try bench()
    let now = try generation(bench)
    let there = try bench.ask(
      "POST", "/v1/indexes/news/count", "{\"query\": \"tea\", \"min_generation\": \(now)}")
    #expect(there.status == 200)
    let later = try bench.ask("GET", "/v1/search?q=tea&min_generation=\(now + 1)&timeout_ms=30")
    #expect(later.status == 503)
    #expect(later.headers["retry-after"] == "1")
    #expect(try JSONValue.parse(later.body)["code"]?.string == "not_yet")
    let never = try bench.ask(
      "POST", "/v1/indexes/none/search", #"{"min_generation": 1, "timeout_ms": 30}"#)
    #expect(never.status == 404)
  }

  @Test("an index that is only now being made is waited for")
  func newIndex() throws {
    let bench = IndexBench()
    try bench.start()
    try until { try bench.status() == "ready" }
    let client = try waiting(bench, 1, id: "first")
    try bench.commit("news", Self.stories)
    #expect(try client.answer().status == 200)
  }

  @Test("requests are seen and cancelled by their id; a cancelled wait ends")
  func cancelling() throws {
    let bench = try bench()
    let client = try waiting(bench, 1_000_000, id: "a/b%c")
    let list = try bench.json("GET", "/v1/requests?pretty")["requests"]?.array ?? []
    #expect(list.count == 1)
    #expect(list.first?["path"]?.string == "/v1/indexes/news/search")
    #expect(list.first?["method"]?.string == "POST")
    try until {
      let scrape = try PrometheusParser(try bench.ask("GET", "/metrics").body)
      return scrape.value("martlet_requests_waiting") == 1
        && scrape.value("martlet_requests_running") == 0
    }
    #expect(list.first?["age_us"]?.int ?? -1 >= 0)
    #expect(try bench.ask("DELETE", "/v1/requests/none").status == 404)
    let answer = try bench.json("DELETE", "/v1/requests/a%2Fb%25c")
    #expect(answer["cancelled"]?.bool == true)
    #expect(try client.answer().status == 503)
    try until { try ids(bench).isEmpty }
  }

  @Test("a client that hangs up while it waits leaves nothing behind")
  func hangUp() throws {
    let bench = try bench()
    let client = try waiting(bench, 1_000_000, id: "gone")
    client.close()
    try until { try ids(bench).isEmpty }
    #expect(try bench.search("news", "tea") == ["a"])
  }

  @Test("at a stop those who wait are answered, not waited for")
  func stopping() throws {
    let bench = try bench { $0.drainSeconds = 3_600 }
    let client = try waiting(bench, 1_000_000, id: "patient")
    bench.stop()
    let answer = try client.answer()
    #expect(answer.status == 503 && answer.body.contains("not_yet"))
  }

  @Test(
    "a search in parts: the hits of the whole, in the generation in which it began",
    arguments: [
      #""query": "tea""#, #""query": "tea", "sort": ["-n"]"#,
      #""query": "tea OR round", "limit": 7"#,
    ])
  func paging(question: String) throws {
    let bench = try bench()
    try bench.commit(
      "more",
      (0..<50).map { #"{"id": "\#($0)", "title": "Round \#($0 % 3) tea", "n": \#($0 * 7 % 50)}"# })
    try until { try bench.json("GET", "/v1/indexes/more")["documents"]?.int == 50 }
    func ask(_ members: String) throws -> JSONValue {
      try bench.json("POST", "/v1/indexes/more/search", "{\(question)\(members)}")
    }
    func ids(_ answer: JSONValue) -> [String] {
      (answer["hits"]?.array ?? []).compactMap { $0["id"]?.string }
    }
    let whole = try JSONValue.parse(
      try bench.ask(
        "POST", "/v1/indexes/more/search",
        "{\(question.replacing(#", "limit": 7"#, with: "")), \"limit\": 100}"
      ).body)
    #expect(ids(whole).count == 50 && whole["cursor"] == nil)

    var answer = try ask(#", "cursor": "*""#)
    var found = ids(answer)
    var parts = 1
    while let cursor = answer["cursor"]?.string, parts < 20 {
      try bench.commit(
        "more", [#"{"id": "new\#(parts)", "title": "More tea"}"#], deleting: ["\(parts)"])
      if parts < 6 { _ = try bench.ask("POST", "/v1/indexes/more/reload") }
      answer = try ask(", \"cursor\": \"\(cursor)\"")
      #expect(answer["generation"] == whole["generation"], "\(answer)")
      found += ids(answer)
      parts += 1
    }
    #expect(found == ids(whole))
    #expect(answer["cursor"]?.isNull == true)
    let other = try bench.ask(
      "POST", "/v1/indexes/more/search",
      #"{"query": "tea", "cursor": "AQAA"}"#)
    #expect(other.status == 400)
  }

  @Test("ETag is the generation; If-None-Match spares the answer until the next commit")
  func etags() throws {
    let bench = try bench()
    let paths = ["/v1/search?q=tea", "/v1/indexes/news", "/v1/indexes/news/docs/a"]
    let now = try generation(bench)
    for path in paths {
      let client = try SocketClient(bench.path)
      #expect(try client.request("GET", path).headers["etag"] == "\"\(now)\"", "\(path)")
      for list in ["\"\(now)\"", "W/\"\(now)\"", "\"0\" , \"\(now)\"", "*"] {
        let answer = try client.request("GET", path, headers: ["If-None-Match: \(list)"])
        #expect(answer.status == 304, "\(path) \(list)")
        #expect(answer.body.isEmpty)
        #expect(answer.headers["etag"] == "\"\(now)\"")
      }
      #expect(
        try client.request("HEAD", path, headers: ["If-None-Match: \"\(now)\""]).status == 304)
      for list in ["\"\(now + 1)\"", "\(now)", "", ",,"] {
        #expect(
          try client.request("GET", path, headers: ["If-None-Match: \(list)"]).status == 200)
      }
    }
    let client = try SocketClient(bench.path)
    let posted = try client.request(
      "POST", "/v1/indexes/news/count", body: "{}", headers: ["If-None-Match: \"\(now)\""])
    #expect(posted.status == 200)
    #expect(posted.headers["etag"] == "\"\(now)\"")
    let next = try bench.commit("news", [#"{"id": "c", "title": "More tea"}"#])
    try until { try generation(bench) == Int(next) }
    for path in paths {
      #expect(
        try client.request("GET", path, headers: ["If-None-Match: \"\(now)\""]).status == 200)
    }
  }

  @Test("reload opens the newest generation at once, and tells what is wrong with it")
  func reload() throws {
    let bench = try bench()
    let next = try bench.commit("news", [#"{"id": "c", "title": "More tea"}"#])
    let answer = try bench.json("POST", "/v1/indexes/news/reload")
    #expect(answer["generation"]?.int == Int(next))
    #expect(answer["status"]?.string == "ready")
    #expect(try bench.search("news", "tea").count == 2)

    let good = try bench.replaceManifest("news", by: Array("rubbish".utf8))
    let failed = try bench.ask("POST", "/v1/indexes/news/reload")
    #expect(failed.status == 503)
    #expect(failed.body.contains("reload_failed") && failed.body.contains("goes on"))
    #expect(try bench.search("news", "tea").count == 2)
    _ = try bench.replaceManifest("news", by: good)
    #expect(try bench.ask("POST", "/v1/indexes/news/reload").status == 200)
    #expect(try bench.status() == "ready")

    #expect(try bench.ask("POST", "/v1/indexes/none/reload").status == 404)
    #expect(try bench.ask("POST", "/v1/indexes/..%2Fnews/reload").status == 404)
    #expect(try bench.ask("POST", "/v1/indexes/news/reload", "{}").status == 400)
  }

  @Test("reload is for root and the daemon's own user")
  func reloadForbidden() throws {
    let bench = try bench()
    let registry = try bench.registry()
    let request = Request(
      method: .POST, path: "/", query: "", body: [], id: "x", ifNoneMatch: nil,
      peer: Peer(uid: 54_321, gid: 1, pid: 1), arrived: 0)
    let call = Call(request: request, path: ["news"], flag: CancelFlag())
    var code: Problem.Code?
    do throws(Problem) {
      _ = try IndexRoutes(registry: registry).reload(call)
    } catch {
      code = error.code
    }
    #expect(code == .forbidden)
  }

  @Test("while the old generation goes on, every answer says that it is degraded")
  func degraded() throws {
    let bench = try bench()
    let good = try bench.replaceManifest("news", by: Array("rubbish".utf8))
    try until { try bench.status() == "degraded" }
    let answer = try bench.json("GET", "/v1/search?q=tea")
    #expect(answer["degraded"]?.bool == true)
    #expect(answer["hits"]?.array?.count == 1)
    #expect(try bench.json("POST", "/v1/indexes/news/count", "{}")["degraded"]?.bool == true)
    let described = try bench.ask("GET", "/v1/indexes/news")
    #expect(described.headers["etag"] == nil)
    let scrape = try PrometheusParser(try bench.ask("GET", "/metrics").body)
    #expect(scrape.value("martlet_index_degraded", ["index": "news"]) == 1)
    #expect(scrape.value("martlet_index_up", ["index": "news"]) == 1)
    _ = try bench.replaceManifest("news", by: good)
    try until { try bench.status() == "ready" }
    #expect(try bench.json("GET", "/v1/search?q=tea")["degraded"] == nil)
  }
}

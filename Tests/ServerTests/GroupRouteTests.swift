import InvertedIndex
import JSON
import SocketClient
import Testing

@testable import Server
@testable import WireAPI

@Suite("Several indexes and aliases over the socket")
struct GroupRouteTests {
  static func bench() throws -> IndexBench {
    let bench = IndexBench()
    try bench.commit(
      "news",
      [
        #"{"id": "n1", "title": "Herring", "date": "2020-01-03", "n": 1}"#,
        #"{"id": "n2", "title": "Tea and herring", "date": "2020-01-01"}"#,
      ])
    try bench.commit("wire-1", [#"{"id": "w1", "title": "Herring fleet", "date": "2020-01-02"}"#])
    try bench.commit("wire-2", [#"{"id": "w2", "title": "Tea", "date": "2020-01-04", "n": 2}"#])
    try bench.start()
    try until { try bench.status() == "ready" }
    return bench
  }

  /// Sets aliases as the tool does, and waits until the daemon has seen them.
  private func set(
    _ bench: IndexBench, _ changes: [(alias: String, indexes: [String])],
    removing removed: [String] = []
  ) throws {
    let wanted = try IndexStore(path: bench.data).changeAliases(
      setting: changes, removing: removed)
    try until {
      let answer = try bench.json("GET", "/v1/aliases")
      return (answer["aliases"]?.array ?? []).compactMap { $0["name"]?.string } == wanted.names
        && (answer["aliases"]?.array ?? []).allSatisfy {
          $0["indexes"]?.array?.compactMap(\.string) == wanted[$0["name"]?.string ?? ""]
        }
    }
  }

  /// `index/id` of each hit.
  private func hits(_ answer: JSONValue) -> [String] {
    (answer["hits"]?.array ?? []).map {
      "\($0["index"]?.string ?? "")/\($0["id"]?.string ?? "")"
    }
  }

  @Test("named in the path, in the body, as a parameter: lists, patterns, exclusions")
  func naming() throws {
    let bench = try Self.bench()
    let all = ["news/n2", "wire-1/w1", "news/n1"]
    for names in ["news,wire-1,wire-2", "*", "news,wire-*", "n?ws,wire-?", "*,wire-1", "*e*"] {
      let question = #""query": "herring", "sort": ["date"]"#
      let coded = names.replacing("?", with: "%3F")
      for answer in [
        try bench.json("POST", "/v1/indexes/\(coded)/search", "{\(question)}"),
        try bench.json("POST", "/v1/search", "{\(question), \"index\": \"\(names)\"}"),
        try bench.json("POST", "/v1/search", "{\(question), \"indexes\": [\"\(names)\"]}"),
        try bench.json("GET", "/v1/search?q=herring&sort=date&index=\(coded)"),
        try bench.json("GET", "/v1/search?q=herring&sort=date&indexes=\(coded)"),
      ] {
        #expect(hits(answer) == all, "\(names): \(answer)")
        #expect(answer["total"]?["value"]?.int == 3)
        #expect(answer["generation"] == nil)
        #expect(
          answer["indexes"]?.array?.map { $0["name"]?.string ?? "" }
            == ["news", "wire-1", "wire-2"])
        #expect(answer["indexes"]?.array?.allSatisfy { $0["generation"]?.int ?? 0 > 0 } == true)
      }
      let count = try bench.json(
        "POST", "/v1/indexes/\(coded)/count", #"{"query": "herring OR tea"}"#)
      #expect(count["total"]?["value"]?.int == 4)
      #expect(count["indexes"]?.array?.count == 3)
    }
    let some = try bench.json("GET", "/v1/search?q=herring&sort=date&index=*,-wire-1")
    #expect(hits(some) == ["news/n2", "news/n1"])
    // One of a pattern is asked by another name than its own.
    let one = try bench.json("GET", "/v1/search?q=tea&index=*-2")
    #expect(hits(one) == ["wire-2/w2"])
    #expect(one["generation"] == one["indexes"]?.array?.first?["generation"])
    let plain = try bench.json("GET", "/v1/search?q=tea&index=wire-2")
    #expect(hits(plain) == ["/w2"])
    #expect(plain["indexes"] == nil)
  }

  @Test("what cannot be asked of several is a problem with its place")
  func refused() throws {
    let bench = try Self.bench()
    for (method, target, body, status, code, pointer) in [
      ("POST", "/v1/search", #"{"index": ["news", "wier-1"]}"#, 404, "no_such_index", "/index/1"),
      ("POST", "/v1/search", #"{"index": "x*"}"#, 404, "no_such_index", "/index"),
      ("POST", "/v1/search", #"{"index": "*,-*"}"#, 404, "no_such_index", "/index"),
      ("POST", "/v1/search", #"{"index": "-news"}"#, 400, "invalid_value", "/index"),
      ("POST", "/v1/search", #"{"index": "*", "cursor": "x"}"#, 400, "invalid_value", "/cursor"),
      ("GET", "/v1/search?index=*&cursor=x", nil, 400, "invalid_value", "/cursor"),
      (
        "POST", "/v1/search", #"{"index": "*", "collapse": "n2"}"#, 400, "invalid_value",
        "/collapse"
      ),
      (
        "POST", "/v1/search", #"{"index": "*", "sort": ["title"]}"#, 400, "invalid_value", "/sort/0"
      ),
      ("GET", "/v1/search?index=*&sort=title", nil, 400, "invalid_value", "/sort/0"),
      (
        "POST", "/v1/search", #"{"index": "*", "min_generation": {"news": 1, "nws": 2}}"#, 400,
        "invalid_value", "/min_generation/nws"
      ),
      (
        "GET", "/v1/search?index=*&min_generation=x:y", nil, 400, "invalid_value", "/min_generation"
      ),
      ("GET", "/v1/search?index=*&limti=1", nil, 400, "unknown_member", "/limti"),
      (
        "POST", "/v1/search",
        #"{"index": "*", "facets": {"date": {"interval": "day", "time_zone": "Mars"}}}"#, 400,
        "invalid_value", "/facets/date/time_zone"
      ),
      (
        "POST", "/v1/search", #"{"index": "*", "min_generation": 1}"#, 400, "invalid_value",
        "/min_generation"
      ),
      ("POST", "/v1/search", #"{"index": "*", "sort": ["m"]}"#, 400, "invalid_value", "/sort/0"),
      ("POST", "/v1/search", "{}", 400, "index_required", "/index"),
      ("GET", "/v1/search?index=*,,news", nil, 400, "invalid_value", "/index"),
      ("POST", "/v1/indexes/news,none/search", "{}", 404, "no_such_index", nil),
      ("GET", "/v1/indexes/*/docs/n1", nil, 400, "index_required", nil),
      ("POST", "/v1/indexes/*/explain", #"{"id": "n1"}"#, 400, "index_required", nil),
      ("GET", "/v1/indexes/wire-*/export", nil, 400, "index_required", nil),
      ("GET", "/v1/indexes/wire-*/statistics", nil, 400, "index_required", nil),
      ("GET", "/v1/indexes/*", nil, 400, "index_required", nil),
      ("POST", "/v1/indexes/*/reload", "", 400, "index_required", nil),
    ] as [(String, String, String?, Int, String, String?)] {
      let answer = try bench.ask(method, target, body)
      let problem = try JSONValue.parse(answer.body)
      #expect(answer.status == status, "\(target) \(body ?? ""): \(answer.body)")
      #expect(problem["code"]?.string == code, "\(target) \(body ?? ""): \(answer.body)")
      #expect(problem["errors"]?.array?.first?["pointer"]?.string == pointer, "\(answer.body)")
    }
    let hint = try bench.json("POST", "/v1/search", #"{"index": ["news", "wier-1"]}"#)
    #expect(hint["detail"]?.string?.contains(#"did you mean "wire-1"?"#) == true)
  }

  @Test("an index that cannot be opened is the answer, and is named")
  func unavailable() throws {
    let bench = IndexBench()
    try bench.commit("good", [#"{"id": "a", "title": "Tea"}"#])
    try bench.commit("bad", [#"{"id": "b", "title": "Tea"}"#])
    let manifest = try bench.replaceManifest("bad", by: Array("no manifest".utf8))
    try bench.start()
    try until { try bench.status() == "degraded" }
    let answer = try bench.ask("GET", "/v1/search?q=tea&index=*")
    #expect(answer.status == 503)
    #expect(answer.body.contains("index_unavailable") && answer.body.contains("bad: "))
    #expect(hits(try bench.json("GET", "/v1/search?q=tea&index=*,-bad")) == ["good/a"])
    _ = try bench.replaceManifest("bad", by: manifest)
    try until { hits(try bench.json("GET", "/v1/search?q=tea&index=*")) == ["bad/b", "good/a"] }
  }

  @Test("an alias of one index does what the index does, and answers say which it is")
  func aliasOfOne() throws {
    let bench = try Self.bench()
    try set(bench, [("current", ["wire-1"])])
    let found = try bench.json("POST", "/v1/indexes/current/search", #"{"query": "herring"}"#)
    #expect(hits(found) == ["wire-1/w1"])
    #expect(found["generation"]?.int ?? 0 > 0)
    #expect(try bench.json("GET", "/v1/indexes/current")["name"]?.string == "wire-1")
    #expect(
      try bench.json("GET", "/v1/indexes/current")["aliases"]?.array?.compactMap(\.string)
        == ["current"])
    #expect(try bench.json("GET", "/v1/indexes/current/docs/w1")["id"]?.string == "w1")
    #expect(try bench.ask("GET", "/v1/indexes/current/docs/n1").status == 404)
    #expect(try bench.ask("GET", "/v1/indexes/current/export").body.contains("w1"))
    #expect(try bench.ask("GET", "/v1/indexes/current/statistics").status == 200)
    let explained = try bench.json(
      "POST", "/v1/indexes/current/explain", #"{"id": "w1", "query": "fleet"}"#)
    #expect(explained["matches"]?.bool == true)
    #expect(
      try bench.ask(
        "POST", "/v1/indexes/current/analyze", #"{"text": "x", "field": "title"}"#
      ).status == 200)
    #expect(try bench.ask("POST", "/v1/indexes/current/reload").status == 200)
    let listed = try bench.json("GET", "/v1/indexes")["indexes"]?.array ?? []
    #expect(listed.compactMap { $0["aliases"]?.array?.first?.string } == ["current"])
    #expect(
      try bench.ask("GET", "/v1/search?q=herring&index=current&min_generation=1").status == 200)
    #expect(try bench.ask("GET", "/v1/indexes/curent").body.contains("did you mean"))
  }

  @Test("aliases switch together: no answer has one new and one old")
  func switching() throws {
    let bench = try Self.bench()
    try set(bench, [("one", ["wire-1"]), ("both", ["news", "wire-1"])])
    func indexes(_ alias: String) throws -> [String] {
      try bench.json("GET", "/v1/search?q=herring&index=\(alias)")["indexes"]?.array?.compactMap {
        $0["name"]?.string
      } ?? []
    }
    #expect(try indexes("one") == ["wire-1"])
    #expect(try indexes("both") == ["news", "wire-1"])
    let tag = try #require(
      try bench.ask("GET", "/v1/search?q=herring&index=one").headers["etag"])
    for round in 0..<10 {
      let wire = "wire-\(round % 2 + 1)"
      _ = try IndexStore(path: bench.data).changeAliases(setting: [
        ("one", [wire]), ("both", ["news", wire]),
      ])
      var answers: Set<[String]> = []
      try until {
        // Both names in one request: they are of one file.
        let now = try indexes("one,both")
        answers.insert(now)
        return now == ["news", wire]
      }
      #expect(answers.isSubset(of: [["news", "wire-1"], ["news", "wire-2"]]), "\(answers)")
    }
    // At the same generation of another index.
    let again = try bench.ask("GET", "/v1/search?q=herring&index=one")
    #expect(again.headers["etag"] != tag)
    try set(bench, [], removing: ["both"])
    #expect(try bench.ask("GET", "/v1/search?q=herring&index=both").status == 404)
  }

  @Test("a search in parts goes on in the index where it began, though its alias was switched")
  func parts() throws {
    let bench = try Self.bench()
    try set(bench, [("current", ["news"])])
    let question = #""query": "herring", "limit": 1, "sort": ["date"]"#
    let first = try bench.json(
      "POST", "/v1/indexes/current/search", "{\(question), \"cursor\": \"*\"}")
    #expect(hits(first) == ["news/n2"])
    try set(bench, [("current", ["wire-1"])])
    let cursor = try #require(first["cursor"]?.string)
    let second = try bench.json(
      "POST", "/v1/indexes/current/search", "{\(question), \"cursor\": \"\(cursor)\"}")
    #expect(hits(second) == ["news/n1"], "\(second)")
  }

  @Test(
    "several indexes in parts: each in its generation, whatever is committed and switched meanwhile"
  )
  func partsOfSeveral() throws {
    let bench = try Self.bench()
    try set(bench, [("both", ["news", "wire-1"])])
    for names in ["both", "news,wire-1", "news,wire-?,-wire-2"] {
      let question =
        "\"index\": \"\(names)\", \"query\": \"herring\", \"limit\": 1, \"sort\": [\"date\"]"
      let count = try bench.json("GET", "/v1/search?q=herring&index=both")["total"]?["value"]?.int
      var answer = try bench.json("POST", "/v1/search", "{\(question), \"cursor\": \"*\"}")
      let generations = answer["indexes"]
      var found = hits(answer)
      var parts = 0
      while let cursor = answer["cursor"]?.string, parts < 9 {
        try bench.commit(
          parts % 2 == 0 ? "news" : "wire-1", [#"{"id": "x\#(parts)", "title": "Herring"}"#])
        if parts == 0 { _ = try bench.ask("POST", "/v1/indexes/news/reload") }
        if parts == 1 { try set(bench, [("both", ["wire-2"])]) }
        answer = try bench.json("POST", "/v1/search", "{\(question), \"cursor\": \"\(cursor)\"}")
        #expect(answer["indexes"] == generations, "\(answer)")
        found += hits(answer)
        parts += 1
      }
      #expect(found.count == count, "\(found)")
      #expect(found.prefix(3) == ["news/n2", "wire-1/w1", "news/n1"])
      try set(bench, [("both", ["news", "wire-1"])])
      try until {
        try bench.json("GET", "/v1/search?q=herring&index=both")["total"]?["value"]?.int ?? 0
          > found.count
      }
    }
  }

  @Test(
    "a cursor of several: of another question or other names 400, of a generation that is gone 409")
  func wrongCursors() throws {
    let bench = try Self.bench()
    let question = #""index": "*", "query": "herring", "limit": 1"#
    let first = try bench.json("POST", "/v1/search", "{\(question), \"cursor\": \"*\"}")
    let text = try #require(first["cursor"]?.string)
    for (target, body) in [
      ("/v1/search", #"{"index": "*", "query": "tea", "limit": 1, "cursor": "\#(text)"}"#),
      ("/v1/search", #"{"index": "news", "query": "herring", "limit": 1, "cursor": "\#(text)"}"#),
      ("/v1/search", #"{"index": "wire-*", "query": "herring", "limit": 1, "cursor": "\#(text)"}"#),
      ("/v1/indexes/news/search", #"{"query": "herring", "limit": 1, "cursor": "\#(text)"}"#),
    ] {
      let answer = try bench.ask("POST", target, body)
      let problem = try JSONValue.parse(answer.body)
      #expect(answer.status == 400, "\(body): \(answer.body)")
      #expect(problem["errors"]?.array?.first?["pointer"]?.string == "/cursor")
    }
    let going = "/v1/search?index=*&q=herring&limit=1&cursor="
    let parameters = try bench.json("GET", going + "*")
    let next = try #require(parameters["cursor"]?.string)
    #expect(try bench.ask("GET", going + next).status == 200)
    var cursor = try #require(SearchCursor(next))
    cursor.indexes[1].generation = 1_000_000
    for answer in [
      try bench.ask("GET", going + "\(cursor)")
    ] {
      let problem = try JSONValue.parse(answer.body)
      #expect(answer.status == 409 && problem["code"]?.string == "generation_gone", "\(problem)")
      #expect(problem["detail"]?.string?.contains("wire-1") == true, "\(problem)")
      #expect(problem["errors"]?.array?.first?["pointer"]?.string == "/cursor")
    }
  }

  @Test("one hit a group of several indexes; a generation of each is waited for")
  func collapsedAndAwaited() throws {
    let bench = try Self.bench()
    let story =
      "The fleet left the port early in the morning and came back with much herring for all"
    try bench.commit("news", [#"{"id": "s1", "title": "\#(story)", "n": 7}"#])
    let next = try bench.commit("wire-1", [#"{"id": "s2", "title": "\#(story)", "n": 7}"#])
    let waited = "/v1/search?index=*&q=fleet+port&collapse=n&min_generation=wire-1:\(next),news:1"
    let answer = try bench.json("GET", waited + "&timeout_ms=60000")
    #expect(answer["total"]?["value"]?.int == 2, "\(answer)")
    #expect(hits(answer) == ["news/s1"], "\(answer)")
    #expect(answer["hits"]?.array?.first?["similar"]?.int == 1)
    let late = try bench.ask(
      "POST", "/v1/indexes/*/count",
      #"{"query": "tea", "min_generation": {"wire-2": 1000}, "timeout_ms": 20}"#)
    #expect(late.status == 503 && late.body.contains("wire-2"), "\(late.body)")
    let one = try bench.ask(
      "POST", "/v1/indexes/news/search", #"{"query": "tea", "min_generation": {"news": 1}}"#)
    #expect(one.status == 200)
  }

  @Test("If-None-Match holds for all indexes of an answer")
  func etags() throws {
    let bench = try Self.bench()
    let target = "/v1/search?q=herring&index=*"
    let tag = try #require(try bench.ask("GET", target).headers["etag"])
    func status() throws -> Int {
      let client = try SocketClient(bench.path)
      client.send("GET \(target) HTTP/1.1\r\nHost: x\r\nIf-None-Match: \(tag)\r\n\r\n")
      return try client.answer().status
    }
    #expect(try status() == 304)
    try bench.commit("wire-2", [#"{"id": "w3", "title": "More herring"}"#])
    try until { try status() == 200 }
  }

  @Test("a damaged file of aliases: the last good ones go on, and it is said")
  func damaged() throws {
    let bench = try Self.bench()
    try set(bench, [("current", ["wire-1"])])
    let path = bench.data + "/ALIASES"
    let good = try IndexBench.read(path)
    var bad = good
    bad[bad.count - 1] ^= 1
    IndexBench.write(bad, to: path)
    try until { try bench.status() == "degraded" }
    #expect(hits(try bench.json("GET", "/v1/search?q=herring&index=current")) == ["wire-1/w1"])
    let answer = try bench.json("GET", "/v1/aliases")
    #expect(answer["fault"]?.string?.contains("ALIASES: damaged") == true)
    #expect(answer["aliases"]?.array?.count == 1)
    #expect(
      try bench.json("GET", "/v1/ready")["fault"]?.string?.contains("ALIASES") == true)
    IndexBench.write(good, to: path)
    try until { try bench.status() == "ready" }
  }

  @Test("an index that an alias names and that is gone is said, and which")
  func dangling() throws {
    let bench = try Self.bench()
    try set(bench, [("both", ["news", "wire-1"])])
    try IndexStore(path: bench.data).drop("wire-1")
    try until { try bench.ask("GET", "/v1/indexes/wire-1").status == 404 }
    let answer = try bench.ask("GET", "/v1/search?q=herring&index=both")
    #expect(answer.status == 404)
    #expect(answer.body.contains("wire-1"), "\(answer.body)")
    #expect(hits(try bench.json("GET", "/v1/search?q=fleet&index=*")) == [])
  }
}

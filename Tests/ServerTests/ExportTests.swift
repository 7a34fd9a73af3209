import InvertedIndex
import JSON
import SocketClient
import Testing
import WireAPI

@testable import Server

@Suite("Export")
struct ExportTests {
  private static let path = "/v1/indexes/news/export"

  /// 300 documents, some deleted, one long.
  private func bench() throws -> IndexBench {
    let bench = IndexBench()
    let long = String(repeating: "herring and more ", count: 9_000)
    try bench.commit(
      "news",
      (0..<200).map { #"{"id": "\#($0)", "title": "Number \#($0)", "tags": ["a", "b"]}"# })
    try bench.commit(
      "news",
      (200..<300).map { #"{"id": "\#($0)", "title": "Number \#($0)", "n": \#($0)}"# }
        + [#"{"id": "long", "body": "\#(long)"}"#],
      deleting: (0..<300).filter { $0 % 7 == 3 }.map(String.init))
    try bench.start()
    try until { try bench.status() == "ready" }
    return bench
  }

  private func lines(_ answer: SocketClient.Answer) -> [String] {
    answer.body.utf8.split(separator: UInt8(ascii: "\n")).map { String($0)! }
  }

  private func ids(_ lines: [String]) throws -> [String] {
    try lines.map { try #require(try JSONValue.parse($0)["id"]?.string) }
  }

  @Test("every document is a line that can be indexed again")
  func whole() throws {
    let bench = try bench()
    let answer = try bench.ask("GET", Self.path)
    #expect(answer.status == 200)
    #expect(answer.headers["content-type"] == "application/x-ndjson")
    #expect(answer.headers["etag"] != nil)
    #expect(answer.headers["x-next-cursor"] == nil)
    let lines = lines(answer)
    let wanted = (0..<300).filter { $0 % 7 != 3 }.map(String.init) + ["long"]
    #expect(try Set(ids(lines)) == Set(wanted))
    #expect(lines.count == wanted.count)
    try bench.commit("again", lines)
    try until { try bench.json("GET", "/v1/indexes/again")["documents"]?.int == wanted.count }
    let again = try bench.ask("GET", "/v1/indexes/again/export")
    #expect(Set(self.lines(again)) == Set(lines))
  }

  @Test(
    "in parts by limit and cursor: the same lines, none twice, none left out",
    arguments: [1, 97, 5_000])
  func parts(limit: Int) throws {
    let bench = try bench()
    let all = lines(try bench.ask("GET", Self.path))
    let client = try SocketClient(bench.path)
    var parts: [String] = []
    var cursor: String?
    repeat {
      let target = Self.path + "?limit=\(limit)" + (cursor.map { "&cursor=\($0)" } ?? "")
      let answer = try client.request("GET", target)
      #expect(answer.status == 200)
      let part = lines(answer)
      cursor = answer.headers["x-next-cursor"]
      #expect(part.count == limit || cursor == nil && part.count <= limit)
      parts += part
    } while cursor != nil && parts.count <= all.count
    #expect(parts == all)
  }

  @Test("cut off after some lines it goes on behind them, in the same generation")
  func resume() throws {
    let bench = try bench()
    let whole = try bench.ask("GET", Self.path)
    let all = lines(whole)
    let cursor = try #require(whole.headers["x-cursor"])
    try bench.commit("news", [#"{"id": "new", "title": "New"}"#], deleting: ["0", "1", "299"])
    try until { try bench.search("news", "new") == ["new"] }
    for count in [0, 1, 179, all.count - 1, all.count, 1_000_000] {
      let rest = try bench.ask("GET", "\(Self.path)?cursor=\(cursor)&skip=\(count)")
      #expect(rest.status == 200)
      #expect(lines(rest) == Array(all.dropFirst(count)))
      #expect(rest.headers["etag"] == whole.headers["etag"])
    }
    let fresh = lines(try bench.ask("GET", Self.path))
    #expect(fresh.count == all.count - 2)
  }

  @Test("eight generations are kept for those who come back; then 409 generation_gone")
  func gone() throws {
    let bench = try bench()
    var cursors: [String] = []
    for number in 0..<9 {
      cursors.append(
        try #require(try bench.ask("GET", Self.path + "?limit=1").headers["x-cursor"]))
      let next = try bench.commit("news", [#"{"id": "r\#(number)"}"#])
      _ = try bench.ask("POST", "/v1/indexes/news/reload")
      #expect(try bench.json("GET", "/v1/indexes/news")["generation"]?.int == Int(next))
    }
    let gone = try bench.ask("GET", "\(Self.path)?cursor=\(cursors[0])")
    #expect(gone.status == 409)
    #expect(try JSONValue.parse(gone.body)["code"]?.string == "generation_gone")
    for cursor in cursors.dropFirst() {
      #expect(try bench.ask("GET", "\(Self.path)?cursor=\(cursor)&limit=1").status == 200)
    }
    // The same name, another index.
    try IndexStore(path: bench.data).drop("news")
    try until { try bench.ask("GET", "/v1/indexes/news").status == 404 }
    try bench.commit("news", [#"{"id": "0"}"#])
    try until { try bench.ask("GET", "/v1/indexes/news").status == 200 }
    #expect(try bench.ask("GET", "\(Self.path)?cursor=\(cursors[8])").status == 409)
  }

  @Test("what is pinned is let go a minute after its last use, or with its index")
  func expiry() throws {
    let bench = try bench()
    let opened = try bench.registry().open("news")
    let second: UInt64 = 1_000_000_000
    let pinned = PinnedGenerations()
    func find() -> Bool {
      pinned.find(IndexGeneration(opened.reader)) != nil
    }
    pinned.use(["news"], [opened], now: second)
    pinned.expire(now: 61 * second) { _ in true }
    #expect(find())
    pinned.use(["news"], [opened], now: 61 * second)
    pinned.expire(now: 121 * second) { _ in true }
    #expect(find())
    pinned.expire(now: 122 * second) { _ in true }
    #expect(!find())
    pinned.use(["news"], [opened], now: 122 * second)
    pinned.expire(now: 122 * second) { $0 != "news" }
    #expect(!find() && pinned.count == 0)
  }

  @Test("mistakes have their codes; HEAD has the headers alone; an empty index an empty body")
  func edges() throws {
    let bench = try bench()
    for parameters in [
      "cursor=x", "cursor=1.2", "cursor=-1.0.x", "cursor=1.-1.x", "limit=0", "limit=x", "skip=-1",
      "skip=99999999999999999999", "cursor=", "what=1", "limit=1&limit=2", "pretty",
    ] {
      let answer = try bench.ask("GET", "\(Self.path)?\(parameters)")
      #expect(answer.status == 400, "\(parameters): \(answer.body)")
    }
    #expect(try bench.ask("GET", "/v1/indexes/none/export").status == 404)
    let head = try bench.ask("HEAD", Self.path)
    #expect(head.status == 200 && head.headers["x-cursor"] != nil && head.body.isEmpty)
    let client = try SocketClient(bench.path)
    let tag = try #require(head.headers["etag"])
    #expect(
      try client.request("GET", Self.path, headers: ["If-None-Match: \(tag)"]).status == 304)
    try bench.commit("empty", [])
    try until { try bench.ask("GET", "/v1/indexes/empty").status == 200 }
    let empty = try bench.ask("GET", "/v1/indexes/empty/export")
    #expect(empty.status == 200 && empty.body.isEmpty)
  }
}

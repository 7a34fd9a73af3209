import Glibc
import InvertedIndex
import JSON
import SocketClient
import Testing

@testable import Server

@Suite("The daemon over damaged indexes")
struct DamageTests {
  @Test(
    "a new generation with a segment that was half copied: the old one goes on until the rest is there"
  )
  func halfCopied() throws {
    let bench = IndexBench()
    try bench.commit("news", [#"{"id": "a", "title": "Nuclear tea"}"#])
    try bench.start()
    try until { try bench.search("news", "tea") == ["a"] }
    // The next generation is made beside, and copied in: its new segment cut short, the manifest last.
    let live = bench.data + "/news"
    let beside = IndexBench()
    unsafe mkdir(beside.data, 0o700)
    unsafe mkdir(beside.data + "/news", 0o700)
    let before = IndexBench.names(live)
    for name in before {
      IndexBench.write(try IndexBench.read("\(live)/\(name)"), to: "\(beside.data)/news/\(name)")
    }
    let next = try beside.commit("news", [#"{"id": "b", "title": "More tea"}"#])
    let new = IndexBench.names(beside.data + "/news").filter {
      $0.hasSuffix(".seg") && !before.contains($0)
    }
    #expect(new.count == 1)
    let segment = try IndexBench.read("\(beside.data)/news/\(new[0])")
    IndexBench.write(Array(segment.prefix(segment.count / 2)), to: "\(live)/\(new[0])")
    _ = try bench.replaceManifest("news", by: try IndexBench.read(beside.data + "/news/MANIFEST"))

    try until { try bench.status() == "degraded" }
    let ready = try bench.ask("GET", "/v1/ready")
    #expect(ready.status == 503 && ready.body.contains(new[0]), "\(ready.body)")
    let answer = try bench.json("GET", "/v1/search?q=tea")
    #expect(answer["degraded"]?.bool == true && answer["total"]?["value"]?.int == 1)
    let failed = try bench.ask("POST", "/v1/indexes/news/reload")
    #expect(failed.status == 503 && failed.body.contains("reload_failed"))

    IndexBench.write(segment, to: "\(live)/\(new[0])")
    let healed = try bench.json("POST", "/v1/indexes/news/reload")
    #expect(healed["generation"]?.int == Int(next))
    #expect(try bench.search("news", "tea").count == 2)
    #expect(try bench.status() == "ready")
  }

  @Test("a damaged chunk is 503 where it is met, degraded from then on, and cuts an export short")
  func damagedChunk() throws {
    let bench = IndexBench()
    var random = FuzzRandom(state: 7)
    func text() -> String {
      (0..<1_000).map { _ in String(random.next(), radix: 36) }.joined(separator: " ")
    }
    try bench.commit("news", (0..<20).map { "{\"id\": \"\($0)\", \"body\": \"tea \(text())\"}" })
    let folder = bench.data + "/news"
    let segments = IndexBench.names(folder).filter { $0.hasSuffix(".seg") }
    for name in segments {
      var bytes = try IndexBench.read("\(folder)/\(name)")
      // What is read last is written first: the stored documents.
      bytes[bytes.count / 8] ^= 0x10
      IndexBench.write(bytes, to: "\(folder)/\(name)")
    }
    try bench.start()
    try until { try bench.json("GET", "/v1/indexes")["indexes"]?.array?.count == 1 }
    try #require(try bench.ask("GET", "/v1/indexes/news").body.contains("\"ready\""))

    var statuses: Set<Int> = []
    for id in 0..<20 {
      let answer = try bench.ask("GET", "/v1/indexes/news/docs/\(id)")
      statuses.insert(answer.status)
      #expect(
        answer.status == 200 || answer.status == 503 && answer.body.contains("index_damaged"),
        "\(answer.body)")
    }
    #expect(statuses == [200, 503])
    #expect(try bench.status() == "degraded")
    #expect(try bench.json("GET", "/v1/indexes/news")["status"]?.string == "degraded")
    let scrape = try PrometheusParser(try bench.ask("GET", "/metrics").body)
    #expect(scrape.value("martlet_index_degraded", ["index": "news"]) == 1)
    // It is not whole: either a problem from the beginning, or no last chunk.
    do {
      #expect(try bench.ask("GET", "/v1/indexes/news/export").status == 503)
    } catch is SocketClient.Failure {}
    #expect(try bench.ask("GET", "/v1/live").status == 200)
  }
}

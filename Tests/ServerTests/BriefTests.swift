import Glibc
import SocketClient
import Testing

@testable import Server

@Suite("Answers of the event loop in a worker's place")
struct BriefTests {
  private func ask(_ client: SocketClient, _ what: String = "yes") throws -> String {
    try client.request("GET", "/brief/\(what)").body
  }

  /// Asks alone, for as long as the event loop does not answer.
  private func askUntilTheLoopAnswers(_ client: SocketClient) throws {
    try until { try ask(client) == "loop" }
  }

  @Test("a client that asks alone is answered so, after a while, and what is not brief by a worker")
  func alone() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    #expect(try ask(client) == "worker")
    try askUntilTheLoopAnswers(client)
    #expect(try ask(client, "no") == "worker")
    try askUntilTheLoopAnswers(client)
    #expect(bench.running.counts.running + bench.running.counts.waiting == 0)
    let counted = bench.metrics.counts.requests.filter { $0.key.route == "/brief/{}" }
    #expect(counted.count == 1 && counted.values.reduce(0, +) > 17)
  }

  @Test("while another request runs, workers answer, also those after it for a while")
  func together() throws {
    let bench = try HTTPBench(workers: 2)
    let client = try bench.client()
    try askUntilTheLoopAnswers(client)
    let other = try bench.client()
    other.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
    try bench.awaitAtGate(1)
    for _ in 0..<40 { #expect(try ask(client) == "worker") }
    bench.openGate()
    #expect(try other.answer().status == 200)
    #expect(try ask(client) == "worker")
    try askUntilTheLoopAnswers(client)
  }

  @Test("clients that take turns are answered by workers")
  func turns() throws {
    let bench = try HTTPBench(workers: 2)
    let one = try bench.client()
    let other = try bench.client()
    try askUntilTheLoopAnswers(one)
    for _ in 0..<20 {
      #expect(try ask(other) == "worker")
      #expect(try ask(one) == "worker")
    }
    try askUntilTheLoopAnswers(other)
  }

  @Test("of requests that come at once the first may be answered so, the others are not")
  func pipelined() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    try askUntilTheLoopAnswers(client)
    client.send(String(repeating: "GET /brief/yes HTTP/1.1\r\nHost: x\r\n\r\n", count: 8))
    _ = try client.answer()
    for _ in 0..<7 { #expect(try client.answer().body == "worker") }
  }

  @Test("large bodies are for workers")
  func largeBodies() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    try askUntilTheLoopAnswers(client)
    client.send(
      "GET /brief/yes HTTP/1.1\r\nHost: x\r\nContent-Length: 4096\r\n\r\n"
        + String(repeating: " ", count: 4_096))
    #expect(try client.answer().body == "worker")
  }

  @Test("the limit of a user's requests holds for them as well")
  func limits() throws {
    let bench = try HTTPBench {
      $0.requestsPerUser = 1
      $0.exemptUser = getuid() + 1
    }
    let client = try bench.client()
    try askUntilTheLoopAnswers(client)
    let other = try bench.client()
    other.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
    try bench.awaitAtGate(1)
    #expect(try client.request("GET", "/brief/yes").status == 429)
    bench.openGate()
    #expect(try other.answer().status == 200)
    try askUntilTheLoopAnswers(client)
  }

  @Test("an answer that took long keeps the event loop from another for ten times as long")
  func pauses() {
    var time = BriefTime()
    let client = ObjectIdentifier(BriefTests.self)
    func mayBegin(_ now: UInt64, isBusy: Bool = false) -> Bool {
      defer { time.endTurn() }
      return time.begin(now, from: client, isBusy: isBusy)
    }
    var now: UInt64 = 1_000
    while !mayBegin(now) { now += 1 }
    time.end(now, now + BriefTime.most)
    #expect(mayBegin(now + BriefTime.most))
    let end = now + 5 * BriefTime.most
    time.end(now, end)
    #expect(!mayBegin(end))
    #expect(!mayBegin(end + 50 * BriefTime.most - 1))
    #expect(mayBegin(end + 50 * BriefTime.most))
    #expect(!mayBegin(.max, isBusy: true))
    #expect(!mayBegin(.max))
  }
}

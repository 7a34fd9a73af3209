import Glibc
import SocketClient
import Testing

@testable import Server

@Suite("Answers in pieces, and answers that come later")
struct StreamTests {
  private static let get = " HTTP/1.1\r\nHost: x\r\n\r\n"

  @Test("all pieces arrive in order, chunked, and the connection goes on")
  func pieces() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    for count in [0, 1, 3, 40] {
      let answer = try client.request("GET", "/pieces/\(count)")
      #expect(answer.status == 200)
      #expect(answer.headers["transfer-encoding"] == "chunked")
      #expect(answer.headers["content-length"] == nil)
      #expect(answer.body == HTTPBench.pieces(count))
    }
    #expect(try client.request("GET", "/number/1").body == "1")
    try bench.awaitRequests(0)
  }

  @Test("HTTP/1.0 gets the pieces as they are, and the end of the connection as the end")
  func oldVersion() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    client.send("GET /pieces/3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    let text = try client.rest()
    #expect(text.contains("Connection: close") && !text.contains("Transfer-Encoding"))
    #expect(text.hasSuffix("\r\n\r\n" + HTTPBench.pieces(3)))
  }

  @Test("HEAD asks for no piece")
  func head() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    #expect(try client.request("HEAD", "/pieces/3").headers["transfer-encoding"] == "chunked")
    #expect(try client.request("GET", "/number/1").body == "1")
    #expect(bench.askedPieces == 0)
  }

  @Test(
    "a fault before the first piece is a problem with its status; after it the answer has no end")
  func torn() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    let early = try client.request("GET", "/torn/0")
    #expect(early.status == 503)
    #expect(early.body.contains("index_damaged"))
    client.send("GET /torn/5" + Self.get)
    #expect(throws: SocketClient.Failure.self) { try client.answer() }
    #expect(try client.isAtEnd())
    try bench.awaitRequests(0)
  }

  @Test("who does not read is not asked for more, and holds no worker")
  func slowReader() throws {
    let bench = try HTTPBench(workers: 1)
    let slow = try bench.client()
    slow.send("GET /pieces/200" + Self.get + "GET /number/9" + Self.get)
    let other = try bench.client()
    var before = -1
    // Until nothing more is asked for: socket buffers are full.
    try until { () throws -> Bool in
      defer { before = bench.askedPieces }
      for number in 0..<20 {
        #expect(try other.request("GET", "/number/\(number)").body == "\(number)")
      }
      return bench.askedPieces == before && before > 0
    }
    #expect(bench.askedPieces < 30)
    try bench.awaitRequests(1)
    #expect(try slow.answer().body == HTTPBench.pieces(200))
    #expect(try slow.answer().body == "9")
    try bench.awaitRequests(0)
  }

  @Test("a client that hangs up within a stream is forgotten")
  func hangUp() throws {
    let bench = try HTTPBench()
    for _ in 0..<20 {
      let client = try bench.client()
      let before = bench.askedPieces
      client.send("GET /pieces/100000" + Self.get)
      try until { bench.askedPieces > before + 2 }
      client.close()
    }
    try bench.awaitRequests(0)
    let asked = bench.askedPieces
    #expect(try bench.client().request("GET", "/number/1").body == "1")
    #expect(bench.askedPieces == asked)
    let gone = bench.metrics.counts.requests.filter { $0.key.status == 499 }.values.reduce(0, +)
    #expect(gone == 20)
  }

  @Test("a stream that is cancelled ends without its last chunk")
  func cancel() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    client.send("GET /pieces/100000 HTTP/1.1\r\nX-Request-Id: long\r\n\r\n")
    let peer = Peer(uid: getuid(), gid: 0, pid: 0)
    try until { bench.askedPieces > 2 }
    #expect(bench.running.cancel("long", by: peer))
    #expect(throws: SocketClient.Failure.self) { try client.answer() }
    try bench.awaitRequests(0)
    #expect(!bench.running.cancel("long", by: peer))
  }

  @Test("an answer that comes later holds no worker, and keeps its place in the pipeline")
  func later() throws {
    let bench = try HTTPBench(workers: 1)
    let client = try bench.client()
    client.send("GET /later" + Self.get + "GET /number/2" + Self.get)
    try until { bench.gateForThreads.parkedCount == 1 }
    #expect(try bench.client().request("GET", "/number/1").body == "1")
    try bench.awaitRequests(1)
    bench.openGate()
    #expect(try client.answer().body == "\"now\"")
    #expect(try client.answer().body == "2")
    try bench.awaitRequests(0)
  }

  @Test("a client that hangs up while its answer waits is forgotten, and resuming it does nothing")
  func laterGone() throws {
    let bench = try HTTPBench(workers: 1)
    let client = try bench.client()
    client.send("GET /later" + Self.get)
    try until { bench.gateForThreads.parkedCount == 1 }
    client.close()
    try bench.awaitRequests(0)
    bench.openGate()
    #expect(try bench.client().request("GET", "/number/1").body == "1")
  }
}

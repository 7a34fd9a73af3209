import Glibc
import SocketClient
import Testing

@testable import Server

@Suite("One connection")
struct ConnectionTests {
  @Test("requests follow each other on one connection")
  func keepAlive() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    for number in 1...20 {
      let answer = try client.request("GET", "/number/\(number)")
      #expect(answer.status == 200)
      #expect(answer.body == "\(number)")
      #expect(answer.headers["connection"] == nil)
      #expect(answer.headers["content-type"] == "application/json")
    }
    #expect(try client.request("GET", "/now").body == "\"now\"")
  }

  @Test("pipelined requests are answered in their order, those that need no worker as well")
  func pipelining() throws {
    let bench = try HTTPBench(workers: 4)
    let client = try bench.client()
    var requests = ""
    for number in 0..<300 {
      requests +=
        "GET \(number % 3 == 0 ? "/now" : "/number/\(number)") HTTP/1.1\r\nHost: x\r\n\r\n"
    }
    client.send(requests)
    for number in 0..<300 {
      #expect(try client.answer().body == (number % 3 == 0 ? "\"now\"" : "\(number)"))
    }
  }

  @Test("thousands of pipelined requests of the event loop do not nest")
  func deepPipelining() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    let request = "GET /now HTTP/1.1\r\n\r\n"
    client.send(String(repeating: request, count: 3_000))
    for _ in 0..<3_000 { #expect(try client.answer().status == 200) }
  }

  @Test("a request may come byte by byte")
  func byteByByte() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    for byte in "POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello".utf8 {
      client.send([byte])
    }
    #expect(try client.answer().body == "5")
  }

  @Test("a chunked body is put together")
  func chunked() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    client.send("POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    client.send("5\r\nhello\r\n")
    client.send("1;ext=1\r\n!\r\n0\r\nTrailer: x\r\n\r\n")
    #expect(try client.answer().body == "6")
    #expect(try client.request("GET", "/number/7").body == "7")
  }

  @Test("HEAD has the headers of GET and no body")
  func head() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    let answer = try client.request("HEAD", "/bytes/1000")
    #expect(answer.status == 200)
    #expect(answer.headers["content-length"] == "1000")
    #expect(try client.request("GET", "/number/1").body == "1")
  }

  @Test("HTTP/1.0 is answered and closed, or kept open when asked")
  func oldVersion() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    client.send("GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    let kept = try client.answer()
    #expect(kept.headers["connection"] == "keep-alive")
    client.send("GET /now HTTP/1.0\r\n\r\n")
    let last = try client.answer()
    #expect(last.status == 200)
    #expect(last.headers["connection"] == "close")
    #expect(try client.isAtEnd())
  }

  @Test("Connection: close is honoured, and so is a tunnel that will not be")
  func close() throws {
    let bench = try HTTPBench()
    for header in ["Connection: close", "Connection: Upgrade\r\nUpgrade: h2c"] {
      let client = try bench.client()
      let answer = try client.request("GET", "/number/3", headers: [header])
      #expect(answer.status == 200)
      #expect(answer.headers["connection"] == "close")
      #expect(try client.isAtEnd())
    }
  }

  @Test("Expect: 100-continue is answered before the body, or with the refusal at once")
  func expectContinue() throws {
    let bench = try HTTPBench { $0.bodyBytes = 100 }
    let client = try bench.client()
    let expects = "Expect: 100-continue\r\n"
    client.send("POST /length HTTP/1.1\r\nHost: x\r\n\(expects)Content-Length: 2\r\n\r\n")
    #expect(try client.answer().status == 100)
    client.send("ok")
    #expect(try client.answer().body == "2")

    client.send("POST /length HTTP/1.1\r\nHost: x\r\n\(expects)Content-Length: 101\r\n\r\n")
    #expect(try client.answer().status == 413)
    #expect(try client.isAtEnd())

    let other = try bench.client()
    other.send("POST /nothing HTTP/1.1\r\nHost: x\r\n\(expects)Content-Length: 2\r\n\r\n")
    #expect(try other.answer().status == 404)

    let third = try bench.client()
    let answer = try third.request("GET", "/now", headers: ["Expect: miracles"])
    #expect(answer.status == 417)
  }

  @Test("what is no HTTP is a 400 with a problem, and the connection ends")
  func malformed() throws {
    let bench = try HTTPBench()
    for text in [
      "\u{0}\u{1}\u{2}\r\n\r\n", "hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET  HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nno colon\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "POST /length HTTP/1.1\r\nContent-Length: x\r\n\r\n",
      "POST /length HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST /length HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    ] {
      let client = try bench.client()
      client.send(text)
      let answer = try client.answer()
      #expect(answer.status == 400, "\(text)")
      #expect(answer.headers["content-type"] == "application/problem+json")
      #expect(answer.body.contains("\"code\":\"bad_http\""), "\(answer.body)")
      #expect(try client.isAtEnd())
    }
  }

  @Test("a fault behind a good request does not cost its answer")
  func faultBehind() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    client.send("GET /number/5 HTTP/1.1\r\nHost: x\r\n\r\nrubbish\r\n\r\n")
    #expect(try client.answer().body == "5")
    #expect(try client.answer().status == 400)
    #expect(try client.isAtEnd())
  }

  @Test("headers over 16 KiB are 431: one long one, many, a long target")
  func headers() throws {
    let bench = try HTTPBench()
    let long = String(repeating: "a", count: 17 << 10)
    for text in [
      "GET /now HTTP/1.1\r\nX: \(long)\r\n\r\n", "GET /\(long) HTTP/1.1\r\n\r\n",
      "GET /now HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 101) + "\r\n",
      "GET /now HTTP/1.1\r\n"
        + String(repeating: "X: \(String(repeating: "b", count: 1_000))\r\n", count: 17),
    ] {
      let client = try bench.client()
      client.send(text)
      #expect(try client.answer().status == 431)
      #expect(try client.isAtEnd())
    }
    let client = try bench.client()
    let near = String(repeating: "a", count: 15 << 10)
    #expect(try client.request("GET", "/now", headers: ["X: \(near)"]).status == 200)
  }

  @Test(
    "a body over the limit is 413, told at once, which a client that is still sending gets to read")
  func bodies() throws {
    let bench = try HTTPBench { $0.bodyBytes = 1_000 }
    let client = try bench.client()
    client.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n")
    client.send([UInt8](repeating: 0x61, count: 1_000_000))
    #expect(try client.answer().status == 413)
    #expect(try client.isAtEnd())

    let other = try bench.client()
    other.send("POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in 0..<11 { other.send("64\r\n" + String(repeating: "b", count: 100) + "\r\n") }
    #expect(try other.answer().status == 413)

    let exact = try bench.client()
    let body = String(repeating: "c", count: 1_000)
    #expect(try exact.request("POST", "/length", body: body).body == "1000")
  }

  @Test("a coded body is refused")
  func coded() throws {
    let bench = try HTTPBench()
    let answer = try bench.client().request(
      "POST", "/length", body: "x", headers: ["Content-Encoding: gzip"])
    #expect(answer.status == 415)
  }

  @Test("paths and methods that are not there: 404, and 405 with Allow; the connection stays")
  func routing() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    #expect(try client.request("GET", "/nowhere").status == 404)
    let answer = try client.request("DELETE", "/now")
    #expect(answer.status == 405)
    #expect(answer.headers["allow"] == "GET, HEAD")
    #expect(try client.request("POST", "/nowhere", body: "thrown away").status == 404)
    #expect(try client.request("GET", "http://any.host/now?x=1").status == 200)
  }

  @Test("X-Request-Id is echoed if it is fit for a header, else made")
  func requestID() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    let given = try client.request("GET", "/now", headers: ["X-Request-Id: abc-1"])
    #expect(given.headers["x-request-id"] == "abc-1")
    let first = try client.request("GET", "/now").headers["x-request-id"]
    let second = try client.request("GET", "/nowhere").headers["x-request-id"]
    #expect(first != nil && second != nil && first != second)
    let bad = try client.request("GET", "/now", headers: ["X-Request-Id: a b"])
    #expect(bad.headers["x-request-id"] != "a b")
    #expect(given.headers["date"]?.hasSuffix(" GMT") == true)
  }

  @Test("a request that waits for a worker goes with its client, and another gets its place")
  func withdrawn() throws {
    let bench = try HTTPBench(workers: 1) { $0.waitingRequests = 1 }
    let stuck = try bench.client()
    stuck.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
    try bench.awaitAtGate(1)
    for count in 1...100 {
      let client = try bench.client()
      client.send("GET /pieces/1 HTTP/1.1\r\nHost: x\r\n\r\n")
      try bench.awaitRequests(2)
      client.close()
      try bench.awaitRequests(1)
      let gone = bench.metrics.counts.requests.filter { $0.key.status == 499 }.values
      #expect(gone.reduce(0, +) == UInt64(count))
    }
    let last = try bench.client()
    last.send("GET /number/1 HTTP/1.1\r\nHost: x\r\n\r\n")
    try bench.awaitRequests(2)
    #expect(try bench.client().request("GET", "/number/2").status == 429)
    bench.openGate()
    #expect(try stuck.answer().status == 200)
    #expect(try last.answer().body == "1")
    #expect(bench.askedPieces == 0)
  }
}

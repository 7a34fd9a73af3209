import Glibc
import SocketClient
import Testing

@testable import Server

@Suite("Many connections, and those that behave badly")
struct ServingTests {
  @Test("when workers and queue are full: 429 with Retry-After; afterwards all is well")
  func busy() throws {
    let bench = try HTTPBench(workers: 1) { $0.waitingRequests = 2 }
    var clients: [SocketClient] = []
    for _ in 0..<3 {
      let client = try bench.client()
      client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
      clients.append(client)
      if clients.count == 1 { try bench.awaitAtGate(1) }
    }
    // The two that wait have been read once an event-loop request behind them is answered.
    _ = try bench.client().request("GET", "/now")
    var refused: SocketClient.Answer?
    try until {
      let answer = try bench.client(seconds: 1).request("GET", "/number/1")
      refused = answer
      return answer.status == 429
    }
    #expect(refused?.headers["retry-after"] == "1")
    #expect(refused?.body.contains("too_many_requests") == true)
    bench.openGate()
    for client in clients { #expect(try client.answer().status == 200) }
    #expect(try bench.client().request("GET", "/number/2").body == "2")
  }

  @Test("the event loop answers while all workers are busy")
  func eventLoopIsFree() throws {
    let bench = try HTTPBench(workers: 1)
    let stuck = try bench.client()
    stuck.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
    try bench.awaitAtGate(1)
    #expect(try bench.client().request("GET", "/now").status == 200)
    bench.openGate()
    #expect(try stuck.answer().status == 200)
  }

  @Test("a client that hangs up raises the flag of its request")
  func hangUp() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
    try bench.awaitAtGate(1)
    client.close()
    try bench.awaitAtGate(0)
    #expect(bench.cancelled == 1)
  }

  @Test("a client that only ends its sending gets its answer")
  func halfClosed() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\nGET /number/4 HTTP/1.1\r\nHost: x\r\n\r\n")
    client.closeOutput()
    try bench.awaitAtGate(1)
    bench.openGate()
    #expect(try client.answer().body == "\"open\"")
    #expect(try client.answer().body == "4")
    #expect(try client.isAtEnd())
    #expect(bench.cancelled == 0)
  }

  @Test("half a request, then nothing: 408 for the headers and for the body")
  func halfRequests() throws {
    let bench = try HTTPBench {
      $0.headerSeconds = 1
      $0.bodySeconds = 1
    }
    let head = try bench.client()
    head.send("GET /now HT")
    let body = try bench.client()
    body.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
    let blank = try bench.client()
    blank.send("\r\n\r\n\r\n")
    #expect(try head.answer().status == 408)
    #expect(try body.answer().status == 408)
    #expect(try blank.answer().status == 408)
    #expect(try head.isAtEnd() && body.isAtEnd())
    let gone = try bench.client()
    gone.send("GET /now HT")
    gone.closeOutput()
    #expect(try gone.isAtEnd())
  }

  @Test("a request that begins while the one before runs has no longer for its headers")
  func halfRequestBehind() throws {
    let bench = try HTTPBench { $0.headerSeconds = 1 }
    let client = try bench.client()
    client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
    try bench.awaitAtGate(1)
    client.send("GET /now HT")
    bench.openGate()
    #expect(try client.answer().body == "\"open\"")
    #expect(try client.answer().status == 408)
    #expect(try client.isAtEnd())
  }

  @Test("an idle connection is closed without a word")
  func idle() throws {
    let bench = try HTTPBench { $0.idleSeconds = 1 }
    let silent = try bench.client()
    let used = try bench.client()
    #expect(try used.request("GET", "/now").status == 200)
    #expect(try silent.isAtEnd())
    #expect(try used.isAtEnd())
  }

  @Test("at the cap the connection that has waited longest makes room, not one whose request runs")
  func cap() throws {
    let bench = try HTTPBench { $0.connections = 3 }
    let running = try bench.client()
    running.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
    try bench.awaitAtGate(1)
    let oldest = try bench.client()
    #expect(try oldest.request("GET", "/now").status == 200)
    usleep(5_000)
    let younger = try bench.client()
    #expect(try younger.request("GET", "/now").status == 200)
    let newest = try bench.client()
    #expect(try newest.request("GET", "/now").status == 200)
    #expect(try oldest.isAtEnd())
    #expect(try younger.request("GET", "/now").status == 200)
    bench.openGate()
    #expect(try running.answer().status == 200)
  }

  @Test("when every connection has a request running, one more is told 503 with Retry-After")
  func fullHouse() throws {
    let bench = try HTTPBench { $0.connections = 2 }
    var clients: [SocketClient] = []
    for count in 1...2 {
      let client = try bench.client()
      client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
      clients.append(client)
      try bench.awaitAtGate(count)
    }
    let extra = try bench.client()
    let answer = try extra.answer()
    #expect(answer.status == 503)
    #expect(answer.headers["retry-after"] == "1")
    bench.openGate()
    for client in clients { #expect(try client.answer().status == 200) }
  }

  @Test("a thousand connections that say nothing do not keep a new one waiting")
  func manyIdle() throws {
    let bench = try HTTPBench { $0.connections = 200 }
    var silent: [SocketClient] = []
    for _ in 0..<400 { silent.append(try bench.client()) }
    #expect(try bench.client(seconds: 5).request("GET", "/number/1").status == 200)
    silent.removeAll()
    #expect(try bench.client().request("GET", "/number/2").status == 200)
  }

  @Test("a burst of connections finds room in the queue")
  func burst() throws {
    let bench = try HTTPBench(workers: 1)
    let stuck = try bench.client()
    stuck.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
    try bench.awaitAtGate(1)
    var clients: [SocketClient] = []
    for _ in 0..<300 { clients.append(try SocketClient(bench.path, waits: false)) }
    for client in clients.suffix(5) { #expect(try client.request("GET", "/now").status == 200) }
  }

  @Test("a slow reader gets all of a large answer, and holds up no one else")
  func slowReader() throws {
    let bench = try HTTPBench()
    let slow = try bench.client()
    let size = 4 << 20
    slow.send(
      "GET /bytes/\(size) HTTP/1.1\r\nHost: x\r\n\r\nGET /number/9 HTTP/1.1\r\nHost: x\r\n\r\n")
    for number in 0..<20 {
      #expect(try bench.client().request("GET", "/number/\(number)").body == "\(number)")
    }
    #expect(try slow.answer().body.utf8.count == size)
    #expect(try slow.answer().body == "9")
  }

  @Test("a client that takes nothing of its answer for too long is cut off")
  func deadReader() throws {
    let bench = try HTTPBench { $0.writeSeconds = 1 }
    let dead = try bench.client()
    dead.send("GET /bytes/4000000 HTTP/1.1\r\nHost: x\r\n\r\n")
    sleep(4)
    #expect(throws: SocketClient.Failure.self) { try dead.answer() }
  }

  @Test("what all connections hold together is bounded: 429 beyond")
  func heldBytes() throws {
    let bench = try HTTPBench {
      $0.bodyBytes = 100_000
      $0.heldBytes = 150_000
    }
    let first = try bench.client()
    first.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
    first.send([UInt8](repeating: 0x61, count: 99_999))
    // Its bytes have been taken when an answer to a later request comes back.
    for _ in 0..<20 { _ = try bench.client().request("GET", "/now") }
    let second = try bench.client()
    second.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
    second.send([UInt8](repeating: 0x61, count: 100_000))
    #expect(try second.answer().status == 429)
    first.send("z")
    #expect(try first.answer().body == "100000")
    let third = try bench.client()
    #expect(
      try third.request("POST", "/length", body: String(repeating: "b", count: 100_000)).status
        == 200)
  }

  @Test("at a stop a running request ends well, and idle connections close")
  func drain() throws {
    let bench = try HTTPBench()
    let idle = try bench.client()
    #expect(try idle.request("GET", "/now").status == 200)
    let running = try bench.client()
    running.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
    try bench.awaitAtGate(1)
    let opener = try Thread(name: "opener") { [gate = bench.gateForThreads] in
      usleep(200_000)
      gate.open()
    }
    bench.stopWaitingForRequests()
    opener.join()
    let answer = try running.answer()
    #expect(answer.status == 200)
    #expect(answer.headers["connection"] == "close")
    #expect(try running.isAtEnd())
    #expect(try idle.isAtEnd())
    #expect(throws: SocketClient.Failure.self) { try bench.client() }
  }

  @Test("at a stop a request without end is cancelled when patience ends")
  func impatience() throws {
    let bench = try HTTPBench { $0.drainSeconds = 1 }
    let running = try bench.client()
    running.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
    try bench.awaitAtGate(1)
    bench.stopWaitingForRequests()
    #expect(bench.cancelled == 1)
    #expect(try running.answer().status == 200)
  }
}

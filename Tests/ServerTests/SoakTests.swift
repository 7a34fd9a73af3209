import Glibc
import SocketClient
import Synchronization
import Testing

@testable import Server

/// Many clients at once, good and bad ones. Every answer is compared with what was asked on that connection.
@Suite("Soak", .serialized)
struct SoakTests {
  private static let head = " HTTP/1.1\r\nHost: x\r\n\r\n"

  private struct Expected {
    var client: SocketClient
    var bodies: [String]
  }

  /// Nothing that clients once had is left.
  private func awaitQuiet(_ bench: HTTPBench) throws {
    try bench.awaitRequests(0)
    try until { bench.metrics.connections.load(ordering: .relaxed) == 0 }
    try until { try bench.heldBytes() == 0 }
  }

  @Test("512 connections at once: every answer is that of its own request")
  func many() throws {
    let bench = try HTTPBench(workers: 4)
    var clients: [SocketClient] = []
    for _ in 0..<512 { clients.append(try bench.client(seconds: 60)) }
    for round in 0..<20 {
      for (number, client) in clients.enumerated() {
        let name = "\(round)-\(number)"
        switch (round + number) % 4 {
        case 0: client.send("GET /number/\(name)" + Self.head)
        case 1:
          client.send("POST /echo HTTP/1.1\r\nContent-Length: \(name.utf8.count)\r\n\r\n" + name)
        case 2: client.send("GET /now" + Self.head)
        default: client.send("GET /pieces/\(number % 3)" + Self.head)
        }
      }
      for (number, client) in clients.enumerated() {
        let answer = try client.answer()
        #expect(answer.status == 200)
        let expected =
          switch (round + number) % 4 {
          case 0, 1: "\(round)-\(number)"
          case 2: "\"now\""
          default: HTTPBench.pieces(number % 3)
          }
        #expect(answer.body == expected)
      }
    }
    #expect(bench.metrics.connections.load(ordering: .relaxed) == 512)
    clients.removeAll()
    try awaitQuiet(bench)
  }

  @Test("many pipelined requests on many connections, their answers read later")
  func pipelines() throws {
    let bench = try HTTPBench(workers: 4)
    var generator = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: 0...UInt64.max, using: &generator)
    print("seed \(seed)")
    var random = SplitMix(state: seed)
    var all: [Expected] = []
    for number in 0..<64 {
      var expected = Expected(client: try bench.client(seconds: 60), bodies: [])
      var text = ""
      for place in 0..<100 {
        let name = "\(number).\(place)"
        switch random.next() % 5 {
        case 0:
          text += "GET /now" + Self.head
          expected.bodies.append("\"now\"")
        case 1:
          let count = Int(random.next() % 3)
          text += "GET /pieces/\(count)" + Self.head
          expected.bodies.append(HTTPBench.pieces(count))
        case 2:
          text += "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
          text += "\(String(name.utf8.count, radix: 16))\r\n\(name)\r\n0\r\n\r\n"
          expected.bodies.append(name)
        default:
          text += "GET /number/\(name)" + Self.head
          expected.bodies.append(name)
        }
      }
      expected.client.send(text)
      all.append(expected)
    }
    for expected in all.shuffled(using: &random) {
      for body in expected.bodies { #expect(try expected.client.answer().body == body) }
    }
    all.removeAll()
    try awaitQuiet(bench)
  }

  @Test("between slow readers, half requests, silence and hang-ups, good clients are all served")
  func mixed() throws {
    let bench = try HTTPBench(workers: 2) { $0.requestsPerUser = 1_000 }
    var bad: [SocketClient] = []
    for number in 0..<200 {
      let client = try bench.client(seconds: 60)
      switch number % 5 {
      case 0: client.send("GET /pieces/50" + Self.head)
      case 1: client.send("GET /bytes/2000000" + Self.head)
      case 2: client.send("POST /length HTTP/1.1\r\nContent-Length: 1000\r\n\r\nhalf")
      case 3: client.send("GET /number/1 HT")
      default: break
      }
      bad.append(client)
    }
    let good = try (0..<64).map { _ in try bench.client(seconds: 60) }
    for round in 0..<20 {
      for (number, client) in good.enumerated() {
        client.send("GET /number/\(round).\(number)" + Self.head)
      }
      for (number, client) in good.enumerated() {
        #expect(try client.answer().body == "\(round).\(number)")
      }
      // Some hang up before their answer, or while they send.
      for _ in 0..<10 {
        let client = try bench.client()
        client.send("GET /number/x" + Self.head + "GET /nu")
      }
    }
    // The slow ones get all that they asked for after all.
    for number in stride(from: 0, to: 200, by: 5) {
      #expect(try bad[number].answer().body == HTTPBench.pieces(50))
      #expect(try bad[number + 1].answer().body.utf8.count == 2_000_000)
    }
    bad.removeAll()
    for (number, client) in good.enumerated() {
      #expect(try client.request("GET", "/number/\(number)").body == "\(number)")
      client.close()
    }
    try awaitQuiet(bench)
  }

  @Test("queries whose clients hang up are cancelled, those that run and those that wait")
  func hangUps() throws {
    let bench = try HTTPBench(workers: 2) { $0.requestsPerUser = 1_000 }
    for round in 1...5 {
      var clients: [SocketClient] = []
      for number in 0..<100 {
        let client = try bench.client()
        client.send("GET /gate" + Self.head + (number % 2 == 0 ? "" : "GET /now" + Self.head))
        // A client that has ended its sending waits for its answer; gone altogether it does not.
        if number % 4 == 0 { client.closeOutput() }
        clients.append(client)
      }
      try bench.awaitRequests(100)
      #expect(bench.running.counts.running <= 2)
      let stays = clients.removeLast()
      clients.removeAll()
      try bench.awaitRequests(1)
      let gone = bench.metrics.counts.requests.filter { $0.key.status == 499 }.values
      #expect(gone.reduce(0, +) == UInt64(round * 99))
      let before = bench.cancelled
      #expect(
        bench.running.cancel(
          bench.running.list(for: .init(uid: 0, gid: 0, pid: 0))[0].id,
          by: .init(uid: 0, gid: 0, pid: 0)))
      #expect(try stays.answer().status == 200)
      #expect(try stays.answer().body == "\"now\"")
      #expect(bench.cancelled == before + 1)
    }
    try awaitQuiet(bench)
  }

  @Test("clients that come and go by the thousand leave nothing behind")
  func comeAndGo() throws {
    let bench = try HTTPBench(workers: 2) { $0.connections = 100 }
    let threads = try (0..<4).map { thread in
      try Thread(name: "clients") { [path = bench.path] in
        for number in 0..<500 {
          guard let client = try? SocketClient(path, seconds: 60) else { continue }
          switch number % 4 {
          case 0: continue
          case 1: client.send("GET /pieces/10" + SoakTests.head)
          case 2: client.send("GET /number/\(thread).\(number) HTTP/1.1\r\nHost")
          default:
            client.send("GET /number/\(thread).\(number)" + SoakTests.head)
            let answer = try? client.answer()
            if answer?.body != "\(thread).\(number)" {
              Issue.record("\(thread).\(number): \(String(describing: answer))")
            }
          }
        }
      }
    }
    for thread in threads { thread.join() }
    try awaitQuiet(bench)
    #expect(try bench.client().request("GET", "/number/1").body == "1")
  }
}

/// S. Vigna's SplitMix64: a seed gives the same run again.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

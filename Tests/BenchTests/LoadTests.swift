import Measuring
import Testing

@testable import martlet_bench

@Suite("Clients under load")
struct LoadTests {
  private func bytes(_ body: String, status: String = "200 OK") -> [UInt8] {
    Array("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
  }

  @Test("An answer is one when all of it is there, and what follows is the next one's")
  func pieces() throws {
    let whole = bytes(#"{"took_us":42,"timed_out":false,"hits":[]}"#)
    for count in whole.indices { #expect(try Answer(Array(whole[..<count])) == nil) }
    let answer = try #require(try Answer(whole + whole))
    #expect(answer.status == 200)
    #expect(answer.length == whole.count)
    #expect(answer.took == 42)
    #expect(!answer.timedOut)
  }

  @Test("Status, cut answers and other bodies are told apart")
  func kinds() throws {
    var result = LoadResult(connections: 1, requests: 5)
    let answers = [
      bytes(#"{"took_us":42,"timed_out":false}"#), bytes(#"{"took_us":8,"timed_out":false}"#),
      bytes(#"{"took_us":42,"timed_out":true}"#), bytes(#"{"ready":true}"#),
      bytes(#"{"code":"busy"}"#, status: "429 Too Many Requests"),
    ]
    for (place, bytes) in answers.enumerated() {
      let answer = try #require(try Answer(bytes))
      result.add(answer, to: place, nanoseconds: UInt64(1_000 * (place + 1)))
    }
    result.fail("connection closed")
    result.finish()
    #expect(result.requests == 2)
    #expect(
      result.failures == [
        "timed out": 1, "no answer to a search": 1, "status 429": 1, "connection closed": 1,
      ])
    #expect(result.failed == 4)
    #expect(result.took == 25)
    #expect(result.answered == [1, 1, 0, 0, 0])
    #expect(result.engine == nil)
    result.engineNanoseconds = [10, 20, 1_000, 0, 0]
    #expect(result.engine == 15)
    #expect(result.latency(0.5) == 2_000)
    #expect(result.latency(1) == 2_000)
  }

  @Test("What is no HTTP answer with a length is refused")
  func garbage() {
    for text in [
      "SSH-2.0\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "\r\n\r\n",
    ] {
      #expect(throws: Fault.self) { try Answer(Array(text.utf8)) }
    }
  }

  @Test("Answers are read whatever the case and order of their fields")
  func fields() throws {
    let head = "HTTP/1.1 200 OK\r\nDate: Content-Length: 9\r\ncontent-LENGTH:  2\r\nETag: 1\r\n\r\n"
    let answer = try #require(try Answer(Array("\(head){}".utf8)))
    #expect(answer.status == 200 && answer.length == head.utf8.count + 2 && answer.took == nil)
  }

  @Test("An echo works as long as it is told, and answers as much")
  func echo() throws {
    let echo = try Echo()
    for (count, answer) in [(1, 1), (200, 900), (20_000, 65_536)] {
      let worked = try echo.ask(count, nanoseconds: 2_000_000, answer: answer)
      #expect(worked >= 2_000_000)
    }
  }

  @Test("Synthetic data are the same in every run")
  func seeds() {
    var random = FixedRandom(seed: 0)
    #expect(random.next() == 0xE220_A839_7B1D_CDAF)
    #expect(random.next() == 0x6E78_9E6A_A1B9_65F4)
    var one = SyntheticText(seed: 3)
    var other = SyntheticText(seed: 3)
    #expect(one.ascii(5_000) == other.ascii(5_000))
    #expect(one.mixed(5_000) == other.mixed(5_000))
    #expect(Set(one.vocabulary).count == SyntheticText.vocabularyCount)
  }

  @Test("A kernel that gives another result each time is a fault")
  func unsteady() throws {
    var sampler = Sampler(samples: 3, groups: ["steady"])
    try sampler.measure("steady", "sum", unit: "integer", elements: 1_000) {
      (0..<1_000).reduce(into: UInt64(0)) { $0 = $0 &* 31 &+ UInt64($1) }
    }
    try sampler.measure("unwanted", "not run", unit: "integer", elements: 1) {
      throw Fault("it ran")
    }
    #expect(sampler.figures.count == 1)
    #expect(sampler.checksum != 0)
    var count: UInt64 = 0
    #expect(throws: Fault.self) {
      try sampler.measure("steady", "counter", unit: "call", elements: 1) {
        count += 1
        return count
      }
    }
  }
}

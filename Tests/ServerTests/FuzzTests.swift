import Glibc
import InvertedIndex
import JSON
import SocketClient
import Testing
import WireAPI

@testable import Server

/// Requests that are almost right, and some that are not at all. Longer: MARTLET_FUZZ_ROUNDS=100000; again: MARTLET_FUZZ_SEED.
@Suite("Rubbish over HTTP")
struct FuzzTests {
  private static let stories = [
    #"{"id": "a/1", "title": "Nuclear deterrent", "body": "The deterrent stays.", "tags": ["NATO"], "date": "2018-05-14", "n": 1}"#,
    #"{"id": "b", "title": "Herring ü", "body": "The price of herring fell.", "tags": ["market"], "date": "2020", "n": -2}"#,
  ]

  @Test("no request is answered by 500, by no problem of ours, or by silence")
  func requests() throws {
    let bench = IndexBench()
    try bench.commit("news", Self.stories)
    try bench.commit("other", [#"{"id": "x", "title": "Deterrent"}"#])
    try bench.start()
    try until { try bench.status() == "ready" }

    let seed = Self.setting("MARTLET_FUZZ_SEED") ?? UInt64.random(in: 1 ... .max)
    var random = FuzzRandom(state: seed)
    var client = try SocketClient(bench.path)
    var tally: [Int: Int] = [:]
    for round in 0..<Int(Self.setting("MARTLET_FUZZ_ROUNDS") ?? 500) {
      let request = FuzzRequest.draw(&random)
      let place = "seed \(seed), round \(round): \(request)"
      client.send(request.bytes)
      let answer = try answer(to: request, client, place)
      tally[answer.status, default: 0] += 1
      Self.check(answer, to: request, place)
      if answer.headers["connection"] == "close" { client = try SocketClient(bench.path) }
    }
    // The drawing is worth something if a good part is carried out and a good part refused.
    #expect(tally[200, default: 0] > 0 && tally[400, default: 0] > 0, "seed \(seed): \(tally)")
    #expect(try bench.search("news", "deterrent") == ["a/1"])
    #expect(try bench.status() == "ready")
  }

  private func answer(
    to request: FuzzRequest, _ client: SocketClient, _ place: String
  ) throws -> SocketClient.Answer {
    do {
      return try client.answer(head: request.method == "HEAD")
    } catch {
      Issue.record("\(place): \(error)")
      throw error
    }
  }

  private static func check(
    _ answer: SocketClient.Answer, to request: FuzzRequest, _ place: String
  ) {
    #expect(answer.headers["x-request-id"]?.isEmpty == false, "\(place)")
    guard answer.status >= 400 else { return }
    #expect(answer.headers["content-type"] == "application/problem+json", "\(place)")
    if request.method == "HEAD" {
      #expect(answer.status != 500, "\(place)")
      return
    }
    guard let problem = try? JSONValue.parse(answer.body) else {
      Issue.record("\(place): not JSON: \(answer.body)")
      return
    }
    // Health says 503 without being a problem.
    guard problem["indexes"] == nil else { return }
    let code = problem["code"]?.string.flatMap(Problem.Code.init)
    #expect(code != nil && code != .internalError, "\(place): \(answer.body)")
    #expect(code?.status == answer.status, "\(place): \(answer.body)")
    #expect(problem["status"]?.int == answer.status, "\(place): \(answer.body)")
    #expect(problem["detail"]?.string?.isEmpty == false, "\(place): \(answer.body)")
  }

  private static func setting(_ name: String) -> UInt64? {
    unsafe getenv(name).flatMap { unsafe UInt64(String(cString: $0)) }
  }
}

/// SplitMix64.
struct FuzzRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z &>> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z &>> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z &>> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func one<Element>(of elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &self)]
  }
}

import Glibc
import JSON
import Testing

@testable import InvertedIndex

/// SplitMix64: the same schedule for the same seed.
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite("Processes of the tool at the same index", .serialized)
struct ToolConcurrencyTests {
  /// A process of the schedule, and when it is shot.
  private struct Running {
    var process: ToolProcess
    var batch: Int
    /// Steps of the loop until SIGKILL; nil: it may end by itself.
    var fuse: Int?
  }

  /// Batches take turns in so many places: the later one replaces the documents of the earlier.
  private static let places = 5

  /// Each batch is one commit: all documents of its place, and one that every batch of the writer replaces.
  private static func batch(_ writer: String, _ number: Int, count: Int) -> String {
    var lines = ""
    for i in 0..<count {
      let id = "\(writer)\(number % places)-\(i)"
      lines +=
        #"{"id":"\#(id)","writer":"\#(writer)","batch":\#(number),"body":"words of \#(i)"}"# + "\n"
    }
    lines +=
      #"{"id":"latest-\#(writer)","writer":"\#(writer)","batch":\#(number),"body":"latest"}"# + "\n"
    return lines
  }

  @Test(
    "two writers and a rebuild, each killed at random: what was acknowledged is there, nothing by halves, no file is left over"
  )
  func kills() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = Seeded(state: seed)
    let bench = try ToolBench()
    let first = try bench.run(
      "index", "news", "-", input: ToolConcurrencyTests.batch("s", 0, count: 300))
    try #require(first.status == 0, "\(first.errors)")

    let writers = ["a", "b"]
    let size = 40
    var running: [String: Running] = [:]
    var next = ["a": 1, "b": 1]
    var acknowledged: [String: Set<Int>] = ["a": [], "b": []]
    var rebuilt = 0
    var rebuildKills = 0
    var failures: [String] = []
    let rounds = 30
    var rebuilds = 0
    while rebuilds < rounds || running["rebuild"] != nil {
      for writer in writers {
        guard let current = running[writer] else {
          let number = next[writer] ?? 1
          next[writer] = number + 1
          let file = try bench.file(
            "\(writer)\(number).jsonl", ToolConcurrencyTests.batch(writer, number, count: size))
          let fuse =
            Int.random(in: 0..<4, using: &random) == 0
            ? Int.random(in: 0..<60, using: &random) : nil
          running[writer] = Running(
            process: try bench.start("index", "news", "--quiet", file), batch: number, fuse: fuse)
          continue
        }
        guard current.process.hasEnded else { continue }
        let result = try current.process.wait()
        running[writer] = nil
        if result.status == 0 {
          acknowledged[writer]?.insert(current.batch)
        } else if result.signal != SIGKILL {
          failures.append("index: \(result)")
        }
      }
      if let current = running["rebuild"] {
        if current.process.hasEnded {
          let result = try current.process.wait()
          running["rebuild"] = nil
          if result.status == 0 { rebuilt += 1 }
          if result.signal == SIGKILL { rebuildKills += 1 }
          if result.status != 0, result.signal != SIGKILL { failures.append("rebuild: \(result)") }
        }
      } else if rebuilds < rounds {
        rebuilds += 1
        let fuse =
          Int.random(in: 0..<4, using: &random) == 0 ? nil : Int.random(in: 0..<100, using: &random)
        running["rebuild"] = Running(
          process: try bench.start("rebuild", "news", "--quiet"), batch: 0, fuse: fuse)
      }
      for (name, current) in running {
        guard let fuse = current.fuse else { continue }
        if fuse == 0 { current.process.kill(SIGKILL) }
        running[name]?.fuse = fuse - 1
      }
      usleep(3_000)
    }
    for writer in writers {
      guard let current = running[writer] else { continue }
      let result = try current.process.wait()
      if result.status == 0 { acknowledged[writer]?.insert(current.batch) }
    }
    #expect(failures.isEmpty, "seed \(seed): \(failures)")

    // What is there: of each writer and place the batches and how many of their documents.
    let export = try bench.run("export", "news")
    try #require(export.status == 0, "seed \(seed): \(export.errors)")
    var found: [String: [Int: Int]] = ["a": [:], "b": [:], "s": [:]]
    var latest: [String: Int] = [:]
    for line in export.output.split(separator: "\n") {
      let document = try JSONValue.parse(String(line))
      let writer = try #require(document["writer"]?.string)
      let batch = try #require(document["batch"]?.int)
      if document["id"]?.string?.hasPrefix("latest") == true {
        #expect(latest.updateValue(batch, forKey: writer) == nil, "seed \(seed): twice")
      } else {
        found[writer]?[batch, default: 0] += 1
      }
    }
    #expect(found["s"] == [0: 300], "seed \(seed)")
    for writer in writers {
      let batches = found[writer] ?? [:]
      for (number, count) in batches {
        #expect(count == size, "seed \(seed): half of batch \(writer)\(number)")
      }
      // A batch may be in without having been acknowledged: it was killed between its commit and its end.
      for place in 0..<ToolConcurrencyTests.places {
        let there = batches.keys.filter { $0 % ToolConcurrencyTests.places == place }.max() ?? 0
        let told =
          acknowledged[writer]?.filter { $0 % ToolConcurrencyTests.places == place }.max() ?? 0
        #expect(there >= told, "seed \(seed): \(writer)\(told) was acknowledged, \(there) is there")
      }
      #expect(latest[writer] == batches.keys.max(), "seed \(seed): the last batch in wins")
    }
    #expect(try bench.run("verify", "news").status == 0, "seed \(seed)")

    // The next run clears away what the dead left.
    #expect(
      try bench.run(
        "index", "news", "-", input: #"{"id":"last","writer":"s","batch":1,"body":"end"}"#
      ).status == 0)
    let directory = try IndexStore(path: bench.data).open("news")
    let manifest = try #require(try Commit.readManifest(directory))
    let named = Set(manifest.fileNames)
    let stray = bench.names(in: "data/news").filter { !named.contains($0) && $0.hasPrefix("w-") }
    #expect(stray.isEmpty, "seed \(seed): \(stray)")
    print(
      "two writers and a rebuild, seed \(seed): \(rebuilt) rebuilds ended, \(rebuildKills) were killed,"
    )
    print(
      "  batches acknowledged: \(acknowledged.mapValues(\.count)), begun: \(next.mapValues { $0 - 1 })"
    )
  }

  @Test("two writers at once both end, and all their documents are there")
  func twoWriters() throws {
    let bench = try ToolBench()
    let files = try ["a", "b"].map {
      try bench.file("\($0).jsonl", ToolConcurrencyTests.batch($0, 1, count: 2_000))
    }
    // Neither index nor schema is there: they meet at its making, too.
    let processes = try files.map { try bench.start("index", "news", "--commit-every", "200", $0) }
    for process in processes {
      let result = try process.wait()
      #expect(result.status == 0, "\(result.errors)")
    }
    #expect(try bench.run("count", "news").output == "4002\n")
    #expect(try bench.run("verify", "news").status == 0)
  }

  @Test("searches go on, and always see whole batches, while a writer commits and a rebuild runs")
  func readers() throws {
    let bench = try ToolBench()
    _ = try bench.run(
      "index", "news", "-q", "-", input: ToolConcurrencyTests.batch("a", 0, count: 50))
    for number in 1...4 {
      let file = try bench.file(
        "a\(number).jsonl", ToolConcurrencyTests.batch("a", number, count: 50))
      let work = [
        try bench.start("index", "news", "-q", file), try bench.start("rebuild", "news", "-q"),
      ]
      while !work.allSatisfy(\.hasEnded) {
        let result = try bench.run("count", "news", "words")
        #expect(result.status == 0, "\(result.errors)")
        #expect((Int(result.output.dropLast()) ?? 1) % 50 == 0)
      }
      for process in work {
        let result = try process.wait()
        #expect(result.status == 0, "\(result.errors)")
      }
    }
    #expect(try bench.run("count", "news", "words").output == "250\n")
  }
}

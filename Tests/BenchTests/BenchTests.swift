import JSON
import Measuring
import Testing

@testable import martlet_bench

@Suite("What the benchmarks compute")
struct BenchTests {
  @Test("Numbers for tables have the digits that were asked for")
  func decimals() {
    #expect(decimal(0.48475, 4) == "0.4848")
    #expect(decimal(12.05, 1) == "12.1" || decimal(12.05, 1) == "12.0")
    #expect(decimal(3.004, 2) == "3.00")
    #expect(decimal(-0.5, 1) == "-0.5")
    #expect(decimal(-0.04, 1) == "0.0")
    #expect(decimal(7, 0) == "7")
    #expect(decimal(.nan, 2) == "–")
  }

  @Test("Sizes on the command line have a unit")
  func sizes() {
    #expect(ByteCount(argument: "512M")?.bytes == 512 << 20)
    #expect(ByteCount(argument: "1.5GiB")?.bytes == 3 << 29)
    #expect(ByteCount(argument: "64kb")?.bytes == 64 << 10)
    #expect(ByteCount(argument: "268435456")?.bytes == 1 << 28)
    for text in ["", "M", "-1M", "1e3", "inf", ".5G", "1..2M", "9999999G"] {
      #expect(ByteCount(argument: text) == nil, "\(text)")
    }
  }

  @Test("A path of an index is its data directory and its name")
  func paths() {
    #expect(IndexPath.split("/data/big/") == ("/data", "big"))
    #expect(IndexPath.split("/big") == ("/", "big"))
    #expect(IndexPath.split("big") == (".", "big"))
  }

  @Test("The peers' queries are read as they mean them")
  func queries() throws {
    #expect(PeerQuery("7\tterm\tcat")?.text == "cat")
    #expect(PeerQuery("7\tintersection\tcat dog")?.text == "cat dog")
    #expect(PeerQuery("7\tunion\tcat dog eel")?.text == "cat OR dog OR eel")
    #expect(PeerQuery("7\tphrase\tcat dog")?.text == "\"cat dog\"")
    #expect(PeerQuery("7\tnegated\tcat dog")?.text == "cat -dog")
    #expect(PeerQuery("7\tand_or\tcat dog eel")?.text == "cat (dog OR eel)")
    #expect(PeerQuery("7\tunion\tcat dog")?.absent == "zzzabsentcat OR zzzabsentdog")
    for line in [
      "7\tnegated\tcat", "7\tterm\t", "7\tnear\tcat dog", "cat", "7\tand_or\tcat", "7\tterm\ta\tb",
    ] {
      #expect(PeerQuery(line) == nil, "\(line)")
    }
  }

  @Test("The times of a pass are summed up by type: over the queries, of each one's median")
  func times() throws {
    let queries = try ["1\tterm\ta", "2\tterm\tb", "3\tunion\ta b"].map {
      try #require(PeerQuery($0))
    }
    var times = PassTimes(queries: queries)
    for nanoseconds: UInt64 in [9_000, 1_000, 2_000] { times.add(.top10, 0, nanoseconds) }
    for nanoseconds: UInt64 in [4_000, 4_000, 5_000] { times.add(.top10, 1, nanoseconds) }
    for nanoseconds: UInt64 in [7_000, 8_000, 9_000] { times.add(.top10, 2, nanoseconds) }
    #expect(
      times.summary(.top10, type: "term")
        == .init(queries: 2, passes: 3, p50: 4, p99: 4, mean: 3))
    #expect(times.summary(.top10, type: nil)?.mean == (2.0 + 4 + 8) / 3)
    #expect(times.summary(.count, type: nil) == nil)
    #expect(times.summary(.top10, type: "phrase") == nil)
  }

  @Test("A report names the machine, the day, the commit and the command")
  func record() throws {
    let json = try JSONValue.parse(ReportOptions.report(RunRecord()) { $0.field("x", 1) })
    let run = try #require(json["run"])
    #expect(run["machine"]?["cores"]?.int ?? 0 > 0)
    #expect(run["machine"]?["memory_bytes"]?.int ?? 0 > 0)
    #expect(run["machine"]?["kernel"]?.string?.hasPrefix("Linux ") == true)
    #expect(run["date"]?.string?.count == 20)
    #expect(run["commit"]?.string?.isEmpty == false)
    #expect(run["command"]?.string?.isEmpty == false)
    #expect(json["x"] == 1)
  }

  @Test("A file for the results that cannot be written is refused at once")
  func output() throws {
    let folder = try TemporaryDirectory()
    #expect(throws: Never.self) {
      _ = try Micro.parse(["--output", "\(folder.path)/new.json"])
      _ = try Micro.parse(["--output", "/dev/null"])
    }
    for path in ["\(folder.path)/missing/new.json", "/dev/null/x"] {
      #expect(throws: (any Error).self) { _ = try Micro.parse(["--output", path]) }
      #expect(throws: (any Error).self) { _ = try Serve.parse(["a", "b", "--output", path]) }
    }
  }
}

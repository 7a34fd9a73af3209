import Measuring
import Testing

@testable import martlet_bench

@Suite("Counts of instructions")
struct InstructionTests {
  @Test("The file of the counts is read as it was written")
  func file() throws {
    let counts = InstructionCounts([("index", 1_234), ("COUNT/term", 56)])
    let text = counts.text(["two", "remarks"])
    #expect(text.hasPrefix("# two\n# remarks\nindex "))
    #expect(try InstructionCounts(text: text, path: "x") == counts)
    #expect(counts["COUNT/term"] == 56 && counts["merge"] == nil)
    for text in ["index", "index 1 2", "index x", "index 0", "index 1\nindex 2"] {
      #expect(throws: Fault.self) { try InstructionCounts(text: text, path: "x") }
    }
  }

  @Test("A tenth more is more, a tenth less is fewer, and nothing is passed over")
  func changes() {
    let file = InstructionCounts([("a", 1_000), ("b", 1_000), ("c", 1_000), ("gone", 1)])
    let counts = InstructionCounts([("a", 1_101), ("b", 899), ("c", 1_100), ("new", 1)])
    #expect(
      counts.changes(from: file, tolerance: 0.1) == [
        .init(name: "a", kind: .more, ratio: 1.101), .init(name: "b", kind: .fewer, ratio: 0.899),
        .init(name: "c", kind: .steady, ratio: 1.1), .init(name: "new", kind: .unknown),
        .init(name: "gone", kind: .missing),
      ])
  }

  @Test("Callgrind's total is found, and what is no part of its counts is not taken for one")
  func totals() {
    #expect(Callgrind.total("version: 1\nfn=(1) x\n16 400\n\ntotals: 12345\n") == 12_345)
    #expect(Callgrind.total("desc: Trigger: --dump-before\nsummary: 77\n") == 77)
    #expect(Callgrind.total("nothing\n") == nil)
  }

  @Test("What is measured is the same in every run: its corpus and its queries")
  func preparation() throws {
    let folders = [try TemporaryDirectory(), try TemporaryDirectory()]
    for folder in folders { try Operations(folder: folder.path).prepare(documents: 1 << 11) }
    for name in ["corpus.txt", "queries.tsv"] {
      let files = try folders.map { try readFile("\($0.path)/\(name)") }
      #expect(files[0] == files[1] && !files[0].isEmpty)
    }
    let queries = try PeerQuery.read("\(folders[0].path)/queries.tsv")
    for type in QueryRace.types { #expect(queries.contains { $0.type == type }) }
  }
}

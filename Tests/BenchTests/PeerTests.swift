import InvertedIndex
import JSON
import Measuring
import Testing

@testable import martlet_bench

/// The peers' corpus, indexed and asked as their harness does it.
@Suite("Corpus and queries of the peers")
struct PeerTests {
  private static let corpus = """
    10\ta b c a b
    11\tb c
    12\tc a
    13\tb a
    14\td

    """

  private func index(_ corpus: String, in folder: TemporaryDirectory, _ options: [String]) throws {
    try writeFile("\(folder.path)/corpus.txt", Array(corpus.utf8))
    let arguments = ["\(folder.path)/corpus.txt", "\(folder.path)/index"] + options
    var command = try IndexCorpus.parse(arguments)
    command.report.output = "\(folder.path)/report.json"
    try command.run()
  }

  private func searcher(_ folder: TemporaryDirectory) throws -> Searcher {
    Searcher(try IndexReader.open(FileSystemDirectory(path: "\(folder.path)/index")))
  }

  @Test("Every document is there, in one segment, with its docno alone", arguments: ["1", "2"])
  func build(threads: String) throws {
    let folder = try TemporaryDirectory()
    try index(Self.corpus, in: folder, ["--threads", threads, "--memory", "64M"])
    let reader = try searcher(folder).reader
    #expect(reader.documentCount == 5)
    #expect(reader.segments.count == 1)
    #expect(reader.deletedCount == 0)
    try reader.forEachDocument { id, fields in
      #expect(["10", "11", "12", "13", "14"].contains(id))
      #expect(fields.allSatisfy { $0.name == "id" })
    }
    #expect(try !readFile("\(folder.path)/report.json").isEmpty)
  }

  @Test("Each type of query matches what the peers mean by it, whatever the pass")
  func passes() throws {
    let folder = try TemporaryDirectory()
    try index(Self.corpus, in: folder, [])
    let searcher = try searcher(folder)
    let expected = [
      ("term\ta", 3), ("intersection\ta b", 2), ("union\ta d", 4), ("phrase\ta b", 1),
      ("phrase\tb a", 1), ("negated\ta b", 1), ("and_or\ta b c", 3), ("term\tzzz", 0),
    ]
    for (line, count) in expected {
      let query = try #require(PeerQuery("1\t\(line)"))
      for pass in Pass.allCases {
        let answer = try pass.run(query, searcher)
        #expect(answer.count == (pass == .absent ? 0 : count), "\(line) \(pass)")
        if pass == .dump { #expect(answer.hits.count == count) }
      }
    }
  }

  @Test("A line without a tab, a docno that comes twice and an index that is there are faults")
  func faults() throws {
    let folder = try TemporaryDirectory()
    #expect(throws: Fault.self) { try index("1\ta\nnope\n", in: folder, []) }
    let other = try TemporaryDirectory()
    #expect(throws: Fault.self) { try index("1\ta\n1\tb\n", in: other, []) }
    #expect(throws: Fault.self) { try index("1\ta\n", in: other, []) }
    #expect(throws: (any Error).self) {
      _ = try IndexCorpus.parse(["corpus", "index", "--memory", "256"])
    }
  }

  @Test("The directory may have any name, and those above it are made")
  func directories() throws {
    let folder = try TemporaryDirectory()
    try writeFile("\(folder.path)/corpus.txt", Array(Self.corpus.utf8))
    let directory = "\(folder.path)/New/Corpus 1.idx/"
    var command = try IndexCorpus.parse(["\(folder.path)/corpus.txt", directory])
    command.report.json = true
    try command.run()
    let reader = try IndexReader.open(FileSystemDirectory(path: directory))
    #expect(reader.documentCount == 5)
    #expect(throws: Fault.self) { try IndexPath.make("/dev/null/x") }
  }

  @Test("A line longer than the reader's buffer is one line, and the last needs no newline")
  func longLines() throws {
    let folder = try TemporaryDirectory()
    let long = String(repeating: "x ", count: 1 << 20)
    try writeFile("\(folder.path)/lines", Array("a\n\(long)\n\nb".utf8))
    guard var reader = CorpusReader(path: "\(folder.path)/lines") else {
      Issue.record("the file cannot be opened")
      return
    }
    var lengths: [Int] = []
    while reader.next({ lengths.append($0.byteCount) }) {}
    let failure = reader.failure
    #expect(lengths == [1, 2 << 20, 0, 1])
    #expect(failure == nil)
  }

  @Test("As a process: READY, a line a query for each pass, END, and the times at the end")
  func process() throws {
    let folder = try TemporaryDirectory()
    try index(Self.corpus, in: folder, [])
    try writeFile(
      "\(folder.path)/q.tsv", Array("1\tterm\ta\n2\tunion\tc d\n3\tterm\tzzz\n".utf8))
    let own = RunRecord.programPath
    let program = own[..<(own.lastIndex(of: "/") ?? own.startIndex)] + "/martlet-bench"
    let script = """
      printf 'PASS COUNT\\nPASS DUMP\\nPASS TOP_10\\n' | \
      "$0" serve "$1/index" "$1/q.tsv" --output "$1/times.json"
      """
    let output = try #require(
      Child.output(of: ["sh", "-c", script, String(program), folder.path]))
    let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 14 && lines[0].hasPrefix("READY ") && lines[13] == "")
    for end in [4, 8, 12] { #expect(lines[end] == "END") }
    let cells = lines.map { $0.split(separator: "\t") }
    #expect(cells[1...3].map { $0[1] } == ["3", "4", "0"])
    #expect(cells[5...7].map { $0[1] } == ["3", "4", "0"])
    #expect(cells[1...3].allSatisfy { $0.count == 4 && Int($0[2]) != nil && Int($0[3]) != nil })
    let hits = cells[5][4].split(separator: ",").map { $0.split(separator: ":") }
    #expect(Set(hits.map { $0[0] }) == ["10", "12", "13"])
    #expect(hits.allSatisfy { Double($0[1]) != nil })
    let times = try JSONValue.parse(readFile("\(folder.path)/times.json"))
    #expect(times["results"]?.array?.contains { $0["command"] == "DUMP" } == true)
    #expect(Child.output(of: ["sh", "-c", "echo nope | \"$0\" serve x y", String(program)]) == nil)
  }
}

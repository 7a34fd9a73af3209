import JSON
import Measuring
import Testing

@testable import martlet_bench

@Suite("The race against peers")
struct RaceTests {
  /// 600 documents of synthetic text.
  private func corpus(in folder: TemporaryDirectory) throws -> String {
    var text = SyntheticText(seed: 11)
    let lines = (0..<600).map { number in
      "d\(number)\t" + (0..<40).map { _ in text.word() }.joined(separator: " ") + "\n"
    }
    let path = "\(folder.path)/corpus.txt"
    try writeFile(path, Array(lines.joined().utf8))
    return path
  }

  private func index(_ corpus: String, in folder: TemporaryDirectory) throws -> String {
    var command = try IndexCorpus.parse([corpus, "\(folder.path)/index"])
    command.report.output = "\(folder.path)/index.json"
    try command.run()
    return "\(folder.path)/index"
  }

  /// Our engine as it answers a harness, beside the tests.
  private func serve(_ index: String) -> String {
    Peer.fill(
      "exec {program} serve {index} {queries}",
      ["program": OwnProgram.neighbour("martlet-bench"), "index": index])
  }

  // MARK: Queries

  @Test("Drawn queries are the same for the same corpus and seed, and other ones for another seed")
  func drawing() throws {
    let folder = try TemporaryDirectory()
    let corpus = try corpus(in: folder)
    let draw = { (seed: UInt64) throws -> [String] in
      var generator = try QueryGenerator(corpus: corpus, seed: seed)
      return generator.draw(.init(terms: 3, grams: [2: 10, 3: 6]))
    }
    let lines = try draw(1)
    #expect(try draw(1) == lines)
    #expect(try draw(2) != lines)
    let queries = try lines.map { try #require(PeerQuery($0)) }
    #expect(queries.map(\.number) == queries.indices.map { "\($0)" })
    for type in ["intersection", "union", "phrase"] {
      #expect(queries.count { $0.type == type } == 16)
    }
    #expect(queries.count { $0.type == "negated" } == 2)
    #expect(queries.contains { $0.type == "and_or" })
    #expect((6...15).contains(queries.count { $0.type == "term" }))
    let text = String(decoding: try readFile(corpus), as: UTF8.self)
    for query in queries where query.type == "phrase" {
      let words = query.text.dropFirst().dropLast()
      #expect(text.contains(" \(words)") || text.contains("\t\(words)"), "\(words)")
    }
  }

  @Test("Words are counted once a document, whatever is between them")
  func frequencies() {
    var counts = DocumentFrequencies()
    for line in ["1\ta b a", "2\t b  c ", "3\ta", "4\t", "5\tb\tx"] {
      counts.add(Array(line.utf8), from: 2)
    }
    #expect(counts.documentCount == 5)
    let expected = [("a", 2), ("b", 3), ("c", 1), ("x", 1), ("1", 0)]
    for (word, count) in expected { #expect(counts.count(of: Array(word.utf8)) == count) }
    #expect(counts.words(from: 2, below: 3) == ["a"])
    for number in 0..<20_000 { counts.add(Array("w\(number) w\(number / 2)".utf8), from: 0) }
    for number in [0, 777, 9_999] { #expect(counts.count(of: Array("w\(number)".utf8)) >= 2) }
    #expect(counts.count(of: Array("w19999".utf8)) == 1)
  }

  @Test("A corpus of another size has every so-manieth document, or all under other names")
  func scales() throws {
    let folder = try TemporaryDirectory()
    let path = "\(folder.path)/corpus.txt"
    try writeFile(path, Array("a\tx y\nb\ty\nc\tz \"q\"".utf8))
    func lines(_ corpus: ScaledCorpus) throws -> String {
      var all: [UInt8] = []
      try corpus.forEachLine { all += $0 }
      return String(decoding: all, as: UTF8.self)
    }
    #expect(try lines(.init(path: path, divisor: 2)) == "a\tx y\nc\tz \"q\"\n")
    #expect(
      try lines(.init(path: path, copies: 2))
        == "a\tx y\nb\ty\nc\tz \"q\"\na-1\tx y\nb-1\ty\nc-1\tz \"q\"\n")
    try ScaledCorpus(path: path).writeJSONLines("\(folder.path)/x.jsonl")
    let json = String(decoding: try readFile("\(folder.path)/x.jsonl"), as: UTF8.self)
    let values = try json.split(separator: "\n").map { try JSONValue.parse(Array($0.utf8)) }
    #expect(
      values == [
        ["id": "a", "text": "x y"], ["id": "b", "text": "y"], ["id": "c", "text": "z \"q\""],
      ])
  }

  // MARK: Peers

  @Test("Peers come from a file or the command line; what is not known is refused")
  func peers() throws {
    let folder = try TemporaryDirectory()
    let path = "\(folder.path)/peers.json"
    func read(_ text: String) throws -> [Peer] {
      try writeFile(path, Array(text.utf8))
      return try PeerList.read(path)
    }
    var expected = Peer(name: "A", serve: "a {queries}", passes: ["TOP_10"], warm: 3)
    expected.note = "n"
    #expect(
      try read(
        #"[{"name":"A","serve":"a {queries}","passes":["TOP_10"],"warm":3,"note":"n"}]"#)
        == [expected])
    #expect(expected.isAsked("TOP_10") && !expected.isAsked("COUNT"))
    for text in [
      "", "{}", "[{}]", #"[{"name":"A","serv":"x"}]"#, #"[{"name":"A","passes":["TOP_7"]}]"#,
    ] {
      #expect(throws: Fault.self) { try read(text) }
    }
    #expect(PeerList.split("A=b c=d")?.command == "b c=d")
    for text in ["A", "=b", "A="] { #expect(PeerList.split(text) == nil) }
    #expect(Peer.fill("x {a} {b}", ["a": "it's", "b": "c d"]) == #"x 'it'\''s' 'c d'"#)
  }

  @Test("A line of an engine's answer has a number, a count and two times")
  func lines() {
    #expect(
      EngineProcess.parse("7\t12\t3000\t2000\ta:2.5,b:1.25,")
        == .init(number: "7", count: 12, wall: 3_000, cpu: 2_000, scores: [2.5, 1.25]))
    for text in ["", "7\t12\t3000", "7\tx\t1\t1"] { #expect(EngineProcess.parse(text) == nil) }
  }

  @Test("Engines in turn, one that does not start left out; the results survive their file")
  func race() throws {
    let folder = try TemporaryDirectory()
    let corpus = try corpus(in: folder)
    let index = try index(corpus, in: folder)
    let queries = "\(folder.path)/queries.tsv"
    var generator = try QueryGenerator(corpus: corpus, seed: 1)
    let lines = generator.draw(.init(terms: 2, grams: [2: 6]))
    try writeFile(queries, Array(lines.joined(separator: "\n").utf8))
    let partly = Peer(name: "Partly", serve: serve(index), passes: ["TOP_10"], warm: 0)
    let race = try QueryRace(
      queries: queries,
      engines: [
        Peer(name: "Martlet", serve: serve(index), warm: 0),
        Peer(name: "Nobody", serve: "exit 3"), partly,
        Peer(name: "Peer", serve: "cd / && " + serve(index), warm: 1),
      ], rounds: 2, progress: { _ in })
    #expect(race.engines.map(\.name) == ["Martlet", "Partly", "Peer"])
    #expect(race.remarks.count == 1 && race.remarks[0].hasPrefix("Nobody "))
    #expect(race.yardstick(nil)?.name == "Partly" && race.yardstick("Peer")?.name == "Peer")
    let peer = race.engines[2]
    #expect(race.differingCounts(peer).map { [$0.differ, $0.of] } == [0, lines.count])
    #expect(peer.comparedProfiles > 0 && peer.sameProfiles == peer.comparedProfiles)
    #expect(peer.memory.resident > 0 && (peer.open ?? 0) > 0)
    #expect(race.engines[1].times["COUNT"] == nil && race.engines[1].counts.isEmpty)
    for type in QueryRace.types {
      #expect((race.distribution(peer, "TOP_100", type)?.mean ?? 0) > 0)
    }

    let results = try results(race)
    try writeFile("\(folder.path)/race.json", results.bytes)
    let read = try RaceResults(path: "\(folder.path)/race.json")
    #expect(read.names == results.names)
    #expect(read.indexing == results.indexing && read.serving == results.serving)
    #expect(read.queries?.engines.map(\.counts) == race.engines.map(\.counts))
    #expect(read.growth?.sizes == results.growth?.sizes)
    #expect(read.fts5 == results.fts5 && read.fts5?.rows.first?.top10 == 250)
  }

  @Test("An engine that ends in the middle is a fault, not a wait", .timeLimit(.minutes(1)))
  func ending() throws {
    let process = try EngineProcess(name: "x", command: "echo hello; echo READY 5 6; read line")
    #expect(process.openNanoseconds == 5)
    #expect(throws: Fault.self) { try process.pass("COUNT") }
  }

  @Test("An index is built by the command of each; one that fails is left out")
  func building() throws {
    let folder = try TemporaryDirectory()
    let corpus = try corpus(in: folder)
    let race = try IndexingRace(
      corpus: corpus,
      peers: [
        Peer(name: "Copy", index: "mkdir {index} && cp {corpus} {index}/{threads}"),
        Peer(name: "None", index: "false"), Peer(name: "Mute"),
      ], threads: [1, 2], rounds: 2, place: { "\(folder.path)/\($0.name)" }, progress: { _ in })
    #expect(race.builds.map(\.name) == ["Copy", "Copy"] && race.builds.map(\.threads) == [1, 2])
    #expect(race.builds.allSatisfy { $0.size >= race.corpusBytes && $0.peakMemory > 0 })
    #expect(race.remarks.count == 1 && race.remarks[0].hasPrefix("None "))
  }

  // MARK: The page

  /// Results with every part in them.
  private func results(_ race: QueryRace) throws -> RaceResults {
    var results = RaceResults(corpus: .init(name: "corpus <x>.txt", documents: 600, bytes: 99))
    let run = RunRecord()
    results.set("queries", race.json, run: run)
    var indexing = IndexingRace(corpusBytes: 1 << 20)
    for (name, threads) in [("Martlet", 1), ("Martlet", 2), ("Peer", 1)] {
      indexing.builds.append(
        .init(name: name, threads: threads, wall: 2, processor: 3, peakMemory: 4 << 20, size: 5))
    }
    results.set("indexing", indexing.json, run: run)
    var serving = Serving()
    serving.open = 300
    serving.above = .init(p50: 20, p99: 50, mean: 25)
    serving.floor = .init(p50: 10, p99: 30, mean: 12)
    serving.throughput = [1: 1_000, 2: 1_900]
    results.set("serving", serving.json, run: run)
    results.set("growth", growth().json, run: run)
    let fts5 = try JSONValue.parse(
      Array(
        """
        {"sqlite":"3.40","documents":{"count":600},"size":{"ratio":2},"disagreements":[],"build":
        {"martlet":{"threads":1,"wall":2},"fts5":{"threads":1,"wall":9},"ratio":{"wall":4.5}},
        "queries":{"or":{"queries":5,"count":{"ratio":{"mean":30}},"top_10":{"ratio":{"mean":250},
        "martlet":{"mean":10},"fts5":{"mean":2500}}}}}
        """.utf8))
    results.set("fts5", fts5, run: run)
    return results
  }

  /// Three sizes, time growing as the root of the documents, but for unions, which grow in step.
  private func growth() -> Growth {
    var race = QueryRace(json: ["types": ["term", "union"], "rounds": 1, "engines": []])!
    var sizes: [Growth.Size] = []
    for documents in [100, 10_000, 1_000_000] {
      var engine = QueryRace.Engine(name: "\(documents)")
      engine.times["TOP_10"] = [Double(documents).squareRoot(), Double(documents)]
      race.engines.append(engine)
      sizes.append(.init(documents: documents, size: documents * 8, wall: 1, peakMemory: 1))
    }
    return Growth(sizes: sizes, race: race)
  }

  @Test("The slope of growth is the exponent of the documents")
  func slopes() throws {
    let growth = growth()
    #expect(abs(try #require(growth.slope("TOP_10", "term", \.mean)) - 0.5) < 1e-9)
    #expect(abs(try #require(growth.slope("TOP_10", "union", \.p50)) - 1) < 1e-9)
    #expect(growth.slope("COUNT", "term", \.mean) == nil)
  }

  @Test("The page is drawn from the results alone, is well-formed and fetches nothing")
  func page() throws {
    let folder = try TemporaryDirectory()
    let times = JSONValue.array((1...8).map { .double(Double($0)) })
    let types = JSONValue.array(
      (QueryRace.types + QueryRace.types).map { .string($0) })
    let engines = ["Martlet", "Martlet reordered", "Peer & <co>"].map { name -> JSONValue in
      [
        "name": .string(name), "counts": .array((1...8).map { .integer($0) }),
        "cpu_us": ["COUNT": times, "TOP_10": times, "TOP_100": times, "TOP_10_COUNT": times],
      ]
    }
    let race = try #require(
      QueryRace(json: ["types": types, "rounds": 3, "engines": .array(engines)]))
    let results = try results(race)
    try writeFile("\(folder.path)/race.json", results.bytes)
    let readme = "# X\n\(RaceSummary.begin)\nold\n\(RaceSummary.end)\nrest\n"
    try writeFile("\(folder.path)/README.md", Array(readme.utf8))
    try All.Report(results: try RaceResults(path: "\(folder.path)/race.json"))
      .write(html: "\(folder.path)/race.html", readme: "\(folder.path)/README.md")
    let page = String(decoding: try readFile("\(folder.path)/race.html"), as: UTF8.self)
    #expect(page.hasPrefix("<!DOCTYPE html>"))
    for banned in ["src=", "href=", "url(", "@import", "<script", "<link", "xmlns", "<co>", "<x>"] {
      #expect(!page.contains(banned), "\(banned)")
    }
    #expect(page.split(separator: "<svg").count == 1 + 1 + 4 + 1 + 1)
    var open: [Substring] = []
    for piece in page.split(separator: "<").dropFirst() {
      let tag = piece.prefix { $0 != ">" && $0 != " " }
      if tag == "meta" { continue }
      if tag.first == "/" { #expect(open.popLast() == tag.dropFirst()) } else { open.append(tag) }
    }
    #expect(open.isEmpty)

    let text = String(decoding: try readFile("\(folder.path)/README.md"), as: UTF8.self)
    #expect(text.hasPrefix("# X\n\(RaceSummary.begin)\n| share of Peer & <co>'s time |"))
    #expect(text.hasSuffix("\(RaceSummary.end)\nrest\n") && !text.contains("old"))
    #expect(text.contains("| best 10 | 1.00 (1.00) |"))
    #expect(text.contains(" cores; 20") && !text.contains(folder.path))
    #expect(RaceSummary(results: results).put(into: "# X\n") == nil)
  }

  @Test("What is no file of results is refused with its name")
  func otherFiles() throws {
    let folder = try TemporaryDirectory()
    for text in [
      "", "[]", "{}",
      #"{"corpus":{"name":"c","documents":1,"bytes":2},"parts":{"queries":{"result":{"types":[]}}}}"#,
    ] {
      try writeFile("\(folder.path)/r.json", Array(text.utf8))
      #expect(throws: Fault.self) { try RaceResults(path: "\(folder.path)/r.json") }
    }
    for arguments in [
      ["c", "--only", "nothing"], ["c", "--peer", "x"], ["c", "--queries", "q", "--seed", "1"],
      ["c", "--rounds", "0"],
    ] {
      #expect(throws: (any Error).self) { _ = try All.parse(arguments) }
    }
  }
}

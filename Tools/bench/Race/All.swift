import ArgumentParser
import Glibc
import JSON
import Measuring

/// The whole race, part by part, to one page.
struct All: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all", abstract: "Race against the peers, and draw a page with plots.",
    discussion: """
      PARTS (--only chooses; each is written to the results as soon as it is done, and replaces what is there)
        indexing   ours and the peers that can, with one and two threads
        queries    COUNT, TOP_10, TOP_100 and TOP_10_COUNT by type of query, engines in turn pass by pass
        serving    opening, memory, what the socket adds, a second worker (needs martletd beside this program)
        growth     a twelfth, a quarter, all, and four times the documents
        fts5       SQLite FTS5 on the same documents (needs martlet-compare beside this program)

      The peers come from --peers FILE, a JSON list of objects: `name`; `serve`, a shell's command line that speaks the \
      protocol of `martlet-bench serve` (`{index}`, `{queries}`); `index`, one that builds \
      (`{corpus}`, `{index}`, `{threads}`); and if need be `passes`, `warm`, `note`. Where `{index}` stands the race uses a \
      directory of its own in --work, built if it is not there. Tools/bench/README.md says where to get peers. What does not \
      start is left out, with a word.

      EXAMPLES
        martlet-bench all corpus.txt --work /var/tmp/race --peers peers.json
        martlet-bench all corpus.txt --work /var/tmp/race --quick --only queries --seed 7
        martlet-bench all corpus.txt --work /var/tmp/race --only growth --readme README.md
        martlet-bench all corpus.txt --peer 'Lucene=./lucene.sh bench idx/lucene {queries}'
      """)

  @Argument(help: "The corpus: `docno TAB words` a line, words of small letters and digits.")
  var corpus: String
  @Option(
    help: ArgumentHelp(
      "Keep indexes and queries here, and use those that are here. Default: removed at the end.",
      valueName: "dir"))
  var work: String?
  @Option(
    help: ArgumentHelp("A part; may be given several times. Default: all.", valueName: "part"))
  var only: [String] = []
  @Flag(help: "Fewer queries and rounds, and no larger corpus: minutes instead of an hour.")
  var quick = false
  @Option(help: ArgumentHelp("The peers, as JSON.", valueName: "file")) var peers: String?
  @Option(
    help: ArgumentHelp("One more that answers queries.", valueName: "name=command"))
  var peer: [String] = []
  @Option(help: ArgumentHelp("How a peer builds its index.", valueName: "name=command"))
  var peerIndex: [String] = []
  @Option(help: ArgumentHelp("The peer that others are shares of (the first).", valueName: "name"))
  var yardstick: String?
  @Option(help: ArgumentHelp("Our index, if it is built already.", valueName: "dir"))
  var index: String?
  @Option(help: ArgumentHelp("One with its documents reordered: a row more.", valueName: "dir"))
  var reordered: String?
  @Option(help: ArgumentHelp("Queries, as serve takes them.", valueName: "file"))
  var queries: String?
  @Option(help: ArgumentHelp("Draw the queries with this seed.", valueName: "n")) var seed: UInt64?
  @Option(help: ArgumentHelp("Rounds of each pass (5; quick: 2).", valueName: "n")) var rounds: Int?
  @Option(help: ArgumentHelp("Queries of each type for FTS5 (40; quick: 10).", valueName: "n"))
  var fts5Queries: Int?
  @Option(help: ArgumentHelp("All results, raw times included.", valueName: "file"))
  var results = "race.json"
  @Option(help: ArgumentHelp("The page.", valueName: "file")) var html = "race.html"
  @Option(
    help: ArgumentHelp(
      "Put the short table between the marks of this file.", valueName: "file"))
  var readme: String?

  private var parts: [String] {
    RaceResults.parts.filter { only.isEmpty || only.contains($0) }
  }

  func validate() throws {
    for part in only where !RaceResults.parts.contains(part) {
      throw ValidationError(
        "--only: \(part) is none of \(RaceResults.parts.joined(separator: ", ")).")
    }
    for text in peer + peerIndex where PeerList.split(text) == nil {
      throw ValidationError("\(text): expected NAME=COMMAND.")
    }
    guard queries == nil || seed == nil else {
      throw ValidationError("Either --queries or --seed.")
    }
    guard (1...1_000).contains(rounds ?? 1), (1...10_000).contains(fts5Queries ?? 1) else {
      throw ValidationError("--rounds: 1 to 1000; --fts5-queries: 1 to 10000.")
    }
    for path in [results, html] { try ReportOptions.check(path) }
  }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    let rivals = try peerList()
    let temporary = work == nil ? try TemporaryDirectory() : nil
    try IndexPath.make(self.work ?? ".")
    // Peers may run elsewhere.
    let work = try DiskUse.absolute(self.work ?? temporary?.path ?? ".")
    let corpus = try DiskUse.absolute(self.corpus)
    var results = try start()
    let race = RacePlaces(work: work, corpus: corpus, index: index)
    for part in parts {
      let run = RunRecord()
      let say = { (text: String) in Self.say("\(part): \(text)") }
      do {
        results.set(part, try measure(part, race, rivals, say), run: run)
        try writeFile(self.results, results.bytes)
      } catch let fault as Fault {
        say("left out: \(fault)")
      }
    }
    try Report(results: results, yardstick: yardstick).write(html: html, readme: readme)
  }

  private func measure(
    _ part: String, _ race: RacePlaces, _ rivals: [Peer], _ say: (String) -> Void
  ) throws -> JSONValue {
    let ours = Peer(name: QueryRace.ours, serve: nil, index: OwnProgram.index)
    switch part {
    case "indexing":
      return try IndexingRace(
        corpus: race.corpus, peers: [ours] + rivals, threads: [1, 2], rounds: 1,
        place: race.place, progress: say
      ).json
    case "queries":
      let queries = try queryFile(race, say)
      var engines = [Peer(name: QueryRace.ours, serve: OwnProgram.serve(try race.index(say)))]
      if let reordered {
        engines.append(
          Peer(name: "\(QueryRace.ours) reordered", serve: OwnProgram.serve(reordered)))
      }
      for rival in rivals where rival.serve != nil {
        if let rival = race.withIndex(rival, say) { engines.append(rival) }
      }
      return try QueryRace(
        queries: queries, engines: engines, rounds: rounds ?? (quick ? 2 : 5), isQuick: quick,
        progress: say
      ).json
    case "serving":
      return try Serving(
        index: try race.index(say), queries: try queryFile(race, say), isQuick: quick,
        progress: say
      ).json
    case "growth":
      let scales = [(12, 1), (4, 1), (1, 1), (1, 4)].prefix(quick ? 3 : 4).map {
        ScaledCorpus(path: corpus, divisor: $0.0, copies: $0.1)
      }
      return try Growth(
        scales: scales, queries: try queryFile(race, say), work: race.work,
        rounds: rounds ?? (quick ? 2 : 3), progress: say
      ).json
    default:
      return try BesideFTS5.run(
        ScaledCorpus(path: corpus, divisor: quick ? 12 : 1), queries: try queryFile(race, say),
        count: fts5Queries ?? (quick ? 10 : 40), isQuick: quick, work: race.work, progress: say)
    }
  }

  /// What an earlier run found out about the same corpus, or nothing.
  private func start() throws -> RaceResults {
    let bytes = try DiskUse.bytes(corpus)
    if DiskUse.exists(results), let earlier = try? RaceResults(path: results),
      earlier.corpus.name == IndexPath.split(corpus).name, earlier.corpus.bytes == bytes
    {
      return earlier
    }
    guard let lines = Child.output(of: ["wc", "-l", corpus])?.split(separator: " ").first,
      let documents = Int(lines)
    else { throw Fault("\(corpus) cannot be read") }
    return RaceResults(
      corpus: .init(name: IndexPath.split(corpus).name, documents: documents, bytes: bytes))
  }

  private func peerList() throws -> [Peer] {
    var all = try peers.map(PeerList.read) ?? []
    for (text, isIndex) in peer.map({ ($0, false) }) + peerIndex.map({ ($0, true) }) {
      guard let (name, command) = PeerList.split(text) else { continue }
      let place = all.firstIndex { $0.name == name } ?? all.count
      if place == all.count { all.append(Peer(name: name)) }
      if isIndex { all[place].index = command } else { all[place].serve = command }
    }
    return all
  }

  /// The queries that were given, or those of the seed, drawn when they are first needed: by a process of its own, so that
  /// its memory is not inherited by those that are measured.
  private func queryFile(_ race: RacePlaces, _ say: (String) -> Void) throws -> String {
    if let queries { return try DiskUse.absolute(queries) }
    let path = "\(race.work)/queries-\(quick ? "quick-" : "")\(seed ?? 1).tsv"
    guard !DiskUse.exists(path) else { return path }
    say("drawing queries")
    let child = try Child(
      [RunRecord.programPath, "queries", race.corpus, "--seed", "\(seed ?? 1)", "--output", path]
        + (quick ? ["--quick"] : []), output: STDERR_FILENO, errors: STDERR_FILENO)
    guard try child.wait().status == 0 else { throw Fault("no queries were drawn") }
    return path
  }

  static func say(_ text: String) {
    try? writeAll(Array("martlet-bench: \(text)\n".utf8), to: STDERR_FILENO, "standard error")
  }

  /// The page and the table, from results.
  struct Report {
    var results: RaceResults
    var yardstick: String?

    func write(html: String, readme: String?) throws {
      let page = RacePage(results: results, yardstick: yardstick).text
      try writeFile(html, Array(page.utf8))
      let summary = RaceSummary(results: results, yardstick: yardstick)
      if let readme {
        let text = String(decoding: try readFile(readme), as: UTF8.self)
        guard let changed = summary.put(into: text) else {
          throw Fault(
            "\(readme): there are no lines `\(RaceSummary.begin)` and `\(RaceSummary.end)`")
        }
        try writeFile(readme, Array(changed.utf8))
      }
      try writeAll(Array(summary.markdown.utf8), to: STDOUT_FILENO, "standard output")
    }
  }
}

/// Where the indexes of a race are.
struct RacePlaces {
  let work: String
  let corpus: String
  /// Ours, when it was given.
  let index: String?

  /// The directory of an engine's index.
  func place(_ peer: Peer) -> String {
    let name = peer.name.lowercased().map { $0.isLetter || $0.isNumber ? String($0) : "-" }
    return "\(work)/\(name.joined())"
  }

  /// Our index, built if it is not there.
  func index(_ say: (String) -> Void) throws -> String {
    if let index { return index }
    let ours = Peer(name: QueryRace.ours, index: OwnProgram.index)
    let path = place(ours)
    if !DiskUse.exists(path) {
      say("building \(path)")
      _ = try IndexingRace.build(ours.name, OwnProgram.index, corpus, path, threads: 2)
    }
    return path
  }

  /// A peer whose command names its index, built if it is not there; nil when that fails.
  func withIndex(_ peer: Peer, _ say: (String) -> Void) -> Peer? {
    guard let serve = peer.serve, serve.contains("{index}") else { return peer }
    var peer = peer
    let path = place(peer)
    if !DiskUse.exists(path) {
      guard let command = peer.index else {
        say("\(peer.name) is left out: it has no index in \(path), and none can be built")
        return nil
      }
      say("building \(path)")
      do {
        _ = try IndexingRace.build(peer.name, command, corpus, path, threads: 2)
      } catch {
        say("\(peer.name) is left out: \(error)")
        return nil
      }
    }
    peer.serve = Peer.fill(serve, ["index": path])
    return peer
  }
}

/// Draws the page of a race again.
struct PageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "page", abstract: "Draw the page of a race from its results.",
    discussion: """
      EXAMPLES
        martlet-bench page race.json --html race.html
        martlet-bench page race.json --readme README.md --yardstick Lucene
      """)

  @Argument(help: "What `martlet-bench all` wrote.") var results: String
  @Option(help: ArgumentHelp("The page.", valueName: "file")) var html = "race.html"
  @Option(
    help: ArgumentHelp("Put the short table between the marks of this file.", valueName: "file"))
  var readme: String?
  @Option(help: ArgumentHelp("The peer that others are shares of (the first).", valueName: "name"))
  var yardstick: String?

  func validate() throws { try ReportOptions.check(html) }

  func run() throws {
    try All.Report(results: try RaceResults(path: results), yardstick: yardstick)
      .write(html: html, readme: readme)
  }
}

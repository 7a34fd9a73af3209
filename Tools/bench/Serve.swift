import ArgumentParser
import Glibc
import InvertedIndex
import Measuring

/// Answers passes over a list of queries, each timed by itself, as the peers' harness asks for them.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Time queries, pass by pass, as standard input asks.",
    discussion: """
      Prints `READY open_ns first_query_ns`. For each line `PASS COMMAND` (COUNT, TOP_10, TOP_100, \
      TOP_10_COUNT, ABSENT, DUMP) it answers one line a query, `number TAB count TAB wall_ns TAB cpu_ns`, \
      for DUMP also `TAB docno:score,…` of the best ten, then END. Times include reading the query's text. ABSENT \
      asks for words that no document has; the count of TOP_10 and TOP_100 is that of the hits.

      With --output the times of all passes are written at the end: for each command and type of query the p50, p99 and \
      mean over the queries of each query's median over the passes.

      EXAMPLES
        printf 'PASS COUNT\\nPASS TOP_10\\n' | martlet-bench serve /tmp/big queries.tsv
        yes 'PASS TOP_10' | head -n 5 | martlet-bench serve /tmp/big q.tsv --output o.json
      """)

  @Argument(help: "Directory of the index.") var directory: String
  @Argument(
    help: """
      Queries: `number TAB type TAB words` a line; term, intersection, union, phrase, negated (the first word \
      without the second) or and_or (the first and any of the rest).
      """) var queries: String
  @Option(help: ArgumentHelp("Write JSON with the times at the end.", valueName: "file"))
  var output: String?

  func validate() throws { try ReportOptions.check(output) }

  func run() throws {
    let all = try PeerQuery.read(queries)
    let record = RunRecord()
    let begin = Clock.wall()
    let searcher = Searcher(try IndexReader.open(FileSystemDirectory(path: directory)))
    let opened = Clock.wall()
    _ = try searcher.rank(Pass.top10.request("zzzabsent"))
    let first = Clock.wall()
    try say(
      "READY \(opened - begin) \(first - opened) segs=\(searcher.reader.segments.count) "
        + "docs=\(searcher.reader.documentCount)\n")
    var times = PassTimes(queries: all)
    while let line = readLine() {
      let words = line.split(separator: " ")
      if words.isEmpty { continue }
      guard words.count == 2, words[0] == "PASS", let pass = Pass(rawValue: String(words[1])) else {
        throw Fault("\(line): expected PASS and one of \(Pass.names)")
      }
      var text = ""
      for (place, query) in all.enumerated() {
        let wall = Clock.wall()
        let cpu = Clock.thread()
        let answer = try pass.run(query, searcher)
        let took = (wall: Clock.wall() - wall, cpu: Clock.thread() - cpu)
        times.add(pass, place, took.cpu)
        text += "\(query.number)\t\(answer.count)\t\(took.wall)\t\(took.cpu)"
        if !answer.hits.isEmpty {
          text += "\t"
          for hit in answer.hits { text += "\(try searcher.id(of: hit.document)):\(hit.score)," }
        }
        text += "\n"
      }
      try say(text + "END\n")
    }
    if let output { try writeFile(output, times.json(record) + [0x0a]) }
  }

  private func say(_ text: String) throws(Fault) {
    try writeAll(Array(text.utf8), to: STDOUT_FILENO, "standard output")
  }
}

/// What a pass asks of each query.
enum Pass: String, CaseIterable {
  case count = "COUNT"
  case top10 = "TOP_10"
  case top100 = "TOP_100"
  case top10Count = "TOP_10_COUNT"
  case absent = "ABSENT"
  case dump = "DUMP"

  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  func request(_ text: String) -> SearchRequest {
    var request = SearchRequest(query: text)
    switch self {
    case .count: request.limit = 0
    case .top100: request.limit = 100
    case .top10, .top10Count, .absent, .dump: request.limit = 10
    }
    request.total = self == .top10 || self == .top100 ? .atLeast : .exact
    return request
  }

  func run(
    _ query: PeerQuery, _ searcher: Searcher
  ) throws -> (count: Int, hits: [(document: UInt32, score: Float)]) {
    let request = request(self == .absent ? query.absent : query.text)
    switch self {
    case .count: return (try searcher.count(request).total.value, [])
    case .top10, .top100: return (try searcher.rank(request).hits.count, [])
    case .top10Count, .absent: return (try searcher.rank(request).total.value, [])
    case .dump:
      let ranking = try searcher.rank(request)
      return (ranking.total.value, ranking.hits)
    }
  }
}

/// A query of the peers, in our query language.
struct PeerQuery {
  let number: String
  let type: String
  let text: String
  /// The same of words that no document has.
  let absent: String

  /// - Throws: `Fault` with the line's number.
  static func read(_ path: String) throws -> [PeerQuery] {
    guard var lines = CorpusReader(path: path) else { throw Fault(path: path, errno: errno) }
    var all: [PeerQuery] = []
    var number = 0
    while try lines.next({ line in
      number += 1
      let text = unsafe line.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
      if text.isEmpty { return }
      guard let query = PeerQuery(text) else {
        throw Fault("\(path):\(number): expected `number TAB type TAB words`, not: \(text)")
      }
      all.append(query)
    }) {}
    if let code = lines.failure { throw Fault(path: path, errno: code) }
    guard !all.isEmpty else { throw Fault("\(path): no queries") }
    return all
  }

  init?(_ line: String) {
    let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    let words = parts[2].split(separator: " ").map(String.init)
    guard let text = Self.text(parts[1], words),
      let absent = Self.text(parts[1], words.map { "zzzabsent\($0)" })
    else { return nil }
    number = String(parts[0])
    type = String(parts[1])
    self.text = text
    self.absent = absent
  }

  private static func text(_ type: Substring, _ words: [String]) -> String? {
    guard let first = words.first else { return nil }
    switch type {
    case "term": return words.count == 1 ? first : nil
    case "intersection": return words.joined(separator: " ")
    case "union": return words.joined(separator: " OR ")
    case "phrase": return "\"\(words.joined(separator: " "))\""
    case "negated": return words.count == 2 ? "\(first) -\(words[1])" : nil
    case "and_or":
      return words.count > 1 ? "\(first) (\(words[1...].joined(separator: " OR ")))" : nil
    default: return nil
    }
  }
}

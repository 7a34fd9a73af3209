import ArgumentParser
import Glibc
import InvertedIndex

/// Answers passes over a list of queries, each timed by itself, as the peers' harness asks for them.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Time queries, pass by pass, on standard input's command.",
    discussion: """
      Prints `READY open_ns first_query_ns`. For each line `PASS COMMAND` (COUNT, TOP_10, TOP_100, \
      TOP_10_COUNT, ABSENT, DUMP) it answers one line a query, `number TAB count TAB wall_ns TAB cpu_ns`, \
      for DUMP also `TAB docno:score,…`, then END. Times include reading the query's text.
      """)

  @Argument(help: "Directory of the index.") var directory: String
  @Argument(help: "Queries: `number TAB type TAB words` a line.") var queries: String

  func run() throws {
    let all = try queryList()
    let begin = Clock.wall()
    let searcher = Searcher(try IndexReader.open(FileSystemDirectory(path: directory)))
    let opened = Clock.wall()
    _ = try searcher.rank(request("zzzabsent", limit: 10, exact: false))
    let first = Clock.wall()
    print(
      "READY \(opened - begin) \(first - opened) segs=\(searcher.reader.segments.count) "
        + "docs=\(searcher.reader.documentCount)")
    fflush(nil)
    while let line = readLine() {
      let command = line.split(separator: " ").last.map(String.init) ?? ""
      var output = ""
      for query in all { try answer(query, command, searcher, into: &output) }
      print(output + "END")
      fflush(nil)
    }
  }

  private struct Query {
    let number: Substring
    let text: String
    let absent: String
  }

  private func queryList() throws -> [Query] {
    guard var lines = CorpusReader(path: queries) else {
      throw ValidationError("\(queries): \(unsafe String(cString: strerror(errno)))")
    }
    var all: [Query] = []
    while try lines.next({ line in
      let text = unsafe line.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
      let parts = text.split(separator: "\t")
      guard parts.count == 3 else { throw ValidationError("\(queries): not a query: \(text)") }
      let words = parts[2].split(separator: " ").map(String.init)
      all.append(
        Query(
          number: parts[0], text: Self.text(parts[1], words),
          absent: Self.text(parts[1], words.map { "zzzabsent\($0)" })))
    }) {}
    return all
  }

  /// The query language's text of a query of the corpus.
  private static func text(_ type: Substring, _ words: [String]) -> String {
    switch type {
    case "phrase": "\"\(words.joined(separator: " "))\""
    case "union": words.joined(separator: " OR ")
    case "negated": "\(words[0]) -\(words[1])"
    case "and_or": "\(words[0]) (\(words[1...].joined(separator: " OR ")))"
    default: words.joined(separator: " ")
    }
  }

  private func request(_ text: String, limit: Int, exact: Bool) -> SearchRequest {
    var request = SearchRequest(query: text)
    request.limit = limit
    request.total = exact ? .exact : .atLeast
    return request
  }

  private func answer(
    _ query: Query, _ command: String, _ searcher: Searcher, into output: inout String
  ) throws {
    let wall = Clock.wall()
    let cpu = Clock.thread()
    var count = 0
    var hits: [(document: UInt32, score: Float)] = []
    switch command {
    case "COUNT":
      count = try searcher.count(request(query.text, limit: 0, exact: true)).total.value
    case "TOP_10":
      count = try searcher.rank(request(query.text, limit: 10, exact: false)).hits.count
    case "TOP_100":
      count = try searcher.rank(request(query.text, limit: 100, exact: false)).hits.count
    case "TOP_10_COUNT":
      count = try searcher.rank(request(query.text, limit: 10, exact: true)).total.value
    case "ABSENT":
      count = try searcher.rank(request(query.absent, limit: 10, exact: true)).total.value
    case "DUMP":
      let ranking = try searcher.rank(request(query.text, limit: 10, exact: true))
      count = ranking.total.value
      hits = ranking.hits
    default: throw ValidationError("\(command): unknown; COUNT, TOP_10, TOP_100, TOP_10_COUNT, …")
    }
    output += "\(query.number)\t\(count)\t\(Clock.wall() - wall)\t\(Clock.thread() - cpu)"
    if !hits.isEmpty {
      output += "\t"
      for hit in hits { output += "\(try searcher.id(of: hit.document)):\(hit.score)," }
    }
    output += "\n"
  }
}

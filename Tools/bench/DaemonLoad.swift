import ArgumentParser
import Glibc
import InvertedIndex
import JSON
import Measuring

/// Load over the daemon's socket: how many requests a second, how long each takes, and what CPU it costs beside the search.
struct DaemonLoad: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "daemon", abstract: "Put load on the daemon over its socket.",
    discussion: """
      Starts martletd (found beside this program) over the directory that holds the index, on a socket of its own, and has \
      clients ask it: connections that stay open, with one request under way on each. Every answer is checked: its status, \
      and that it was not cut short by its time limit; others are counted as failed.

      Columns: requests a second; milliseconds from the sending of a request to the whole answer; CPU microseconds of the \
      daemon a request, by the clock of its process; of the engine a search, measured in this process by the same \
      queries on the same index; what is above; and `took_us` as the answers say it, which is time, not CPU, and hence more \
      where more threads want to run than there are cores. The clients run on one thread of the same machine.

      Queries are read from --queries or given with --query; else 256 are drawn from the terms of the index.

      EXAMPLES
        martlet-bench daemon /tmp/big --queries data/big/queries.tsv
        martlet-bench daemon ~/.local/share/martlet/news --query 'nuclear deterrent'
        martlet-bench daemon --socket /tmp/m.sock --index news --query nato --connections 8
      """)

  @Argument(help: "Directory of the index.") var directory: String?
  @Option(help: ArgumentHelp("Ask the daemon that runs there; none is started.", valueName: "path"))
  var socket: String?
  @Option(help: "Name of the index. Default: that of its directory.") var index: String?
  @Option(help: ArgumentHelp("The program martletd.", valueName: "path")) var daemon: String?
  @Option(help: ArgumentHelp("`martletd --workers`.", valueName: "count")) var workers: Int?
  @Option(
    help: ArgumentHelp(
      "Queries: `number TAB type TAB words` a line, as serve takes them.", valueName: "file"))
  var queries: String?
  @Option(
    help: ArgumentHelp("A query; may be given several times.", valueName: "text"))
  var query: [String] = []
  @Option(help: "Hits wanted.") var limit = 10
  @Flag(help: "Let the daemon stop counting early (total: atleast).") var atLeast = false
  @Option(help: ArgumentHelp("Connections, separated by commas.", valueName: "counts"))
  var connections = "1,8,64,512"
  @Option(help: "Seconds for each number of connections, after one to warm up.") var seconds = 3.0
  @OptionGroup var report: ReportOptions

  private var levels: [Int] {
    connections.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
  }

  func validate() throws {
    guard levels.allSatisfy({ (1...20_000).contains($0) }) else {
      throw ValidationError("--connections: numbers from 1 to 20000, separated by commas.")
    }
    guard seconds > 0, seconds <= 3_600 else {
      throw ValidationError("--seconds: above 0, an hour at most.")
    }
    guard (0...SearchRequest.maxLimit).contains(limit) else {
      throw ValidationError("--limit: from 0 to \(SearchRequest.maxLimit).")
    }
    guard directory != nil || (socket != nil && index != nil && !(query.isEmpty && queries == nil))
    else {
      throw ValidationError(
        "Name the directory of an index; or --socket, --index, and --query or --queries.")
    }
  }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    let record = RunRecord()
    let searcher = try directory.map {
      Searcher(try IndexReader.open(FileSystemDirectory(path: $0)))
    }
    let texts = try LoadQueries.texts(query, file: queries, searcher: searcher)
    let requests = texts.map(request)
    let name = index ?? directory.map { IndexPath.split($0).name } ?? ""
    let bytes = requests.map { LoadQueries.bytes(of: $0, index: name) }
    let engine = { try searcher.map { try LoadQueries.engineNanoseconds(requests, $0) } }
    try Descriptors.allow(levels.reduce(0, max) + 64)
    let target = try Target(socket: socket, program: daemon, workers: workers, directory: directory)
    defer { target.stop() }
    var results: [LoadResult] = []
    for count in levels {
      let clients = try LoadClients(
        socket: target.socket, connections: count, requests: bytes)
      _ = try clients.run(seconds: 1)
      // Before and after: the machine may be slower for a while.
      let engineBefore = try engine()
      let before = try target.processNanoseconds()
      var result = try clients.run(seconds: seconds)
      result.daemonNanoseconds = try target.processNanoseconds() - before
      if let engineBefore, let engineAfter = try engine() {
        result.engineNanoseconds = zip(engineBefore, engineAfter).map { ($0 + $1) / 2 }
      }
      result.daemonMemory = target.memory.resident
      results.append(result)
    }
    try report.publish(
      Self.table(results, queries: texts.count, record),
      json: Self.json(results, queries: texts.count, record))
    let failed = results.reduce(0) { $0 + $1.failed }
    guard failed == 0 else { throw Fault("\(failed) answers were not what was asked for") }
  }

  private func request(_ text: String) -> SearchRequest {
    var request = SearchRequest(query: text)
    request.limit = limit
    request.total = atLeast ? .atLeast : .exact
    return request
  }

  // MARK: What came out

  static func table(_ results: [LoadResult], queries: Int, _ record: RunRecord) -> String {
    var table = Table(
      head: [
        "connections", "requests", "failed", "requests/s", "p50 ms", "p99 ms", "max ms",
        "CPU µs", "engine µs", "above µs", "took_us", "RSS MiB",
      ], left: 0)
    for result in results {
      let cpu = result.cpu / 1_000
      let search = result.engine.map { $0 / 1_000 }
      table.add([
        "\(result.connections)", "\(result.requests)", "\(result.failed)",
        decimal(result.requestsPerSecond, 0), decimal(Double(result.latency(0.5)) / 1e6, 2),
        decimal(Double(result.latency(0.99)) / 1e6, 2), decimal(Double(result.latency(1)) / 1e6, 2),
        decimal(cpu, 1), search.map { decimal($0, 1) } ?? "–",
        search.map { decimal(cpu - $0, 1) } ?? "–", decimal(result.took, 1),
        "\(result.daemonMemory >> 20)",
      ])
    }
    let failures = results.flatMap { result in
      result.failures.sorted { $0.key < $1.key }.map {
        "\(result.connections) connections: \($0.value) × \($0.key)\n"
      }
    }
    return table.text + failures.joined() + "\n\(queries) queries\n\(record.summary)\n"
  }

  static func json(_ results: [LoadResult], queries: Int, _ record: RunRecord) -> [UInt8] {
    ReportOptions.report(record) { writer in
      writer.field("queries", queries)
      writer.name("results")
      writer.array { writer in
        for result in results {
          writer.object { writer in
            writer.field("connections", result.connections)
            writer.field("seconds", result.seconds)
            writer.field("requests", result.requests)
            writer.field("failed", result.failed)
            writer.name("failures")
            writer.object { writer in
              for (what, count) in result.failures.sorted(by: { $0.key < $1.key }) {
                writer.field(what, count)
              }
            }
            writer.field("requests_per_second", result.requestsPerSecond)
            writer.field("p50_ms", Double(result.latency(0.5)) / 1e6)
            writer.field("p99_ms", Double(result.latency(0.99)) / 1e6)
            writer.field("max_ms", Double(result.latency(1)) / 1e6)
            writer.field("daemon_cpu_us", result.cpu / 1_000)
            if let search = result.engine {
              writer.field("engine_cpu_us", search / 1_000)
              writer.field("above_engine_us", (result.cpu - search) / 1_000)
            }
            writer.field("took_us", result.took)
            writer.field("above_took_us", result.cpu / 1_000 - result.took)
            writer.field("client_cpu_us", result.clientCPU / 1_000)
            writer.field("answer_bytes", result.answerBytes)
            writer.field("daemon_rss_bytes", result.daemonMemory)
          }
        }
      }
    }
  }
}

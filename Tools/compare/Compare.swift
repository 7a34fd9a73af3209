import Analysis
import ArgumentParser
import Glibc
import Measuring

/// Martlet beside SQLite FTS5, on the same documents and the same tokens.
///
/// One run: the documents are read once for their fields and a sample; each engine builds its index in a child
/// process; the queries are drawn, or read; their answers are compared as whole sets; then both are timed pass
/// by pass; and what people type is given to both as it is.
@main
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "martlet-compare",
    abstract: "Measure Martlet against SQLite FTS5, side by side in one run.",
    discussion: """
      Both are built from the same documents with the same words: FTS5 gets Martlet's analyzer as its tokenizer. So both \
      must find the same documents, and every query for which they do not is listed. Figures are to be compared within one \
      run: read the ratios, which say how many times longer FTS5 takes.

      Without --queries they are drawn from the documents' own words, as many of each type: term, and, or, not, phrase, \
      prefix, near, column (any of these in named fields). A file has a query a line in Martlet's language, or JSON lines with "text" (or "query") and, if wanted, \
      "type" (or "tags").

      Exit codes: 0 both agree, 1 they do not, 64 usage, 65 data, 66 no such file, 73 and 74 files, 77 no permission.

      Examples:
        martlet-compare news.jsonl
        martlet-compare news.jsonl more.jsonl.gz --count 2000 --html news.html
        martlet-compare news.jsonl --queries queries.txt --json > news.json
        martlet-compare wiki.jsonl --analyzer english --fields title,body --rounds 10
      """)

  @Argument(
    help: ArgumentHelp(
      "The documents: JSON lines, or whatever `martlet index` reads.", valueName: "docs"))
  var documents: [String] = []

  @Option(help: ArgumentHelp("Take the queries from a file.", valueName: "file"))
  var queries: String?
  @Option(help: ArgumentHelp("Draw the queries with this seed.", valueName: "n")) var seed: UInt64?
  @Option(help: ArgumentHelp("Draw so many queries (default: 700).", valueName: "n")) var count:
    Int?
  @Option(help: ArgumentHelp("Time every query so many times; the best counts.", valueName: "n"))
  var rounds = 5
  @Option(help: ArgumentHelp("Build so many times, turn by turn; the best counts.", valueName: "n"))
  var builds = 1
  @Option(help: ArgumentHelp("The analyzer of both: standard, english, …", valueName: "name"))
  var analyzer = "standard"
  @Option(
    help: ArgumentHelp(
      "The fields that are searched, with commas between; else all that hold text. The others are stored.",
      valueName: "names"))
  var fields: String?
  @Option(
    help: ArgumentHelp(
      "Indexing threads of Martlet; a second number is another row (default: 1,2). FTS5 has one.",
      valueName: "n"))
  var threads = "1,2"
  @Option(help: ArgumentHelp("MiB that a build may take, on either side.", valueName: "mib"))
  var memory = 256
  @Option(
    help: ArgumentHelp(
      "Build in a new folder here; else where temporary files go ($TMPDIR, /var/tmp).",
      valueName: "dir"))
  var dir: String?
  @Flag(help: "Keep what was built, and say where.") var keep = false
  @Flag(help: "Print the report as JSON.") var json = false
  @Option(help: ArgumentHelp("Write the report as one HTML page with plots.", valueName: "file"))
  var html: String?
  @Flag(name: .shortAndLong, help: "Say nothing on standard error but errors.") var quiet = false
  @Option(help: .hidden) var child: String?

  var threadCounts: [Int] { threads.split(separator: ",").map { Int($0) ?? 0 } }

  mutating func validate() throws {
    if child != nil { return }
    guard !documents.isEmpty else { throw ValidationError("say which documents: FILE.jsonl …") }
    if documents.contains("-") {
      throw ValidationError("the documents are read several times: name a file, not -")
    }
    if queries != nil, seed != nil || count != nil {
      throw ValidationError("either --queries or --seed and --count")
    }
    if let count, count < 1 { throw ValidationError("--count: 1 or more") }
    guard (1...1_000).contains(rounds) else { throw ValidationError("--rounds: 1 to 1000") }
    guard (1...100).contains(builds) else { throw ValidationError("--builds: 1 to 100") }
    guard (32...(1 << 20)).contains(memory) else { throw ValidationError("--memory: 32 or more") }
    guard !threadCounts.isEmpty, threadCounts.allSatisfy({ (1...256).contains($0) }) else {
      throw ValidationError("--threads: numbers from 1 to 256 with commas between")
    }
    guard Analyzer.named(analyzer) != nil else {
      throw ValidationError(
        "there is no analyzer \(analyzer); there are \(Analyzer.names.joined(separator: ", "))")
    }
  }

  static func main() {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      if !failure.message.isEmpty { complain("martlet-compare: \(failure.message)") }
      Glibc.exit(failure.status.rawValue)
    } catch {
      exit(withError: error)
    }
  }

  func run() throws {
    if let child {
      guard let task = Child.Task(rawValue: child) else { throw ValidationError("--child") }
      let answer = try Child.perform(
        task, folder: dir ?? ".", threads: threadCounts.first ?? 1, rounds: rounds)
      return try writeAll(
        STDOUT_FILENO, Array(answer.description.utf8), path: "standard output")
    }
    Interruption.install()
    // Said before the work, not after it.
    if let html { try checkWritable(html) }
    if let queries, unsafe access(queries, R_OK) != 0 {
      throw Failure("open", queries, errno: errno)
    }
    let work = try Work(in: dir)
    defer {
      if keep { complain("built in \(work.path)") } else { work.remove() }
    }
    let report = try Comparison(options: self, work: work).run()
    if let html { try writeFile(html, Array(report.page().utf8)) }
    let text = json ? report.json() : Array(report.table().utf8)
    try writeAll(STDOUT_FILENO, text, path: "standard output")
    if !report.agreement.disagreements.isEmpty { throw Failure(.differ, "") }
  }
}

/// A line on standard error.
func complain(_ text: String) {
  try? writeAll(STDERR_FILENO, Array("\(text)\n".utf8), path: "standard error")
}

import ArgumentParser
import InvertedIndex
import JSON
import Measuring

/// Measures how long it takes to find the words that a word with `*`, `?`, `~` or a regular expression stands for.
struct Expansions: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "expansions",
    abstract: "Time how words with wildcards and errors become terms.",
    discussion: """
      Each query is read and expanded, and nothing is searched. Without --word the words are 100 of at least 5 letters, \
      drawn from the dictionary of the first text field; errors are made in them. Times are CPU times of one thread, the least \
      of the rounds for each query, then the median, the 90th of 100 and the longest over the queries.

      EXAMPLES
        martlet-bench expansions /var/lib/martlet/news
        martlet-bench expansions ./news --word nuclaer --word niinisto
        martlet-bench expansions ./news --only ~1 --only ~2 --rounds 20
      """)

  @Argument(help: "The folder of an index.") var index: String
  @Option(
    help: ArgumentHelp(
      "A word to expand in each way; may be given several times.", valueName: "word"))
  var word: [String] = []
  @Option(
    help: ArgumentHelp(
      "A way, as the table names it; may be given several times. Default: all.", valueName: "way"))
  var only: [String] = []
  @Option(help: "Rounds over all queries.") var rounds = 5
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard (1...1_000).contains(rounds) else { throw ValidationError("--rounds: from 1 to 1000.") }
    for name in only where !Self.shapes.contains(where: { $0.name == name }) {
      let known = Self.shapes.map(\.name).joined(separator: ", ")
      throw ValidationError("--only: there is no \(name), but \(known).")
    }
  }

  struct Result {
    var shape: String
    /// Queries.
    var count: Int
    /// Terms that a query becomes, the median.
    var terms: Int
    /// CPU microseconds, ascending.
    var times: [Double]
  }

  /// What is made of a word.
  static let shapes: [(name: String, query: @Sendable (String) -> String)] = [
    ("as it stands", { $0 }), ("two letters and *", { $0.prefix(2) + "*" }),
    ("three letters and *", { $0.prefix(3) + "*" }),
    ("five letters and *", { $0.prefix(5) + "*" }), ("~1", { $0 + "~1" }), ("~2", { $0 + "~2" }),
    ("* and four letters", { "*" + $0.suffix(4) }),
    ("? within", { $0.prefix(2) + "?" + $0.dropFirst(3) }),
    ("* within", { $0.prefix(2) + "*" + $0.suffix(2) }),
    ("/.*…./", { "/.*\($0.dropFirst().prefix(3)).*/" }),
    ("/…(…|…)/", { "/\($0.prefix(3))(\($0.dropFirst(3))|[a-f]+)s?/" }),
  ]

  func run() throws {
    let record = RunRecord()
    let reader = try IndexReader.open(FileSystemDirectory(path: index))
    let words = word.isEmpty ? try Self.drawn(reader) : word
    let probe = ExpansionProbe(reader)
    let shapes = Self.shapes.filter { only.isEmpty || only.contains($0.name) }
    let results = try shapes.map { shape in
      try Self.measure(shape.name, words.map(shape.query), probe, rounds: rounds)
    }
    try report.publish(Self.table(results, record), json: Self.json(results, record))
  }

  static func measure(
    _ name: String, _ queries: [String], _ probe: ExpansionProbe, rounds: Int
  ) throws -> Result {
    var times = [Double](repeating: .infinity, count: queries.count)
    var terms = [Int](repeating: 0, count: queries.count)
    for _ in 0..<rounds {
      for (place, query) in queries.enumerated() {
        let start = Clock.thread()
        terms[place] = try probe.expand(query)
        times[place] = min(times[place], Double(Clock.thread() - start) / 1_000)
      }
    }
    return Result(
      shape: name, count: queries.count, terms: terms.sorted().percentile(0.5),
      times: times.sorted())
  }

  /// Words of the dictionary, as it has them and with one letter changed, left out, added, or exchanged with the next.
  static func drawn(_ reader: IndexReader) throws -> [String] {
    guard let field = reader.schema.fields.first(where: { $0.type == .text && $0.indexed }),
      let terms = DictionaryProbe(reader, field: field.name), terms.count > 0
    else { throw Fault("the index has no terms to draw words from; give --word") }
    var random = FixedRandom(seed: 9)
    var words: [String] = []
    var tries = 0
    while words.count < 100, tries < 100_000 {
      tries += 1
      let (bytes, documents) = try terms.term(random.below(terms.count))
      // Words that people ask for: of letters alone, and in some documents.
      let isWord = bytes.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
      guard isWord, (5...14).contains(bytes.count), documents >= min(20, reader.documentCount / 50)
      else { continue }
      var letters = bytes
      let place = random.below(letters.count - 1)
      let letter = UInt8(ascii: "a") + UInt8(random.below(26))
      switch words.count % 5 {
      case 1: letters[place] = letter
      case 2: letters.remove(at: place)
      case 3: letters.insert(letter, at: place)
      case 4: letters.swapAt(place, place + 1)
      default: break
      }
      words.append(String(decoding: letters, as: UTF8.self))
    }
    guard !words.isEmpty else { throw Fault("the index has too few words; give --word") }
    return words
  }

  static func table(_ results: [Result], _ record: RunRecord) -> String {
    var table = Table(head: ["words", "queries", "terms", "median µs", "90 %", "longest"])
    for result in results {
      table.add([
        result.shape, "\(result.count)", "\(result.terms)",
        Figures.plain(result.times.percentile(0.5)), Figures.plain(result.times.percentile(0.9)),
        Figures.plain(result.times[result.count - 1]),
      ])
    }
    return table.text + "\n\(record.summary)\n"
  }

  static func json(_ results: [Result], _ record: RunRecord) -> [UInt8] {
    ReportOptions.report(record) { writer in
      writer.name("results")
      writer.array { writer in
        for result in results {
          writer.object { writer in
            writer.field("words", result.shape)
            writer.field("queries", result.count)
            writer.field("terms", result.terms)
            writer.field("median_us", result.times.percentile(0.5))
            writer.field("p90_us", result.times.percentile(0.9))
            writer.field("max_us", result.times[result.count - 1])
          }
        }
      }
    }
  }
}

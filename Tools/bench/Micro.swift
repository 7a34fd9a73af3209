import ArgumentParser
import JSON
import Measuring

/// Measures the inner loops one by one.
struct Micro: ParsableCommand {
  static let groups = [
    "unpack", "prefix-sum", "pack", "postings", "score", "terms", "tokenise", "stem", "words",
    "top", "parse", "facets", "passages",
  ]

  static let configuration = CommandConfiguration(
    commandName: "micro", abstract: "Time the inner loops one by one.",
    discussion: """
      All data are made from fixed seeds. Times are CPU times of one thread: the least and the median of the samples, in \
      nanoseconds an element; elements a second are those of the median. Results of all calls are compared, and the \
      checksum over them is the same in every run.

      GROUPS
        unpack, prefix-sum, pack    blocks of 128 integers, by width
        postings                    next, seek, skip, positions
        score                       norms and BM25, a block at a time
        terms                       the term dictionary of a segment
        tokenise                    text to tokens
        stem                        words to index terms
        words                       the table of words of a segment being built
        top                         the heap of the best documents
        parse                       64 KiB of all that is hard to read in a query
        facets                      counts by field over 1.2 M documents (which takes seconds to index)
        passages                    passages of ten hits of 200 KB

      EXAMPLES
        martlet-bench micro
        martlet-bench micro --only unpack --only postings --samples 51
        martlet-bench micro --json --output micro.json
      """)

  @Option(
    help: ArgumentHelp("A group; may be given several times. Default: all.", valueName: "group"))
  var only: [String] = []
  @Option(help: "Samples of a kernel.") var samples = 25
  @OptionGroup var report: ReportOptions

  func validate() throws {
    for group in only where !Self.groups.contains(group) {
      throw ValidationError(
        "--only: there is no group \(group); there are \(Self.groups.joined(separator: ", ")).")
    }
    guard (3...10_000).contains(samples) else {
      throw ValidationError("--samples: from 3 to 10000.")
    }
  }

  func run() throws {
    let record = RunRecord()
    var sampler = Sampler(samples: samples, groups: only)
    try Self.codec(&sampler)
    try Self.top(&sampler)
    try Self.text(&sampler)
    try Self.index(&sampler)
    try Self.parse(&sampler)
    try Self.facets(&sampler)
    try Self.passages(&sampler)
    try report.publish(Self.table(sampler, record), json: Self.json(sampler, record))
  }

  static func table(_ sampler: Sampler, _ record: RunRecord) -> String {
    var table = Table(head: ["group", "kernel", "min ns", "median ns", "a second", ""], left: 2)
    for figure in ordered(sampler) {
      table.add([
        figure.group, figure.name, decimal(figure.minimum, 3), decimal(figure.median, 3),
        rate(figure.perSecond), Self.plural(figure.unit),
      ])
    }
    return table.text + "\nchecksum \(String(sampler.checksum, radix: 16))\n\(record.summary)\n"
  }

  private static func plural(_ unit: String) -> String {
    switch unit {
    case "match": "matches"
    case "query": "queries"
    default: unit + "s"
    }
  }

  /// By group; within one in the order in which they were measured.
  private static func ordered(_ sampler: Sampler) -> [Figure] {
    groups.flatMap { group in sampler.figures.filter { $0.group == group } }
  }

  /// 3 significant digits and a unit: 2.31 G.
  private static func rate(_ value: Double) -> String {
    for (unit, scale) in [("G", 1e9), ("M", 1e6), ("k", 1e3)] where value >= scale {
      let scaled = value / scale
      return decimal(scaled, scaled < 10 ? 2 : scaled < 100 ? 1 : 0) + " " + unit
    }
    return decimal(value, 0)
  }

  static func json(_ sampler: Sampler, _ record: RunRecord) -> [UInt8] {
    ReportOptions.report(record) { writer in
      writer.field("checksum", String(sampler.checksum, radix: 16))
      writer.name("results")
      writer.array { writer in
        for figure in ordered(sampler) { figure.write(to: &writer) }
      }
    }
  }
}

import ArgumentParser
import Glibc
import Measuring

/// Draws the queries of a race from a corpus.
struct Queries: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queries", abstract: "Draw queries from a corpus, the same for the same seed.",
    discussion: """
      Prints `number TAB type TAB words` a line, as serve and the peers read them. Terms come from five bands of document \
      frequency; two to four words that follow each other in a document are asked as intersection, union and phrase, \
      four in five of them with rare words at both ends; a few are negated, or the first word and any of the rest.

      EXAMPLES
        martlet-bench queries corpus.txt > queries.tsv
        martlet-bench queries corpus.txt --seed 7 --quick --output queries.tsv
      """)

  @Argument(help: "The corpus: `docno TAB words` a line.") var corpus: String
  @Option(help: "Other queries for each seed.") var seed: UInt64 = 1
  @Flag(help: "About 140 queries instead of about 720.") var quick = false
  @Option(help: ArgumentHelp("Write them to this file.", valueName: "file")) var output: String?

  func validate() throws { try ReportOptions.check(output) }

  func run() throws {
    var generator = try QueryGenerator(corpus: corpus, seed: seed)
    let lines = generator.draw(quick ? .quick : .full)
    let text = Array((lines.joined(separator: "\n") + "\n").utf8)
    if let output {
      try writeFile(output, text)
    } else {
      try writeAll(text, to: STDOUT_FILENO, "standard output")
    }
  }
}

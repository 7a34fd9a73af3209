import ArgumentParser

/// Benchmarks of the engine. Figures are to be compared within one run only: as ratios to a peer or to an older build.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "martlet-bench",
    abstract: "Measure the engine.",
    discussion: """
      The corpus is a text file of one document a line, `docno TAB words`, the queries one a line, \
      `number TAB type TAB words`, with the types term, intersection, union, phrase, negated and and_or.
      """,
    subcommands: [IndexCorpus.self, Serve.self])
}

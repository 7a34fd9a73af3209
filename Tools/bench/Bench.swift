import ArgumentParser

/// Benchmarks of the engine and the daemon. Figures are to be compared within one run only: as ratios to a peer, or to an
/// older build on the same machine in the same hour.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "martlet-bench",
    abstract: "Measure the engine and the daemon.",
    discussion: """
      Build it with optimisation (`swift build -c release --product martlet-bench`). Each subcommand writes its results \
      as JSON, too (--json, --output FILE), with the machine, the date, the commit and the command that measures them \
      again. Nothing here is a test: but for `instructions`, no figure makes it fail.
      """,
    subcommands: [
      Micro.self, IndexCorpus.self, Serve.self, Relevance.self, DaemonLoad.self, Queries.self,
      All.self, PageCommand.self, Instructions.self, Expansions.self,
    ])
}

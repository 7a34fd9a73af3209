import ArgumentParser
import CLinux
import Glibc
import InvertedIndex
import WireAPI

/// The tool: indexes documents and asks indexes, here or through the daemon.
///
/// A command makes a question of the wire API from its options, has it answered here or by the daemon, and prints the
/// answer. Commands that write open the index here. Everything that goes wrong ends as one `Failure`.
@main
struct Martlet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "martlet",
    abstract: "Full-text search for one machine.",
    discussion: """
      Examples:
        martlet index news articles.jsonl        make an index, or add to it
        martlet search news nuclear deterrent    ask it
        martlet help index                       every command has examples

      Exit codes are those of sysexits.h (64 usage, 65 data, 66 no input, 69 no daemon, 73 and 74 files,
      75 try again, 77 no permission, 78 another version), and 1 for "nothing found".
      """,
    version: Product.version,
    groupedSubcommands: [
      CommandGroup(
        name: "Write", subcommands: [IndexCommand.self, DeleteCommand.self, RebuildCommand.self]),
      CommandGroup(
        name: "Ask",
        subcommands: [
          SearchCommand.self, CountCommand.self, SimilarCommand.self, GetCommand.self,
          ExplainCommand.self,
        ]),
      CommandGroup(
        name: "Look",
        subcommands: [
          ListCommand.self, StatsCommand.self, SchemaCommand.self, AnalyzeCommand.self,
          ExportCommand.self,
        ]),
      CommandGroup(
        name: "Care for",
        subcommands: [
          AliasCommand.self, VerifyCommand.self, MergeCommand.self, DropCommand.self,
        ]),
    ])

  static func main() {
    signal(SIGPIPE, SIG_IGN)
    // --memory is a promise.
    martlet_return_large_blocks()
    do {
      var command = try CommandFile.apply(
        to: parseAsRoot(), arguments: Array(CommandLine.arguments.dropFirst()))
      try command.run()
    } catch let failure as Failure {
      end(failure)
    } catch let error as IndexError {
      end(Failure(error))
    } catch {
      exit(withError: error)
    }
  }

  private static func end(_ failure: Failure) -> Never {
    if let problem = failure.problem, CommandLine.arguments.contains("--json") {
      let output = Output(1)
      output.write(problem)
      output.flush()
    }
    if !failure.message.isEmpty { complain("martlet: \(failure.message)") }
    if let hint = failure.hint { complain("  \(hint)") }
    Glibc.exit(failure.status.rawValue)
  }
}

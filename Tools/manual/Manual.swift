import ArgumentParser
import Glibc
import JSON
import Measuring
import QueryLanguage

/// Writes the manual pages: the commands' from what `--experimental-dump-help` says, the query language's from its table.
@main
struct Manual: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "martlet-manual",
    abstract: "Write the manual pages.",
    discussion: """
      `Tools/manuals` calls it for each page. Prints the page in the man macros (man(7)).

      EXAMPLES
        martlet --experimental-dump-help | martlet-manual command --section 1
        martlet-manual query
      """, subcommands: [Command.self, Query.self])

  struct Command: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The page of a command whose description is on standard input.")
    @Option(help: "Section of the manual.") var section = 1
    @Option(help: "Version of the program.") var version = ""

    func run() throws {
      let description = try JSONValue.parse(Standard.input())
      guard let command = description["command"] else {
        throw Fault("standard input: no description of a command")
      }
      Standard.print(CommandPage(command, section: section, version: version).text)
    }
  }

  struct Query: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The page of the query language.")
    @Option(help: "Version of the program.") var version = ""

    func run() { Standard.print(QueryPage(version: version).text) }
  }
}

enum Standard {
  static func input() throws -> [UInt8] {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(STDIN_FILENO, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Fault(path: "standard input", errno: errno) }
      if count == 0 { return bytes }
      bytes += part.prefix(count)
    }
  }

  static func print(_ text: String) { Swift.print(text, terminator: "") }
}

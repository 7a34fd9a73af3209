import ArgumentParser
import InvertedIndex
import WireAPI

struct AliasCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alias",
    abstract: "Give indexes other names, and switch them.",
    discussion: """
      An alias stands for one index or for several; whoever asks it asks those. All changes of one call take place at
      once or not at all, and a running daemon follows within a moment. Commands that write take an alias of one index.

      Examples:
        martlet alias
        martlet alias set current=news-2
        martlet alias set current=news-3 all=news-1,news-2,news-3
        martlet alias remove current
      """,
    subcommands: [AliasListCommand.self, AliasSetCommand.self, AliasRemoveCommand.self],
    defaultSubcommand: AliasListCommand.self)
}

struct AliasListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the aliases.",
    discussion: """
      Examples:
        martlet alias list
        martlet alias list --json
      """)

  @OptionGroup var ask: AskOptions

  func run() throws {
    _ = try ask.answer(.aliases) { (answer, output) throws(Failure) in
      if let fault = answer["fault"]?.string { complain("warning: \(printable(fault))") }
      AliasRendering(output: output, common: ask.common).render(answer)
    }
  }
}

struct AliasSetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Set aliases, all at once.",
    discussion: """
      Examples:
        martlet alias set current=news-2
        martlet alias set current=news-3 all=news-1,news-2,news-3
      """)

  @OptionGroup var common: CommonOptions
  @Argument(
    help: ArgumentHelp("What stands for which indexes.", valueName: "name=index,…"))
  var aliases: [String]

  func run() throws {
    var changes: [(alias: String, indexes: [String])] = []
    for text in aliases {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw Failure(.usage, "\(printable(text)): an alias is set as NAME=INDEX,INDEX")
      }
      let indexes = parts[1].split(separator: ",").map(String.init)
      changes.append((String(parts[0]), indexes))
    }
    let store = try common.store()
    let set = changes
    let now = try engine { () throws(IndexError) in try store.changeAliases(setting: set) }
    try AliasRendering.finish(now, common)
  }
}

struct AliasRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove aliases, all at once. The indexes stay.",
    discussion: """
      Examples:
        martlet alias remove current
        martlet alias remove current all
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: ArgumentHelp("The aliases.", valueName: "name")) var names: [String]

  func run() throws {
    let store = try common.store()
    let now = try engine { () throws(IndexError) in try store.changeAliases(removing: names) }
    try AliasRendering.finish(now, common)
  }
}

/// Aliases for people, one a line.
private struct AliasRendering {
  let output: Output
  let common: CommonOptions

  func render(_ answer: Answer) {
    let aliases = answer["aliases"]?.array ?? []
    let width = aliases.map { $0["name"]?.string?.count ?? 0 }.max() ?? 0
    for alias in aliases {
      let name = alias["name"]?.string ?? ""
      let padding = String(repeating: " ", count: width - name.count)
      output.line("\(printable(name))\(padding)  \(printable(Answer.text(alias["indexes"])))")
    }
    if aliases.isEmpty { common.note("no aliases; set one: martlet alias set NAME=INDEX") }
  }

  /// What there is after a change.
  static func finish(_ aliases: IndexAliases, _ common: CommonOptions) throws(Failure) {
    let bytes = Wire.answer(aliases)
    let output = Output(1)
    if common.json {
      output.write(bytes)
    } else if !common.quiet {
      AliasRendering(output: output, common: common).render(try Answer(bytes))
    }
    output.flush()
  }
}

import ArgumentParser
import Glibc
import InvertedIndex
import JSON
import WireAPI

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the schema of an index, in the form that --schema takes.",
    discussion: """
      A schema is a JSON object; all but "fields" may be left out:

        fields           the fields, each an object; "id" is always there
        dynamic          what becomes of others: add (default), ignore, reject
        default_fields   searched by words without a field (else all of text)
        near_duplicates  true: a fingerprint tells texts nearly the same

      and of a field:

        name             a.b is the field b of the object a
        type             text, keyword, integer, double, date, boolean
        analyzer         of text: standard, english, de, cjk, … ("martlet help
                         analyze"); auto: by the language of each document
        language_field   of auto: a keyword field that says it (de, German)
        weight           how much a match there counts (1; guessed titles: 3)
        stored           shown in answers, and read by rebuilds (true)
        indexed          searched (true)
        column           sorted by, counted, filtered (true, but of text)

      Examples:
        martlet schema news
        martlet schema news > news.json && martlet index other --schema news.json more.jsonl
      """)

  @OptionGroup var ask: AskOptions
  @Argument(help: "The index.") var name: String

  func run() throws {
    let bytes = try ask.backend().ask(.index(name))
    guard let schema = try Answer(bytes)["schema"] else {
      throw Failure(.software, "\(name): an answer without a schema")
    }
    let output = Output(1)
    var writer = JSONWriter(pretty: !ask.common.json)
    writer.value(schema)
    writer.newline()
    output.write(writer.bytes)
    output.flush()
  }
}

struct DropCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop",
    abstract: "Remove an index with everything in it.",
    discussion: """
      Asks first on a terminal; elsewhere --yes says that it is meant. An index that aliases stand for is kept, unless
      --force takes it out of them.

      Examples:
        martlet drop old
        martlet drop old --yes
        martlet drop old --yes --force
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The index.") var name: String
  @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false
  @Flag(help: "Also take it out of the aliases that stand for it.") var force = false

  func run() throws {
    let store = try common.store()
    let index = try common.index(named: name)
    guard index == name else {
      throw Failure(
        .usage, "\(name) is an alias of \(index)",
        hint: "drop the index by its own name, or the alias: martlet alias remove \(name)")
    }
    let directory = try engine { () throws(IndexError) in try store.open(name) }
    if !force { try refuseAliased(store) }
    if !yes {
      guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
        throw Failure(.usage, "\(name): dropping removes every document; say --yes")
      }
      let documents =
        (try? IndexReader.open(directory).documentCount).map { " with \(counted($0, "document"))" }
        ?? ""
      complain("Remove the index \(name)\(documents)? Type its name to say yes:")
      guard readLine() == name else { throw Failure(.nothing, "\(name): kept") }
    }
    let force = force
    try engine { () throws(IndexError) in try store.drop(name, force: force) }
    common.note("\(name): removed")
  }

  /// Before anybody is asked.
  private func refuseAliased(_ store: IndexStore) throws(Failure) {
    let names = try engine { () throws(IndexError) in try store.aliases() }.names(of: name)
    guard !names.isEmpty else { return }
    throw Failure(
      .usage, "\(name): what \(names.joined(separator: ", ")) stands for",
      hint: "switch the alias to another index first, or say --force")
  }
}

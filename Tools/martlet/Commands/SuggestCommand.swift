import ArgumentParser
import JSON

struct SuggestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suggest",
    abstract: "Complete the last word of a text by the words of an index.",
    discussion: """
      Prints a text a line, the most frequent first, with the number of documents that have the word. Words that occur \
      with the words before come first; where nothing begins so, one error in the word is forgiven. Exit code 1: nothing \
      goes on like that.

      Examples:
        martlet suggest news niin
        martlet suggest news 'nuclear det'
        martlet suggest news NA --field tags
      """)

  @OptionGroup var ask: AskOptions
  @Argument(help: "The index.") var name: String
  @Argument(help: ArgumentHelp("What was typed so far.", valueName: "text")) var words: [String]
  @Option(
    help: ArgumentHelp(
      "A text field, or a keyword field whose values are completed.", valueName: "name"))
  var field: String?
  @Option(
    name: [.customShort("n"), .customLong("limit")],
    help: ArgumentHelp("Suggestions to show.", valueName: "n"))
  var limit = 10

  func run() throws {
    var request = JSONObject()
    request["text"] = .string(words.joined(separator: " "))
    request["limit"] = .integer(Int64(limit))
    if let field { request["field"] = .string(field) }
    let question = Question.suggest(index: name, .object(request))
    let answer = try ask.answer(question) { (answer, output) throws(Failure) in
      for suggestion in answer["suggestions"]?.array ?? [] {
        let documents = suggestion["documents"]?.int ?? 0
        output.line(
          printable(suggestion["text"]?.string ?? "")
            + output.terminal.style("  \(counted(documents, "document"))", .dim))
      }
    }
    if answer["suggestions"]?.array?.isEmpty ?? true { throw Failure(.nothing, "") }
  }
}

import ArgumentParser
import JSON

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show how a document comes to its score, or which part of the query it lacks.",
    discussion: """
      Exit code 1: the query does not find the document. 66: there is no such document.

      Examples:
        martlet explain news reut2-000-17 nuclear deterrent
        martlet explain news reut2-000-17 '"balance of power" -missile' --filter 'tags=NATO'
      """)

  @OptionGroup var ask: AskOptions
  @Argument(help: "The index.") var name: String
  @Argument(help: "The document's id.") var id: String
  @Argument(help: ArgumentHelp("The query.", valueName: "query")) var words: [String]
  @OptionGroup var query: QueryOptions

  func run() throws {
    var request = try query.request(query: words.joined(separator: " "))
    request["id"] = .string(id)
    let question = Question.explain(index: name, .object(request))
    let answer = try ask.answer(question) { (answer, output) throws(Failure) in
      let rendering = SearchRendering(output: output, select: false, quiet: ask.common.quiet)
      if let explanation = answer["explanation"] { rendering.explain(explanation, depth: 0) }
      output.flush()
      SearchRendering.warnings(answer, quiet: ask.common.quiet)
    }
    if answer["matches"]?.bool == false { throw Failure(.nothing, "") }
  }
}

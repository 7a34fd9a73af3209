import ArgumentParser
import JSON

struct SimilarCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "similar",
    abstract: "Find documents like a document, or like a text.",
    discussion: """
      What is alike has many of the words that are frequent in it and rare elsewhere. Exit code 1: nothing is. 66: there
      is no such document.

      Examples:
        martlet similar news reut2-000-17
        martlet similar news reut2-000-17 -n 5 --filter 'date>=1987-06'
        martlet similar news --text "a strike at the port of Rotterdam"
        martlet similar news reut2-000-17 --json | jq .interpreted
      """)

  @OptionGroup var ask: AskOptions
  @Argument(help: "The index.") var name: String
  @Argument(help: "The document's id.") var id: String?
  @Option(help: ArgumentHelp("A text, instead of a document.", valueName: "text"))
  var text: String?

  @Option(
    name: [.customShort("n"), .customLong("limit")],
    help: ArgumentHelp("Hits to show.", valueName: "n"))
  var limit = 10

  @Option(help: ArgumentHelp("Compare these text fields.", valueName: "names"))
  var fields: String?

  @Option(
    help: ArgumentHelp(
      "Only documents with this value or in this range, as in search.", valueName: "filter"))
  var filter: [String] = []

  @Option(help: ArgumentHelp("Show these stored fields.", valueName: "names"))
  var select: String?

  @Option(help: ArgumentHelp("Passages of each hit.", valueName: "n"))
  var passages = 0

  @Flag(help: "Show how each score came about.")
  var explain = false

  mutating func validate() throws {
    if limit < 0 { throw ValidationError("-n: a number of hits, 0 or more") }
    if passages < 0 { throw ValidationError("--passages: a number, 0 or more") }
    if (id == nil) == (text == nil) { throw ValidationError("like what? an id, or --text") }
  }

  func run() throws {
    var request = JSONObject()
    if let id { request["id"] = .string(id) }
    if let text { request["text"] = .string(text) }
    request["limit"] = .integer(Int64(limit))
    if let fields { request["fields"] = list(fields) }
    if let select { request["select"] = list(select) }
    if passages > 0 { request["highlight"] = ["passages": .integer(Int64(passages))] as JSONValue }
    if explain { request["explain"] = true }
    if !filter.isEmpty {
      var filters: [JSONValue] = []
      for text in filter { filters.append(try FilterArgument.parse(text)) }
      request["filter"] = .array(filters)
    }
    let question = Question.similar(index: name, .object(request))
    let answer = try ask.answer(question) { (answer, output) throws(Failure) in
      SearchRendering(output: output, select: select != nil, quiet: ask.common.quiet).render(answer)
    }
    if answer["hits"]?.array?.isEmpty ?? true, limit > 0 { throw Failure(.nothing, "") }
  }
}

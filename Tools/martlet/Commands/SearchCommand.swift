import ArgumentParser
import JSON
import WireAPI

/// What is searched for and among what: the part of a search request that `count`, `delete --query` and `search` share.
struct QueryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Search these fields, each with a weight if wanted, as title^3,body.", valueName: "names"))
  var fields: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only documents with this value or in this range: tags=NATO, date>=2015-06-01, words<100. May be repeated; "
        + "all must hold. Also a filter of the wire API as JSON.",
      valueName: "filter"))
  var filter: [String] = []

  @Flag(name: .customLong("or"), help: "Words side by side: any of them, not all of them.")
  var any = false

  @Option(
    help: ArgumentHelp(
      "So many of the words are enough, which are then joined by OR: 2, or 75%; -1: one may be missing.",
      valueName: "n"))
  var minimumShouldMatch: String?

  @Option(
    help: ArgumentHelp(
      "lenient (reads anything, warns), strict (a warning is an error), simple (all characters are text).",
      valueName: "mode"))
  var mode: Mode?

  @Flag(help: "Only the words that were asked for, not their synonyms in the index.")
  var noSynonyms = false

  enum Mode: String, ExpressibleByArgument, CaseIterable { case lenient, strict, simple }

  /// The members of the wire request.
  func request(query: String) throws(Failure) -> JSONObject {
    var request = JSONObject()
    request["query"] = .string(query)
    if let mode { request["mode"] = .string(mode.rawValue) }
    if any { request["default_operator"] = "or" }
    if let minimumShouldMatch { request["minimum_should_match"] = .string(minimumShouldMatch) }
    if noSynonyms { request["synonyms"] = false }
    if let fields { request["fields"] = list(fields) }
    if !filter.isEmpty {
      var filters: [JSONValue] = []
      for text in filter { filters.append(try FilterArgument.parse(text)) }
      request["filter"] = .array(filters)
    }
    return request
  }
}

/// "title, body" → ["title", "body"].
func list(_ text: String) -> JSONValue {
  .array(
    text.split(separator: ",").map { part in
      .string(String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
    })
}

/// A filter on the command line, as a filter of the wire API.
enum FilterArgument {
  static func parse(_ text: String) throws(Failure) -> JSONValue {
    if text.hasPrefix("{") {
      do { return try JSONValue.parse(text) } catch {
        throw Failure(.usage, "--filter \(text): not JSON: \(error)")
      }
    }
    guard let at = text.firstIndex(where: { "=<>".contains($0) }), at > text.startIndex else {
      throw Failure(
        .usage,
        "--filter \(text): expected FIELD=VALUE, FIELD>=VALUE, FIELD<=VALUE, FIELD>VALUE or FIELD<VALUE"
      )
    }
    let field = JSONValue.string(String(text[..<at]))
    var rest = text[at...]
    for (sign, member) in [(">=", "gte"), ("<=", "lte"), (">", "gt"), ("<", "lt"), ("=", "equals")]
    where rest.hasPrefix(sign) {
      rest = rest.dropFirst(sign.count)
      return ["field": field, member: .string(String(rest))] as JSONValue
    }
    throw Failure(.usage, "--filter \(text): no value")
  }
}

struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Search an index, or several as one.",
    discussion: """
      Prints the best hits with the passages that match, best first. Exit code 1: nothing was found. Then, if some
      documents have some of the words, these are shown, and said to be such.

      Several indexes are named with commas, by aliases, and by patterns with * and ?; a - before a name leaves it out.

      Examples:
        martlet search news nuclear deterrent
        martlet search news '"balance of power" -missile' -n 5
        martlet search news 'title:nato AND date:2018..' --sort=-date
        martlet search news 'summit NEAR/5 (putin OR trump)'
        martlet search news trump putin helsinki summit --minimum-should-match 75%
        martlet search news putin --filter 'tags=NATO' --filter 'date>=2015-06-01'
        martlet search news '="Niinistö"' --json | jq .total
        martlet search news,wire-2019 nuclear deterrent
        martlet search 'wire-*,-wire-2019' herring --sort=-date
        martlet search news nato -n 0 --facet tags --facet date:month:Europe/Helsinki
        martlet search news peskov --socket /run/martlet/martlet.sock
      """)

  @OptionGroup var ask: AskOptions

  @Argument(help: "The index, an alias, or several: news,wire-*.") var name: String

  @Argument(
    help: ArgumentHelp(
      "The query. Several words are one query; quote what the shell would take.", valueName: "query"
    ))
  var words: [String]

  @Option(
    name: [.customShort("n"), .customLong("limit")],
    help: ArgumentHelp("Hits to show.", valueName: "n"))
  var limit = 10

  @OptionGroup var query: QueryOptions

  @Option(
    help: ArgumentHelp(
      "Sort by these fields instead of the score; - before a name: largest first. As -date,_score.",
      valueName: "names"))
  var sort: String?

  @Option(
    help: ArgumentHelp(
      "Words side by side, as in the query, add up to this share of what they score (0 to 10).",
      valueName: "share"))
  var proximity: Double?

  @Option(help: ArgumentHelp("Show these stored fields.", valueName: "names"))
  var select: String?

  @Option(
    help: ArgumentHelp(
      "Count the hits by the values of a field: tags, tags:25 (so many values), date:month (year, quarter, month, week, "
        + "day, hour), date:day:Europe/Helsinki. May be repeated.",
      valueName: "facet"))
  var facet: [String] = []

  @Option(
    help: ArgumentHelp(
      "Newer ones score more: a date field, the age at which half of it is left (12h, 30d, 2w, 6m, 1y), and how much at most, "
        + "as a share of what the words can give. As date:30d:0.3.",
      valueName: "recency"))
  var recency: String?

  @Option(
    help: ArgumentHelp(
      "One hit for each value of this field; near: one of those with nearly the same text.",
      valueName: "field"))
  var collapse: String?

  @Option(help: ArgumentHelp("Passages of each hit.", valueName: "n"))
  var passages = 3

  @Option(
    help: ArgumentHelp("Give up after so many milliseconds, with the hits so far.", valueName: "ms")
  )
  var timeout: Int?

  @Flag(help: "Show how each score came about.")
  var explain = false

  @Flag(help: "When nothing has all the words, show nothing.")
  var noRelax = false

  @Flag(help: "Where little is found, do not look for what was probably meant.")
  var noDidYouMean = false

  mutating func validate() throws {
    if limit < 0 { throw ValidationError("-n: a number of hits, 0 or more") }
    if passages < 0 { throw ValidationError("--passages: a number, 0 or more") }
  }

  func request() throws(Failure) -> JSONValue {
    var request = try query.request(query: words.joined(separator: " "))
    request["limit"] = .integer(Int64(limit))
    if let proximity { request["proximity"] = .double(proximity) }
    if let sort { request["sort"] = list(sort) }
    if let select { request["select"] = list(select) }
    do throws(Problem) {
      if !facet.isEmpty {
        request["facets"] = try FacetJSON.value(facet.joined(separator: ","), at: "--facet")
      }
      if let recency { request["recency"] = try RecencyJSON.value(recency, at: "--recency") }
    } catch {
      throw Failure(error)
    }
    if let collapse { request["collapse"] = .string(collapse) }
    if passages > 0 { request["highlight"] = ["passages": .integer(Int64(passages))] as JSONValue }
    if explain { request["explain"] = true }
    if noRelax { request["relax"] = false }
    if noDidYouMean { request["did_you_mean"] = false }
    if let timeout { request["timeout_ms"] = .integer(Int64(timeout)) }
    return .object(request)
  }

  func run() throws {
    let question = Question.search(index: name, try request())
    let wait = 10 + max(60, (timeout ?? 0) / 1000)
    let answer = try ask.answer(question, timeout: wait) { (answer, output) throws(Failure) in
      SearchRendering(output: output, select: select != nil, quiet: ask.common.quiet).render(answer)
    }
    if answer["timed_out"]?.bool == true {
      ask.common.note("martlet: the time ran out: these are the hits so far")
    }
    if answer["hits"]?.array?.isEmpty ?? true, limit > 0 { throw Failure(.nothing, "") }
  }
}

struct CountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count",
    abstract: "Count what a query finds; without one, all documents.",
    discussion: """
      Examples:
        martlet count news
        martlet count news 'nato -sweden'
        martlet count 'wire-*' nato
        martlet count news --filter 'date>=2018-01-01'
      """)

  @OptionGroup var ask: AskOptions
  @Argument(help: "The index, an alias, or several: news,wire-*.") var name: String
  @Argument(help: ArgumentHelp("The query.", valueName: "query")) var words: [String] = []
  @OptionGroup var query: QueryOptions

  func run() throws {
    // Without query and filter: everything, which is `*`.
    let text = words.isEmpty && query.filter.isEmpty ? "*" : words.joined(separator: " ")
    let question = Question.count(index: name, .object(try query.request(query: text)))
    _ = try ask.answer(question) { (answer, output) throws(Failure) in
      SearchRendering.warnings(answer, quiet: ask.common.quiet)
      let count = answer["count"] ?? answer["total"]?["value"]
      output.line(Answer.text(count))
    }
  }
}

import Analysis
import ArgumentParser
import JSON

struct GetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Print the stored fields of a document.",
    discussion: """
      Exit code 66: there is no such document.

      Examples:
        martlet get news reut2-000-17
        martlet get docs /usr/share/doc/bash/README.gz --json
      """)

  @OptionGroup var ask: AskOptions
  @Argument(help: "The index.") var name: String
  @Argument(help: "The document's id.") var id: String

  func run() throws {
    _ = try ask.answer(.document(index: name, id: id)) { (answer, output) throws(Failure) in
      let fields = answer["fields"]?.object ?? answer.json.object ?? JSONObject()
      for member in fields.members {
        let text = Answer.text(member.value)
        let label = output.terminal.style("\(printable(member.name)):", .bold)
        if text.utf8.contains(0x0A) {
          output.line(label)
          output.line(printable(text, lines: true))
        } else {
          output.line("\(label) \(printable(text))")
        }
      }
    }
  }
}

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the indexes.",
    discussion: """
      Examples:
        martlet list
        martlet list --data /srv/martlet --json
      """)

  @OptionGroup var ask: AskOptions

  func run() throws {
    _ = try ask.answer(.indexes) { (answer, output) throws(Failure) in
      let indexes = answer["indexes"]?.array ?? []
      let names = indexes.map { printable($0["name"]?.string ?? "") }
      let width = names.map(\.count).max() ?? 0
      for (name, index) in zip(names, indexes) {
        let padded = name + String(repeating: " ", count: width - name.count)
        guard let documents = index["documents"]?.int else {
          output.line("\(padded)  \(printable(index["fault"]?.string ?? "cannot be opened"))")
          continue
        }
        let size = index["size_bytes"]?.int.map { "  \(Size.describe($0))" } ?? ""
        let aliases = index["aliases"].map { "  (\(printable(Answer.text($0))))" } ?? ""
        output.line("\(padded)  \(counted(documents, "document"))\(size)\(aliases)")
      }
      if indexes.isEmpty { ask.common.note("no indexes; make one: martlet index NAME PATH…") }
    }
  }
}

struct StatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Say how large an index is and what it is made of.",
    discussion: """
      Examples:
        martlet stats news
        martlet stats news --json | jq .segments
      """)

  @OptionGroup var ask: AskOptions
  @Argument(help: "The index.") var name: String

  func run() throws {
    _ = try ask.answer(.index(name)) { (answer, output) throws(Failure) in
      func row(_ label: String, _ text: String?) {
        guard let text else { return }
        output.line(
          label + String(repeating: " ", count: max(1, 14 - label.count)) + printable(text))
      }
      row("index", answer["name"]?.string ?? name)
      row("documents", answer["documents"]?.int.map(grouped))
      row("deleted", answer["deleted"]?.int.map { "\(grouped($0)), until a merge" })
      row("size", answer["size_bytes"]?.int.map(Size.describe))
      if let bytes = answer["bytes"] {
        let parts = [
          ("postings", "postings"), ("dictionaries", "dictionaries"),
          ("stored", "stored documents"),
          ("columns", "columns"), ("norms", "norms"), ("rest", "checksums and tables"),
        ].compactMap { part in
          bytes[part.0]?.int.flatMap { $0 > 0 ? "\(part.1) \(Size.describe($0))" : nil }
        }
        row("made of", parts.joined(separator: ", "))
      }
      row("generation", answer["generation"]?.int.map(grouped))
      row("uuid", answer["uuid"]?.string)
      let segments = answer["segments"]?.array ?? []
      row("segments", grouped(segments.count))
      for segment in segments {
        let documents = segment["documents"]?.int ?? 0
        let deleted = segment["deleted"]?.int ?? 0
        let gone = deleted > 0 ? ", \(grouped(deleted)) deleted" : ""
        let size = segment["size_bytes"]?.int.map { "  \(Size.describe($0))" } ?? ""
        output.line(
          "  \(printable(segment["name"]?.string ?? ""))  \(counted(documents, "document"))\(gone)\(size)"
        )
      }
      let fields = answer["schema"]?["fields"]
      if let object = fields?.object {
        row(
          "fields",
          object.members.map { "\($0.name) (\($0.value["type"]?.string ?? ""))" }.joined(
            separator: ", "))
      } else if let array = fields?.array {
        row(
          "fields",
          array.map { "\($0["name"]?.string ?? "") (\($0["type"]?.string ?? ""))" }.joined(
            separator: ", "))
      }
    }
  }
}

struct AnalyzeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "Show what an analyzer makes of a text: its tokens, and the terms that are indexed.",
    discussion: """
      With the name of an index, the text is read as that index reads the field (--field); else by the analyzer
      that --analyzer names (standard without it).

      A row for each token: its position, its bytes in the text, the text, and what becomes of it. The exact form is
      what ="…" finds; folded, its marks are gone; the index form, without endings, is what words find. After it:
      joined (a compound as one word), stop word (left out of long OR queries), bigram (two characters of a script
      without spaces), last of run (the last of them by itself). Below: what the synonyms of the index look for in
      place of words, or as well.

      Analyzers, in any case, languages by their English name or ISO code:
        \(AnalyzeCommand.analyzers)

      Examples:
        martlet analyze --analyzer english "the deterrent effects of COVID-19"
        martlet analyze --analyzer fi "Niinistö taloissamme"
        martlet analyze --analyzer cjk "東京都 한국어"
        martlet analyze --index news --field body "Niinistö’s talks"
      """)

  /// All of them, in lines of at most 90 letters.
  private static var analyzers: String {
    var lines = [""]
    for name in Analyzer.names.map({ $0 == "cjk" ? "cjk (chinese, japanese, korean)" : $0 }) {
      if lines[lines.count - 1].count + name.count > 90 { lines.append("") }
      lines[lines.count - 1] += lines[lines.count - 1].isEmpty ? name : ", " + name
    }
    return lines.joined(separator: ",\n        ")
  }

  @OptionGroup var ask: AskOptions
  @Argument(help: ArgumentHelp("The text.", valueName: "text")) var words: [String]
  @Option(help: ArgumentHelp("The index whose field it is.", valueName: "name")) var index: String?
  @Option(help: ArgumentHelp("The field that says which analyzer.", valueName: "name")) var field:
    String?
  @Option(
    help: ArgumentHelp(
      "The analyzer: standard, english, fi, cjk, … (see above).", valueName: "name"))
  var analyzer: String?

  mutating func validate() throws {
    if field != nil, index == nil { throw ValidationError("--field needs --index") }
    if field != nil, analyzer != nil { throw ValidationError("either --field or --analyzer") }
    if index == nil, ask.socket != nil { throw ValidationError("--socket needs --index") }
  }

  func run() throws {
    var request = JSONObject()
    request["text"] = .string(words.joined(separator: " "))
    if let field { request["field"] = .string(field) }
    if let analyzer { request["analyzer"] = .string(analyzer) }
    let question = Question.analyze(index: index, .object(request))
    _ = try ask.answer(question) { (answer, output) throws(Failure) in
      var rows = [["position", "bytes", "text", "exact form", "folded", "index form"]]
      for token in answer["tokens"]?.array ?? [] {
        rows.append([
          Answer.text(token["position"]),
          "\(Answer.text(token["start"]))–\(Answer.text(token["end"]))",
          printable(Answer.text(token["text"])), printable(Answer.text(token["exact"])),
          printable(Answer.text(token["folded"])),
          ([printable(Answer.text(token["index"]))] + Self.notes(token)).joined(separator: "  "),
        ])
      }
      let widths = (0..<6).map { column in rows.map { $0[column].columns }.max() ?? 0 }
      for row in rows {
        let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.columns) }
        output.line(String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed()))
      }
      for found in answer["synonyms"]?.array ?? [] {
        let isKept = found["also"] != nil
        let words = (found["also"] ?? found["instead"])?.array ?? []
        output.line(
          "\(printable(Answer.text(found["text"]))): looked for \(isKept ? "as well" : "instead"): "
            + words.map { printable(Answer.text($0)) }.joined(separator: ", "))
      }
    }
  }

  private static func notes(_ token: JSONValue) -> [String] {
    [
      ("stop", "(stop word)"), ("joined", "(joined)"), ("bigram", "(bigram)"),
      ("last_of_run", "(last of run)"),
    ]
    .filter { token[$0.0]?.bool == true }.map(\.1)
  }
}

extension String {
  /// Columns of a terminal that it takes: two for each character of Han, kana and Hangul, one for each other.
  fileprivate var columns: Int {
    reduce(0) { sum, character in
      switch character.unicodeScalars.first?.value ?? 0 {
      case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
        sum + 2
      default: sum + 1
      }
    }
  }
}

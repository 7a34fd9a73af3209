import ArgumentParser
import InvertedIndex
import JSON

struct SynonymsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synonyms",
    abstract: "Set the synonyms of an index, show or remove them.",
    discussion: """
      The file is one of Solr's synonyms: a rule a line, # begins a comment, \\ takes a character as it is.

        usa, united states, united states of america     each finds the others
        tv => television                                 tv is read as television

      Searches look for them from then on, in words, words side by side and whole phrases, without a restart of the
      daemon or a new index. `search --no-synonyms` and ="…" leave them out; `delete --query` never uses them.

      Examples:
        martlet synonyms news synonyms.txt
        martlet synonyms news --show > synonyms.txt
        martlet synonyms news --clear
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The index.") var name: String
  @Argument(help: ArgumentHelp("The file; - is the standard input.", valueName: "file"))
  var path: String?
  @Flag(help: "Print the rules as they were given.") var show = false
  @Flag(help: "Remove all rules.") var clear = false

  mutating func validate() throws {
    guard [path != nil, show, clear].count(where: { $0 }) == 1 else {
      throw ValidationError("one of: a file of synonyms, --show, --clear")
    }
  }

  func run() throws {
    let store = try common.store()
    let directory = try engine { () throws(IndexError) in try store.open(name) }
    if show {
      let settings = try engine { () throws(IndexError) in try IndexSettings.read(directory) }
      return print(settings.synonyms)
    }
    let rules = try path.map { path throws(Failure) in try read(path) }
    let generation = try engine { () throws(IndexError) in
      try IndexSettings.change(directory) { $0.synonyms = rules }
    }
    if common.json {
      let output = Output(1)
      var writer = JSONWriter()
      writer.object { writer in
        writer.field("generation", generation)
        writer.field("rules", rules?.count ?? 0)
      }
      writer.newline()
      output.write(writer.bytes)
      output.flush()
    } else {
      common.note("\(name): " + (rules.map { counted($0.count, "rule") } ?? "no rules"))
    }
  }

  private func read(_ path: String) throws(Failure) -> SynonymRules {
    let bytes = try SmallFile.read(
      path, largest: SynonymRules.maximumSize, what: "a file of synonyms")
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(.data, "\(path): is not UTF-8")
    }
    do throws(IndexError) {
      return try SynonymRules(text)
    } catch {
      throw Failure(.data, "\(path): \(error)")
    }
  }

  private func print(_ rules: SynonymRules?) {
    let output = Output(1)
    if common.json {
      var writer = JSONWriter()
      writer.object { writer in
        writer.field("rules", rules?.count ?? 0)
        writer.field("text", rules?.text ?? "")
      }
      writer.newline()
      output.write(writer.bytes)
    } else if let rules {
      output.write(Array(rules.text.utf8))
      if !rules.text.utf8.isEmpty, rules.text.utf8.last != UInt8(ascii: "\n") { output.line("") }
    }
    output.flush()
  }
}

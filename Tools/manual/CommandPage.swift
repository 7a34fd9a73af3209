import JSON

/// The page of a program and its subcommands, from the description that swift-argument-parser prints
/// (`--experimental-dump-help`, ToolInfo version 0).
struct CommandPage {
  private var page: ManPage

  var text: String { page.text }

  init(_ command: JSONValue, section: Int, version: String) {
    let name = command["commandName"]?.string ?? ""
    page = ManPage(title: name.uppercased(), section: section, version: version)
    page.section("NAME")
    page.paragraph("\(name) - \(Self.sentence(command["abstract"]))")
    let subcommands = (command["subcommands"]?.array ?? []).filter {
      $0["shouldDisplay"]?.bool != false && $0["commandName"]?.string != "help"
    }
    page.section("SYNOPSIS")
    page.paragraph(
      subcommands.isEmpty
        ? Self.usage(command, after: "") : "\(name) <subcommand> [options] [arguments]")
    page.section("DESCRIPTION")
    page.discussion(command["discussion"]?.string ?? "")
    arguments(command)
    if !subcommands.isEmpty { page.section("COMMANDS") }
    for subcommand in subcommands { self.subcommand(subcommand, of: name) }
    page.section("SEE ALSO")
    let pages = ["martlet(1)", "martletd(8)", "martlet-query(7)"]
    page.paragraph(pages.filter { $0 != "\(name)(\(section))" }.joined(separator: ", "))
  }

  private mutating func subcommand(_ command: JSONValue, of program: String) {
    page.subsection(Self.usage(command, after: program))
    page.paragraph(command["abstract"]?.string ?? "")
    page.discussion(command["discussion"]?.string ?? "")
    arguments(command)
  }

  private mutating func arguments(_ command: JSONValue) {
    for argument in command["arguments"]?.array ?? []
    where argument["shouldDisplay"]?.bool != false && argument["valueName"]?.string != "help" {
      var meaning = argument["abstract"]?.string ?? ""
      if let detail = argument["discussion"]?.string { meaning += "\n" + detail }
      if let value = argument["defaultValue"]?.string, !value.isEmpty {
        meaning += " Default: \(value)."
      }
      page.item(Self.term(argument), meaning)
    }
  }

  /// `-n, --limit <n>`
  private static func term(_ argument: JSONValue) -> String {
    let value = "<\(argument["valueName"]?.string ?? "")>"
    if argument["kind"]?.string == "positional" { return value }
    let names = (argument["names"]?.array ?? []).map(Self.name).joined(separator: ", ")
    return argument["kind"]?.string == "option" ? "\(names) \(value)" : names
  }

  private static func name(_ name: JSONValue) -> String {
    (name["kind"]?.string == "long" ? "--" : "-") + (name["name"]?.string ?? "")
  }

  private static func usage(_ command: JSONValue, after program: String) -> String {
    var words = program.isEmpty ? [] : [program]
    words.append(command["commandName"]?.string ?? "")
    let arguments = command["arguments"]?.array ?? []
    if arguments.contains(where: { $0["kind"]?.string != "positional" }) {
      words.append("[options]")
    }
    for argument in arguments where argument["kind"]?.string == "positional" {
      var word = "<\(argument["valueName"]?.string ?? "")>"
      if argument["isRepeating"]?.bool == true { word += " ..." }
      words.append(argument["isOptional"]?.bool == true ? "[\(word)]" : word)
    }
    return words.joined(separator: " ")
  }

  /// In the line of a name no sentence ends.
  private static func sentence(_ text: JSONValue?) -> String {
    var text = text?.string ?? ""
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}

import ArgumentParser
import Extraction

/// Which files are read, and as what: the options of every command that takes documents from paths.
struct SourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only files that match, as '*.md' or 'docs/**'; may be repeated.",
      discussion: "Patterns are those of .gitignore, from the given path.", valueName: "pattern"))
  var include: [String] = []
  @Option(
    help: ArgumentHelp(
      "No files and folders that match, as '*.log' or 'drafts/'; may be repeated, wins over --include.",
      valueName: "pattern"))
  var exclude: [String] = []
  @Flag(help: "Read what .martletignore, .ignore and .gitignore name, too.") var noIgnore = false
  @Flag(help: "Read files and folders whose names begin with a dot, too.") var hidden = false
  @Flag(help: "Go to other file systems below a given folder, too.") var crossFileSystems = false
  @Option(
    help: ArgumentHelp(
      "Take every file for this, whatever its name: \(FileKind.names). Else by extension and content.",
      valueName: "kind"))
  var format: FileKind?
  @Option(
    help: ArgumentHelp(
      "Between the fields of tables: one character, or tab. Else by extension and header.",
      valueName: "character"))
  var delimiter: Delimiter?
  @Option(
    help: ArgumentHelp(
      "The column of tables that holds the id. Else id, else ids are path and row number.",
      valueName: "name"))
  var idColumn: String?
  @Flag(name: .shortAndLong, help: "Name every file that is passed over, and why.")
  var verbose = false

  mutating func validate() throws { _ = try patterns() }

  /// For the module that reads.
  func reading() throws -> DocumentSource.Options {
    var options = DocumentSource.Options()
    (options.includes, options.excludes) = try patterns()
    options.usesIgnoreFiles = !noIgnore
    options.includesHidden = hidden
    options.crossesFileSystems = crossFileSystems
    options.kind = format
    options.delimiter = delimiter?.byte
    options.idColumn = idColumn
    return options
  }

  private func patterns() throws -> ([PathPattern], [PathPattern]) {
    func compiled(_ texts: [String], _ option: String) throws -> [PathPattern] {
      try texts.map { text in
        do throws(PathPattern.Fault) {
          return try PathPattern(text)
        } catch {
          throw ValidationError("\(option): \"\(printable(text))\" is no pattern: \(error.message)")
        }
      }
    }
    return (try compiled(include, "--include"), try compiled(exclude, "--exclude"))
  }
}

extension FileKind: ExpressibleByArgument {
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  public init?(argument: String) {
    switch argument {
    case "ndjson": self = .jsonl
    case "md": self = .markdown
    case "htm": self = .html
    case "txt": self = .text
    default: self.init(rawValue: argument)
    }
  }
}

/// `;`, `|`, `tab`.
struct Delimiter: ExpressibleByArgument {
  let byte: UInt8

  init?(argument: String) {
    if argument == "tab" || argument == "\\t" {
      byte = 0x09
      return
    }
    guard argument.utf8.count == 1, let byte = argument.utf8.first, byte < 0x80, byte != 0x22,
      byte == 0x09 || byte >= 0x20
    else { return nil }
    self.byte = byte
  }
}

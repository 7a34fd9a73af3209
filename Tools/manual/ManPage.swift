/// Text of a manual page in the macros of man(7), as groff and mandoc read them.
///
/// What is text stays text: backslashes, and dots and quotes at the beginning of a line, are escaped.
struct ManPage {
  private(set) var text: String

  /// - Parameter title: as `MARTLET`.
  init(title: String, section: Int, version: String) {
    text = ".TH \(title) \(section) \"\" \"Martlet \(version)\" \"Martlet Manual\"\n.nh\n.ad l\n"
  }

  mutating func section(_ name: String) { text += ".SH \(Self.quoted(name))\n" }

  mutating func subsection(_ name: String) { text += ".SS \(Self.quoted(name))\n" }

  mutating func paragraph(_ words: String) { text += ".PP\n\(Self.escaped(words))\n" }

  /// A term and what it means, further in.
  mutating func item(_ term: String, _ meaning: String) {
    text += ".TP\n\(Self.bold(term))\n\(Self.escaped(meaning.isEmpty ? "\u{a0}" : meaning))\n"
  }

  /// Lines as they stand.
  mutating func lines(_ lines: [String]) {
    text += ".PP\n.nf\n.RS 4\n"
    for line in lines { text += Self.escaped(line) + "\n" }
    text += ".RE\n.fi\n"
  }

  /// Paragraphs, and indented lines as they stand: how the help of the programs is written.
  mutating func discussion(_ words: String) {
    var block: [String] = []
    func isIndented(_ line: String) -> Bool { line.hasPrefix("  ") }
    func flush(_ page: inout ManPage) {
      if block.isEmpty { return }
      if isIndented(block[0]) {
        page.lines(block.map { String($0.drop { $0 == " " }) })
      } else {
        page.paragraph(block.joined(separator: "\n"))
      }
      block = []
    }
    for line in words.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.allSatisfy({ $0 == " " }) {
        flush(&self)
        continue
      }
      if let first = block.first, isIndented(first) != isIndented(line) { flush(&self) }
      block.append(line)
    }
    flush(&self)
  }

  static func bold(_ words: String) -> String { "\\fB\(escaped(words))\\fR" }

  private static func quoted(_ words: String) -> String {
    "\"" + escaped(words).replacing("\"", with: "\\(dq") + "\""
  }

  static func escaped(_ words: String) -> String {
    words.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var result = ""
      if let first = line.first, first == "." || first == "'" { result += "\\&" }
      for character in line {
        switch character {
        case "\\": result += "\\e"
        // Left alone they become typographic ones, which nobody can paste.
        case "-": result += "\\-"
        case "'": result += "\\(aq"
        case "`": result += "\\(ga"
        case "^": result += "\\(ha"
        case "~": result += "\\(ti"
        default: result.append(character)
        }
      }
      return result
    }.joined(separator: "\n")
  }
}

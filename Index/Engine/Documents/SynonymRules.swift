// Rules of synonyms in the format of Solr's synonym files, which other engines read as well:
//
//   # a line that begins so says nothing
//   usa, united states, united states of america     each finds the others
//   car => automobile, motor vehicle                 the left is read as the right
//
// An entry is one word or several. `\` takes the next character as it is: `\,`, `\=>`, `\#`, `\\`. What words are is up to
// the analyzer of each field that is searched.

import Analysis

/// Checked, as they came.
public struct SynonymRules: Sendable, Equatable {
  struct Rule: Sendable, Equatable {
    /// What a query may have.
    var inputs: [String]
    /// What is looked for then. Of a rule without `=>` the same.
    var outputs: [String]
  }

  /// Bytes of a file. They lie in the manifest, which each commit writes anew.
  public static let maximumSize = 1 << 20
  /// Entries of a rule, and ways to look for one entry by all rules together.
  public static let maximumEntries = 256
  /// Words of an entry.
  public static let maximumWords = 16

  public let text: String
  let rules: [Rule]

  public static func == (a: SynonymRules, b: SynonymRules) -> Bool { a.text == b.text }

  /// Rules, comments and empty lines apart.
  public var count: Int { rules.count }

  /// - Throws: `invalid`, naming the line.
  public init(_ text: String) throws(IndexError) {
    guard text.utf8.count <= Self.maximumSize else {
      throw .invalid(
        "synonyms: \(text.utf8.count) bytes; \(Self.maximumSize) are allowed")
    }
    var rules: [Rule] = []
    // Bytes: "\r\n" is one Character.
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var check = EntryCheck()
    for (number, line) in lines.enumerated() {
      do throws(RuleFault) {
        guard let rule = try Self.rule(Array(line)) else { continue }
        try check.add(rule)
        rules.append(rule)
      } catch {
        throw .invalid("synonyms: line \(number + 1): \(error.detail)")
      }
    }
    self.text = text
    self.rules = rules
  }

  /// nil: nothing is said.
  private static func rule(_ line: [UInt8]) throws(RuleFault) -> Rule? {
    let line = trimmed(line[...])
    if line.isEmpty || line.first == UInt8(ascii: "#") { return nil }
    var sides: [[String]] = [[]]
    var entry: [UInt8] = []
    /// Of `entry`, how much must stay at its end: escaped white space.
    var kept = 0
    func end() throws(RuleFault) {
      while entry.count > kept, isSpace(entry[entry.count - 1]) { entry.removeLast() }
      guard !entry.isEmpty else { throw RuleFault("an entry is empty") }
      sides[sides.count - 1].append(String(decoding: entry, as: UTF8.self))
      guard sides[sides.count - 1].count <= maximumEntries else {
        throw RuleFault("more than \(maximumEntries) entries")
      }
      entry = []
      kept = 0
    }
    var at = line.startIndex
    while at < line.endIndex {
      let byte = line[at]
      let next = at + 1 < line.endIndex ? line[at + 1] : nil
      switch byte {
      case UInt8(ascii: "\\"):
        guard let next else { throw RuleFault("\\ at its end escapes nothing") }
        entry.append(next)
        kept = entry.count
        at += 1
      case UInt8(ascii: ","): try end()
      case UInt8(ascii: "=") where next == UInt8(ascii: ">"):
        try end()
        guard sides.count == 1 else { throw RuleFault("=> stands there twice") }
        sides.append([])
        at += 1
      default: if !entry.isEmpty || !isSpace(byte) { entry.append(byte) }
      }
      at += 1
    }
    try end()
    return Rule(inputs: sides[0], outputs: sides[sides.count - 1])
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var line = line.drop(while: isSpace)
    // A byte order mark is no word.
    if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3).drop(while: isSpace) }
    while let last = line.last, isSpace(last) {
      // Escaped, it is the entry's.
      if line.dropLast().last == UInt8(ascii: "\\") { break }
      line.removeLast()
    }
    return line
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte >= 0x09 && byte <= 0x0D
  }
}

private struct RuleFault: Error {
  var detail: String
  init(_ detail: String) { self.detail = detail }
}

/// That entries are words, as the analyzer without a language sees them, and how many each stands for.
private struct EntryCheck: ~Copyable {
  private let analyzer = Analyzer.named("standard")
  private var buffer = TokenBuffer(capacity: 64)
  private var ways: [String: Int] = [:]

  mutating func add(_ rule: borrowing SynonymRules.Rule) throws(RuleFault) {
    for entry in rule.inputs { try checkWords(entry) }
    if rule.outputs != rule.inputs { for entry in rule.outputs { try checkWords(entry) } }
    for entry in rule.inputs {
      let sum = ways[entry, default: 0] + rule.outputs.count
      guard sum <= SynonymRules.maximumEntries else {
        throw RuleFault(
          "\"\(entry)\" stands for more than \(SynonymRules.maximumEntries) entries by now")
      }
      ways[entry] = sum
    }
  }

  private mutating func checkWords(_ entry: String) throws(RuleFault) {
    guard let analyzer else { return }
    buffer.removeAll()
    let bytes = Array(entry.utf8)
    let words = analyzer.tokenize(unsafe bytes.span.bytes, into: &buffer)
    guard words > 0 else { throw RuleFault("\"\(entry)\" has no word") }
    guard words <= SynonymRules.maximumWords else {
      throw RuleFault(
        "\"\(entry.prefix(40))…\" has \(words) words; \(SynonymRules.maximumWords) are allowed")
    }
  }
}

// The examples of Sources/PROTOCOL.md and SEARCH.md, read out of the Markdown.
//
//   ```console     `$ command`, on as long as a line ends with `\`, or a quote or a here-document is open; then what
//                  it prints: JSON, broken into lines as one likes, or text
//   ```python      a program; a ```text block right after it is what it prints. The same for ```js
//   ```json        an example that is not asked for: it has to be JSON
//
// In what is printed, `…` stands for anything: within a line or a string, as a line of its own for any lines.

import JSON

struct ProtocolText {
  struct Example {
    enum Kind { case console, python, js, json }

    var kind: Kind
    /// Number of its first line, for messages.
    var line: Int
    /// A command, a program, or the JSON.
    var text: String
    var printed: String?
  }

  var examples: [Example] = []

  init(markdown: String) {
    let lines = markdown.split(separator: "\n", omittingEmptySubsequences: false)
    var at = 0
    while at < lines.count {
      guard lines[at].hasPrefix("```") else {
        at += 1
        continue
      }
      let language = lines[at].dropFirst(3)
      let first = at + 1
      at = first
      while at < lines.count, lines[at] != "```" { at += 1 }
      let block = lines[first..<min(at, lines.count)]
      at += 1
      switch language {
      case "console": addCommands(block)
      case "python": add(.python, block)
      case "js": add(.js, block)
      case "json": add(.json, block)
      case "text": examples[examples.count - 1].printed = block.joined(separator: "\n")
      default: break
      }
    }
  }

  private mutating func add(_ kind: Example.Kind, _ block: ArraySlice<Substring>) {
    examples.append(
      Example(kind: kind, line: block.startIndex + 1, text: block.joined(separator: "\n")))
  }

  /// Whether a command goes on in the next line.
  private func goesOn(_ command: [Substring]) -> Bool {
    if command[command.count - 1].hasSuffix("\\") { return true }
    if command[0].hasSuffix("<<'END'") { return command[command.count - 1] != "END" }
    let quotes = command.reduce(0) { sum, line in sum + line.count { $0 == "'" } }
    return quotes % 2 == 1
  }

  private mutating func addCommands(_ block: ArraySlice<Substring>) {
    var at = block.startIndex
    while at < block.endIndex {
      var example = Example(kind: .console, line: at + 1, text: "")
      var command = [block[at].hasPrefix("$ ") ? block[at].dropFirst(2) : block[at]]
      at += 1
      while at < block.endIndex, goesOn(command) {
        command.append(block[at])
        at += 1
      }
      example.text = command.joined(separator: "\n")
      let answer = block[at...].prefix { !$0.hasPrefix("$ ") }
      at = answer.endIndex
      example.printed = answer.isEmpty ? nil : answer.joined(separator: "\n")
      examples.append(example)
    }
  }
}

/// Whether an answer is what the text prints.
enum ProtocolComparison {
  /// Members whose values differ from run to run, and from machine to machine; beside them, sizes in bytes.
  static let varying: Set<String> = [
    "took_us", "age_us", "generation", "uuid", "version", "score", "pid", "uid",
  ]

  /// nil: it is. Else the first difference.
  static func difference(_ printed: String, _ found: String) -> String? {
    guard let wanted = values(printed) else { return lines(printed, found) }
    guard let values = values(found) else { return "no JSON: \(found)" }
    guard wanted.count == values.count else {
      return "\(wanted.count) values expected, \(values.count) found: \(found)"
    }
    for (wanted, value) in zip(wanted, values) {
      if let fault = difference(wanted, value, at: "") { return fault }
    }
    return nil
  }

  /// The JSON values of a text, each beginning on a line of its own; nil when it is something else.
  private static func values(_ text: String) -> [JSONValue]? {
    var values: [JSONValue] = []
    var open = ""
    for line in text.split(separator: "\n") {
      open += line + "\n"
      guard let value = try? JSONValue.parse(open) else { continue }
      guard value.object != nil || value.array != nil else { return nil }
      values.append(value)
      open = ""
    }
    return open.isEmpty && !values.isEmpty ? values : nil
  }

  static func difference(_ wanted: JSONValue, _ found: JSONValue, at place: String) -> String? {
    if wanted == "…" { return nil }
    switch (wanted, found) {
    case (.object(let wanted), .object(let found)):
      for member in wanted.members {
        let inner = "\(place)/\(member.name)"
        guard let value = found[member.name] else { return "\(inner) is missing" }
        // Numbers and texts vary; their kind does not.
        if varies(member) {
          if value.kind != member.value.kind, member.value != "…" {
            return "\(inner): \(value) is \(value.kind)"
          }
          continue
        }
        if let fault = difference(member.value, value, at: inner) { return fault }
      }
      return nil
    case (.array(let wanted), .array(let found)):
      for (index, value) in wanted.enumerated() {
        if value == "…" { return nil }
        guard index < found.count else { return "\(place)/\(index) is missing" }
        if let fault = difference(value, found[index], at: "\(place)/\(index)") { return fault }
      }
      return wanted.count == found.count ? nil : "\(place): \(found.count) elements: \(found)"
    case (.string(let wanted), .string(let found)):
      return matches(wanted, found) ? nil : "\(place): \"\(found)\" is not \"\(wanted)\""
    default:
      if let a = wanted.number, let b = found.number, a == b { return nil }
      return wanted == found ? nil : "\(place): \(found) is not \(wanted)"
    }
  }

  private static func varies(_ member: JSONObject.Member) -> Bool {
    switch member.value {
    case .object, .array: false
    // Of explanations; totals are whole numbers, and told as they are.
    case .double where member.name == "value": true
    default: varying.contains(member.name) || member.name.hasSuffix("_bytes")
    }
  }

  /// Every printed line occurs, in order; lines are only passed over where the text says `…`.
  private static func lines(_ printed: String, _ found: String) -> String? {
    let text = found.replacing("\r\n", with: "\n")
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    while lines.last == "" { lines.removeLast() }
    var skips = false
    for wanted in printed.split(separator: "\n", omittingEmptySubsequences: false) {
      if wanted == "…" {
        skips = true
        continue
      }
      while skips, let line = lines.first, !matches(String(wanted), String(line)) {
        lines.removeFirst()
      }
      guard let line = lines.popFirst(), matches(String(wanted), String(line)) else {
        return "\"\(wanted)\" is not there: \(found)"
      }
      skips = false
    }
    return skips || lines.isEmpty ? nil : "more than expected: \(lines.joined(separator: "\n"))"
  }

  /// Whether a text is what a pattern says, in which `…` is anything.
  static func matches(_ pattern: String, _ text: String) -> Bool {
    let parts = pattern.split(separator: "…", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return pattern == text }
    guard text.hasPrefix(parts[0]) else { return false }
    var rest = text.dropFirst(parts[0].count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.hasSuffix(parts[parts.count - 1])
  }
}

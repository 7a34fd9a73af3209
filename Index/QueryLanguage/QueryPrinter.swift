// A tree as text that reads back as the same tree, under either default operator, without a warning.
//
// Operators are always written; what could be taken for one is escaped by a backslash. Where words side by side are joined by OR and
// some are excluded, brackets are written that were not there: of a query in nearly as many groups as may nest, the text
// nests too deeply to be read.

extension QueryNode {
  /// The query as it was read, for people and for reading again.
  public func printed() -> String {
    var printer = QueryPrinter()
    printer.output.reserveCapacity(64)
    printer.print(self)
    return String(decoding: printer.output, as: UTF8.self)
  }
}

private struct QueryPrinter {
  var output: [UInt8] = []

  /// How tightly a node holds together: of two, the looser needs brackets inside the tighter.
  enum Level: Int, Comparable {
    case or, and, near, signed, boosted, primary
    static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  func level(_ node: QueryNode) -> Level {
    switch node {
    case .or: .or
    case .and: .and
    case .near: .near
    case .not, .required: .signed
    case .boosted: .boosted
    default: .primary
    }
  }

  mutating func print(_ node: QueryNode) {
    switch node {
    case .empty: write("()")
    case .all: write("*")
    case .term(let term): print(term)
    case .wildcard(let wildcard): print(wildcard)
    case .phrase(let phrase): print(phrase)
    case .regex(let pattern): print(regex: pattern)
    case .interval(let interval): print(interval)
    case .near(let near):
      for (index, operand) in near.operands.enumerated() {
        if index > 0 {
          let gap = near.gaps[index - 1]
          write(gap.isOrdered ? " ADJ" : " NEAR")
          if gap.distance != Near.Gap.defaultDistance { write("/\(gap.distance)") }
          write(" ")
        }
        print(operand, atLeast: .boosted)
      }
    case .and(let operands): print(operands, joinedBy: " AND ", atLeast: .near)
    case .or(let operands): print(operands, joinedBy: " OR ", atLeast: .and)
    case .not(let inner):
      write("NOT ")
      print(inner, atLeast: .boosted)
    case .required(let inner):
      write("+")
      print(inner, atLeast: .boosted)
    case .scoped(let fields, let inner):
      for (index, field) in fields.enumerated() {
        if index > 0 { write(",") }
        write(field)
      }
      write(":")
      if case .scoped = inner { printInBrackets(inner) } else { print(inner, atLeast: .primary) }
    case .boosted(let inner, let factor):
      print(inner, atLeast: .primary)
      let text = factor.description
      write("^" + (text.hasSuffix(".0") ? String(text.dropLast(2)) : text))
    }
  }

  typealias Near = QueryNode.Near

  mutating func print(_ operands: [QueryNode], joinedBy operation: String, atLeast: Level) {
    for (index, operand) in operands.enumerated() {
      if index > 0 { write(operation) }
      print(operand, atLeast: atLeast)
    }
  }

  mutating func print(_ node: QueryNode, atLeast least: Level) {
    if level(node) < least { printInBrackets(node) } else { print(node) }
  }

  mutating func printInBrackets(_ node: QueryNode) {
    write("(")
    print(node)
    write(")")
  }

  mutating func write(_ text: String) { output += text.utf8 }

  // MARK: Leaves

  mutating func print(_ term: QueryNode.Term) {
    if term.isExact { write("=") }
    write(word: term.text, isFirst: true)
    if term.isPrefix { write("*") }
    if term.edits > 0 { write("~\(term.edits)") }
  }

  mutating func print(_ wildcard: QueryNode.Wildcard) {
    if wildcard.isExact { write("=") }
    for (index, part) in wildcard.parts.enumerated() {
      switch part {
      case .text(let text): write(word: text, isFirst: index == 0)
      case .any: write("*")
      case .one: write("?")
      }
    }
  }

  mutating func print(_ phrase: QueryNode.Phrase) {
    write(phrase.isExact ? "=\"" : "\"")
    for (index, part) in phrase.parts.enumerated() {
      if index > 0 { write(" ") }
      switch part {
      case .gap: write("*")
      case .text(let text):
        let scanner = QueryScanner(Array(text.utf8), limit: .max)
        escape(scanner) { at, length in
          scanner.quoteLength(at) > 0 || scanner.byte(at) == ascii("*")
            || ((at == 0 || at + length == scanner.end) && scanner.spaceLength(at) > 0)
        }
      }
    }
    write("\"")
    if phrase.slop > 0 { write("~\(phrase.slop)") }
    if phrase.isPrefix { write("*") }
    if let quorum = phrase.quorum { write("/\(quorum)") }
  }

  mutating func print(regex pattern: String) {
    write("/")
    // A slash in a pattern is never escaped there: `\/` was read as the slash alone.
    for byte in pattern.utf8 {
      if byte == ascii("/") { write("\\") }
      output.append(byte)
    }
    write("/")
  }

  mutating func print(_ interval: QueryNode.Interval) {
    if case .exclusive = interval.lower { write("{") } else { write("[") }
    print(interval.lower)
    write(" TO ")
    print(interval.upper)
    if case .exclusive = interval.upper { write("}") } else { write("]") }
  }

  mutating func print(_ bound: QueryNode.Interval.Bound) {
    guard let text = bound.text else { return write("*") }
    let scanner = QueryScanner(Array(text.utf8), limit: .max)
    escape(scanner) { at, _ in
      let byte = scanner.byte(at)
      return scanner.spaceLength(at) > 0 || scanner.quoteLength(at) > 0 || byte == ascii("(")
        || byte == ascii(")") || byte == ascii("]") || byte == ascii("}") || byte == ascii("*")
    }
  }

  /// - Parameter isFirst: at the beginning of the word, where signs and the like are special.
  mutating func write(word text: String, isFirst: Bool) {
    let scanner = QueryScanner(Array(text.utf8), limit: .max)
    let isOperator = isFirst && scanner.operatorName() != nil
    var hasColon = false
    escape(scanner) { at, _ in
      let byte = scanner.byte(at)
      if scanner.isDelimiter(at) || byte == ascii("*") || byte == ascii("?") { return true }
      if byte == ascii(":"), !hasColon {
        hasColon = true
        return true
      }
      guard isFirst, at == 0 else { return false }
      return isOperator || "-+=/[{<>".utf8.contains(byte)
    }
  }

  /// The text, with a backslash before the characters chosen and before backslashes.
  mutating func escape(_ scanner: QueryScanner, where isSpecial: (_ at: Int, _ length: Int) -> Bool)
  {
    var at = 0
    while at < scanner.end {
      let length = scanner.characterLength(at)
      if scanner.byte(at) == ascii("\\") || isSpecial(at, length) { output.append(ascii("\\")) }
      if length == 1 {
        output.append(scanner.byte(at))
      } else {
        output += scanner.bytes[at..<min(at + length, scanner.end)]
      }
      at += length
    }
  }
}

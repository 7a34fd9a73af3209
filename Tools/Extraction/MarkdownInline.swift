import CXML

/// The inline markup of one block taken away: emphasis, links, images, code spans, entities, tags, escapes.
///
/// One pass from left to right writes the text with its openers; which of them open anything is known at their closers, and they
/// are cut out at the end (CommonMark 0.31.2, section 6, and its appendix). Each kind of opener has a stack of its own, so that
/// a closer looks at one entry alone: time is linear.
struct MarkdownInline {
  private let input: [UInt8]
  private let labels: Set<String>
  private var at = 0
  private var output: [UInt8] = []
  /// Of `output`: openers that turned out to be markup.
  private var cuts: [Range<Int>] = []

  private struct Bracket {
    /// Where it stands in `output`, the `!` of an image included.
    let start: Int
    /// Behind it in `output` and in `input`.
    let end: Int
    let inputEnd: Int
  }
  private var brackets: [Bracket] = []
  /// Runs of `*`, `_` and `~` that may open: ranges of `output`.
  private var runs: [UInt8: [Range<Int>]] = [:]
  /// No comment ends behind this place.
  private var hasOpenComment = false
  /// By the start of a run of backticks, that of the next of its length.
  private var nextTicks: [Int: Int] = [:]

  /// - Parameter labels: of the text's definitions, as `label` makes them.
  init(_ input: [UInt8], labels: Set<String>) {
    self.input = input
    self.labels = labels
  }

  /// A label as it is compared: without case, white space collapsed.
  static func label(_ text: ArraySlice<UInt8>) -> String? {
    let words = String(decoding: text, as: UTF8.self).lowercased()
      .split(whereSeparator: \.isWhitespace)
    return words.isEmpty ? nil : words.joined(separator: " ")
  }

  mutating func read() -> [UInt8] {
    // Nearly all lines of prose have none of it.
    guard input.contains(where: Self.isMarkup) else { return input }
    output.reserveCapacity(input.count)
    findTicks()
    while at < input.count {
      let byte = input[at]
      switch byte {
      case UInt8(ascii: "\\"): escape()
      case UInt8(ascii: "`"): codeSpan()
      case UInt8(ascii: "<"): tag()
      case UInt8(ascii: "&"): entity()
      case UInt8(ascii: "!") where peek(1) == UInt8(ascii: "["): open(width: 2)
      case UInt8(ascii: "["): if !wikiLink() { open(width: 1) }
      case UInt8(ascii: "]"): close()
      case UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "~"): run(byte)
      default:
        output.append(byte)
        at += 1
      }
    }
    return withoutCuts()
  }

  private static func isMarkup(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\\"), UInt8(ascii: "`"), UInt8(ascii: "<"), UInt8(ascii: "&"),
      UInt8(ascii: "["), UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  private func peek(_ distance: Int) -> UInt8? {
    at + distance < input.count ? input[at + distance] : nil
  }

  private mutating func literal() {
    output.append(input[at])
    at += 1
  }

  private func withoutCuts() -> [UInt8] {
    guard !cuts.isEmpty else { return output }
    var text: [UInt8] = []
    text.reserveCapacity(output.count)
    var from = 0
    for cut in cuts.sorted(by: { $0.lowerBound < $1.lowerBound }) where cut.upperBound > from {
      if cut.lowerBound > from { text += output[from..<cut.lowerBound] }
      from = cut.upperBound
    }
    return text + output[from...]
  }

  // Escapes, code, entities.

  private mutating func escape() {
    if let next = peek(1), Self.isPunctuation(next) || next == 0x0a {
      output.append(next)
      at += 2
    } else {
      literal()
    }
  }

  private mutating func findTicks() {
    /// By length, the start of the last run seen, from behind.
    var last: [Int: Int] = [:]
    var index = input.count
    while index > 0 {
      index -= 1
      guard input[index] == UInt8(ascii: "`") else { continue }
      let end = index + 1
      while index > 0, input[index - 1] == UInt8(ascii: "`") { index -= 1 }
      nextTicks[index] = last[end - index]
      last[end - index] = index
    }
  }

  private mutating func codeSpan() {
    var end = at
    while end < input.count, input[end] == UInt8(ascii: "`") { end += 1 }
    let length = end - at
    guard let close = nextTicks[at] else {
      output += input[at..<end]
      at = end
      return
    }
    var content = input[end..<close]
    if content.count > 2, content.first == 0x20, content.last == 0x20 {
      content = content.dropFirst().dropLast()
    }
    output += content
    at = close + length
  }

  private mutating func entity() {
    // The longest name of HTML has 31 letters.
    guard let end = input[(at + 1)...].prefix(34).firstIndex(of: UInt8(ascii: ";")), end > at + 1,
      let scalar = Self.scalar(ofEntity: String(decoding: input[(at + 1)..<end], as: UTF8.self))
    else { return literal() }
    output += String(scalar).utf8
    at = end + 1
  }

  private static func scalar(ofEntity name: String) -> Unicode.Scalar? {
    if name.hasPrefix("#") {
      let digits = name.dropFirst()
      let value =
        digits.first == "x" || digits.first == "X"
        ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      guard let value, value >= 0x20 || value == 0x0a || value == 0x09 else { return nil }
      return Unicode.Scalar(value)
    }
    if name == "apos" { return "'" }
    guard let found = unsafe htmlEntityLookup(name) else { return nil }
    return unsafe Unicode.Scalar(found.pointee.value)
  }

  // Tags and autolinks.

  private mutating func tag() {
    guard let next = peek(1) else { return literal() }
    if next == UInt8(ascii: "!") || next == UInt8(ascii: "?") { return declaration() }
    let isEnd = next == UInt8(ascii: "/")
    let name = input[(at + (isEnd ? 2 : 1))...].prefix(32).prefix(while: Self.isAlphanumeric)
    guard let first = name.first, first > 0x39 else { return literal() }
    // <https://example.org>, <someone@example.org>
    if !isEnd, let mark = name.endIndex < input.count ? input[name.endIndex] : nil,
      mark == UInt8(ascii: ":") || mark == UInt8(ascii: "@") || mark == UInt8(ascii: ".")
    {
      let content = input[(at + 1)...].prefix(2_048).prefix {
        $0 > 0x20 && $0 != 0x3c && $0 != 0x3e
      }
      guard content.endIndex < input.count, input[content.endIndex] == UInt8(ascii: ">") else {
        return literal()
      }
      output += content
      at = content.endIndex + 1
      return
    }
    guard let end = endOfTag(from: name.endIndex) else { return literal() }
    if !Self.isInline(name) { output.append(0x20) }
    at = end
  }

  /// Behind the `>`; nil when there is none before the next `<`.
  private func endOfTag(from start: Int) -> Int? {
    var index = start
    var quote: UInt8?
    while index < input.count {
      let byte = input[index]
      index += 1
      if let open = quote {
        if byte == open { quote = nil }
        continue
      }
      switch byte {
      case UInt8(ascii: ">"): return index
      case UInt8(ascii: "<"): return nil
      case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = byte
      default: break
      }
    }
    return nil
  }

  /// `<!-- … -->`, `<!DOCTYPE …>`, `<? … >`.
  private mutating func declaration() {
    let isComment = peek(2) == UInt8(ascii: "-") && peek(3) == UInt8(ascii: "-")
    if isComment, hasOpenComment { return literal() }
    var index = at + (isComment ? 4 : 2)
    while index < input.count {
      let byte = input[index]
      index += 1
      if byte == UInt8(ascii: "<"), !isComment { return literal() }
      if byte == UInt8(ascii: ">"),
        !isComment
          || input[index - 2] == UInt8(ascii: "-") && input[index - 3] == UInt8(ascii: "-")
      {
        at = index
        return
      }
    }
    hasOpenComment = isComment
    literal()
  }

  /// Elements that do not part words.
  private static func isInline(_ name: ArraySlice<UInt8>) -> Bool {
    let name = String(decoding: name.map { $0 | 0x20 }, as: UTF8.self)
    return [
      "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i",
      "ins",
      "kbd", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u",
      "var", "wbr",
    ].contains(name)
  }

  // Links.

  private mutating func open(width: Int) {
    let start = output.count
    output += input[at..<(at + width)]
    at += width
    brackets.append(Bracket(start: start, end: output.count, inputEnd: at))
  }

  private mutating func close() {
    guard let bracket = brackets.popLast() else { return literal() }
    let close = at
    at += 1
    if let end = endOfTarget(from: at) ?? endOfReference(from: at) {
      cuts.append(bracket.start..<bracket.end)
      at = end
      return
    }
    let text = input[bracket.inputEnd..<close]
    if text.first == UInt8(ascii: "^"), text.count > 1, text.count <= 64,
      !text.contains(where: { $0 <= 0x20 })
    {
      // The mark of a footnote; where the note itself stands, `[^1]: text`, its colon goes as well.
      cuts.append(bracket.start..<output.count)
      if bracket.start == 0, at < input.count, input[at] == UInt8(ascii: ":") { at += 1 }
      return
    }
    if !labels.isEmpty, text.count <= 999, let label = Self.label(text), labels.contains(label) {
      cuts.append(bracket.start..<bracket.end)
      return
    }
    output.append(UInt8(ascii: "]"))
  }

  /// Behind `(url "title")`; nil when none stands at `start`.
  private func endOfTarget(from start: Int) -> Int? {
    guard start < input.count, input[start] == UInt8(ascii: "(") else { return nil }
    var index = skipSpace(start + 1)
    // The destination.
    if index < input.count, input[index] == UInt8(ascii: "<") {
      index += 1
      while index < input.count, input[index] != UInt8(ascii: ">") {
        if input[index] == UInt8(ascii: "<") || input[index] == 0x0a { return nil }
        index += input[index] == UInt8(ascii: "\\") ? 2 : 1
      }
      index += 1
    } else {
      var depth = 0
      while index < input.count, input[index] > 0x20 {
        if input[index] == UInt8(ascii: "(") {
          depth += 1
          if depth > 32 { return nil }
        } else if input[index] == UInt8(ascii: ")") {
          if depth == 0 { break }
          depth -= 1
        }
        index += input[index] == UInt8(ascii: "\\") ? 2 : 1
      }
    }
    let end = skipSpace(index)
    guard end < input.count else { return nil }
    if input[end] == UInt8(ascii: ")") { return end + 1 }
    // The title.
    guard end > index, let closer = [0x22: 0x22, 0x27: 0x27, 0x28: 0x29][input[end]] else {
      return nil
    }
    index = end + 1
    while index < input.count, input[index] != closer {
      // Not in a title in parentheses; so each of them is looked at once.
      if input[index] == UInt8(ascii: "("), closer == 0x29 { return nil }
      index += input[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    index = skipSpace(index + 1)
    return index < input.count && input[index] == UInt8(ascii: ")") ? index + 1 : nil
  }

  /// Behind `[label]` of a label that is defined, or `[]`.
  private func endOfReference(from start: Int) -> Int? {
    guard !labels.isEmpty, start < input.count, input[start] == UInt8(ascii: "["),
      let close = input[(start + 1)...].prefix(1_000).firstIndex(where: { $0 == 0x5d || $0 == 0x5b }
      ),
      input[close] == UInt8(ascii: "]")
    else { return nil }
    if close == start + 1 { return close + 1 }
    guard let label = Self.label(input[(start + 1)..<close]), labels.contains(label) else {
      return nil
    }
    return close + 1
  }

  /// `[[Page]]` and `[[page|text]]`, as notes link each other. Returns whether one stood here.
  private mutating func wikiLink() -> Bool {
    guard peek(1) == UInt8(ascii: "[") else { return false }
    let content = input[(at + 2)...].prefix(512).prefix {
      $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "]") && $0 != 0x0a
    }
    let end = content.endIndex
    guard !content.isEmpty, end + 1 < input.count, input[end] == UInt8(ascii: "]"),
      input[end + 1] == UInt8(ascii: "]")
    else { return false }
    if let bar = content.firstIndex(of: UInt8(ascii: "|")), bar + 1 < end {
      output += content[(bar + 1)...]
    } else {
      output += content
    }
    at = end + 2
    return true
  }

  private func skipSpace(_ start: Int) -> Int {
    var index = start
    while index < input.count, input[index] <= 0x20 { index += 1 }
    return index
  }

  // Emphasis.

  /// A run of one delimiter: closes what runs before it opened, opens with what is left.
  private mutating func run(_ mark: UInt8) {
    let start = at
    while at < input.count, input[at] == mark { at += 1 }
    var length = at - start
    let before = start > 0 ? input[start - 1] : 0x20
    let after = at < input.count ? input[at] : 0x20
    let isLeft =
      after > 0x20
      && (!Self.isPunctuation(after) || before <= 0x20 || Self.isPunctuation(before))
    let isRight =
      before > 0x20
      && (!Self.isPunctuation(before) || after <= 0x20 || Self.isPunctuation(after))
    var opens = isLeft
    var closes = isRight
    if mark == UInt8(ascii: "_") {
      // snake_case has none.
      opens = isLeft && (!isRight || Self.isPunctuation(before))
      closes = isRight && (!isLeft || Self.isPunctuation(after))
    }
    if mark == UInt8(ascii: "~"), length != 2 { (opens, closes) = (false, false) }
    while closes, length > 0, let opener = runs[mark]?.popLast() {
      let matched = min(length, opener.count)
      cuts.append((opener.upperBound - matched)..<opener.upperBound)
      length -= matched
      if opener.count > matched {
        runs[mark]?.append(opener.lowerBound..<(opener.upperBound - matched))
      }
    }
    let place = output.count
    output.append(contentsOf: repeatElement(mark, count: length))
    if opens, length > 0 { runs[mark, default: []].append(place..<output.count) }
  }

  private static func isPunctuation(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e: true
    default: false
    }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"): true
    default: false
    }
  }
}

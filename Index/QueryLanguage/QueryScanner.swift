// Words, phrases, suffixes and brackets out of the bytes of a query: what each is, not what it means.
//
// Bytes are UTF-8, or anything: those above 0x7F that are no known quote or white space belong to words, so that
// broken sequences travel through unharmed. Past the end `byte(_:)` gives NUL, which is white space.

/// `a`…: one byte of the grammar, by its character.
func ascii(_ scalar: Unicode.Scalar) -> UInt8 { UInt8(ascii: scalar) }

struct QueryScanner {
  let bytes: [UInt8]
  /// Bytes from here on are not read.
  let end: Int
  var position = 0

  /// Reads at most `limit` bytes, to the boundary of a character.
  init(_ bytes: [UInt8], limit: Int) {
    self.bytes = bytes
    var end = min(limit, bytes.count)
    if end < bytes.count {
      var back = 0
      while back < 3, end > 0, bytes[end] & 0xC0 == 0x80 {
        end -= 1
        back += 1
      }
    }
    self.end = end
  }

  var isAtEnd: Bool { position >= end }

  /// A letter or digit of ASCII, which is never special.
  private func isPlain(_ byte: UInt8) -> Bool {
    byte &- ascii("0") < 10 || (byte | 0x20) &- ascii("a") < 26
  }

  func byte(_ at: Int) -> UInt8 { at < end ? bytes[at] : 0 }

  func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  // MARK: Characters

  /// Bytes of the white space or control character there, 0 if it is none.
  func spaceLength(_ at: Int) -> Int {
    let first = byte(at)
    if first <= 0x20 || first == 0x7F { return at < end ? 1 : 0 }
    if first < 0xC2 { return 0 }
    let second = byte(at + 1)
    switch first {
    case 0xC2: return second == 0x85 || second == 0xA0 ? 2 : 0
    case 0xE1: return second == 0x9A && byte(at + 2) == 0x80 ? 3 : 0
    case 0xE2:
      let third = byte(at + 2)
      if second == 0x81 { return third == 0x9F ? 3 : 0 }
      guard second == 0x80 else { return 0 }
      return (0x80...0x8A).contains(third) || third == 0xA8 || third == 0xA9 || third == 0xAF
        ? 3 : 0
    case 0xE3: return second == 0x80 && byte(at + 2) == 0x80 ? 3 : 0
    default: return 0
    }
  }

  /// Bytes of the quotation mark there, 0 if it is none: " “ ” „ « ».
  func quoteLength(_ at: Int) -> Int {
    switch byte(at) {
    case ascii("\""): return 1
    case 0xC2:
      let second = byte(at + 1)
      return second == 0xAB || second == 0xBB ? 2 : 0
    case 0xE2: return byte(at + 1) == 0x80 && (0x9C...0x9E).contains(byte(at + 2)) ? 3 : 0
    default: return 0
    }
  }

  /// Bytes of the character there, whatever it is; a broken one counts as long as its continuation bytes go.
  func characterLength(_ at: Int) -> Int {
    guard byte(at) >= 0x80 else { return 1 }
    var length = 1
    while length < 4, byte(at + length) & 0xC0 == 0x80 { length += 1 }
    return length
  }

  func isSpaceOrEnd(_ at: Int) -> Bool { at >= end || spaceLength(at) > 0 }

  /// What an operator in letters must have after it.
  func isBreak(_ at: Int) -> Bool {
    let next = byte(at)
    return next == ascii("(") || next == ascii(")") || next == ascii("|") || isSpaceOrEnd(at)
      || quoteLength(at) > 0
  }

  /// A word ends here.
  func isDelimiter(_ at: Int) -> Bool {
    byte(at) == ascii("^") || byte(at) == ascii("~") || isBreak(at)
  }

  /// A `-` or `+` that belongs to what follows it.
  func isSign(_ at: Int) -> Bool {
    guard byte(at) == ascii("-") || byte(at) == ascii("+"), !isSpaceOrEnd(at + 1) else {
      return false
    }
    let next = byte(at + 1)
    return next != ascii(")") && next != ascii("|") && next != ascii("-") && next != ascii("+")
  }

  mutating func skipSpace() {
    while case let length = spaceLength(position), length > 0 { position += length }
  }

  // MARK: Words

  struct Word {
    /// Escapes undone; wildcards stand in it as themselves.
    var text: [UInt8] = []
    /// Where in `text` a wildcard is one.
    var wildcards: [Int] = []
    var start = 0
    var hasEscape = false
    /// A lone backslash at the end of the query.
    var isCutEscape = false
    /// It begins with `^` or `~`.
    var isForced = false

    var string: String { String(decoding: text, as: UTF8.self) }
  }

  /// From here to the next delimiter. Never empty unless at white space, a bracket, a bar or a quote.
  mutating func scanWord() -> Word {
    var word = Word(start: position)
    while byte(position) == ascii("^") || byte(position) == ascii("~") {
      word.isForced = true
      word.text.append(byte(position))
      position += 1
    }
    while !isDelimiter(position) {
      let next = byte(position)
      if next == ascii("\\") {
        word.hasEscape = true
        word.isCutEscape = !appendEscaped(to: &word.text)
        continue
      }
      if next == ascii("*") || next == ascii("?") { word.wildcards.append(word.text.count) }
      word.text.append(next)
      position += 1
    }
    return word
  }

  /// The character after the backslash here; false if there is none: then the backslash is text.
  private mutating func appendEscaped(to text: inout [UInt8]) -> Bool {
    guard position + 1 < end else {
      text.append(ascii("\\"))
      position += 1
      return false
    }
    let length = min(characterLength(position + 1), end - position - 1)
    text += bytes[position + 1..<position + 1 + length]
    position += 1 + length
    return true
  }

  /// The letters up to the next delimiter: what a suffix was written with.
  mutating func scanSuffix() -> Range<Int> {
    let start = position
    while !isDelimiter(position) { position += 1 }
    return start..<position
  }

  /// A count of at most nine digits.
  func integer(_ range: Range<Int>) -> Int? {
    guard (1...9).contains(range.count) else { return nil }
    var value = 0
    for digit in bytes[range] {
      guard (ascii("0")...ascii("9")).contains(digit) else { return nil }
      value = value * 10 + Int(digit - ascii("0"))
    }
    return value
  }

  enum OperatorName: String, CaseIterable {
    case and = "AND"
    case or = "OR"
    case not = "NOT"
    case near = "NEAR"
    case adjacent = "ADJ"
  }

  /// An operator in letters here, and where its letters end: nothing may be glued to it but the `/n` of NEAR and ADJ.
  func operatorName() -> (OperatorName, end: Int)? {
    var end = position
    while end - position < 5, (ascii("A")...ascii("Z")).contains(byte(end)) { end += 1 }
    guard (2...4).contains(end - position),
      let name = OperatorName(rawValue: string(position..<end))
    else { return nil }
    let takesNumber = name == .near || name == .adjacent
    return isBreak(end) || (takesNumber && byte(end) == ascii("/")) ? (name, end) : nil
  }

  // MARK: Fields

  struct FieldList {
    var names: [(name: String, range: Range<Int>)]
    /// After the colon.
    var end: Int
  }

  /// `name:` or `name,name:` here, whether or not these are fields.
  func fieldList() -> FieldList? {
    var list = FieldList(names: [], end: position)
    var start = position
    while true {
      let next = byte(list.end)
      if next == ascii(",") || next == ascii(":") {
        guard start < list.end else { return nil }
        list.names.append((string(start..<list.end), start..<list.end))
        start = list.end + 1
      } else if !isNameByte(next) || isDelimiter(list.end) {
        return nil
      }
      list.end += 1
      if next == ascii(":") { return list }
    }
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case ascii("a")...ascii("z"), ascii("A")...ascii("Z"), ascii("0")...ascii("9"), 0x80...0xFF,
      ascii("_"), ascii("-"), ascii("."):
      true
    default: false
    }
  }

  // MARK: Phrases

  struct PhraseText {
    var parts: [QueryNode.Phrase.Part] = []
    var words = 0
    var isClosed = false
    /// A `*` inside a word, where it is text.
    var literalStar: Int?
    /// Where words beyond the limit begin.
    var cut: Int?
  }

  /// From an opening quote to any closing one or the end.
  /// - Parameter limit: words kept.
  mutating func scanPhrase(limit: Int) -> PhraseText {
    var phrase = PhraseText()
    var run: [UInt8] = []
    var space = 0..<0
    var isWordStart = true
    func flush() {
      if !run.isEmpty { phrase.parts.append(.text(String(decoding: run, as: UTF8.self))) }
      run.removeAll(keepingCapacity: true)
      space = 0..<0
    }
    position += quoteLength(position)
    while position < end {
      // Most of a phrase: letters and digits of a word that has begun.
      if !isWordStart, phrase.cut == nil, case let next = byte(position), isPlain(next) {
        run.append(next)
        position += 1
        continue
      }
      if case let length = quoteLength(position), length > 0 {
        position += length
        phrase.isClosed = true
        break
      }
      if case let length = spaceLength(position), length > 0 {
        space = (space.isEmpty ? position : space.lowerBound)..<position + length
        position += length
        isWordStart = true
        continue
      }
      let isStar = byte(position) == ascii("*")
      let isGap =
        isStar && isWordStart && (isSpaceOrEnd(position + 1) || quoteLength(position + 1) > 0)
      if isWordStart {
        if phrase.words == limit, phrase.cut == nil { phrase.cut = position }
        phrase.words += phrase.cut == nil ? 1 : 0
        isWordStart = false
      }
      if phrase.cut != nil {
        position += byte(position) == ascii("\\") ? 2 : 1
        continue
      }
      if isGap {
        flush()
        phrase.parts.append(.gap)
        position += 1
        continue
      }
      if !space.isEmpty {
        if !run.isEmpty { run += bytes[space] }
        space = 0..<0
      }
      if byte(position) == ascii("\\") {
        _ = appendEscaped(to: &run)
        continue
      }
      if isStar, phrase.literalStar == nil { phrase.literalStar = position }
      run.append(byte(position))
      position += 1
    }
    position = min(position, end)
    flush()
    return phrase
  }

  // MARK: Regular expressions, ranges, groups

  /// `/…/` here, if it is one: no white space within, and a space, `)`, `^` or the end after it. `\/` is a slash.
  mutating func scanRegex() -> [UInt8]? {
    var pattern: [UInt8] = []
    var at = position + 1
    while byte(at) != ascii("/") {
      if isSpaceOrEnd(at) { return nil }
      let isEscape = byte(at) == ascii("\\")
      if isEscape, at + 1 >= end { return nil }
      if !isEscape || byte(at + 1) != ascii("/") { pattern.append(byte(at)) }
      if isEscape {
        at += 1
        pattern.append(byte(at))
      }
      at += 1
    }
    let next = byte(at + 1)
    guard !pattern.isEmpty, isSpaceOrEnd(at + 1) || next == ascii(")") || next == ascii("^") else {
      return nil
    }
    position = at + 1
    return pattern
  }

  /// A bound of a range: quoted, or up to white space or a bracket. nil: nothing there. `*` alone is open.
  mutating func scanBound() -> QueryNode.Interval.Bound? {
    if quoteLength(position) > 0 {
      let phrase = scanPhrase(limit: .max)
      guard phrase.isClosed, phrase.parts.count == 1, case .text(let text) = phrase.parts[0] else {
        return nil
      }
      return .inclusive(text)
    }
    var text: [UInt8] = []
    let start = position
    while !isSpaceOrEnd(position), !isBracket(position) {
      if byte(position) == ascii("\\") {
        _ = appendEscaped(to: &text)
      } else {
        text.append(byte(position))
        position += 1
      }
    }
    if text.isEmpty { return nil }
    if position == start + 1, text == [ascii("*")] { return .open }
    return .inclusive(String(decoding: text, as: UTF8.self))
  }

  func isClosingRange(_ at: Int) -> Bool { byte(at) == ascii("]") || byte(at) == ascii("}") }

  private func isBracket(_ at: Int) -> Bool {
    isClosingRange(at) || byte(at) == ascii("(") || byte(at) == ascii(")")
  }

  /// Over the rest of a range that is none: past its closing bracket, or to a parenthesis or the end.
  mutating func skipRange() {
    while position < end, !isBracket(position) {
      position += byte(position) == ascii("\\") ? 2 : 1
    }
    if isClosingRange(position) { position += 1 }
    position = min(position, end)
  }

  /// Over a group whose `(` has been read, past its `)`.
  mutating func skipGroup() {
    var depth = 1
    while position < end, depth > 0 {
      if case let quote = quoteLength(position), quote > 0 {
        _ = scanPhrase(limit: 0)
        continue
      }
      let next = byte(position)
      depth += next == ascii("(") ? 1 : next == ascii(")") ? -1 : 0
      position += next == ascii("\\") ? 2 : 1
    }
    position = min(position, end)
  }
}

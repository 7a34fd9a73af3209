/// A page reduced to the markup that matters, in a form that every HTML parser reads alike and in linear time.
///
/// Comments, scripts, styles, and attributes that say nothing about the text are left out; a `<` that opens
/// no tag is escaped; names are in lower case and attributes quoted. Tags end where the HTML standard ends
/// them (WHATWG HTML, section 13.2.5; of its states those that tell text from markup).
///
/// Why a pass of our own before libxml2: it compares each attribute of a tag with all before it (80,000 on
/// one tag: 14 s), ends at a NUL byte, and holds comments and data: addresses as single strings. None of
/// these reaches it.
struct HTMLCleaner {
  /// The page: well-formed UTF-8 without NUL.
  private(set) var output: [UInt8] = []
  /// The texts of `<script type="application/ld+json">`.
  private(set) var linkedData: [[UInt8]] = []

  private let input: [UInt8]
  private var at: Int
  /// XHTML: `<a/>` is an element without content. In HTML the slash says nothing.
  private let isXML: Bool
  private var isClosed = false

  private static let longestName = 32
  private static let longestValue = 8 << 10
  private static let mostAttributes = 24
  private static let mostLinkedData = 32
  private static let longestLinkedData = 1 << 20

  /// - Parameter input: UTF-8, as `HTMLEncoding` gives it.
  init(_ input: [UInt8]) {
    self.input = input
    at = 0
    isXML = input.starts(with: "<?xml".utf8)
    output.reserveCapacity(input.count / 2)
    while at < input.count {
      if input[at] == UInt8(ascii: "<") {
        readMarkup()
      } else {
        readText()
      }
    }
  }

  private func byte(_ offset: Int) -> UInt8 {
    at + offset < input.count ? input[at + offset] : 0
  }

  /// Up to the next `<`.
  private mutating func readText() {
    var start = at
    while at < input.count, input[at] != UInt8(ascii: "<"), input[at] != 0 {
      at += 1
      guard input[at - 1] == UInt8(ascii: "&"), let end = endOfOpenReference() else { continue }
      output.append(contentsOf: input[start..<end])
      output.append(UInt8(ascii: ";"))
      start = end
      at = end
    }
    output.append(contentsOf: input[start..<at])
    while at < input.count, input[at] == 0 { at += 1 }
  }

  /// Behind `amp` of `&amp x`: the end of a character reference without its semicolon, which HTML allows for the
  /// names of its first versions (WHATWG HTML 13.2.5.73).
  private func endOfOpenReference() -> Int? {
    var end = at
    while end < input.count, end - at < 9, Self.isLetter(input[end]) || Self.isDigit(input[end]) {
      end += 1
    }
    guard end < input.count, input[end] != UInt8(ascii: ";"), end - at >= 2 else { return nil }
    while end - at >= 2 {
      if HTMLTag.openReferences.contains(String(decoding: input[at..<end], as: UTF8.self)) {
        return end
      }
      end -= 1
    }
    return nil
  }

  private mutating func readMarkup() {
    switch byte(1) {
    case UInt8(ascii: "!"):
      if byte(2) == UInt8(ascii: "-"), byte(3) == UInt8(ascii: "-") {
        skipComment()
      } else {
        skip(past: UInt8(ascii: ">"))
      }
    case UInt8(ascii: "?"):
      skip(past: UInt8(ascii: ">"))
    case UInt8(ascii: "/"):
      guard Self.isLetter(byte(2)) else {
        skip(past: UInt8(ascii: ">"))
        return
      }
      at += 2
      let name = readName()
      _ = readAttributes()
      if let known = Self.element(name) {
        output.append(contentsOf: [UInt8(ascii: "<"), UInt8(ascii: "/")])
        output.append(contentsOf: known)
        output.append(UInt8(ascii: ">"))
      }
    case let byte where Self.isLetter(byte):
      at += 1
      readElement(readName())
    default:
      output.append(contentsOf: Self.lessThan)
      at += 1
    }
  }

  private mutating func readElement(_ name: [UInt8]) {
    let attributes = readAttributes()
    let text = String(decoding: name, as: UTF8.self)
    let isEmpty = isClosed && (isXML || text == "svg")
    if isEmpty, !Self.emptyElements.contains(text) { return }
    if Self.rawText.contains(text) {
      let content = skipContent(of: name)
      let isLinkedData = attributes.contains {
        $0.name == Self.type && Self.isLinkedData($0.value)
      }
      if isLinkedData, content.count <= Self.longestLinkedData,
        linkedData.count < Self.mostLinkedData
      {
        linkedData.append(Array(input[content]))
      }
      return
    }
    guard let known = Self.element(name) else { return }
    output.append(UInt8(ascii: "<"))
    output.append(contentsOf: known)
    for attribute in attributes where attribute.name != Self.type {
      output.append(UInt8(ascii: " "))
      output.append(contentsOf: attribute.name)
      output.append(contentsOf: [UInt8(ascii: "="), UInt8(ascii: "\"")])
      for byte in attribute.value where byte != 0 {
        if byte == UInt8(ascii: "\"") {
          output.append(contentsOf: "&quot;".utf8)
        } else {
          output.append(byte)
        }
      }
      output.append(UInt8(ascii: "\""))
    }
    output.append(UInt8(ascii: ">"))
    if text == "title" || text == "textarea" {
      for byte in input[skipContent(of: name)] where byte != 0 {
        if byte == UInt8(ascii: "<") {
          output.append(contentsOf: Self.lessThan)
        } else {
          output.append(byte)
        }
      }
      output.append(contentsOf: "</\(text)>".utf8)
    }
  }

  /// In lower case, cut where it is too long to be a name.
  private mutating func readName() -> [UInt8] {
    var name: [UInt8] = []
    while at < input.count {
      let byte = input[at]
      if Self.isSpace(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ">") { break }
      if name.count <= Self.longestName { name.append(Self.lowercased(byte)) }
      at += 1
    }
    return name
  }

  /// Reads to behind the `>` of a tag. Of attributes of one name the first counts.
  private mutating func readAttributes() -> [(name: [UInt8], value: ArraySlice<UInt8>)] {
    var attributes: [(name: [UInt8], value: ArraySlice<UInt8>)] = []
    isClosed = false
    while true {
      while at < input.count, Self.isSpace(input[at]) || input[at] == UInt8(ascii: "/") {
        isClosed = input[at] == UInt8(ascii: "/")
        at += 1
      }
      guard at < input.count else { return attributes }
      if input[at] == UInt8(ascii: ">") {
        at += 1
        return attributes
      }
      var name = [Self.lowercased(input[at])]
      isClosed = false
      at += 1
      while at < input.count {
        let byte = input[at]
        if Self.isSpace(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ">")
          || byte == UInt8(ascii: "=")
        {
          break
        }
        if name.count <= Self.longestName { name.append(Self.lowercased(byte)) }
        at += 1
      }
      let value = readValue()
      if attributes.count < Self.mostAttributes, Self.attributes.contains(name),
        !attributes.contains(where: { $0.name == name })
      {
        attributes.append((name, cut(value)))
      }
    }
  }

  private mutating func readValue() -> Range<Int> {
    let end = at
    while at < input.count, Self.isSpace(input[at]) { at += 1 }
    guard byte(0) == UInt8(ascii: "=") else {
      at = max(end, at)
      return at..<at
    }
    at += 1
    while at < input.count, Self.isSpace(input[at]) { at += 1 }
    let quote = byte(0)
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      at += 1
      let start = at
      while at < input.count, input[at] != quote { at += 1 }
      defer { at = min(at + 1, input.count) }
      return start..<at
    }
    let start = at
    while at < input.count, !Self.isSpace(input[at]), input[at] != UInt8(ascii: ">") { at += 1 }
    return start..<at
  }

  /// Whole characters of a value that is too long.
  private func cut(_ value: Range<Int>) -> ArraySlice<UInt8> {
    guard value.count > Self.longestValue else { return input[value] }
    var end = value.lowerBound + Self.longestValue
    while end > value.lowerBound, input[end] & 0xc0 == 0x80 { end -= 1 }
    return input[value.lowerBound..<end]
  }

  private mutating func skip(past mark: UInt8) {
    while at < input.count, input[at] != mark { at += 1 }
    at = min(at + 1, input.count)
  }

  private mutating func skipComment() {
    at += 4
    // `<!-->` and `<!--->` are whole comments.
    if byte(0) == UInt8(ascii: ">") || byte(0) == UInt8(ascii: "-") && byte(1) == UInt8(ascii: ">")
    {
      return skip(past: UInt8(ascii: ">"))
    }
    while at < input.count {
      if input[at] == UInt8(ascii: "-"), byte(1) == UInt8(ascii: "-") {
        if byte(2) == UInt8(ascii: ">") {
          at += 3
          return
        }
        if byte(2) == UInt8(ascii: "!"), byte(3) == UInt8(ascii: ">") {
          at += 4
          return
        }
      }
      at += 1
    }
  }

  /// Moves behind the end tag of an element whose content is no markup, and returns the content's place.
  private mutating func skipContent(of name: [UInt8]) -> Range<Int> {
    let start = at
    while at < input.count {
      if input[at] == UInt8(ascii: "<"), byte(1) == UInt8(ascii: "/"), isName(name, from: at + 2) {
        let content = start..<at
        at += 2 + name.count
        _ = readAttributes()
        return content
      }
      at += 1
    }
    return start..<at
  }

  private func isName(_ name: [UInt8], from start: Int) -> Bool {
    guard start + name.count < input.count else { return false }
    for (offset, byte) in name.enumerated()
    where Self.lowercased(input[start + offset]) != byte { return false }
    let next = input[start + name.count]
    return Self.isSpace(next) || next == UInt8(ascii: "/") || next == UInt8(ascii: ">")
  }

  /// The name that goes on: HTML's own names as they are, others as `div` where authors of components use
  /// them so (names with a hyphen); the rest has no meaning and is left out.
  private static func element(_ name: [UInt8]) -> [UInt8]? {
    if HTMLTag.names.contains(name) { return name }
    return name.contains(UInt8(ascii: "-")) ? Array("div".utf8) : nil
  }

  private static func isLinkedData(_ value: ArraySlice<UInt8>) -> Bool {
    String(decoding: value, as: UTF8.self).lowercased().contains("ld+json")
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0a || byte == 0x09 || byte == 0x0d || byte == 0x0c || byte == 0
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  private static let lessThan = Array("&lt;".utf8)
  private static let type = Array("type".utf8)

  /// Those that are known here; they have an effect without content.
  private static let emptyElements: Set<String> = ["br", "hr", "meta", "link", "base"]

  private static let rawText: Set<String> = [
    "script", "style", "iframe", "noembed", "noframes", "xmp", "plaintext",
  ]

  private static let attributes: Set<[UInt8]> = Set(
    [
      "class", "id", "role", "href", "rel", "name", "property", "content", "itemprop", "datetime",
      "lang", "xml:lang", "hidden", "aria-hidden", "style", "type", "title",
    ].map { Array($0.utf8) })
}

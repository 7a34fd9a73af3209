/// A Markdown text, read for its words: title, front matter, and a body without markup.
///
/// Blocks as CommonMark has them (0.31.2, sections 4 and 5), as far as they matter to a reader of plain text: headings, code
/// (kept as it is), quotes, lists, tables of GitHub's kind, definitions of links (left out), HTML (its tags left out). Each block
/// becomes a paragraph, each item and row a line. Time is linear in the text, whatever it holds.
struct Markdown {
  let matter: FrontMatter
  /// Of the front matter, else the first heading.
  let title: String?
  /// UTF-8. A heading at the very top that became the title is not in it.
  let body: [UInt8]

  /// - Parameter text: UTF-8.
  init(_ text: [UInt8]) {
    let front = FrontMatter.read(text)
    matter = front?.0 ?? FrontMatter()
    var reader = BlockReader(text[(front?.end ?? 0)...])
    reader.read()
    title = matter.title ?? reader.heading
    body = reader.body(withoutTopHeading: matter.title == nil)
  }
}

/// Lines to blocks.
private struct BlockReader {
  private let text: ArraySlice<UInt8>
  /// Where the next line begins.
  private var at: Int
  /// Where the line ends that `at` may be inside of, behind a comment.
  private var lineEnd: Int
  private let labels: Set<String>
  /// Where the last `-->` and the like end; what is opened behind them is not closed.
  private let lastCommentEnd: Int

  private var output: [UInt8] = []
  private(set) var heading: String?
  /// Where in `output` the heading ends that began the text.
  private var topHeadingEnd = 0

  /// Lines of the open paragraph.
  private var paragraph: [UInt8] = []
  /// Columns that the content of the open list item is indented by; 0 outside of lists.
  private var itemIndent = 0
  /// Nothing but the line's end stands between the last output and the next.
  private var isTight = false

  init(_ text: ArraySlice<UInt8>) {
    self.text = text
    at = text.startIndex
    lineEnd = at
    labels = Self.labels(text)
    lastCommentEnd = Self.lastIndex(of: "-->", in: text) ?? text.startIndex
  }

  func body(withoutTopHeading: Bool) -> [UInt8] {
    var body = withoutTopHeading ? output[topHeadingEnd...] : output[...]
    while let first = body.first, first == 0x0a { body.removeFirst() }
    return Array(body)
  }

  mutating func read() {
    while at < text.endIndex {
      let start = at
      var line = nextLine()
      let (quotes, isItem) = openContainers(&line)
      if Self.isBlank(line) {
        closeParagraph()
        isTight = false
        continue
      }
      if isItem { closeParagraph() }
      let indent = Self.indent(line)
      let content = line.drop { $0 == 0x20 || $0 == 0x09 }
      if indent - itemIndent >= 4, paragraph.isEmpty, !isItem {
        codeLine(line)
        continue
      }
      if let fence = Fence(content) {
        closeParagraph()
        readFence(fence, indent: indent, quotes: quotes)
        continue
      }
      if content.starts(with: "<!--".utf8), let end = commentEnd(from: start) {
        closeParagraph()
        at = end
        continue
      }
      if readRawElement(content, from: start) { continue }
      if let level = Self.headingLevel(content) {
        closeParagraph()
        addHeading(Self.headingText(content.dropFirst(level)))
        continue
      }
      if !paragraph.isEmpty, !isItem, Self.isUnderline(content) {
        let text = paragraph
        paragraph = []
        addHeading(text[...])
        continue
      }
      if Self.isRule(content) {
        closeParagraph()
        isTight = false
        continue
      }
      if paragraph.isEmpty, Self.label(content) != nil { continue }
      if !paragraph.isEmpty { paragraph.append(0x0a) }
      paragraph += content
    }
    closeParagraph()
    while let last = output.last, last <= 0x20 { output.removeLast() }
    topHeadingEnd = min(topHeadingEnd, output.count)
  }

  // Containers.

  /// Takes the marks of quotes and list items from the line's beginning.
  private mutating func openContainers(
    _ line: inout ArraySlice<UInt8>
  ) -> (quotes: Int, isItem: Bool) {
    var quotes = 0
    var isItem = false
    var column = 0
    // As deep as anybody nests; a line of a million marks is text behind these.
    for _ in 0..<64 {
      let indent = Self.indent(line)
      let rest = line.drop { $0 == 0x20 || $0 == 0x09 }
      guard let first = rest.first, indent < 4 || indent - itemIndent < 4 else { break }
      if first == UInt8(ascii: ">") {
        quotes += 1
        line = rest.dropFirst()
        if line.first == 0x20 { line.removeFirst() }
        itemIndent = 0
        continue
      }
      guard let width = Self.itemMark(rest), !Self.isRule(rest) else {
        if !isItem, indent < itemIndent, paragraph.isEmpty, !Self.isBlank(line) { itemIndent = 0 }
        break
      }
      line = rest.dropFirst(width)
      column += indent + width + 1
      itemIndent = column
      isItem = true
      let content = line.drop { $0 == 0x20 || $0 == 0x09 }
      if content.count >= 4, content[content.startIndex] == UInt8(ascii: "["),
        content[content.startIndex + 2] == UInt8(ascii: "]"),
        content[content.startIndex + 3] == 0x20,
        [0x20, 0x78, 0x58].contains(content[content.startIndex + 1])
      {
        line = content.dropFirst(4)
      }
    }
    return (quotes, isItem)
  }

  /// Bytes of `-`, `*`, `+`, `1.` or `1)` with white space behind it.
  private static func itemMark(_ line: ArraySlice<UInt8>) -> Int? {
    let digits = line.prefix(10).prefix { 0x30...0x39 ~= $0 }.count
    var width = 1
    if digits > 0 {
      guard digits < 10, let mark = line.dropFirst(digits).first, mark == 0x2e || mark == 0x29
      else { return nil }
      width = digits + 1
    } else {
      guard let first = line.first, [0x2d, 0x2a, 0x2b].contains(first) else { return nil }
    }
    guard let next = line.dropFirst(width).first else { return width }
    return next == 0x20 || next == 0x09 ? width : nil
  }

  // Leaves.

  private mutating func addHeading(_ text: ArraySlice<UInt8>) {
    let start = output.count
    add(text)
    guard heading == nil, output.count > start else { return }
    heading = String(decoding: output[start...], as: UTF8.self).trimmingSpace()
      .split(whereSeparator: \.isNewline).joined(separator: " ")
    if start == 0 { topHeadingEnd = output.count }
    if heading?.isEmpty == true { heading = nil }
  }

  private mutating func closeParagraph() {
    guard !paragraph.isEmpty else { return }
    let text = paragraph
    paragraph = []
    if let rows = Self.tableRows(text) {
      for row in rows { add(row, tight: true) }
      isTight = false
    } else {
      add(text[...])
    }
    // Items of a list follow each other line by line.
    isTight = itemIndent > 0
  }

  /// Appends a piece of text, without its inline markup, as a paragraph of its own, or a line.
  private mutating func add(_ text: ArraySlice<UInt8>, tight: Bool = false) {
    var inline = MarkdownInline(Array(text), labels: labels)
    let plain = inline.read()
    guard plain.contains(where: { $0 > 0x20 }) else { return }
    separate(tight: tight)
    output += plain
  }

  private mutating func separate(tight: Bool) {
    if !output.isEmpty {
      if output.last != 0x0a { output.append(0x0a) }
      if !isTight { output.append(0x0a) }
    }
    isTight = tight
  }

  private mutating func codeLine(_ line: ArraySlice<UInt8>) {
    separate(tight: true)
    output += line.drop { $0 == 0x20 || $0 == 0x09 }
  }

  private struct Fence {
    let mark: UInt8
    let length: Int

    init?(_ line: ArraySlice<UInt8>) {
      guard let mark = line.first, mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else {
        return nil
      }
      self.mark = mark
      length = line.prefix { $0 == mark }.count
      guard length >= 3, mark == UInt8(ascii: "~") || !line.dropFirst(length).contains(mark) else {
        return nil
      }
    }

    func isClosed(by line: ArraySlice<UInt8>) -> Bool {
      let content = line.drop { $0 == 0x20 || $0 == 0x09 }
      let count = content.prefix { $0 == mark }.count
      return count >= length && content.dropFirst(count).allSatisfy { $0 <= 0x20 }
    }
  }

  /// Code up to the closing fence or the end of the text or of the quote that it stands in.
  private mutating func readFence(_ fence: Fence, indent: Int, quotes: Int) {
    separate(tight: true)
    var isFirst = true
    while at < text.endIndex {
      let start = at
      var line = nextLine()
      for _ in 0..<quotes {
        let rest = line.drop { $0 == 0x20 || $0 == 0x09 }
        guard rest.first == UInt8(ascii: ">") else {
          at = start
          isTight = false
          return
        }
        line = rest.dropFirst()
        if line.first == 0x20 { line.removeFirst() }
      }
      if fence.isClosed(by: line) { break }
      var columns = indent
      while columns > 0, line.first == 0x20 {
        line.removeFirst()
        columns -= 1
      }
      if !isFirst { output.append(0x0a) }
      isFirst = false
      output += line
    }
    isTight = false
  }

  /// The contents of these are no text. Returns whether one was left out.
  private mutating func readRawElement(_ content: ArraySlice<UInt8>, from start: Int) -> Bool {
    guard content.first == UInt8(ascii: "<") else { return false }
    for name in ["script", "style"] {
      let tag = content.dropFirst().prefix(name.utf8.count)
      guard tag.elementsEqual(name.utf8, by: { $0 | 0x20 == $1 }),
        let next = content.dropFirst(1 + name.utf8.count).first,
        next == UInt8(ascii: ">") || next <= 0x20
      else { continue }
      closeParagraph()
      // Up to the line that closes it, or the end.
      var line = content
      while !Self.contains("</\(name)", line), at < text.endIndex { line = nextLine() }
      return true
    }
    return false
  }

  /// Behind the comment that begins on the line at `start`, and the rest of its last line; nil when it is not closed.
  private func commentEnd(from start: Int) -> Int? {
    guard start < lastCommentEnd else { return nil }
    var index = start + 4
    while index + 3 <= text.endIndex {
      if text[index] == 0x2d, text[index + 1] == 0x2d, text[index + 2] == 0x3e {
        return index + 3
      }
      index += 1
    }
    return nil
  }

  // Lines.

  private mutating func nextLine() -> ArraySlice<UInt8> {
    let start = at
    if lineEnd <= start {
      lineEnd = start
      while lineEnd < text.endIndex, text[lineEnd] != 0x0a { lineEnd += 1 }
    }
    var end = lineEnd
    at = min(end + 1, text.endIndex)
    if end > start, text[end - 1] == 0x0d { end -= 1 }
    return text[start..<end]
  }

  private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool {
    line.allSatisfy { $0 <= 0x20 }
  }

  /// Columns of white space at the beginning; a tab goes to the next multiple of four.
  private static func indent(_ line: ArraySlice<UInt8>) -> Int {
    var columns = 0
    for byte in line {
      if byte == 0x20 {
        columns += 1
      } else if byte == 0x09 {
        columns += 4 - columns % 4
      } else {
        break
      }
    }
    return columns
  }

  private static func headingLevel(_ line: ArraySlice<UInt8>) -> Int? {
    let level = line.prefix(7).prefix { $0 == UInt8(ascii: "#") }.count
    guard 1...6 ~= level else { return nil }
    let next = line.dropFirst(level).first
    return next == nil || next == 0x20 || next == 0x09 ? level : nil
  }

  /// Without the `#` that may close it.
  private static func headingText(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var line = line
    while let last = line.last, last <= 0x20 { line.removeLast() }
    var closed = line
    while closed.last == UInt8(ascii: "#") { closed.removeLast() }
    if closed.count < line.count, closed.last.map({ $0 <= 0x20 }) ?? true { line = closed }
    return line.drop { $0 <= 0x20 }
  }

  private static func isUnderline(_ line: ArraySlice<UInt8>) -> Bool {
    guard let mark = line.first, mark == UInt8(ascii: "=") || mark == UInt8(ascii: "-") else {
      return false
    }
    return line.drop { $0 == mark }.allSatisfy { $0 <= 0x20 }
  }

  /// `---`, `* * *`, `___`.
  private static func isRule(_ line: ArraySlice<UInt8>) -> Bool {
    guard let mark = line.first, [0x2d, 0x2a, 0x5f].contains(mark) else { return false }
    var count = 0
    for byte in line {
      if byte == mark { count += 1 } else if byte > 0x20 { return false }
    }
    return count >= 3
  }

  // Tables.

  /// The rows of a table, the cells of each divided by tabs, without the row of dashes; nil when the text is none.
  private static func tableRows(_ text: [UInt8]) -> [ArraySlice<UInt8>]? {
    guard let first = text.firstIndex(of: 0x0a), text[..<first].contains(UInt8(ascii: "|")) else {
      return nil
    }
    var lines = text.split(separator: 0x0a)
    guard lines.count >= 2, lines[1].contains(UInt8(ascii: "-")),
      lines[1].allSatisfy({ [0x2d, 0x3a, 0x7c, 0x20, 0x09].contains($0) })
    else { return nil }
    lines.remove(at: 1)
    return lines.map { line in
      var row: [UInt8] = []
      var isEscaped = false
      for byte in line {
        if byte == UInt8(ascii: "|"), !isEscaped {
          while row.last == 0x20 { row.removeLast() }
          if !row.isEmpty, row.last != 0x09 { row.append(0x09) }
          continue
        }
        isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        if byte == 0x20, row.isEmpty || row.last == 0x09 { continue }
        row.append(byte)
      }
      while let last = row.last, last <= 0x20 { row.removeLast() }
      return row[...]
    }
  }

  // Definitions.

  /// The labels of all definitions of links: `[label]: url`.
  private static func labels(_ text: ArraySlice<UInt8>) -> Set<String> {
    var labels: Set<String> = []
    for line in text.split(separator: 0x0a) {
      let content = line.drop { $0 == 0x20 || $0 == UInt8(ascii: ">") }
      if content.first == UInt8(ascii: "["), let label = label(content) { labels.insert(label) }
    }
    return labels
  }

  /// The label of a definition; not of a footnote, whose text is text.
  private static func label(_ line: ArraySlice<UInt8>) -> String? {
    guard line.first == UInt8(ascii: "["), line.dropFirst().first != UInt8(ascii: "^"),
      let close = line.prefix(1_002).firstIndex(of: UInt8(ascii: "]")), close + 1 < line.endIndex,
      line[close + 1] == UInt8(ascii: ":")
    else { return nil }
    return MarkdownInline.label(line[(line.startIndex + 1)..<close])
  }

  private static func lastIndex(of word: String, in text: ArraySlice<UInt8>) -> Int? {
    let word = Array(word.utf8)
    var index = text.endIndex - word.count
    while index >= text.startIndex {
      if text[index] == word[0], text[index...].starts(with: word) { return index }
      index -= 1
    }
    return nil
  }

  private static func contains(_ word: String, _ line: ArraySlice<UInt8>) -> Bool {
    let word = Array(word.utf8)
    guard line.count >= word.count else { return false }
    for start in line.startIndex...(line.endIndex - word.count)
    where line[start] | 0x20 == word[0] | 0x20 {
      if zip(line[start...], word).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) { return true }
    }
    return false
  }
}

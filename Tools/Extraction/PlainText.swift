/// A text that is nothing but text: its first line may be a title.
enum PlainText {
  /// The title: a first line that is short, is no sentence and stands apart from what follows.
  ///
  /// Apart means: a blank line or an underline behind it, or a `#` of Markdown before it.
  static func title(of text: [UInt8]) -> String? {
    var rest = text[...]
    var line: ArraySlice<UInt8> = []
    // Leading blank lines, at most as many as a page break leaves.
    for _ in 0..<12 {
      (line, rest) = firstLine(rest)
      if !line.isEmpty || rest.isEmpty { break }
    }
    let next = firstLine(rest).line
    var isHeading = next.isEmpty || isUnderline(next)
    while line.first == UInt8(ascii: "#") {
      line = line.dropFirst()
      isHeading = true
    }
    line = trimmed(line)
    guard isHeading, (2...160).contains(line.count), !isUnderline(line) else { return nil }
    let title = String(decoding: line, as: UTF8.self)
    let words = title.split(whereSeparator: \.isWhitespace).count
    guard words <= 20, title.contains(where: \.isLetter),
      title.contains(where: { !$0.isASCII })
        || isLikelyTitle(line, words)
    else { return nil }
    return title
  }

  /// No sentence, no code, no key of a mail header or a control file.
  private static func isLikelyTitle(_ line: ArraySlice<UInt8>, _ words: Int) -> Bool {
    guard let last = line.last, let first = line.first else { return false }
    let closes: [UInt8] = Array(",;:{}=\\".utf8)
    let opens: [UInt8] = Array(".<{}/*;%$@=|\\-!".utf8)
    if closes.contains(last) || opens.contains(first) { return false }
    return last != UInt8(ascii: ".") || words <= 3
  }

  private static func firstLine(
    _ text: ArraySlice<UInt8>
  ) -> (line: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
    let end = text.firstIndex(of: 0x0a) ?? text.endIndex
    return (trimmed(text[text.startIndex..<end]), text[min(end + 1, text.endIndex)...])
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var line = line
    while let byte = line.first, byte <= 0x20 { line = line.dropFirst() }
    while let byte = line.last, byte <= 0x20 { line = line.dropLast() }
    return line
  }

  private static func isUnderline(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.count >= 3, let first = line.first else { return false }
    return Array("=-~*#^_+".utf8).contains(first) && line.allSatisfy { $0 == first }
  }
}

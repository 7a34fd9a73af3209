/// A text that is nothing but text: its first line may be a title.
enum PlainText {
  /// The title: a first line that is short, is no sentence and stands apart from what follows.
  ///
  /// Apart means: a blank line or an underline behind it, or a `#` of Markdown before it.
  static func title(of text: [UInt8]) -> String? {
    let first = text.first { $0 > 0x20 }
    if first == UInt8(ascii: ".") || first == UInt8(ascii: "'") {
      if let title = manualTitle(of: text) { return title }
    }
    var rest = text[...]
    var line: ArraySlice<UInt8> = []
    // Leading blank lines, at most as many as a page break leaves.
    for _ in 0..<12 {
      (line, rest) = firstLine(rest)
      if !line.isEmpty || rest.isEmpty { break }
    }
    let next = firstLine(rest).line
    var isHeading = next.isEmpty || isUnderline(next)
    // A second line that begins with `#` makes both comments.
    if line.first == UInt8(ascii: "#"), next.first != UInt8(ascii: "#") {
      line = trimmed(line.drop { $0 == UInt8(ascii: "#") })
      isHeading = true
    }
    guard isHeading, (2...160).contains(line.count), isLikelyTitle(line) else { return nil }
    let title = String(decoding: line, as: UTF8.self)
    guard title.contains(where: \.isLetter),
      title.split(whereSeparator: \.isWhitespace).count <= 20
    else { return nil }
    return title
  }

  /// No sentence, no code, no entry of a changelog.
  private static func isLikelyTitle(_ line: ArraySlice<UInt8>) -> Bool {
    guard let last = line.last, let first = line.first, !isUnderline(line) else { return false }
    if line.contains(where: { Array("<>;={}".utf8).contains($0) }) { return false }
    if Array(",:\\".utf8).contains(last) || Array("./*%$@|\\-!#".utf8).contains(first) {
      return false
    }
    return last != UInt8(ascii: ".") || line.split(separator: 0x20).count <= 3
  }

  /// `GREP(1)` of a manual page's source, by the first `.TH GREP 1` (or `.Dt GREP 1`) of its first lines.
  private static func manualTitle(of text: [UInt8]) -> String? {
    var rest = text[...]
    for _ in 0..<400 where !rest.isEmpty {
      var line: ArraySlice<UInt8>
      (line, rest) = firstLine(rest)
      guard line.starts(with: ".TH ".utf8) || line.starts(with: ".Dt ".utf8) else { continue }
      line = line.dropFirst(4).prefix(200)
      let words = String(decoding: line, as: UTF8.self).split(separator: " ").map { word in
        String(word.filter { $0 != "\"" && $0 != "\\" })
      }
      guard words.count >= 2, !words[0].isEmpty, words[1].utf8.count <= 8 else { return nil }
      return "\(words[0])(\(words[1]))"
    }
    return nil
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

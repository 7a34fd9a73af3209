/// A page as lines, each with what it weighs for being a part of the article.
///
/// The article is the stretch of lines with the greatest sum of weights: sentences weigh their words, menu
/// words and lists of short lines weigh against. (Kohlschütter et al., WSDM 2010, show that words a block and
/// punctuation suffice; the greatest sum is what keeps short paragraphs inside and menus outside.)
struct PageLines {
  struct Line {
    /// Without white space at its ends; no-break spaces are spaces.
    let text: String
    let lowercased: String
    let words: Int
    let followsBlank: Bool
    let endsSentence: Bool
    var weight: Double

    init(_ text: String, followsBlank: Bool) {
      self.text = text
      self.followsBlank = followsBlank
      words = PageLines.wordCount(text)
      lowercased = words <= 16 ? text.lowercased() : ""
      endsSentence = PageLines.endsSentence(text)
      weight = 0
      weight = PageLines.weight(of: self)
    }
  }

  private(set) var lines: [Line] = []
  /// The article's stretch.
  private(set) var body: Range<Int> = 0..<0

  // Found on saved pages; the result hardly moves when one of them is changed by half.
  private static let longLine = 10
  private static let mostWords = 60.0
  private static let unfinished = 0.3
  private static let shortLine = -2.0
  private static let headline = -3.0
  private static let listed = -6.0
  private static let listLength = 4
  private static let menuWord = -10.0
  static let interruption = -40.0
  private static let end = -120.0

  /// - Parameter furniture: lines that are known not to be the article's.
  init(_ texts: [(text: String, followsBlank: Bool)], furniture: Set<String>) {
    lines = texts.map { text, followsBlank in
      var line = Line(text, followsBlank: followsBlank)
      if furniture.contains(text) { line.weight = Self.interruption }
      return line
    }
    weighLists()
    body = heaviest()
  }

  /// - Parameter lines: with weights of the caller's own.
  init(_ lines: [Line]) {
    self.lines = lines
    weighLists()
    body = heaviest()
  }

  /// The lines of the body that are the article's own.
  var article: [Line] {
    lines[body].filter { !Self.isMenu($0.lowercased) && $0.weight > Self.interruption }
  }

  static func isMenu(_ lowercased: String) -> Bool {
    PageWords.signs.contains(lowercased) || PageWords.menu.contains(lowercased)
  }

  static func isInterruption(_ lowercased: String, words: Int) -> Bool {
    var line = Substring(lowercased)
    if line.hasPrefix("there are ") { line = line.dropFirst(10) }
    line = line.drop { $0.isNumber || $0 == " " }
    while let last = line.last, last.isNumber || " .:()".contains(last) { line = line.dropLast() }
    if PageWords.interruptions.contains(String(line)) { return true }
    return words <= 12
      && PageWords.interruptionPrefixes.contains { lowercased.hasPrefix($0) }
  }

  private static func weight(of line: Line) -> Double {
    if PageWords.ends.contains(line.lowercased) { return end }
    if isInterruption(line.lowercased, words: line.words), !line.lowercased.isEmpty {
      return interruption
    }
    if isMenu(line.lowercased) { return menuWord }
    if isHeadline(line) { return headline }
    if line.words >= longLine {
      let counted = min(Double(line.words), mostWords)
      let goesOn = line.text.last.map { ",;:".contains($0) } ?? false
      return line.endsSentence || line.words >= 20 || goesOn ? counted : counted * unfinished
    }
    if line.endsSentence { return line.words >= 4 ? Double(line.words) : 0 }
    // Code stands in articles and in no menu.
    if line.text.contains(where: { ";{}=<>|\\".contains($0) }) { return 0 }
    if line.text.first?.isLowercase == true, line.words >= 5 { return Double(line.words) * 0.5 }
    return shortLine
  }

  /// Most Words Begin With a Capital, no Sentence.
  static func isHeadline(_ line: Line) -> Bool {
    guard !line.endsSentence, line.words <= 20, let last = line.text.last, !",;:".contains(last)
    else { return false }
    var long = 0
    var capital = 0
    for word in line.text.split(separator: " ") {
      guard word.utf8.count >= 4, let first = word.first, first.isLetter else { continue }
      long += 1
      if first.isUppercase { capital += 1 }
    }
    return long >= 3 && Double(capital) >= 0.7 * Double(long)
  }

  /// Four lines in a row that weigh against are a list: its lines weigh more.
  private mutating func weighLists() {
    var start = 0
    while start < lines.count {
      var end = start
      while end < lines.count, lines[end].weight < 0 { end += 1 }
      if end - start >= Self.listLength {
        for index in start..<end { lines[index].weight = min(lines[index].weight, Self.listed) }
      }
      start = max(end, start + 1)
    }
  }

  /// The stretch with the greatest sum (Kadane's algorithm).
  private func heaviest() -> Range<Int> {
    var best = 0..<0
    var bestSum = 0.0
    var sum = 0.0
    var start = 0
    for (index, line) in lines.enumerated() {
      if sum <= 0 {
        sum = 0
        start = index
      }
      sum += line.weight
      if sum > bestSum {
        bestSum = sum
        best = start..<index + 1
      }
    }
    return best
  }

  private static func endsSentence(_ text: String) -> Bool {
    for character in text.unicodeScalars.reversed() {
      switch character {
      case "”", "\"", "’", "'", ")", "»", "]": continue
      case ".", "!", "?", "。", "！", "？", "؟", "۔", "।", "။", "។": return true
      default: return false
      }
    }
    return false
  }

  /// Runs of letters and digits; of scripts without spaces, half the letters of Han, kana and Hangul, and a fifth of
  /// those of Thai, Lao, Burmese and Khmer.
  static func wordCount(_ text: String) -> Int {
    var words = 0
    var ideographs = 0
    var unspaced = 0
    var inside = false
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f:
        if !inside { words += 1 }
        inside = true
      case 0..<0x80: inside = false
      case 0x3040...0x30ff, 0x3400...0x9fff, 0xac00...0xd7af:
        ideographs += 1
        inside = false
      case 0x0e00...0x0eff, 0x1000...0x109f, 0x1780...0x17ff:
        unspaced += 1
        inside = false
      default:
        let isWord = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        if isWord, !inside { words += 1 }
        inside = isWord
      }
    }
    return words + ideographs / 2 + unspaced / 5
  }
}

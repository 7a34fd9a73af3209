/// A saved news page, taken apart: the article, and what the page says about it.
///
/// A text is a page when two different lines of it are such as only web pages have (`PageWords.signs`), or when it
/// has an agency's dateline beside a masthead's date or a series line.
struct NewsPage: Equatable {
  /// The headline above the article; where the page has lost it, the lead sentence.
  var title: String?
  /// `Series Name (121)`: a line of the page that stands on it twice; 121 stories.
  var series: String?
  var seriesStories: Int?
  /// `MOSCOW` of `MOSCOW (Sputnik) — …`.
  var dateline: String?
  /// `Sputnik` of it.
  var agency: String?
  /// The time in the page's first lines, as ISO 8601: when it was saved.
  var captured: String?
  /// A date between those and the article.
  var published: String?
  var body: String
  /// Headlines directly behind the article, or below a word such as "Related".
  var related: [String]
  var tags: [String]

  /// Longer texts are no saved pages.
  static let maximumSize = 1 << 20

  /// nil: `text` (UTF-8) is no page.
  init?(_ text: [UInt8]) {
    guard text.count <= Self.maximumSize, Self.isCandidate(text) else { return nil }
    let texts = Self.lines(text)
    let series = Self.series(texts)
    let captured = texts.prefix(3).lazy.compactMap { PageDate.parse($0.text) }.first
    guard
      Self.signs(texts) >= 2
        || (captured != nil || series != nil)
          && texts.contains(where: { Self.dateline($0.text)?.agency != nil })
    else { return nil }
    let page = PageLines(texts, furniture: series.map { [$0.line] } ?? [])
    let article = page.article
    guard !article.isEmpty else { return nil }
    self.series = series?.name
    self.seriesStories = series?.stories
    self.captured = captured
    body = ""
    for line in article {
      if !body.isEmpty { body += line.followsBlank ? "\n\n" : "\n" }
      body += line.text
    }
    let above = page.lines[..<page.body.lowerBound]
    published = above.dropFirst(3).lazy.compactMap { PageDate.parse($0.text) }.first
    let dateline = article.prefix(3).lazy.compactMap { Self.dateline($0.text) }.first
    self.dateline = dateline?.place
    agency = dateline?.agency
    title =
      Self.headline(page, article, not: series?.line) ?? Self.leadSentence(article[0].text)
    let below = page.lines[page.body.upperBound...]
    related = Self.related(below, not: series?.line)
    tags = below.lazy.compactMap { Self.tags($0) }.first ?? []
  }

  /// What nearly every other text is told by, from its bytes: too few lines that are signs, and no line that could
  /// be an agency's dateline.
  private static func isCandidate(_ text: [UInt8]) -> Bool {
    var signs: Set<String> = []
    var start = 0
    while start < text.count {
      let end = text[start...].firstIndex(of: 0x0a) ?? text.count
      var line = text[start..<end]
      start = end + 1
      while let byte = line.first, byte <= 0x20 { line = line.dropFirst() }
      if line.count >= 2, isCapital(line[line.startIndex]), isCapital(line[line.startIndex + 1]),
        line.prefix(80).contains(UInt8(ascii: "("))
      {
        return true
      }
      guard (2...PageWords.longestSign + 2).contains(line.count) else { continue }
      let word = String(decoding: line, as: UTF8.self).trimmingSpace().lowercased()
      if PageWords.signs.contains(word), signs.insert(word).inserted, signs.count == 2 {
        return true
      }
    }
    return false
  }

  /// An ASCII capital, or what may be one of another alphabet.
  private static func isCapital(_ byte: UInt8) -> Bool {
    byte >= 0x80 || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  /// Trimmed lines that are not blank.
  private static func lines(_ text: [UInt8]) -> [(text: String, followsBlank: Bool)] {
    var lines: [(text: String, followsBlank: Bool)] = []
    var followsBlank = false
    for bytes in text.split(separator: 0x0a, omittingEmptySubsequences: false) {
      var line = String(decoding: bytes, as: UTF8.self)
      if line.unicodeScalars.contains("\u{a0}") {
        line = String(line.map { $0 == "\u{a0}" ? " " : $0 })
      }
      let trimmed = line.trimmingSpace()
      if trimmed.isEmpty {
        followsBlank = true
      } else {
        lines.append((trimmed, followsBlank))
        followsBlank = false
      }
    }
    return lines
  }

  private static func signs(_ lines: [(text: String, followsBlank: Bool)]) -> Int {
    var found: Set<String> = []
    for line in lines where line.text.utf8.count <= 40 {
      let lowercased = line.text.lowercased()
      if PageWords.signs.contains(lowercased) { found.insert(lowercased) }
      if found.count == 2 { break }
    }
    return found.count
  }

  private static func series(
    _ lines: [(text: String, followsBlank: Bool)]
  ) -> (line: String, name: String, stories: Int)? {
    var seen: Set<String> = []
    for (line, _) in lines where line.hasSuffix(")") && line.utf8.count <= 200 {
      guard !seen.contains(line) else {
        let open = line.lastIndex(of: "(") ?? line.startIndex
        let digits = line[line.index(after: open)...].dropLast()
        let name = String(line[..<open]).trimmingSpace()
        guard let stories = Int(digits), stories > 0, digits.allSatisfy(\.isNumber),
          (3...16).contains(PageLines.wordCount(name)),
          !PageLines.isInterruption(line.lowercased(), words: 1)
        else { continue }
        return (line, name, stories)
      }
      seen.insert(line)
    }
    return nil
  }

  /// `MOSCOW (Sputnik) — …`, `LONDON, May 5 (Reuters) - …`, `PARIS — …`.
  static func dateline(_ line: String) -> (place: String, agency: String?)? {
    let start = line.prefix(80)
    let dashes: Set<Character> = ["—", "–", "-"]
    if let open = start.firstIndex(of: "("), let close = start[open...].firstIndex(of: ")") {
      let behind = start[start.index(after: close)...].drop { $0 == " " }
      let agency = start[start.index(after: open)..<close]
      if let dash = behind.first, dashes.contains(dash), (2...30).contains(agency.count),
        agency.first?.isUppercase == true, let place = place(start[..<open])
      {
        return (place, String(agency))
      }
    }
    guard let dash = start.firstIndex(where: { $0 == "—" || $0 == "–" }),
      start[..<dash].hasSuffix(" "), let place = place(start[..<dash])
    else { return nil }
    return (place, nil)
  }

  /// Capitals alone, a date behind them taken off.
  private static func place(_ text: Substring) -> String? {
    var parts = text.split(separator: ",").map { String($0).trimmingSpace() }
    if parts.count > 1, let last = parts.last, let word = last.split(separator: " ").first,
      PageDate.isMonth(word)
    {
      parts.removeLast()
    }
    let place = parts.joined(separator: ", ")
    let letters = place.filter(\.isLetter)
    guard letters.count >= 3, place.count <= 40, letters.allSatisfy(\.isUppercase),
      place.allSatisfy({ $0.isLetter || " ,.-'’/".contains($0) })
    else { return nil }
    return place
  }

  /// The line above the article that reads like its headline: of those whose words the article uses, the one
  /// with most; standing twice on the page speaks for it, a full stop and distance against it.
  private static func headline(
    _ page: PageLines, _ article: [PageLines.Line], not series: String?
  ) -> String? {
    var vocabulary: Set<Substring> = []
    for line in article { vocabulary.formUnion(longWords(line.text)) }
    var best: (score: Double, text: String)?
    let above = page.lines[..<page.body.lowerBound]
    for (distance, line) in above.suffix(40).reversed().enumerated() {
      guard line.text != series, isHeadlineShaped(line) else { continue }
      let words = longWords(line.text)
      let known = words.count { vocabulary.contains($0) }
      guard known > 0 else { continue }
      var score = Double(known) / Double(words.count) * Double(min(known, 5))
      if page.lines.count(where: { $0.text == line.text }) > 1 { score += 1 }
      if line.text.hasSuffix(".") { score -= 2 }
      score -= 0.05 * Double(distance)
      if score > (best?.score ?? 1) { best = (score, line.text) }
    }
    return best?.text
  }

  private static func isHeadlineShaped(_ line: PageLines.Line) -> Bool {
    let byline = ["by ", "par ", "von ", "por ", "posted ", "photo", "image", "reviewed ", "from "]
    return (3...25).contains(line.words) && line.text.utf8.count <= 250
      && !PageLines.isMenu(line.lowercased)
      && !PageLines.isInterruption(line.lowercased, words: line.words)
      && !byline.contains { line.text.lowercased().hasPrefix($0) }
      && line.text.last.map { ":,)›»".contains($0) } == false
      && !line.text.contains { $0 == "|" || $0 == "@" } && line.text.first?.isLowercase != true
      && PageDate.parse(line.text) == nil
  }

  /// Words of four letters and more, in lower case.
  private static func longWords(_ text: String) -> [Substring] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.filter { $0.count >= 4 }
  }

  /// Up to the first full stop that a new sentence follows.
  static func leadSentence(_ text: String) -> String? {
    var sentence = ""
    var isClosed = false
    var lastWord = 0
    for character in text {
      if isClosed, character == " " {
        // Behind `Mr.` and `U.S.` the sentence goes on.
        if lastWord > 3 || sentence.last != "." { return sentence }
        isClosed = false
      }
      sentence.append(character)
      if ".!?".contains(character) {
        isClosed = true
      } else if !"\"”’')".contains(character) {
        isClosed = false
        lastWord = character == " " ? 0 : lastWord + 1
      }
      if sentence.count >= 300 { return sentence + "…" }
    }
    return sentence.isEmpty ? nil : sentence
  }

  private static func related(
    _ below: ArraySlice<PageLines.Line>, not series: String?
  ) -> [String] {
    var headlines: [String] = []
    var gap = 0
    for line in below.prefix(60) {
      if line.text == series { continue }
      let isHeadline =
        (4...25).contains(line.words) && line.text.first?.isLowercase != true
        && line.text.last != "." && line.text.last != ":" && tags(line) == nil
        && !PageLines.isMenu(line.lowercased)
        && !PageLines.isInterruption(line.lowercased, words: line.words)
        && PageDate.parse(line.text) == nil && line.text.utf8.count <= 200
        && (PageLines.isHeadline(line) || line.words >= 6)
      if isHeadline {
        headlines.append(line.text)
        if headlines.count == 20 { break }
        continue
      }
      if headlines.count >= 2 { break }
      headlines = []
      if line.lowercased.hasPrefix("related") || line.lowercased.hasPrefix("see also") {
        gap = 0
      } else {
        gap += 1
        if gap > 2 { break }
      }
    }
    return headlines.count >= 2 ? headlines : []
  }

  /// `NATO, Vladimir Putin, Dmitry Peskov, Russia`: three short names or more, or what follows `Tags:`.
  static func tags(_ line: PageLines.Line) -> [String]? {
    var text = Substring(line.text)
    var named = false
    for word in ["tags:", "topics:", "keywords:", "tagged:"] where line.lowercased.hasPrefix(word) {
      text = text.dropFirst(word.count)
      named = true
    }
    let tags = text.split(separator: ",", omittingEmptySubsequences: false).map {
      String($0).trimmingSpace()
    }
    guard tags.count >= (named ? 1 : 3), tags.count <= 40, !line.endsSentence || named else {
      return nil
    }
    let fits = tags.allSatisfy { tag in
      guard let first = tag.first, tag.count <= 40 else { return false }
      return named
        || first.isUppercase && tag.split(separator: " ").count <= 4
          && tag.allSatisfy { $0.isLetter || $0.isNumber || " .-'’&".contains($0) }
    }
    return fits ? tags : nil
  }
}

extension String {
  /// Without white space at both ends.
  func trimmingSpace() -> String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

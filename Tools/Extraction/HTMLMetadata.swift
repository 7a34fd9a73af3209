/// What a page says about itself: of several sources the one that is most exact.
extension HTMLPage {
  private static let mostTags = 40
  /// Bytes of a name, a title, a description.
  private static let longestName = 120
  private static let longestText = 2_000

  /// - Parameters:
  ///   - firstBlock: the article's; dates stand above it.
  ///   - lastBlock: the article's; names behind it are those of its readers.
  mutating func readMetadata(
    _ content: HTMLContent, _ data: HTMLLinkedData, firstBlock: Int, lastBlock: Int
  ) {
    let about = content.about
    site =
      about.meta("og:site_name", "application-name", "dc.publisher", "citation_journal_title")
      ?? data.publisher
    title = Self.title(content, data, site: site)
    description = Self.cut(
      about.meta("og:description", "description", "dc.description", "twitter:description")
        ?? data.description)
    language = Self.language(
      about.language ?? data.language
        ?? about.meta("og:locale", "dc.language", "citation_language", "language"))
    url = [about.canonical, about.meta("og:url")].lazy.compactMap { $0 }.first {
      Self.isAddress($0)
    }
    authors = Self.authors(about, data, before: lastBlock).filter { !Self.isSite($0, site) }
    readDates(content, data, firstBlock: firstBlock)
    var found = about.all("article:tag", "citation_keywords")
    if found.isEmpty { found = data.keywords }
    if found.isEmpty { found = about.all("news_keywords", "keywords", "dc.subject") }
    tags = Self.tags(found)
  }

  /// The title of the article rather than the window's, which mostly has the site's name behind it.
  private static func title(
    _ content: HTMLContent, _ data: HTMLLinkedData, site: String?
  ) -> String? {
    let about = content.about
    let window = about.title
    if let named = about.meta("citation_title", "og:title", "dc.title", "dcterms.title")
      ?? data.headline ?? about.meta("twitter:title", "title")
    {
      return cut(named)
    }
    // A heading that the window's title begins with, and the site's name follows.
    let headings = content.blocks.lazy.filter { $0.level == 1 || $0.level == 2 }.prefix(40)
      .map(\.line.text).filter { $0.utf8.count >= 4 && $0.utf8.count < window.utf8.count }
    let lowercased = window.lowercased()
    for heading in headings {
      let lower = heading.lowercased()
      guard lowercased.hasPrefix(lower) else { continue }
      let rest = lowercased.dropFirst(lower.count).drop { $0 == " " }
      if let mark = rest.first, marks.contains(mark) { return cut(heading) }
    }
    if !window.isEmpty { return cut(withoutSite(window, site)) }
    let only = content.blocks.filter { $0.level == 1 }
    return only.count == 1 ? cut(only[0].line.text) : nil
  }

  /// What stands between a title and the site's name.
  private static let marks: Set<Character> = ["|", "-", "–", "—", "·", "•", "»", ":", "/", "｜"]

  private static func isSite(_ text: String, _ site: String?) -> Bool {
    site?.lowercased() == text.lowercased()
  }

  /// `A Title | Site` is `A Title` where the site is known by name; other titles stay as they are.
  private static func withoutSite(_ title: String, _ site: String?) -> String {
    guard let site, !site.isEmpty, title.lowercased().hasSuffix(site.lowercased()) else {
      return title
    }
    var rest = Substring(title).dropLast(site.count)
    let before = rest.count
    while let last = rest.last, last == " " || marks.contains(last) { rest.removeLast() }
    return rest.isEmpty || rest.count == before ? title : String(rest)
  }

  private static func authors(
    _ about: HTMLStatements, _ data: HTMLLinkedData, before lastBlock: Int
  ) -> [String] {
    let bylines = about.bylines.filter { $0.block <= lastBlock }
    let surest = bylines.map(\.weight).max()
    let sources: [[String]] = [
      about.all("citation_author"), data.authors,
      about.all("author", "dc.creator", "dcterms.creator", "article:author", "parsely-author"),
      bylines.first { $0.weight == surest }.map { [$0.text] } ?? [],
    ]
    for source in sources {
      var names: [String] = []
      for text in source {
        for name in splitNames(text) where !names.contains(name) { names.append(name) }
      }
      if !names.isEmpty { return Array(names.prefix(20)) }
    }
    return []
  }

  /// `By Jane Roe and John Doe, Reporters` is two names; addresses and lines that are no names are none.
  static func splitNames(_ text: String) -> [String] {
    guard text.utf8.count <= 400 else { return [] }
    var line = Substring(text)
    for word in [
      "written by", "posted by", "article by", "by", "von", "par", "por", "author:", "автор:",
    ] {
      if line.lowercased().hasPrefix(word) {
        let rest = line.dropFirst(word.count)
        guard let first = rest.first, first.isWhitespace || first == ":" || word.hasSuffix(":")
        else { continue }
        line = rest.drop { $0.isWhitespace || $0 == ":" }
        break
      }
    }
    if let bar = line.firstIndex(where: { "|•·\n\t".contains($0) }) { line = line[..<bar] }
    var parts: [Substring] = []
    for part in line.split(whereSeparator: { $0 == ";" || $0 == "&" || $0 == "," }) {
      var rest = part
      while let and = rest.firstWord(of: [" and ", " und ", " et ", " y ", " и "]) {
        parts.append(rest[..<and.lowerBound])
        rest = rest[and.upperBound...]
      }
      parts.append(rest)
    }
    // `Roe, Jane` is one name.
    if parts.count == 2, line.contains(","), !line.contains(" and "),
      parts.allSatisfy({ !$0.trimmed.contains(" ") })
    {
      parts = [line]
    }
    return parts.map { $0.trimmed }.filter { isName($0) }
  }

  private static func isName(_ text: String) -> Bool {
    guard (2...longestName).contains(text.utf8.count), !text.hasPrefix("http"), !text.contains("@"),
      text.split(separator: " ").count <= 6, text.contains(where: \.isLetter)
    else { return false }
    return text.count(where: \.isNumber) * 3 < text.count
      && !["admin", "staff", "editor", "unknown", "null", "none", "author"].contains(
        text.lowercased())
  }

  private mutating func readDates(
    _ content: HTMLContent, _ data: HTMLLinkedData, firstBlock: Int
  ) {
    let about = content.about
    let said = [
      about.meta("article:published_time", "og:published_time", "datepublished"), data.published,
      about.meta(
        "citation_publication_date", "citation_date", "dc.date.issued", "dcterms.issued", "pubdate",
        "publishdate", "publish-date", "publish_date", "parsely-pub-date", "sailthru.date",
        "article.published", "dc.date", "dcterms.created", "dc.date.created", "date"),
      about.times.first { $0.property.contains("published") || $0.property.contains("pubdate") }?
        .value,
      isArticle
        ? about.times.first { !$0.property.contains("modif") && !$0.property.contains("updat") }?
          .value : nil,
    ]
    published = said.lazy.compactMap { $0.flatMap { HTMLDate.parse($0) } }.first
    if published == nil, isArticle {
      let above = content.blocks[..<min(firstBlock + 3, content.blocks.count)].suffix(20)
        .filter { $0.line.words <= 16 }
      published =
        above.lazy.compactMap { PageDate.parse($0.line.text) }.first
        ?? above.lazy.compactMap { HTMLDate.first(in: $0.line.text) }.first
    }
    let changed = [
      about.meta("article:modified_time", "og:updated_time", "datemodified"), data.modified,
      about.meta("dcterms.modified", "dc.date.modified", "lastmod", "last-modified"),
      about.times.first { $0.property.contains("modif") || $0.property.contains("updat") }?.value,
    ]
    updated = changed.lazy.compactMap { $0.flatMap { HTMLDate.parse($0) } }.first
    if updated == published { updated = nil }
  }

  private static func tags(_ found: [String]) -> [String] {
    var tags: [String] = []
    for text in found {
      for part in text.split(whereSeparator: { $0 == "," || $0 == ";" }) {
        let tag = part.trimmed
        if (1...60).contains(tag.utf8.count), !tags.contains(tag), tags.count < mostTags {
          tags.append(tag)
        }
      }
    }
    return tags
  }

  /// `en_US` as `en-US`; nil for what is no language tag.
  private static func language(_ tag: String?) -> String? {
    guard let tag = tag?.trimmingSpace(), (2...35).contains(tag.utf8.count),
      tag.utf8.allSatisfy({
        ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2d
          || $0 == 0x5f
      }), tag.prefix(while: { $0.isLetter }).count <= 3 || tag.count <= 8
    else { return nil }
    return String(tag.map { $0 == "_" ? "-" : $0 })
  }

  private static func isAddress(_ url: String) -> Bool {
    let lowercased = url.prefix(8).lowercased()
    return (lowercased.hasPrefix("http://") || lowercased.hasPrefix("https://"))
      && url.utf8.count <= 2_000 && !url.contains(where: \.isWhitespace)
  }

  private static func cut(_ text: String?) -> String? {
    guard let text, !text.isEmpty else { return nil }
    return text.utf8.count <= longestText ? text : String(text.prefix(longestText / 4)) + "…"
  }
}

extension StringProtocol {
  fileprivate var trimmed: String { String(self).trimmingSpace() }
}

extension Substring {
  /// Where the first of these stands.
  fileprivate func firstWord(of words: [String]) -> Range<Index>? {
    var at = startIndex
    while at < endIndex {
      for word in words where self[at...].hasPrefix(word) {
        return at..<index(at, offsetBy: word.count)
      }
      at = index(after: at)
    }
    return nil
  }
}

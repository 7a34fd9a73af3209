import InvertedIndex

/// The document of a file that holds one.
public enum FileDocument {
  /// The fields that files have, with types that a guess would not give them. `size` and `modified` tell
  /// whether a file has changed since.
  public static func fields() throws(IndexError) -> [Field] {
    [
      try Field(name: "path", type: .keyword), try Field(name: "size", type: .integer),
      try Field(name: "modified", type: .date),
      try Field(name: "title", type: .text, weight: Field.titleWeight),
      try Field(name: "body", type: .text), try Field(name: "description", type: .text),
      try Field(name: "author", type: .text), try Field(name: "date", type: .date),
      try Field(name: "updated", type: .date), try Field(name: "url", type: .keyword),
      try Field(name: "site", type: .keyword), try Field(name: "language", type: .keyword),
      try Field(name: "tags", type: .keyword),
      try Field(name: "series", type: .text), try Field(name: "series_stories", type: .integer),
      try Field(name: "dateline", type: .keyword),
      try Field(name: "agency", type: .keyword), try Field(name: "captured", type: .date),
      try Field(name: "published", type: .date), try Field(name: "related", type: .text),
    ]
  }

  enum Reading {
    case document(FileKind, warning: String?)
    case none(Skipped.Kind, String)
  }

  /// - Parameters:
  ///   - bytes: the whole content, inflated.
  ///   - kind: nil: told by the content.
  ///   - path: the id.
  ///   - file: nil for standard input.
  static func read(
    _ bytes: [UInt8], as kind: FileKind?, path: String, file: SourceFile?, maximumSize: Int,
    into document: inout Document
  ) -> Reading {
    document.removeAll()
    document.append("id", path)
    if let file {
      document.append("path", file.path)
      document.append("size", file.size)
      document.append("modified", ISODate.string(file.modified))
    }
    if kind == .html || kind == nil && HTMLPage.isPage(bytes) {
      return readHTML(bytes, into: &document)
    }
    let text: [UInt8]
    let warning: String?
    switch TextDecoding.decode(bytes) {
    case .binary(let what): return .none(.binary, "binary, not text (\(what))")
    case .text(let decoded, let how): (text, warning) = (decoded, how)
    }
    guard text.count <= maximumSize else {
      return .none(.tooLarge, "more than \(maximumSize) bytes of text")
    }
    if kind == nil || kind == .page, let page = NewsPage(text) {
      append(page, to: &document)
      return .document(.page, warning: warning)
    }
    switch kind {
    case .markdown:
      let note = Markdown(text)
      guard note.title != nil || !note.body.isEmpty else {
        return .none(.noText, "no text in it")
      }
      append(note, to: &document)
      return .document(.markdown, warning: warning)
    default:
      if let title = PlainText.title(of: text) { document.append("title", title) }
      document.append("body", utf8: unsafe text.span.bytes)
    }
    return .document(.text, warning: warning)
  }

  /// The page tells its encoding itself.
  private static func readHTML(_ bytes: [UInt8], into document: inout Document) -> Reading {
    let page: HTMLPage
    do throws(HTMLPage.Failure) {
      page = try HTMLPage.read(bytes)
    } catch {
      return .none(error == .binary ? .binary : .tooLarge, error.message)
    }
    guard page.title != nil || !page.body.isEmpty else { return .none(.noText, "no text in it") }
    func append(_ name: String, _ value: String?) {
      if let value { document.append(name, value) }
    }
    append("title", page.title)
    append("description", page.description)
    for author in page.authors { document.append("author", author) }
    append("date", page.published ?? page.updated)
    append("published", page.published)
    append("updated", page.updated)
    append("url", page.url)
    append("site", page.site)
    append("language", page.language)
    for tag in page.tags { document.append("tags", tag, inArray: true) }
    append("body", page.body)
    return .document(.html, warning: page.warning)
  }

  private static func append(_ page: NewsPage, to document: inout Document) {
    func append(_ name: String, _ value: String?) {
      if let value { document.append(name, value) }
    }
    append("series", page.series)
    if let stories = page.seriesStories { document.append("series_stories", Int64(stories)) }
    append("title", page.title)
    append("dateline", page.dateline)
    append("agency", page.agency)
    append("captured", page.captured)
    append("published", page.published)
    append("date", page.published ?? page.captured)
    append("body", page.body)
    for headline in page.related { document.append("related", headline, inArray: true) }
    for tag in page.tags { document.append("tags", tag, inArray: true) }
  }

  private static func append(_ note: Markdown, to document: inout Document) {
    if let title = note.title { document.append("title", title) }
    if let description = note.matter.description { document.append("description", description) }
    for author in note.matter.authors { document.append("author", author) }
    if let date = note.matter.date { document.append("date", date) }
    for tag in note.matter.tags { document.append("tags", tag, inArray: true) }
    document.append("body", utf8: unsafe note.body.span.bytes)
  }
}

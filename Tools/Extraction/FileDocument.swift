import InvertedIndex

/// The document of a file.
public enum FileDocument {
  /// The fields that files have, with types that a guess would not give them. `size` and `modified` tell
  /// whether a file has changed since.
  public static func fields() throws(IndexError) -> [Field] {
    [
      try Field(name: "path", type: .keyword), try Field(name: "size", type: .integer),
      try Field(name: "modified", type: .date), try Field(name: "title", type: .text),
      try Field(name: "body", type: .text), try Field(name: "series", type: .text),
      try Field(name: "series_stories", type: .integer),
      try Field(name: "dateline", type: .keyword),
      try Field(name: "agency", type: .keyword), try Field(name: "captured", type: .date),
      try Field(name: "published", type: .date), try Field(name: "related", type: .text),
      try Field(name: "tags", type: .keyword),
    ]
  }

  /// - Parameter text: UTF-8.
  static func fill(_ document: inout Document, with text: [UInt8], of file: SourceFile) {
    document.removeAll()
    document.append("id", file.path)
    document.append("path", file.path)
    document.append("size", file.size)
    document.append("modified", ISODate.string(file.modified))
    guard let page = NewsPage(text) else {
      if let title = PlainText.title(of: text) { document.append("title", title) }
      document.append("body", utf8: unsafe text.span.bytes)
      return
    }
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
    append("body", page.body)
    for headline in page.related { document.append("related", headline, inArray: true) }
    for tag in page.tags { document.append("tags", tag, inArray: true) }
  }
}

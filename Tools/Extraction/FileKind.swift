/// What a file is taken for, and so how it becomes documents.
public enum FileKind: String, Sendable, CaseIterable {
  /// A JSON object a line; each is a document.
  case jsonl
  /// Rows below a header; each is a document.
  case csv, tsv
  case markdown
  case html
  /// The text of a saved news page.
  case page
  case text

  /// Whether a file of this kind holds many documents, with ids of their own.
  public var holdsRecords: Bool {
    switch self {
    case .jsonl, .csv, .tsv: true
    case .markdown, .html, .page, .text: false
    }
  }

  private static let extensions: [String: FileKind] = [
    "jsonl": .jsonl, "ndjson": .jsonl, "csv": .csv, "tsv": .tsv, "tab": .tsv,
    "md": .markdown, "markdown": .markdown, "mdown": .markdown, "mkd": .markdown,
    "html": .html, "htm": .html, "xhtml": .html,
  ]

  /// By the extension, that of gzip apart; nil where the content must tell.
  init?(path: String) {
    var name = path.utf8.suffix(64)
    func lowercased(_ text: Substring.UTF8View) -> String {
      String(decoding: text.map { 0x41...0x5a ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
    if lowercased(name.suffix(3)) == ".gz" { name = name.dropLast(3) }
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")),
      let kind = Self.extensions[lowercased(name[name.index(after: dot)...])]
    else { return nil }
    self = kind
  }
}

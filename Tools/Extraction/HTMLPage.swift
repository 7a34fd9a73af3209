/// A saved web page as a document: its main text, and what it says about itself.
///
///     let page = try HTMLPage.read(bytes)
///     page.title, page.body, page.published, …
///
/// Safe for pages of any origin: input, text, depth and the work on malformed markup are bounded, and nothing is
/// fetched. The work is linear in the page (about 30 MB/s). Thread-safe.
public struct HTMLPage: Equatable, Sendable {
  public struct Limits: Sendable {
    /// Bytes of a page.
    public var input = 64 << 20
    /// Bytes of text; a longer page is cut, with a warning.
    public var text = 32 << 20

    public init() {}
  }

  /// Why a page gives no document.
  public enum Failure: Error, Equatable, Sendable {
    /// It has more bytes than this.
    case tooLarge(Int)
    /// It has the bytes of something else: control characters.
    case binary

    public var message: String {
      switch self {
      case .tooLarge(let limit): "a page of more than \(limit) bytes"
      case .binary: "binary, not a page"
      }
    }
  }

  public internal(set) var title: String?
  /// The article; of a page without one (an index, a form) all visible text.
  public internal(set) var body = ""
  /// Whether the page has an article.
  public internal(set) var isArticle = false
  public internal(set) var description: String?
  public internal(set) var authors: [String] = []
  /// ISO 8601.
  public internal(set) var published: String?
  /// ISO 8601: when the article was last changed.
  public internal(set) var updated: String?
  /// The canonical address, absolute.
  public internal(set) var url: String?
  public internal(set) var site: String?
  /// BCP 47 as the page gives it, such as `en` or `pt-BR`.
  public internal(set) var language: String?
  public internal(set) var tags: [String] = []
  /// What had to be done to read the page, if anything.
  public internal(set) var warning: String?

  /// Reads a page from the bytes of its file.
  public static func read(
    _ bytes: [UInt8], limits: Limits = Limits()
  ) throws(Failure) -> HTMLPage {
    guard bytes.count <= limits.input else {
      throw .tooLarge(limits.input)
    }
    let decoded = HTMLEncoding.decode(bytes)
    guard !isBinary(decoded.text) else { throw .binary }
    let cleaner = HTMLCleaner(decoded.text)
    let content = HTMLContent(mostText: limits.text)
    let isWhole = HTMLParser.parse(cleaner.output, into: content)
    var page = HTMLPage()
    let article = HTMLArticle(content).blocks
    page.readText(content, article)
    page.readMetadata(
      content, HTMLLinkedData(cleaner.linkedData), firstBlock: article.first ?? 0,
      lastBlock: article.last ?? 0)
    let words = [
      decoded.warning,
      content.isCut ? "its text was cut, more than \(limits.text) bytes or a million lines" : nil,
      isWhole || content.isCut ? nil : "its markup is too tangled; read in part",
    ].compactMap { $0 }
    page.warning = words.isEmpty ? nil : words.joined(separator: "; ")
    return page
  }

  /// Whether a file of unknown name begins as pages do.
  public static func isPage(_ bytes: some Collection<UInt8>) -> Bool {
    var start = String(
      decoding: bytes.prefix(1_024).filter { $0 != 0 && $0 < 0x80 }, as: UTF8.self)[...]
    while true {
      start = start.drop { $0.isWhitespace }
      if start.hasPrefix("<!--") {
        while !start.isEmpty, !start.hasPrefix("-->") { start = start.dropFirst() }
        start = start.dropFirst(3)
      } else if start.hasPrefix("<?xml") {
        start = start.drop { $0 != ">" }.dropFirst()
      } else {
        break
      }
    }
    let lowercased = start.prefix(20).lowercased()
    return ["<!doctype html", "<html", "<head>", "<body"].contains { lowercased.hasPrefix($0) }
  }

  /// One byte in fifty is a control character other than white space.
  private static func isBinary(_ text: [UInt8]) -> Bool {
    let controls = text.count { $0 < 0x20 && !(0x09...0x0d).contains($0) || $0 == 0x7f }
    return controls * 50 > text.count
  }

  private mutating func readText(_ content: HTMLContent, _ article: [Int]) {
    isArticle = !article.isEmpty
    let chosen = isArticle ? article : Array(content.blocks.indices)
    var text: [UInt8] = []
    var last = -1
    for index in chosen {
      let block = content.blocks[index]
      if !text.isEmpty {
        switch index == last + 1 ? block.joint : .paragraph {
        case .cell: text.append(UInt8(ascii: "\t"))
        case .line: text.append(UInt8(ascii: "\n"))
        case .paragraph: text.append(contentsOf: [UInt8(ascii: "\n"), UInt8(ascii: "\n")])
        }
      }
      last = index
      text.append(contentsOf: block.line.text.utf8)
    }
    body = String(decoding: text, as: UTF8.self)
  }
}

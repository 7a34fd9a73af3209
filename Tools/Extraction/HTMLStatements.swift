/// What a page says about itself, as it is read: `<title>`, `<meta>`, `<link rel=canonical>`, `<time>`, bylines.
struct HTMLStatements {
  /// Text inside an element that is wanted as a whole.
  enum Capture { case title, byline }

  private(set) var title = ""
  /// Names in lower case, in the order of the page.
  private(set) var metas: [(name: String, content: String)] = []
  private(set) var canonical: String?
  private(set) var language: String?
  /// Authors' names as the page shows them; `weight` tells how surely.
  private(set) var bylines: [(text: String, weight: Int)] = []
  /// `<time>` and `itemprop` dates: the value, what it is said to be, and the number of the block behind it.
  private(set) var times: [(value: String, property: String, block: Int)] = []

  private var captured: [UInt8] = []
  private var capturing: Capture?
  private var captureWeight = 0
  private var nested = 0

  private static let mostMetas = 400
  private static let mostTimes = 100
  private static let mostBylines = 20
  /// Bytes.
  private static let longestCapture = 2_000

  mutating func add(_ tag: HTMLTag, _ attributes: HTMLAttributes) {
    if tag == .relation {
      let relations = (attributes["rel"] ?? "").lowercased().split(whereSeparator: \.isWhitespace)
      if relations.contains("canonical"), canonical == nil {
        canonical = attributes["href"].map { HTMLText.collapsed($0.utf8) }
      }
      return
    }
    guard metas.count < Self.mostMetas, let content = attributes["content"] else { return }
    let value = HTMLText.collapsed(content.utf8)
    guard !value.isEmpty else { return }
    for key in ["property", "name", "itemprop"] {
      // A property may list several names.
      guard let names = attributes[key] else { continue }
      for name in names.lowercased().split(whereSeparator: \.isWhitespace).prefix(4) {
        metas.append((String(name), value))
      }
    }
  }

  mutating func language(_ attributes: HTMLAttributes) {
    guard language == nil else { return }
    language = attributes["lang"] ?? attributes["xml:lang"]
  }

  mutating func addTime(_ attributes: HTMLAttributes, block: Int) {
    guard times.count < Self.mostTimes, let value = attributes["datetime"] else { return }
    let property = (attributes["itemprop"] ?? "") + " " + (attributes["class"] ?? "")
    times.append((HTMLText.collapsed(value.utf8), property.lowercased(), block))
  }

  /// What is captured of an element, if anything.
  mutating func capture(
    for tag: HTMLTag, _ name: String, _ attributes: HTMLAttributes, _ hints: HTMLHints
  ) -> Capture? {
    guard bylines.count < Self.mostBylines, capturing != .title else { return nil }
    let property = attributes["itemprop"]?.lowercased() ?? ""
    let relation = attributes["rel"]?.lowercased() ?? ""
    if property.split(separator: " ").contains("author") || relation == "author" {
      captureWeight = 3
      return .byline
    }
    guard hints.contains(.byline), tag != .root else { return nil }
    captureWeight = tag == .link || tag == .inline ? 2 : 1
    return .byline
  }

  var isCapturing: Bool { capturing != nil }

  mutating func startCapture(_ kind: Capture) {
    nested += 1
    // A name inside a byline is more exact than the whole of it.
    guard nested == 1 || kind == .byline && capturing == .byline else { return }
    capturing = kind
    captured.removeAll(keepingCapacity: true)
  }

  mutating func capture(_ bytes: Span<UInt8>) {
    for index in bytes.indices where captured.count < Self.longestCapture {
      captured.append(bytes[index])
    }
  }

  mutating func endCapture() {
    nested -= 1
    defer {
      captured.removeAll(keepingCapacity: true)
      if nested == 0 { capturing = nil }
    }
    let text = HTMLText.collapsed(captured)
    guard !text.isEmpty else { return }
    switch capturing {
    case .title: title = text
    case .byline: bylines.append((text, captureWeight))
    case nil: break
    }
  }

  /// The first meta of the first of these names that the page has.
  func meta(_ names: String...) -> String? {
    for name in names {
      if let found = metas.first(where: { $0.name == name }) { return found.content }
    }
    return nil
  }

  /// All of the first of these names that the page has.
  func all(_ names: String...) -> [String] {
    for name in names {
      let found = metas.filter { $0.name == name }.map(\.content)
      if !found.isEmpty { return found }
    }
    return []
  }
}

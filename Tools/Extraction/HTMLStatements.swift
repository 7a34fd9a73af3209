/// What a page says about itself, as it is read: `<title>`, `<meta>`, `<link rel=canonical>`, `<time>`, bylines.
struct HTMLStatements {
  /// Text inside an element that is wanted as a whole.
  enum Capture { case title, byline }

  private(set) var title = ""
  /// Names in lower case, in the order of the page.
  private(set) var metas: [(name: String, content: String)] = []
  private(set) var canonical: String?
  private(set) var language: String?
  /// Authors' names as the page shows them; `weight` tells how surely, `block` is the number of the block
  /// that they stand in.
  private(set) var bylines: [(text: String, weight: Int, block: Int)] = []
  /// `<time>` and `itemprop` dates: the value, what it is said to be, and the number of the block behind it.
  private(set) var times: [(value: String, property: String, block: Int)] = []

  private var captured: [UInt8] = []
  /// Elements that are captured, outermost first.
  private var captures: [(kind: Capture, weight: Int, block: Int)] = []
  /// A name inside a byline is more exact than the whole of it.
  private var foundInside = false

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

  /// How surely an element is a byline; nil for other elements.
  func bylineWeight(of tag: HTMLTag, _ attributes: HTMLAttributes, _ hints: HTMLHints) -> Int? {
    guard bylines.count < Self.mostBylines, captures.count < 4, tag != .root else { return nil }
    let property = attributes["itemprop"]?.lowercased() ?? ""
    let relation = attributes["rel"]?.lowercased() ?? ""
    if property.split(separator: " ").contains("author") || relation == "author" { return 3 }
    guard hints.contains(.byline) else { return nil }
    return tag == .link || tag == .inline ? 2 : 1
  }

  var isCapturing: Bool { !captures.isEmpty }

  mutating func startCapture(_ kind: Capture, weight: Int = 0, block: Int = 0) {
    captures.append((kind, weight, block))
    captured.removeAll(keepingCapacity: true)
  }

  mutating func capture(_ bytes: Span<UInt8>) {
    for index in bytes.indices where captured.count < Self.longestCapture {
      captured.append(bytes[index])
    }
  }

  mutating func endCapture() {
    guard let last = captures.popLast() else { return }
    defer {
      captured.removeAll(keepingCapacity: true)
      if captures.isEmpty { foundInside = false }
    }
    let text = HTMLText.collapsed(captured)
    guard !text.isEmpty, !foundInside else { return }
    switch last.kind {
    case .title: title = text
    case .byline:
      bylines.append((text, last.weight, last.block))
      foundInside = true
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

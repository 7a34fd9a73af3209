import JSON

/// What a page says of itself in JSON-LD (W3C, JSON-LD 1.1) with the words of schema.org: of all objects the one
/// that is an article, else the one that is a page.
struct HTMLLinkedData {
  private(set) var headline: String?
  private(set) var description: String?
  private(set) var published: String?
  private(set) var modified: String?
  private(set) var authors: [String] = []
  private(set) var publisher: String?
  private(set) var language: String?
  private(set) var keywords: [String] = []

  /// Objects looked at, at most.
  private static let mostObjects = 2_000

  init(_ scripts: [[UInt8]]) {
    var best: (rank: Int, object: JSONObject)?
    var seen = 0
    for script in scripts {
      guard let value = try? JSONValue.parse(Self.trimmed(script)) else { continue }
      var rest = [value]
      while let next = rest.popLast(), seen < Self.mostObjects {
        seen += 1
        switch next {
        case .array(let elements): rest.append(contentsOf: elements.reversed())
        case .object(let object):
          if let graph = object["@graph"] { rest.append(graph) }
          if let main = object["mainEntity"] { rest.append(main) }
          let rank = Self.rank(object["@type"])
          if rank > best?.rank ?? 0 { best = (rank, object) }
        default: break
        }
      }
    }
    guard let object = best?.object else { return }
    headline = Self.text(object["headline"]) ?? Self.text(object["name"])
    description = Self.text(object["description"])
    published = Self.text(object["datePublished"]) ?? Self.text(object["dateCreated"])
    modified = Self.text(object["dateModified"])
    authors = Self.names(object["author"] ?? object["creator"])
    publisher = Self.names(object["publisher"]).first
    language = Self.text(object["inLanguage"])
    keywords = Self.names(object["keywords"])
  }

  /// 3: an article; 2: something written; 1: a page; 0: anything else.
  private static func rank(_ type: JSONValue?) -> Int {
    let names = type?.array?.compactMap(\.string) ?? [type?.string].compactMap { $0 }
    return names.map { name in
      if name.hasSuffix("Article") || name.hasSuffix("Posting") || name == "Report"
        || name.hasSuffix("NewsArticle")
      {
        return 3
      }
      if ["Recipe", "Review", "Question", "QAPage", "HowTo", "Book", "Chapter", "Dataset"]
        .contains(name)
      {
        return 2
      }
      return name.hasSuffix("Page") || name == "CreativeWork" ? 1 : 0
    }.max() ?? 0
  }

  private static func text(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text)?:
      let collapsed = HTMLText.collapsed(HTMLText.unescaped(text).utf8)
      return collapsed.isEmpty ? nil : collapsed
    case .array(let elements)?: return elements.lazy.compactMap { text($0) }.first
    case .object(let object)?: return text(object["@value"])
    default: return nil
    }
  }

  /// Names of persons and organisations, given as texts or as objects.
  private static func names(_ value: JSONValue?) -> [String] {
    switch value {
    case .array(let elements)?: elements.prefix(50).flatMap { names($0) }
    case .object(let object)?: text(object["name"]).map { [$0] } ?? []
    default: text(value).map { [$0] } ?? []
    }
  }

  /// Without the comment or CDATA marks that hide it from old parsers.
  private static func trimmed(_ script: [UInt8]) -> [UInt8] {
    guard
      let start = script.firstIndex(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }),
      let end = script.lastIndex(where: { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "]") }),
      start <= end
    else { return [] }
    // `<![CDATA[` has brackets of its own.
    let prefix = script[..<min(script.count, start + 12)]
    if let cdata = String(decoding: prefix, as: UTF8.self).range(of: "CDATA["),
      let open = script[cdata...].firstIndex(of: UInt8(ascii: "{"))
    {
      let close = script.lastIndex(of: UInt8(ascii: "}")) ?? open
      return open <= close ? Array(script[open...close]) : []
    }
    return Array(script[start...end])
  }
}

extension String {
  /// The offset in bytes behind `word`; nil where it is not inside.
  fileprivate func range(of word: String) -> Int? {
    let bytes = Array(utf8)
    let wanted = Array(word.utf8)
    guard bytes.count >= wanted.count else { return nil }
    for start in 0...(bytes.count - wanted.count)
    where bytes[start..<start + wanted.count].elementsEqual(wanted) {
      return start + wanted.count
    }
    return nil
  }
}

import InvertedIndex

/// What a Markdown file says of itself above its text: simple keys between lines of `---` (YAML) or `+++` (TOML).
///
///     ---
///     title: "The balance of power"
///     date: 2021-01-26
///     tags: [nato, arms]        # or a list of lines that begin with -
///     ---
///
/// Only what notes and site generators agree on is read: strings, lists of strings, dates. Anything else is passed over.
struct FrontMatter: Equatable {
  var title: String?
  /// As ISO 8601.
  var date: String?
  var description: String?
  var authors: [String] = []
  var tags: [String] = []

  /// Bytes. What does not end within these is text that begins with a rule.
  private static let maximumSize = 64 << 10
  private static let maximumListCount = 256

  /// - Returns: what was found, and where the text below it begins; nil when the text has none.
  static func read(_ text: [UInt8]) -> (FrontMatter, end: Int)? {
    var lines = Lines(text: text.prefix(maximumSize))
    guard let first = lines.next(), first == "---" || first == "+++" else { return nil }
    let isTOML = first == "+++"
    var matter = FrontMatter()
    /// The key whose list of lines is being read.
    var listKey: String?
    /// Inside a table of TOML, or something nested: keys there are not the file's.
    var isNested = false
    /// Lines between them that say anything.
    var count = 0
    /// The key of a text of indented lines, and what they are so far.
    var block: (key: String, text: String)?
    while let line = lines.next() {
      let isIndented = line.first == " " || line.first == "\t"
      if let (key, text) = block {
        if isIndented || line.isEmpty {
          block = (key, text + " " + line.trimmingSpace())
          continue
        }
        matter.set(key, [text.trimmingSpace()], isList: false)
        block = nil
      }
      if line == first || (!isTOML && line == "...") { return (matter, lines.end) }
      let trimmed = line.trimmingSpace()
      if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
      count += 1
      if isTOML, trimmed.hasPrefix("[") {
        isNested = true
        continue
      }
      if let key = listKey, trimmed == "-" || trimmed.hasPrefix("- ") {
        matter.set(key, [scalar(String(trimmed.dropFirst()))], isList: true)
        continue
      }
      if isIndented || isNested { continue }
      listKey = nil
      guard let mark = line.firstIndex(of: isTOML ? "=" : ":") else {
        if count == 1 { return nil }
        continue
      }
      let key = line[..<mark].lowercased().trimmingSpace()
      // The first line is a key, or this is a text between two rules.
      if count == 1, !key.utf8.allSatisfy(isOfKey) { return nil }
      var value = String(line[line.index(after: mark)...]).trimmingSpace()
      if value.isEmpty {
        listKey = key
      } else if !isTOML, [">", "|", ">-", "|-"].contains(value) {
        block = (key, "")
      } else if value.hasPrefix("[") {
        var isOpen = !value.contains("]")
        while isOpen, let more = lines.next() {
          value += " " + more
          isOpen = !more.contains("]")
        }
        matter.set(key, list(value), isList: true)
      } else {
        matter.set(key, [scalar(value)], isList: false)
      }
    }
    return nil
  }

  private static func isOfKey(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }

  private mutating func set(_ key: String, _ values: [String], isList: Bool) {
    let values = values.filter { !$0.isEmpty }
    guard let first = values.first else { return }
    switch key {
    case "title": title = first
    case "date", "published", "pubdate", "publishdate", "created":
      if date == nil || key == "date" { date = Self.date(first) ?? date }
    case "description", "summary", "excerpt", "subtitle":
      if description == nil || key == "description" { description = first }
    case "author", "authors", "by":
      authors += values.prefix(max(0, Self.maximumListCount - authors.count))
    case "tags", "tag", "keywords", "categories", "category", "topics":
      // `tags: nato, arms` without brackets is a list as well.
      let all =
        isList ? values : first.split(separator: ",").map { String($0).trimmingSpace() }
      for tag in all where !tag.isEmpty && tags.count < Self.maximumListCount && !tags.contains(tag)
      {
        tags.append(tag)
      }
    default: break
    }
  }

  /// ISO 8601 as it stands, with the spaces that YAML allows in it, or a date as mastheads print it.
  private static func date(_ text: String) -> String? {
    if ISODate.parse(text) != nil { return text }
    let parts = text.split(separator: " ")
    if parts.count == 3, parts[2].first == "+" || parts[2].first == "-" {
      let joined = "\(parts[0])T\(parts[1])\(parts[2])"
      if ISODate.parse(joined) != nil { return joined }
    }
    return PageDate.parse(text)
  }

  /// `[a, "b, c"]`.
  private static func list(_ text: String) -> [String] {
    var items: [String] = []
    var item = ""
    var quote: Character?
    var isEscaped = false
    for character in text.dropFirst() {
      if let open = quote {
        item.append(character)
        if isEscaped {
          isEscaped = false
        } else if character == "\\", open == "\"" {
          isEscaped = true
        } else if character == open {
          quote = nil
        }
        continue
      }
      switch character {
      case "\"", "'":
        if item.allSatisfy(\.isWhitespace) { quote = character }
        item.append(character)
      case ",", "]":
        items.append(scalar(item))
        item = ""
        if character == "]" { return items }
      default: item.append(character)
      }
    }
    items.append(scalar(item))
    return items
  }

  /// A value without its quotes, their escapes, and a comment behind it.
  private static func scalar(_ text: String) -> String {
    let text = text.trimmingSpace()
    guard let quote = text.first, quote == "\"" || quote == "'" else {
      guard let comment = text.startOfComment else { return text }
      return String(text[..<comment]).trimmingSpace()
    }
    var value = ""
    var rest = text.dropFirst()
    while let character = rest.popFirst() {
      if character == quote {
        // '' is one quote in YAML.
        guard quote == "'", rest.first == "'" else { break }
        rest = rest.dropFirst()
      } else if character == "\\", quote == "\"", let escaped = rest.popFirst() {
        value.append(escaped == "n" ? "\n" : escaped == "t" ? "\t" : escaped)
        continue
      }
      value.append(character)
    }
    return value.trimmingSpace()
  }

  /// Lines of the head of a text, without their ends.
  private struct Lines {
    var text: ArraySlice<UInt8>
    /// Behind the last line.
    var end: Int { text.startIndex }

    mutating func next() -> String? {
      guard !text.isEmpty else { return nil }
      let newline = text.firstIndex(of: 0x0a) ?? text.endIndex
      var line = text[text.startIndex..<newline]
      text = text[min(newline + 1, text.endIndex)...]
      while let last = line.last, last <= 0x20 { line.removeLast() }
      return String(decoding: line, as: UTF8.self)
    }
  }
}

extension String {
  /// Where a comment begins: white space and `#`.
  fileprivate var startOfComment: String.Index? {
    var previous: Character = "x"
    for index in indices {
      if self[index] == "#", previous.isWhitespace { return index }
      previous = self[index]
    }
    return nil
  }
}

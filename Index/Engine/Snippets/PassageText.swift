// Where a passage begins and ends, and how it is written: sentences if they fit, else whole words.

/// A piece of a text, in memory, from which passages are cut. Offsets are bytes of the piece.
struct PassageText {
  let bytes: [UInt8]
  /// The piece begins where the text does; ends where it does.
  let isBeginning: Bool
  let isEnd: Bool

  /// Bytes that a passage takes if it can.
  static let length = 240
  /// Bytes that the matches of one passage span at most.
  static let coreLength = 180
  /// A passage is never longer, whatever its words are.
  static let maximumLength = 1_024

  /// The passage around `core`, within `free`.
  func extent(around core: Range<Int>, in free: Range<Int>) -> Range<Int> {
    if core.count >= Self.maximumLength {
      return core.lowerBound..<boundary(before: core.lowerBound + Self.maximumLength)
    }
    let room = max(0, Self.length - core.count)
    var start = start(of: core.lowerBound, room: room, in: free)
    let end = end(of: core.upperBound, from: start, in: free)
    // What the end of the text left over.
    if end == free.upperBound, end - start < Self.length {
      start = min(
        start,
        self.start(of: core.lowerBound, room: Self.length - (end - core.lowerBound), in: free))
    }
    return trimmed(start..<end, core)
  }

  private func start(of core: Int, room: Int, in free: Range<Int>) -> Int {
    let least = max(free.lowerBound, core - max(0, room) * 2 / 3)
    if least == 0, isBeginning { return 0 }
    var at = core
    while at > least {
      if isSentenceStart(at) { return at }
      at -= 1
    }
    at = max(free.lowerBound, core - max(0, room) / 3)
    let wanted = at
    while at < core, spaceLength(at) == 0 { at += 1 }
    // No white space, as in Japanese: between any two characters.
    return at < core ? at : boundary(before: wanted, atLeast: free.lowerBound)
  }

  private func end(of core: Int, from start: Int, in free: Range<Int>) -> Int {
    let most = max(core, min(free.upperBound, start + Self.length))
    if most == bytes.count, isEnd { return most }
    var at = most
    while at > core, at - start > Self.length / 3 {
      if isSentenceStart(at) { return at }
      at -= 1
    }
    at = most
    while at > core, spaceLength(at) == 0 { at -= 1 }
    return at > core || spaceLength(core) > 0 ? at : boundary(before: most, atLeast: core)
  }

  /// Without white space at its ends; never less than the core.
  private func trimmed(_ range: Range<Int>, _ core: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    while start < core.lowerBound, case let length = spaceLength(start), length > 0 {
      start += length
    }
    var end = range.upperBound
    while end > core.upperBound {
      let before = boundary(before: end - 1)
      if spaceLength(before) != end - before { break }
      end = before
    }
    return min(start, core.lowerBound)..<max(end, core.upperBound)
  }

  /// The beginning of the character at `at`, or `at` if it is one.
  func boundary(before at: Int, atLeast least: Int = 0) -> Int {
    var at = min(at, bytes.count)
    while at > least, at < bytes.count, bytes[at] & 0xC0 == 0x80 { at -= 1 }
    return at
  }

  // MARK: Sentences

  /// After `. ! ? …` or an ideographic full stop (and closing quotes or brackets), white space, and then no lower-case
  /// Latin letter; or after an empty line.
  private func isSentenceStart(_ at: Int) -> Bool {
    guard at < bytes.count, at > 0, bytes[at] & 0xC0 != 0x80, spaceLength(at) == 0 else {
      return false
    }
    if endsIdeographic(at) { return true }
    var before = at
    var lines = 0
    while before > 0, case let previous = boundary(before: before - 1), spaceLength(previous) > 0 {
      if bytes[previous] == 0x0A { lines += 1 }
      before = previous
    }
    guard before > 0, before < at else { return false }
    if lines > 1 { return true }
    if (0x61...0x7A).contains(bytes[at]) { return false }
    var end = before
    while end > 0, case let previous = boundary(before: end - 1), isClosing(previous) {
      end = previous
    }
    guard end > 0 else { return false }
    let last = boundary(before: end - 1)
    switch bytes[last] {
    case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"): return true
    // … is E2 80 A6
    case 0xE2: return end - last == 3 && bytes[last + 1] == 0x80 && bytes[last + 2] == 0xA6
    default: return endsIdeographic(end)
    }
  }

  /// 。！？
  private func endsIdeographic(_ at: Int) -> Bool {
    guard at >= 3 else { return false }
    switch (bytes[at - 3], bytes[at - 2], bytes[at - 1]) {
    case (0xE3, 0x80, 0x82), (0xEF, 0xBC, 0x81), (0xEF, 0xBC, 0x9F): return true
    default: return false
    }
  }

  private func isClosing(_ at: Int) -> Bool {
    switch bytes[at] {
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ")"), UInt8(ascii: "]"): true
    // ’ and ”, »
    case 0xE2:
      at + 2 < bytes.count && bytes[at + 1] == 0x80
        && (bytes[at + 2] == 0x99 || bytes[at + 2] == 0x9D)
    case 0xC2: at + 1 < bytes.count && bytes[at + 1] == 0xBB
    default: false
    }
  }

  /// Bytes of the white space there: ASCII's, no-break, the general punctuation's, ideographic. 0: none.
  private func spaceLength(_ at: Int) -> Int {
    guard at < bytes.count else { return 0 }
    switch bytes[at] {
    case 0x09...0x0D, 0x20: return 1
    case 0xC2: return at + 1 < bytes.count && bytes[at + 1] == 0xA0 ? 2 : 0
    case 0xE2:
      guard at + 2 < bytes.count, bytes[at + 1] == 0x80 else { return 0 }
      let last = bytes[at + 2]
      return (0x80...0x8A).contains(last) || last == 0xA8 || last == 0xA9 || last == 0xAF ? 3 : 0
    case 0xE3:
      return at + 2 < bytes.count && bytes[at + 1] == 0x80 && bytes[at + 2] == 0x80 ? 3 : 0
    default: return 0
    }
  }
}

extension PassageText {
  /// Ranges in order, those that touch or overlap made one, cut to `extent` and counted from its start.
  static func merged(_ ranges: [Range<Int>], in extent: Range<Int>) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for range in ranges {
      let cut = range.clamped(to: extent)
      guard !cut.isEmpty else { continue }
      let moved = cut.lowerBound - extent.lowerBound..<cut.upperBound - extent.lowerBound
      if let last = result.last, moved.lowerBound <= last.upperBound {
        result[result.count - 1] =
          last.lowerBound..<max(last.upperBound, moved.upperBound)
      } else {
        result.append(moved)
      }
    }
    return result
  }

  /// The text of a passage as it is answered, with the ranges in it.
  ///
  /// With `html` the text is escaped, matches stand between `<mark>` and `</mark>`, and ranges are those in between.
  static func written(
    _ bytes: ArraySlice<UInt8>, _ ranges: [Range<Int>], html: Bool,
    unit: SearchRequest.Highlight.Unit
  ) -> (text: String, ranges: [Range<Int>]) {
    var output: [UInt8] = []
    var written: [Range<Int>] = []
    var at = bytes.startIndex
    /// Of the output so far, in the unit asked for.
    var length = 0
    func append(_ piece: some Collection<UInt8>) {
      output += piece
      length += count(piece, unit)
    }
    func copy(to end: Int) {
      if html { append(escaped(bytes[at..<end])) } else { append(bytes[at..<end]) }
      at = end
    }
    for range in ranges {
      copy(to: bytes.startIndex + range.lowerBound)
      if html { append("<mark>".utf8) }
      let start = length
      copy(to: bytes.startIndex + range.upperBound)
      written.append(start..<length)
      if html { append("</mark>".utf8) }
    }
    copy(to: bytes.endIndex)
    return (String(decoding: output, as: UTF8.self), written)
  }

  private static func escaped(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "&"): output += "&amp;".utf8
      case UInt8(ascii: "<"): output += "&lt;".utf8
      case UInt8(ascii: ">"): output += "&gt;".utf8
      case UInt8(ascii: "\""): output += "&quot;".utf8
      case UInt8(ascii: "'"): output += "&#39;".utf8
      default: output.append(byte)
      }
    }
    return output
  }

  /// Bytes, or UTF-16 units: one a character, two for those of four bytes.
  static func count(_ bytes: some Collection<UInt8>, _ unit: SearchRequest.Highlight.Unit) -> Int {
    if unit == .utf8 { return bytes.count }
    return bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : $1 >= 0xF0 ? 2 : 1) }
  }
}

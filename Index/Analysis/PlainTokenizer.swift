/// The analyzers `whitespace` and `keyword`: text taken as it is, forms unchanged.
struct PlainTokenizer {
  let text: TextBytes
  let positionBase: UInt32
  var positions = 0

  init(_ text: TextBytes, positionBase: Int) {
    self.text = text
    self.positionBase = UInt32(truncatingIfNeeded: positionBase)
  }

  /// A token for each run without White_Space (PropList.txt), until `buffer` holds `limit` tokens.
  /// - Returns: Where it stopped.
  mutating func splitAtSpace(from: Int, limit: Int, into buffer: inout TokenBuffer) -> Int {
    var start = -1
    var i = from
    while i < text.count, buffer.count < limit {
      let (value, length) = text.scalar(i)
      if Self.isSpace(value) {
        if start >= 0 { take(start, i, &buffer) }
        start = -1
      } else if start < 0 {
        start = i
      }
      i &+= length
    }
    if start >= 0 { take(start, text.count, &buffer) }
    return min(i, text.count)
  }

  /// One token for the whole text, none if it is empty.
  /// - Returns: Where it stopped.
  mutating func takeWhole(from: Int, limit: Int, into buffer: inout TokenBuffer) -> Int {
    guard buffer.count < limit else { return from }
    if from < text.count { take(from, text.count, &buffer) }
    return text.count
  }

  static func isSpace(_ value: UInt32) -> Bool {
    if value < 0x80 { return value == 0x20 || value &- 0x09 < 5 }
    switch value {
    case 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: return true
    default: return false
    }
  }

  private mutating func take(_ start: Int, _ end: Int, _ buffer: inout TokenBuffer) {
    var length = end &- start
    if length > Analyzer.maxFormLength {
      length = Analyzer.maxFormLength
      // Back to the start of the character that does not fit, which is within three bytes if the text is well-formed.
      var cut = length
      while cut > length &- 4, text.byte(start &+ cut) & 0xC0 == 0x80 { cut &-= 1 }
      if text.byte(start &+ cut) & 0xC0 != 0x80 { length = cut }
    }
    buffer.reserve(tokens: 1, bytes: length)
    buffer.putForm(text, start, length)
    buffer.append(
      length: length, start: start, end: end,
      position: positionBase &+ UInt32(truncatingIfNeeded: positions), flags: 0)
    positions &+= 1
  }
}

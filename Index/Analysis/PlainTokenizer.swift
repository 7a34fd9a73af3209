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
    var i = from
    while i < text.count, buffer.count < limit {
      i = plainWords(from: i, atMost: min(Self.batchTokens, limit &- buffer.count), into: &buffer)
      guard i < text.count, buffer.count < limit else { break }
      i = word(at: i, into: &buffer)
    }
    return min(i, text.count)
  }

  /// Takes the token at `start`, or passes over the space there.
  /// - Returns: Where it stopped.
  private mutating func word(at start: Int, into buffer: inout TokenBuffer) -> Int {
    var i = start
    while i < text.count {
      let (value, length) = text.scalar(i)
      if Self.isSpace(value) {
        if i > start { break }
        return i &+ length
      }
      i &+= length
    }
    take(start, min(i, text.count), &buffer)
    return i
  }

  /// Tokens and bytes of forms for which room is made before the inner loop.
  private static let batchTokens = 256
  private static let batchForms = 4096

  /// Appends the words of visible ASCII from `start` on, up to the first that is longer than a form or has anything else in it.
  /// - Returns: Where it stopped: at the end, at a space, or where a word begins.
  private mutating func plainWords(
    from start: Int, atMost: Int, into buffer: inout TokenBuffer
  ) -> Int {
    let seed = FormHash.seed
    buffer.reserve(tokens: atMost, bytes: Self.batchForms &+ Analyzer.maxFormLength &+ 8)
    let forms = unsafe UnsafeMutableRawPointer(buffer.forms)
    let first = unsafe buffer.tokens + buffer.count
    var count = 0
    var form = buffer.formsCount
    let formEnd = form &+ Self.batchForms
    var position = positionBase &+ UInt32(truncatingIfNeeded: positions)
    var i = start
    while i < text.count, count < atMost, form < formEnd {
      if Self.isASCIISpace(text.byte(i)) {
        i &+= 1
        continue
      }
      var hash = seed
      var length = 0
      var isWhole = false
      while length <= Analyzer.maxFormLength {
        let bytes = text.word(i &+ length)
        let others = ~ASCII.visible(bytes) & ASCII.highs
        unsafe forms.storeBytes(
          of: bytes.littleEndian, toByteOffset: form &+ length, as: UInt64.self)
        if others == 0 {
          hash = FormHash.mix(hash ^ bytes, 8)
          length &+= 8
          continue
        }
        let bits = UInt64(truncatingIfNeeded: others.trailingZeroBitCount) & 0x38
        if bits != 0 {
          hash = FormHash.mix(hash ^ (bytes & ((1 &<< bits) &- 1)), bits &>> 3)
          length &+= Int(truncatingIfNeeded: bits &>> 3)
        }
        let stop = UInt8(truncatingIfNeeded: bytes &>> bits)
        isWhole = Self.isASCIISpace(stop) || i &+ length == text.count
        break
      }
      guard isWhole, length > 0, length <= Analyzer.maxFormLength else { break }
      unsafe (first + count).initialize(
        to: TokenBuffer.Token(
          hash: hash, form: UInt32(truncatingIfNeeded: form), start: UInt32(truncatingIfNeeded: i),
          end: UInt32(truncatingIfNeeded: i &+ length), position: position,
          formLength: UInt16(truncatingIfNeeded: length), flags: 0))
      count &+= 1
      form &+= length
      position &+= 1
      i &+= length
    }
    buffer.count &+= count
    buffer.formsCount = form
    positions &+= count
    return i
  }

  /// One token for the whole text, none if it is empty.
  /// - Returns: Where it stopped.
  mutating func takeWhole(from: Int, limit: Int, into buffer: inout TokenBuffer) -> Int {
    guard buffer.count < limit else { return from }
    if from < text.count { take(from, text.count, &buffer) }
    return text.count
  }

  static func isSpace(_ value: UInt32) -> Bool {
    if value < 0x80 { return isASCIISpace(UInt8(truncatingIfNeeded: value)) }
    switch value {
    case 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: return true
    default: return false
    }
  }

  @inline(__always)
  private static func isASCIISpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 0x09 < 5 }

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

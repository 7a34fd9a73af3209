/// Text to tokens with exact forms, by the word rules of UAX #29.
///
/// Runs of ASCII letters and digits that end in a plain separator are taken eight bytes at a time; whatever else
/// a word is made of goes through `word(at:)`, the general way, which gives the same tokens for the same
/// text (tested). A *word* is one token, or a compound: parts with single marks between them.
struct Tokenizer {
  let text: TextBytes
  let breaker: WordBreaker
  let tables: UnicodeTables
  let positionBase: UInt32
  /// Positions counted so far.
  var positions = 0

  /// A compound of more parts, or whose joined form is longer, has no joined form.
  static let maxCompoundParts = 8
  static let maxJoinedLength = 64

  init(_ text: TextBytes, tables: UnicodeTables, positionBase: UInt32) {
    self.text = text
    self.tables = tables
    self.positionBase = positionBase
    breaker = WordBreaker(text: text, classes: tables.classes)
  }

  // MARK: ASCII, eight bytes at a time

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  /// 0x80 in each byte of `x` (all below 0x80) that is at least `c`.
  @inline(__always)
  private static func atLeast(_ x: UInt64, _ c: UInt64) -> UInt64 {
    (x &+ (0x80 &- c) &* ones) & highs
  }

  /// 0x80 in each byte that is an ASCII letter or digit; in each that is not ASCII; the letters in lower case.
  @inline(__always)
  private static func classify(_ w: UInt64) -> (word: UInt64, foreign: UInt64, lower: UInt64) {
    let foreign = w & highs
    let x = w & ~highs
    let digit = atLeast(x, 0x30) & ~atLeast(x, 0x3A)
    let upper = atLeast(x, 0x41) & ~atLeast(x, 0x5B) & ~foreign
    let letter = atLeast(x, 0x61) & ~atLeast(x, 0x7B)
    return ((digit | upper | letter) & ~foreign, foreign, w | (upper &>> 2))
  }

  /// Whether a word may go on after the ASCII byte `mark` when a letter or digit follows: ' & , - . : ; @ _
  @inline(__always)
  private static func mayJoin(_ mark: UInt8) -> Bool {
    let low: UInt64 =
      1 &<< 0x27 | 1 &<< 0x26 | 1 &<< 0x2C | 1 &<< 0x2D | 1 &<< 0x2E | 1 &<< 0x3A | 1 &<< 0x3B
    let high: UInt64 = 1 &<< 0x00 | 1 &<< 0x1F
    return mark < 0x40 ? (low &>> UInt64(mark)) & 1 != 0 : (high &>> UInt64(mark & 0x3F)) & 1 != 0
  }

  @inline(__always)
  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
  }

  /// Whether the word that ends before `end` needs the general way.
  @inline(__always)
  private func goesOn(_ end: Int) -> Bool {
    let next = text.byte(end)
    if next == 0x20 { return false }
    if next >= 0x80 { return true }
    return Self.mayJoin(next) && Self.isWordByte(text.byte(end &+ 1))
  }

  /// All tokens of the text, appended to `buffer`.
  mutating func run(into buffer: inout TokenBuffer) {
    let n = text.count
    var i = 0
    while i < n {
      var (word, foreign, lower) = Self.classify(text.word(i))
      let stops = word | foreign
      if stops & 0x80 == 0 {
        i &+= stops == 0 ? 8 : stops.trailingZeroBitCount &>> 3
        continue
      }
      if foreign & 0x80 != 0 {
        i = self.word(at: i, into: &buffer)
        continue
      }
      let start = i
      buffer.reserve(tokens: 1, bytes: 8)
      let form = unsafe UnsafeMutableRawPointer(buffer.forms + buffer.formsCount)
      unsafe form.storeBytes(of: lower.littleEndian, as: UInt64.self)
      var hash: UInt64
      var length: Int
      let others = ~word & Self.highs
      if others != 0 {
        length = others.trailingZeroBitCount &>> 3
        hash = FormHash.mix(
          lower & ((1 &<< UInt64(length &* 8)) &- 1), UInt64(truncatingIfNeeded: length))
      } else {
        length = 8
        hash = FormHash.mix(lower, 8)
        buffer.reserve(tokens: 1, bytes: Analyzer.maxFormLength &+ 1)
        let form = unsafe UnsafeMutableRawPointer(buffer.forms + buffer.formsCount)
        while true {
          (word, foreign, lower) = Self.classify(text.word(i &+ length))
          let others = ~word & Self.highs
          if length <= Analyzer.maxFormLength &- 7 {
            unsafe form.storeBytes(of: lower.littleEndian, toByteOffset: length, as: UInt64.self)
          }
          if others == 0 {
            hash = FormHash.mix(hash ^ lower, 8)
            length &+= 8
            continue
          }
          let rest = others.trailingZeroBitCount &>> 3
          if rest != 0 {
            hash = FormHash.mix(
              hash ^ (lower & ((1 &<< UInt64(rest &* 8)) &- 1)), UInt64(truncatingIfNeeded: rest))
            length &+= rest
          }
          break
        }
      }
      let end = start &+ length
      if goesOn(end) {
        i = self.word(at: start, into: &buffer)
        continue
      }
      if length > Analyzer.maxFormLength {
        length = Analyzer.maxFormLength
        hash = unsafe FormHash.of(buffer.forms + buffer.formsCount, count: length)
      }
      unsafe (buffer.tokens + buffer.count).initialize(
        to: TokenBuffer.Token(
          hash: hash, form: UInt32(truncatingIfNeeded: buffer.formsCount),
          start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end),
          position: positionBase &+ UInt32(truncatingIfNeeded: positions),
          formLength: UInt16(truncatingIfNeeded: length), flags: 0))
      buffer.count &+= 1
      buffer.formsCount &+= length
      positions &+= 1
      i = end
    }
  }

  /// The tokens of the whole text by the general way alone: what `run` is tested against.
  mutating func runGenerally(into buffer: inout TokenBuffer) {
    var i = 0
    while i < text.count { i = word(at: i, into: &buffer) }
  }
}

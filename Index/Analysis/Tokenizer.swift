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
  /// A compound of more parts ends, and another begins: restart points are never further apart.
  static let maxChainParts = 64
  /// A longer word is several words.
  static let maxWordBytes = 4096

  /// - Parameter pairsHangul: Hangul is taken in pairs of syllables, as Han and kana are always.
  init(_ text: TextBytes, tables: UnicodeTables, positionBase: Int, pairsHangul: Bool = false) {
    self.text = text
    self.tables = tables
    self.positionBase = UInt32(truncatingIfNeeded: positionBase)
    breaker = WordBreaker(
      text: text, classes: tables.classes, maxSegmentBytes: Self.maxWordBytes,
      joinsConnectors: false,
      runs: WordClass.run | (pairsHangul ? WordClass.bit(WordClass.aLetter) : 0))
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

  /// Appends the tokens from the boundary `start` on to `buffer`, until it holds `limit` of them or more.
  /// - Returns: The boundary where it stopped: the end of the text if it got there.
  mutating func run(from start: Int, limit: Int, into buffer: inout TokenBuffer) -> Int {
    var i = start
    while i < text.count, buffer.count < limit {
      let (next, isPlain) = plainWords(
        from: i, atMost: min(Self.batchTokens, limit &- buffer.count), into: &buffer)
      i = isPlain ? next : word(at: next, into: &buffer)
    }
    return min(i, text.count)
  }

  /// Tokens and bytes of forms for which room is made before the inner loop.
  private static let batchTokens = 256
  private static let batchForms = 4096

  /// Appends the words of ASCII letters and digits from `start` on, up to the first that needs the general way, `atMost` of them.
  /// - Returns: Where it stopped, and whether that is a place for it to go on (else the general way's).
  private mutating func plainWords(
    from start: Int, atMost: Int, into buffer: inout TokenBuffer
  ) -> (stop: Int, isPlain: Bool) {
    let limit = Analyzer.maxFormLength
    let seed = FormHash.seed
    buffer.reserve(tokens: atMost, bytes: Self.batchForms &+ limit)
    let firstForm = buffer.formsCount
    let firstToken = unsafe buffer.tokens + buffer.count
    let forms = unsafe UnsafeMutableRawPointer(buffer.forms)
    var token = unsafe firstToken
    let tokenEnd = unsafe firstToken + atMost
    var form = firstForm
    let formEnd = firstForm &+ Self.batchForms
    var position = positionBase &+ UInt32(truncatingIfNeeded: positions)
    var i = start
    var isPlain = true
    while i < text.count, unsafe token != tokenEnd, form < formEnd {
      let bytes = text.word(i)
      var (word, foreign, lower) = ASCII.classify(bytes)
      let stops = word | foreign
      guard stops & 0x80 != 0 else {
        i &+= stops == 0 ? 8 : stops.trailingZeroBitCount &>> 3
        continue
      }
      guard foreign & 0x80 == 0 else {
        isPlain = false
        break
      }
      unsafe forms.storeBytes(of: lower.littleEndian, toByteOffset: form, as: UInt64.self)
      var hash: UInt64
      var length: Int
      var next: Int
      let others = ~word & ASCII.highs
      if others != 0 {
        // The word ends within these eight bytes, and the next one often begins there.
        let bits = UInt64(truncatingIfNeeded: others.trailingZeroBitCount) & 0x38
        length = Int(truncatingIfNeeded: bits &>> 3)
        hash = FormHash.mix(seed ^ (lower & ((1 &<< bits) &- 1)), bits &>> 3)
        if UInt8(truncatingIfNeeded: bytes &>> bits) != 0x20, goesOn(i &+ length) {
          isPlain = false
          break
        }
        let rest = stops &>> bits
        next = rest == 0 ? i &+ 8 : i &+ length &+ rest.trailingZeroBitCount &>> 3
      } else {
        length = 8
        hash = FormHash.mix(seed ^ lower, 8)
        while length <= Self.maxWordBytes {
          (word, foreign, lower) = ASCII.classify(text.word(i &+ length))
          let others = ~word & ASCII.highs
          if length < limit {
            unsafe forms.storeBytes(
              of: lower.littleEndian, toByteOffset: form &+ length, as: UInt64.self)
          }
          if others == 0 {
            hash = FormHash.mix(hash ^ lower, 8)
            length &+= 8
            continue
          }
          let bits = UInt64(truncatingIfNeeded: others.trailingZeroBitCount) & 0x38
          if bits != 0 {
            hash = FormHash.mix(hash ^ (lower & ((1 &<< bits) &- 1)), bits &>> 3)
            length &+= Int(truncatingIfNeeded: bits &>> 3)
          }
          break
        }
        next = i &+ length
        if length > Self.maxWordBytes || goesOn(next) {
          isPlain = false
          break
        }
      }
      let formLength = min(length, limit)
      if length > limit {
        hash = unsafe FormHash.of(buffer.forms + form, count: limit)
      }
      unsafe token.initialize(
        to: TokenBuffer.Token(
          hash: hash, form: UInt32(truncatingIfNeeded: form), start: UInt32(truncatingIfNeeded: i),
          end: UInt32(truncatingIfNeeded: i &+ length), position: position,
          formLength: UInt16(truncatingIfNeeded: formLength), flags: 0))
      unsafe token += 1
      form &+= formLength
      position &+= 1
      i = next
    }
    let appended = unsafe token - firstToken
    buffer.count &+= appended
    buffer.formsCount = form
    positions &+= appended
    return (i, isPlain)
  }

  /// The tokens of the whole text by the general way alone: what `run` is tested against.
  mutating func runGenerally(into buffer: inout TokenBuffer) {
    var i = 0
    while i < text.count {
      // No word begins with another ASCII byte, though a joiner may tie one to an emoji.
      i = Self.isWordByte(text.byte(i)) ? word(at: i, into: &buffer) : i &+ 1
    }
  }
}

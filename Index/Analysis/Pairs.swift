/// Text that is written without spaces between words: Han, kana, Thai, Lao, Khmer, Burmese and the like in every analyzer
/// of words, Hangul as well in `cjk`.
///
/// A *run* is such letters one after the other. Each of its characters, a letter with the marks on it, begins exactly
/// one token, at a position of its own: the bigram of it and the next character, or itself alone if it is the last of
/// the run. So whatever stands in a text is found as the phrase of its bigrams, and one character as the beginning
/// of the terms that begin with it (`QueryBuilder`); tokenising can start again at every character.
///
/// A zero width space within a run is no boundary to searching (it marks where a line may break), nor is a
/// single line break (which typesetting of these scripts does not show as a space: CSS Text 3, section 4.1.3).
extension Tokenizer {
  /// Bytes of a bigram that goes over a line break: no more than fit a form, however they are mapped.
  private static let maxBrokenBytes = 64

  /// Appends the token of the character at `start`, a letter that is taken in pairs.
  /// - Returns: Where that character ends.
  @inline(never)
  mutating func pair(at start: Int, into buffer: inout TokenBuffer) -> Int {
    let end = breaker.characterEnd(start)
    var next = end
    var isPaired = end < text.count && breaker.isOfRun(breaker.scalar(end).properties)
    if !isPaired, end &- start < Self.maxBrokenBytes {
      next = afterLineBreak(end)
      isPaired = next > end && next < text.count && startsLine(next)
    }
    var stop = isPaired ? breaker.characterEnd(next) : end
    if next > end, stop &- start > Self.maxBrokenBytes {
      stop = end
      isPaired = false
    }
    var length = Normalization.appendExactForm(
      text, start, isPaired && next == end ? stop : end, tables, &buffer)
    if isPaired, next > end {
      length &+= Normalization.appendExactForm(text, next, stop, tables, &buffer)
    }
    guard length != 0 else { return end }
    buffer.append(
      length: length, start: start, end: stop,
      position: positionBase &+ UInt32(truncatingIfNeeded: positions),
      flags: isPaired ? TokenBuffer.Token.bigram : TokenBuffer.Token.lastOfRun)
    positions &+= 1
    return end
  }

  /// Where the line after the line break at `offset` begins; `offset` if there is none.
  private func afterLineBreak(_ offset: Int) -> Int {
    switch text.byte(offset) {
    case 0x0A: offset &+ 1
    case 0x0D where text.byte(offset &+ 1) == 0x0A: offset &+ 2
    default: offset
    }
  }

  /// Whether a run can go on at the beginning of a line: Korean lines break between words.
  private func startsLine(_ offset: Int) -> Bool {
    let properties = breaker.scalar(offset).properties
    return breaker.isOfRun(properties) && WordClass.bit(properties) & WordClass.run != 0
  }
}

extension WordBreaker {
  /// Where the character that begins at `start` ends: a scalar with what is written on it, or a syllable of Hangul
  /// (UAX #29, GB6–GB9a).
  func characterEnd(_ start: Int) -> Int {
    let limit = maxSegmentBytes < text.count &- start ? start &+ maxSegmentBytes : text.count
    var (last, _, length) = scalar(start)
    var end = start &+ length
    while end < limit {
      let (value, properties, length) = scalar(end)
      if WordClass.bit(properties) & WordClass.ignored == 0, value != 0x200B {
        guard Hangul.continues(last, value) else { break }
      }
      guard end &+ length <= limit else { break }
      end &+= length
      last = value
    }
    return min(end, text.count)
  }
}

/// Hangul_Syllable_Type (HangulSyllableType.txt), as far as one syllable goes on.
private enum Hangul {
  /// GB6–GB8.
  static func continues(_ first: UInt32, _ second: UInt32) -> Bool {
    // Nothing else continues a syllable than what these blocks hold.
    guard second >= 0x1100, second < 0xD800 else { return false }
    if isLeading(first) { return isLeading(second) || isVowel(second) || isSyllable(second) }
    if isVowel(first) || (isSyllable(first) && (first &- 0xAC00) % 28 == 0) {
      return isVowel(second) || isTrailing(second)
    }
    return (isTrailing(first) || isSyllable(first)) && isTrailing(second)
  }

  private static func isLeading(_ v: UInt32) -> Bool { v &- 0x1100 < 0x60 || v &- 0xA960 < 0x1D }
  private static func isVowel(_ v: UInt32) -> Bool { v &- 0x1160 < 0x48 || v &- 0xD7B0 < 0x17 }
  private static func isTrailing(_ v: UInt32) -> Bool { v &- 0x11A8 < 0x58 || v &- 0xD7CB < 0x31 }
  private static func isSyllable(_ v: UInt32) -> Bool { v &- 0xAC00 < 11172 }
}

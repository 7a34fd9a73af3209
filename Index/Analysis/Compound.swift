/// The general way of tokenising: words of any script, and compounds.
///
/// A *part* is a run of letters and digits with the marks that are written on them, and apostrophes between
/// letters. Parts with an inner mark between them are a compound. Inner marks are those that UAX #29 keeps within
/// a word (`.` `_` `:` between letters, `.` `,` `'` between digits, …), and between two words a hyphen, `@`
/// or `&`. `U.S.` is `u` `s` and, joined, `us`; `COVID-19` is `covid` `19` and `covid19`. Numbers alone are joined only
/// where groups of three digits or more follow (`1,234`, `555-1234`): 35 should not find 3.5, nor 1020 the range 10-20.
extension Tokenizer {
  private typealias C = WordClass

  /// The parts emitted since the compound began.
  private struct Chain {
    /// Number of the first part's token in the buffer.
    var first = 0
    var parts = 0
    /// Sum of the parts' form lengths.
    var length = 0
  }

  /// Classes of which one makes a segment a word.
  private static let wordClasses =
    C.wordParts | C.bit(C.loneLetter) | C.bit(C.emoji) | C.bit(C.regionalIndicator)

  /// Tokenises from the boundary `start` on, to the end of the segment there, or of the compound that begins with it.
  /// - Returns: The boundary where it stopped.
  @inline(never)
  mutating func word(at start: Int, into buffer: inout TokenBuffer) -> Int {
    let first = breaker.scalar(start)
    if breaker.isOfRun(first.properties) { return pair(at: start, into: &buffer) }
    // A connector joins two words or is nothing.
    if first.properties & C.mask == C.extendNumLet { return start &+ first.length }
    let segment = breaker.segment(from: start)
    var chain = Chain(first: buffer.count)
    if segment.classes & C.wordParts == 0 {
      if segment.classes & Self.wordClasses != 0
        || (segment.classes & C.bit(C.pictograph) != 0 && hasEmojiSelector(start, segment.end))
      {
        part(start, segment.end, &chain, &buffer)
      }
      return segment.end
    }
    var from = start
    var end = segment.end
    var classes = segment.classes
    while true {
      if classes & C.marks == 0 {
        part(from, end, &chain, &buffer)
      } else {
        let (stop, endsInPart) = parts(from, end, &chain, &buffer)
        end = stop
        guard endsInPart else { break }
      }
      guard chain.parts < Self.maxChainParts, end < text.count else { break }
      let (_, mark, length) = breaker.scalar(end)
      guard mark & C.joinerBit != 0, end &+ length < text.count else { break }
      let next = breaker.scalar(end &+ length)
      guard C.bit(next.properties) & C.wordParts != 0, !breaker.isOfRun(next.properties) else {
        break
      }
      from = end &+ length
      let following = breaker.segment(from: from)
      end = following.end
      classes = following.classes
    }
    if chain.parts > 1, chain.parts <= Self.maxCompoundParts, chain.length <= Self.maxJoinedLength,
      !buffer.isShortNumber(first: chain.first)
    {
      buffer.insertJoined(after: chain.first, parts: chain.parts)
    }
    return end
  }

  private func hasEmojiSelector(_ start: Int, _ end: Int) -> Bool {
    var i = start
    while i < end {
      let (value, length) = text.scalar(i)
      if value == 0xFE0F { return true }
      i &+= length
    }
    return false
  }

  /// The parts of a segment that has marks in it.
  /// - Returns: Where it stopped: at its end, or where the part begins that is one too many for the compound; and whether
  ///   a part ends there.
  private mutating func parts(
    _ start: Int, _ end: Int, _ chain: inout Chain, _ buffer: inout TokenBuffer
  ) -> (stop: Int, endsInPart: Bool) {
    var partStart = -1
    var previous = C.other
    var i = start
    while i < end {
      let (value, properties, length) = breaker.scalar(i)
      let bit = C.bit(properties)
      if bit & C.marks != 0, !isInside(value, previous) {
        if partStart >= 0 { part(partStart, i, &chain, &buffer) }
        partStart = -1
        previous = C.other
      } else if bit & C.ignored == 0 {
        if partStart < 0 {
          if chain.parts == Self.maxChainParts { return (i, false) }
          partStart = i
        }
        previous = properties & C.mask
      }
      i &+= length
    }
    if partStart >= 0 { part(partStart, end, &chain, &buffer) }
    return (end, partStart >= 0)
  }

  /// Whether a mark belongs to the part that it stands in: an apostrophe but between digits, Hebrew marks.
  private func isInside(_ value: UInt32, _ previous: UInt8) -> Bool {
    switch value {
    case 0x22, 0x05F4: return true
    case 0x27, 0x2018, 0x2019, 0xFF07: return previous != C.numeric
    default: return false
    }
  }

  /// Emits one part, unless nothing is left of it.
  private mutating func part(
    _ start: Int, _ end: Int, _ chain: inout Chain, _ buffer: inout TokenBuffer
  ) {
    let length = Normalization.appendExactForm(text, start, end, tables, &buffer)
    guard length != 0 else { return }
    buffer.append(
      length: length, start: start, end: end,
      position: positionBase &+ UInt32(truncatingIfNeeded: positions),
      flags: chain.parts == 0 ? 0 : TokenBuffer.Token.continuation)
    positions &+= 1
    chain.parts &+= 1
    chain.length &+= length
  }
}

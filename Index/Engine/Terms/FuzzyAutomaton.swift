// Words within 0, 1 or 2 edits of a word. An edit is an insertion, a deletion or a substitution of one character, or the
// exchange of two neighbours, no part of the text being edited twice (optimal string alignment).
//
// The nondeterministic automaton has a row for each number of edits and a place for each beginning of the word. It is run as it
// is, a bit a place, all places of a row in one operation (Wu & Manber 1992): a step costs some ten operations, and there is
// nothing to build. Exchanges have rows of their own: the word's next character but one was read, its next is owed.
//
// A character is a Unicode scalar: terms are composed, so that letter and mark are one.

struct FuzzyAutomaton: TermAutomaton {
  /// Characters that a word may have.
  static let maxLength = 60
  static let maxEdits = 2

  struct State: BitwiseCopyable {
    /// By edits, the places reached: bit i after i characters of the word.
    var row0: UInt64 = 0
    var row1: UInt64 = 0
    var row2: UInt64 = 0
    /// Exchanges half done, by the edits that they end with.
    var swap1: UInt64 = 0
    var swap2: UInt64 = 0
    /// Of a character that has not ended: its bits so far.
    var scalar: UInt32 = 0
    /// Bytes that it still has.
    var pending: UInt8 = 0
    /// Of prefixes, the fewest edits of a beginning of the term; more than `maxEdits`: none fits yet.
    var fewest: UInt8 = 3
  }

  private let word: [UInt32]
  /// The first byte of each character.
  private let firstBytes: [UInt8]
  private let isPrefix: Bool
  /// Where each character of ASCII stands in the word; others below.
  private let ascii: [UInt64]
  private let others: [(scalar: UInt32, places: UInt64)]
  /// All places, in the rows that there are.
  private let limit1: UInt64
  private let limit2: UInt64
  private let end: UInt64
  private let maxEdits: Int

  let start: State

  /// - Parameters:
  ///   - word: UTF-8, of at most `maxLength` characters: the rest is not looked at.
  ///   - edits: 0…2.
  ///   - isPrefix: words that begin so fit, whatever follows.
  init(_ word: [UInt8], edits: Int, isPrefix: Bool = false) {
    let text = String(decoding: word, as: UTF8.self)
    self.word = text.unicodeScalars.prefix(Self.maxLength).map(\.value)
    firstBytes = text.unicodeScalars.prefix(Self.maxLength).map { UTF8.encode($0)!.first! }
    self.isPrefix = isPrefix
    var ascii = [UInt64](repeating: 0, count: 128)
    var others: [(scalar: UInt32, places: UInt64)] = []
    for (place, scalar) in self.word.enumerated() {
      let bit = UInt64(1) << UInt64(place)
      if scalar < 128 {
        ascii[Int(scalar)] |= bit
      } else if let known = others.firstIndex(where: { $0.scalar == scalar }) {
        others[known].places |= bit
      } else {
        others.append((scalar, bit))
      }
    }
    self.ascii = ascii
    self.others = others
    maxEdits = min(max(edits, 0), Self.maxEdits)
    end = 1 << UInt64(self.word.count)
    let all = end | (end - 1)
    limit1 = maxEdits > 0 ? all : 0
    limit2 = maxEdits > 1 ? all : 0
    var start = State()
    start.row0 = 1
    start.row1 = 2 & limit1
    start.row2 = (start.row1 << 1) & limit2
    start.fewest = isPrefix ? Self.reached(start, end) : 3
    self.start = start
  }

  var depthLimit: Int { (word.count + maxEdits + 1) * 4 }

  @inline(__always)
  func step(_ state: State, _ byte: UInt8) -> State {
    if byte < 0x80, state.pending == 0 { return step(state, places: ascii[Int(byte)]) }
    return stepWide(state, byte)
  }

  /// One byte of a character of several.
  private func stepWide(_ state: State, _ byte: UInt8) -> State {
    var next = state
    if state.pending > 0 {
      guard byte & 0xC0 == 0x80 else { return State() }
      next.scalar = state.scalar << 6 | UInt32(byte & 0x3F)
      next.pending -= 1
    } else {
      next.pending = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1
      next.scalar = UInt32(byte) & (0x3F >> UInt32(next.pending))
    }
    if next.pending > 0 { return next }
    var places: UInt64 = 0
    for other in others where other.scalar == next.scalar { places = other.places }
    return step(next, places: places)
  }

  /// A whole character, which the word has at these places.
  @inline(__always)
  private func step(_ state: State, places: UInt64) -> State {
    var next = State()
    next.row0 = (state.row0 & places) &<< 1
    // The same character; one too many; another one; one too few; the second of an exchange.
    next.row1 =
      ((state.row1 & places) &<< 1 | state.row0 | state.row0 &<< 1 | next.row0 &<< 1
        | (state.swap1 & places) &<< 2) & limit1
    next.row2 =
      ((state.row2 & places) &<< 1 | state.row1 | state.row1 &<< 1 | next.row1 &<< 1
        | (state.swap2 & places) &<< 2) & limit2
    next.swap1 = state.row0 & (places &>> 1) & limit1
    next.swap2 = state.row1 & (places &>> 1) & limit2
    if isPrefix { next.fewest = min(state.fewest, Self.reached(next, end)) }
    return next
  }

  @inline(__always)
  private static func reached(_ state: State, _ end: UInt64) -> UInt8 {
    if state.row0 & end != 0 { return 0 }
    if state.row1 & end != 0 { return 1 }
    return state.row2 & end != 0 ? 2 : 3
  }

  @inline(__always)
  func isDead(_ state: State) -> Bool {
    isStuck(state) && state.fewest > 2
  }

  /// No further character leads on.
  @inline(__always)
  private func isStuck(_ state: State) -> Bool {
    state.row0 | state.row1 | state.row2 | state.swap1 | state.swap2 == 0
  }

  @inline(__always)
  func accepts(_ state: State) -> Bool {
    state.pending == 0
      && (isPrefix ? state.fewest <= 2 : (state.row0 | state.row1 | state.row2) & end != 0)
  }

  @inline(__always)
  func acceptsAll(_ state: State) -> Bool {
    isPrefix && state.pending == 0 && (state.fewest == 0 || (state.fewest <= 2 && isStuck(state)))
  }

  func edits(_ state: State) -> Int { Int(isPrefix ? state.fewest : Self.reached(state, end)) }

  func liveByte(_ state: State, from byte: Int) -> Int? {
    if state.pending > 0 { return byte <= 0xBF ? max(byte, 0x80) : nil }
    let free = maxEdits == 2 ? state.row0 | state.row1 : maxEdits == 1 ? state.row0 : 0
    if free != 0 || state.fewest <= 2 {
      if byte < 0x80 { return byte }
      return byte <= 0xF4 ? max(byte, 0xC2) : nil
    }
    // No edit is left: only characters of the word lead on.
    var rest = (state.row0 | state.row1 | state.row2 | state.swap1 | state.swap2) & (end - 1)
    var least: Int?
    while rest != 0 {
      let first = Int(firstBytes[rest.trailingZeroBitCount])
      rest &= rest - 1
      if first >= byte, first < least ?? 256 { least = first }
    }
    return least
  }
}

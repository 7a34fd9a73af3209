/// A pull reader over JSON text (RFC 8259) for the bulk path: one pass, no tree, no allocation of its own.
///
/// Texts are decoded and appended to an arena of the caller's: names, strings, and the literals of numbers.
/// UTF-8 is validated, a lone surrogate escape becomes U+FFFD, nesting is limited. Members of one name
/// are all reported; their order lets the caller keep the last.
///
/// Invariant: `offset` is at most the text's count, and bit `depth - 1` of `objects` tells whether the
/// innermost open container is an object (1) or an array (0).
@safe
public struct JSONReader: ~Escapable {
  public enum Token: UInt8, Sendable {
    case beginObject, endObject, beginArray, endArray
    /// A member's name; its value comes next. The arena has grown by the name.
    case name
    /// The arena has grown by the decoded text.
    case string
    /// A number without fraction or exponent that fits `Int64`: see `integer`. The arena has grown by the literal.
    case integer
    /// Any other number: see `double`. The arena has grown by the literal.
    case double
    case `true`, `false`, null
    /// The value and the white space behind it have been read.
    case end
  }

  private enum State: UInt8 { case value, firstElement, firstName, afterValue }

  /// Deepest nesting that is read: one bit each.
  public static let maximumDepth = 64

  private let text: RawSpan
  private let limit: Int
  private var offset = 0
  private var objects: UInt64 = 0
  private var state = State.value

  /// Containers that are open.
  public private(set) var depth = 0
  /// Where the last token begins.
  public private(set) var tokenStart = 0
  /// Value of the last `integer` token.
  public private(set) var integer: Int64 = 0
  /// Value of the last `double` token: the nearest one; infinite where the literal is too large.
  public private(set) var double: Double = 0

  @_lifetime(copy text)
  public init(_ text: RawSpan, maxDepth: Int = JSONReader.maximumDepth) {
    self.text = text
    self.limit = min(max(maxDepth, 0), Self.maximumDepth)
  }

  /// Reads the next token. After `end`, and after an error, it must not be called again.
  @_lifetime(self: copy self)
  public mutating func next(into arena: inout [UInt8]) throws(JSONError) -> Token {
    skipSpace()
    tokenStart = offset
    switch state {
    case .value: return try readValue(into: &arena)
    case .firstName:
      if peek() == UInt8(ascii: "}") { return close(.endObject) }
      return try readName(into: &arena)
    case .firstElement:
      if peek() == UInt8(ascii: "]") { return close(.endArray) }
      return try readValue(into: &arena)
    case .afterValue:
      return try readAfterValue(into: &arena)
    }
  }

  /// An error of the caller's own about the last token.
  public func error(_ message: String) -> JSONError { JSONError(message, at: tokenStart, of: text) }

  @_lifetime(self: copy self)
  private mutating func readAfterValue(into arena: inout [UInt8]) throws(JSONError) -> Token {
    let byte = peek()
    guard depth > 0 else {
      guard offset == text.byteCount else { throw fault("more text after the value") }
      return .end
    }
    let inObject = objects &>> UInt64(depth &- 1) & 1 == 1
    if byte == UInt8(ascii: ",") {
      offset &+= 1
      skipSpace()
      tokenStart = offset
      return inObject ? try readName(into: &arena) : try readValue(into: &arena)
    }
    if inObject, byte == UInt8(ascii: "}") { return close(.endObject) }
    if !inObject, byte == UInt8(ascii: "]") { return close(.endArray) }
    throw fault(inObject ? "expected ',' or '}'" : "expected ',' or ']'")
  }

  @_lifetime(self: copy self)
  private mutating func readValue(into arena: inout [UInt8]) throws(JSONError) -> Token {
    state = .afterValue
    switch peek() {
    case UInt8(ascii: "\""):
      try readString(into: &arena)
      return .string
    case UInt8(ascii: "{"):
      try open(object: true)
      state = .firstName
      return .beginObject
    case UInt8(ascii: "["):
      try open(object: false)
      state = .firstElement
      return .beginArray
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return try readNumber(into: &arena)
    case UInt8(ascii: "t"):
      try readWord("true")
      return .true
    case UInt8(ascii: "f"):
      try readWord("false")
      return .false
    case UInt8(ascii: "n"):
      try readWord("null")
      return .null
    default:
      throw fault("expected a value")
    }
  }

  @_lifetime(self: copy self)
  private mutating func readName(into arena: inout [UInt8]) throws(JSONError) -> Token {
    guard peek() == UInt8(ascii: "\"") else { throw fault("expected a name in quotes") }
    try readString(into: &arena)
    skipSpace()
    guard peek() == UInt8(ascii: ":") else { throw fault("expected ':'") }
    offset &+= 1
    state = .value
    return .name
  }

  @_lifetime(self: copy self)
  private mutating func open(object: Bool) throws(JSONError) {
    guard depth < limit else { throw fault("nested deeper than \(limit)") }
    let bit = UInt64(1) &<< UInt64(depth)
    objects = object ? objects | bit : objects & ~bit
    depth &+= 1
    offset &+= 1
  }

  @_lifetime(self: copy self)
  private mutating func close(_ token: Token) -> Token {
    depth &-= 1
    offset &+= 1
    state = .afterValue
    return token
  }

  @_lifetime(self: copy self)
  private mutating func readWord(_ word: StaticString) throws(JSONError) {
    let count = word.utf8CodeUnitCount
    guard text.byteCount &- offset >= count else { throw fault("expected a value") }
    for index in 0..<count {
      guard unsafe text.byte(at: offset &+ index) == word.utf8Start[index] else {
        throw fault("expected a value")
      }
    }
    offset &+= count
  }

  /// The byte at the offset; 0, which no token begins with, at the end.
  @inline(__always)
  private func peek() -> UInt8 { offset < text.byteCount ? text.byte(at: offset) : 0 }

  @inline(__always)
  @_lifetime(self: copy self)
  private mutating func skipSpace() {
    while offset < text.byteCount {
      switch text.byte(at: offset) {
      case 0x20, 0x0a, 0x0d, 0x09: offset &+= 1
      default: return
      }
    }
  }

  @inline(never)
  private func fault(_ message: String, at place: Int? = nil) -> JSONError {
    let place = place ?? offset
    return JSONError(
      place >= text.byteCount ? "the text ends early: \(message)" : message, at: place, of: text)
  }

  /// From the opening quote to behind the closing one. Runs without escapes are copied whole.
  @_lifetime(self: copy self)
  private mutating func readString(into arena: inout [UInt8]) throws(JSONError) {
    let count = text.byteCount
    var at = offset &+ 1
    var run = at
    while true {
      at = endOfPlainRun(from: at)
      guard at < count else { throw fault("a string has no closing quote", at: count) }
      let byte = text.byte(at: at)
      switch byte {
      case UInt8(ascii: "\""):
        arena.append(text, run..<at)
        offset = at &+ 1
        return
      case UInt8(ascii: "\\"):
        arena.append(text, run..<at)
        at = try readEscape(at: at, into: &arena)
        run = at
      case 0..<0x20:
        throw fault("a control character must be escaped in a string", at: at)
      case 0x80...:
        repeat {
          let length = UTF8Validation.length(of: text, at: at)
          guard length > 0 else { throw fault("not UTF-8", at: at) }
          at &+= length
        } while at < count && text.byte(at: at) >= 0x80
      default:
        at &+= 1
      }
    }
  }

  /// The first byte from `start` that needs a look: a quote, a backslash, a control character, not ASCII.
  /// Eight bytes at a time; of the last seven, the first.
  @inline(__always)
  private func endOfPlainRun(from start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var at = start
    while at &+ 8 <= text.byteCount {
      let word = UInt64(
        littleEndian: unsafe text.unsafeLoadUnaligned(
          fromUncheckedByteOffset: at, as: UInt64.self))
      let quotes = word ^ (ones &* 0x22)
      let backslashes = word ^ (ones &* 0x5c)
      // A borrow can mark a byte above a true one, never below: the lowest mark is right.
      let marks =
        ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
        | ((word &- ones &* 0x20) & ~word) | word
      let found = marks & (ones &* 0x80)
      if found != 0 { return at &+ found.trailingZeroBitCount &>> 3 }
      at &+= 8
    }
    return at
  }

  /// Decodes the escape at `start` and returns the offset behind it.
  private func readEscape(at start: Int, into arena: inout [UInt8]) throws(JSONError) -> Int {
    guard start + 1 < text.byteCount else {
      throw fault("a string has no closing quote", at: text.byteCount)
    }
    switch text.byte(at: start + 1) {
    case UInt8(ascii: "n"): arena.append(0x0a)
    case UInt8(ascii: "\""): arena.append(0x22)
    case UInt8(ascii: "\\"): arena.append(0x5c)
    case UInt8(ascii: "/"): arena.append(0x2f)
    case UInt8(ascii: "t"): arena.append(0x09)
    case UInt8(ascii: "r"): arena.append(0x0d)
    case UInt8(ascii: "b"): arena.append(0x08)
    case UInt8(ascii: "f"): arena.append(0x0c)
    case UInt8(ascii: "u"):
      guard let unit = hexadecimal(at: start + 2) else {
        throw fault("\\u must be followed by four hexadecimal digits", at: start)
      }
      if unit & 0xfc00 == 0xd800, let low = lowSurrogate(at: start + 6) {
        arena.append(scalar: 0x10000 + (unit & 0x3ff) << 10 + (low & 0x3ff))
        return start + 12
      }
      arena.append(scalar: unit & 0xf800 == 0xd800 ? 0xfffd : unit)
      return start + 6
    default:
      throw fault("no such escape in a string", at: start)
    }
    return start + 2
  }

  private func lowSurrogate(at start: Int) -> UInt32? {
    guard start + 6 <= text.byteCount, text.byte(at: start) == UInt8(ascii: "\\"),
      text.byte(at: start + 1) == UInt8(ascii: "u"), let unit = hexadecimal(at: start + 2),
      unit & 0xfc00 == 0xdc00
    else { return nil }
    return unit
  }

  private func hexadecimal(at start: Int) -> UInt32? {
    guard start + 4 <= text.byteCount else { return nil }
    var value: UInt32 = 0
    for index in start..<start + 4 {
      let byte = text.byte(at: index)
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  @_lifetime(self: copy self)
  private mutating func readNumber(into arena: inout [UInt8]) throws(JSONError) -> Token {
    guard let number = JSONNumber(text, at: offset) else {
      throw fault("not a number as JSON writes them")
    }
    arena.append(text, offset..<number.end)
    offset = number.end
    switch number.value {
    case .integer(let value):
      integer = value
      return .integer
    case .double(let value):
      double = value
      return .double
    }
  }
}

extension [UInt8] {
  /// Appends a scalar value (no surrogate) in UTF-8.
  internal mutating func append(scalar: UInt32) {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | scalar >> shift & 0x3f) }
    switch scalar {
    case 0..<0x80: append(UInt8(scalar))
    case 0x80..<0x800: append(contentsOf: [UInt8(0xc0 | scalar >> 6), tail(0)])
    case 0x800..<0x10000: append(contentsOf: [UInt8(0xe0 | scalar >> 12), tail(6), tail(0)])
    default: append(contentsOf: [UInt8(0xf0 | scalar >> 18), tail(12), tail(6), tail(0)])
    }
  }
}

/// A pattern of names and paths, as .gitignore writes them (gitignore(5), "PATTERN FORMAT").
///
/// | written | matches |
/// |---|---|
/// | `name` (no slash but at its end) | a file or folder of this name, however deep |
/// | `a/b`, `/a` | this path, from the folder that the pattern belongs to |
/// | `name/` | a folder alone |
/// | `*` `?` `[a-z]` `[!a]` `[[:digit:]]` | within one name: any characters, one, one of these, none of these |
/// | `**/x` `a/**` `a/**/b` | across folders: at any depth, everything inside, any number of folders between |
/// | `\*` | the character itself |
///
/// Characters are Unicode scalars. A name is matched in time proportional to the product of both lengths: there is no
/// pattern that takes exponential time.
public struct PathPattern: Sendable, Equatable {
  /// Why a text is no pattern.
  public struct Fault: Error, Equatable {
    public let message: String
  }

  /// As it was written.
  public let source: String
  let isDirectoryOnly: Bool
  /// It has a slash before its end: it is compared with the path, not with the name alone.
  let isPath: Bool
  private let segments: [Segment]

  private enum Segment: Equatable {
    /// `**`
    case folders
    case name([Token])
  }

  private enum Token: Equatable {
    case byte(UInt8)
    /// `?`
    case any
    /// `*`
    case star
    case set(ScalarSet)
  }

  /// - Throws: for a `[` without its end, a `\` before nothing, a class such as `[:x:]` that is none, and nothing at all.
  public init(_ source: String) throws(Fault) {
    try self.init(bytes: Array(source.utf8)[...], source: source)
  }

  /// - Parameter bytes: the pattern without `!`.
  init(bytes: ArraySlice<UInt8>, source: String) throws(Fault) {
    self.source = source
    var bytes = bytes
    isDirectoryOnly = bytes.last == UInt8(ascii: "/")
    if isDirectoryOnly { bytes.removeLast() }
    isPath = bytes.contains(UInt8(ascii: "/"))
    if bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
    guard !bytes.isEmpty else { throw Fault(message: "it names nothing") }
    segments = try Self.segments(bytes)
  }

  /// - Parameters:
  ///   - path: UTF-8.
  ///   - start: where the part below the pattern's folder begins.
  ///   - name: where the last name begins.
  func matches(_ path: [UInt8], from start: Int, name: Int, isDirectory: Bool) -> Bool {
    if isDirectoryOnly, !isDirectory { return false }
    if isPath { return matchesPath(path, from: start) }
    guard case .name(let tokens)? = segments.first else { return true }
    return Self.matches(tokens, path, name..<path.count)
  }

  /// `**` takes as few folders as it can; where what follows does not fit, the last one takes another. Earlier ones need not be
  /// tried again: whatever more they took, the last could take as well.
  private func matchesPath(_ path: [UInt8], from start: Int) -> Bool {
    var segment = 0
    var at = start
    var retry: (segment: Int, at: Int)?
    while at < path.count {
      let end = path[at...].firstIndex(of: UInt8(ascii: "/")) ?? path.count
      if segment < segments.count {
        switch segments[segment] {
        case .folders:
          // At the pattern's end it takes the rest, which is at least one name.
          if segment == segments.count - 1 { return true }
          segment += 1
          retry = (segment, at)
          continue
        case .name(let tokens):
          if Self.matches(tokens, path, at..<end) {
            segment += 1
            at = end + 1
            continue
          }
        }
      }
      guard let last = retry else { return false }
      let skipped = path[last.at...].firstIndex(of: UInt8(ascii: "/")) ?? path.count
      retry = (last.segment, skipped + 1)
      (segment, at) = (last.segment, skipped + 1)
    }
    return segment == segments.count
  }

  /// The same with characters of one name.
  private static func matches(_ tokens: [Token], _ text: [UInt8], _ range: Range<Int>) -> Bool {
    var token = 0
    var at = range.lowerBound
    var retry: (token: Int, at: Int)?
    while at < range.upperBound {
      if token < tokens.count {
        switch tokens[token] {
        case .star:
          token += 1
          if token == tokens.count { return true }
          retry = (token, at)
          continue
        case .byte(let byte):
          if text[at] == byte {
            token += 1
            at += 1
            continue
          }
        case .any:
          token += 1
          at += scalar(text, at, range.upperBound).length
          continue
        case .set(let set):
          let (value, length) = scalar(text, at, range.upperBound)
          if set.contains(value) {
            token += 1
            at += length
            continue
          }
        }
      }
      guard let last = retry else { return false }
      at = last.at + scalar(text, last.at, range.upperBound).length
      token = last.token
      retry = (token, at)
    }
    while token < tokens.count, case .star = tokens[token] { token += 1 }
    return token == tokens.count
  }

  /// The scalar at `at` of UTF-8; a byte that begins none stands for itself.
  private static func scalar(
    _ text: [UInt8], _ at: Int, _ end: Int
  ) -> (value: UInt32, length: Int) {
    let first = text[at]
    let length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    guard length > 1, at + length <= end else { return (UInt32(first), 1) }
    var value = UInt32(first) & (0x7f >> UInt32(length))
    for byte in text[(at + 1)..<(at + length)] { value = value << 6 | UInt32(byte & 0x3f) }
    return (value, length)
  }

  // Reading a pattern.

  private static func segments(_ pattern: ArraySlice<UInt8>) throws(Fault) -> [Segment] {
    var segments: [Segment] = []
    var tokens: [Token] = []
    /// Stars alone so far, and how many.
    var stars = 0
    func finish() {
      segments.append(stars >= 2 && tokens.count == 1 ? .folders : .name(tokens))
      tokens = []
      stars = 0
    }
    var at = pattern.startIndex
    while at < pattern.endIndex {
      let byte = pattern[at]
      at += 1
      switch byte {
      case UInt8(ascii: "/"): finish()
      case UInt8(ascii: "*"):
        stars += 1
        if tokens.last != .star { tokens.append(.star) }
      case UInt8(ascii: "?"): tokens.append(.any)
      case UInt8(ascii: "\\"):
        guard at < pattern.endIndex else { throw Fault(message: "a \\ before nothing") }
        if pattern[at] == UInt8(ascii: "/") { finish() } else { tokens.append(.byte(pattern[at])) }
        at += 1
      case UInt8(ascii: "["): tokens.append(.set(try ScalarSet(pattern, &at)))
      default: tokens.append(.byte(byte))
      }
    }
    finish()
    return segments
  }
}

/// `[a-z_]` of a pattern.
private struct ScalarSet: Equatable {
  private var ranges: [ClosedRange<UInt32>] = []
  private let isNegated: Bool

  func contains(_ value: UInt32) -> Bool {
    // A set never matches a slash; names have none.
    ranges.contains { $0.contains(value) } != isNegated
  }

  /// - Parameter at: behind the `[`; afterwards behind the `]`.
  init(_ pattern: ArraySlice<UInt8>, _ at: inout Int) throws(PathPattern.Fault) {
    let unclosed = PathPattern.Fault(message: "a [ without its ]")
    func next() throws(PathPattern.Fault) -> UInt32 {
      guard at < pattern.endIndex else { throw unclosed }
      let byte = pattern[at]
      let length = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
      guard at + length <= pattern.endIndex else { throw unclosed }
      defer { at += length }
      var value = length == 1 ? UInt32(byte) : UInt32(byte) & (0x7f >> UInt32(length))
      for byte in pattern[(at + 1)..<(at + length)] { value = value << 6 | UInt32(byte & 0x3f) }
      return value
    }
    func escaped(_ value: UInt32) throws(PathPattern.Fault) -> UInt32 {
      value == 0x5c ? try next() : value
    }
    var value = try next()
    isNegated = value == 0x21 || value == 0x5e  // ! ^
    if isNegated { value = try next() }
    /// The last single character, which `-` may continue to a range.
    var low: UInt32?
    while true {
      if value == 0x2d, let from = low, at < pattern.endIndex, pattern[at] != UInt8(ascii: "]") {
        let to = try escaped(try next())
        if from <= to { ranges.append(from...to) }
        low = nil
      } else if value == 0x5b, at < pattern.endIndex, pattern[at] == UInt8(ascii: ":") {
        if let named = try Self.named(pattern, &at) {
          ranges += named
          low = nil
        } else {
          ranges.append(value...value)
          low = value
        }
      } else {
        value = try escaped(value)
        ranges.append(value...value)
        low = value
      }
      value = try next()
      if value == 0x5d { return }
    }
  }

  /// `:digit:]`; nil when it is no class but the characters themselves.
  private static func named(
    _ pattern: ArraySlice<UInt8>, _ at: inout Int
  ) throws(PathPattern.Fault) -> [ClosedRange<UInt32>]? {
    guard let end = pattern[(at + 1)...].firstIndex(of: UInt8(ascii: "]")) else {
      throw PathPattern.Fault(message: "a [ without its ]")
    }
    guard end - 1 > at, pattern[end - 1] == UInt8(ascii: ":") else { return nil }
    let name = String(decoding: pattern[(at + 1)..<(end - 1)], as: UTF8.self)
    guard let ranges = classes[name] else {
      throw PathPattern.Fault(message: "there is no class [:\(name):]")
    }
    at = end + 1
    return ranges
  }

  private static let classes: [String: [ClosedRange<UInt32>]] = [
    "alnum": [0x30...0x39, 0x41...0x5a, 0x61...0x7a], "alpha": [0x41...0x5a, 0x61...0x7a],
    "blank": [0x20...0x20, 0x09...0x09], "cntrl": [0x00...0x1f, 0x7f...0x7f],
    "digit": [0x30...0x39], "graph": [0x21...0x7e], "lower": [0x61...0x7a],
    "print": [0x20...0x7e], "punct": [0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e],
    "space": [0x20...0x20, 0x09...0x0d], "upper": [0x41...0x5a],
    "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
  ]
}

import Glibc

@testable import Analysis

/// SplitMix64 (Steele, Lea, Flood 2014): tests print the seed they use.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The bytes of a file, or nil.
func contents(_ path: String) -> [UInt8]? {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe read(descriptor, &chunk, chunk.count)
    guard count > 0 else { return bytes }
    bytes += chunk[..<count]
  }
}

/// What bzcat makes of a file, or nil.
func contents(unpacking path: String) -> [UInt8]? {
  guard unsafe access(path, R_OK) == 0, let pipe = unsafe popen("bzcat '\(path)' 2>/dev/null", "r")
  else {
    return nil
  }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe fread(&chunk, 1, chunk.count, pipe)
    guard count > 0 else { break }
    bytes += chunk[..<count]
  }
  return unsafe pclose(pipe) == 0 && !bytes.isEmpty ? bytes : nil
}

/// Where Debian's package unicode-data puts its files.
let unicodeData = "/usr/share/unicode/"

func scalars(_ hexadecimal: some StringProtocol) -> [UInt32] {
  hexadecimal.split(separator: " ").compactMap { UInt32($0, radix: 16) }
}

func utf8(_ scalars: [UInt32]) -> [UInt8] {
  var bytes: [UInt8] = []
  for scalar in scalars { appendUTF8(scalar, to: &bytes) }
  return bytes
}

/// The analyzers that tokenise each in a way of its own; those of languages do as `standard`.
let tokenizing = ["standard", "cjk", "whitespace", "keyword"]

/// A token as tests look at it, without its place in the arena.
struct PlainToken: Equatable, CustomStringConvertible {
  var exact: [UInt8]
  var start: Int
  var end: Int
  var position: Int
  var flags: UInt8
  var hash: UInt64

  var isRestartPoint: Bool {
    flags & (TokenBuffer.Token.joined | TokenBuffer.Token.continuation) == 0
  }

  var description: String {
    "\(String(decoding: exact, as: UTF8.self)) \(start)..<\(end) @\(position) flags \(flags)"
  }
}

func plainTokens(_ buffer: borrowing TokenBuffer) -> [PlainToken] {
  var tokens: [PlainToken] = []
  for i in 0..<buffer.count {
    let token = buffer[i]
    tokens.append(
      PlainToken(
        exact: buffer.form(i), start: Int(token.start), end: Int(token.end),
        position: Int(token.position), flags: token.flags, hash: token.hash))
  }
  return tokens
}

extension Analyzer {
  func tokens(_ bytes: [UInt8]) -> [PlainToken] {
    var buffer = TokenBuffer()
    _ = tokenize(unsafe bytes.span.bytes, into: &buffer)
    return plainTokens(buffer)
  }

  func tokens(_ text: String) -> [PlainToken] { tokens(Array(text.utf8)) }

  /// The exact forms of `text`, joined forms in brackets.
  func exactForms(_ text: String) -> [String] {
    explain(text).map { $0.isJoined ? "[\($0.exact)]" : $0.exact }
  }

  /// The index forms of `text`, joined forms in brackets.
  func indexForms(_ text: String) -> [String] {
    explain(text).map { $0.isJoined ? "[\($0.index)]" : $0.index }
  }

  func indexForm(_ exact: [UInt8]) -> [UInt8] {
    var scratch = makeScratch()
    var output: [UInt8] = []
    indexForm(unsafe exact.span.bytes, scratch: &scratch, into: &output)
    return output
  }
}

func exactForm(_ bytes: [UInt8]) -> [UInt8] {
  var output: [UInt8] = []
  Normalization.foldedExact(unsafe bytes.span.bytes, into: &output)
  return output
}

func exactForm(_ text: String) -> String {
  String(decoding: exactForm(Array(text.utf8)), as: UTF8.self)
}

/// Random text: words and marks of many scripts side by side, with ill-formed bytes if asked for.
func randomText(_ pieces: Int, illFormed: Bool, _ random: inout SeededGenerator) -> [UInt8] {
  let samples = Array(
    """
    aZ09 don't U.S. -@&_.,:;'"/+ \u{A0}éÉßøŁæIıİǅŉſ’‘ʼ＇ ‐‑–—\u{AD}\u{200B}\u{200C}\u{200D}\u{FE0F} \
    \u{300}\u{301}\u{307}\u{323}\u{327}\u{345}\u{20E3} αΩςΐᾳ ЖйёїЎ אבצה״ל׳ \u{5B0}عربي\u{64B}ـ٣٤ \
    हिन्दी क़ ไทย ລາວ 東京ひらカタｶﾞ、。 한국\u{1100}\u{1161}\u{11A8} 😀👍🏽👨‍👩‍👧🇫🇮🇸©™ℹⓂ①½²₂ ﬁ㎏Å\u{212B}\u{2028}\r\n\t\u{0}𝒜𐐀
    """.unicodeScalars.map(\.value))
  var bytes: [UInt8] = []
  for _ in 0..<pieces {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<4:
      for _ in 0...Int.random(in: 0..<6, using: &random) {
        bytes.append(UInt8.random(in: 0x61...0x7A, using: &random))
      }
    case 4: bytes.append(UInt8.random(in: 0x30...0x39, using: &random))
    case 5: bytes.append(0x20)
    case 6: bytes.append(Array("'.-_@&,:;".utf8).randomElement(using: &random)!)
    case 7 where illFormed: bytes.append(UInt8.random(in: 0x80...0xFF, using: &random))
    case 8:
      var value: UInt32
      repeat { value = UInt32.random(in: 0..<0x110000, using: &random) } while value >> 11 == 0x1B
      appendUTF8(value, to: &bytes)
    default: appendUTF8(samples.randomElement(using: &random)!, to: &bytes)
    }
  }
  return bytes
}

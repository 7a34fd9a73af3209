/// Eight bytes of text at a time in a 64-bit integer, the first in the low bits; answers are 0x80 in the bytes that
/// they are true of.
enum ASCII {
  static let ones: UInt64 = 0x0101_0101_0101_0101
  static let highs: UInt64 = 0x8080_8080_8080_8080

  /// Which bytes of `x`, all below 0x80, are at least `c`.
  @inline(__always)
  private static func atLeast(_ x: UInt64, _ c: UInt64) -> UInt64 {
    (x &+ (0x80 &- c) &* ones) & highs
  }

  /// Which bytes are ASCII letters or digits; which are not ASCII; the bytes with ASCII letters in lower case.
  @inline(__always)
  static func classify(_ bytes: UInt64) -> (word: UInt64, foreign: UInt64, lower: UInt64) {
    let foreign = bytes & highs
    let x = bytes & ~highs
    let digit = atLeast(x, 0x30) & ~atLeast(x, 0x3A)
    let upper = atLeast(x, 0x41) & ~atLeast(x, 0x5B) & ~foreign
    let letter = atLeast(x, 0x61) & ~atLeast(x, 0x7B)
    return ((digit | upper | letter) & ~foreign, foreign, bytes | (upper &>> 2))
  }

  /// Which bytes are above U+0020 and ASCII: those of words, where white space alone separates.
  @inline(__always)
  static func visible(_ bytes: UInt64) -> UInt64 { atLeast(bytes & ~highs, 0x21) & ~bytes }

  /// How many bytes come before the first of `marks`, 8 if there is none.
  @inline(__always)
  static func before(_ marks: UInt64) -> Int { marks == 0 ? 8 : marks.trailingZeroBitCount &>> 3 }

  /// Whether one of the bytes, none of them above 0x7F, is `byte`.
  @inline(__always)
  static func has(_ byte: UInt8, _ bytes: UInt64) -> Bool {
    let difference = bytes ^ (UInt64(byte) &* ones)
    return (difference &- ones) & ~difference & highs != 0
  }
}

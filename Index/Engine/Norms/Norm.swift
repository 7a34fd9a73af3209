/// The length of a field in one byte: exact below 40 tokens, then a float of 4 significant bits.
///
/// Source: Lucene's SmallFloat.intToByte4, so that scores can be compared. Greater bytes are greater lengths.
enum Norm {
  /// Lengths below this are their own byte: what 255 codes leave free of those that 31 bits need.
  private static let free: UInt32 = 24

  /// The byte of a length in tokens; it stands for `lengths[byte]`, the greatest such length ≤ `length`.
  static func encode(length: UInt32) -> UInt8 {
    if length < free { return UInt8(length) }
    let rest = min(length, 0x7FFF_FFFF) - free
    let bits = 32 - rest.leadingZeroBitCount
    if bits < 4 { return UInt8(free + rest) }
    let shift = UInt32(bits - 4)
    return UInt8(free + ((rest >> shift) & 7 | (shift + 1) << 3))
  }

  /// The length that each byte stands for.
  static let lengths: [UInt32] = (0..<256).map { decode(UInt8($0)) }

  static func decode(_ byte: UInt8) -> UInt32 {
    let code = UInt32(byte)
    if code < free { return code }
    let rest = code - free
    let exponent = rest >> 3
    return free + (exponent == 0 ? rest & 7 : (rest & 7 | 8) << (exponent - 1))
  }
}

// Integers of a fixed width of 0 to 64 bits, one after the other, low bits first: value i begins at bit i · width.
// Seven bytes of padding follow, so that any value up to 57 bits is one load (wider ones are two).

import Bytes

enum BitStream {
  static let padding = 7

  static func byteCount(values: Int, width: Int) -> Int {
    width == 0 ? 0 : (values * width + 7) / 8 + padding
  }

  /// Appends values, each below 2^width.
  static func append(_ values: some Sequence<UInt64>, width: Int, to output: inout ByteWriter) {
    guard width > 0 else { return }
    var word: UInt64 = 0
    var filled = 0
    for value in values {
      word |= value << UInt64(filled)
      filled += width
      if filled >= 64 {
        output.append(word)
        filled -= 64
        word = filled == 0 ? 0 : value >> UInt64(width - filled)
      }
    }
    for byte in 0..<(filled + 7) / 8 {
      output.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * byte)))
    }
    for _ in 0..<padding { output.append(UInt8(0)) }
  }

  /// Value number `index`; `base` is readable for `byteCount(values: index + 1, width:)` bytes.
  @unsafe
  @inline(__always)
  static func value(_ index: Int, width: Int, _ base: UnsafeRawPointer) -> UInt64 {
    if width == 0 { return 0 }
    let bit = index &* width
    let byte = bit &>> 3
    let shift = bit & 7
    var value = unsafe base.loadUnaligned(fromByteOffset: byte, as: UInt64.self).littleEndian
    value &>>= UInt64(shift)
    if shift &+ width > 64 {
      value |=
        UInt64(unsafe base.load(fromByteOffset: byte &+ 8, as: UInt8.self))
        &<< UInt64(64 &- shift)
    }
    return width == 64 ? value : value & (1 &<< UInt64(width) &- 1)
  }

  /// Bits that `value` needs.
  static func width(_ value: UInt64) -> Int { 64 - value.leadingZeroBitCount }
}

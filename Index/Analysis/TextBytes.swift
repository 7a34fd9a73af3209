/// The UTF-8 text of one call, read without copying and without trust.
///
/// Every read is bounded: beyond the end come zeros (a separator), and ill-formed bytes read as U+FFFD, one for each
/// maximal subpart (Unicode 15.0, section 3.9, "U+FFFD Substitution of Maximal Subparts"). The memory must outlive the
/// value: it is made and used within one call that holds the span.
@safe
struct TextBytes {
  let base: UnsafePointer<UInt8>
  let count: Int
  /// Eight bytes can be read from every offset below.
  private let wordEnd: UInt

  @unsafe
  init(_ base: UnsafePointer<UInt8>, count: Int) {
    unsafe self.base = base
    self.count = count
    wordEnd = count >= 8 ? UInt(bitPattern: count &- 7) : 0
  }

  @unsafe
  init(_ bytes: UnsafeRawBufferPointer) {
    let nothing = unsafe UnsafePointer<UInt8>(bitPattern: 8).unsafelyUnwrapped
    let address = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe self.init(address ?? nothing, count: bytes.count)
  }

  /// The byte at `offset`, 0 outside.
  @inline(__always)
  func byte(_ offset: Int) -> UInt8 {
    UInt(bitPattern: offset) < UInt(bitPattern: count) ? unsafe base[offset] : 0
  }

  /// Eight bytes from `offset` on, the first in the low bits, zeros after the end.
  @inline(__always)
  func word(_ offset: Int) -> UInt64 {
    if UInt(bitPattern: offset) < wordEnd {
      return unsafe UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self).littleEndian
    }
    return wordAtEnd(offset)
  }

  @inline(never)
  private func wordAtEnd(_ offset: Int) -> UInt64 {
    var word: UInt64 = 0
    for i in 0..<8 { word |= UInt64(byte(offset &+ i)) &<< UInt64(i &* 8) }
    return word
  }

  /// The scalar at `offset` and how many bytes it takes (at least 1).
  @inline(__always)
  func scalar(_ offset: Int) -> (value: UInt32, length: Int) {
    let first = byte(offset)
    if first < 0x80 { return (UInt32(first), 1) }
    // The usual case: two well-formed bytes.
    let second = byte(offset &+ 1)
    if first >= 0xC2, first < 0xE0, second & 0xC0 == 0x80 {
      return (UInt32(first & 0x1F) &<< 6 | UInt32(second & 0x3F), 2)
    }
    return longScalar(offset, first, second)
  }

  private func longScalar(
    _ offset: Int, _ first: UInt8, _ second: UInt8
  ) -> (value: UInt32, length: Int) {
    let bad: UInt32 = 0xFFFD
    guard first >= 0xE0, first < 0xF5 else { return (bad, 1) }
    let lower: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
    let upper: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
    guard second >= lower, second <= upper else { return (bad, 1) }
    let third = byte(offset &+ 2)
    guard third & 0xC0 == 0x80 else { return (bad, 2) }
    let bits = UInt32(second & 0x3F) &<< 6 | UInt32(third & 0x3F)
    if first < 0xF0 { return (UInt32(first & 0x0F) &<< 12 | bits, 3) }
    let fourth = byte(offset &+ 3)
    guard fourth & 0xC0 == 0x80 else { return (bad, 3) }
    return (UInt32(first & 0x07) &<< 18 | bits &<< 6 | UInt32(fourth & 0x3F), 4)
  }
}

/// Appends the UTF-8 of `scalar`, which is a Unicode scalar value.
func appendUTF8(_ scalar: UInt32, to bytes: inout [UInt8]) {
  func low6(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: scalar &>> shift) & 0x3F | 0x80 }
  if scalar < 0x80 {
    bytes.append(UInt8(truncatingIfNeeded: scalar))
  } else if scalar < 0x800 {
    bytes.append(UInt8(truncatingIfNeeded: scalar &>> 6) | 0xC0)
    bytes.append(low6(0))
  } else if scalar < 0x10000 {
    bytes.append(UInt8(truncatingIfNeeded: scalar &>> 12) | 0xE0)
    bytes.append(low6(6))
    bytes.append(low6(0))
  } else {
    bytes.append(UInt8(truncatingIfNeeded: scalar &>> 18) & 0x07 | 0xF0)
    bytes.append(low6(12))
    bytes.append(low6(6))
    bytes.append(low6(0))
  }
}

// 128 integers of 32 bits, packed to `bits` bits each by SIMD.
//
// Layout ("vertical", four lanes): value i lies in lane i % 4, row i / 4, so that one 128-bit word holds
// the same bits of four neighbours:
//
//   values   v0 v1 v2 v3 | v4 v5 v6 v7 | …  v124 … v127        32 rows of four lanes
//   word 0   lane 0: v0, then v4 above it, then v8 …            each lane is a little-endian bit stream
//            lane 1: v1, v5, v9 …
//
// A block takes bits × 16 bytes. Source: Lemire and Boytsov, "Decoding billions of integers per second
// through vectorization", 2015, section 4 (SIMD-BP128) and section 2.2 (delta by neighbours, "D1").
//
// Two traps of the compiler: 32-bit lane shuffles become scalar code unless they are written as byte
// shuffles, and `(a >> s | b << t) & m` becomes a scalar funnel shift unless the mask comes first.

public typealias Lanes = SIMD4<UInt32>

/// Integers in a block.
public let blockSize = 128

public enum BitPacking {
  /// Bytes of a block of `bits` bits a value.
  @inlinable
  @inline(__always)
  public static func byteCount(bits: Int) -> Int { bits &* 16 }

  /// Bits that the largest of 128 values needs: 0…32.
  @inlinable
  public static func width(_ values: UnsafePointer<UInt32>) -> Int {
    let raw = unsafe UnsafeRawPointer(values)
    var all = Lanes.zero
    for row in 0..<32 {
      unsafe all |= raw.loadUnaligned(fromByteOffset: row &* 16, as: Lanes.self)
    }
    return 32 &- (all.x | all.y | all.z | all.w).leadingZeroBitCount
  }

  /// Packs the low bits of 128 values into `byteCount(bits:)` bytes.
  @inlinable
  public static func pack(
    _ values: UnsafePointer<UInt32>, bits: Int, into output: UnsafeMutableRawPointer
  ) {
    if bits == 0 { return }
    let raw = unsafe UnsafeRawPointer(values)
    let step = UInt32(truncatingIfNeeded: bits)
    let mask = Lanes(repeating: ~0 &>> (32 &- step))
    var word = Lanes.zero
    var filled: UInt32 = 0
    var at = 0
    for row in 0..<32 {
      let next = unsafe raw.loadUnaligned(fromByteOffset: row &* 16, as: Lanes.self) & mask
      word |= next &<< Lanes(repeating: filled)
      filled &+= step
      if filled >= 32 {
        unsafe output.storeBytes(of: word, toByteOffset: at, as: Lanes.self)
        at &+= 16
        filled &-= 32
        word = filled == 0 ? .zero : next &>> Lanes(repeating: step &- filled)
      }
    }
  }

  /// Unpacks 128 values.
  @inlinable
  public static func unpack(
    _ input: UnsafeRawPointer, bits: Int, into output: UnsafeMutablePointer<UInt32>
  ) {
    let raw = UnsafeMutableRawPointer(output)
    var carry = Lanes.zero
    unsafe dispatch(input, bits, raw, &carry, delta: false)
  }

  /// Unpacks values 4 × `row` to 4 × `row` + 3 alone.
  @inlinable
  @inline(__always)
  public static func row(_ row: Int, _ input: UnsafeRawPointer, bits: Int) -> Lanes {
    if bits == 0 { return .zero }
    let bit = row &* bits
    let at = unsafe input + (bit &>> 5) &* 16
    let shift = UInt32(truncatingIfNeeded: bit & 31)
    let width = UInt32(truncatingIfNeeded: bits)
    var lanes = unsafe at.loadUnaligned(as: Lanes.self) &>> Lanes(repeating: shift)
    if shift &+ width > 32 {
      lanes |=
        unsafe at.loadUnaligned(fromByteOffset: 16, as: Lanes.self)
        &<< Lanes(repeating: 32 &- shift)
    }
    return lanes & Lanes(repeating: ~0 &>> (32 &- width))
  }

  /// Unpacks 128 differences and sums them up, beginning after `base`: value i is base + d0 + … + di.
  @inlinable
  public static func unpackDeltas(
    _ input: UnsafeRawPointer, bits: Int, base: UInt32, into output: UnsafeMutablePointer<UInt32>
  ) {
    let raw = UnsafeMutableRawPointer(output)
    var carry = Lanes(repeating: base)
    unsafe dispatch(input, bits, raw, &carry, delta: true)
  }

  /// Value number `index` alone.
  @inlinable
  @inline(__always)
  public static func value(_ input: UnsafeRawPointer, bits: Int, at index: Int) -> UInt32 {
    if bits == 0 { return 0 }
    let bit = (index &>> 2) &* bits
    let at = (bit &>> 5) &* 16 &+ (index & 3) &* 4
    let shift = UInt64(bit & 31)
    // What lies in the next word of the lane is read only where there is one.
    let isSplit = (bit & 31) &+ bits > 32
    let low = unsafe input.loadUnaligned(fromByteOffset: at, as: UInt32.self).littleEndian
    let high = unsafe input.loadUnaligned(
      fromByteOffset: isSplit ? at &+ 16 : at, as: UInt32.self
    ).littleEndian
    let both = UInt64(low) | UInt64(high) &<< 32
    return UInt32(truncatingIfNeeded: both &>> shift) & (~0 &>> UInt32(32 &- bits))
  }

  @inlinable
  @inline(__always)
  internal static func dispatch(
    _ input: UnsafeRawPointer, _ bits: Int, _ output: UnsafeMutableRawPointer,
    _ carry: inout Lanes, delta: Bool
  ) {
    switch bits {
    case 0:
      for row in 0..<32 {
        unsafe output.storeBytes(of: delta ? carry : .zero, toByteOffset: row &* 16, as: Lanes.self)
      }
    case 1: unsafe delta ? Width<1>.deltas(input, output, carry) : Width<1>.plain(input, output)
    case 2: unsafe delta ? Width<2>.deltas(input, output, carry) : Width<2>.plain(input, output)
    case 3: unsafe delta ? Width<3>.deltas(input, output, carry) : Width<3>.plain(input, output)
    case 4: unsafe delta ? Width<4>.deltas(input, output, carry) : Width<4>.plain(input, output)
    case 5: unsafe delta ? Width<5>.deltas(input, output, carry) : Width<5>.plain(input, output)
    case 6: unsafe delta ? Width<6>.deltas(input, output, carry) : Width<6>.plain(input, output)
    case 7: unsafe delta ? Width<7>.deltas(input, output, carry) : Width<7>.plain(input, output)
    case 8: unsafe delta ? Width<8>.deltas(input, output, carry) : Width<8>.plain(input, output)
    case 9: unsafe delta ? Width<9>.deltas(input, output, carry) : Width<9>.plain(input, output)
    case 10: unsafe delta ? Width<10>.deltas(input, output, carry) : Width<10>.plain(input, output)
    case 11: unsafe delta ? Width<11>.deltas(input, output, carry) : Width<11>.plain(input, output)
    case 12: unsafe delta ? Width<12>.deltas(input, output, carry) : Width<12>.plain(input, output)
    case 13: unsafe delta ? Width<13>.deltas(input, output, carry) : Width<13>.plain(input, output)
    case 14: unsafe delta ? Width<14>.deltas(input, output, carry) : Width<14>.plain(input, output)
    case 15: unsafe delta ? Width<15>.deltas(input, output, carry) : Width<15>.plain(input, output)
    case 16: unsafe delta ? Width<16>.deltas(input, output, carry) : Width<16>.plain(input, output)
    case 17: unsafe delta ? Width<17>.deltas(input, output, carry) : Width<17>.plain(input, output)
    case 18: unsafe delta ? Width<18>.deltas(input, output, carry) : Width<18>.plain(input, output)
    case 19: unsafe delta ? Width<19>.deltas(input, output, carry) : Width<19>.plain(input, output)
    case 20: unsafe delta ? Width<20>.deltas(input, output, carry) : Width<20>.plain(input, output)
    case 21: unsafe delta ? Width<21>.deltas(input, output, carry) : Width<21>.plain(input, output)
    case 22: unsafe delta ? Width<22>.deltas(input, output, carry) : Width<22>.plain(input, output)
    case 23: unsafe delta ? Width<23>.deltas(input, output, carry) : Width<23>.plain(input, output)
    case 24: unsafe delta ? Width<24>.deltas(input, output, carry) : Width<24>.plain(input, output)
    case 25: unsafe delta ? Width<25>.deltas(input, output, carry) : Width<25>.plain(input, output)
    case 26: unsafe delta ? Width<26>.deltas(input, output, carry) : Width<26>.plain(input, output)
    case 27: unsafe delta ? Width<27>.deltas(input, output, carry) : Width<27>.plain(input, output)
    case 28: unsafe delta ? Width<28>.deltas(input, output, carry) : Width<28>.plain(input, output)
    case 29: unsafe delta ? Width<29>.deltas(input, output, carry) : Width<29>.plain(input, output)
    case 30: unsafe delta ? Width<30>.deltas(input, output, carry) : Width<30>.plain(input, output)
    case 31: unsafe delta ? Width<31>.deltas(input, output, carry) : Width<31>.plain(input, output)
    case 32: unsafe delta ? Width<32>.deltas(input, output, carry) : Width<32>.plain(input, output)
    default: preconditionFailure("a width is 0 to 32 bits")
    }
  }
}

/// The unrolled kernels of one width: `bits` is a constant in each.
@frozen
@usableFromInline
internal struct Width<let bits: Int> {
  @inlinable
  @inline(__always)
  static func row(_ index: Int, _ input: UnsafeRawPointer) -> Lanes {
    let mask = Lanes(repeating: bits == 32 ? ~0 : (UInt32(1) &<< UInt32(bits)) &- 1)
    let bit = index &* bits
    let word = bit &>> 5
    let shift = bit & 31
    let low =
      unsafe input.loadUnaligned(fromByteOffset: word &* 16, as: Lanes.self)
      &>> Lanes(repeating: UInt32(shift))
    if shift &+ bits <= 32 { return low & mask }
    let high =
      unsafe input.loadUnaligned(fromByteOffset: word &* 16 &+ 16, as: Lanes.self)
      &<< Lanes(repeating: UInt32(32 &- shift))
    return low | (high & mask)
  }

  @inlinable
  @inline(never)
  static func plain(_ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer) {
    unsafe output.storeBytes(of: row(0, input), toByteOffset: 0, as: Lanes.self)
    unsafe output.storeBytes(of: row(1, input), toByteOffset: 16, as: Lanes.self)
    unsafe output.storeBytes(of: row(2, input), toByteOffset: 32, as: Lanes.self)
    unsafe output.storeBytes(of: row(3, input), toByteOffset: 48, as: Lanes.self)
    unsafe output.storeBytes(of: row(4, input), toByteOffset: 64, as: Lanes.self)
    unsafe output.storeBytes(of: row(5, input), toByteOffset: 80, as: Lanes.self)
    unsafe output.storeBytes(of: row(6, input), toByteOffset: 96, as: Lanes.self)
    unsafe output.storeBytes(of: row(7, input), toByteOffset: 112, as: Lanes.self)
    unsafe output.storeBytes(of: row(8, input), toByteOffset: 128, as: Lanes.self)
    unsafe output.storeBytes(of: row(9, input), toByteOffset: 144, as: Lanes.self)
    unsafe output.storeBytes(of: row(10, input), toByteOffset: 160, as: Lanes.self)
    unsafe output.storeBytes(of: row(11, input), toByteOffset: 176, as: Lanes.self)
    unsafe output.storeBytes(of: row(12, input), toByteOffset: 192, as: Lanes.self)
    unsafe output.storeBytes(of: row(13, input), toByteOffset: 208, as: Lanes.self)
    unsafe output.storeBytes(of: row(14, input), toByteOffset: 224, as: Lanes.self)
    unsafe output.storeBytes(of: row(15, input), toByteOffset: 240, as: Lanes.self)
    unsafe output.storeBytes(of: row(16, input), toByteOffset: 256, as: Lanes.self)
    unsafe output.storeBytes(of: row(17, input), toByteOffset: 272, as: Lanes.self)
    unsafe output.storeBytes(of: row(18, input), toByteOffset: 288, as: Lanes.self)
    unsafe output.storeBytes(of: row(19, input), toByteOffset: 304, as: Lanes.self)
    unsafe output.storeBytes(of: row(20, input), toByteOffset: 320, as: Lanes.self)
    unsafe output.storeBytes(of: row(21, input), toByteOffset: 336, as: Lanes.self)
    unsafe output.storeBytes(of: row(22, input), toByteOffset: 352, as: Lanes.self)
    unsafe output.storeBytes(of: row(23, input), toByteOffset: 368, as: Lanes.self)
    unsafe output.storeBytes(of: row(24, input), toByteOffset: 384, as: Lanes.self)
    unsafe output.storeBytes(of: row(25, input), toByteOffset: 400, as: Lanes.self)
    unsafe output.storeBytes(of: row(26, input), toByteOffset: 416, as: Lanes.self)
    unsafe output.storeBytes(of: row(27, input), toByteOffset: 432, as: Lanes.self)
    unsafe output.storeBytes(of: row(28, input), toByteOffset: 448, as: Lanes.self)
    unsafe output.storeBytes(of: row(29, input), toByteOffset: 464, as: Lanes.self)
    unsafe output.storeBytes(of: row(30, input), toByteOffset: 480, as: Lanes.self)
    unsafe output.storeBytes(of: row(31, input), toByteOffset: 496, as: Lanes.self)
  }

  @inlinable
  @inline(never)
  static func deltas(
    _ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, _ base: Lanes
  ) {
    var carry = base
    carry = unsafe prefixSum(row(0, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 0, as: Lanes.self)
    carry = unsafe prefixSum(row(1, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 16, as: Lanes.self)
    carry = unsafe prefixSum(row(2, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 32, as: Lanes.self)
    carry = unsafe prefixSum(row(3, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 48, as: Lanes.self)
    carry = unsafe prefixSum(row(4, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 64, as: Lanes.self)
    carry = unsafe prefixSum(row(5, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 80, as: Lanes.self)
    carry = unsafe prefixSum(row(6, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 96, as: Lanes.self)
    carry = unsafe prefixSum(row(7, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 112, as: Lanes.self)
    carry = unsafe prefixSum(row(8, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 128, as: Lanes.self)
    carry = unsafe prefixSum(row(9, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 144, as: Lanes.self)
    carry = unsafe prefixSum(row(10, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 160, as: Lanes.self)
    carry = unsafe prefixSum(row(11, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 176, as: Lanes.self)
    carry = unsafe prefixSum(row(12, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 192, as: Lanes.self)
    carry = unsafe prefixSum(row(13, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 208, as: Lanes.self)
    carry = unsafe prefixSum(row(14, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 224, as: Lanes.self)
    carry = unsafe prefixSum(row(15, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 240, as: Lanes.self)
    carry = unsafe prefixSum(row(16, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 256, as: Lanes.self)
    carry = unsafe prefixSum(row(17, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 272, as: Lanes.self)
    carry = unsafe prefixSum(row(18, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 288, as: Lanes.self)
    carry = unsafe prefixSum(row(19, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 304, as: Lanes.self)
    carry = unsafe prefixSum(row(20, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 320, as: Lanes.self)
    carry = unsafe prefixSum(row(21, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 336, as: Lanes.self)
    carry = unsafe prefixSum(row(22, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 352, as: Lanes.self)
    carry = unsafe prefixSum(row(23, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 368, as: Lanes.self)
    carry = unsafe prefixSum(row(24, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 384, as: Lanes.self)
    carry = unsafe prefixSum(row(25, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 400, as: Lanes.self)
    carry = unsafe prefixSum(row(26, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 416, as: Lanes.self)
    carry = unsafe prefixSum(row(27, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 432, as: Lanes.self)
    carry = unsafe prefixSum(row(28, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 448, as: Lanes.self)
    carry = unsafe prefixSum(row(29, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 464, as: Lanes.self)
    carry = unsafe prefixSum(row(30, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 480, as: Lanes.self)
    carry = unsafe prefixSum(row(31, input), carry)
    unsafe output.storeBytes(of: carry, toByteOffset: 496, as: Lanes.self)
  }
}

/// The sums of lanes 0…i of `values`, each plus the last lane of `carry`.
@inlinable
@inline(__always)
public func prefixSum(_ values: Lanes, _ carry: Lanes) -> Lanes {
  typealias Octets = SIMD16<UInt8>
  let x = unsafe unsafeBitCast(values, to: Octets.self)
  let shifted1 = Octets(
    0, 0, 0, 0, x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[8], x[9], x[10], x[11])
  let pairs = values &+ (unsafe unsafeBitCast(shifted1, to: Lanes.self))
  let y = unsafe unsafeBitCast(pairs, to: Octets.self)
  let shifted2 = Octets(
    0, 0, 0, 0, 0, 0, 0, 0, y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7])
  let sums = pairs &+ (unsafe unsafeBitCast(shifted2, to: Lanes.self))
  return sums &+ Lanes(carry.w, carry.w, carry.w, carry.w)
}

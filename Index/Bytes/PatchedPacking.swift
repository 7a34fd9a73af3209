// 128 integers of which a few are wider than the others: the low bits of all are packed, and the rest of the wide ones is
// kept behind them as patches. Where no patches pay, the block is that of `BitPacking`.
//
//   encoding   0 … 32      no patches: all bits, so many each
//              64 + w      1 to 16 patches, low bits w, 0 … 31
//
//   low bits   16 · w      packed
//   head       1           patches less one (4 bits) · width h of their high bits (low 4 bits)
//   places     1 each      ascending
//   high bits              h each, one after the other, low first, padded to a byte: 64 bits at most
//
//   value      low bits + (high bits + 1) << w, of a patched one
//
// Patches cost time, so that who packs says what they have to save: `Price`. Whatever the bytes of a block are, patches are
// within 16, places are cut to 128, and no more than `mostPatchBytes` are read: only the length has to be checked.
//
// Sources: Zukowski, Héman, Nes and Boncz, "Super-scalar RAM-CPU cache compression", 2006 (PFOR); Lemire and Boytsov,
// "Decoding billions of integers per second through vectorization", 2015, section 5 (patches aside of the low bits).

/// Packs blocks of `blockSize` integers.
public enum PatchedPacking {
  /// Bytes of a block at most.
  public static let maximumByteCount = 512
  /// Bytes that are read at most behind low bits, and that a damaged head can speak of.
  public static let mostPatchBytes = 1 + mostPatches + mostPatches * widestHigh / 8

  /// What patches cost beside their bytes, in half bytes.
  public struct Price: Sendable {
    let block: Int
    let patch: Int

    /// - Parameters:
    ///   - block: a block with any.
    ///   - patch: each.
    public init(block: Int, patch: Int) {
      self.block = block
      self.patch = patch
    }
  }

  @usableFromInline static let patched = 64
  private static let mostPatches = 16
  private static let widestHigh = 15
  private static let mostHighBits = 64

  // MARK: Packing

  /// Packs 128 values into at most `maximumByteCount` bytes.
  public static func pack(
    _ values: UnsafePointer<UInt32>, price: Price, into output: UnsafeMutableRawPointer
  ) -> (encoding: Int, byteCount: Int) {
    let widest = unsafe BitPacking.width(values)
    let (low, high) = unsafe split(values, widest, price)
    unsafe BitPacking.pack(values, bits: low, into: output)
    let lowBytes = BitPacking.byteCount(bits: low)
    if low == widest { return (widest, lowBytes) }
    let length = unsafe packPatches(values, low, high, into: output + lowBytes)
    return (patched + low, lowBytes + length)
  }

  /// The cheapest width of low bits, and that of high bits.
  private static func split(
    _ values: UnsafePointer<UInt32>, _ widest: Int, _ price: Price
  ) -> (low: Int, high: Int) {
    if widest == 0 { return (0, 0) }
    let largest = unsafe largest(values)
    // In half bytes.
    var best = 32 &* widest
    var found = (widest, 0)
    var low = min(widest, 32) &- 1
    while low >= 0 {
      let patches = unsafe count(values, above: (1 &<< UInt32(low)) &- 1)
      let high = 32 &- ((largest &>> UInt32(low)) &- 1).leadingZeroBitCount
      if patches > mostPatches || high > widestHigh || patches &* high > mostHighBits { break }
      let bytes = 16 &* low &+ 1 &+ patches &+ (patches &* high &+ 7) &>> 3
      let cost = 2 &* bytes &+ patches &* price.patch &+ price.block
      if cost < best { (best, found) = (cost, (low, high)) }
      low &-= 1
    }
    return found
  }

  private static func largest(_ values: UnsafePointer<UInt32>) -> UInt32 {
    let raw = unsafe UnsafeRawPointer(values)
    var most = Lanes.zero
    for row in 0..<32 {
      let four = unsafe raw.loadUnaligned(fromByteOffset: row &* 16, as: Lanes.self)
      most.replace(with: four, where: four .> most)
    }
    return most.max()
  }

  /// How many values are greater than `limit`.
  private static func count(_ values: UnsafePointer<UInt32>, above limit: UInt32) -> Int {
    let raw = unsafe UnsafeRawPointer(values)
    let limits = Lanes(repeating: limit)
    var sum = SIMD4<Int32>.zero
    for row in 0..<32 {
      let four = unsafe raw.loadUnaligned(fromByteOffset: row &* 16, as: Lanes.self)
      sum &-= unsafe unsafeBitCast(four .> limits, to: SIMD4<Int32>.self)
    }
    return Int(sum.wrappedSum())
  }

  /// - Returns: bytes of head, places and high bits.
  private static func packPatches(
    _ values: UnsafePointer<UInt32>, _ low: Int, _ width: Int,
    into output: UnsafeMutableRawPointer
  ) -> Int {
    let limit = (UInt32(1) &<< UInt32(low)) &- 1
    var patches = 0
    for place in 0..<blockSize where unsafe values[place] > limit {
      unsafe output.storeBytes(of: UInt8(place), toByteOffset: 1 &+ patches, as: UInt8.self)
      patches &+= 1
    }
    unsafe output.storeBytes(of: UInt8((patches &- 1) &<< 4 | width), as: UInt8.self)
    var at = 1 &+ patches
    var word: UInt64 = 0
    var filled = 0
    for patch in 0..<patches {
      let place = unsafe output.load(fromByteOffset: 1 &+ patch, as: UInt8.self)
      let high = (unsafe values[Int(place)] &>> UInt32(low)) &- 1
      word |= UInt64(high) &<< UInt64(filled)
      filled &+= width
      while filled > 0, filled >= 8 || patch == patches &- 1 {
        unsafe output.storeBytes(
          of: UInt8(truncatingIfNeeded: word), toByteOffset: at, as: UInt8.self)
        word &>>= 8
        filled &-= 8
        at &+= 1
      }
    }
    return at
  }

  // MARK: Unpacking

  /// Whether a block with this first byte, or number, can be: its low bits are `widest` at most.
  @inlinable
  @inline(__always)
  public static func isEncoding(_ encoding: Int, widest: Int) -> Bool {
    lowBits(encoding) <= widest && encoding < 2 &* patched
  }

  /// Width of the low bits of an encoding.
  @inlinable
  @inline(__always)
  public static func lowBits(_ encoding: Int) -> Int { encoding & (patched &- 1) }

  /// Bytes that unpacking may read, and no fewer than the block has.
  @inlinable
  @inline(__always)
  public static func readableByteCount(_ encoding: Int) -> Int {
    BitPacking.byteCount(bits: lowBits(encoding)) &+ (encoding < patched ? 0 : mostPatchBytes)
  }

  /// Bytes of a block that is readable.
  @inlinable
  @inline(__always)
  public static func byteCount(_ encoding: Int, _ input: UnsafeRawPointer) -> Int {
    let length = BitPacking.byteCount(bits: lowBits(encoding))
    if encoding < patched { return length }
    let head = Int(unsafe input.load(fromByteOffset: length, as: UInt8.self))
    let patches = head &>> 4 &+ 1
    return length &+ 1 &+ patches &+ (patches &* (head & 15) &+ 7) &>> 3
  }

  /// Unpacks 128 values of a block that is readable.
  /// - Parameter mask: bits that values can have. A damaged block gives no more than twice as much.
  @inlinable
  @inline(__always)
  public static func unpack(
    _ encoding: Int, _ input: UnsafeRawPointer, mask: UInt32 = .max,
    into output: UnsafeMutablePointer<UInt32>
  ) {
    unsafe BitPacking.unpack(input, bits: lowBits(encoding), into: output)
    unsafe addPatches(encoding, input, mask: mask, to: output)
  }

  /// Unpacks 128 differences of a block that is readable and sums them up, as `BitPacking.unpackDeltas`.
  @inlinable
  @inline(__always)
  public static func unpackDeltas(
    _ encoding: Int, _ input: UnsafeRawPointer, base: UInt32,
    into output: UnsafeMutablePointer<UInt32>
  ) {
    if encoding < patched {
      unsafe BitPacking.unpackDeltas(input, bits: encoding, base: base, into: output)
    } else {
      unsafe unpackPatchedDeltas(encoding, input, base, output)
    }
  }

  @usableFromInline
  @inline(never)
  internal static func unpackPatchedDeltas(
    _ encoding: Int, _ input: UnsafeRawPointer, _ base: UInt32,
    _ output: UnsafeMutablePointer<UInt32>
  ) {
    unsafe unpack(encoding, input, into: output)
    let raw = UnsafeMutableRawPointer(output)
    var carry = Lanes(repeating: base)
    for row in 0..<32 {
      carry = unsafe prefixSum(raw.loadUnaligned(fromByteOffset: row &* 16, as: Lanes.self), carry)
      unsafe raw.storeBytes(of: carry, toByteOffset: row &* 16, as: Lanes.self)
    }
  }

  /// Unpacks and sums up the differences from number 4 × `row` on, `rows` × 4 of them, beginning after 0.
  @inlinable
  @inline(__always)
  public static func unpackDeltas(
    _ encoding: Int, _ input: UnsafeRawPointer, row: Int, rows: Int,
    into output: UnsafeMutablePointer<UInt32>
  ) {
    let raw = UnsafeMutableRawPointer(output)
    let bits = lowBits(encoding)
    var carry = Lanes.zero
    if encoding < patched {
      for at in 0..<rows {
        carry = unsafe prefixSum(BitPacking.row(row &+ at, input, bits: bits), carry)
        unsafe raw.storeBytes(of: carry, toByteOffset: at &* 16, as: Lanes.self)
      }
      return
    }
    for at in 0..<rows {
      let lanes = unsafe BitPacking.row(row &+ at, input, bits: bits)
      unsafe raw.storeBytes(of: lanes, toByteOffset: at &* 16, as: Lanes.self)
    }
    unsafe addPatches(encoding, input, from: 4 &* row, count: 4 &* rows, to: output)
    for at in 0..<rows {
      carry = unsafe prefixSum(raw.loadUnaligned(fromByteOffset: at &* 16, as: Lanes.self), carry)
      unsafe raw.storeBytes(of: carry, toByteOffset: at &* 16, as: Lanes.self)
    }
  }

  /// Bits of low and high bits together: a value is not more than 2 to so many, and low bits.
  @inlinable
  @inline(__always)
  public static func widest(_ encoding: Int, _ input: UnsafeRawPointer) -> Int {
    let low = lowBits(encoding)
    if encoding < patched { return low }
    let head = unsafe input.load(fromByteOffset: BitPacking.byteCount(bits: low), as: UInt8.self)
    return low &+ Int(head & 15)
  }

  /// Adds what the low bits of values do not have: of `count` values from number `first` on, both multiples of 4.
  ///
  /// Four at a time are loaded and stored, so that who reads four at a time next need not wait for a store of one.
  @inlinable
  @inline(__always)
  public static func addPatches(
    _ encoding: Int, _ input: UnsafeRawPointer, mask: UInt32 = .max, from first: Int = 0,
    count: Int = blockSize, to output: UnsafeMutablePointer<UInt32>
  ) {
    if encoding < patched { return }
    let low = lowBits(encoding)
    let head = unsafe input + BitPacking.byteCount(bits: low)
    let patches = unsafe Patches(head)
    let scale = UInt32(1) &<< UInt32(truncatingIfNeeded: low)
    var highs = unsafe patches.highs
    let raw = UnsafeMutableRawPointer(output)
    for patch in 0..<(unsafe patches.count) {
      let place =
        unsafe Int(patches.places.load(fromByteOffset: patch, as: UInt8.self)) & 127 &- first
      let high = unsafe UInt32(truncatingIfNeeded: highs & patches.highMask)
      unsafe highs &>>= UInt64(truncatingIfNeeded: patches.width)
      if place < 0 || place >= count { continue }
      let value = Lanes(repeating: (high &* scale &+ scale) & mask)
      let lane = Lanes(repeating: UInt32(truncatingIfNeeded: place & 3))
      let own = unsafe unsafeBitCast(Lanes(0, 1, 2, 3) .== lane, to: Lanes.self)
      let row = unsafe raw + (place & ~3) &* 4
      let four = unsafe row.loadUnaligned(as: Lanes.self)
      unsafe row.storeBytes(of: four &+ (value & own), as: Lanes.self)
    }
  }

  /// Value number `index` alone, below 128.
  @inlinable
  @inline(__always)
  public static func value(
    _ encoding: Int, _ input: UnsafeRawPointer, mask: UInt32 = .max, at index: Int
  ) -> UInt32 {
    let low = lowBits(encoding)
    let value = unsafe BitPacking.value(input, bits: low, at: index)
    if encoding < patched { return value }
    let head = unsafe input + BitPacking.byteCount(bits: low)
    let patches = unsafe Patches(head)
    let patch = unsafe patches.number(of: index)
    guard unsafe patch < patches.count else { return value }
    let bit = unsafe UInt64(truncatingIfNeeded: patch &* patches.width)
    let high = unsafe UInt32(truncatingIfNeeded: patches.highs &>> bit & patches.highMask)
    return value &+ ((high &+ 1) &<< UInt32(truncatingIfNeeded: low) & mask)
  }

  /// Head, places and high bits.
  @unsafe
  @usableFromInline
  @frozen
  internal struct Patches {
    @usableFromInline let count: Int
    @usableFromInline let width: Int
    @usableFromInline let places: UnsafeRawPointer
    @usableFromInline let highs: UInt64
    @usableFromInline let highMask: UInt64

    @inlinable
    @inline(__always)
    init(_ input: UnsafeRawPointer) {
      let head = Int(unsafe input.load(as: UInt8.self))
      unsafe count = head &>> 4 &+ 1
      unsafe width = head & 15
      unsafe places = input + 1
      unsafe highs = (places + count).loadUnaligned(as: UInt64.self).littleEndian
      unsafe highMask = (1 &<< UInt64(truncatingIfNeeded: width)) &- 1
    }

    /// Which patch is that of `place`; 16 or another number behind the last where there is none. Sixteen bytes are
    /// compared, whatever lies behind the places: the lowest zero of x - 1 & ~x is that of the first byte that is equal.
    @inlinable
    @inline(__always)
    func number(of place: Int) -> Int {
      let wanted = UInt64(truncatingIfNeeded: place) &* 0x0101_0101_0101_0101
      let low = unsafe places.loadUnaligned(as: UInt64.self).littleEndian ^ wanted
      let high =
        unsafe places.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian ^ wanted
      let lowZeros = (low &- 0x0101_0101_0101_0101) & ~low & 0x8080_8080_8080_8080
      let highZeros = (high &- 0x0101_0101_0101_0101) & ~high & 0x8080_8080_8080_8080
      if lowZeros | highZeros == 0 { return 16 }
      return lowZeros != 0
        ? lowZeros.trailingZeroBitCount &>> 3 : 8 &+ highZeros.trailingZeroBitCount &>> 3
    }
  }
}

import Bytes
import Testing

@Suite("Patched packing")
struct PatchedPackingTests {
  /// The values of a block, bit by bit as the layout is drawn, and its bytes.
  private func portable(_ encoding: Int, _ block: [UInt8]) -> (values: [UInt32], length: Int) {
    let low = encoding & 63
    var length = 16 * low
    func number(_ bits: Int, _ bit: (Int) -> (byte: Int, bit: Int)) -> UInt32 {
      (0..<bits).reduce(0) { value, i in
        let (byte, place) = bit(i)
        return value | UInt32(block[byte] >> UInt8(place) & 1) << UInt32(i)
      }
    }
    var values = (0..<128).map { place in
      number(low) { i in
        // Lane place % 4 is a stream of 32-bit words, four bytes in every sixteen.
        let at = place / 4 * low + i
        return (at / 32 * 16 + place % 4 * 4 + at % 32 / 8, at % 8)
      }
    }
    if encoding & 64 != 0 {
      let patches = Int(block[length] >> 4) + 1
      let width = Int(block[length] & 15)
      let highs = length + 1 + patches
      for patch in 0..<patches {
        let high = number(width) { i in
          (highs + (patch * width + i) / 8, (patch * width + i) % 8)
        }
        values[Int(block[length + 1 + patch] & 127)] &+= (high + 1) << UInt32(low)
      }
      length = highs + (patches * width + 7) / 8
    }
    return (values, length)
  }

  @Test(
    "values come back, all and each alone, in no more room than without patches",
    arguments: 0..<40)
  func roundTrip(round: Int) {
    let seed = UInt64.random(in: 0..<1 << 40)
    var random = seed &+ UInt64(round)
    func next(_ limit: UInt64) -> UInt64 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (random >> 33) % limit
    }
    var wrong: [String] = []
    var patched = 0
    for _ in 0..<100 {
      let (narrow, wide, share) = (next(33), next(33), next(round % 2 == 0 ? 129 : 20))
      let values = (0..<128).map { _ in
        let bits = next(128) < share ? wide : narrow
        return bits == 0
          ? UInt32(0) : UInt32(truncatingIfNeeded: next(1 << 32)) >> UInt32(32 - bits)
      }
      let price = PatchedPacking.Price(block: Int(next(40)), patch: Int(next(3)))
      var output = [UInt8](
        repeating: 0xA5, count: PatchedPacking.maximumByteCount + PatchedPacking.mostPatchBytes)
      var back = [UInt32](repeating: 7, count: 128)
      var alone: [UInt32] = []
      let (encoding, count, told, readable) = unsafe output.withUnsafeMutableBytes { bytes in
        let block = bytes.baseAddress!
        let (encoding, count) = unsafe PatchedPacking.pack(values, price: price, into: block)
        let told = unsafe PatchedPacking.byteCount(encoding, block)
        unsafe PatchedPacking.unpack(encoding, block, into: &back)
        alone = (0..<128).map { unsafe PatchedPacking.value(encoding, block, at: $0) }
        return (encoding, count, told, PatchedPacking.readableByteCount(encoding))
      }
      patched += encoding & 64 == 0 ? 0 : 1
      let plain = unsafe BitPacking.byteCount(bits: BitPacking.width(values))
      if told != count || count > plain || count > readable || back != values || alone != values
        || portable(encoding, output) != (values, count)
        || !PatchedPacking.isEncoding(encoding, widest: 32)
      {
        wrong.append("encoding \(encoding), \(count) bytes")
      }
    }
    #expect(wrong == [], "seed \(seed)")
    #expect(patched > 0, "seed \(seed)")
  }

  @Test("any bytes are a block, of values that the mask bounds")
  func damaged() {
    let mask: UInt32 = 1 << 26 - 1
    var wrong: [String] = []
    for _ in 0..<2_000 {
      let encoding = Bool.random() ? Int.random(in: 64...90) : Int.random(in: 0...26)
      let readable = PatchedPacking.readableByteCount(encoding)
      let bytes = (0..<readable).map { _ in UInt8.random(in: 0...255) }
      var values = [UInt32](repeating: 0, count: 128)
      var alone: [UInt32] = []
      let length = unsafe bytes.withUnsafeBytes { bytes in
        var none: UInt8 = 0
        return unsafe withUnsafeBytes(of: &none) { empty in
          let block = unsafe bytes.baseAddress ?? empty.baseAddress!
          unsafe PatchedPacking.unpack(encoding, block, mask: mask, into: &values)
          alone = (0..<128).map {
            unsafe PatchedPacking.value(encoding, block, mask: mask, at: $0)
          }
          return unsafe PatchedPacking.byteCount(encoding, block)
        }
      }
      // Places that come twice are patched twice: 16 times at most.
      if length > readable || values.contains(where: { $0 > 17 * mask })
        || alone.contains(where: { $0 > 2 * mask })
      {
        wrong.append("encoding \(encoding): \(bytes)")
      }
    }
    #expect(wrong == [])
  }

  @Test("encodings are of widths up to the widest, with or without patches")
  func encodings() {
    let found = (0...255).filter { PatchedPacking.isEncoding($0, widest: 3) }
    #expect(found == [0, 1, 2, 3, 64, 65, 66, 67])
  }
}

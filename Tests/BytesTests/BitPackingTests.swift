import Bytes
import Testing

@Suite("Bit packing")
struct BitPackingTests {
  @Test("every width gives back its values", arguments: 0...32)
  func roundTrip(bits: Int) {
    var generator = SystemRandomNumberGenerator()
    let mask: UInt32 = bits == 32 ? .max : (1 << UInt32(bits)) - 1
    let values = (0..<128).map { _ in UInt32.random(in: 0...UInt32.max, using: &generator) & mask }
    var packed = [UInt8](repeating: 0, count: BitPacking.byteCount(bits: bits))
    var plain = [UInt32](repeating: 0, count: 128)
    var summed = [UInt32](repeating: 0, count: 128)
    var rows: [UInt32] = []
    unsafe packed.withUnsafeMutableBytes { output in
      var scratch: UInt64 = 0
      unsafe withUnsafeMutableBytes(of: &scratch) { empty in
        let target = unsafe output.baseAddress ?? empty.baseAddress!
        unsafe BitPacking.pack(values, bits: bits, into: target)
        unsafe BitPacking.unpack(target, bits: bits, into: &plain)
        unsafe BitPacking.unpackDeltas(target, bits: bits, base: 1_000, into: &summed)
        rows = (0..<32).flatMap { row in
          let lanes = unsafe BitPacking.row(row, target, bits: bits)
          return (0..<4).map { lanes[$0] }
        }
      }
    }
    #expect(plain == values)
    #expect(rows == values)
    var sum: UInt32 = 1_000
    let sums = values.map { value in
      sum &+= value
      return sum
    }
    #expect(summed == sums)
    #expect(unsafe BitPacking.width(values) <= bits)
  }
}

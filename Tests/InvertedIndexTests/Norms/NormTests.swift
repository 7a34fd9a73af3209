import Testing

@testable import InvertedIndex

@Suite("Norms")
struct NormTests {
  @Test("a length is at least what its byte stands for, and less than what the next one does")
  func bounds() {
    var length: UInt32 = 0
    while length < 3_000_000 {
      let byte = Norm.encode(length: length)
      #expect(Norm.lengths[Int(byte)] <= length)
      if byte < 255 { #expect(Norm.lengths[Int(byte) + 1] > length) }
      length += 1 + length / 50
    }
    #expect(Norm.encode(length: .max) == 255)
  }

  @Test("bytes ascend with lengths, and each is its own length's byte")
  func order() {
    for byte in 0..<256 {
      #expect(Norm.encode(length: Norm.lengths[byte]) == UInt8(byte))
      if byte > 0 { #expect(Norm.lengths[byte] > Norm.lengths[byte - 1]) }
    }
  }

  @Test(
    "the bytes are Lucene's",
    arguments: [(39, 39), (40, 40), (41, 40), (42, 41), (100, 57), (1_000, 87)])
  func known(length: UInt32, byte: UInt8) {
    // SmallFloat.intToByte4 of Lucene 10, by hand: 1,000 - 24 = 0b1111010000, its first four bits and 6 shifts.
    #expect(Norm.encode(length: length) == byte)
  }
}

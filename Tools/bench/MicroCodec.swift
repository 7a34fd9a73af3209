import Bytes
import InvertedIndex

extension Micro {
  /// Blocks of 128 integers: 64 of them, so that they stay in the first caches.
  static func codec(_ sampler: inout Sampler) throws {
    let blocks = 64
    let output = UnsafeMutablePointer<UInt32>.allocate(capacity: blockSize)
    unsafe output.initialize(repeating: 0, count: blockSize)
    let packed = UnsafeMutableRawPointer.allocate(byteCount: blocks * 512 + 16, alignment: 64)
    let values = UnsafeMutablePointer<UInt32>.allocate(capacity: blocks * blockSize)
    defer {
      unsafe output.deallocate()
      unsafe packed.deallocate()
      unsafe values.deallocate()
    }
    var random = FixedRandom(seed: 1)
    for bits in 1...32 {
      let length = BitPacking.byteCount(bits: bits)
      for place in 0..<blocks * blockSize {
        let value = UInt32(truncatingIfNeeded: random.next() &>> UInt64(64 - bits))
        unsafe (values + place).initialize(to: value)
      }
      for block in 0..<blocks {
        unsafe BitPacking.pack(
          values + block * blockSize, bits: bits, into: packed + block * length)
      }
      try sampler.measure(
        "unpack", "\(bits) bits", unit: "integer", elements: blocks * blockSize
      ) {
        var sum: UInt64 = 0
        for block in 0..<blocks {
          unsafe BitPacking.unpack(packed + block &* length, bits: bits, into: output)
          sum &+= UInt64(unsafe output[block &+ 1])
        }
        return sum
      }
      // Differences of documents have 24 bits at most, but for segments of many millions.
      if bits <= 24 {
        try sampler.measure(
          "prefix-sum", "unpack \(bits) bits and add up", unit: "integer",
          elements: blocks * blockSize
        ) {
          var base: UInt32 = 0
          for block in 0..<blocks {
            unsafe BitPacking.unpackDeltas(
              packed + block &* length, bits: bits, base: base, into: output)
            base = unsafe output[blockSize &- 1]
          }
          return UInt64(base)
        }
      }
      if [1, 4, 8, 12, 16, 24, 32].contains(bits) {
        try sampler.measure(
          "pack", "\(bits) bits", unit: "integer", elements: blocks * blockSize
        ) {
          for block in 0..<blocks {
            unsafe BitPacking.pack(
              values + block &* blockSize, bits: bits, into: packed + block &* length)
          }
          return unsafe packed.loadUnaligned(
            fromByteOffset: (blocks &- 1) &* length, as: UInt64.self)
        }
      }
    }
  }

  /// The heap of the best documents, by how scores come.
  static func top(_ sampler: inout Sampler) throws {
    var random = FixedRandom(seed: 2)
    let shuffled = (0..<65_536).map { _ in Float(random.unit()) }
    let ascending = shuffled.sorted()
    for limit in [10, 100, 1_000] {
      try sampler.measure(
        "top", "\(limit) of scores in any order", unit: "score", elements: shuffled.count
      ) {
        UInt64(TopScoresProbe.offer(shuffled, limit: limit).bitPattern)
      }
      try sampler.measure(
        "top", "\(limit) of ascending scores", unit: "score", elements: ascending.count
      ) {
        UInt64(TopScoresProbe.offer(ascending, limit: limit).bitPattern)
      }
    }
  }
}

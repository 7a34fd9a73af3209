import Bytes
import Testing

@testable import InvertedIndex

@Suite("Block data")
struct BlockDataTests {
  @Test(
    "says what was put into it, with offsets of either width",
    arguments: [0, 1 << 24 - 1, 1 << 24, 1 << 39], 0...2 as ClosedRange<UInt8>)
  func roundTrip(dataLength: Int, code: UInt8) throws {
    let detail = try #require(PostingsDetail(rawValue: code))
    var parts = BlockData.Parts()
    parts.bound = 0x7ABC
    parts.leastNorm = 17
    let blocks = 5
    let infos = (0..<blocks).map { block in
      (
        offset: max(0, dataLength - 1) / (block + 1), encoding: 32 * block, frequency: 64 + block,
        skip: 127 - block
      )
    }
    for (block, info) in infos.enumerated() {
      parts.lasts.append(UInt32(block) * 1_000 + 900)
      parts.infos.append(
        BlockData.Info(
          offset: 0, encoding: info.encoding, frequencyEncoding: info.frequency, skip: info.skip
        ).moved(by: info.offset))
      if detail != .documents { parts.bounds.append(UInt16(block) * 0x1001) }
      if detail == .positions { parts.positions.append(info.offset / 2) }
    }
    var bytes = parts.bytes(dataLength: dataLength).bytes
    let documents = blocks * blockSize - 3
    #expect(
      bytes.count
        == BlockData.length(documents: documents, detail: detail, dataLength: dataLength))
    // Words are read with what lies behind them.
    bytes += [0xA5, 0xA5, 0xA5, 0xA5, 0xA5]
    unsafe bytes.withUnsafeBytes { bytes in
      let data = unsafe BlockData(
        bytes.baseAddress!, documents: documents, detail: detail, dataLength: dataLength)
      #expect(data.count == blocks)
      #expect(data.bound == 0x7ABC)
      #expect(data.leastNorm == 17)
      for (block, info) in infos.enumerated() {
        let found = data.info(block)
        #expect(found.offset == info.offset)
        #expect(found.encoding == info.encoding)
        #expect(found.frequencyEncoding == info.frequency)
        #expect(found.skip == info.skip)
        #expect(data.last(block) == UInt32(block) * 1_000 + 900)
        #expect(data.bound(block) == (detail == .documents ? 0x7ABC : UInt16(block) * 0x1001))
        if detail == .positions { #expect(data.positions(block) == info.offset / 2) }
      }
    }
  }
}

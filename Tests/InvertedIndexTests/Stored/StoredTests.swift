import Bytes
import Testing

@testable import InvertedIndex

@Suite("Stored documents")
struct StoredTests {
  private func write(
    _ body: (SegmentWriter) throws -> Void
  ) throws -> StoredReader {
    let directory = ScratchDirectory()
    let writer = try SegmentWriter(directory: directory, name: "s")
    try body(writer)
    try writer.beginFields(documentCount: writer.storedCount)
    _ = try writer.finish()
    return try SegmentReader.open(directory.open("s"), name: "s").stored
  }

  private func documents(_ lengths: [Int], seed: UInt64) -> [[UInt8]] {
    var random = FormatRandom(state: seed)
    return lengths.map { length in
      (0..<length).map { _ in UInt8.random(in: 97...105, using: &random) }
    }
  }

  private func all(_ reader: StoredReader) throws -> [[UInt8]] {
    var bytes: [UInt8] = []
    var kept: [UInt8] = []
    var block = StoredReader.UnpackedBlock()
    return try (0..<reader.documentCount).map { number in
      try reader.document(number, into: &bytes)
      // From one to the next, and back by one.
      try reader.document(max(number - 1, 0), into: &kept, keeping: &block)
      try reader.document(number, into: &kept, keeping: &block)
      #expect(kept == bytes)
      return bytes
    }
  }

  @Test(
    "documents come back, short, long and at the edge of a block",
    arguments: [
      [], [0], [1], [0, 0, 0], [16_380, 1], [16_381], [16_382], [16_383], [16_384], [16_385],
      [32_768],
      [32_769, 5], [5, 100_000, 5], [100_000, 100_000], [16_000, 382, 1, 16_381, 16_382, 0],
    ])
  func roundTrip(lengths: [Int]) throws {
    let documents = documents(lengths, seed: UInt64(lengths.count))
    let reader = try write { writer in for document in documents { try writer.addStored(document) }
    }
    #expect(try all(reader) == documents)
    for (number, document) in documents.enumerated() {
      #expect(try reader.length(number) == document.count)
    }
  }

  @Test("a window is that part of its document")
  func windows() throws {
    let documents = documents([10, 50_000, 300], seed: 3)
    let reader = try write { writer in for document in documents { try writer.addStored(document) }
    }
    var bytes: [UInt8] = []
    let ranges = [
      0..<0, 0..<5, 3..<400, 16_383..<16_385, 16_384..<32_768, 20_000..<20_100, 49_990..<60_000,
      70_000..<80_000,
    ]
    for (number, document) in documents.enumerated() {
      for range in ranges {
        try reader.window(number, range, into: &bytes)
        #expect(
          bytes == Array(document[range.clamped(to: 0..<document.count)]), "\(number), \(range)")
      }
    }
  }

  @Test("whole blocks are copied as they are")
  func copies() throws {
    let lengths = (0..<400).map { $0 % 37 == 5 ? 30_000 : $0 * 7 % 900 }
    let documents = documents(lengths, seed: 4)
    let source = try write { writer in for document in documents { try writer.addStored(document) }
    }
    let head = Array("first".utf8)
    let tail = Array("last".utf8)
    // Documents 0 ..< 400 through blocks, between others of its own.
    let target = try write { writer in
      try writer.addStored(head)
      try writer.copyStored(source, blocks: 0..<source.blockCount)
      try writer.addStored(tail)
      // And a part: the blocks of documents 100 to 200.
      let first = try source.blocks(holding: 100).lowerBound
      let end = try source.blocks(holding: 200).upperBound
      try writer.copyStored(source, blocks: first..<end)
    }
    let first = try source.blocks(holding: 100)
    let end = try source.blocks(holding: 200)
    let part = try source.documents(ofBlocks: first.lowerBound..<end.upperBound)
    #expect(part.contains(100) && part.contains(200))
    #expect(try all(target) == [head] + documents + [tail] + documents[part])
  }
}

import Bytes
import Testing

@testable import InvertedIndex

@Suite("Columns")
struct ColumnTests {
  private func column(_ values: [[Int64]]) throws -> ColumnReader {
    let directory = ScratchDirectory()
    let writer = try SegmentWriter(directory: directory, name: "s")
    for _ in values { try writer.addStored([]) }
    try writer.beginFields(documentCount: values.count)
    try writer.beginField(5, type: 3)
    try writer.beginColumn()
    for (document, values) in values.enumerated() where !values.isEmpty {
      if values.count == 1 {
        try writer.addValue(document: document, values[0])
      } else {
        try writer.addValues(document: document, values.span)
      }
    }
    try writer.endColumn()
    _ = try writer.finish()
    let segment = try SegmentReader.open(directory.open("s"), name: "s")
    return try #require(segment.column(5))
  }

  enum Shape: CaseIterable {
    case none, one, atMostOne, several, wide, equal
    func values(_ count: Int, _ random: inout FormatRandom) -> [[Int64]] {
      (0..<count).map { document in
        switch self {
        case .none: []
        case .one: [Int64.random(in: -9...1_000, using: &random)]
        case .atMostOne: document % 5 == 3 ? [Int64.random(in: 0...70_000, using: &random)] : []
        case .several:
          (0..<Int.random(in: 0...4, using: &random)).map { _ in
            Int64.random(in: 0...9, using: &random)
          }
        case .wide:
          [document % 2 == 0 ? .min : .max, Int64.random(in: .min ... .max, using: &random)]
        case .equal: [7, 7]
        }
      }
    }
  }

  @Test(
    "values come back, and ranges find their documents", arguments: [0] + formatSizes.prefix(11),
    Shape.allCases)
  func roundTrip(count: Int, shape: Shape) throws {
    var random = FormatRandom(state: UInt64(count))
    let values = shape.values(count, &random)
    let column = try column(values)
    #expect(column.valueCount == values.reduce(0) { $0 + $1.count })
    #expect(column.documentsWithValue == values.count { !$0.isEmpty })
    var read: [Int64] = []
    var all: [[Int64]] = []
    for document in values.indices {
      try column.values(document, into: &read)
      all.append(read)
      #expect(try column.first(document) == values[document].first)
    }
    #expect(all == values)
    for wanted in [0...5, -100...100_000, Int64.min...Int64.max, 8...8] as [ClosedRange<Int64>] {
      var set = BitSet(count: count)
      try column.insert(wanted, into: &set)
      let expected = values.indices.filter { values[$0].contains { wanted.contains($0) } }
      #expect(values.indices.filter { set[$0] } == expected)
    }
  }

  @Test("doubles keep their order as integers")
  func doubles() {
    let ascending: [Double] = [
      -.infinity, -1e300, -1, -Double.leastNonzeroMagnitude, -0.0, 0, Double.leastNonzeroMagnitude,
      0.1, 1, 2, 1e300, .infinity,
    ]
    let encoded = ascending.map { SortableDouble.encode($0) }
    #expect(encoded == encoded.sorted())
    #expect(Set(encoded).count == ascending.count)
    for value in ascending {
      #expect(SortableDouble.decode(SortableDouble.encode(value)).bitPattern == value.bitPattern)
    }
    #expect(SortableDouble.encode(.nan) > SortableDouble.encode(.infinity))
    #expect(SortableDouble.decode(SortableDouble.encode(-.nan)).isNaN)
  }

  @Test("integers of every width come back", arguments: 0...64)
  func bitStream(width: Int) {
    var random = FormatRandom(state: UInt64(width))
    let mask: UInt64 = width == 64 ? .max : 1 << UInt64(width) - 1
    let values = (0..<130).map { _ in random.next() & mask }
    var writer = ByteWriter()
    BitStream.append(values, width: width, to: &writer)
    #expect(writer.count == BitStream.byteCount(values: values.count, width: width))
    let read = unsafe writer.bytes.withUnsafeBytes { bytes in
      values.indices.map { index in
        width == 0 ? 0 : unsafe BitStream.value(index, width: width, bytes.baseAddress!)
      }
    }
    #expect(read == values)
  }
}

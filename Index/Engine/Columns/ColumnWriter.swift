// The values of one field, by document: for sorting, filters and ranges. Doubles are stored as integers of the
// same order (`SortableDouble`), keywords as ordinals of the field's value space.
//
//   section   blocks of 128 documents · per block 32 bytes · trailer
//   block     which documents have how many values, by kind:
//               0 no values; 1 one value each: nothing; 2 at most one: 128 bits;
//               3 several: byte w, then for each document the number of values up to and with it, w bits each
//             then the values less the block's minimum, `width` bits each (`BitStream`)
//   per block minimum, maximum (8 bytes each, signed), offset in the section (8), values (4), width (1), kind (1),
//             zero (2)
//   trailer   values, documents with a value; 8 bytes each
//
// Several values take at least one bit each.
//
// Source: frame of reference, Goldstein, Ramakrishnan, Shaft, "Compressing relations and indexes", 1998, section 2.

import Bytes

/// How the values of a block belong to its documents.
enum ColumnBlockKind: UInt8, Sendable {
  case empty = 0
  case one = 1
  case atMostOne = 2
  case several = 3
}

final class ColumnWriter {
  static let entryLength = 32
  static let trailerLength = 16

  private let file: ChunkedFileWriter
  private let sectionStart: Int
  private let documentCount: Int
  private var nextDocument = 0
  private var values: [Int64] = []
  /// Values up to and with each document of the block.
  private var ends: [UInt64] = []
  private var index = ByteWriter()
  private var total: UInt64 = 0
  private var having: UInt64 = 0

  init(_ file: ChunkedFileWriter, documentCount: Int) {
    self.file = file
    self.documentCount = documentCount
    sectionStart = file.position
  }

  /// Adds the values of a document; documents ascend, those left out have none.
  func add(document: Int, values new: Span<Int64>) throws(IndexError) {
    guard document >= nextDocument, document < documentCount else {
      throw .invalid("column values out of order: document \(document) after \(nextDocument)")
    }
    try skip(to: document)
    for index in 0..<new.count { values.append(new[index]) }
    if !new.isEmpty { having += 1 }
    try endDocument()
  }

  func add(document: Int, value: Int64) throws(IndexError) {
    guard document >= nextDocument, document < documentCount else {
      throw .invalid("column values out of order: document \(document) after \(nextDocument)")
    }
    try skip(to: document)
    values.append(value)
    having += 1
    try endDocument()
  }

  func finish() throws(IndexError) {
    try skip(to: documentCount)
    if !ends.isEmpty { try endBlock() }
    index.append(total)
    index.append(having)
    try file.append(index.bytes)
  }

  private func skip(to document: Int) throws(IndexError) {
    while nextDocument < document { try endDocument() }
  }

  private func endDocument() throws(IndexError) {
    ends.append(UInt64(values.count))
    nextDocument += 1
    if ends.count == blockSize { try endBlock() }
  }

  private func endBlock() throws(IndexError) {
    var low = Int64.max
    var high = Int64.min
    for value in values {
      low = min(low, value)
      high = max(high, value)
    }
    if values.isEmpty { (low, high) = (0, 0) }
    let kind = kind()
    // Several equal values take a bit each, so that a block never holds more values than bits.
    let width = max(BitStream.width(UInt64(bitPattern: high &- low)), kind == .several ? 1 : 0)
    let offset = file.position - sectionStart
    var block = ByteWriter()
    switch kind {
    case .empty, .one: break
    case .atMostOne:
      var before: UInt64 = 0
      var words: (UInt64, UInt64) = (0, 0)
      for (place, end) in ends.enumerated() {
        if end > before {
          if place < 64 {
            words.0 |= 1 << UInt64(place)
          } else {
            words.1 |= 1 << UInt64(place - 64)
          }
        }
        before = end
      }
      block.append(words.0)
      block.append(words.1)
    case .several:
      let endWidth = BitStream.width(UInt64(values.count))
      block.append(UInt8(endWidth))
      while ends.count < blockSize { ends.append(UInt64(values.count)) }
      BitStream.append(ends, width: endWidth, to: &block)
    }
    BitStream.append(
      values.lazy.map { UInt64(bitPattern: $0 &- low) }, width: width, to: &block)
    try file.append(block.bytes)
    index.append(UInt64(bitPattern: low))
    index.append(UInt64(bitPattern: high))
    index.append(UInt64(offset))
    index.append(UInt32(values.count))
    index.append(UInt8(width))
    index.append(kind.rawValue)
    index.append(UInt16(0))
    total += UInt64(values.count)
    values.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  private func kind() -> ColumnBlockKind {
    if values.isEmpty { return .empty }
    var before: UInt64 = 0
    var all = true
    for end in ends {
      if end > before + 1 { return .several }
      if end == before { all = false }
      before = end
    }
    return all ? .one : .atMostOne
  }
}

/// Doubles as integers of the same order: −∞ … −0 < 0 … ∞; NaNs are greatest.
enum SortableDouble {
  static func encode(_ value: Double) -> Int64 {
    let bits = Int64(bitPattern: value.isNaN ? Double.nan.bitPattern : value.bitPattern)
    return bits >= 0 ? bits : bits ^ Int64.max
  }

  static func decode(_ value: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: value >= 0 ? value : value ^ Int64.max))
  }
}

// Reading a column. The layout is drawn in ColumnWriter.swift.

import Bytes

/// The values of one field of a segment, by document. Immutable; shared by threads.
@safe
final class ColumnReader: Sendable {
  let field: Int
  /// Documents of the segment.
  let documentCount: Int
  /// Values of all documents, and documents that have one.
  let valueCount: Int
  let documentsWithValue: Int
  let blockCount: Int
  private let file: CheckedFile
  private let section: Section
  private let indexOffset: Int

  /// A block of 128 documents, located and checked.
  @safe
  struct Block {
    /// Least and greatest value; both 0 in a block without values.
    let minimum: Int64
    let maximum: Int64
    /// Values, and documents of the block (128, fewer in the last).
    let count: Int
    let documents: Int
    let kind: ColumnBlockKind
    let width: Int
    fileprivate let endWidth: Int
    @unsafe fileprivate let ends: UnsafeRawPointer
    @unsafe fileprivate let values: UnsafeRawPointer

    /// Numbers of the values of a document, which is counted from the first of the block.
    @inline(__always)
    func range(_ place: Int) -> Range<Int> {
      switch kind {
      case .empty: return 0..<0
      case .one: return place..<place &+ 1
      case .atMostOne:
        let word = unsafe ends.loadUnaligned(
          fromByteOffset: (place &>> 6) &* 8, as: UInt64.self
        ).littleEndian
        let bit = UInt64(place & 63)
        var before = (word & (1 &<< bit &- 1)).nonzeroBitCount
        if place >= 64 {
          before &+= unsafe ends.loadUnaligned(as: UInt64.self).nonzeroBitCount
        }
        return before..<before &+ Int(word &>> bit & 1)
      case .several:
        let start = place == 0 ? 0 : end(place &- 1)
        return start..<max(start, end(place))
      }
    }

    /// Which of the documents 64 · `word` … 64 · `word` + 63 have a value; not for several values.
    @inline(__always)
    func having(_ word: Int) -> UInt64 {
      if kind == .one { return ~0 }
      return kind == .empty
        ? 0
        : unsafe ends.loadUnaligned(fromByteOffset: word &* 8, as: UInt64.self).littleEndian
    }

    /// Value number `index`, below `count`.
    @inline(__always)
    func value(_ index: Int) -> Int64 {
      minimum &+ Int64(bitPattern: unsafe BitStream.value(index, width: width, values))
    }

    @inline(__always)
    private func end(_ place: Int) -> Int {
      min(
        count,
        Int(truncatingIfNeeded: unsafe BitStream.value(place, width: endWidth, ends) & 0xFFFF_FFFF))
    }
  }

  init(_ file: CheckedFile, _ section: Section) throws(IndexError) {
    self.file = file
    self.section = section
    field = Int(section.key.field)
    documentCount = file.documentCount
    blockCount = (documentCount + blockSize - 1) / blockSize
    let fixed = blockCount * ColumnWriter.entryLength + ColumnWriter.trailerLength
    guard section.length >= fixed else {
      throw file.corrupt(section.offset, "the column ends too early")
    }
    let end = section.offset + section.length
    indexOffset = end - fixed
    var trailer = try file.scanner(
      end - ColumnWriter.trailerLength, ColumnWriter.trailerLength)
    let values = trailer.uint64()
    let having = trailer.uint64()
    guard having <= UInt64(documentCount), values >= having, values <= UInt64(UInt32.max) << 20
    else {
      throw file.corrupt(end - ColumnWriter.trailerLength, "impossible number of values")
    }
    valueCount = Int(values)
    documentsWithValue = Int(having)
  }

  /// Least and greatest value of a block below `blockCount`; nil when it has none.
  func range(ofBlock index: Int) throws(IndexError) -> (minimum: Int64, maximum: Int64)? {
    precondition(index >= 0 && index < blockCount, "a block of the column")
    var entry = try file.scanner(
      indexOffset &+ index &* ColumnWriter.entryLength, ColumnWriter.entryLength)
    let low = Int64(bitPattern: entry.uint64())
    let high = Int64(bitPattern: entry.uint64())
    _ = entry.uint64()
    return entry.uint32() == 0 ? nil : (low, high)
  }

  /// Least and greatest value of all documents; nil when there is none.
  func range() throws(IndexError) -> ClosedRange<Int64>? {
    var low = Int64.max
    var high = Int64.min
    for index in 0..<blockCount {
      guard let (least, most) = try range(ofBlock: index) else { continue }
      low = min(low, least)
      high = max(high, most)
    }
    return low <= high ? low...high : nil
  }

  /// A block below `blockCount`.
  func block(_ index: Int) throws(IndexError) -> Block {
    precondition(index >= 0 && index < blockCount, "a block of the column")
    let at = indexOffset &+ index &* ColumnWriter.entryLength
    var entry = try file.scanner(at, ColumnWriter.entryLength)
    let low = Int64(bitPattern: entry.uint64())
    let high = Int64(bitPattern: entry.uint64())
    let offset = Int(truncatingIfNeeded: entry.uint64())
    let count = Int(entry.uint32())
    let width = Int(entry.byte())
    let documents = min(blockSize, documentCount &- index &* blockSize)
    let room = indexOffset &- section.offset
    guard let kind = ColumnBlockKind(rawValue: entry.byte()), width <= 64, offset >= 0,
      offset <= room, (kind == .empty) == (count == 0), kind != .one || count == documents,
      kind != .atMostOne || count <= documents, kind != .several || width > 0
    else { throw file.corrupt(at, "a column block that makes no sense") }
    var start = section.offset &+ offset
    var endWidth = 0
    var endsAt = start
    switch kind {
    case .empty, .one: break
    case .atMostOne:
      start &+= 16
      let words = unsafe try file.pointer(endsAt, 16)
      let having =
        unsafe words.loadUnaligned(as: UInt64.self).nonzeroBitCount
        &+ words.loadUnaligned(fromByteOffset: 8, as: UInt64.self).nonzeroBitCount
      guard having == count else {
        throw file.corrupt(endsAt, "\(having) documents with \(count) values")
      }
    case .several:
      endWidth = Int(unsafe try file.pointer(endsAt, 1).load(as: UInt8.self))
      guard endWidth <= 32 else { throw file.corrupt(endsAt, "a width of \(endWidth) bits") }
      endsAt &+= 1
      start = endsAt &+ BitStream.byteCount(values: blockSize, width: endWidth)
    }
    let length = BitStream.byteCount(values: count, width: width)
    guard start &+ length <= indexOffset else {
      throw file.corrupt(at, "a column block outside its section")
    }
    return unsafe Block(
      minimum: low, maximum: high, count: count, documents: documents, kind: kind, width: width,
      endWidth: endWidth, ends: try file.pointer(endsAt, start &- endsAt),
      values: try file.pointer(start, length))
  }

  /// Replaces `values` by those of a document below `documentCount`, in the order they were given.
  func values(_ document: Int, into values: inout [Int64]) throws(IndexError) {
    values.removeAll(keepingCapacity: true)
    let block = try block(document / blockSize)
    for index in block.range(document % blockSize) { values.append(block.value(index)) }
  }

  /// The first value of a document below `documentCount`; nil when it has none.
  func first(_ document: Int) throws(IndexError) -> Int64? {
    let block = try block(document / blockSize)
    let range = block.range(document % blockSize)
    return range.isEmpty ? nil : block.value(range.lowerBound)
  }

  /// Inserts into `set` every document with a value in `wanted`. Blocks that lie outside or, for single values, wholly
  /// inside are not decoded.
  func insert(_ wanted: ClosedRange<Int64>, into set: inout BitSet) throws(IndexError) {
    precondition(set.count == documentCount, "a set of the segment's documents")
    for index in 0..<blockCount {
      guard let (low, high) = try range(ofBlock: index) else { continue }
      if high < wanted.lowerBound || low > wanted.upperBound { continue }
      let block = try block(index)
      let first = index &* blockSize
      let isInside = wanted.contains(low) && wanted.contains(high)
      if isInside, block.kind == .one {
        set.insert(first..<first &+ block.documents)
        continue
      }
      for place in 0..<block.documents {
        for number in block.range(place) where isInside || wanted.contains(block.value(number)) {
          set.insert(first &+ place)
          break
        }
      }
    }
  }

  /// Inserts into `set` every document that has a value.
  func insertDocumentsWithValue(into set: inout BitSet) throws(IndexError) {
    try insert(Int64.min...Int64.max, into: &set)
  }
}

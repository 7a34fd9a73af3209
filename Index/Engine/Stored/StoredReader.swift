// Reading stored documents. The layout is drawn in StoredWriter.swift.

import Bytes
import Synchronization

/// The stored documents of a segment. Immutable; shared by threads.
@safe
final class StoredReader: Sendable {
  /// What the index says of a block; checked.
  struct Entry {
    var offset: Int
    var length: Int
    var rawLength: Int
    /// Whether the block is a part of a long document.
    var isLong: Bool
    var firstDocument: Int
    /// First document of the next block.
    var nextDocument: Int
  }

  let documentCount: Int
  let blockCount: Int
  private let file: CheckedFile
  private let section: Section
  private let index: Section
  /// Inflaters that are not in use.
  private let spare = Mutex<[Inflater]>([])

  init(_ file: CheckedFile, _ section: Section, index: Section) throws(IndexError) {
    self.file = file
    self.section = section
    self.index = index
    documentCount = file.documentCount
    guard index.length >= StoredWriter.entryLength, index.length % StoredWriter.entryLength == 0
    else {
      throw file.corrupt(index.offset, "an index of stored documents of \(index.length) bytes")
    }
    blockCount = index.length / StoredWriter.entryLength - 1
    let last = try raw(blockCount)
    guard last.offset == section.length, last.first == documentCount else {
      throw file.corrupt(
        index.offset + index.length - StoredWriter.entryLength,
        "stored documents of another segment")
    }
    // The length of a document takes at least one byte of its block.
    guard documentCount <= blockCount * StoredWriter.blockLength else {
      throw file.corrupt(index.offset, "\(documentCount) documents in \(blockCount) blocks")
    }
  }

  /// A block of several documents, unpacked: whoever goes from one document to the next keeps it, and unpacks each
  /// block once.
  struct UnpackedBlock: Sendable {
    fileprivate var reader: StoredReader?
    fileprivate var number = 0
    fileprivate var raw: [UInt8] = []
    /// Where in `raw` each document ends; it begins where the one before ends.
    fileprivate var ends: [Int] = []
    /// Where the first begins.
    fileprivate var start = 0
  }

  /// Replaces `bytes` by a document below `documentCount`.
  func document(_ number: Int, into bytes: inout [UInt8]) throws(IndexError) {
    try window(number, 0..<Int.max, into: &bytes)
  }

  func document(
    _ number: Int, into bytes: inout [UInt8], keeping block: inout UnpackedBlock
  ) throws(IndexError) {
    try window(number, 0..<Int.max, into: &bytes, keeping: &block)
  }

  /// Replaces `bytes` by what of `range` lies within a document below `documentCount`; only the blocks that hold it
  /// are unpacked.
  func window(
    _ number: Int, _ range: Range<Int>, into bytes: inout [UInt8]
  ) throws(IndexError) {
    var block = UnpackedBlock()
    try window(number, range, into: &bytes, keeping: &block)
  }

  func window(
    _ number: Int, _ range: Range<Int>, into bytes: inout [UInt8],
    keeping block: inout UnpackedBlock
  ) throws(IndexError) {
    precondition(number >= 0 && number < documentCount, "a document of the segment")
    bytes.removeAll(keepingCapacity: true)
    let inflater = spare.withLock { $0.popLast() } ?? Inflater()
    defer { spare.withLock { if $0.count < 16 { $0.append(inflater) } } }
    let blocks = try blocks(holding: number)
    let head = try entry(blocks.lowerBound)
    if !head.isLong {
      if block.reader !== self || block.number != blocks.lowerBound {
        block.reader = nil
        block.raw.removeAll(keepingCapacity: true)
        try inflate(head, inflater, into: &block.raw)
        try locate(head, in: &block)
        block.reader = self
        block.number = blocks.lowerBound
      }
      let index = number - head.firstDocument
      guard index < block.ends.count else {
        throw file.corrupt(section.offset + head.offset, "document \(number) has no block")
      }
      let place = (index == 0 ? block.start : block.ends[index - 1])..<block.ends[index]
      let low = min(range.lowerBound, place.count)
      let high = min(range.upperBound, place.count)
      bytes.append(contentsOf: block.raw[place.lowerBound + low..<place.lowerBound + high])
    } else {
      // A long document: every block but the last holds 16 KiB of it.
      let first = min(range.lowerBound / StoredWriter.blockLength, blocks.count)
      var at = first * StoredWriter.blockLength
      for block in blocks.dropFirst(first) {
        if at >= range.upperBound { break }
        let entry = try entry(block)
        guard block == blocks.upperBound - 1 || entry.rawLength == StoredWriter.blockLength,
          entry.isLong
        else {
          throw file.corrupt(section.offset + entry.offset, "a long document with a short block")
        }
        try inflate(entry, inflater, into: &bytes)
        at += entry.rawLength
      }
      let start = first * StoredWriter.blockLength
      let low = min(range.lowerBound - start, bytes.count)
      let high = min(range.upperBound - start, bytes.count)
      bytes.removeSubrange(high...)
      bytes.removeSubrange(..<low)
    }
  }

  /// The length of a document in bytes, without unpacking a long one.
  func length(_ number: Int) throws(IndexError) -> Int {
    let blocks = try blocks(holding: number)
    if try entry(blocks.lowerBound).isLong {
      return (blocks.count - 1) * StoredWriter.blockLength
        + (try entry(blocks.upperBound - 1).rawLength)
    }
    var bytes: [UInt8] = []
    try document(number, into: &bytes)
    return bytes.count
  }

  // MARK: Blocks, for merging

  /// The blocks that hold a document: one, or all of a long document.
  func blocks(holding number: Int) throws(IndexError) -> Range<Int> {
    // The first block after those that begin at or before the document.
    var low = 0
    var high = blockCount
    while low < high {
      let middle = (low + high) / 2
      if try raw(middle).first <= number { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { throw file.corrupt(index.offset, "document \(number) has no block") }
    let last = low - 1
    let first = try raw(last).first
    var start = last
    while start > 0, try raw(start - 1).first == first { start -= 1 }
    guard start == last || first == number else {
      throw file.corrupt(index.offset + last * 16, "document \(number) has no block")
    }
    return start..<low
  }

  /// The documents of whole blocks: `blocks` neither begins nor ends within a long document.
  func documents(ofBlocks blocks: Range<Int>) throws(IndexError) -> Range<Int> {
    guard !blocks.isEmpty else { return 0..<0 }
    let first = try raw(blocks.lowerBound).first
    let end = try raw(blocks.upperBound).first
    guard first < end || blockCount == 0 else {
      throw file.corrupt(index.offset + blocks.lowerBound * 16, "blocks without documents")
    }
    return first..<end
  }

  func entry(_ block: Int) throws(IndexError) -> Entry {
    let here = try raw(block)
    let next = try raw(block + 1)
    guard here.offset <= next.offset, next.offset <= section.length,
      next.offset - here.offset <= 2 * StoredWriter.blockLength,
      here.length <= StoredWriter.blockLength, here.first <= next.first,
      next.first <= documentCount
    else {
      throw file.corrupt(index.offset + block * 16, "a block of documents that makes no sense")
    }
    return Entry(
      offset: here.offset, length: next.offset - here.offset, rawLength: here.length,
      isLong: here.isLong, firstDocument: here.first, nextDocument: next.first)
  }

  /// Copies a packed block.
  func append(_ entry: Entry, to output: ChunkedFileWriter) throws(IndexError) {
    let bytes = unsafe try file.pointer(section.offset + entry.offset, entry.length)
    unsafe try output.append(bytes, entry.length)
  }

  /// Appends the raw bytes of a block.
  private func inflate(
    _ entry: Entry, _ inflater: Inflater, into bytes: inout [UInt8]
  ) throws(IndexError) {
    let input = unsafe try file.pointer(section.offset + entry.offset, entry.length)
    guard unsafe inflater.inflate(input, entry.length, length: entry.rawLength, into: &bytes) else {
      throw file.corrupt(section.offset + entry.offset, "stored documents that do not unpack")
    }
  }

  /// Notes where the documents lie in the raw bytes of their block.
  private func locate(_ entry: Entry, in block: inout UnpackedBlock) throws(IndexError) {
    let raw = block.raw
    var reader = ByteReader(unsafe raw.span.bytes)
    block.ends.removeAll(keepingCapacity: true)
    let count = entry.nextDocument - entry.firstDocument
    guard count <= raw.count else {
      throw file.corrupt(section.offset + entry.offset, "lengths that make no sense")
    }
    block.ends.reserveCapacity(count)
    var sum = 0
    for _ in 0..<count {
      guard let next = try? reader.readCount(), next <= raw.count else {
        throw file.corrupt(section.offset + entry.offset, "lengths that make no sense")
      }
      sum += next
      block.ends.append(sum)
    }
    let start = reader.position
    guard start + sum == raw.count else {
      throw file.corrupt(section.offset + entry.offset, "lengths that make no sense")
    }
    for index in block.ends.indices { block.ends[index] += start }
    block.start = start
  }

  private func raw(
    _ block: Int
  ) throws(IndexError) -> (offset: Int, first: Int, length: Int, isLong: Bool) {
    var bytes = try file.scanner(
      index.offset &+ block &* StoredWriter.entryLength, StoredWriter.entryLength)
    let offset = Int(truncatingIfNeeded: bytes.uint64() & 0xFFFF_FFFF_FFFF)
    let first = Int(bytes.uint32())
    let length = bytes.uint32()
    return (
      offset, first, Int(length & ~StoredWriter.longMark), length & StoredWriter.longMark != 0
    )
  }
}

// A chunked file being read. Opening checks header, footer and tables; each 16 KiB chunk is checked
// when it is first touched, and one bit a chunk remembers that. Whoever reads bytes of the file gets them
// from `pointer` or `scanner`, which check bounds and chunks: there is no other way to the bytes.

import Bytes
import Synchronization

@safe
final class CheckedFile: Sendable {
  private static let shift = 14

  let name: String
  /// Of the data: header and sections.
  let length: Int
  let documentCount: Int
  /// The footer's checksum, which stands for every byte of the file.
  let checksum: UInt64
  let sections: [Section]
  private let file: FileBytes
  nonisolated(unsafe) private let base: UnsafeRawPointer
  /// One bit a chunk: it was checked.
  nonisolated(unsafe) private let checked: UnsafeMutablePointer<Atomic<UInt64>>
  private let words: Int

  var chunkCount: Int { (length + ChunkedFileWriter.chunkLength - 1) >> Self.shift }
  var fileLength: Int { file.count }

  init(_ file: FileBytes, name: String, kind: FileKind) throws(IndexError) {
    let bytes = file.bytes
    try Envelope.checkHeader(kind, bytes, name: name)
    let footerAt = file.count - ChunkedFileWriter.footerLength
    guard footerAt >= Envelope.headerLength else {
      throw .corrupt(file: name, offset: file.count, detail: "the file ends too early")
    }
    func word(_ offset: Int) -> UInt64 {
      UInt64(
        littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    guard word(footerAt + 32) == ChunkedFileWriter.endMark else {
      throw .corrupt(
        file: name, offset: footerAt + 32, detail: "no end mark: the file is cut short")
    }
    checksum = word(footerAt + 24)
    guard checksum == Checksum.of(bytes.extracting(footerAt..<footerAt + 24)) else {
      throw .corrupt(file: name, offset: footerAt, detail: "wrong checksum of the footer")
    }
    let dataLength = word(footerAt)
    let sectionCount = Int(word(footerAt + 8) & 0xFFFF_FFFF)
    documentCount = Int(word(footerAt + 8) >> 32)
    guard dataLength >= UInt64(Envelope.headerLength), dataLength <= UInt64(footerAt) else {
      throw .corrupt(file: name, offset: footerAt, detail: "impossible length \(dataLength)")
    }
    length = Int(dataLength)
    let chunks = (length + ChunkedFileWriter.chunkLength - 1) >> Self.shift
    let tablesLength = chunks * 8 + sectionCount * ChunkedFileWriter.sectionEntryLength
    guard length + tablesLength == footerAt else {
      throw .corrupt(file: name, offset: footerAt, detail: "the tables do not fit the file")
    }
    guard word(footerAt + 16) == Checksum.of(bytes.extracting(length..<footerAt)) else {
      throw .corrupt(file: name, offset: length, detail: "wrong checksum of the tables")
    }
    var sections: [Section] = []
    sections.reserveCapacity(sectionCount)
    for index in 0..<sectionCount {
      let at = length + chunks * 8 + index * ChunkedFileWriter.sectionEntryLength
      let head = word(at)
      let offset = word(at + 8)
      let count = word(at + 16)
      guard let kind = SectionKey.Kind(rawValue: UInt8(truncatingIfNeeded: head)),
        offset >= UInt64(Envelope.headerLength), offset <= UInt64(length),
        count <= UInt64(length) - offset
      else { throw .corrupt(file: name, offset: at, detail: "impossible section") }
      let key = SectionKey(
        kind: kind, field: UInt32(head >> 32), space: UInt8(truncatingIfNeeded: head >> 8),
        detail: UInt8(truncatingIfNeeded: head >> 16))
      sections.append(Section(key: key, offset: Int(offset), length: Int(count)))
    }
    self.sections = sections
    self.file = file
    self.name = name
    unsafe base = file.base
    words = (chunks + 63) / 64
    unsafe checked = .allocate(capacity: max(words, 1))
    for index in 0..<words { unsafe (checked + index).initialize(to: Atomic(0)) }
  }

  deinit {
    unsafe checked.deinitialize(count: words)
    unsafe checked.deallocate()
  }

  func corrupt(_ offset: Int, _ detail: String) -> IndexError {
    .corrupt(file: name, offset: offset, detail: detail)
  }

  /// The address of `count` bytes at `offset`: within the data, their chunks checked.
  @inline(__always)
  func pointer(_ offset: Int, _ count: Int) throws(IndexError) -> UnsafeRawPointer {
    guard count >= 0, offset >= 0, count <= length, offset <= length &- count else {
      throw outOfBounds(offset, count)
    }
    if count > 0 {
      let first = offset &>> Self.shift
      let last = (offset &+ count &- 1) &>> Self.shift
      let word = first &>> 6
      let mask = (~UInt64(0) &<< UInt64(first & 63)) & (~UInt64(0) &>> UInt64(63 &- (last & 63)))
      let isChecked =
        unsafe word == last &>> 6 && checked[word].load(ordering: .relaxed) & mask == mask
      if !isChecked { try check(first, last) }
    }
    return unsafe base + offset
  }

  /// Bytes to be read in order; they end at `offset + count`.
  @inline(__always)
  func scanner(_ offset: Int, _ count: Int) throws(IndexError) -> ByteScanner {
    let start = unsafe try pointer(offset, count)
    return unsafe ByteScanner(start, count)
  }

  /// How far a scanner has come, as an offset in the file.
  func offset(of scanner: borrowing ByteScanner) -> Int {
    unsafe scanner.address - base
  }

  /// Checks every chunk, and says which are bad: each with its offset.
  func verify() -> [Int] {
    (0..<chunkCount).filter { !isIntact($0) }.map { $0 << Self.shift }
  }

  @inline(never)
  private func outOfBounds(_ offset: Int, _ count: Int) -> IndexError {
    corrupt(offset, "\(count) bytes expected, which the file does not have")
  }

  @inline(never)
  private func check(_ first: Int, _ last: Int) throws(IndexError) {
    for word in first &>> 6...last &>> 6 {
      let low = max(first, word &<< 6)
      let high = min(last, word &<< 6 | 63)
      let mask = (~UInt64(0) &<< UInt64(low & 63)) & (~UInt64(0) &>> UInt64(63 &- (high & 63)))
      var missing = unsafe ~checked[word].load(ordering: .relaxed) & mask
      while missing != 0 {
        let chunk = word &<< 6 | missing.trailingZeroBitCount
        guard isIntact(chunk) else { throw corrupt(chunk &<< Self.shift, "wrong checksum") }
        missing &= missing &- 1
      }
      _ = unsafe checked[word].bitwiseOr(mask, ordering: .relaxed)
    }
  }

  private func isIntact(_ chunk: Int) -> Bool {
    let start = chunk &<< Self.shift
    let end = min(start &+ ChunkedFileWriter.chunkLength, length)
    let expected = unsafe base.loadUnaligned(
      fromByteOffset: length &+ chunk &* 8, as: UInt64.self
    ).littleEndian
    let chunk = unsafe RawSpan(_unsafeStart: base + start, byteCount: end &- start)
    return Checksum.of(chunk) == expected
  }
}

/// Reads bytes in order, within bounds; an error sticks and is looked at once, at the end of a unit.
///
/// After the end, or after a malformed integer, every read gives 0 and `failed` is set. Counts that come
/// from such a scanner are therefore checked before they bound a loop or an allocation.
@safe
struct ByteScanner {
  @unsafe private(set) var address: UnsafeRawPointer
  @unsafe let end: UnsafeRawPointer
  private(set) var failed = false

  @unsafe
  @inline(__always)
  init(_ start: UnsafeRawPointer, _ count: Int) {
    unsafe address = start
    unsafe end = start + count
  }

  var remaining: Int { unsafe end - address }

  @inline(__always)
  mutating func byte() -> UInt8 {
    guard unsafe address < end else {
      failed = true
      return 0
    }
    let value = unsafe address.load(as: UInt8.self)
    unsafe address += 1
    return value
  }

  @inline(__always)
  mutating func varint() -> UInt64 {
    let first = byte()
    return first < 0x80 ? UInt64(first) : longVarint(first)
  }

  private mutating func longVarint(_ first: UInt8) -> UInt64 {
    var result = UInt64(first & 0x7F)
    var shift: UInt64 = 7
    while shift < 64 {
      let next = byte()
      result |= UInt64(next & 0x7F) &<< shift
      if next < 0x80 {
        if shift == 63, next > 1 { fail() }
        return failed ? 0 : result
      }
      shift &+= 7
    }
    fail()
    return 0
  }

  /// An integer of at most 31 bits.
  @inline(__always)
  mutating func varint31() -> UInt32 {
    let wide = varint()
    if wide > 0x7FFF_FFFF {
      fail()
      return 0
    }
    return UInt32(truncatingIfNeeded: wide)
  }

  /// A count or length of at most 48 bits, so that sums of a few cannot overflow.
  @inline(__always)
  mutating func count() -> Int {
    let wide = varint()
    if wide > 1 &<< 48 {
      fail()
      return 0
    }
    return Int(truncatingIfNeeded: wide)
  }

  mutating func signedVarint() -> Int64 {
    let raw = varint()
    return Int64(bitPattern: raw &>> 1) ^ (0 &- Int64(bitPattern: raw & 1))
  }

  mutating func uint32() -> UInt32 {
    guard remaining >= 4 else {
      fail()
      return 0
    }
    let value = unsafe address.loadUnaligned(as: UInt32.self).littleEndian
    unsafe address += 4
    return value
  }

  mutating func uint64() -> UInt64 {
    guard remaining >= 8 else {
      fail()
      return 0
    }
    let value = unsafe address.loadUnaligned(as: UInt64.self).littleEndian
    unsafe address += 8
    return value
  }

  /// The next `count` bytes, to be read by themselves; at most `remaining`.
  func prefix(_ count: Int) -> ByteScanner {
    precondition(count >= 0 && count <= remaining, "bytes that are there")
    return unsafe ByteScanner(address, count)
  }

  /// The byte `offset` after the next one; within `remaining`.
  @unsafe
  @inline(__always)
  func peek(_ offset: Int) -> UInt8 {
    unsafe address.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// Bytes of a short integer at most.
  static let shortLimit = 4

  /// The integer `offset` bytes further on, over which `offset` goes; negative: it is not short. Within `remaining` are as
  /// many bytes as a short integer has.
  @unsafe
  @inline(__always)
  func short(_ offset: inout Int) -> Int {
    let first = Int(unsafe peek(offset))
    offset &+= 1
    return first < 0x80 ? first : unsafe longShort(first, &offset)
  }

  @unsafe
  @inline(__always)
  private func longShort(_ first: Int, _ offset: inout Int) -> Int {
    var value = first & 0x7F
    var shift = 7
    while shift < 7 &* Self.shortLimit {
      let next = Int(unsafe peek(offset))
      offset &+= 1
      value |= (next & 0x7F) &<< shift
      if next < 0x80 { return value }
      shift &+= 7
    }
    return -1
  }

  /// How many of the next `count` bytes, at most `remaining`, equal those of `other` from `start` on.
  @unsafe
  @inline(__always)
  func matching(_ other: UnsafeRawBufferPointer, from start: Int, _ count: Int) -> Int {
    let limit = min(count, other.count &- start)
    var index = 0
    while index < limit, unsafe peek(index) == other[start &+ index] {
      index &+= 1
    }
    return index
  }

  /// Goes on by `count` bytes.
  @inline(__always)
  mutating func skip(_ count: Int) {
    guard count >= 0, count <= remaining else {
      fail()
      return
    }
    unsafe address += count
  }

  /// Marks the bytes as malformed.
  @inline(__always)
  mutating func fail() {
    failed = true
    unsafe address = end
  }
}

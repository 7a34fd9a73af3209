// Reading a dictionary: by term, by ordinal, and in order from any term on (`TermCursor`).
// The layout is drawn in TermDictionaryWriter.swift.

import Bytes

/// The terms of one field and space of a segment. Immutable; shared by threads.
@safe
final class TermDictionary: Sendable {
  let field: Int
  let space: TermSpace
  let detail: PostingsDetail
  /// Terms, aliases included.
  let count: Int
  let sumDocumentFrequency: UInt64
  let sumTotalFrequency: UInt64
  let file: CheckedFile
  let section: Section
  let blockCount: Int
  /// Offset of the index in the file.
  private let indexOffset: Int

  init(_ file: CheckedFile, _ section: Section) throws(IndexError) {
    guard let space = TermSpace(rawValue: section.key.space),
      let detail = PostingsDetail(rawValue: section.key.detail)
    else { throw file.corrupt(section.offset, "unknown kind of terms") }
    guard section.length >= TermDictionaryWriter.trailerLength else {
      throw file.corrupt(section.offset, "the section of terms ends too early")
    }
    let trailerOffset = section.offset + section.length - TermDictionaryWriter.trailerLength
    var trailer = try file.scanner(trailerOffset, TermDictionaryWriter.trailerLength)
    let terms = trailer.uint64()
    let room = UInt64(section.length - TermDictionaryWriter.trailerLength)
    let blocks =
      terms / UInt64(TermDictionaryWriter.blockTerms)
      + (terms % UInt64(TermDictionaryWriter.blockTerms) == 0 ? 0 : 1)
    guard blocks <= room / 16 else {
      throw file.corrupt(trailerOffset, "\(terms) terms do not fit their section")
    }
    self.field = Int(section.key.field)
    self.space = space
    self.detail = detail
    self.file = file
    self.section = section
    count = Int(terms)
    blockCount = Int(blocks)
    sumDocumentFrequency = trailer.uint64()
    sumTotalFrequency = trailer.uint64()
    guard max(sumDocumentFrequency, sumTotalFrequency) < 1 << 56 else {
      throw file.corrupt(trailerOffset, "impossible sums of frequencies")
    }
    indexOffset = trailerOffset - blockCount * 16
  }

  /// The entry of a term; nil when the dictionary does not have it.
  func lookup(_ term: RawSpan) throws(IndexError) -> TermEntry? {
    guard count > 0 else { return nil }
    return try unsafe term.withUnsafeBytes { (target) throws(IndexError) -> TermEntry? in
      var block = unsafe try self.block(holding: target)
      guard let place = unsafe block.find(target) else {
        if block.terms.failed { throw block.damaged("terms that make no sense", self) }
        return nil
      }
      return try block.entry(place, self)
    }
  }

  func lookup(_ term: [UInt8]) throws(IndexError) -> TermEntry? {
    try lookup(unsafe term.span.bytes)
  }

  /// The entry of the term with that number, below `count`.
  func entry(ordinal: Int) throws(IndexError) -> TermEntry {
    guard ordinal >= 0, ordinal < count else { throw noTerm(ordinal) }
    var block = try TermBlock(self, ordinal / TermDictionaryWriter.blockTerms, file)
    return try block.entry(ordinal % TermDictionaryWriter.blockTerms, self)
  }

  /// The bytes of the term with that number, below `count`.
  func term(ordinal: Int) throws(IndexError) -> [UInt8] {
    try TermCursor(self, ordinal: ordinal).bytes
  }

  /// A cursor before the first term.
  func cursor() -> TermCursor { TermCursor(self) }

  /// The block that holds `target`, or would: the last whose first term is not greater, else the first.
  @unsafe
  func block(holding target: UnsafeRawBufferPointer) throws(IndexError) -> TermBlock {
    let file = file
    let prefix = unsafe TermDictionaryWriter.prefix(target)
    let prefixes = unsafe try file.pointer(indexOffset, blockCount &* 8)
    var low = 0
    var length = blockCount
    while length > 1 {
      let half = length &>> 1
      let key = unsafe prefixes.loadUnaligned(
        fromByteOffset: (low &+ half) &* 8, as: UInt64.self
      ).littleEndian
      low = key <= prefix ? low &+ half : low
      length &-= half
    }
    var block = try TermBlock(self, low, file)
    // Blocks of one prefix are told apart by their first terms.
    while low > 0, unsafe block.beginsAfter(target) {
      low &-= 1
      block = try TermBlock(self, low, file)
    }
    return block
  }

  /// The first block from `first` on, which is there, that may hold a term whose first 8 bytes are `prefix` or greater.
  func block(from first: Int, for prefix: UInt64) throws(IndexError) -> Int {
    let prefixes = unsafe try file.pointer(indexOffset, blockCount &* 8)
    func isBefore(_ block: Int) -> Bool {
      let key = unsafe prefixes.loadUnaligned(fromByteOffset: block &* 8, as: UInt64.self)
      return key.littleEndian < prefix
    }
    // Most are near: steps that double, then halves.
    var step = 1
    while first &+ step < blockCount, isBefore(first &+ step) { step &*= 2 }
    var low = first
    var high = min(first &+ step, blockCount)
    while low < high {
      let middle = (low &+ high) &>> 1
      if isBefore(middle) { low = middle &+ 1 } else { high = middle }
    }
    // The block before may reach so far.
    return max(first, low &- 1)
  }

  func noTerm(_ ordinal: Int) -> IndexError {
    file.corrupt(section.offset, "term \(ordinal) of \(count)")
  }

  /// Where the lists of the run that a block is in begin, in the file: behind the blocks of the run before.
  func lists(ofBlock block: Int, _ file: CheckedFile) throws(IndexError) -> Int {
    let first = block & ~(TermDictionaryWriter.runBlocks &- 1)
    if first == 0 { return section.offset }
    let (offset, length) = try location(ofBlock: first &- 1, file)
    return offset &+ length
  }

  /// Where a block lies in the file, and its bytes.
  func location(
    ofBlock block: Int, _ file: CheckedFile
  ) throws(IndexError) -> (offset: Int, length: Int) {
    let at = indexOffset &+ blockCount &* 8 &+ block &* 8
    let raw = unsafe try file.pointer(at, 8).loadUnaligned(as: UInt64.self).littleEndian
    let offset = Int(raw & (1 &<< 40 &- 1))
    let length = Int(raw &>> 40)
    guard offset &+ length <= indexOffset &- section.offset else {
      throw file.corrupt(at, "a block of terms outside its section")
    }
    return (section.offset &+ offset, length)
  }
}

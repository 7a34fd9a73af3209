// One place in the postings of one term, moving forward. The layout is drawn in PostingsWriter.swift.
//
// Two places are kept: the block that is decoded, with `document` in it, and the *shallow* one, at or after it, of
// which only the block data is read (to bound scores without decoding). What the file says is checked when a block
// is decoded: every document given out is below the segment's document count, and ascending; so norms and bit
// sets may be indexed by it without a further check.

import Bytes

@safe
struct PostingsCursor: ~Copyable {
  /// The document after the last one.
  static let end: UInt32 = .max
  /// `documents` may be read so far beyond the block; it is filled with `end` there.
  static let padding = 16

  let documentFrequency: Int
  let totalFrequency: Int
  /// The current document; `end` after the last.
  private(set) var document: UInt32 = 0
  /// The decoded block: `count` documents, ascending, then `end`.
  @unsafe let documents: UnsafeMutablePointer<UInt32>
  private(set) var count = 0
  /// Place of `document` in the block.
  private(set) var index = 0
  /// Last document of the shallow block; `end` after the last one.
  private(set) var shallowLast: UInt32 = 0

  let detail: PostingsDetail
  let file: CheckedFile
  private let documentCount: UInt32
  /// The list: the file's bytes from `start` to `dataEnd`; then its block data.
  let start: Int
  private let dataEnd: Int
  let location: TermEntry.Location

  private(set) var data: BlockData
  /// For the last document of a list without block data.
  @unsafe private let ownLast: UnsafeMutablePointer<UInt32>

  private var block = 0
  private(set) var shallow = 0
  private var blockLast: UInt32 = 0

  @unsafe private let frequencyBuffer: UnsafeMutablePointer<UInt32>
  @unsafe private var packedFrequencies: UnsafeRawPointer
  /// Width of the block's frequencies; -1 once they are decoded.
  private var frequencyBits = -1

  private var positionReader: PositionReader
  private let memory: PostingsBlock

  /// A cursor at the first document of `entry`, which belongs to a dictionary over `file` and is no alias.
  /// - Parameter memory: nobody else's as long as the cursor lives.
  static func open(
    _ file: CheckedFile, _ entry: TermEntry, _ memory: PostingsBlock = PostingsBlock()
  ) throws(IndexError) -> PostingsCursor {
    var data: UnsafeRawPointer? = nil
    if entry.documentFrequency >= blockSize,
      case .list(let offset, let length, let metadata) = entry.location
    {
      let fixed = BlockData.fixedLength(documents: entry.documentFrequency)
      guard metadata >= fixed else {
        throw file.corrupt(offset, "\(metadata) bytes of block data, \(fixed) expected")
      }
      unsafe data = try file.pointer(offset &+ length &- metadata, metadata)
    }
    var cursor = unsafe PostingsCursor(file, entry, data, memory)
    try cursor.load(0)
    return cursor
  }

  /// `data`: the checked block data of a list of 128 documents or more.
  private init(
    _ file: CheckedFile, _ entry: TermEntry, _ data: UnsafeRawPointer?, _ memory: PostingsBlock
  ) {
    var (start, dataEnd, metadata) = (0, 0, 0)
    if case .list(let offset, let length, let tail) = entry.location {
      (start, dataEnd, metadata) = (offset, offset &+ length &- tail, tail)
    }
    self.memory = memory
    unsafe documents = memory.documents
    unsafe documents.update(repeating: Self.end, count: blockSize &+ Self.padding)
    unsafe frequencyBuffer = memory.frequencies
    unsafe packedFrequencies = UnsafeRawPointer(documents)
    self.file = file
    self.start = start
    self.dataEnd = dataEnd
    detail = entry.detail
    documentFrequency = entry.documentFrequency
    totalFrequency = entry.totalFrequency
    documentCount = UInt32(truncatingIfNeeded: file.documentCount)
    location = entry.location
    positionReader = PositionReader(file, memory)
    unsafe ownLast = memory.last
    unsafe ownLast.pointee = Self.end
    if let data = unsafe data {
      unsafe self.data = BlockData(data, metadata, documents: entry.documentFrequency)
    } else {
      unsafe self.data = BlockData(last: ownLast, impacts: UnsafeRawPointer(ownLast), 0)
    }
  }

  var isAtEnd: Bool { document == Self.end }

  /// Last document of the decoded block; `end` after the last one.
  var last: UInt32 { blockLast }

  // MARK: Moving

  /// Goes to the next document.
  @inline(__always)
  mutating func next() throws(IndexError) {
    index &+= 1
    if index < count {
      document = unsafe documents[index]
    } else {
      try nextBlock()
    }
  }

  /// Goes to document number `place` of the decoded block; from `count` on, to the next block.
  @inline(__always)
  mutating func move(to place: Int) throws(IndexError) {
    if place < count {
      index = place
      document = unsafe documents[place]
    } else {
      try nextBlock()
    }
  }

  /// Goes to the first document of the next block.
  mutating func nextBlock() throws(IndexError) {
    if block < data.count { try load(block &+ 1) }
  }

  /// Goes to the first document ≥ `target`; stays where it is when that is the current one.
  @inline(__always)
  mutating func seek(_ target: UInt32) throws(IndexError) {
    if document >= target { return }
    if blockLast < target {
      try seekBlock(target)
      if document >= target { return }
    }
    index = place(of: target)
    document = unsafe documents[index]
  }

  /// Place in the decoded block of the first document ≥ `target`, which is not beyond the last.
  @inline(__always)
  func place(of target: UInt32) -> Int {
    // Seven samples, every 16th, choose 16 documents; of those the smaller ones are counted.
    var sixteen = 0
    var sample = 15
    while sample < 112 {
      sixteen &+= unsafe documents[sample] < target ? 1 : 0
      sample &+= 16
    }
    let raw = unsafe UnsafeRawPointer(documents + sixteen &* 16)
    let bound = Lanes(repeating: target)
    var smaller = SIMD4<Int32>.zero
    for row in 0..<4 {
      let four = unsafe raw.loadUnaligned(fromByteOffset: row &* 16, as: Lanes.self)
      smaller &-= unsafe unsafeBitCast(four .< bound, to: SIMD4<Int32>.self)
    }
    return sixteen &* 16 &+ Int(smaller.x &+ smaller.y &+ smaller.z &+ smaller.w)
  }

  /// As `seek`, where the document is likely one of the next four.
  @inline(__always)
  mutating func seekNear(_ target: UInt32) throws(IndexError) {
    guard document < target, target <= blockLast, unsafe documents[index &+ 4] >= target else {
      try seek(target)
      return
    }
    var next = index &+ 1
    next &+= unsafe documents[index &+ 1] < target ? 1 : 0
    next &+= unsafe documents[index &+ 2] < target ? 1 : 0
    next &+= unsafe documents[index &+ 3] < target ? 1 : 0
    index = next
    document = unsafe documents[next]
  }

  /// Moves the shallow place to the block that could hold `target`: the first whose last document is not smaller.
  /// Targets ascend.
  @inline(__always)
  mutating func shallowSeek(_ target: UInt32) throws(IndexError) {
    if shallowLast >= target { return }
    try gallop(from: shallow &+ 1, to: target)
  }

  /// Last document of the shallow block's group of 32; `end` after the last one.
  var shallowGroupLast: UInt32 {
    shallow < data.count ? data.last(data.groupEnd(shallow)) : Self.end
  }

  // MARK: What the block holds

  /// Frequencies of the decoded block, `count` of them.
  @unsafe
  @inline(__always)
  mutating func frequencies() -> UnsafePointer<UInt32> {
    if frequencyBits >= 0 { decodeFrequencies() }
    return unsafe UnsafePointer(frequencyBuffer)
  }

  /// Frequency of the current document.
  @inline(__always)
  mutating func frequency() -> UInt32 { unsafe frequencies()[index] }

  /// Positions of the current document, ascending; valid until the cursor moves or is asked again. Empty
  /// where positions are not kept.
  @unsafe
  mutating func positions() throws(IndexError) -> UnsafeBufferPointer<UInt32> {
    guard detail == .positions, block < data.count else {
      return unsafe UnsafeBufferPointer(start: nil, count: 0)
    }
    let counts = unsafe frequencies()
    return unsafe try positionReader.positions(index, counts)
  }

  /// Positions of document number `place` of the block as sums of differences. None where positions are not kept.
  /// - Parameter isAlone: few of the documents around it will be asked for.
  @unsafe
  @inline(__always)
  mutating func positionSums(
    _ place: Int, isAlone: Bool = false
  ) throws(IndexError) -> PositionSums {
    guard detail == .positions, block < data.count else {
      return unsafe PositionSums(sums: UnsafePointer(memory.sums + 1), count: 0)
    }
    let counts = unsafe frequencies()
    return unsafe try positionReader.sums(place, counts, isAlone: isAlone)
  }

  /// The first position of the current document and the difference from each to the next, as `positions`.
  @unsafe
  mutating func positionDifferences() throws(IndexError) -> UnsafeBufferPointer<UInt32> {
    guard detail == .positions, block < data.count else {
      return unsafe UnsafeBufferPointer(start: nil, count: 0)
    }
    let counts = unsafe frequencies()
    return unsafe try positionReader.differences(index, counts)
  }

  /// Positions of documents `first` to `last` of the block; nil: there are more than `limit`, or none.
  @unsafe
  mutating func positionRow(
    _ first: Int, _ last: Int, atMost limit: Int
  ) throws(IndexError) -> PositionRow? {
    guard detail == .positions, block < data.count else { return nil }
    let counts = unsafe frequencies()
    return unsafe try positionReader.row(first, last, counts, atMost: limit)
  }

  /// For copying the whole list: differences of positions that come next, at least one, at most `wanted`, however
  /// documents lie in them. Where positions are kept, and no others of the block are asked for.
  @unsafe
  mutating func nextDifferences(
    _ wanted: Int
  ) throws(IndexError) -> UnsafeBufferPointer<UInt32> {
    unsafe try positionReader.next(wanted)
  }

  // MARK: Inside

  /// Decodes the block that holds the first document ≥ `target`, which is after the decoded one.
  @inline(never)
  private mutating func seekBlock(_ target: UInt32) throws(IndexError) {
    // The shallow place may have gone further than `target`.
    if shallow > block, data.last(min(shallow, data.count) &- 1) < target {
      try shallowSeek(target)
      try load(shallow)
    } else {
      let before = (shallow, shallowLast)
      try gallop(from: block &+ 1, to: target)
      let found = shallow
      if before.0 > found { (shallow, shallowLast) = before }
      try load(found)
    }
  }

  /// Sets the shallow place to the first block from `first` on whose last document is ≥ `target`.
  @inline(never)
  private mutating func gallop(from first: Int, to target: UInt32) throws(IndexError) {
    var low = first
    var step = 1
    var high = first
    while high < data.count, data.last(high) < target {
      low = high &+ 1
      high &+= step
      step &<<= 1
    }
    high = min(high, data.count)
    while low < high {
      let middle = (low &+ high) &>> 1
      if data.last(middle) < target { low = middle &+ 1 } else { high = middle }
    }
    shallow = low
    guard low < data.count else {
      shallowLast = Self.end
      return
    }
    shallowLast = data.last(low)
    guard shallowLast < documentCount, shallowLast >= target else {
      throw file.corrupt(start, "block data out of order")
    }
  }

  /// Decodes a block and goes to its first document; `data.count` is the end.
  @inline(never)
  private mutating func load(_ target: Int) throws(IndexError) {
    block = target
    index = 0
    if target >= data.count {
      unsafe documents.update(repeating: Self.end, count: blockSize)
      count = 0
      document = Self.end
      blockLast = Self.end
      (shallow, shallowLast) = (data.count, Self.end)
      frequencyBits = -1
      return
    }
    if data.count > 1 || documentFrequency == blockSize {
      try loadBlock(target)
    } else if case .single(let only, _, let positions, let length) = location {
      count = 1
      unsafe documents[0] = only
      unsafe frequencyBuffer[0] = UInt32(truncatingIfNeeded: totalFrequency)
      guard totalFrequency < Int(PostingsWriter.frequencyLimit) else {
        throw file.corrupt(positions, "a frequency of \(totalFrequency)")
      }
      blockLast = only
      unsafe ownLast.pointee = only
      if totalFrequency <= Int(TermEntry.inlinePositions) {
        positionReader.begin(plain: positions, length)
      } else {
        positionReader.begin(at: positions, end: positions &+ length, skip: 0)
      }
    } else {
      try loadShort()
    }
    document = unsafe documents[0]
    if shallow <= target {
      shallow = target
      shallowLast = blockLast
    }
  }

  private mutating func loadBlock(_ target: Int) throws(IndexError) {
    let last = data.last(target)
    let base = target == 0 ? 0 : data.last(target &- 1)
    let (info, more) = data.info(target)
    let offset = Int(info & 0xFF_FFFF_FFFF)
    guard last < documentCount, base < documentCount, offset <= dataEnd &- start else {
      throw file.corrupt(start, "block data that makes no sense")
    }
    if target == data.count &- 1, documentFrequency % blockSize != 0 {
      var bytes = try file.scanner(start &+ offset, dataEnd &- start &- offset)
      try decodeVariable(&bytes, documentFrequency % blockSize, base)
      guard unsafe documents[count &- 1] == last else {
        throw file.corrupt(start &+ offset, "a block that ends with another document")
      }
    } else {
      let bits = Int(info &>> 40 & 0xFF)
      let widthOfFrequencies = Int(info &>> 48 & 0xFF)
      guard bits <= 31, widthOfFrequencies <= 26 else {
        throw file.corrupt(start, "widths of \(bits) and \(widthOfFrequencies) bits")
      }
      let length = (bits &+ widthOfFrequencies) &* 16
      guard offset &+ length <= dataEnd &- start else {
        throw file.corrupt(start, "a block outside its list")
      }
      let bytes = unsafe try file.pointer(start &+ offset, length)
      unsafe BitPacking.unpackDeltas(bytes, bits: bits, base: base, into: documents)
      // 128 differences of at most 24 bits cannot wrap round: the last document proves the others.
      guard unsafe documents[blockSize &- 1] == last, bits <= 24 || isAscending() else {
        throw file.corrupt(start &+ offset, "a block that ends with another document")
      }
      unsafe packedFrequencies = bytes + bits &* 16
      frequencyBits = widthOfFrequencies
      count = blockSize
    }
    blockLast = last
    positionReader.begin(
      at: start &+ Int(more & 0xFF_FFFF_FFFF), end: dataEnd, skip: Int(info &>> 56))
  }

  private func isAscending() -> Bool {
    for place in 1..<blockSize where unsafe documents[place] < documents[place &- 1] {
      return false
    }
    return true
  }

  /// The only block of a list of fewer than 128 documents.
  private mutating func loadShort() throws(IndexError) {
    var bytes = try file.scanner(start, dataEnd &- start)
    unsafe data = BlockData(last: ownLast, impacts: bytes.address, dataEnd &- start)
    if detail != .documents {
      let pairs = Int(bytes.byte())
      for _ in 0..<min(pairs, Impact.limit) {
        _ = bytes.byte()
        _ = bytes.varint()
      }
    }
    try decodeVariable(&bytes, documentFrequency, 0)
    blockLast = unsafe documents[count &- 1]
    unsafe ownLast.pointee = blockLast
    positionReader.begin(at: file.offset(of: bytes), end: dataEnd, skip: 0)
  }

  /// Documents and frequencies as variable bytes; `number` is below 128.
  private mutating func decodeVariable(
    _ bytes: inout ByteScanner, _ number: Int, _ base: UInt32
  ) throws(IndexError) {
    let offset = file.offset(of: bytes)
    var last = UInt64(base)
    var greatest: UInt64 = 0
    for place in 0..<number {
      let value = bytes.varint()
      if detail == .documents {
        last &+= value & 0xFFFF_FFFF
        unsafe frequencyBuffer[place] = 1
      } else {
        last &+= value &>> 1 & 0xFFFF_FFFF
        let frequency = value & 1 == 1 ? 1 : bytes.varint()
        greatest |= frequency
        unsafe frequencyBuffer[place] = UInt32(truncatingIfNeeded: frequency)
      }
      unsafe documents[place] = UInt32(truncatingIfNeeded: last)
    }
    // 127 differences of 32 bits cannot wrap round 64: the last document proves the others.
    guard !bytes.failed, last < UInt64(documentCount),
      greatest < UInt64(PostingsWriter.frequencyLimit)
    else { throw file.corrupt(offset, "postings that make no sense") }
    unsafe (documents + number).update(repeating: Self.end, count: blockSize &- number)
    count = number
    frequencyBits = -1
  }

  @inline(never)
  private mutating func decodeFrequencies() {
    let output = unsafe UnsafeMutableRawPointer(frequencyBuffer)
    if detail == .documents {
      unsafe frequencyBuffer.update(repeating: 1, count: blockSize)
    } else {
      unsafe BitPacking.unpack(packedFrequencies, bits: frequencyBits, into: frequencyBuffer)
      let one = Lanes(repeating: 1)
      for row in 0..<32 {
        let four = unsafe output.loadUnaligned(fromByteOffset: row &* 16, as: Lanes.self)
        unsafe output.storeBytes(of: four &+ one, toByteOffset: row &* 16, as: Lanes.self)
      }
    }
    frequencyBits = -1
  }
}

// One place in the postings of one term, moving forward.
//
// Two places are kept: the block that is decoded, with `document` in it, and the *shallow* one, at or after it, of
// which only the block data is read (to bound scores without decoding). Every document given out is below the segment's
// document count, and they ascend (PostingsList sees to it).

import Bytes

@safe
struct PostingsCursor: ~Copyable {
  /// The document after the last one.
  static let end: UInt32 = .max
  /// `documents` may be read so far beyond the block; it is filled with `end` there.
  static let padding = 16

  let list: PostingsList
  /// The current document; `end` after the last.
  private(set) var document: UInt32 = 0
  /// The decoded block: `count` documents, ascending, then `end`.
  @unsafe let documents: UnsafeMutablePointer<UInt32>
  private(set) var count = 0
  /// Place of `document` in the block.
  private(set) var index = 0
  /// Last document of the shallow block; `end` after the last one.
  private(set) var shallowLast: UInt32 = 0

  private(set) var block = 0
  private(set) var shallow = 0
  private var blockLast: UInt32 = 0

  @unsafe private let frequencyBuffer: UnsafeMutablePointer<UInt32>
  @unsafe private var packedFrequencies: UnsafeRawPointer
  /// How the block's frequencies are packed; -1 once they are decoded.
  private var frequencyEncoding = -1

  private var positionReader: PositionReader
  private let memory: PostingsBlock

  /// A cursor at the first document of `entry`, which belongs to a dictionary over `file` and is no alias.
  /// - Parameter memory: nobody else's as long as the cursor lives.
  static func open(
    _ file: CheckedFile, _ entry: TermEntry, _ memory: PostingsBlock = PostingsBlock()
  ) throws(IndexError) -> PostingsCursor {
    try open(unsafe PostingsList.open(file, entry, last: memory.last), memory)
  }

  /// The same of a list that was opened with `memory.last`.
  static func open(
    _ list: PostingsList, _ memory: PostingsBlock
  ) throws(IndexError) -> PostingsCursor {
    var cursor = PostingsCursor(list, memory)
    try cursor.load(0)
    return cursor
  }

  private init(_ list: PostingsList, _ memory: PostingsBlock) {
    self.list = list
    self.memory = memory
    unsafe documents = memory.documents
    unsafe documents.update(repeating: Self.end, count: blockSize &+ Self.padding)
    unsafe frequencyBuffer = memory.frequencies
    unsafe packedFrequencies = UnsafeRawPointer(documents)
    positionReader = PositionReader(list.file, memory)
  }

  var documentFrequency: Int { list.documentFrequency }
  var totalFrequency: Int { list.totalFrequency }
  private var detail: PostingsDetail { list.detail }
  private var data: BlockData { list.data }

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
    unsafe rankOf(target, in: documents)
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

  /// Moves the shallow place back to the decoded block.
  mutating func rewindShallow() { (shallow, shallowLast) = (block, blockLast) }

  // MARK: Bounds

  /// The greatest code of the bounds of the blocks that reach into `base..<end`; nil when none does. Bases ascend.
  mutating func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> UInt16? {
    try shallowSeek(base)
    guard shallow < data.count, data.first(shallow) < end else { return nil }
    let end = try list.block(from: shallow, reaching: end &- 1)
    return data.greatestBound(shallow...min(end, data.count &- 1))
  }

  /// Moves the shallow place on to the first block, from that of `target` on, with a bound of at least `code`.
  /// - Returns: `target`, or the first document that the block could have; `end`, and the place stays, when there is
  ///   none before `limit`.
  mutating func shallowSeek(
    _ target: UInt32, boundAtLeast code: UInt16, before limit: UInt32
  ) throws(IndexError) -> UInt32 {
    try shallowSeek(target)
    guard shallow < data.count,
      let next = data.next(from: shallow, before: limit, atLeast: code)
    else { return Self.end }
    if next == shallow { return target }
    shallow = next
    shallowLast = data.last(next)
    return data.first(next)
  }

  /// Moves the shallow place on to the first block that reaches `target` and has a bound of at least `code`.
  /// - Returns: the range of its documents from `target` on, and its code; nil when there is none.
  mutating func nextBlock(
    from target: UInt32, boundAtLeast code: UInt16
  ) throws(IndexError) -> (first: UInt32, last: UInt32, code: UInt16)? {
    let first = try shallowSeek(target, boundAtLeast: code, before: Self.end)
    if first == Self.end { return nil }
    return (first, shallowLast, data.bound(shallow))
  }

  // MARK: What the block holds

  /// Frequencies of the decoded block, `count` of them.
  @unsafe
  @inline(__always)
  mutating func frequencies() -> UnsafePointer<UInt32> {
    if frequencyEncoding >= 0 { decodeFrequencies() }
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
    shallow = try list.block(from: first, reaching: target)
    shallowLast = shallow < data.count ? data.last(shallow) : Self.end
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
      frequencyEncoding = -1
      return
    }
    let decoded = try list.decode(target, into: memory)
    count = decoded.count
    frequencyEncoding = decoded.frequencyEncoding
    if let packed = unsafe decoded.frequencies { unsafe packedFrequencies = packed }
    document = unsafe documents[0]
    blockLast = unsafe documents[count &- 1]
    beginPositions(decoded.end)
    if shallow <= target {
      shallow = target
      shallowLast = blockLast
    }
  }

  /// - Parameter end: where a short list's positions begin.
  @inline(__always)
  private mutating func beginPositions(_ end: Int) {
    guard detail == .positions else { return }
    if !list.isShort {
      positionReader.begin(
        at: list.start &+ data.positions(block), end: list.dataEnd, skip: data.info(block).skip)
    } else if case .single(_, _, let positions, let length) = list.location {
      if totalFrequency <= Int(TermEntry.inlinePositions) {
        positionReader.begin(plain: positions, length)
      } else {
        positionReader.begin(at: positions, end: positions &+ length, skip: 0)
      }
    } else {
      positionReader.begin(at: end, end: list.dataEnd, skip: 0)
    }
  }

  @inline(never)
  private mutating func decodeFrequencies() {
    let output = unsafe UnsafeMutableRawPointer(frequencyBuffer)
    if detail == .documents {
      unsafe frequencyBuffer.update(repeating: 1, count: blockSize)
    } else {
      unsafe BitPacking.unpack(
        packedFrequencies, bits: PatchedPacking.lowBits(frequencyEncoding), into: frequencyBuffer)
      let one = Lanes(repeating: 1)
      for row in 0..<32 {
        let four = unsafe output.loadUnaligned(fromByteOffset: row &* 16, as: Lanes.self)
        unsafe output.storeBytes(of: four &+ one, toByteOffset: row &* 16, as: Lanes.self)
      }
      unsafe PatchedPacking.addPatches(
        frequencyEncoding, packedFrequencies, mask: PostingsList.frequencyMask,
        to: frequencyBuffer)
    }
    frequencyEncoding = -1
  }
}

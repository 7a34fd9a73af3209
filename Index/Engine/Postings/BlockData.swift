// What is known of the blocks of a list without decoding them: last documents, bounds, places. The layout is drawn in
// PostingsWriter.swift. Its bytes were checked as a whole; what they say is checked by who uses it.

import Bytes

/// The block data of one list, where it is mapped. A list of fewer than 128 documents is one block.
@safe
struct BlockData {
  /// Encodings of documents: differences of so many bits at most, or a bit set.
  static let widest = 31
  static let bitSet = 32

  let count: Int
  /// Code of the greatest bound of all blocks (`ScoreBound`).
  private(set) var bound: UInt16
  /// No document of the list has a smaller norm.
  private(set) var leastNorm: UInt8
  @unsafe private let positions: UnsafeRawPointer
  @unsafe private let lasts: UnsafeRawPointer
  @unsafe private let infos: UnsafeRawPointer
  @unsafe private let bounds: UnsafeRawPointer
  /// The list's bound is that of each block.
  private let isUniform: Bool
  /// Bytes of an offset and of an info, and their bits.
  private let width: Int
  private let infoWidth: Int
  private let mask: UInt64
  private let infoMask: UInt64

  /// Bytes of an offset in a list whose blocks take `dataLength` bytes: next to none takes 16 MiB.
  private static func width(_ dataLength: Int) -> Int { dataLength < 1 << 24 ? 3 : 5 }

  /// Bytes of the block data of a list of `documents`, at least 128, whose blocks take `dataLength` bytes.
  static func length(documents: Int, detail: PostingsDetail, dataLength: Int) -> Int {
    let blocks = (documents &+ blockSize &- 1) / blockSize
    let width = width(dataLength)
    let each =
      switch detail {
      case .documents: 7 &+ width
      case .frequencies: 9 &+ width
      case .positions: 9 &+ 2 &* width
      }
    return 4 &+ each &* blocks
  }

  /// Of a list of `documents`, at least 128, whose blocks take `dataLength` bytes: the bytes at `data`.
  @unsafe
  init(
    _ data: UnsafeRawPointer, documents: Int, detail: PostingsDetail, dataLength: Int
  ) {
    width = Self.width(dataLength)
    infoWidth = 3 &+ width
    mask = (1 &<< UInt64(8 &* width)) &- 1
    infoMask = mask &<< 24 | 0xFF_FFFF
    count = (documents &+ blockSize &- 1) / blockSize
    bound = unsafe data.loadUnaligned(as: UInt16.self).littleEndian & ScoreBound.largest
    leastNorm = unsafe data.load(fromByteOffset: 2, as: UInt8.self)
    unsafe positions = data + 4
    unsafe lasts = positions + (detail == .positions ? width &* count : 0)
    unsafe infos = lasts + 4 &* count
    unsafe bounds = infos + infoWidth &* count
    isUniform = detail == .documents
  }

  /// Of a list of fewer than 128 documents, the last of which `last` has.
  @unsafe
  init(last: UnsafePointer<UInt32>) {
    count = 1
    width = 3
    infoWidth = 6
    mask = 0
    infoMask = 0
    bound = 0
    leastNorm = 0
    unsafe lasts = UnsafeRawPointer(last)
    unsafe positions = lasts
    unsafe infos = lasts
    unsafe bounds = lasts
    isUniform = true
  }

  /// Sets what the list itself does not say in block data.
  mutating func setBound(_ code: UInt16, leastNorm norm: UInt8) {
    bound = code
    leastNorm = norm
  }

  /// Last document of a block below `count`.
  @inline(__always)
  func last(_ block: Int) -> UInt32 {
    unsafe lasts.loadUnaligned(fromByteOffset: block &* 4, as: UInt32.self).littleEndian
  }

  /// The first document that a block below `count` could have.
  @inline(__always)
  func first(_ block: Int) -> UInt32 { block == 0 ? 0 : last(block &- 1) &+ 1 }

  /// Code of the bound of a block below `count`.
  @inline(__always)
  func bound(_ block: Int) -> UInt16 {
    if isUniform { return bound }
    return unsafe bounds.loadUnaligned(fromByteOffset: block &* 2, as: UInt16.self).littleEndian
      & ScoreBound.largest
  }

  /// The greatest code of the bounds of some blocks.
  func greatestBound(_ blocks: ClosedRange<Int>) -> UInt16 {
    if isUniform { return bound }
    var at = blocks.lowerBound
    var most = SIMD8<Int16>.zero
    while at &+ 7 <= blocks.upperBound {
      let eight = unsafe bounds.loadUnaligned(fromByteOffset: at &* 2, as: SIMD8<Int16>.self)
      // Codes have 15 bits: the difference is added where its sign says that it is more.
      let more = eight &- most
      most = most &+ (more & ~(more &>> SIMD8(repeating: 15)))
      at &+= 8
    }
    var greatest = UInt16(bitPattern: most.max()) & ScoreBound.largest
    while at <= blocks.upperBound {
      greatest = max(greatest, bound(at))
      at &+= 1
    }
    return greatest
  }

  /// The first block from `block` on, of those that could have documents before `limit`, whose bound is at least
  /// `code`; nil when there is none.
  func next(from block: Int, before limit: UInt32, atLeast code: UInt16) -> Int? {
    var at = block
    if isUniform {
      return bound >= code && at < count && first(at) < limit ? at : nil
    }
    // Eight at a time, by the signs of the differences: codes have 15 bits.
    let codes = SIMD8<UInt16>(repeating: code)
    while at &+ 8 <= count {
      let eight = unsafe bounds.loadUnaligned(fromByteOffset: at &* 2, as: SIMD8<UInt16>.self)
      let signs = unsafe unsafeBitCast(eight &- codes, to: SIMD2<UInt64>.self)
      if signs.x & signs.y & 0x8000_8000_8000_8000 != 0x8000_8000_8000_8000 { break }
      at &+= 8
      if last(at &- 1) >= limit { return nil }
    }
    while at < count, bound(at) < code { at &+= 1 }
    return at < count && first(at) < limit ? at : nil
  }

  /// Where the documents of a block of a list that is not short lie, and how they are encoded.
  struct Info {
    /// The layout's.
    fileprivate(set) var word: UInt64

    init(offset: Int, encoding: Int, frequencyEncoding: Int, skip: Int) {
      word = UInt64(offset) << 24 | UInt64(skip) << 16 | UInt64(frequencyEncoding) << 8
      word |= UInt64(encoding)
    }

    fileprivate init(word: UInt64) { self.word = word }

    /// In the list.
    @inline(__always) var offset: Int { Int(word &>> 24) }
    @inline(__always) var encoding: Int { Int(word & 0xFF) }
    /// Of `PatchedPacking`.
    @inline(__always) var frequencyEncoding: Int { Int(word &>> 8 & 0xFF) }
    /// Position differences of the position block that belong to documents before.
    @inline(__always) var skip: Int { Int(word &>> 16 & 0xFF) }

    /// The same, so many bytes further on.
    func moved(by bytes: Int) -> Info { Info(word: word + UInt64(bytes) << 24) }
  }

  @inline(__always)
  func info(_ block: Int) -> Info {
    let word = unsafe infos.loadUnaligned(fromByteOffset: block &* infoWidth, as: UInt64.self)
    return Info(word: word.littleEndian & infoMask)
  }

  /// Where the first positions of a block lie in the list, where positions are kept.
  @inline(__always)
  func positions(_ block: Int) -> Int {
    let at = unsafe positions.loadUnaligned(fromByteOffset: block &* width, as: UInt64.self)
    return Int(at.littleEndian & mask)
  }

  // MARK: Writing

  /// What block data is made of, block by block; positions and bounds only where there are any.
  struct Parts {
    var bound: UInt16 = 0
    var leastNorm: UInt8 = 0
    var positions: [Int] = []
    var lasts: [UInt32] = []
    var infos: [Info] = []
    var bounds: [UInt16] = []

    /// The block data of a list whose blocks take `dataLength` bytes.
    func bytes(dataLength: Int) -> ByteWriter {
      let width = BlockData.width(dataLength)
      var data = ByteWriter()
      data.reserveCapacity(4 + lasts.count * (9 + 2 * width))
      data.append(UInt32(bound) | UInt32(leastNorm) << 16)
      for offset in positions { data.append(UInt64(offset), count: width) }
      for last in lasts { data.append(last) }
      for info in infos { data.append(info.word, count: 3 + width) }
      for bound in bounds { data.append(bound) }
      return data
    }

    mutating func removeAll() {
      positions.removeAll(keepingCapacity: true)
      lasts.removeAll(keepingCapacity: true)
      infos.removeAll(keepingCapacity: true)
      bounds.removeAll(keepingCapacity: true)
      bound = 0
    }
  }
}

extension ByteWriter {
  /// The low `count` bytes of a number.
  fileprivate mutating func append(_ value: UInt64, count: Int) {
    for byte in 0..<count { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))) }
  }
}

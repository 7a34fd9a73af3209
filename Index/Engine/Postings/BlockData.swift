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

  /// Bytes of the block data of a list of `documents`, at least 128.
  static func length(documents: Int, detail: PostingsDetail) -> Int {
    let blocks = (documents &+ blockSize &- 1) / blockSize
    let each =
      switch detail {
      case .documents: 12
      case .frequencies: 14
      case .positions: 19
      }
    return 4 &+ each &* blocks
  }

  /// Of a list of `documents`, at least 128: the bytes at `data`.
  @unsafe
  init(_ data: UnsafeRawPointer, documents: Int, detail: PostingsDetail) {
    count = (documents &+ blockSize &- 1) / blockSize
    bound = unsafe data.loadUnaligned(as: UInt16.self).littleEndian & ScoreBound.largest
    leastNorm = unsafe data.load(fromByteOffset: 2, as: UInt8.self)
    unsafe positions = data + 4
    unsafe lasts = positions + (detail == .positions ? 5 &* count : 0)
    unsafe infos = lasts + 4 &* count
    unsafe bounds = infos + 8 &* count
    isUniform = detail == .documents
  }

  /// Of a list of fewer than 128 documents, the last of which `last` has.
  @unsafe
  init(last: UnsafePointer<UInt32>) {
    count = 1
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
    fileprivate let word: UInt64
    /// In the list.
    @inline(__always) var offset: Int { Int(word & 0xFF_FFFF_FFFF) }
    @inline(__always) var encoding: Int { Int(word &>> 40 & 0xFF) }
    /// Of `PatchedPacking`.
    @inline(__always) var frequencyEncoding: Int { Int(word &>> 48 & 0xFF) }
    /// Position differences of the position block that belong to documents before.
    @inline(__always) var skip: Int { Int(word &>> 56) }
  }

  @inline(__always)
  func info(_ block: Int) -> Info {
    Info(
      word: unsafe infos.loadUnaligned(fromByteOffset: block &* 8, as: UInt64.self).littleEndian)
  }

  /// Where the first positions of a block lie in the list, where positions are kept.
  @inline(__always)
  func positions(_ block: Int) -> Int {
    let at = unsafe positions.loadUnaligned(fromByteOffset: block &* 5, as: UInt64.self)
    return Int(at.littleEndian & 0xFF_FFFF_FFFF)
  }
}

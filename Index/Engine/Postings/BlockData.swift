// What is known of the blocks of a list without decoding them: last documents, places, widths, impacts. The layout is
// drawn in PostingsWriter.swift. Its bytes were checked as a whole; what they say is checked by who uses it.

import Bytes

/// The block data of one list, where it is mapped. A list of fewer than 128 documents is one block.
@safe
struct BlockData {
  let count: Int
  @unsafe private let lasts: UnsafeRawPointer
  @unsafe private let infos: UnsafeRawPointer
  @unsafe private let groups: UnsafeRawPointer
  @unsafe private let impacts: UnsafeRawPointer
  private let impactsLength: Int
  private let listImpacts: Int
  private let isShort: Bool

  /// Bytes before the impacts.
  static func fixedLength(documents: Int) -> Int {
    let blocks = (documents &+ blockSize &- 1) / blockSize
    return 4 &+ 20 &* blocks
      &+ 12 &* ((blocks &+ PostingsWriter.groupBlocks &- 1) / PostingsWriter.groupBlocks)
  }

  /// Of a list of `documents`, at least 128: `length` bytes at `data`, at least `fixedLength`.
  @unsafe
  init(_ data: UnsafeRawPointer, _ length: Int, documents: Int) {
    let fixed = BlockData.fixedLength(documents: documents)
    count = (documents &+ blockSize &- 1) / blockSize
    unsafe lasts = data + 4
    unsafe infos = lasts + 4 &* count
    unsafe groups = infos + 16 &* count
    unsafe impacts = data + fixed
    impactsLength = length &- fixed
    listImpacts = Int(unsafe data.loadUnaligned(as: UInt32.self).littleEndian)
    isShort = false
  }

  /// Of a list of fewer than 128 documents, the last of which `last` has, and whose impacts, if any, lie at `impacts`.
  @unsafe
  init(last: UnsafePointer<UInt32>, impacts: UnsafeRawPointer, _ length: Int) {
    count = 1
    unsafe lasts = UnsafeRawPointer(last)
    unsafe infos = lasts
    unsafe groups = lasts
    unsafe self.impacts = impacts
    impactsLength = length
    listImpacts = 0
    isShort = true
  }

  /// Last document of a block below `count`.
  @inline(__always)
  func last(_ block: Int) -> UInt32 {
    unsafe lasts.loadUnaligned(fromByteOffset: block &* 4, as: UInt32.self).littleEndian
  }

  /// The two words of a block of a list that is not short.
  @inline(__always)
  func info(_ block: Int) -> (UInt64, UInt64) {
    let at = unsafe infos + block &* 16
    return unsafe (
      at.loadUnaligned(as: UInt64.self).littleEndian,
      at.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian
    )
  }

  /// Last block of the group that a block below `count` is in.
  func groupEnd(_ block: Int) -> Int { min(block | (PostingsWriter.groupBlocks &- 1), count &- 1) }

  /// Where impacts begin: of a block below `count`, its group, or the list. At most 8 pairs of at most 6
  /// bytes follow: there is no need to look at more. Empty where the block data makes no sense.
  @inline(__always)
  func impacts(_ level: ImpactLevel, _ block: Int) -> ByteScanner {
    var offset = 0
    if !isShort {
      let group = unsafe groups + (block / PostingsWriter.groupBlocks) &* 12
      switch level {
      case .list: offset = listImpacts
      case .group:
        offset = Int(unsafe group.loadUnaligned(fromByteOffset: 8, as: UInt32.self).littleEndian)
      case .block:
        offset =
          Int(unsafe group.loadUnaligned(fromByteOffset: 4, as: UInt32.self).littleEndian)
          &+ Int(info(block).1 &>> 48)
      }
    }
    let length = max(0, min(impactsLength &- offset, 64))
    return unsafe ByteScanner(length == 0 ? impacts : impacts + offset, length)
  }
}

// What a cursor decodes into: one piece of memory a cursor, which searches keep from one to the next.
//
//   documents    128, and padding behind
//   frequencies  128
//   starts       129, of positions
//   last         one document
//
// Sums of positions lie apart: a document may have any number of them, and not every cursor is asked for them.

import Bytes

/// Memory for one block of postings.
@safe
final class PostingsBlock {
  /// With padding behind.
  let documents: UnsafeMutablePointer<UInt32>
  var frequencies: UnsafeMutablePointer<UInt32> {
    unsafe documents + (blockSize &+ PostingsCursor.padding)
  }
  /// Where the positions of each document start, and where they end.
  var starts: UnsafeMutablePointer<UInt32> { unsafe frequencies + blockSize }
  /// One document.
  var last: UnsafeMutablePointer<UInt32> { unsafe starts + (blockSize &+ 4) }

  /// A table of bytes, zero between uses, made when it is first wanted.
  private var madeTable: UnsafeMutablePointer<UInt8>? = nil

  /// The table of `PostingsList.Bits`: what is global is looked up at each use.
  let bitPlaces = unsafe PostingsList.Bits.bitPlaces

  /// Sums of position differences, with one in front and padding behind; the one in front alone until more are wanted.
  private(set) var sums: UnsafeMutablePointer<UInt32>
  private(set) var sumCapacity = 0
  private var positions: UnsafeMutablePointer<UInt32>? = nil
  private var positionCapacity = 0

  /// Position blocks of a few documents.
  private static let usualSums = 4 * blockSize
  /// One in front, and what is read behind the last.
  private static let sumPadding = 16

  init() {
    let words = PostingsCursor.padding &+ 3 &* blockSize &+ 16
    unsafe documents = .allocate(capacity: words)
    unsafe documents.initialize(repeating: PostingsCursor.end, count: words)
    unsafe sums = documents + (words &- 4)
  }

  deinit {
    if sumCapacity > 0 { unsafe sums.deallocate() }
    unsafe documents.deallocate()
    unsafe positions?.deallocate()
    unsafe madeTable?.deallocate()
  }

  /// - Parameter capacity: the same each time.
  func table(capacity: Int) -> UnsafeMutablePointer<UInt8> {
    if let madeTable = unsafe madeTable { return unsafe madeTable }
    let new = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    unsafe new.initialize(repeating: 0, count: capacity)
    unsafe madeTable = new
    return unsafe new
  }

  /// Makes room for `count` sums at least; the first `keeping` words stay.
  func growSums(to count: Int, keeping: Int) {
    let capacity = max(count, 2 &* sumCapacity, PostingsBlock.usualSums)
    let words = capacity &+ PostingsBlock.sumPadding
    let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: words)
    unsafe larger.initialize(repeating: 0, count: words)
    unsafe larger.update(from: sums, count: keeping)
    if sumCapacity > 0 { unsafe sums.deallocate() }
    unsafe sums = larger
    sumCapacity = capacity
  }

  /// Room for the positions of one document.
  func positions(capacity: Int) -> UnsafeMutablePointer<UInt32> {
    if let positions = unsafe positions, capacity <= positionCapacity { return unsafe positions }
    unsafe positions?.deallocate()
    positionCapacity = max(64, capacity, 2 &* positionCapacity)
    let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: positionCapacity)
    unsafe positions = memory
    return unsafe memory
  }

  /// Whether long documents have made it large.
  var isLarge: Bool { max(sumCapacity, positionCapacity) > 64 * PostingsBlock.usualSums }
}

// Which places of two decoded blocks hold the same document, where both lists are about as dense.
//
//   first block    documents   8   11   12   15          table[document − base] = stamp + place
//   table          s+0 .  .  s+1 s+2 .   . s+3
//   second block   documents   9   11   15               places of the first block looked up: – 1 3
//   pairs          (1, 1)  (3, 2)
//
// No branch depends on a document. A stamp is a multiple of 128 that no two blocks before had, so that nothing is
// cleared in between.

import Bytes

@safe
struct DocumentPairs: ~Copyable {
  /// Documents that the table spans.
  static let span: UInt32 = 1 << 14

  private let table: UnsafeMutablePointer<UInt16>
  private var stamp: UInt16 = 0
  /// Places in the first block and in the second, ascending.
  let firsts: UnsafeMutablePointer<UInt8>
  let seconds: UnsafeMutablePointer<UInt8>
  private(set) var count = 0

  init() {
    unsafe table = .allocate(capacity: Int(Self.span))
    unsafe table.initialize(repeating: 0, count: Int(Self.span))
    unsafe firsts = .allocate(capacity: 2 * blockSize)
    unsafe firsts.initialize(repeating: 0, count: 2 * blockSize)
    unsafe seconds = firsts + blockSize
  }

  deinit {
    unsafe table.deallocate()
    unsafe firsts.deallocate()
  }

  /// Finds the pairs among places of two blocks, whose documents there are `base` at least and less than `span` beyond it.
  mutating func find(
    _ first: UnsafePointer<UInt32>, _ firstPlaces: Range<Int>,
    _ second: UnsafePointer<UInt32>, _ secondPlaces: Range<Int>, base: UInt32
  ) {
    let stamp = nextStamp()
    for place in firstPlaces {
      unsafe table[at(first[place], base)] = stamp &+ UInt16(truncatingIfNeeded: place)
    }
    var found = 0
    for place in secondPlaces {
      let other = unsafe table[at(second[place], base)] &- stamp
      unsafe firsts[found] = UInt8(truncatingIfNeeded: other)
      unsafe seconds[found] = UInt8(truncatingIfNeeded: place)
      found &+= isPlace(other)
    }
    count = found
  }

  private mutating func nextStamp() -> UInt16 {
    if stamp > UInt16.max - 2 * UInt16(blockSize) {
      unsafe table.update(repeating: 0, count: Int(Self.span))
      stamp = 0
    }
    stamp &+= UInt16(blockSize)
    return stamp
  }

  @inline(__always)
  private func at(_ document: UInt32, _ base: UInt32) -> Int {
    Int((document &- base) & (Self.span &- 1))
  }

  /// 1 for less than 128, else 0, without a branch.
  @inline(__always)
  private func isPlace(_ other: UInt16) -> Int {
    Int(truncatingIfNeeded: (UInt64(other) &- UInt64(blockSize)) &>> 63)
  }

  /// Finds the places of one block with a frequency above `floor`, as `firsts` of pairs without seconds. Sixteen places
  /// without any are passed over at once.
  mutating func find(
    _ range: Range<Int>, _ frequencies: UnsafePointer<UInt32>, above floor: UInt32
  ) {
    let raw = unsafe UnsafeRawPointer(frequencies)
    let floors = SIMD4<Int32>(repeating: Int32(truncatingIfNeeded: floor))
    var found = 0
    var place = range.lowerBound
    while place < range.upperBound {
      let row = place & ~15
      let stop = min(row &+ 16, range.upperBound)
      // Both are below 2^31: a difference below zero is a greater frequency.
      var signs = SIMD4<Int32>.zero
      for four in 0..<4 {
        signs |=
          unsafe floors
          &- raw.loadUnaligned(fromByteOffset: (row &+ four &* 4) &* 4, as: SIMD4<Int32>.self)
      }
      let halves = unsafe unsafeBitCast(signs, to: SIMD2<UInt64>.self)
      if (halves.x | halves.y) & 0x8000_0000_8000_0000 != 0 {
        while place < stop {
          unsafe firsts[found] = UInt8(truncatingIfNeeded: place)
          let difference = unsafe Int64(floor) &- Int64(frequencies[place])
          found &+= Int(truncatingIfNeeded: UInt64(bitPattern: difference) &>> 63)
          place &+= 1
        }
      }
      place = stop
    }
    count = found
  }

  /// Keeps the pairs for which `isKept` says so; it is given both places.
  @inline(__always)
  mutating func keep(_ isKept: (Int, Int) -> Bool) {
    var kept = 0
    for pair in 0..<count {
      let first = unsafe firsts[pair]
      let second = unsafe seconds[pair]
      unsafe firsts[kept] = first
      unsafe seconds[kept] = second
      kept &+= Int(unsafe unsafeBitCast(isKept(Int(first), Int(second)), to: UInt8.self))
    }
    count = kept
  }
}

// The positions of a list, read as documents ask for them: those of documents in between are skipped, whole
// blocks by their lengths alone.
//
// Differences are kept as running sums, whole position blocks at a time and over the ends of documents, which is what
// unpacking them gives anyhow:
//
//   differences   3 2 | 1 4 1 | 2 …         of documents 0, 1, 2
//   sums        0 3 5   6 10 11  13 …       one more in front
//   starts        0     2       5           of documents: sums of their frequencies
//
// A position is its sum less the one before its document's first, so that nothing is done document by document.
// Sums may wrap round; their differences do not.

import Bytes

/// The positions of one document: position i is `sums[i] &- sums[-1]`. Three sums more may be read behind them, none of
/// which is less than the last. Valid until the reader is asked again.
@unsafe
struct PositionSums {
  let sums: UnsafePointer<UInt32>
  let count: Int

  /// What to take away from sums.
  @inline(__always)
  var base: UInt32 { unsafe sums[-1] }

  /// The last position; there is one at least.
  @inline(__always)
  var last: UInt32 { unsafe sums[count &- 1] &- sums[-1] }

  @inline(__always)
  subscript(_ place: Int) -> UInt32 { unsafe sums[place] &- sums[-1] }
}

/// The positions of documents in a row of a block: those of document i are `sums[starts[i]]` to `sums[starts[i + 1] - 1]`,
/// each less `sums[starts[i] - 1]`. Valid until the reader is asked again.
@unsafe
struct PositionRow {
  let sums: UnsafePointer<UInt32>
  let starts: UnsafePointer<UInt32>

  /// As of one document.
  subscript(_ place: Int) -> PositionSums {
    let start = unsafe Int(starts[place])
    return unsafe PositionSums(sums: sums + start, count: Int(starts[place &+ 1]) &- start)
  }
}

@safe
struct PositionReader: ~Copyable {
  private let file: CheckedFile
  /// Where the next position block begins, and where positions end.
  private var offset = 0
  private var end = 0
  /// Number of the next block's first difference, counted from the postings block's first.
  private var next = 0
  /// Numbers of the differences that are held as sums.
  private var heldStart = 0
  private var heldEnd = 0
  /// Differences given out by `next`; then those held are no sums.
  private var taken = 0
  private var isPlain = false
  private var hasStarts = false
  @unsafe private let starts: UnsafeMutablePointer<UInt32>
  /// `sums[0]` is the sum before `heldStart`.
  @unsafe private var sums: UnsafeMutablePointer<UInt32>
  private let memory: PostingsBlock

  /// - Parameter memory: outlives the reader.
  init(_ file: CheckedFile, _ memory: PostingsBlock) {
    self.file = file
    self.memory = memory
    unsafe starts = memory.starts
    unsafe sums = memory.sums
  }

  /// Another postings block: its first positions lie in the position block at `at`, after `skip` others.
  @inline(__always)
  mutating func begin(at: Int, end: Int, skip: Int) {
    offset = at
    self.end = end
    next = 0 &- skip
    heldStart = 0
    heldEnd = 0
    taken = 0
    isPlain = false
    hasStarts = false
  }

  /// A term in one document, with at most 4 positions in the dictionary.
  mutating func begin(plain at: Int, _ length: Int) {
    begin(at: at, end: at + length, skip: 0)
    isPlain = true
  }

  /// Positions of document number `place` of the postings block, whose frequencies are `frequencies`.
  /// - Parameter isAlone: few of the documents around it will be asked for: no more than its own positions are unpacked.
  @unsafe
  @inline(__always)
  mutating func sums(
    _ place: Int, _ frequencies: UnsafePointer<UInt32>, isAlone: Bool = false
  ) throws(IndexError) -> PositionSums {
    if !hasStarts { unsafe findStarts(frequencies) }
    let first = Int(unsafe starts[place])
    let count = Int(unsafe frequencies[place])
    if first < heldStart || first &+ count > heldEnd {
      try read(first, count, isAlone: isAlone)
    }
    return unsafe PositionSums(sums: sums + (1 &+ first &- heldStart), count: count)
  }

  /// Positions of documents `first` to `last`; nil: there are more than `limit`, or none.
  @unsafe
  mutating func row(
    _ first: Int, _ last: Int, _ frequencies: UnsafePointer<UInt32>, atMost limit: Int
  ) throws(IndexError) -> PositionRow? {
    if !hasStarts { unsafe findStarts(frequencies) }
    let start = Int(unsafe starts[first])
    let count = Int(unsafe starts[last &+ 1]) &- start
    guard count > 0, count <= limit else { return nil }
    if start < heldStart || start &+ count > heldEnd { try read(start, count, isAlone: false) }
    return unsafe PositionRow(
      sums: UnsafePointer(sums + (1 &- heldStart)), starts: UnsafePointer(starts))
  }

  /// The same as positions, ascending.
  @unsafe
  mutating func positions(
    _ place: Int, _ frequencies: UnsafePointer<UInt32>
  ) throws(IndexError) -> UnsafeBufferPointer<UInt32> {
    let found = unsafe try sums(place, frequencies)
    let output = unsafe memory.positions(capacity: found.count)
    var position: UInt64 = 0
    var before = unsafe found.base
    for i in 0..<(unsafe found.count) {
      let sum = unsafe found.sums[i]
      position &+= UInt64(sum &- before)
      before = sum
      unsafe output[i] = UInt32(truncatingIfNeeded: position)
    }
    guard position <= 0x7FFF_FFFF else { throw damaged() }
    return unsafe UnsafeBufferPointer(start: output, count: found.count)
  }

  /// The same as the first position and the difference from each to the next.
  @unsafe
  mutating func differences(
    _ place: Int, _ frequencies: UnsafePointer<UInt32>
  ) throws(IndexError) -> UnsafeBufferPointer<UInt32> {
    let found = unsafe try sums(place, frequencies)
    let output = unsafe memory.positions(capacity: found.count)
    for i in 0..<(unsafe found.count) {
      unsafe output[i] = unsafe found.sums[i] &- found.sums[i &- 1]
    }
    return unsafe UnsafeBufferPointer(start: output, count: found.count)
  }

  /// The differences that come next, whatever documents they belong to: at least one, at most `wanted`, which are there.
  /// Not between calls that ask by document. Valid until the next call.
  @unsafe
  mutating func next(_ wanted: Int) throws(IndexError) -> UnsafeBufferPointer<UInt32> {
    while heldEnd <= taken {
      heldStart = next
      heldEnd = next
      reserve(blockSize)
      unsafe try unpack(to: sums + 1, sumsFrom: nil)
    }
    let part = min(wanted, heldEnd &- taken)
    let start = unsafe UnsafePointer(sums + (1 &+ taken &- heldStart))
    taken &+= part
    return unsafe UnsafeBufferPointer(start: start, count: part)
  }

  /// Sums up the frequencies: 128 of them, those behind the last document of any value.
  @inline(never)
  private mutating func findStarts(_ frequencies: UnsafePointer<UInt32>) {
    let input = unsafe UnsafeRawPointer(frequencies)
    // One further on: the sum up to a document is where the next one starts.
    let output = unsafe UnsafeMutableRawPointer(starts + 1)
    unsafe starts[0] = 0
    var carry = Lanes.zero
    for row in 0..<32 {
      carry = unsafe prefixSum(
        input.loadUnaligned(fromByteOffset: row &* 16, as: Lanes.self), carry)
      unsafe output.storeBytes(of: carry, toByteOffset: row &* 16, as: Lanes.self)
    }
    hasStarts = true
  }

  @inline(never)
  private mutating func read(_ first: Int, _ count: Int, isAlone: Bool) throws(IndexError) {
    guard first >= heldStart else { throw file.corrupt(offset, "positions asked for backwards") }
    if count == 0 { return }
    if isPlain {
      try readPlain(count)
      return
    }
    // Of the next block, part may be held already: it is unpacked again.
    if first >= heldEnd || next < heldEnd {
      var head = try head()
      while head < 128, next &+ blockSize <= first {
        offset &+= 1 &+ (try length(head))
        next &+= blockSize
        head = try self.head()
      }
      if isAlone, head < 128, first &- next &+ count <= blockSize, count <= blockSize / 4 {
        try readRows(first, count, head)
        return
      }
      guard head < 128 || (head > 128 && next &+ head &- 128 > first) else { throw damaged() }
      heldStart = next
      heldEnd = next
      unsafe sums[0] = 0
    }
    while heldEnd < first &+ count { try decode(keeping: first) }
  }

  /// Reads differences that lie within the next block, which stays the next.
  private mutating func readRows(_ first: Int, _ count: Int, _ head: Int) throws(IndexError) {
    let bytes = unsafe try packed(head)
    let row = (first &- next) &>> 2
    let rows = (first &- next &+ count &+ 3) &>> 2 &- row
    heldStart = next &+ row &* 4
    heldEnd = heldStart
    reserve(blockSize)
    unsafe sums[0] = 0
    unsafe PatchedPacking.unpackDeltas(head, bytes, row: row, rows: rows, into: sums + 1)
    heldEnd = heldStart &+ rows &* 4
    padEnd()
  }

  private mutating func readPlain(_ count: Int) throws(IndexError) {
    var bytes = try file.scanner(offset, 5 &* count)
    reserve(count)
    var sum: UInt32 = 0
    unsafe sums[0] = 0
    for place in 1...count {
      sum &+= bytes.varint31()
      unsafe sums[place] = sum
    }
    guard !bytes.failed else { throw damaged() }
    heldEnd = count
    padEnd()
  }

  /// The first byte of the next block.
  @inline(__always)
  private func head() throws(IndexError) -> Int {
    guard offset < end else { throw damaged() }
    return Int(unsafe try file.pointer(offset, 1).load(as: UInt8.self))
  }

  /// The bytes of the next block behind its first, which is `head` and below 128. Unpacking reads a few bytes behind it:
  /// no list lies so near to the end of a file.
  @unsafe
  @inline(__always)
  private func packed(_ head: Int) throws(IndexError) -> UnsafeRawPointer {
    guard PatchedPacking.isEncoding(head, widest: 32) else { throw damaged() }
    return unsafe try file.pointer(
      offset, 1 &+ PatchedPacking.readableByteCount(head)) + 1
  }

  /// Length of that.
  @inline(__always)
  private func length(_ head: Int) throws(IndexError) -> Int {
    if head <= 32 { return BitPacking.byteCount(bits: head) }
    return unsafe PatchedPacking.byteCount(head, try packed(head))
  }

  /// Adds the next block's sums to those held, of which those before number `first` may go.
  private mutating func decode(keeping first: Int) throws(IndexError) {
    if heldEnd &- heldStart &+ blockSize > memory.sumCapacity, first > heldStart,
      first < heldEnd
    {
      let gone = first &- heldStart
      unsafe sums.update(from: sums + gone, count: heldEnd &- first &+ 1)
      heldStart = first
    }
    let held = heldEnd &- heldStart
    reserve(held &+ blockSize)
    unsafe try unpack(to: sums + (held &+ 1), sumsFrom: sums[held])
    padEnd()
  }

  /// Unpacks the next block's differences, or their sums from one on, behind those held.
  @inline(__always)
  private mutating func unpack(
    to target: UnsafeMutablePointer<UInt32>, sumsFrom carry: UInt32?
  ) throws(IndexError) {
    let head = try head()
    if head < 128 {
      let bytes = unsafe try packed(head)
      offset &+= 1 &+ (unsafe PatchedPacking.byteCount(head, bytes))
      guard offset <= end else { throw damaged() }
      if let carry {
        unsafe PatchedPacking.unpackDeltas(head, bytes, base: carry, into: target)
      } else {
        unsafe PatchedPacking.unpack(head, bytes, into: target)
      }
      heldEnd &+= blockSize
    } else {
      guard head > 128 else { throw damaged() }
      let count = head &- 128
      var bytes = try file.scanner(offset &+ 1, min(end &- offset &- 1, 5 &* count))
      var sum = carry ?? 0
      for place in 0..<count {
        let difference = bytes.varint31()
        sum = carry == nil ? difference : sum &+ difference
        unsafe target[place] = sum
      }
      guard !bytes.failed else { throw damaged() }
      offset = file.offset(of: bytes)
      heldEnd &+= count
    }
    next = heldEnd
  }

  /// Repeats the last sum behind it.
  @inline(__always)
  private func padEnd() {
    let end = unsafe sums + (heldEnd &- heldStart)
    unsafe UnsafeMutableRawPointer(end + 1).storeBytes(
      of: Lanes(repeating: end.pointee), as: Lanes.self)
  }

  /// Makes room for `count` sums. It grows as blocks are read, so that it stays within 1,024 times the bytes read.
  @inline(__always)
  private mutating func reserve(_ count: Int) {
    if count > memory.sumCapacity {
      memory.growSums(to: count, keeping: heldEnd &- heldStart &+ 1)
      unsafe sums = memory.sums
    }
  }

  private func damaged() -> IndexError { file.corrupt(offset, "positions that make no sense") }
}

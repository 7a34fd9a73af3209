// The positions of a list, read as documents ask for them: those of documents in between are skipped, whole
// blocks by their widths alone.

import Bytes

@safe
struct PositionReader: ~Copyable {
  private let file: CheckedFile
  /// Where the next position block begins, and where positions end.
  private var offset = 0
  private var end = 0
  /// Differences to skip before those of document `reached` of the postings block.
  private var skip = 0
  private var reached = 0
  private var isPlain = false

  // The current position block: how many differences it holds, how many were used, and whether they are decoded.
  private var blockOffset = 0
  private var count = 0
  private var used = 0
  private var isDecoded = false
  @unsafe private var differences: UnsafeMutablePointer<UInt32>? = nil
  @unsafe private var output: UnsafeMutablePointer<UInt32>? = nil
  private var capacity = 0
  /// The document whose positions are in `output`, and their number.
  private var held = -1
  private var heldCount = 0

  init(_ file: CheckedFile) { self.file = file }

  deinit {
    unsafe differences?.deallocate()
    unsafe output?.deallocate()
  }

  /// Another postings block: its first positions lie in the position block at `at`, after `skip` others.
  @inline(__always)
  mutating func begin(at: Int, end: Int, skip: Int) {
    offset = at
    self.end = end
    self.skip = skip
    reached = 0
    isPlain = false
    count = 0
    used = 0
    held = -1
  }

  /// A term in one document, with at most 4 positions in the dictionary.
  mutating func begin(plain at: Int, _ length: Int) {
    begin(at: at, end: at + length, skip: 0)
    isPlain = true
  }

  /// Positions of document number `index` of the postings block, whose frequencies are `frequencies`.
  @unsafe
  mutating func positions(
    _ index: Int, _ frequencies: UnsafePointer<UInt32>
  ) throws(IndexError) -> UnsafeBufferPointer<UInt32> {
    if index != held {
      guard index >= reached else {
        throw file.corrupt(offset, "positions asked for backwards")
      }
      var sum: UInt64 = 0
      for place in reached..<index { sum &+= UInt64(unsafe frequencies[place]) }
      skip &+= Int(sum)
      reached = index
      heldCount = Int(unsafe frequencies[index])
      if isPlain { try readPlain() } else { try read() }
      reached &+= 1
      held = index
    }
    return unsafe UnsafeBufferPointer(start: output, count: heldCount)
  }

  private mutating func readPlain() throws(IndexError) {
    reserve(heldCount, keeping: 0)
    var bytes = try file.scanner(offset, 5 &* heldCount)
    var position: UInt64 = 0
    for place in 0..<heldCount {
      position &+= UInt64(bytes.varint31())
      unsafe output![place] = UInt32(truncatingIfNeeded: position)
    }
    guard !bytes.failed, position <= 0x7FFF_FFFF else { throw damaged() }
  }

  private mutating func read() throws(IndexError) {
    while skip >= count &- used {
      if skip == 0, heldCount == 0 { return }
      skip &-= count &- used
      try openBlock()
    }
    used &+= skip
    skip = 0
    var done = 0
    var position: UInt64 = 0
    while true {
      let part = min(heldCount &- done, count &- used)
      reserve(done &+ part, keeping: done)
      if !isDecoded { try decode() }
      let from = unsafe differences!
      let to = unsafe output!
      for place in 0..<part {
        position &+= UInt64(unsafe from[used &+ place])
        unsafe to[done &+ place] = UInt32(truncatingIfNeeded: position)
      }
      used &+= part
      done &+= part
      if done == heldCount { break }
      try openBlock()
    }
    guard position <= 0x7FFF_FFFF else { throw damaged() }
  }

  /// Reads the head of the next position block.
  private mutating func openBlock() throws(IndexError) {
    guard offset < end else { throw damaged() }
    let head = Int(unsafe try file.pointer(offset, 1).load(as: UInt8.self))
    blockOffset = offset
    used = 0
    isDecoded = false
    if head <= 32 {
      count = blockSize
      offset &+= 1 &+ BitPacking.byteCount(bits: head)
      guard offset <= end else { throw damaged() }
    } else {
      guard head > 128 else { throw damaged() }
      count = head &- 128
      // How long it is shows when it is decoded; only a run's last block is short.
      try decode()
    }
  }

  private mutating func decode() throws(IndexError) {
    if unsafe differences == nil {
      unsafe differences = .allocate(capacity: blockSize)
    }
    let target = unsafe differences!
    isDecoded = true
    if count == blockSize {
      let length = offset &- blockOffset
      let bytes = unsafe try file.pointer(blockOffset, length)
      unsafe BitPacking.unpack(bytes + 1, bits: (length &- 1) / 16, into: target)
    } else {
      var bytes = try file.scanner(blockOffset &+ 1, min(end &- blockOffset &- 1, 5 &* count))
      for place in 0..<count { unsafe target[place] = bytes.varint31() }
      guard !bytes.failed else { throw damaged() }
      offset = file.offset(of: bytes)
    }
  }

  /// Makes room for `needed` positions. It grows as blocks are read, so that it stays within 512 times the bytes read.
  private mutating func reserve(_ needed: Int, keeping: Int) {
    guard needed > capacity || capacity == 0 else { return }
    let grown = max(needed, 2 &* capacity, 128)
    let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: grown)
    if let old = unsafe output {
      unsafe memory.update(from: old, count: keeping)
      unsafe old.deallocate()
    }
    unsafe output = memory
    capacity = grown
  }

  private func damaged() -> IndexError { file.corrupt(offset, "positions that make no sense") }
}

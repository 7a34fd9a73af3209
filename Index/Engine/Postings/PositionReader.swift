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
  @unsafe private let differences: UnsafeMutablePointer<UInt32>
  /// Differences of a document that lie in several blocks.
  @unsafe private var gathered = unsafe Numbers()
  @unsafe private var sums = unsafe Numbers()
  /// The document whose differences are at `heldBase`, and their number.
  private var held = -1
  private var heldCount = 0
  @unsafe private var heldBase: UnsafePointer<UInt32>? = nil

  /// - Parameter memory: outlives the reader.
  init(_ file: CheckedFile, _ memory: PostingsBlock) {
    self.file = file
    unsafe differences = memory.differences
  }

  deinit {
    unsafe gathered.base?.deallocate()
    unsafe sums.base?.deallocate()
  }

  /// Another postings block: its first positions lie in the position block at `at`, after `skip` others.
  @inline(__always)
  mutating func begin(at: Int, end: Int, skip: Int) {
    offset = at
    self.end = end
    self.skip = skip
    reached = 0
    isPlain = false
    isDecoded = false
    count = 0
    used = 0
    held = -1
  }

  /// A term in one document, with at most 4 positions in the dictionary.
  mutating func begin(plain at: Int, _ length: Int) {
    begin(at: at, end: at + length, skip: 0)
    isPlain = true
  }

  /// Positions of document number `index` of the postings block, whose frequencies are `frequencies`: the first, and
  /// then the difference of each from the one before. Valid until the next call.
  @unsafe
  @inline(__always)
  mutating func differences(
    _ index: Int, _ frequencies: UnsafePointer<UInt32>
  ) throws(IndexError) -> UnsafeBufferPointer<UInt32> {
    if index != held {
      guard index >= reached else {
        throw file.corrupt(offset, "positions asked for backwards")
      }
      var sum: UInt64 = 0
      for place in reached..<index { sum &+= UInt64(unsafe frequencies[place]) }
      skip &+= Int(sum)
      reached = index &+ 1
      heldCount = Int(unsafe frequencies[index])
      held = index
      if isDecoded, skip &+ heldCount <= count &- used {
        unsafe heldBase = UnsafePointer(differences + (used &+ skip))
        used &+= skip &+ heldCount
        skip = 0
      } else if isPlain {
        try readPlain()
      } else {
        try read()
      }
    }
    return unsafe UnsafeBufferPointer(start: heldBase, count: heldCount)
  }

  /// The same as positions, ascending.
  @unsafe
  mutating func positions(
    _ index: Int, _ frequencies: UnsafePointer<UInt32>
  ) throws(IndexError) -> UnsafeBufferPointer<UInt32> {
    let differences = unsafe try differences(index, frequencies)
    unsafe sums.reserve(heldCount, keeping: 0)
    let to = unsafe sums.base!
    var position: UInt64 = 0
    for place in 0..<heldCount {
      unsafe position &+= UInt64(differences[place])
      unsafe to[place] = UInt32(truncatingIfNeeded: position)
    }
    guard position <= 0x7FFF_FFFF else { throw damaged() }
    return unsafe UnsafeBufferPointer(start: to, count: heldCount)
  }

  /// The differences that come next, whatever documents they belong to: at least one, at most `wanted`, which are there.
  /// Not between calls that ask by document. Valid until the next call.
  @unsafe
  mutating func next(_ wanted: Int) throws(IndexError) -> UnsafeBufferPointer<UInt32> {
    while skip >= count &- used {
      skip &-= count &- used
      try openBlock()
    }
    used &+= skip
    skip = 0
    if !isDecoded { try decode() }
    let part = min(wanted, count &- used)
    let start = unsafe UnsafePointer(differences + used)
    used &+= part
    return unsafe UnsafeBufferPointer(start: start, count: part)
  }

  private mutating func readPlain() throws(IndexError) {
    var bytes = try file.scanner(offset, 5 &* heldCount)
    unsafe gathered.reserve(heldCount, keeping: 0)
    for place in 0..<heldCount { unsafe gathered.base![place] = bytes.varint31() }
    guard !bytes.failed else { throw damaged() }
    unsafe heldBase = UnsafePointer(gathered.base)
  }

  @inline(never)
  private mutating func read() throws(IndexError) {
    while skip >= count &- used {
      if skip == 0, heldCount == 0 { return }
      skip &-= count &- used
      try openBlock()
    }
    used &+= skip
    skip = 0
    if !isDecoded { try decode() }
    if heldCount <= count &- used {
      unsafe heldBase = UnsafePointer(differences + used)
      used &+= heldCount
      return
    }
    var done = 0
    while true {
      let part = min(heldCount &- done, count &- used)
      unsafe gathered.reserve(done &+ part, keeping: done)
      if !isDecoded { try decode() }
      unsafe (gathered.base! + done).update(from: differences + used, count: part)
      used &+= part
      done &+= part
      if done == heldCount { break }
      try openBlock()
    }
    unsafe heldBase = UnsafePointer(gathered.base)
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
    let target = unsafe differences
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

  private func damaged() -> IndexError { file.corrupt(offset, "positions that make no sense") }

  /// Room for numbers. It grows as blocks are read, so that it stays within 512 times the bytes read.
  @unsafe
  private struct Numbers {
    var base: UnsafeMutablePointer<UInt32>? = nil
    var capacity = 0

    mutating func reserve(_ needed: Int, keeping: Int) {
      guard unsafe needed > capacity || capacity == 0 else { return }
      let grown = unsafe max(needed, 2 &* capacity, 128)
      let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: grown)
      if let old = unsafe base {
        unsafe memory.update(from: old, count: keeping)
        unsafe old.deallocate()
      }
      unsafe base = memory
      unsafe capacity = grown
    }
  }
}

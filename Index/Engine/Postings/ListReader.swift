// The documents of a list as bits of a window, and the frequencies of those that are left of them: for queries that
// first ask which documents have all of their terms, and only then what these are worth.
//
//   mark          a dense block is a bit set already: its words are or-ed in, nothing is decoded;
//                 128 packed documents set their bits in four streams, so that none waits for the one before
//   find          which of some documents the list has. In a bit set that is one bit, and the place of the document is
//                 its rank, the bits before it; in a packed block it is sought. By the place it has its frequency
//
// Windows ascend, and so do the documents that are looked for; the latter may lag behind the former.

import Bytes

@safe
struct ListReader: ~Copyable {
  let list: PostingsList
  private let memory: PostingsBlock
  /// The block that is decoded into `memory`; -1 for none.
  private var decoded = -1
  private var decodedBlock = PostingsList.Block()
  /// The window last marked; the first block that reaches it, and in that the first document that does; and where the
  /// next window goes on.
  private var marked: UInt32 = .max
  private var start = (block: 0, place: 0)
  private var markBlock = 0
  private var markPlace = 0
  /// The first block that could have the next document that is asked for.
  private var lookBlock = 0

  /// - Parameter memory: nobody else's as long as the reader lives.
  init(_ list: PostingsList, _ memory: PostingsBlock) {
    self.list = list
    self.memory = memory
  }

  @inline(__always)
  private mutating func decode(_ block: Int) throws(IndexError) {
    if decoded == block { return }
    decoded = -1
    decodedBlock = try list.decode(block, into: memory)
    decoded = block
  }

  // MARK: Marking

  /// Sets the bits of the documents from `base`, which is a multiple of 64, to before `end`. Bit 0 of `bits` is `base`.
  /// The same window may be marked again.
  mutating func mark(
    _ base: UInt32, _ end: UInt32, into bits: UnsafeMutablePointer<UInt64>
  ) throws(IndexError) {
    if marked == base {
      (markBlock, markPlace) = start
    } else {
      if markBlock < list.data.count, list.data.last(markBlock) < base {
        markBlock = try list.block(from: markBlock, reaching: base)
        markPlace = 0
      }
      marked = base
      start = (markBlock, markPlace)
    }
    while markBlock < list.data.count, list.data.first(markBlock) < end {
      if list.isBitSet(markBlock) {
        markBlock = unsafe try list.mark(from: markBlock, base, end, into: bits)
        if markBlock == list.data.count { return }
      } else {
        try decode(markBlock)
        unsafe try markDecoded(base, end, bits)
      }
      if list.data.last(markBlock) >= end { return }
      markBlock &+= 1
      markPlace = 0
    }
  }

  private mutating func markDecoded(
    _ base: UInt32, _ end: UInt32, _ bits: UnsafeMutablePointer<UInt64>
  ) throws(IndexError) {
    let documents = unsafe memory.documents
    let count = decodedBlock.count
    if count == blockSize, markPlace == 0, unsafe documents[0] >= base,
      unsafe documents[blockSize &- 1] < end
    {
      for place in 0..<32 {
        unsafe Self.set(documents[place] &- base, bits)
        unsafe Self.set(documents[place &+ 32] &- base, bits)
        unsafe Self.set(documents[place &+ 64] &- base, bits)
        unsafe Self.set(documents[place &+ 96] &- base, bits)
      }
      return
    }
    var place = markPlace
    while place < count, unsafe documents[place] < base { place &+= 1 }
    while place < count, unsafe documents[place] < end {
      unsafe Self.set(documents[place] &- base, bits)
      place &+= 1
    }
    markPlace = place
  }

  @inline(__always)
  private static func set(_ at: UInt32, _ bits: UnsafeMutablePointer<UInt64>) {
    unsafe bits[Int(at &>> 6)] |= 1 &<< UInt64(at & 63)
  }

  // MARK: Looking for documents

  /// Documents may be looked for from the first one on again.
  mutating func rewind() { lookBlock = 0 }

  /// Looks for `count` documents, ascending.
  /// - Parameters:
  ///   - found: numbers of those that the list has, ascending; room for as many as are looked for.
  ///   - frequencies: theirs, with the same room; nil when they are not wanted.
  /// - Returns: how many the list has.
  mutating func find(
    _ documents: UnsafePointer<UInt32>, _ count: Int, into found: UnsafeMutablePointer<UInt32>,
    frequencies: UnsafeMutablePointer<UInt32>?
  ) throws(IndexError) -> Int {
    if list.isShort { try decode(0) }
    var from = 0
    var total = 0
    while from < count {
      let document = unsafe documents[from]
      if lookBlock < list.data.count, list.data.last(lookBlock) < document {
        lookBlock = try list.block(from: lookBlock, reaching: document)
      }
      guard lookBlock < list.data.count else { break }
      let last = list.data.last(lookBlock)
      var to = from &+ 1
      while to < count, unsafe documents[to] <= last { to &+= 1 }
      let before = total
      if let words = try list.bits(lookBlock) {
        for i in from..<to {
          unsafe found[total] = UInt32(truncatingIfNeeded: i)
          total &+= unsafe words.has(documents[i])
        }
        if total > before, let frequencies = unsafe frequencies {
          unsafe places(
            of: documents, found + before, total &- before, in: words, into: frequencies + before)
        }
      } else {
        try decode(lookBlock)
        total = unsafe find(
          documents, from, to, total, into: found, places: frequencies ?? found)
      }
      if total > before, let frequencies = unsafe frequencies {
        unsafe try lookUp(frequencies + before, total &- before)
      }
      from = to
    }
    return total
  }

  /// Looks for documents number `from` to `to` in the decoded block, which reaches the last of them; `total` were found
  /// before.
  /// - Parameter places: theirs in the block; `found` when they are not wanted.
  @inline(__always)
  private func find(
    _ documents: UnsafePointer<UInt32>, _ from: Int, _ to: Int, _ total: Int,
    into found: UnsafeMutablePointer<UInt32>, places: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let all = unsafe UnsafePointer(memory.documents)
    var total = total
    if to &- from >= Self.manyDocuments, unsafe documents[to &- 1] &- documents[from] < Self.span {
      return unsafe findMany(documents, from, to, total, into: found, places: places)
    }
    // Near each other, each is at most a few rows of sixteen after the one before.
    let isNear = to &- from >= 12
    var row = 0
    for i in from..<to {
      let document = unsafe documents[i]
      var place: Int
      if isNear {
        while row < 112, unsafe all[row &+ 15] < document { row &+= 16 }
        place = unsafe row &+ smallerOf16(document, all + row)
      } else {
        place = unsafe rankOf(document, in: all)
      }
      unsafe places[total] = UInt32(truncatingIfNeeded: place)
      unsafe found[total] = UInt32(truncatingIfNeeded: i)
      // 1 when they are equal, without a branch.
      let difference = unsafe UInt64(all[place] ^ document)
      total &+= Int(truncatingIfNeeded: (difference &- 1) &>> 63)
    }
    return total
  }

  /// So many documents are looked for by a table of the block's places.
  private static let manyDocuments = 40
  /// They span fewer numbers: the table stays in the first cache.
  private static let span: UInt32 = 1 &<< 15

  /// The same of many documents: the places of the block's documents, plus one, are written to a table by document, all
  /// of it zero before and after, and read at those that are looked for.
  private func findMany(
    _ documents: UnsafePointer<UInt32>, _ from: Int, _ to: Int, _ total: Int,
    into found: UnsafeMutablePointer<UInt32>, places: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let all = unsafe UnsafePointer(memory.documents)
    let table = unsafe memory.table(capacity: Int(Self.span))
    let first = unsafe documents[from]
    let last = unsafe documents[to &- 1]
    let low = unsafe rankOf(first, in: all)
    var end = unsafe rankOf(last, in: all)
    if unsafe all[end] == last { end &+= 1 }
    for place in low..<max(low, end) {
      unsafe table[Int(all[place] &- first)] = UInt8(truncatingIfNeeded: place &+ 1)
    }
    var total = total
    for i in from..<to {
      let next = unsafe UInt32(table[Int(documents[i] &- first)])
      unsafe places[total] = next &- 1
      unsafe found[total] = UInt32(truncatingIfNeeded: i)
      // 1 where there is a place.
      total &+= Int((next &+ 255) &>> 8)
    }
    for place in low..<max(low, end) { unsafe table[Int(all[place] &- first)] = 0 }
    return total
  }

  /// Places in the block of documents that it has, by number.
  private func places(
    of documents: UnsafePointer<UInt32>, _ numbers: UnsafePointer<UInt32>, _ count: Int,
    in words: PostingsList.Bits, into output: UnsafeMutablePointer<UInt32>
  ) {
    // Ones before each word.
    let ranks = unsafe memory.starts
    var rank: UInt32 = 0
    for word in 0..<words.count {
      unsafe ranks[word] = rank
      rank &+= UInt32(truncatingIfNeeded: words[word].nonzeroBitCount)
    }
    for i in 0..<count {
      let document = unsafe documents[Int(numbers[i])]
      let own = Int(document &>> 6) &- words.first
      let below = words[own] & ((1 &<< UInt64(document & 63)) &- 1)
      let place = unsafe ranks[own] &+ UInt32(truncatingIfNeeded: below.nonzeroBitCount)
      unsafe output[i] = min(place, UInt32(blockSize &- 1))
    }
  }

  /// Replaces places in the block `lookBlock` by the frequencies there.
  private mutating func lookUp(
    _ places: UnsafeMutablePointer<UInt32>, _ count: Int
  ) throws(IndexError) {
    if list.detail == .documents {
      unsafe places.update(repeating: 1, count: count)
      return
    }
    let frequencies = unsafe memory.frequencies
    guard isPacked(lookBlock) else {
      // Variable bytes gave them.
      try decode(lookBlock)
      for i in 0..<count { unsafe places[i] = frequencies[Int(places[i])] }
      return
    }
    let info = list.data.info(lookBlock)
    let bytes = unsafe try packed(info)
    if count < 12 {
      for i in 0..<count {
        let frequency = unsafe PatchedPacking.value(
          info.frequencyEncoding, bytes, mask: PostingsList.frequencyMask, at: Int(places[i]))
        unsafe places[i] = frequency &+ 1
      }
      return
    }
    // A block of variable bytes that is decoded loses its frequencies by this.
    if decodedBlock.frequencyEncoding < 0 { decoded = -1 }
    unsafe PatchedPacking.unpack(
      info.frequencyEncoding, bytes, mask: PostingsList.frequencyMask, into: frequencies)
    for i in 0..<count { unsafe places[i] = frequencies[Int(places[i])] &+ 1 }
  }

  private func isPacked(_ block: Int) -> Bool {
    !list.isShort && (block < list.data.count &- 1 || list.documentFrequency % blockSize == 0)
  }

  /// The packed frequencies of the block `lookBlock`.
  @unsafe
  private func packed(_ info: BlockData.Info) throws(IndexError) -> UnsafeRawPointer {
    unsafe try list.packedFrequencies(info, after: try list.documentBytes(lookBlock, info))
  }
}

/// How many of 128 ascending documents are smaller than `target`. Seven samples, every 16th, choose 16 documents; of
/// those the smaller ones are counted. May read 16 documents behind them.
@inline(__always)
func rankOf(_ target: UInt32, in documents: UnsafePointer<UInt32>) -> Int {
  var sixteen = 0
  var sample = 15
  while sample < 112 {
    sixteen &+= unsafe documents[sample] < target ? 1 : 0
    sample &+= 16
  }
  return unsafe sixteen &* 16 &+ smallerOf16(target, documents + sixteen &* 16)
}

/// How many of 16 numbers are smaller than `target`.
@inline(__always)
func smallerOf16(_ target: UInt32, _ numbers: UnsafePointer<UInt32>) -> Int {
  let raw = unsafe UnsafeRawPointer(numbers)
  let bound = Lanes(repeating: target)
  var smaller = SIMD4<Int32>.zero
  for row in 0..<4 {
    let four = unsafe raw.loadUnaligned(fromByteOffset: row &* 16, as: Lanes.self)
    smaller &-= unsafe unsafeBitCast(four .< bound, to: SIMD4<Int32>.self)
  }
  return Int(smaller.x &+ smaller.y &+ smaller.z &+ smaller.w)
}

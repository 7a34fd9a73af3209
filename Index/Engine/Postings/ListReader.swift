// The documents of a list as bits of a window, and the frequencies of those that are left of them: for queries that
// first ask which documents have all of their terms, and only then what these are worth.
//
//   mark          a dense block is a bit set already: its words are or-ed in, nothing is decoded;
//                 128 packed documents set their bits in four streams, so that none waits for the one before
//   frequencies   the place of a document in its block is its rank: bits before it in a bit set; in a packed
//                 block it is sought. 0 says that the list does not have it
//
// Windows ascend, and so do the documents that frequencies are asked of; the latter may lag behind the former.

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
      if let words = try list.bits(markBlock) {
        unsafe mark(words, base, end, bits)
      } else {
        try decode(markBlock)
        unsafe try markDecoded(base, end, bits)
      }
      if list.data.last(markBlock) >= end { return }
      markBlock &+= 1
      markPlace = 0
    }
  }

  @inline(__always)
  private func mark(
    _ words: PostingsList.Bits, _ base: UInt32, _ end: UInt32,
    _ bits: UnsafeMutablePointer<UInt64>
  ) {
    let low = Int(base &>> 6)
    let from = max(words.first, low)
    let to = min(words.first &+ words.count, Int((end &+ 63) &>> 6))
    var word = from
    while word < to {
      unsafe bits[word &- low] |= words[word &- words.first]
      word &+= 1
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

  // MARK: Frequencies

  /// Frequencies of `count` documents, ascending; 0 for those that the list does not have.
  mutating func frequencies(
    of documents: UnsafePointer<UInt32>, _ count: Int,
    into output: UnsafeMutablePointer<UInt32>
  ) throws(IndexError) {
    if list.isShort { try decode(0) }
    var from = 0
    while from < count {
      let document = unsafe documents[from]
      if lookBlock < list.data.count, list.data.last(lookBlock) < document {
        lookBlock = try list.block(from: lookBlock, reaching: document)
      }
      guard lookBlock < list.data.count else {
        unsafe (output + from).update(repeating: 0, count: count &- from)
        return
      }
      let last = list.data.last(lookBlock)
      var to = from &+ 1
      while to < count, unsafe documents[to] <= last { to &+= 1 }
      unsafe try places(of: documents + from, to &- from, into: output + from)
      unsafe try lookUp(output + from, to &- from)
      from = to
    }
  }

  /// Stands for a document that the block does not have.
  private static let absent: UInt32 = 128

  /// Places in the block `lookBlock` of `count` documents, none behind it; `absent` for those that it does not have.
  private mutating func places(
    of documents: UnsafePointer<UInt32>, _ count: Int,
    into output: UnsafeMutablePointer<UInt32>
  ) throws(IndexError) {
    if let words = try list.bits(lookBlock) {
      unsafe places(of: documents, count, in: words, into: output)
      return
    }
    try decode(lookBlock)
    let all = unsafe memory.documents
    for i in 0..<count {
      let document = unsafe documents[i]
      let place = unsafe rankOf(document, in: all)
      unsafe output[i] =
        all[place] == document ? UInt32(truncatingIfNeeded: place) : Self.absent
    }
  }

  private func places(
    of documents: UnsafePointer<UInt32>, _ count: Int, in words: PostingsList.Bits,
    into output: UnsafeMutablePointer<UInt32>
  ) {
    // Ones before each word.
    let ranks = unsafe memory.starts
    var rank: UInt32 = 0
    for word in 0..<words.count {
      unsafe ranks[word] = rank
      rank &+= UInt32(truncatingIfNeeded: words[word].nonzeroBitCount)
    }
    for i in 0..<count {
      let document = unsafe documents[i]
      let own = Int(document &>> 6) &- words.first
      guard own >= 0, own < words.count else {
        unsafe output[i] = Self.absent
        continue
      }
      let bits = words[own]
      let bit = UInt64(document & 63)
      let below = bits & ((1 &<< bit) &- 1)
      let place = min(
        unsafe ranks[own] &+ UInt32(truncatingIfNeeded: below.nonzeroBitCount),
        UInt32(blockSize &- 1))
      unsafe output[i] = bits &>> bit & 1 == 1 ? place : Self.absent
    }
  }

  /// Replaces places in the block `lookBlock` by the frequencies there.
  private mutating func lookUp(
    _ places: UnsafeMutablePointer<UInt32>, _ count: Int
  ) throws(IndexError) {
    if list.detail == .documents {
      for i in 0..<count { unsafe places[i] = places[i] == Self.absent ? 0 : 1 }
      return
    }
    let frequencies = unsafe memory.frequencies
    guard isPacked(lookBlock) else {
      // Variable bytes gave them.
      try decode(lookBlock)
      for i in 0..<count {
        let place = unsafe places[i]
        unsafe places[i] = place == Self.absent ? 0 : frequencies[Int(place)]
      }
      return
    }
    let info = list.data.info(lookBlock)
    let bytes = unsafe try packed(info)
    if count < 12 {
      for i in 0..<count {
        let place = unsafe places[i]
        unsafe places[i] =
          place == Self.absent
          ? 0
          : PatchedPacking.value(
            info.frequencyEncoding, bytes, mask: PostingsList.frequencyMask, at: Int(place)) &+ 1
      }
      return
    }
    // A block of variable bytes that is decoded loses its frequencies by this.
    if decodedBlock.frequencyEncoding < 0 { decoded = -1 }
    unsafe PatchedPacking.unpack(
      info.frequencyEncoding, bytes, mask: PostingsList.frequencyMask, into: frequencies)
    for i in 0..<count {
      let place = unsafe places[i]
      // What lies behind the 128 is thrown away.
      let frequency = unsafe frequencies[Int(place)] &+ 1
      unsafe places[i] = place == Self.absent ? 0 : frequency
    }
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
  let raw = unsafe UnsafeRawPointer(documents + sixteen &* 16)
  let bound = Lanes(repeating: target)
  var smaller = SIMD4<Int32>.zero
  for row in 0..<4 {
    let four = unsafe raw.loadUnaligned(fromByteOffset: row &* 16, as: Lanes.self)
    smaller &-= unsafe unsafeBitCast(four .< bound, to: SIMD4<Int32>.self)
  }
  return sixteen &* 16 &+ Int(smaller.x &+ smaller.y &+ smaller.z &+ smaller.w)
}

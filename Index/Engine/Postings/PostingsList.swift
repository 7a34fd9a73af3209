// The postings of one term where they lie in the file, and how a block of them is decoded. It has no place in the list:
// that is for cursors (PostingsCursor) and readers (ListReader). The layout is drawn in PostingsWriter.swift.
//
// What the file says is checked when a block is decoded: every document given out is below the segment's document count,
// and ascending; so norms and bit sets may be indexed by it without a further check.

import Bytes

@safe
struct PostingsList {
  let documentFrequency: Int
  let totalFrequency: Int
  let detail: PostingsDetail
  let file: CheckedFile
  let documentCount: UInt32
  /// The list: the file's bytes from `start` to `dataEnd`; then its block data.
  let start: Int
  let dataEnd: Int
  let location: TermEntry.Location
  private(set) var data: BlockData

  /// A decoded block.
  @safe
  struct Block {
    var count = 0
    /// How frequencies are packed; -1 when they are decoded.
    var frequencyEncoding = -1
    /// In the list, where frequencies are packed.
    @unsafe var frequencies: UnsafeRawPointer? = nil
    /// In the file, behind variable bytes.
    var end = 0

    /// Of variable bytes.
    init(count: Int = 0, end: Int = 0) {
      self.count = count
      self.end = end
    }

    @unsafe
    init(frequencyEncoding: Int, _ frequencies: UnsafeRawPointer) {
      count = blockSize
      self.frequencyEncoding = frequencyEncoding
      unsafe self.frequencies = frequencies
    }
  }

  /// A dense block: bit b of word w is document 64 · (`first` + w) + b.
  @safe
  struct Bits {
    /// Number of the first word, counted from document 0.
    let first: Int
    let count: Int
    @unsafe fileprivate let base: UnsafeRawPointer

    @inline(__always)
    subscript(_ word: Int) -> UInt64 {
      unsafe base.loadUnaligned(fromByteOffset: word &* 8, as: UInt64.self).littleEndian
    }

    /// 1 when a document is in the block; 0 for those beyond its words.
    @inline(__always)
    func has(_ document: UInt32) -> Int {
      let own = Int(document &>> 6) &- first
      guard own >= 0, own < count else { return 0 }
      return Int(truncatingIfNeeded: self[own] &>> UInt64(document & 63) & 1)
    }

    /// Bits may be the same as those of 128 documents in so many words.
    static let limit = 64
  }

  /// - Parameters:
  ///   - entry: of a dictionary over `file`, and no alias.
  ///   - last: a word for the list alone, as long as it is used: the last document of a list without block data.
  static func open(
    _ file: CheckedFile, _ entry: TermEntry, last: UnsafeMutablePointer<UInt32>
  ) throws(IndexError) -> PostingsList {
    var list = unsafe PostingsList(file, entry, last)
    switch entry.location {
    case .none: break
    case .single(let document, let norm, _, _):
      guard document < list.documentCount else {
        throw file.corrupt(0, "a term in document \(document)")
      }
      unsafe last.pointee = document
      list.data.setBound(0, leastNorm: norm)
    case .list(let offset, let length, let metadata):
      if entry.documentFrequency >= blockSize {
        guard
          metadata
            == BlockData.length(
              documents: entry.documentFrequency, detail: entry.detail,
              dataLength: length &- metadata)
        else { throw file.corrupt(offset, "\(metadata) bytes of block data") }
        let bytes = unsafe try file.pointer(offset &+ length &- metadata, metadata)
        unsafe list.data = BlockData(
          bytes, documents: entry.documentFrequency, detail: entry.detail,
          dataLength: length &- metadata)
      } else if entry.detail != .documents {
        var bytes = try file.scanner(offset, length)
        let code = UInt16(bytes.byte()) | UInt16(bytes.byte()) << 8
        list.data.setBound(code & ScoreBound.largest, leastNorm: bytes.byte())
        if bytes.failed { throw file.corrupt(offset, "a list of \(length) bytes") }
      }
    }
    return list
  }

  private init(
    _ file: CheckedFile, _ entry: TermEntry, _ last: UnsafeMutablePointer<UInt32>
  ) {
    var (start, dataEnd) = (0, 0)
    if case .list(let offset, let length, let tail) = entry.location {
      (start, dataEnd) = (offset, offset &+ length &- tail)
    }
    self.file = file
    self.start = start
    self.dataEnd = dataEnd
    detail = entry.detail
    documentFrequency = entry.documentFrequency
    totalFrequency = entry.totalFrequency
    documentCount = UInt32(truncatingIfNeeded: file.documentCount)
    location = entry.location
    // Until a short list is decoded, its last document is unknown.
    unsafe last.pointee = documentCount &- 1
    unsafe data = BlockData(last: UnsafePointer(last))
  }

  /// Sets the code of a bound that depends on the query: of a term in one document, or without frequencies.
  mutating func setBound(_ code: UInt16) { data.setBound(code, leastNorm: data.leastNorm) }

  /// The list has no blocks of 128, hence no block data.
  var isShort: Bool { documentFrequency < blockSize }

  /// The first block from `first` on whose last document is ≥ `target`; the number of blocks when there is none.
  func block(from first: Int, reaching target: UInt32) throws(IndexError) -> Int {
    var low = first
    var step = 1
    var high = first
    while high < data.count, data.last(high) < target {
      low = high &+ 1
      high &+= step
      step &<<= 1
    }
    high = min(high, data.count)
    while low < high {
      let middle = (low &+ high) &>> 1
      if data.last(middle) < target { low = middle &+ 1 } else { high = middle }
    }
    guard low < data.count else { return data.count }
    let last = data.last(low)
    guard last < documentCount, last >= target else {
      throw file.corrupt(start, "block data out of order")
    }
    return low
  }

  // MARK: Decoding

  /// The words of a block below the number of blocks, when it is a bit set.
  @inline(__always)
  func bits(_ block: Int) throws(IndexError) -> Bits? {
    if isShort { return nil }
    let info = data.info(block)
    return info.encoding == BlockData.bitSet ? try bits(block, info) : nil
  }

  @inline(__always)
  private func bits(_ block: Int, _ info: BlockData.Info) throws(IndexError) -> Bits {
    let last = data.last(block)
    let first = Int(data.first(block) &>> 6)
    let words = Int(last &>> 6) &- first &+ 1
    guard last < documentCount, words > 0, words <= Bits.limit,
      info.offset &+ 8 &* words <= dataEnd &- start
    else { throw file.corrupt(start, "a bit set that makes no sense") }
    return unsafe Bits(
      first: first, count: words, base: try file.pointer(start &+ info.offset, 8 &* words))
  }

  /// Whether a block below the number of blocks is a bit set.
  @inline(__always)
  func isBitSet(_ block: Int) -> Bool { !isShort && data.info(block).encoding == BlockData.bitSet }

  /// Sets the bits of the documents from `base`, which is a multiple of 64, to before `end`, and perhaps of some behind
  /// up to the next multiple, in bit sets from `block` on, which is one.
  /// - Returns: the last of them, or the one that reaches `end`.
  func mark(
    from block: Int, _ base: UInt32, _ end: UInt32, into bits: UnsafeMutablePointer<UInt64>
  ) throws(IndexError) -> Int {
    let low = Int(base &>> 6)
    let high = Int((end &+ 63) &>> 6)
    var block = block
    while true {
      let words = try self.bits(block, data.info(block))
      let start = max(words.first, low)
      let stop = min(words.first &+ words.count, high)
      let target = unsafe UnsafeMutableRawPointer(bits + (start &- low))
      let source = unsafe words.base + (start &- words.first) &* 8
      var at = 0
      let bytes = (stop &- start) &* 8
      while at &+ 16 <= bytes {
        let both = unsafe source.loadUnaligned(fromByteOffset: at, as: SIMD2<UInt64>.self)
        let old = unsafe target.loadUnaligned(fromByteOffset: at, as: SIMD2<UInt64>.self)
        unsafe target.storeBytes(of: old | both, toByteOffset: at, as: SIMD2<UInt64>.self)
        at &+= 16
      }
      if at < bytes {
        let word = unsafe source.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        let old = unsafe target.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        unsafe target.storeBytes(of: old | word, toByteOffset: at, as: UInt64.self)
      }
      let next = block &+ 1
      guard next < data.count, data.last(block) &+ 1 < end, isBitSet(next) else { return block }
      block = next
    }
  }

  /// Bits of a packed frequency.
  static let frequencyMask = PostingsWriter.frequencyLimit - 1

  /// Where the packed frequencies of a full block lie, whose documents take so many bytes.
  @unsafe
  @inline(__always)
  func packedFrequencies(
    _ info: BlockData.Info, after bytes: Int
  ) throws(IndexError) -> UnsafeRawPointer {
    let encoding = info.frequencyEncoding
    guard PatchedPacking.isEncoding(encoding, widest: 26) else {
      throw file.corrupt(start, "frequencies in encoding \(encoding)")
    }
    // How long they are need not be known: behind them lies at least as much block data and dictionary.
    return unsafe try file.pointer(
      start &+ info.offset &+ bytes, PatchedPacking.readableByteCount(encoding))
  }

  /// Bytes of the documents of a full block below the number of blocks.
  @inline(__always)
  func documentBytes(_ block: Int, _ info: BlockData.Info) throws(IndexError) -> Int {
    if info.encoding == BlockData.bitSet { return 8 &* (try bits(block, info).count) }
    return unsafe PatchedPacking.byteCount(info.encoding, try packedDocuments(info))
  }

  @unsafe
  @inline(__always)
  private func packedDocuments(_ info: BlockData.Info) throws(IndexError) -> UnsafeRawPointer {
    guard PatchedPacking.isEncoding(info.encoding, widest: BlockData.widest) else {
      throw file.corrupt(start, "documents in encoding \(info.encoding)")
    }
    return unsafe try file.pointer(
      start &+ info.offset, PatchedPacking.readableByteCount(info.encoding))
  }

  /// Decodes a block below the number of blocks: its documents, then `PostingsCursor.end` up to 128 and the padding;
  /// where both are variable bytes, frequencies as well.
  /// - Parameter memory: `differences` is left alone.
  func decode(_ block: Int, into memory: PostingsBlock) throws(IndexError) -> Block {
    if isShort { return try decodeShort(memory) }
    let last = data.last(block)
    let base = block == 0 ? 0 : data.last(block &- 1)
    let info = data.info(block)
    guard last < documentCount, base < documentCount, info.offset <= dataEnd &- start else {
      throw file.corrupt(start, "block data that makes no sense")
    }
    let documents = unsafe memory.documents
    if block == data.count &- 1, documentFrequency % blockSize != 0 {
      var bytes = try file.scanner(start &+ info.offset, dataEnd &- start &- info.offset)
      let count = documentFrequency % blockSize
      try decodeVariable(&bytes, count, base, memory)
      guard unsafe documents[count &- 1] == last else {
        throw file.corrupt(start &+ info.offset, "a block that ends with another document")
      }
      return Block(count: count)
    }
    var length: Int
    if info.encoding == BlockData.bitSet {
      let bits = try bits(block, info)
      length = 8 &* bits.count
      guard unsafe bits.expand(into: documents, memory.bitPlaces) == blockSize,
        unsafe documents[blockSize &- 1] == last
      else { throw file.corrupt(start &+ info.offset, "a bit set of other documents") }
      unsafe (documents + blockSize).update(
        repeating: PostingsCursor.end, count: PostingsCursor.padding)
    } else {
      let bytes = unsafe try packedDocuments(info)
      length = unsafe PatchedPacking.byteCount(info.encoding, bytes)
      unsafe PatchedPacking.unpackDeltas(info.encoding, bytes, base: base, into: documents)
      // 128 differences of at most 24 bits cannot wrap round, nor with 16 patches of as many: the last document proves
      // the others.
      guard unsafe documents[blockSize &- 1] == last,
        unsafe PatchedPacking.widest(info.encoding, bytes) <= 24 || isAscending(documents)
      else { throw file.corrupt(start &+ info.offset, "a block that ends with another document") }
    }
    return unsafe Block(
      frequencyEncoding: info.frequencyEncoding, try packedFrequencies(info, after: length))
  }

  private func isAscending(_ documents: UnsafePointer<UInt32>) -> Bool {
    for place in 1..<blockSize where unsafe documents[place] < documents[place &- 1] {
      return false
    }
    return true
  }

  private func decodeShort(_ memory: PostingsBlock) throws(IndexError) -> Block {
    if case .single(let only, _, let positions, _) = location {
      guard totalFrequency < Int(PostingsWriter.frequencyLimit) else {
        throw file.corrupt(positions, "a frequency of \(totalFrequency)")
      }
      unsafe memory.documents[0] = only
      unsafe memory.frequencies[0] = UInt32(truncatingIfNeeded: totalFrequency)
      unsafe (memory.documents + 1).update(repeating: PostingsCursor.end, count: blockSize &- 1)
      unsafe memory.last.pointee = only
      return Block(count: 1, end: positions)
    }
    // Behind the bound.
    let skipped = detail == .documents ? 0 : 3
    var bytes = try file.scanner(start &+ skipped, dataEnd &- start &- skipped)
    try decodeVariable(&bytes, documentFrequency, 0, memory)
    unsafe memory.last.pointee = memory.documents[documentFrequency &- 1]
    return Block(count: documentFrequency, end: file.offset(of: bytes))
  }

  /// Documents and frequencies as variable bytes; `number` is below 128.
  private func decodeVariable(
    _ bytes: inout ByteScanner, _ number: Int, _ base: UInt32, _ memory: PostingsBlock
  ) throws(IndexError) {
    let offset = file.offset(of: bytes)
    let documents = unsafe memory.documents
    let frequencies = unsafe memory.frequencies
    var last = UInt64(base)
    var greatest: UInt64 = 0
    for place in 0..<number {
      let value = bytes.varint()
      if detail == .documents {
        last &+= value & 0xFFFF_FFFF
        unsafe frequencies[place] = 1
      } else {
        last &+= value &>> 1 & 0xFFFF_FFFF
        let frequency = value & 1 == 1 ? 1 : bytes.varint()
        greatest |= frequency
        unsafe frequencies[place] = UInt32(truncatingIfNeeded: frequency)
      }
      unsafe documents[place] = UInt32(truncatingIfNeeded: last)
    }
    // 127 differences of 32 bits cannot wrap round 64: the last document proves the others.
    guard !bytes.failed, last < UInt64(documentCount),
      greatest < UInt64(PostingsWriter.frequencyLimit)
    else { throw file.corrupt(offset, "postings that make no sense") }
    unsafe (documents + number).update(
      repeating: PostingsCursor.end, count: blockSize &- number)
  }
}

extension PostingsList.Bits {
  /// Writes the documents, ascending, and up to 72 words of anything behind them; stops after 128.
  /// - Returns: their number, at most 192.
  ///
  /// Eight bits at a time: a table has the places of each pattern's ones, all eight are written, and the next eight go
  /// behind as many as there were ones. Nothing branches on the bits.
  ///
  ///     01001011  →  0 1 3 6 – – – –        written at n, n += 4
  /// - Parameter places: `bitPlaces`.
  func expand(
    into output: UnsafeMutablePointer<UInt32>, _ places: UnsafePointer<Places>
  ) -> Int {
    let raw = UnsafeMutableRawPointer(output)
    var count = 0
    for word in 0..<self.count {
      if count > blockSize { break }
      var rest = self[word]
      var document = Lanes(repeating: UInt32(truncatingIfNeeded: (first &+ word) &<< 6))
      for _ in 0..<8 {
        let pattern = unsafe places + Int(truncatingIfNeeded: rest & 255)
        let at = unsafe raw + count &* 4
        unsafe at.storeBytes(of: pattern.pointee.low &+ document, as: Lanes.self)
        unsafe at.storeBytes(
          of: pattern.pointee.high &+ document, toByteOffset: 16, as: Lanes.self)
        unsafe count &+= pattern.pointee.count
        rest &>>= 8
        document &+= Lanes(repeating: 8)
      }
    }
    return count
  }

  /// Places of the ones of a byte, ascending, and their number.
  struct Places {
    var low = Lanes.zero
    var high = Lanes.zero
    var count = 0
  }

  nonisolated(unsafe) static let bitPlaces: UnsafePointer<Places> = {
    let table = UnsafeMutablePointer<Places>.allocate(capacity: 256)
    for pattern in 0..<256 {
      var found = Places()
      for bit in 0..<8 where pattern >> bit & 1 == 1 {
        if found.count < 4 {
          found.low[found.count] = UInt32(bit)
        } else {
          found.high[found.count - 4] = UInt32(bit)
        }
        found.count += 1
      }
      unsafe (table + pattern).initialize(to: found)
    }
    return unsafe UnsafePointer(table)
  }()
}

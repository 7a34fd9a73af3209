// The postings of one term after the other, streamed to a file. A list is
//
//   in one document       in the dictionary; more than 4 positions: position blocks here
//   in 2 … 127            bound · documents and frequencies as variable bytes · position blocks
//   in 128 and more       data · block data:
//
//   data         runs of [position blocks][document blocks]; one run, unless documents take more than 4 MiB
//   position block    encoding (1 byte), 128 differences packed; a run's last: 128 + count (1 byte), so many differences
//                     as variable bytes
//   document block    128 documents, then 128 frequencies less one, packed; the last block: variable bytes like a short
//                     list's
//     documents       differences; or, where that takes no more room than these without patches, a bit set: words of 64
//                     documents, the first with the document after the block before (or document 0), the last with
//                     the block's last
//   block data   bound of the list (2 bytes), its least norm (1), zero (1)
//                per block: offset of the position block, where positions are kept
//                per block: last document (4 bytes)
//                per block: encoding of documents (1 byte; 32: a bit set), encoding of frequencies (1), position
//                  differences to skip (1), offset of the document block
//                per block: bound (2 bytes), where frequencies are kept
//
// Packing and its encodings are those of `PatchedPacking`. A bound is a `ScoreBound`; that of a short list is followed
// by its least norm (3 bytes in all).
// Variable bytes of a document: difference << 1 | (frequency is 1), then the frequency unless it is 1; the
// difference alone where frequencies are not kept. The first difference of a list counts from 0, others from the
// document before. Positions: differences within a document, the first from 0. Offsets count from the list, and
// have 3 bytes, or 5 where its data has 16 MiB or more.
// Without frequencies there are no bounds and no position blocks; their fields are 0 or missing.

import Bytes

@safe
struct PostingsWriter: ~Copyable {
  /// Greatest frequency and position, plus one: 26 and 31 bits.
  static let frequencyLimit: UInt32 = 1 << 26
  /// Longer than a block packed or as variable bytes: 33 bits of a document and 26 of a frequency are 9 bytes.
  private static let packedLength = 9 * blockSize + 16
  /// What patches have to save. Frequencies are unpacked as fast with them as without; where there are any, sums of
  /// differences take a pass of their own.
  private static let frequencyPrice = PatchedPacking.Price(block: 0, patch: 1)
  private static let documentPrice = PatchedPacking.Price(block: 16, patch: 1)
  private static let positionPrice = PatchedPacking.Price(block: 28, patch: 1)
  /// Bytes of documents after which a long list begins another run.
  static let runLength = 4 << 20

  /// Where the list of a term came to lie.
  struct List {
    var documentFrequency: Int
    var totalFrequency: Int
    var start: Int
    var length: Int
    /// Bytes of block data at its end.
    var metadata: Int
    /// Of a term in one document alone.
    var document: UInt32
    var norm: UInt8
  }

  let detail: PostingsDetail
  private let file: ByteSink
  private let documentCount: UInt32
  private let norms: [UInt8]
  /// x of a frequency of 1 by norm, as bounds count it.
  private let factors: [Float]
  private let runLength: Int

  // The open block: differences of documents, frequencies less one, position differences; 128 each.
  private let documents: UnsafeMutablePointer<UInt32>
  private let frequencies: UnsafeMutablePointer<UInt32>
  private let positions: UnsafeMutablePointer<UInt32>
  private let packed: UnsafeMutableRawPointer
  private var pending = 0
  private var pendingPositions = 0
  /// As wide as the widest position difference of the list.
  private var widest: UInt32 = 0
  private var blockPositions: UInt64 = 0

  private var start = 0
  private var documentFrequency = 0
  private var totalFrequency = 0
  private var lastDocument: UInt32 = 0

  private var documentBytes = ByteWriter()
  private var positionBytes = ByteWriter()
  private var blocks = BlockData.Parts()
  private var firstOfRun = 0

  /// Greatest x of the open block, and least norm of the list.
  private var blockLargest: Float = 0
  private var leastNorm: UInt8 = 255

  /// `norms`: one byte for each of `documentCount` documents, or none; `factors`: `ScoreBound.factors`.
  init(
    _ file: ByteSink, detail: PostingsDetail, documentCount: Int, norms: [UInt8],
    factors: [Float], runLength: Int
  ) {
    self.file = file
    self.detail = detail
    self.documentCount = UInt32(documentCount)
    self.norms = norms
    self.runLength = runLength
    self.factors = factors
    unsafe documents = .allocate(capacity: 3 * blockSize)
    unsafe documents.initialize(repeating: 0, count: 3 * blockSize)
    unsafe frequencies = documents + blockSize
    unsafe positions = documents + 2 * blockSize
    unsafe packed = .allocate(byteCount: Self.packedLength, alignment: 16)
  }

  deinit {
    unsafe documents.deallocate()
    unsafe packed.deallocate()
  }

  /// Begins the list of a term.
  mutating func begin() {
    start = file.position
    documentFrequency = 0
    totalFrequency = 0
    lastDocument = 0
    pending = 0
    pendingPositions = 0
    blockPositions = 0
    if documentBytes.count > 0 { documentBytes.removeAll() }
    if positionBytes.count > 0 { positionBytes.removeAll() }
    widest = 0
    firstOfRun = 0
    blockLargest = 0
    leastNorm = 255
    // What only a long list has; most are short.
    if !blocks.lasts.isEmpty { blocks.removeAll() }
  }

  /// Adds a document with its positions, ascending, where they are kept.
  @unsafe
  @inline(__always)
  mutating func add(
    document: UInt32, positions values: UnsafeBufferPointer<UInt32>
  ) throws(IndexError) {
    if detail == .positions {
      var before: UInt32 = 0
      for index in 0..<values.count {
        let position = unsafe values[index]
        try addPosition(difference: position &- before)
        before = position
      }
    }
    try add(document: document, frequency: UInt32(truncatingIfNeeded: values.count))
  }

  /// Adds a position of the next document: its difference to the one before, or to 0.
  @inline(__always)
  mutating func addPosition(difference: UInt32) throws(IndexError) {
    widest |= difference
    unsafe positions[pendingPositions] = difference
    pendingPositions &+= 1
    if pendingPositions == blockSize { try endPositionBlock() }
  }

  /// Adds a document; where positions are kept, `frequency` of them were added before.
  @inline(__always)
  mutating func add(document: UInt32, frequency: UInt32) throws(IndexError) {
    guard document < documentCount, document > lastDocument || documentFrequency == 0 else {
      throw .invalid("postings out of order: document \(document) after \(lastDocument)")
    }
    guard widest <= 0x7FFF_FFFF else { throw .invalid("positions out of order") }
    guard frequency &- 1 < Self.frequencyLimit &- 1 else {
      throw .invalid("a frequency of \(frequency)")
    }
    unsafe documents[pending] = document &- lastDocument
    unsafe frequencies[pending] = frequency &- 1
    pending &+= 1
    lastDocument = document
    documentFrequency &+= 1
    totalFrequency &+= Int(frequency)
    if detail != .documents {
      let norm = norms.isEmpty ? 0 : norms[Int(document)]
      blockLargest = max(blockLargest, Float(Int32(bitPattern: frequency)) * factors[Int(norm)])
      leastNorm = min(leastNorm, norm)
    }
    if pending == blockSize { try endBlock() }
  }

  /// How many more documents the open block takes.
  @inline(__always)
  var room: Int { blockSize &- pending }

  /// Adds documents, `shift` further on, at most `room`; where positions are kept, as many as the sum of `counts` were
  /// added before. Each is below 2^31, each count is at least 1 and less than 2^26.
  @unsafe
  mutating func add(
    documents new: UnsafePointer<UInt32>, counts: UnsafePointer<UInt32>, _ count: Int, shift: UInt32
  ) throws(IndexError) {
    guard count > 0 else { return }
    let (first, last) = unsafe (new[0] &+ shift, new[count &- 1] &+ shift)
    guard last < documentCount, first > lastDocument || documentFrequency == 0 else {
      throw .invalid("postings out of order: document \(first) after \(lastDocument)")
    }
    guard widest <= 0x7FFF_FFFF else { throw .invalid("positions out of order") }
    let (toDocuments, toFrequencies) = unsafe (documents + pending, frequencies + pending)
    unsafe toDocuments[0] = first &- lastDocument
    var isAscending = true
    for place in 1..<count {
      let difference = unsafe new[place] &- new[place &- 1]
      if Int32(bitPattern: difference) <= 0 { isAscending = false }
      unsafe toDocuments[place] = difference
    }
    guard isAscending else { throw .invalid("postings out of order") }
    var sum: UInt64 = 0
    for place in 0..<count {
      let frequency = unsafe counts[place]
      sum &+= UInt64(frequency)
      unsafe toFrequencies[place] = frequency &- 1
    }
    pending &+= count
    lastDocument = last
    documentFrequency &+= count
    totalFrequency &+= Int(sum)
    if detail != .documents {
      for place in 0..<count {
        let norm = unsafe norms.isEmpty ? 0 : norms[Int(new[place] &+ shift)]
        let x = unsafe Float(Int32(bitPattern: counts[place])) * factors[Int(norm)]
        blockLargest = max(blockLargest, x)
        leastNorm = min(leastNorm, norm)
      }
    }
    if pending == blockSize { try endBlock() }
  }

  /// Adds positions of the next documents: each one's difference to the one before, or to 0.
  @unsafe
  mutating func addPositions(
    _ differences: UnsafePointer<UInt32>, _ count: Int
  ) throws(IndexError) {
    var done = 0
    while done < count {
      let part = min(count &- done, blockSize &- pendingPositions)
      let (from, to) = unsafe (differences + done, positions + pendingPositions)
      var all: UInt32 = 0
      for place in 0..<part {
        let difference = unsafe from[place]
        all |= difference
        unsafe to[place] = difference
      }
      widest |= all
      pendingPositions &+= part
      done &+= part
      if pendingPositions == blockSize { try endPositionBlock() }
    }
  }

  /// Ends the list and says where it lies. There is at least one document.
  mutating func end() throws(IndexError) -> List {
    precondition(documentFrequency > 0, "a term has documents")
    var list = List(
      documentFrequency: documentFrequency, totalFrequency: totalFrequency, start: start, length: 0,
      metadata: 0, document: lastDocument, norm: 0)
    if documentFrequency == 1 {
      list.norm = norms.isEmpty ? 0 : norms[Int(lastDocument)]
      if detail == .positions, totalFrequency > Int(TermEntry.inlinePositions) {
        try endPositions()
        try file.append(unsafe positionBytes.bytes.span.bytes)
      }
    } else if documentFrequency < blockSize {
      if detail != .documents {
        let code = ScoreBound.code(blockLargest)
        documentBytes.append(UInt8(truncatingIfNeeded: code))
        documentBytes.append(UInt8(truncatingIfNeeded: code >> 8))
        documentBytes.append(leastNorm)
      }
      appendVariableBytes()
      try endPositions()
      documentBytes.append(unsafe positionBytes.bytes.span.bytes)
      try file.append(unsafe documentBytes.bytes.span.bytes)
    } else {
      if pending > 0 { try endBlock() }
      try endRun()
      list.metadata = try writeBlockData()
    }
    list.length = file.position - start
    return list
  }

  /// The position differences of a term in one document, at most 4.
  var inlinePositions: UnsafePointer<UInt32> { unsafe UnsafePointer(positions) }

  // MARK: Blocks

  private mutating func endBlock() throws(IndexError) {
    if blocks.lasts.isEmpty {
      // The list is a long one: positions stream from now on.
      try file.append(unsafe positionBytes.bytes.span.bytes)
      positionBytes.removeAll()
    }
    var encoding = 0
    var frequencyEncoding = 0
    let offset = documentBytes.count
    if pending == blockSize {
      encoding = appendDocuments()
      if detail != .documents {
        unsafe frequencyEncoding = appendPacked(frequencies, Self.frequencyPrice)
      }
    } else {
      appendVariableBytes()
    }
    blocks.lasts.append(lastDocument)
    blocks.infos.append(
      BlockData.Info(
        offset: offset, encoding: encoding, frequencyEncoding: frequencyEncoding,
        skip: Int(blockPositions >> 40)))
    if detail != .documents {
      let code = ScoreBound.code(blockLargest)
      blocks.bounds.append(code)
      blocks.bound = max(blocks.bound, code)
      blockLargest = 0
    }
    pending = 0
    if detail == .positions { blocks.positions.append(Int(blockPositions & 0xFF_FFFF_FFFF)) }
    if documentBytes.count >= runLength { try endRun() }
    if detail == .positions {
      blockPositions = UInt64(file.position - start) | UInt64(pendingPositions) << 40
    }
  }

  /// Appends the 128 documents of the open block, packed or as a bit set, whichever is shorter.
  /// - Returns: their encoding.
  private mutating func appendDocuments() -> Int {
    let bits = unsafe BitPacking.width(documents)
    let first = (blocks.lasts.last.map { $0 + 1 } ?? 0) >> 6
    let words = Int(lastDocument >> 6) - Int(first) + 1
    guard words * 8 <= BitPacking.byteCount(bits: bits) else {
      return unsafe appendPacked(documents, Self.documentPrice)
    }
    unsafe packed.initializeMemory(as: UInt8.self, repeating: 0, count: words * 8)
    var document = blocks.lasts.last ?? 0
    for place in 0..<blockSize {
      document &+= unsafe documents[place]
      let bit = Int(document) - Int(first) << 6
      let byte = unsafe packed.load(fromByteOffset: bit >> 3, as: UInt8.self)
      unsafe packed.storeBytes(
        of: byte | 1 << UInt8(bit & 7), toByteOffset: bit >> 3, as: UInt8.self)
    }
    documentBytes.append(
      unsafe RawSpan(_unsafeStart: UnsafeRawPointer(packed), byteCount: words * 8))
    return BlockData.bitSet
  }

  /// Writes the documents that are held, after the positions that are pending.
  private mutating func endRun() throws(IndexError) {
    try endPositions()
    let base = file.position - start
    for block in firstOfRun..<blocks.infos.count {
      blocks.infos[block] = blocks.infos[block].moved(by: base)
    }
    firstOfRun = blocks.infos.count
    try file.append(unsafe documentBytes.bytes.span.bytes)
    documentBytes.removeAll()
  }

  /// - Returns: its length.
  private mutating func writeBlockData() throws(IndexError) -> Int {
    blocks.leastNorm = detail == .documents ? 0 : leastNorm
    let data = blocks.bytes(dataLength: file.position - start)
    try file.append(unsafe data.bytes.span.bytes)
    return data.count
  }

  /// - Returns: their encoding.
  private mutating func appendPacked(
    _ values: UnsafePointer<UInt32>, _ price: PatchedPacking.Price
  ) -> Int {
    let (encoding, count) = unsafe PatchedPacking.pack(values, price: price, into: packed)
    documentBytes.append(unsafe RawSpan(_unsafeStart: UnsafeRawPointer(packed), byteCount: count))
    return encoding
  }

  private mutating func appendVariableBytes() {
    var count = 0
    for index in 0..<pending {
      let difference = UInt64(unsafe documents[index])
      if detail == .documents {
        pack(difference, &count)
      } else {
        let frequency = UInt64(unsafe frequencies[index]) + 1
        pack(difference << 1 | (frequency == 1 ? 1 : 0), &count)
        if frequency != 1 { pack(frequency, &count) }
      }
    }
    documentBytes.append(unsafe RawSpan(_unsafeStart: UnsafeRawPointer(packed), byteCount: count))
  }

  /// Puts LEB128 behind the first `count` bytes of `packed`.
  @inline(__always)
  private func pack(_ value: UInt64, _ count: inout Int) {
    var rest = value
    while rest >= 0x80 {
      unsafe packed.storeBytes(
        of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: count, as: UInt8.self)
      rest &>>= 7
      count &+= 1
    }
    unsafe packed.storeBytes(
      of: UInt8(truncatingIfNeeded: rest), toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  // MARK: Positions

  /// Packs 128 differences; a long list's go to the file.
  private mutating func endPositionBlock() throws(IndexError) {
    let (encoding, count) = unsafe PatchedPacking.pack(
      positions, price: Self.positionPrice, into: packed + 1)
    unsafe packed.storeBytes(of: UInt8(encoding), as: UInt8.self)
    let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(packed), byteCount: 1 + count)
    if blocks.lasts.isEmpty { positionBytes.append(span) } else { try file.append(span) }
    pendingPositions = 0
  }

  /// Writes the pending differences as a short block.
  private mutating func endPositions() throws(IndexError) {
    guard pendingPositions > 0 else { return }
    let held = positionBytes.count
    unsafe packed.storeBytes(of: UInt8(128 + pendingPositions), as: UInt8.self)
    var count = 1
    for index in 0..<pendingPositions { pack(UInt64(unsafe positions[index]), &count) }
    positionBytes.append(unsafe RawSpan(_unsafeStart: UnsafeRawPointer(packed), byteCount: count))
    pendingPositions = 0
    if !blocks.lasts.isEmpty {
      precondition(held == 0, "a long list's positions are in the file")
      try file.append(unsafe positionBytes.bytes.span.bytes)
      positionBytes.removeAll()
    }
  }
}

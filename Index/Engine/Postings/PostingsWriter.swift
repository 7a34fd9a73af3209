// The postings of one term after the other, streamed to a file. A list is
//
//   in one document       in the dictionary; more than 4 positions: position blocks here
//   in 2 … 127            impacts · documents and frequencies as variable bytes · position blocks
//   in 128 and more       data · block data:
//
//   data         runs of [position blocks][document blocks]; one run, unless documents take more than 4 MiB
//   position block    width w (1 byte), 128 differences packed in 16 · w bytes; a run's last:
//                     128 + count (1 byte), so many differences as variable bytes
//   document block    128 differences of documents, then 128 frequencies less one, packed; the last block:
//                     variable bytes like a short list's
//   block data   offset of the list's impacts in `impacts` (4 bytes)
//                per block: last document (4 bytes)
//                per block: 40 bits offset of the document block, 8 bits width of documents, 8 of frequencies,
//                  8 position differences to skip; 40 bits offset of the position block, 8 zero,
//                  16 bits offset of the block's impacts after those of its group's first (16 bytes)
//                per 32 blocks: last document, offset of the first block's impacts, offset of the group's
//                  (4 bytes each)
//                impacts (`Impact`)
//
// Variable bytes of a document: difference << 1 | (frequency is 1), then the frequency unless it is 1; the
// difference alone where frequencies are not kept. The first difference of a list counts from 0, others from the
// document before. Positions: differences within a document, the first from 0. Offsets count from the list.
// Without frequencies there are no impacts and no position blocks; their fields are 0.

import Bytes

@safe
struct PostingsWriter: ~Copyable {
  static let groupBlocks = 32
  /// Greatest frequency and position, plus one: 26 and 31 bits.
  static let frequencyLimit: UInt32 = 1 << 26
  /// Longer than a block packed or as variable bytes: 33 bits of a document and 26 of a frequency are 9 bytes.
  private static let packedLength = 9 * blockSize + 16
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
  private let encoder: ImpactEncoder
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
  private var lasts: [UInt32] = []
  private var infos: [(UInt64, UInt64)] = []
  private var groups: [(UInt32, UInt32, UInt32)] = []
  private var impacts = ByteWriter()
  private var firstOfRun = 0

  private var blockFront = ImpactFront()
  private var groupFront = ImpactFront()
  private var listFront = ImpactFront()
  private var front: [Impact] = []

  /// `norms`: one byte for each of `documentCount` documents, or none.
  init(
    _ file: ByteSink, detail: PostingsDetail, documentCount: Int, norms: [UInt8],
    averageLength: Float, runLength: Int
  ) {
    self.file = file
    self.detail = detail
    self.documentCount = UInt32(documentCount)
    self.norms = norms
    self.runLength = runLength
    encoder = ImpactEncoder(averageLength: averageLength)
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
    // What only a long list has; most are short.
    if lasts.isEmpty { return }
    lasts.removeAll(keepingCapacity: true)
    infos.removeAll(keepingCapacity: true)
    groups.removeAll(keepingCapacity: true)
    impacts.removeAll()
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
      blockFront.add(
        frequency: frequency, norm: norms.isEmpty ? 1 : norms[Int(document)])
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
        unsafe blockFront.add(
          frequency: counts[place], norm: norms.isEmpty ? 1 : norms[Int(new[place] &+ shift)])
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
      list.norm = norms.isEmpty ? 1 : norms[Int(lastDocument)]
      blockFront.removeAll()
      if detail == .positions, totalFrequency > Int(TermEntry.inlinePositions) {
        try endPositions()
        try file.append(unsafe positionBytes.bytes.span.bytes)
      }
    } else if documentFrequency < blockSize {
      if detail != .documents {
        blockFront.take(into: &front)
        encoder.append(front, to: &documentBytes)
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
    if lasts.isEmpty {
      // The list is a long one: positions stream from now on.
      try file.append(unsafe positionBytes.bytes.span.bytes)
      positionBytes.removeAll()
    }
    var docBits = 0
    var frequencyBits = 0
    let offset = documentBytes.count
    if pending == blockSize {
      unsafe docBits = BitPacking.width(documents)
      unsafe appendPacked(documents, docBits)
      if detail != .documents {
        unsafe frequencyBits = BitPacking.width(frequencies)
        unsafe appendPacked(frequencies, frequencyBits)
      }
    } else {
      appendVariableBytes()
    }
    let inGroup = lasts.count % Self.groupBlocks
    var impactOffset = 0
    if detail != .documents {
      if inGroup == 0 { groups.append((0, UInt32(impacts.count), 0)) }
      impactOffset = impacts.count - Int(groups[groups.count - 1].1)
      blockFront.take(into: &front)
      groupFront.add(front)
      encoder.append(front, to: &impacts)
    } else if inGroup == 0 {
      groups.append((0, 0, 0))
    }
    lasts.append(lastDocument)
    infos.append(
      (
        UInt64(offset) | UInt64(docBits) << 40 | UInt64(frequencyBits) << 48
          | (blockPositions >> 40) << 56,
        blockPositions & 0xFF_FFFF_FFFF | UInt64(impactOffset) << 48
      ))
    pending = 0
    if inGroup == Self.groupBlocks - 1 { endGroup() }
    if documentBytes.count >= runLength { try endRun() }
    if detail == .positions {
      blockPositions = UInt64(file.position - start) | UInt64(pendingPositions) << 40
    }
  }

  private mutating func endGroup() {
    let last = groups.count - 1
    groups[last].0 = lasts[lasts.count - 1]
    guard detail != .documents else { return }
    groupFront.take(into: &front)
    listFront.add(front)
    groups[last].2 = UInt32(impacts.count)
    encoder.append(front, to: &impacts)
  }

  /// Writes the documents that are held, after the positions that are pending.
  private mutating func endRun() throws(IndexError) {
    try endPositions()
    let base = UInt64(file.position - start)
    for index in firstOfRun..<infos.count { infos[index].0 += base }
    firstOfRun = infos.count
    try file.append(unsafe documentBytes.bytes.span.bytes)
    documentBytes.removeAll()
  }

  private mutating func writeBlockData() throws(IndexError) -> Int {
    if lasts.count % Self.groupBlocks != 0 { endGroup() }
    var listImpacts = 0
    if detail != .documents {
      listFront.take(into: &front)
      listImpacts = groups.count == 1 ? Int(groups[0].2) : impacts.count
      if groups.count > 1 { encoder.append(front, to: &impacts) }
    }
    var data = ByteWriter()
    data.reserveCapacity(4 + 20 * lasts.count + 12 * groups.count + impacts.count)
    data.append(UInt32(listImpacts))
    for last in lasts { data.append(last) }
    for info in infos {
      data.append(info.0)
      data.append(info.1)
    }
    for group in groups {
      data.append(group.0)
      data.append(group.1)
      data.append(group.2)
    }
    data.append(unsafe impacts.bytes.span.bytes)
    try file.append(unsafe data.bytes.span.bytes)
    return data.count
  }

  private mutating func appendPacked(_ values: UnsafePointer<UInt32>, _ bits: Int) {
    unsafe BitPacking.pack(values, bits: bits, into: packed)
    documentBytes.append(
      unsafe RawSpan(
        _unsafeStart: UnsafeRawPointer(packed), byteCount: BitPacking.byteCount(bits: bits)))
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
    let bits = unsafe BitPacking.width(positions)
    unsafe packed.storeBytes(of: UInt8(bits), as: UInt8.self)
    unsafe BitPacking.pack(positions, bits: bits, into: packed + 1)
    let span = unsafe RawSpan(
      _unsafeStart: UnsafeRawPointer(packed), byteCount: 1 + BitPacking.byteCount(bits: bits))
    if lasts.isEmpty { positionBytes.append(span) } else { try file.append(span) }
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
    if !lasts.isEmpty {
      precondition(held == 0, "a long list's positions are in the file")
      try file.append(unsafe positionBytes.bytes.span.bytes)
      positionBytes.removeAll()
    }
  }
}

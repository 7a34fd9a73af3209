// The dictionary of one field and space, written while its postings stream to the same section:
//
//   section    runs
//   run        the lists of 4,096 terms, then their dictionary blocks; the last one has fewer terms
//   index      per block: first 8 bytes of its first term, big-endian as a number; 8 bytes each
//              per block: offset in the section (40 bits) and length (24 bits); 8 bytes each
//   trailer    terms, sum of document frequencies, sum of frequencies; 8 bytes each
//
//   block      length of the terms part; offset in the run of the first list; terms part; entries part
//   terms      first: length, bytes; others: (shared << 4 | rest) in one byte, or 0xF0, shared, rest where
//              shared > 14 or rest > 15; then the `rest` bytes that differ from the term before
//   entry      of a term, by space and detail:
//                index: documentFrequency << 2 | forms      exact: documentFrequency (0 for an alias), signed
//                difference of the index ordinal to the entry before      value: documentFrequency << 1; of one
//                document: its signed difference to the one of the last such entry of the block << 1 | 1, and
//                nothing else
//                frequencies: totalFrequency - documentFrequency
//                one document: document; norm byte where there are frequencies; with positions: as plain
//                differences if at most 4, else the length of their blocks
//                more: length of the list; from 128 documents on, length of the block data at its end
//
// All numbers without a width are LEB128. A block holds 32 terms, the last one fewer. Runs know nothing of their place, so
// that threads write them side by side.

import Bytes

/// Writes runs of a dictionary. A structure, so that its owner's check for exclusive access is the only one for a term.
struct TermDictionaryWriter: ~Copyable {
  static let blockTerms = 32
  static let runBlocks = 128
  static let runTerms = runBlocks * blockTerms
  static let trailerLength = 24
  /// Longest term, in bytes.
  static let maxLength = 4_096

  let space: TermSpace
  let detail: PostingsDetail

  private var run = TermRun()
  /// The term before, in its first `previousCount` bytes; -1: there is none.
  private var previous = [UInt8](repeating: 0, count: maxLength)
  private var previousCount = -1
  private var terms = ByteWriter()
  private var entries = ByteWriter()
  private var firstList = -1
  private var lastIndexOrdinal = 0
  private var lastDocument: UInt32 = 0
  /// The blocks of the run.
  private var blocks = ByteWriter()

  init(space: TermSpace, detail: PostingsDetail) {
    self.space = space
    self.detail = detail
  }

  /// Terms of the run.
  var count: Int { run.count }

  /// Begins a run whose lists begin at `start` of their sink.
  mutating func beginRun(at start: Int) {
    run = TermRun()
    run.start = start
  }

  /// Adds the next term; its entry follows by one of the `entry` functions.
  mutating func add(_ term: UnsafeRawBufferPointer) throws(IndexError) {
    let length = term.count
    guard length <= Self.maxLength else {
      throw .invalid("a term of \(length) bytes; at most \(Self.maxLength) are possible")
    }
    var shared = 0
    let limit = min(length, previousCount)
    let isInOrder = unsafe previous.withUnsafeMutableBytes { previous in
      while shared < limit, unsafe term[shared] == previous[shared] { shared &+= 1 }
      guard
        unsafe previousCount < 0
          || (shared < length && (shared == limit || term[shared] > previous[shared]))
      else { return false }
      for index in shared..<length { unsafe previous[index] = term[index] }
      return true
    }
    guard isInOrder else { throw .invalid("terms out of order") }
    previousCount = length
    if run.count % Self.blockTerms == 0 {
      endBlock()
      run.prefixes.append(unsafe Self.prefix(term))
      terms.appendCount(length)
      shared = 0
    } else {
      let rest = length - shared
      if shared < 15, rest < 16 {
        terms.append(UInt8(shared << 4 | rest))
      } else {
        terms.append(UInt8(0xF0))
        terms.appendCount(shared)
        terms.appendCount(rest)
      }
    }
    terms.append(unsafe term.bytes.extracting(shared..<length))
    run.count += 1
  }

  /// Entry of an exact form whose postings are those of index term `ordinal`.
  mutating func addAlias(ordinal: Int) {
    precondition(space == .exact, "aliases are exact forms")
    entries.append(UInt8(0))
    appendIndexOrdinal(ordinal)
  }

  /// Entry of a term in one document. `positions`: the differences, when they are inlined; else their blocks
  /// lie in the file at `start` for `length` bytes.
  mutating func addSingle(
    document: UInt32, frequency: UInt32, norm: UInt8, positions: UnsafePointer<UInt32>,
    start: Int, length: Int, forms: FormKind, ordinal: Int
  ) {
    if space == .value {
      let difference = Int64(document) - Int64(lastDocument)
      lastDocument = document
      entries.appendVarint(UInt64(bitPattern: difference << 1 ^ difference >> 63) << 1 | 1)
    }
    addHead(1, Int(frequency), forms, ordinal)
    if space != .value { entries.appendVarint(UInt64(document)) }
    if detail != .documents { entries.append(norm) }
    if detail == .positions {
      if frequency <= TermEntry.inlinePositions {
        for index in 0..<Int(frequency) { entries.appendVarint(UInt64(unsafe positions[index])) }
      } else {
        if firstList < 0 { firstList = start - run.start }
        entries.appendCount(length)
      }
    }
  }

  /// Entry of a term in several documents, whose list lies in the file at `start`.
  mutating func addList(
    documentFrequency: Int, totalFrequency: Int, start: Int, length: Int, metadata: Int,
    forms: FormKind, ordinal: Int
  ) {
    if firstList < 0 { firstList = start - run.start }
    addHead(documentFrequency, totalFrequency, forms, ordinal)
    entries.appendCount(length)
    if documentFrequency >= blockSize { entries.appendCount(metadata) }
  }

  /// Writes the run's blocks behind its lists.
  mutating func endRun(to sink: ByteSink) throws(IndexError) -> TermRun {
    endBlock()
    let base = UInt64(sink.position - run.start)
    guard base + UInt64(blocks.count) < 1 << 40 else { throw Self.tooLong }
    for index in run.locations.indices { run.locations[index] += base }
    try sink.append(unsafe blocks.bytes.span.bytes)
    blocks.removeAll()
    return run
  }

  static var tooLong: IndexError {
    .invalid("a field's terms and postings take more than 2^40 bytes of a segment")
  }

  /// The first 8 bytes of a term as a number that sorts like them; missing ones are 0.
  static func prefix(_ term: UnsafeRawBufferPointer) -> UInt64 {
    if term.count >= 8 {
      return unsafe term.loadUnaligned(as: UInt64.self).bigEndian
    }
    var result: UInt64 = 0
    for index in 0..<8 {
      result = result << 8 | (index < term.count ? UInt64(unsafe term[index]) : 0)
    }
    return result
  }

  private mutating func addHead(
    _ documentFrequency: Int, _ totalFrequency: Int, _ forms: FormKind, _ ordinal: Int
  ) {
    run.sumDocumentFrequency += UInt64(documentFrequency)
    run.sumTotalFrequency += UInt64(totalFrequency)
    switch space {
    case .index: entries.appendCount(documentFrequency << 2 | Int(forms.rawValue))
    case .value: if documentFrequency > 1 { entries.appendCount(documentFrequency << 1) }
    case .exact:
      entries.appendCount(documentFrequency)
      appendIndexOrdinal(ordinal)
    }
    if detail != .documents { entries.appendCount(totalFrequency - documentFrequency) }
  }

  private mutating func appendIndexOrdinal(_ ordinal: Int) {
    entries.appendSignedVarint(Int64(ordinal - lastIndexOrdinal))
    lastIndexOrdinal = ordinal
  }

  private mutating func endBlock() {
    guard terms.count > 0 else {
      firstList = -1
      return
    }
    let start = blocks.count
    blocks.appendCount(terms.count)
    blocks.appendCount(max(firstList, 0))
    blocks.append(unsafe terms.bytes.span.bytes)
    blocks.append(unsafe entries.bytes.span.bytes)
    run.locations.append(UInt64(start) | UInt64(blocks.count - start) << 40)
    terms.removeAll()
    entries.removeAll()
    lastIndexOrdinal = 0
    lastDocument = 0
    firstList = -1
  }
}

/// Up to 4,096 terms that were written together.
struct TermRun {
  var count = 0
  var sumDocumentFrequency: UInt64 = 0
  var sumTotalFrequency: UInt64 = 0
  /// Where it begins, with its lists, in the sink that it was written to.
  var start = 0
  /// Of its blocks, as in the index; offsets count from `start`.
  fileprivate(set) var prefixes = ByteWriter()
  fileprivate(set) var locations: [UInt64] = []
}

/// The index and trailer of a dictionary, gathered from its runs.
struct TermIndexWriter {
  private(set) var count = 0
  private var sumDocumentFrequency: UInt64 = 0
  private var sumTotalFrequency: UInt64 = 0
  private var prefixes = ByteWriter()
  private var locations: [UInt64] = []

  /// Takes the next run, which begins at `offset` of the section. Every run but the last one is full.
  mutating func append(_ run: TermRun, at offset: Int) throws(IndexError) {
    precondition(count % TermDictionaryWriter.runTerms == 0, "a run behind one that is not full")
    count += run.count
    sumDocumentFrequency += run.sumDocumentFrequency
    sumTotalFrequency += run.sumTotalFrequency
    prefixes.append(unsafe run.prefixes.bytes.span.bytes)
    for location in run.locations {
      guard location & (1 << 40 - 1) + UInt64(offset) < 1 << 40 else {
        throw TermDictionaryWriter.tooLong
      }
      locations.append(location + UInt64(offset))
    }
  }

  func write(to file: ByteSink) throws(IndexError) {
    var tail = ByteWriter()
    for location in locations { tail.append(location) }
    tail.append(UInt64(count))
    tail.append(sumDocumentFrequency)
    tail.append(sumTotalFrequency)
    try file.append(prefixes.bytes)
    try file.append(tail.bytes)
  }
}

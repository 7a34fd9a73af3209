// The dictionary of one field and space, written while its postings stream to the same section:
//
//   section    lists of postings and runs of dictionary blocks, as they come (a run about every MiB)
//   index      per block: first 8 bytes of its first term, big-endian as a number; 8 bytes each
//              per block: offset in the section (40 bits) and length (24 bits); 8 bytes each
//   trailer    terms, sum of document frequencies, sum of frequencies; 8 bytes each
//
//   block      length of the terms part; offset in the section of the first list; terms part; entries part
//   terms      first: length, bytes; others: (shared << 4 | rest) in one byte, or 0xF0, shared, rest where
//              shared > 14 or rest > 15; then the `rest` bytes that differ from the term before
//   entry      of a term, by space and detail:
//                index: documentFrequency << 2 | forms      exact: documentFrequency (0 for an alias), signed
//                difference of the index ordinal to the entry before      value: documentFrequency
//                frequencies: totalFrequency - documentFrequency
//                one document: document; norm byte where there are frequencies; with positions: as plain
//                differences if at most 4, else the length of their blocks
//                more: length of the list; from 128 documents on, length of the block data at its end
//
// All numbers without a width are LEB128. A block holds 32 terms, the last one fewer.

import Bytes

/// A structure, so that its owner's check for exclusive access is the only one for a term.
struct TermDictionaryWriter: ~Copyable {
  static let blockTerms = 32
  static let trailerLength = 24
  /// Longest term, in bytes.
  static let maxLength = 4_096
  private static let runLength = 1 << 20

  private let file: ChunkedFileWriter
  private let sectionStart: Int
  let space: TermSpace
  let detail: PostingsDetail

  private(set) var count = 0
  private var sumDocumentFrequency: UInt64 = 0
  private var sumTotalFrequency: UInt64 = 0
  /// The term before, in its first `previousCount` bytes.
  private var previous = [UInt8](repeating: 0, count: maxLength)
  private var previousCount = 0
  private var terms = ByteWriter()
  private var entries = ByteWriter()
  private var firstList = -1
  private var lastIndexOrdinal = 0
  private var run = ByteWriter()
  private var prefixes = ByteWriter()
  private var locations: [UInt64] = []
  /// Blocks whose place is known only when the run is written.
  private var firstOfRun = 0

  init(_ file: ChunkedFileWriter, space: TermSpace, detail: PostingsDetail) {
    self.file = file
    self.space = space
    self.detail = detail
    sectionStart = file.position
  }

  /// Adds the next term; its entry follows by one of the `entry` functions.
  /// - Returns: its ordinal.
  @discardableResult
  mutating func add(_ term: UnsafeRawBufferPointer) throws(IndexError) -> Int {
    let length = term.count
    guard length <= Self.maxLength else {
      throw .invalid("a term of \(length) bytes; at most \(Self.maxLength) are possible")
    }
    var shared = 0
    let limit = min(length, previousCount)
    let isInOrder = unsafe previous.withUnsafeMutableBytes { previous in
      while shared < limit, unsafe term[shared] == previous[shared] { shared &+= 1 }
      guard
        unsafe count == 0
          || (shared < length && (shared == limit || term[shared] > previous[shared]))
      else { return false }
      for index in shared..<length { unsafe previous[index] = term[index] }
      return true
    }
    guard isInOrder else { throw .invalid("terms out of order") }
    previousCount = length
    if count % Self.blockTerms == 0 {
      try endBlock()
      prefixes.append(unsafe Self.prefix(term))
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
    count += 1
    return count - 1
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
    addHead(1, Int(frequency), forms, ordinal)
    entries.appendVarint(UInt64(document))
    if detail != .documents { entries.append(norm) }
    if detail == .positions {
      if frequency <= TermEntry.inlinePositions {
        for index in 0..<Int(frequency) { entries.appendVarint(UInt64(unsafe positions[index])) }
      } else {
        if firstList < 0 { firstList = start - sectionStart }
        entries.appendCount(length)
      }
    }
  }

  /// Entry of a term in several documents, whose list lies in the file at `start`.
  mutating func addList(
    documentFrequency: Int, totalFrequency: Int, start: Int, length: Int, metadata: Int,
    forms: FormKind, ordinal: Int
  ) {
    if firstList < 0 { firstList = start - sectionStart }
    addHead(documentFrequency, totalFrequency, forms, ordinal)
    entries.appendCount(length)
    if documentFrequency >= blockSize { entries.appendCount(metadata) }
  }

  /// Writes what is left, index and trailer.
  mutating func finish() throws(IndexError) {
    try endBlock()
    try endRun()
    var tail = ByteWriter()
    for location in locations { tail.append(location) }
    tail.append(UInt64(count))
    tail.append(sumDocumentFrequency)
    tail.append(sumTotalFrequency)
    try file.append(prefixes.bytes)
    try file.append(tail.bytes)
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
    sumDocumentFrequency += UInt64(documentFrequency)
    sumTotalFrequency += UInt64(totalFrequency)
    switch space {
    case .index: entries.appendCount(documentFrequency << 2 | Int(forms.rawValue))
    case .value: entries.appendCount(documentFrequency)
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

  private mutating func endBlock() throws(IndexError) {
    guard terms.count > 0 else {
      firstList = -1
      return
    }
    let start = run.count
    run.appendCount(terms.count)
    run.appendCount(max(firstList, 0))
    run.append(unsafe terms.bytes.span.bytes)
    run.append(unsafe entries.bytes.span.bytes)
    locations.append(UInt64(start) | UInt64(run.count - start) << 40)
    terms.removeAll()
    entries.removeAll()
    lastIndexOrdinal = 0
    firstList = -1
    if run.count >= Self.runLength { try endRun() }
  }

  private mutating func endRun() throws(IndexError) {
    let base = UInt64(file.position - sectionStart)
    guard base + UInt64(run.count) < 1 << 40 else {
      throw .invalid("a field's terms and postings take more than 2^40 bytes of a segment")
    }
    for index in firstOfRun..<locations.count { locations[index] += base }
    firstOfRun = locations.count
    try file.append(run.bytes)
    run.removeAll()
  }
}

// One place in a dictionary, moving forward: `next`, `seek`. The term's bytes are put together in a buffer of
// its own (front coding), its entry is decoded only when asked for.

import Bytes

/// Terms of a dictionary in the order of their bytes. Not thread-safe.
///
/// A new cursor stands before the first term.
@safe
final class TermCursor {
  let dictionary: TermDictionary
  /// Number of the current term; -1 before the first, `count` after the last.
  private(set) var ordinal = -1
  /// Length of the current term.
  private(set) var length = 0
  /// Leading bytes that the current term has in common with the one before it in its block; 0 for the first.
  private(set) var shared = 0

  private let buffer: UnsafeMutablePointer<UInt8>
  private var block = -1
  private var terms: ByteScanner
  private var entries: ByteScanner
  /// Entries of the block that were decoded, and the running values after them.
  private var decoded = 0
  private var listOffset = 0
  private var lastIndexOrdinal = 0
  private var current: TermEntry?

  init(_ dictionary: TermDictionary) {
    self.dictionary = dictionary
    unsafe buffer = .allocate(capacity: TermDictionaryWriter.maxLength)
    let nothing = unsafe ByteScanner(UnsafeRawPointer(buffer), 0)
    terms = nothing
    entries = nothing
  }

  /// A cursor at the term with that number, below `count`.
  convenience init(_ dictionary: TermDictionary, ordinal: Int) throws(IndexError) {
    self.init(dictionary)
    guard ordinal >= 0, ordinal < dictionary.count else {
      throw dictionary.file.corrupt(
        dictionary.section.offset, "term \(ordinal) of \(dictionary.count)")
    }
    try load(ordinal / TermDictionaryWriter.blockTerms)
    while self.ordinal < ordinal { try step() }
  }

  deinit { unsafe buffer.deallocate() }

  /// The current term's bytes, valid until the cursor moves.
  var term: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: UnsafeRawPointer(buffer), count: length)
  }

  /// A copy of the current term.
  var bytes: [UInt8] { unsafe [UInt8](term) }

  var isAtEnd: Bool { ordinal == dictionary.count }

  /// Goes to the next term. False at the end.
  func next() throws(IndexError) -> Bool {
    guard ordinal &+ 1 < dictionary.count else {
      ordinal = dictionary.count
      current = nil
      return false
    }
    if (ordinal &+ 1) % TermDictionaryWriter.blockTerms == 0 {
      try load((ordinal &+ 1) / TermDictionaryWriter.blockTerms)
    } else {
      try step()
    }
    return true
  }

  /// Goes to the first term ≥ `target`, forward or back. False when there is none.
  func seek(_ target: RawSpan) throws(IndexError) -> Bool {
    try unsafe target.withUnsafeBytes { (bytes) throws(IndexError) -> Bool in
      unsafe try seek(bytes)
    }
  }

  func seek(_ target: UnsafeRawBufferPointer) throws(IndexError) -> Bool {
    guard dictionary.count > 0 else {
      ordinal = 0
      return false
    }
    let prefix = unsafe TermDictionaryWriter.prefix(target)
    var candidate = try dictionary.block(prefix: prefix)
    try load(candidate)
    // Blocks of one prefix are told apart by their first terms.
    while candidate > 0, unsafe compare(target) > 0 {
      candidate &-= 1
      try load(candidate)
      if try dictionary.prefix(ofBlock: candidate) != prefix { break }
    }
    return unsafe try scan(target)
  }

  /// Whether the current term equals `other`.
  func equals(_ other: RawSpan) -> Bool {
    guard ordinal >= 0, ordinal < dictionary.count else { return false }
    return unsafe other.withUnsafeBytes { unsafe compare($0) == 0 }
  }

  /// Whether the current term begins with `prefix`.
  func hasPrefix(_ prefix: RawSpan) -> Bool {
    guard prefix.byteCount <= length else { return false }
    return unsafe prefix.withUnsafeBytes { prefix in
      for index in 0..<prefix.count where unsafe buffer[index] != prefix[index] {
        return false
      }
      return true
    }
  }

  /// What the dictionary says of the current term.
  func entry() throws(IndexError) -> TermEntry {
    precondition(ordinal >= 0 && ordinal < dictionary.count, "a cursor at a term")
    if let current { return current }
    var result: TermEntry
    let first = block &* TermDictionaryWriter.blockTerms
    repeat {
      result = decodeEntry(first &+ decoded)
      decoded &+= 1
    } while first &+ decoded <= ordinal
    guard !entries.failed else { throw damaged("entries of terms that make no sense") }
    try check(result)
    current = result
    return result
  }

  /// Whether the current term is less than (-1), equal to (0) or greater than (1) `other`.
  func compare(_ other: UnsafeRawBufferPointer) -> Int {
    let limit = min(length, other.count)
    var index = 0
    while index < limit {
      let mine = unsafe buffer[index]
      let its = unsafe other[index]
      if mine != its { return mine < its ? -1 : 1 }
      index &+= 1
    }
    return length == other.count ? 0 : (length < other.count ? -1 : 1)
  }

  // MARK: Blocks

  /// Goes to the first term of a block.
  private func load(_ index: Int) throws(IndexError) {
    let (offset, count) = try dictionary.location(ofBlock: index)
    var scanner = try dictionary.file.scanner(offset, count)
    let termsLength = scanner.count()
    let firstList = scanner.count()
    let start = dictionary.file.offset(of: scanner)
    guard !scanner.failed, termsLength <= scanner.remaining, firstList <= dictionary.section.length
    else { throw dictionary.file.corrupt(offset, "a block of terms that makes no sense") }
    terms = try dictionary.file.scanner(start, termsLength)
    entries = try dictionary.file.scanner(
      start &+ termsLength, offset &+ count &- start &- termsLength)
    block = index
    decoded = 0
    current = nil
    lastIndexOrdinal = 0
    listOffset = dictionary.section.offset &+ firstList
    ordinal = index &* TermDictionaryWriter.blockTerms
    shared = 0
    length = 0
    try take(terms.count())
  }

  /// Goes to the next term of the block.
  private func step() throws(IndexError) {
    let head = terms.byte()
    var keep = Int(head &>> 4)
    var rest = Int(head & 15)
    if keep == 15 {
      keep = terms.count()
      rest = terms.count()
    }
    guard keep <= length, rest > 0, !terms.failed else {
      throw damaged("a term that makes no sense")
    }
    let before = keep < length ? Int(unsafe buffer[keep]) : -1
    shared = keep
    length = keep
    ordinal &+= 1
    current = nil
    try take(rest)
    guard Int(unsafe buffer[keep]) > before else { throw damaged("terms out of order") }
  }

  /// Appends `count` bytes of the block to the term.
  private func take(_ count: Int) throws(IndexError) {
    guard count <= terms.remaining, length &+ count <= TermDictionaryWriter.maxLength,
      !terms.failed
    else { throw damaged("a term that is too long") }
    unsafe UnsafeMutableRawPointer(buffer + length).copyMemory(
      from: terms.address, byteCount: count)
    terms.skip(count)
    length &+= count
  }

  /// Goes on to the first term ≥ `target`, from where the cursor stands.
  private func scan(_ target: UnsafeRawBufferPointer) throws(IndexError) -> Bool {
    while unsafe compare(target) < 0 {
      guard try next() else { return false }
    }
    return true
  }

  private func decodeEntry(_ number: Int) -> TermEntry {
    let detail = dictionary.detail
    let head = entries.count()
    var entry = TermEntry(
      ordinal: number, detail: detail, documentFrequency: head, totalFrequency: head,
      location: .none)
    switch dictionary.space {
    case .value: break
    case .index:
      entry.documentFrequency = head &>> 2
      if let forms = FormKind(rawValue: UInt8(head & 3)) {
        entry.forms = forms
      } else {
        entries.fail()
      }
    case .exact:
      lastIndexOrdinal &+= Int(entries.signedVarint())
      entry.indexOrdinal = lastIndexOrdinal
      if head == 0 { return entry }
    }
    entry.totalFrequency = entry.documentFrequency
    if detail != .documents { entry.totalFrequency &+= entries.count() }
    if entry.documentFrequency == 1 {
      let document = entries.varint31()
      let norm = detail == .documents ? 0 : entries.byte()
      var positions = 0
      var length = 0
      if detail == .positions {
        if entry.totalFrequency <= Int(TermEntry.inlinePositions) {
          positions = dictionary.file.offset(of: entries)
          for _ in 0..<entry.totalFrequency { _ = entries.varint31() }
          length = dictionary.file.offset(of: entries) &- positions
        } else {
          positions = listOffset
          length = entries.count()
          listOffset &+= length
        }
      }
      entry.location = .single(
        document: document, norm: norm, positions: positions, length: length)
    } else {
      let length = entries.count()
      let metadata = entry.documentFrequency >= blockSize ? entries.count() : 0
      entry.location = .list(offset: listOffset, length: length, metadata: metadata)
      listOffset &+= length
    }
    return entry
  }

  /// Checks an entry against segment and section, so that whoever uses it need not.
  private func check(_ entry: TermEntry) throws(IndexError) {
    let documents = dictionary.file.documentCount
    let end = dictionary.section.offset + dictionary.section.length
    guard entry.documentFrequency <= documents, entry.indexOrdinal >= -1 else {
      throw damaged("a term in \(entry.documentFrequency) of \(documents) documents")
    }
    switch entry.location {
    case .none:
      guard dictionary.space == .exact else { throw damaged("a term in no document") }
    case .single(let document, _, let positions, let length):
      guard Int(document) < documents, positions <= end, length <= end - positions else {
        throw damaged("a term in document \(document) of \(documents)")
      }
    case .list(let offset, let length, let metadata):
      guard entry.documentFrequency > 1, offset <= end, length <= end - offset, metadata <= length
      else { throw damaged("postings outside their section") }
    }
  }

  private func damaged(_ detail: String) -> IndexError {
    let offset =
      (try? dictionary.location(ofBlock: max(block, 0)).offset) ?? dictionary.section.offset
    return dictionary.file.corrupt(offset, detail)
  }
}

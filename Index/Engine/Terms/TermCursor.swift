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
  private var block: TermBlock?
  /// Terms of the block that follow the current one.
  private var terms: ByteScanner
  private var current: TermEntry?

  init(_ dictionary: TermDictionary) {
    self.dictionary = dictionary
    unsafe buffer = .allocate(capacity: TermDictionaryWriter.maxLength)
    terms = unsafe ByteScanner(UnsafeRawPointer(buffer), 0)
  }

  /// A cursor at the term with that number, below `count`.
  convenience init(_ dictionary: TermDictionary, ordinal: Int) throws(IndexError) {
    self.init(dictionary)
    try seek(ordinal: ordinal)
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
    let found = unsafe try dictionary.block(holding: target)
    try start(found)
    return unsafe try scan(target)
  }

  /// Goes to the term with that number, below `count`, forward or back.
  func seek(ordinal target: Int) throws(IndexError) {
    guard target >= 0, target < dictionary.count else { throw dictionary.noTerm(target) }
    let index = target / TermDictionaryWriter.blockTerms
    let isNear =
      ordinal >= 0 && ordinal <= target && ordinal / TermDictionaryWriter.blockTerms == index
    if !isNear { try load(index) }
    while ordinal < target { try step() }
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
    let result = try block!.entry(ordinal &- block!.firstOrdinal, dictionary)
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
    try start(try TermBlock(dictionary, index, dictionary.file))
  }

  private func start(_ block: TermBlock) throws(IndexError) {
    self.block = block
    terms = block.terms
    current = nil
    ordinal = block.firstOrdinal
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

  private func damaged(_ detail: String) -> IndexError {
    block?.damaged(detail, dictionary)
      ?? dictionary.file.corrupt(dictionary.section.offset, detail)
  }
}

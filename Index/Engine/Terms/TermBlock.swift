// One block of a dictionary being read: terms and entries side by side, each in order. The layout is drawn in
// TermDictionaryWriter.swift.

import Bytes

/// A block of up to 32 terms, located in its file.
struct TermBlock {
  let space: TermSpace
  let detail: PostingsDetail
  /// Number of the first term, and terms in the block.
  let firstOrdinal: Int
  let count: Int
  /// What follows the terms that were read, and the entries that were read.
  var terms: ByteScanner
  private var entries: ByteScanner
  /// Entries that were read.
  private(set) var entriesRead = 0
  /// Offset of the next list in the file, and the index ordinal of the entry before.
  private var listOffset: Int
  private var indexOrdinal = 0
  /// In the value space, the document of the last entry of one document.
  private var document: Int64 = 0

  /// - Parameter file: the dictionary's.
  init(_ dictionary: TermDictionary, _ index: Int, _ file: CheckedFile) throws(IndexError) {
    let (offset, length) = try dictionary.location(ofBlock: index, file)
    var scanner = try file.scanner(offset, length)
    let termsLength = scanner.count()
    let firstList = scanner.count()
    guard !scanner.failed, termsLength <= scanner.remaining, firstList <= dictionary.section.length
    else { throw file.corrupt(offset, "a block of terms that makes no sense") }
    space = dictionary.space
    detail = dictionary.detail
    firstOrdinal = index &* TermDictionaryWriter.blockTerms
    count = min(TermDictionaryWriter.blockTerms, dictionary.count &- firstOrdinal)
    terms = scanner.prefix(termsLength)
    scanner.skip(termsLength)
    entries = scanner
    listOffset = try dictionary.lists(ofBlock: index, file) &+ firstList
  }

  /// Place of a term in the block, from whose first term on it reads; nil when it is not there.
  @unsafe
  mutating func find(_ target: UnsafeRawBufferPointer) -> Int? {
    let length = target.count
    var rest = terms.count()
    guard rest <= terms.remaining else { return fail() }
    // Leading bytes that the term before, which is smaller, has in common with the target.
    var matched = unsafe terms.matching(target, from: 0, rest)
    if matched == rest, matched == length { return 0 }
    if matched == length || (matched < rest && (unsafe terms.peek(matched) > target[matched])) {
      return nil
    }
    terms.skip(rest)
    var place = 1
    while place < count {
      let head = terms.byte()
      var keep = Int(head &>> 4)
      rest = Int(head & 15)
      if keep == 15 {
        keep = terms.count()
        rest = terms.count()
      }
      guard rest <= terms.remaining, !terms.failed else { return fail() }
      if keep < matched { return nil }
      if keep == matched {
        let more = unsafe terms.matching(target, from: matched, rest)
        matched &+= more
        if matched == length { return more == rest ? place : nil }
        if more < rest, unsafe terms.peek(more) > target[matched] { return nil }
      }
      terms.skip(rest)
      place &+= 1
    }
    return nil
  }

  /// Whether the block's first term is greater than `target`; reads nothing.
  @unsafe
  func beginsAfter(_ target: UnsafeRawBufferPointer) -> Bool {
    var first = terms
    let length = first.count()
    guard length <= first.remaining else { return false }
    let matched = unsafe first.matching(target, from: 0, length)
    if matched == target.count { return matched < length }
    return matched < length && (unsafe first.peek(matched) > target[matched])
  }

  /// The entry of the term at `place`, which was not read yet. Those before it are passed over.
  mutating func entry(_ place: Int, _ dictionary: TermDictionary) throws(IndexError) -> TermEntry {
    while entriesRead < place {
      if !skipShortEntry() { skipEntry() }
    }
    let entry = readEntry(dictionary)
    guard !entries.failed, !terms.failed else {
      throw damaged("entries of terms that make no sense", dictionary)
    }
    try check(entry, dictionary)
    return entry
  }

  func damaged(_ detail: String, _ dictionary: TermDictionary) -> IndexError {
    dictionary.file.corrupt(dictionary.file.offset(of: entries), detail)
  }

  private mutating func fail() -> Int? {
    terms.fail()
    return nil
  }

  /// Passes over an entry all of whose integers are short, as nearly all are; false: nothing was read.
  @inline(__always)
  private mutating func skipShortEntry() -> Bool {
    // Seven integers at most, and a norm.
    guard space != .exact, entries.remaining >= 7 * ByteScanner.shortLimit + 1 else { return false }
    var length = 0
    var list = 0
    let head = unsafe entries.short(&length)
    let isValue = space == .value
    let frequency = isValue ? (head & 1 == 1 ? 1 : head &>> 1) : head &>> 2
    var least = head
    if detail != .documents {
      let more = unsafe entries.short(&length)
      least = min(least, more)
      if frequency == 1 {
        if !isValue { least = min(least, unsafe entries.short(&length)) }
        length &+= 1
        if detail == .positions {
          if more < Int(TermEntry.inlinePositions) {
            for _ in 0..<more &+ 1 { least = min(least, unsafe entries.short(&length)) }
          } else {
            list = unsafe entries.short(&length)
          }
        }
      }
    } else if frequency == 1, !isValue {
      least = min(least, unsafe entries.short(&length))
    }
    if frequency != 1 {
      list = unsafe entries.short(&length)
      if frequency >= blockSize { least = min(least, unsafe entries.short(&length)) }
    }
    guard least >= 0, list >= 0 else { return false }
    entries.skip(length)
    if isValue, frequency == 1 { document &+= Self.difference(UInt64(head)) }
    listOffset &+= list
    entriesRead &+= 1
    return true
  }

  @inline(__always)
  private mutating func skipEntry() {
    entriesRead &+= 1
    let head = entries.count()
    var frequency = head
    if space == .index { frequency &>>= 2 }
    if space == .value {
      if head & 1 == 1 { document &+= Self.difference(UInt64(head)) }
      frequency = head & 1 == 1 ? 1 : head &>> 1
    }
    if space == .exact {
      indexOrdinal &+= Int(entries.signedVarint())
      if frequency == 0 { return }
    }
    let more = detail == .documents ? 0 : entries.count()
    if frequency == 1 {
      if space != .value { _ = entries.varint() }
      if detail == .documents { return }
      _ = entries.byte()
      if detail == .positions {
        if 1 &+ more <= Int(TermEntry.inlinePositions) {
          for _ in 0...more { _ = entries.varint() }
        } else {
          listOffset &+= entries.count()
        }
      }
    } else {
      listOffset &+= entries.count()
      if frequency >= blockSize { _ = entries.varint() }
    }
  }

  private mutating func readEntry(_ dictionary: TermDictionary) -> TermEntry {
    let head = entries.count()
    var entry = TermEntry(
      ordinal: firstOrdinal &+ entriesRead, detail: detail, documentFrequency: head,
      totalFrequency: head, location: .none)
    entriesRead &+= 1
    switch space {
    case .value:
      entry.documentFrequency = head & 1 == 1 ? 1 : head &>> 1
      if head & 1 == 1 { document &+= Self.difference(UInt64(head)) }
    case .index:
      entry.documentFrequency = head &>> 2
      if let forms = FormKind(rawValue: UInt8(head & 3)) {
        entry.forms = forms
      } else {
        entries.fail()
      }
    case .exact:
      indexOrdinal &+= Int(entries.signedVarint())
      entry.indexOrdinal = indexOrdinal
      if head == 0 { return entry }
    }
    entry.totalFrequency = entry.documentFrequency
    if detail != .documents { entry.totalFrequency &+= entries.count() }
    if entry.documentFrequency == 1 {
      var number = UInt32.max
      if space != .value {
        number = entries.varint31()
      } else if document >= 0, document <= Int64(Int32.max) {
        number = UInt32(document)
      }
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
        document: number, norm: norm, positions: positions, length: length)
    } else {
      let length = entries.count()
      let metadata = entry.documentFrequency >= blockSize ? entries.count() : 0
      entry.location = .list(offset: listOffset, length: length, metadata: metadata)
      listOffset &+= length
    }
    return entry
  }

  /// Of the head of an entry of one document in the value space.
  @inline(__always)
  private static func difference(_ head: UInt64) -> Int64 {
    Int64(bitPattern: head &>> 2) ^ (0 &- Int64(bitPattern: head &>> 1 & 1))
  }

  /// Checks an entry against segment and section, so that whoever uses it need not.
  private func check(_ entry: TermEntry, _ dictionary: TermDictionary) throws(IndexError) {
    let documents = dictionary.file.documentCount
    let end = dictionary.section.offset &+ dictionary.section.length
    guard entry.documentFrequency <= documents, entry.indexOrdinal >= -1 else {
      throw damaged("a term in \(entry.documentFrequency) of \(documents) documents", dictionary)
    }
    switch entry.location {
    case .none:
      guard space == .exact else { throw damaged("a term in no document", dictionary) }
    case .single(let document, _, let positions, let length):
      guard Int(document) < documents, positions >= 0, positions <= end, length <= end &- positions
      else { throw damaged("a term in document \(document) of \(documents)", dictionary) }
    case .list(let offset, let length, let metadata):
      guard entry.documentFrequency > 1, offset >= 0, offset <= end, length <= end &- offset,
        metadata <= length
      else { throw damaged("postings outside their section", dictionary) }
    }
  }
}

// Section `norms` of a field:
//
//   documents that have the field   8 bytes
//   tokens of all of them           8 bytes
//   one norm a document             `documentCount` bytes (0 where the field is missing)

import Bytes

/// The norms of one field of a segment. Their chunks were checked as a whole.
@safe
struct FieldNorms: Sendable {
  static let headerLength = 16

  /// One byte a document of the segment; lives as long as the segment's file.
  @unsafe nonisolated(unsafe) let base: UnsafePointer<UInt8>
  /// Documents of the segment.
  let count: Int
  /// Documents that have the field.
  let documents: Int
  /// Sum of the lengths, as counted and not as rounded in the norms.
  let tokens: UInt64
  private let file: CheckedFile

  init(_ file: CheckedFile, _ section: Section) throws(IndexError) {
    count = file.documentCount
    guard section.length == Self.headerLength + count else {
      throw file.corrupt(section.offset, "\(section.length) bytes of norms for \(count) documents")
    }
    var header = try file.scanner(section.offset, Self.headerLength)
    let having = header.uint64()
    tokens = header.uint64()
    guard having <= UInt64(count), tokens < 1 << 56 else {
      throw file.corrupt(
        section.offset, "\(having) of \(count) documents have the field, with \(tokens) tokens")
    }
    documents = Int(having)
    let start = unsafe try file.pointer(section.offset + Self.headerLength, count)
    unsafe base = start.assumingMemoryBound(to: UInt8.self)
    self.file = file
  }

  /// The norm of a document below `count`.
  subscript(_ document: Int) -> UInt8 {
    precondition(document >= 0 && document < count, "a document of the segment")
    return unsafe base[document]
  }

  var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(base), byteCount: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}

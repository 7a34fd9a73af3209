// A segment that is open: its sections by field, each with its reader.

import Bytes

/// One segment. Immutable; shared by threads.
///
/// Opening checks header, footer, tables and the shape of each section; all other bytes are checked when they are first
/// touched (`CheckedFile`).
final class SegmentReader: Sendable {
  let file: CheckedFile
  let documentCount: Int
  /// Ascending by number.
  let fields: [SegmentField]
  let stored: StoredReader
  // By field; queries ask for them all the time.
  private let norms: [Section?]
  private let columns: [ColumnReader?]
  /// By field, then space.
  private let dictionaries: [TermDictionary?]
  /// Of the variants of fields, by number; they have no columns.
  private let variants: [Int: Variant]

  private struct Variant {
    var norms: Section?
    var dictionaries: [TermDictionary?] = Array(repeating: nil, count: TermSpace.count)
  }

  var name: String { file.name }
  /// Bytes of the file.
  var length: Int { file.fileLength }
  /// The footer's checksum, as in `SegmentFileInfo`.
  var checksum: UInt64 { file.checksum }

  static func open(_ bytes: FileBytes, name: String) throws(IndexError) -> SegmentReader {
    try SegmentReader(CheckedFile(bytes, name: name, kind: .segment))
  }

  private init(_ file: CheckedFile) throws(IndexError) {
    self.file = file
    documentCount = file.documentCount
    guard documentCount <= Int(Int32.max) else {
      throw file.corrupt(file.length, "\(documentCount) documents")
    }
    var sections: [SectionKey: Section] = [:]
    var width = 0
    for section in file.sections where !FieldVariant.isVariant(Int(section.key.field)) {
      width = max(width, Int(section.key.field) + 1)
    }
    guard width <= Schema.maximumFieldCount else {
      throw file.corrupt(file.length, "a section of field \(width - 1)")
    }
    var variants: [Int: Variant] = [:]
    var norms: [Section?] = Array(repeating: nil, count: width)
    var columns: [ColumnReader?] = Array(repeating: nil, count: width)
    var dictionaries: [TermDictionary?] = Array(repeating: nil, count: width * TermSpace.count)
    for section in file.sections {
      var key = section.key
      key.detail = 0
      guard sections.updateValue(section, forKey: key) == nil else {
        throw file.corrupt(section.offset, "two sections of one kind")
      }
      let field = Int(key.field)
      if FieldVariant.isVariant(field) {
        var variant = variants[field] ?? Variant()
        switch key.kind {
        case .norms: variant.norms = section
        case .terms:
          let dictionary = try TermDictionary(file, section)
          variant.dictionaries[Int(dictionary.space.rawValue)] = dictionary
        case .column, .fields, .stored, .storedIndex:
          throw file.corrupt(section.offset, "a section of field \(field)")
        }
        variants[field] = variant
        continue
      }
      switch key.kind {
      case .terms:
        let dictionary = try TermDictionary(file, section)
        dictionaries[Self.place(Int(key.field), dictionary.space)] = dictionary
      case .column: columns[Int(key.field)] = try ColumnReader(file, section)
      case .norms: norms[Int(key.field)] = section
      case .fields, .stored, .storedIndex: break
      }
    }
    guard let table = sections[SectionKey(kind: .fields)],
      let data = sections[SectionKey(kind: .stored)],
      let index = sections[SectionKey(kind: .storedIndex)]
    else { throw file.corrupt(file.length, "a section is missing") }
    guard table.length % 8 == 0 else {
      throw file.corrupt(table.offset, "a table of fields of \(table.length) bytes")
    }
    var entries = try file.scanner(table.offset, table.length)
    var fields: [SegmentField] = []
    for _ in 0..<table.length / 8 {
      let number = Int(entries.uint32())
      let type = entries.uint32()
      guard number > fields.last?.number ?? -1, type < 256 else {
        throw file.corrupt(table.offset, "a table of fields that makes no sense")
      }
      fields.append(SegmentField(number: number, type: UInt8(type)))
    }
    self.fields = fields
    self.norms = norms
    self.dictionaries = dictionaries
    self.columns = columns
    self.variants = variants
    stored = try StoredReader(file, data, index: index)
  }

  /// The terms of a field; nil where it has none of that space.
  func terms(_ field: Int, _ space: TermSpace) -> TermDictionary? {
    let place = Self.place(field, space)
    if place < dictionaries.count { return dictionaries[place] }
    return variants.isEmpty ? nil : variants[field]?.dictionaries[Int(space.rawValue)]
  }

  /// Numbers of the variants that a field has here.
  func variants(of field: Int) -> [Int] {
    variants.keys.filter { FieldVariant.field(of: $0) == field }
  }

  /// The norms of a field; nil where it has none. The first call reads and checks them whole.
  func norms(_ field: Int) throws(IndexError) -> FieldNorms? {
    let section = field < norms.count ? norms[field] : variants[field]?.norms
    return try section.map { (section) throws(IndexError) in try FieldNorms(file, section) }
  }

  /// The column of a field; nil where it has none.
  func column(_ field: Int) -> ColumnReader? { field < columns.count ? columns[field] : nil }

  /// A cursor at the first document of a term that is no alias.
  /// - Parameter memory: nobody else's as long as the cursor lives.
  func postings(
    _ entry: TermEntry, _ memory: PostingsBlock = PostingsBlock()
  ) throws(IndexError) -> PostingsCursor {
    try PostingsCursor.open(file, entry, memory)
  }

  /// The postings of an exact form: its own, those that its alias names, or those of the index term that equals it.
  func exactTerm(_ field: Int, _ form: RawSpan) throws(IndexError) -> TermEntry? {
    let index = terms(field, .index)
    if let exact = try terms(field, .exact)?.lookup(form) {
      return exact.isAlias ? try index?.entry(ordinal: exact.indexOrdinal) : exact
    }
    guard let entry = try index?.lookup(form), entry.forms == .same else { return nil }
    return entry
  }

  /// Bytes of the sections of a field.
  func bytes(ofField field: Int) -> (terms: Int, norms: Int, column: Int) {
    var bytes = (terms: 0, norms: 0, column: 0)
    for section in file.sections where section.key.field == UInt32(field) {
      switch section.key.kind {
      case .terms: bytes.terms += section.length
      case .norms: bytes.norms += section.length
      case .column: bytes.column += section.length
      case .fields, .stored, .storedIndex: break
      }
    }
    return bytes
  }

  /// Bytes of the stored documents and their index.
  var storedBytes: Int {
    file.sections.reduce(0) { sum, section in
      switch section.key.kind {
      case .stored, .storedIndex: sum + section.length
      case .terms, .norms, .column, .fields: sum
      }
    }
  }

  private static func place(_ field: Int, _ space: TermSpace) -> Int {
    field * TermSpace.count + Int(space.rawValue)
  }
}

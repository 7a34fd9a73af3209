// Stored documents as answers show them. The head of a document, which tells what values it has and where, is read
// first; texts that nobody asked for are not unpacked. The id alone comes from its column and dictionary, which costs about
// a microsecond where unpacking a block of stored documents costs sixty.

import Bytes

struct StoredFields {
  var id: String
  var fields: [StoredField]
  var omitted: [String]
}

/// Reads stored documents. Not thread-safe: it reuses its buffer.
struct StoredFieldsReader {
  /// Texts longer than that are left out unless selected.
  static let shownLength = 1_024
  /// So much of a document is unpacked at first: one block.
  static let firstLength = 16 << 10

  private let schema: Schema
  /// Field numbers wanted; nil: everything short. Where nothing but the id is stored, that.
  private let selected: Set<Int>?
  private let showsAll: Bool
  /// The document last read: its first block, or the whole.
  private(set) var bytes: [UInt8] = []
  private var block = StoredReader.UnpackedBlock()

  /// All fields, whatever their length.
  init(schema: Schema) {
    self.schema = schema
    selected = nil
    showsAll = true
  }

  /// - Parameter select: names of fields; one of an object stands for all below it. nil: all but long texts.
  /// - Throws: `request` for a name that is no field.
  init(schema: Schema, select: [String]?) throws(IndexError) {
    self.schema = schema
    showsAll = false
    guard let select else {
      selected = schema.fields.dropFirst().contains { $0.stored } ? nil : [0]
      return
    }
    var numbers: Set<Int> = []
    for (place, name) in select.enumerated() {
      let found = schema.fields.indices.filter {
        !schema.fields[$0].isHidden
          && (schema.fields[$0].name == name || schema.fields[$0].name.hasPrefix(name + "."))
      }
      guard !found.isEmpty else { throw .noField(name, at: "/select/\(place)", schema) }
      numbers.formUnion(found)
    }
    selected = numbers
  }

  /// Nothing but the id is asked for, if anything.
  var isIDAlone: Bool { selected.map { $0.isSubset(of: [0]) } ?? false }

  /// What was asked for of a document with this id, where that is the id at most.
  func alone(_ id: String) -> StoredFields {
    var result = StoredFields(id: id, fields: [], omitted: [])
    if selected?.isEmpty == false {
      result.fields.append(
        StoredField(name: schema.fields[0].name, values: [.keyword(id)], isArray: false))
    }
    return result
  }

  mutating func read(
    _ segment: SegmentReader, _ document: Int
  ) throws(IndexError) -> StoredFields {
    try segment.stored.window(document, 0..<Self.firstLength, into: &bytes, keeping: &block)
    let headEnd = try StoredDocumentReader.headEnd(unsafe bytes.span.bytes, file: segment.name)
    if headEnd > bytes.count {
      try segment.stored.document(document, into: &bytes, keeping: &block)
    }
    var wanted: [StoredDocument.Value] = []
    var omitted: [Int] = []
    var needed = 0
    var reader = try StoredDocumentReader(
      unsafe bytes.span.bytes, length: .max, file: segment.name)
    while let value = try reader.next() {
      guard value.field < schema.fields.count else {
        throw .corrupt(
          file: segment.name, offset: 0,
          detail: "a stored value of the unknown field \(value.field)")
      }
      if !isWanted(value) {
        if selected == nil, !omitted.contains(value.field) { omitted.append(value.field) }
        if value.field != 0 { continue }
      }
      wanted.append(value)
      needed = max(needed, value.text.upperBound)
    }
    if needed > bytes.count { try segment.stored.document(document, into: &bytes, keeping: &block) }
    var result = StoredFields(
      id: "", fields: [], omitted: omitted.map { schema.fields[$0].name })
    var places: [Int: Int] = [:]
    for value in wanted {
      let content = try StoredDocument.value(value, of: unsafe bytes.span.bytes)
      if value.field == 0, case .keyword(let id) = content { result.id = id }
      guard isWanted(value) else { continue }
      if let place = places[value.field] {
        result.fields[place].values.append(content)
        if value.inArray { result.fields[place].isArray = true }
      } else {
        places[value.field] = result.fields.count
        result.fields.append(
          StoredField(
            name: schema.fields[value.field].name, values: [content], isArray: value.inArray))
      }
    }
    // The id first, wherever it was stored.
    if let place = places[0], place > 0 {
      result.fields.insert(result.fields.remove(at: place), at: 0)
    }
    return result
  }

  private func isWanted(_ value: StoredDocument.Value) -> Bool {
    if showsAll { return true }
    if let selected { return selected.contains(value.field) }
    return value.type != .text || value.text.count <= Self.shownLength
  }
}

/// Ids of documents, from their column and dictionary. Not thread-safe: it keeps its place in the dictionary.
struct IDReader {
  private var segment: SegmentReader?
  private var cursor: TermCursor?

  /// nil where only the stored document can tell.
  mutating func id(_ segment: SegmentReader, _ document: Int) throws(IndexError) -> String? {
    if self.segment !== segment {
      self.segment = segment
      cursor = segment.ids?.cursor()
    }
    guard let cursor, let ordinal = try segment.column(0)?.first(document) else { return nil }
    try cursor.seek(ordinal: Int(ordinal))
    return unsafe String(decoding: cursor.term, as: UTF8.self)
  }
}

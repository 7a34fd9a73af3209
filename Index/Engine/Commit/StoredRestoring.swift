import Bytes

extension Document {
  /// Becomes the document that was stored in this form, so that it can be indexed again.
  /// - Parameters:
  ///   - schema: of the index that stored it.
  ///   - file: for messages.
  mutating func restore(
    _ stored: [UInt8], schema: Schema, file: String
  ) throws(IndexError) {
    removeAll()
    let bytes = unsafe stored.span.bytes
    var reader = try StoredDocumentReader(bytes, file: file)
    while let value = try reader.next() {
      guard schema.fields.indices.contains(value.field) else {
        throw .corrupt(
          file: file, offset: 0, detail: "a stored document with a field number \(value.field)")
      }
      let name = schema.fields[value.field].name
      switch value.type {
      case .text, .keyword, .date:
        append(name, utf8: bytes.extracting(value.text), inArray: value.inArray)
      case .integer: append(name, Int64(bitPattern: value.bits), inArray: value.inArray)
      case .double: append(name, Double(bitPattern: value.bits), inArray: value.inArray)
      case .boolean: append(name, value.bits != 0, inArray: value.inArray)
      }
    }
  }
}

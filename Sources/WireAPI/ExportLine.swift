// A document of an export: one line of JSON that can be indexed again.

import InvertedIndex
import JSON

extension Wire {
  /// The stored fields as a JSON object with its `id`, and a line end. Objects stay flattened: `author.name` is a
  /// member of this name, which is read as the same field again.
  public static func line(id: String, _ fields: [StoredField]) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("id", id)
      for field in fields where field.name != "id" { write(field, into: &writer) }
    }
    writer.newline()
    return writer.bytes
  }
}

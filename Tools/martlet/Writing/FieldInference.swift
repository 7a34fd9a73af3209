import Extraction
import InvertedIndex

/// The types of fields that no schema names, from the first documents.
///
/// Documents of files have fields with types of their own (`FileDocument.fields`); those of lines and tables are guessed from.
/// Where both have a field of one name, the records decide, so that a column `size` with S, M and L is refused nowhere.
struct FieldInference {
  private var all = SchemaInference()
  private var records = SchemaInference()
  private var hasFiles = false

  mutating func observe(_ document: Document, isFile: Bool) {
    all.observe(document)
    if isFile { hasFiles = true } else { records.observe(document) }
  }

  /// - Parameter analyzer: of text fields; nil: the usual.
  func fields(analyzer: String?) throws(IndexError) -> [Field] {
    let guessed = all.schema().fields.filter { $0.name != "id" }
    let given = records.schema().fields
    var fields: [Field] = []
    if hasFiles {
      fields = try FileDocument.fields().filter { field in
        guard let other = given.first(where: { $0.name == field.name }) else { return true }
        // Text and keywords take anything.
        return other.type == field.type || field.type == .text || field.type == .keyword
      }
    }
    let known = Set(fields.map(\.name))
    fields += guessed.filter { !known.contains($0.name) }
    guard let analyzer else { return fields }
    // What documents say of their language counts before what their text tells.
    var language: String?
    if analyzer.lowercased() == "auto" {
      language = ["language", "lang"].first { name in
        fields.contains { $0.name == name }
      }
      fields = try fields.map { field throws(IndexError) in
        field.name == language ? try Field(name: field.name, type: .keyword) : field
      }
    }
    return try fields.map { field throws(IndexError) in
      field.type == .text
        ? try Field(
          name: field.name, type: .text, analyzer: analyzer, languageField: language,
          weight: field.weight)
        : field
    }
  }
}

import JSON

/// The JSON form of a schema:
///
///     {"fields": [{"name": "title", "type": "text", "analyzer": "english", "weight": 3},
///                 {"name": "date", "type": "date"}],
///      "dynamic": "add", "default_fields": ["title"], "near_duplicates": true}
///
/// A field's number is its place in the array behind `id`, which is 0 and may be left out; with `near_duplicates` number 1
/// is that of the fingerprints, which are not in the array. `analyzer` (for text), `language_field` (for the analyzer
/// `auto`), `stored`, `indexed`, `column` and `weight` may be left out, so may `dynamic`, `default_fields` and
/// `near_duplicates` (false). A member that is not known is an error.
extension Schema {
  /// - Throws: `invalid`, with the place and the reason.
  public init(json: JSONValue) throws(IndexError) {
    guard let object = json.object else {
      throw .invalid("a schema is an object, not \(json.kind)")
    }
    try object.checkNames(["fields", "dynamic", "default_fields", "near_duplicates"], in: "schema")
    guard let list = object["fields"]?.array else {
      throw .invalid("schema: \"fields\" must be an array of fields")
    }
    var fields: [Field] = []
    for (place, value) in list.enumerated() {
      fields.append(try Field(json: value, place: place))
    }
    var dynamic = Dynamic.add
    if let value = object["dynamic"] {
      guard let known = value.string.flatMap(Dynamic.init) else {
        throw .invalid("schema: \"dynamic\" must be \"add\", \"ignore\" or \"reject\"")
      }
      dynamic = known
    }
    var defaults: [String]?
    if let value = object["default_fields"], !value.isNull {
      let names = value.array?.compactMap(\.string)
      guard let names, names.count == value.array?.count, !names.isEmpty else {
        throw .invalid("schema: \"default_fields\" must be an array of field names")
      }
      defaults = names
    }
    var nearDuplicates = false
    if let value = object["near_duplicates"], !value.isNull {
      guard let flag = value.bool else {
        throw .invalid("schema: \"near_duplicates\" must be true or false")
      }
      nearDuplicates = flag
    }
    try self.init(
      fields: fields, dynamic: dynamic, defaultFields: defaults, nearDuplicates: nearDuplicates)
  }

  /// The whole schema, `id` and every default included: `init(json:)` reads it back the same.
  public func json() -> JSONValue {
    var object: JSONObject = [
      "fields": .array(fields.filter { !$0.isHidden }.map { $0.json() }),
      "dynamic": .string(dynamic.rawValue),
    ]
    if let defaultFields {
      object["default_fields"] = .array(defaultFields.map { .string($0) })
    }
    if nearDuplicates { object["near_duplicates"] = true }
    return .object(object)
  }
}

extension Field {
  /// - Parameter place: in the schema's array, for messages about a field without a name.
  init(json: JSONValue, place: Int) throws(IndexError) {
    guard let object = json.object else {
      throw .invalid("schema: fields[\(place)] must be an object, not \(json.kind)")
    }
    guard let name = object["name"]?.string else {
      throw .invalid("schema: fields[\(place)] needs a \"name\"")
    }
    try object.checkNames(
      ["name", "type", "analyzer", "language_field", "stored", "indexed", "column", "weight"],
      in: "field \(name)")
    guard let type = object["type"]?.string.flatMap(FieldType.init(name:)) else {
      let known = FieldType.allCases.map(\.name).joined(separator: ", ")
      throw .invalid("field \(name): \"type\" must be one of \(known)")
    }
    var analyzer: String?
    if let value = object["analyzer"], !value.isNull {
      guard let text = value.string else {
        throw .invalid("field \(name): \"analyzer\" must be a name")
      }
      analyzer = text
    }
    var languageField: String?
    if let value = object["language_field"], !value.isNull {
      guard let text = value.string else {
        throw .invalid("field \(name): \"language_field\" must be the name of a field")
      }
      languageField = text
    }
    try self.init(
      name: name, type: type, analyzer: analyzer, languageField: languageField,
      stored: try object.flag("stored", of: name) ?? true,
      indexed: try object.flag("indexed", of: name) ?? true,
      column: try object.flag("column", of: name), weight: try object.weight(of: name) ?? 1)
  }

  func json() -> JSONValue {
    var object: JSONObject = ["name": .string(name), "type": .string(type.name)]
    if let analyzer { object["analyzer"] = .string(analyzer) }
    if let languageField { object["language_field"] = .string(languageField) }
    object["stored"] = .bool(stored)
    object["indexed"] = .bool(indexed)
    object["column"] = .bool(column)
    if weight != 1 { object["weight"] = .double(Double(weight)) }
    return .object(object)
  }
}

extension JSONObject {
  fileprivate func checkNames(_ known: [String], in place: String) throws(IndexError) {
    guard let stranger = names.first(where: { !known.contains($0) }) else { return }
    throw .invalid(
      "\(place): unknown member \"\(stranger)\"; known are "
        + known.joined(separator: ", "))
  }

  fileprivate func weight(of field: String) throws(IndexError) -> Float? {
    guard let value = self["weight"], !value.isNull else { return nil }
    guard let weight = value.number else {
      throw .invalid("field \(field): \"weight\" must be a number")
    }
    return Float(weight)
  }

  fileprivate func flag(_ name: String, of field: String) throws(IndexError) -> Bool? {
    guard let value = self[name], !value.isNull else { return nil }
    guard let flag = value.bool else {
      throw .invalid("field \(field): \"\(name)\" must be true or false")
    }
    return flag
  }
}

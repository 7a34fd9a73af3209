import JSON

/// Guesses a schema from documents: which fields there are, and of what type.
///
/// | values seen | type |
/// |---|---|
/// | nulls alone | none yet |
/// | booleans | boolean |
/// | integers | integer |
/// | numbers | double |
/// | strings that all are ISO dates (at least to the day) | date |
/// | strings in an array, none over 256 bytes | keyword |
/// | anything else | text |
///
/// A text field called `title`, `headline` or `subject` weighs `Field.titleWeight`.
/// Fields come in the order of their first value. Names that no field can have are left out, so that the
/// documents that carry them say so.
public struct SchemaInference: Sendable {
  /// So many documents are looked at.
  public static let documentCount = 1_000
  /// An array of longer strings (bytes) holds texts, not tags.
  static let longestTag = 256

  /// What was seen of one path.
  fileprivate struct Evidence {
    var booleans = false
    var integers = false
    var doubles = false
    var dates = false
    var strings = false
    var arrays = false
    var long = false

    var type: FieldType? {
      let numbers = integers || doubles
      let kinds = [booleans, numbers, dates || strings].count { $0 }
      guard kinds > 0 else { return nil }
      guard kinds == 1 else { return arrays && !long ? .keyword : .text }
      if booleans { return .boolean }
      if numbers { return doubles ? .double : .integer }
      if !strings { return .date }
      return arrays && !long ? .keyword : .text
    }
  }

  private var evidence: [String: Evidence] = [:]
  private var order: [String] = []
  /// Documents that were looked at.
  public private(set) var observed = 0

  public init() {}

  public mutating func observe(_ document: borrowing Document) {
    observed += 1
    for value in document.values where value.kind != .null {
      let path = document.string(value.path)
      if evidence[path] == nil {
        guard path != "id", FieldName.isValid(path), order.count < Schema.maximumFieldCount - 1
        else { continue }
        order.append(path)
      }
      evidence[path, default: Evidence()].note(value, document)
    }
  }

  /// The schema so far.
  public func schema(dynamic: Schema.Dynamic = .add) -> Schema {
    var schema = Schema(dynamic: dynamic)
    for name in order {
      guard let type = evidence[name]?.type,
        let field = try? Self.field(name, type)
      else { continue }
      try? schema.add(field)
    }
    return schema
  }

  /// A field of this name whose type was guessed.
  static func field(_ name: String, _ type: FieldType) throws(IndexError) -> Field {
    let isTitle =
      type == .text && ["title", "headline", "subject"].contains(name.lowercased())
    return try Field(name: name, type: type, weight: isTitle ? Field.titleWeight : 1)
  }

  /// The type of a new field, guessed from its first value alone; nil for null.
  public static func type(
    of value: Document.Value, in document: borrowing Document
  ) -> FieldType? {
    var evidence = Evidence()
    if value.kind != .null { evidence.note(value, document) }
    return evidence.type
  }
}

extension SchemaInference.Evidence {
  fileprivate mutating func note(_ value: Document.Value, _ document: borrowing Document) {
    switch value.kind {
    case .null: return
    case .boolean: booleans = true
    case .integer: integers = true
    case .double: doubles = true
    case .string:
      if let date = ISODate.parse(document.text(value.text)), date.precision >= .day {
        dates = true
      } else {
        strings = true
        if value.inArray { arrays = true }
        if value.text.count > SchemaInference.longestTag { long = true }
      }
    }
  }
}

import JSON

/// A document's value as a field takes it; texts stay where they are, in the document's bytes.
enum FieldContent: Equatable, Sendable {
  case text(Range<UInt32>)
  case keyword(Range<UInt32>)
  case integer(Int64)
  case double(Double)
  /// Milliseconds since 1970 in UTC, and the text as it was written.
  case date(Int64, Range<UInt32>)
  case boolean(Bool)
}

extension Field {
  /// What `value` is in this field; nil for null, which is as if it were not there.
  ///
  /// Text and keyword take any value by its literal. Numbers, dates and booleans also take strings that are
  /// exactly one; an integer takes a double without fraction, a double any integer.
  /// - Throws: `document`, with the field and what was found.
  func content(
    of value: Document.Value, in document: borrowing Document
  ) throws(IndexError) -> FieldContent? {
    guard value.kind != .null else { return nil }
    switch type {
    case .text:
      return .text(value.text)
    case .keyword:
      guard value.text.count <= Self.maximumKeywordSize else {
        throw misfit(
          document, "\(value.text.count) bytes; a keyword has at most \(Self.maximumKeywordSize)")
      }
      return .keyword(value.text)
    case .integer:
      guard let integer = Self.integer(value, document) else {
        throw misfit(document, "expected an integer, found \(Self.shown(value, document))")
      }
      return .integer(integer)
    case .double:
      guard let double = Self.double(value, document), double.isFinite else {
        throw misfit(document, "expected a number, found \(Self.shown(value, document))")
      }
      return .double(double)
    case .date:
      guard value.kind == .string, let date = ISODate.parse(document.text(value.text)) else {
        throw misfit(
          document,
          "expected a date as ISO 8601 writes it (2018-05-14, 2018-05-14T12:30:00Z), found "
            + Self.shown(value, document))
      }
      return .date(date.milliseconds, value.text)
    case .boolean:
      if value.kind == .boolean { return .boolean(value.boolean) }
      if value.kind == .string {
        let text = document.string(value.text.prefix(6))
        if text == "true" || text == "false" { return .boolean(text == "true") }
      }
      throw misfit(document, "expected true or false, found \(Self.shown(value, document))")
    }
  }

  private func misfit(_ document: borrowing Document, _ detail: String) -> IndexError {
    let id = (try? document.id()).map { document.string($0) }
    return .document(id: id, field: name, detail: detail)
  }

  private static func integer(_ value: Document.Value, _ document: borrowing Document) -> Int64? {
    switch value.kind {
    case .integer: value.integer
    case .double: Int64(exactly: value.double)
    case .string:
      switch number(document.text(value.text)) {
      case .integer(let integer): integer
      case .double(let double): Int64(exactly: double)
      case nil: nil
      }
    case .boolean, .null: nil
    }
  }

  private static func double(_ value: Document.Value, _ document: borrowing Document) -> Double? {
    switch value.kind {
    case .integer: Double(value.integer)
    case .double: value.double
    case .string:
      switch number(document.text(value.text)) {
      case .integer(let integer): Double(integer)
      case .double(let double): double
      case nil: nil
      }
    case .boolean, .null: nil
    }
  }

  /// A text that is a number from its first byte to its last.
  private static func number(_ text: RawSpan) -> JSONNumber.Value? {
    guard let number = JSONNumber(text, at: 0), number.end == text.byteCount else { return nil }
    return number.value
  }

  /// A value for a message, cut after 40 bytes.
  private static func shown(_ value: Document.Value, _ document: borrowing Document) -> String {
    let cut = value.text.prefix(40)
    let text = document.string(cut) + (cut.count < value.text.count ? "…" : "")
    return value.kind == .string ? "the string \"\(text)\"" : text
  }
}

/// A stored value, as searches and exports answer it.
public enum FieldValue: Sendable, Equatable {
  case text(String)
  case keyword(String)
  case integer(Int64)
  case double(Double)
  /// Milliseconds since 1970 in UTC, and the text as it came.
  case date(Int64, text: String)
  case boolean(Bool)

  public var json: JSONValue {
    switch self {
    case .text(let text), .keyword(let text), .date(_, let text): .string(text)
    case .integer(let value): .integer(value)
    case .double(let value): .double(value)
    case .boolean(let value): .bool(value)
    }
  }
}

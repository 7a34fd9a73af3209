import Analysis
import JSON

/// What a field holds. The raw values are part of the file format.
public enum FieldType: UInt8, Sendable, CaseIterable {
  /// Words, found by an analyzer.
  case text = 1
  /// One value as it stands: a name, a tag, a path.
  case keyword
  /// 64 bits with sign.
  case integer
  case double
  /// Milliseconds since 1970 in UTC, written as ISO 8601.
  case date
  case boolean

  /// As schemas write it.
  public var name: String { "\(self)" }

  public init?(name: String) {
    guard let type = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = type
  }
}

/// One field of a schema: what its values are and what is kept of them.
public struct Field: Sendable, Equatable {
  public let name: String
  public let type: FieldType
  /// Name of the analyzer of a text field; nil for the others.
  public let analyzer: String?
  /// The field of a document that says the language of this one, a code or a name in English; where it does not, the
  /// text's own language counts. Of `auto` fields alone.
  public let languageField: String?
  /// Kept to be shown, and to build the index again from.
  public let stored: Bool
  /// Can be searched by term.
  public let indexed: Bool
  /// Can be sorted by, filtered and counted without a search. Never for text.
  public let column: Bool
  /// How much an occurrence in this field weighs against one in others, where a search does not say (`title^2`).
  public let weight: Float

  /// The weight of a title, where schemas are guessed: nDCG@10 of four collections grows by .011 against 1, by .006 with 2
  /// (`martlet-bench relevance`).
  public static let titleWeight: Float = 3

  /// A keyword of more bytes does not fit: no value that long is looked up as a whole.
  public static let maximumKeywordSize = 32_766

  /// - Parameters:
  ///   - analyzer: for a text field, by any of its names, or `auto`; `standard` when not given.
  ///   - languageField: the name of a keyword field, for `auto`.
  ///   - column: by default all fields but text have one.
  ///   - weight: above 0.
  /// - Throws: `invalid`, with the reason.
  public init(
    name: String, type: FieldType, analyzer: String? = nil, languageField: String? = nil,
    stored: Bool = true, indexed: Bool = true, column: Bool? = nil,
    weight: Float = 1
  ) throws(IndexError) {
    let column = column ?? (type != .text)
    guard FieldName.isValid(name) else {
      throw .invalid("field \"\(name)\": \(FieldName.rule)")
    }
    guard type == .text || analyzer == nil else {
      throw .invalid("field \(name): a \(type.name) field has no analyzer")
    }
    let isAuto = analyzer?.lowercased() == FieldVariant.auto
    let known = isAuto ? FieldVariant.auto : analyzer.flatMap { Analyzer.named($0)?.name }
    if languageField != nil, !isAuto {
      throw .invalid("field \(name): \"language_field\" is for the analyzer auto")
    }
    if let analyzer, known == nil {
      throw .invalid("field \(name): \(Analyzer.unknown(analyzer))")
    }
    guard type != .text || !column else {
      throw .invalid("field \(name): a text field cannot be a column; use keyword")
    }
    guard stored || indexed || column else {
      throw .invalid("field \(name): neither stored, indexed nor a column: it would hold nothing")
    }
    guard weight > 0, weight.isFinite else {
      throw .invalid("field \(name): a weight is a number above 0, not \(weight)")
    }
    self.init(
      unchecked: name, type: type, analyzer: type == .text ? known ?? "standard" : nil,
      languageField: languageField, stored: stored, indexed: indexed, column: column,
      weight: weight)
  }

  private init(
    unchecked name: String, type: FieldType, analyzer: String?, languageField: String? = nil,
    stored: Bool, indexed: Bool, column: Bool, weight: Float = 1
  ) {
    self.name = name
    self.type = type
    self.analyzer = analyzer
    self.languageField = languageField
    self.stored = stored
    self.indexed = indexed
    self.column = column
    self.weight = weight
  }

  /// Its text is read by the analyzer of each document's language.
  var isAuto: Bool { analyzer == FieldVariant.auto }

  /// The field that every schema begins with.
  static let id = Field(
    unchecked: "id", type: .keyword, analyzer: nil, stored: true, indexed: true, column: true)

  /// The column of fingerprints (`Fingerprint`), field 1 of schemas with near duplicates. No document and no request can
  /// name it.
  static let near = Field(
    unchecked: "near duplicates", type: .integer, analyzer: nil, stored: false, indexed: false,
    column: true)

  /// Not one that people named.
  public var isHidden: Bool { self == .near }
}

/// Which names a field can have.
public enum FieldName {
  /// A dotted path: parts of 1–64 letters, digits, `_`, `-` and `@`, not led by `-`; 255 bytes in all.
  /// `_score` is taken: sorting by it means the score.
  public static func isValid(_ name: String) -> Bool {
    name.utf8.count <= 255 && name != "_score"
      && name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        .allSatisfy { part in
          part.count <= 64 && !part.isEmpty && part.first != UInt8(ascii: "-")
            && part.allSatisfy(isAllowed)
        }
  }

  static let rule =
    "a field's name consists of ASCII letters, digits, '_', '-' and '@' (64 a part, parts joined "
    + "by dots, 255 in all), does not begin with '-' and is not _score"

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "@"):
      true
    default: false
    }
  }
}

/// Which names an index can have: `[a-z0-9][a-z0-9_-]{0,63}`, so that a name is a safe file name.
public enum IndexName {
  public static func isValid(_ name: String) -> Bool {
    guard let first = name.utf8.first, name.utf8.count <= 64 else { return false }
    return first != UInt8(ascii: "_") && first != UInt8(ascii: "-")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  /// - Throws: `invalid`, with the rule.
  public static func check(_ name: String) throws(IndexError) {
    guard isValid(name) else {
      throw .invalid(
        "index \"\(name)\": an index's name consists of 1 to 64 of a-z, 0-9, '_' and '-', and "
          + "begins with a letter or digit")
    }
  }
}

// Text fields in many languages. The text of a field whose analyzer is `auto` is indexed as if each language had a field of
// its own, by the analyzer of the document's language: the variant of the field. A document's words are in one variant,
// so lengths and frequencies are those of its language, and one word has one index form.
//
// The schema knows the field alone. A variant's number follows from the field's and the analyzer's: segments have the
// variants that their documents need, and no schema grows with the languages. What has no language is in the field itself,
// by `standard`.

import Analysis

enum FieldVariant {
  /// Of a field's analyzer.
  static let auto = "auto"

  /// Numbers of variants depend on the place: this list only grows, at its end.
  private static let analyzers = [
    "arabic", "armenian", "basque", "catalan", "danish", "dutch", "english", "finnish", "french",
    "german", "greek", "hindi", "hungarian", "indonesian", "irish", "italian", "lithuanian",
    "nepali",
    "norwegian", "portuguese", "romanian", "russian", "serbian", "spanish", "swedish", "tamil",
    "turkish", "yiddish", "cjk",
  ]

  /// Above all numbers of fields, in schemas put together of many as well.
  private static let stride = 1 << 16

  /// The number of the field in the schema.
  static func field(of number: Int) -> Int { number & (stride - 1) }

  static func isVariant(_ number: Int) -> Bool { number >= stride }

  /// The variant of a field in a language; the field itself where there is no analyzer for it.
  /// - Parameter language: a code of ISO 639-1 or a name in English.
  static func number(_ field: Int, language: String?) -> Int {
    guard let language, let place = place(ofLanguage: language) else { return field }
    return field + (place + 1) * stride
  }

  /// The language that a text names, as `number(_:language:)` takes it: `de`, `de-AT`, `German`; nil if it is none that
  /// anything is known of, be it that `standard` reads it.
  static func language(named name: String) -> String? {
    guard name.utf8.count <= 35 else { return nil }
    let lower = name.lowercased()
    let primary = String(lower.prefix { $0 != "-" && $0 != "_" })
    let isKnown =
      LanguageDetector.languages.contains(primary) || place(ofLanguage: primary) != nil
    return isKnown ? primary : nil
  }

  /// nil for a field itself, and for a number that no variant has.
  static func analyzerName(of number: Int) -> String? {
    let place = number / stride - 1
    return analyzers.indices.contains(place) ? analyzers[place] : nil
  }

  /// Of the variants that this program can have.
  static let installed: [Analyzer] = (["standard"] + analyzers).compactMap { Analyzer.named($0) }

  /// The number of a name such as `body#german`; nil for a plain name, or where there is no such variant.
  static func number(named name: String, _ schema: Schema) -> Int? {
    guard let mark = name.utf8.lastIndex(of: UInt8(ascii: "#")) else { return nil }
    guard let field = schema.number(of: String(name[..<mark])),
      schema.fields[field].isAuto,
      let place = analyzers.firstIndex(of: String(name[name.utf8.index(after: mark)...]))
    else { return nil }
    return field + (place + 1) * stride
  }

  /// Languages of one script that one analyzer reads.
  private static let shared = ["zh": "cjk", "ja": "cjk", "ko": "cjk"]

  private static func place(ofLanguage language: String) -> Int? {
    guard let name = Analyzer.named(shared[language] ?? language)?.name else { return nil }
    return analyzers.firstIndex(of: name)
  }
}

extension Schema {
  /// The field of a number, be it that of a variant.
  func field(at number: Int) -> Field {
    fields[number < fields.count ? number : FieldVariant.field(of: number)]
  }

  /// What a field or a variant is called where they have to be told apart: `body`, `body#german`. No field has a `#` in its name.
  func name(of number: Int) -> String {
    let name = field(at: number).name
    return FieldVariant.analyzerName(of: number).map { "\(name)#\($0)" } ?? name
  }

  /// Whether a segment of this schema can have the field.
  func has(_ number: Int) -> Bool {
    if !FieldVariant.isVariant(number) { return fields.indices.contains(number) }
    let field = FieldVariant.field(of: number)
    return fields.indices.contains(field) && fields[field].isAuto
      && FieldVariant.analyzerName(of: number) != nil
  }
}

/// The variants that a generation has, by field.
struct FieldVariants: Sendable {
  private var numbers: [Int: [Int]] = [:]
  private var analyzers: [Int: Analyzer] = [:]

  var isEmpty: Bool { numbers.isEmpty }

  init() {}

  /// - Parameter fields: of the segments; numbers that are no variants are passed over.
  init(_ fields: some Sequence<Int>) {
    for number in Set(fields).sorted() where FieldVariant.isVariant(number) {
      guard let analyzer = FieldVariant.analyzerName(of: number).flatMap({ Analyzer.named($0) })
      else { continue }
      numbers[FieldVariant.field(of: number), default: []].append(number)
      analyzers[number] = analyzer
    }
  }

  /// Ascending.
  func of(_ field: Int) -> [Int] { numbers[field] ?? [] }

  var all: Set<Int> { Set(analyzers.keys) }

  func analyzer(of number: Int) -> Analyzer? { analyzers[number] }
}

extension Analyzer {
  /// What `auto` reads a text with.
  package static func ofLanguage(of text: String) -> Analyzer? {
    let number = FieldVariant.number(0, language: LanguageDetector.language(of: text))
    return named(FieldVariant.analyzerName(of: number) ?? "standard")
  }
}

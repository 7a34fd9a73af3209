import Analysis

/// The variants of a segment being built: what `auto` fields hold in each language, and which language the present
/// document is in. Not thread-safe.
///
/// A variant has a *place*, by which the table of terms knows it: the next free one behind those that fields can have.
final class LanguageVariants {
  static let firstPlace = Schema.maximumFieldCount

  private struct Variant {
    var number: Int
    var analyzer: Analyzer
    var buffer: FieldBuffer
  }

  private var variants: [Variant] = []
  private var byNumber: [Int: Int] = [:]
  private var detector = LanguageDetector()
  /// What fields of the document say, by field.
  private var said: [(field: Int, language: String)] = []
  /// The document's own, once it was asked for.
  private var detected: String??

  init() {}

  // MARK: The document

  func beginDocument() {
    said.removeAll(keepingCapacity: true)
    detected = nil
    _ = detector.takeLanguage()
  }

  func addSample(_ text: RawSpan) {
    if !detector.isFull { detector.add(text) }
  }

  /// A field's value, which counts if it is the name of a language.
  func say(_ language: String, by field: Int) {
    if let language = FieldVariant.language(named: language) { said.append((field, language)) }
  }

  /// Where the text of an `auto` field goes: a variant's place, or nil for the field itself.
  func place(of field: Int, _ schema: Schema) -> Int? {
    var language: String?
    if let name = schema.fields[field].languageField, let source = schema.number(of: name) {
      language = said.first { $0.field == source }?.language
    }
    let number = FieldVariant.number(field, language: language ?? own())
    if number == field { return nil }
    if let known = byNumber[number] { return Self.firstPlace + known }
    guard let analyzer = FieldVariant.analyzerName(of: number).flatMap({ Analyzer.named($0) })
    else { return nil }
    byNumber[number] = variants.count
    variants.append(
      Variant(number: number, analyzer: analyzer, buffer: FieldBuffer(type: .text)))
    return Self.firstPlace + variants.count - 1
  }

  private func own() -> String? {
    if let detected { return detected }
    let language = detector.takeLanguage()
    detected = .some(language)
    return language
  }

  func endDocument(_ number: Int) {
    for place in variants.indices { variants[place].buffer.endDocument(number) }
  }

  // MARK: Variants

  /// In the order of their places.
  var analyzers: [Analyzer?] { variants.map(\.analyzer) }

  /// Numbers, ascending, each with its place.
  var places: [(number: Int, place: Int)] {
    byNumber.sorted { $0.key < $1.key }.map { ($0.key, Self.firstPlace + $0.value) }
  }

  func analyzer(_ place: Int) -> Analyzer { variants[place - Self.firstPlace].analyzer }

  func nextPosition(_ place: Int) -> UInt32 {
    variants[place - Self.firstPlace].buffer.nextPosition
  }

  func endValue(_ place: Int, positions: Int) {
    variants[place - Self.firstPlace].buffer.endValue(positions: positions)
  }

  func writeNorms(
    _ place: Int, documentCount: Int, to writer: SegmentWriter
  ) throws(IndexError) {
    try variants[place - Self.firstPlace].buffer.writeNorms(
      documentCount: documentCount, to: writer)
  }
}

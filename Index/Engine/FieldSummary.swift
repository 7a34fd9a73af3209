// What the fields of a generation hold, as far as that is known without reading postings or documents.

/// One field of the schema over all segments. Counts hold deleted documents until a merge drops them.
public struct FieldSummary: Sendable, Equatable {
  public var name: String
  public var type: FieldType
  /// Documents that have the field; nil where neither norms nor a column tell.
  public var documents: Int?
  /// Words of a text field in all; nil for others.
  public var tokens: Int?
  /// Terms of each segment added up: one that two segments have counts twice. Text fields have the analyzer's forms,
  /// keyword fields their values and the words of these.
  public var terms: Int
  /// Pairs of a term and a document that has it.
  public var postings: Int
  /// Dictionary and postings.
  public var termBytes: Int
  public var normBytes: Int
  public var columnBytes: Int
}

extension IndexReader {
  /// In the order of the schema.
  public func fieldSummaries() throws(IndexError) -> [FieldSummary] {
    var summaries: [FieldSummary] = []
    for (number, field) in schema.fields.enumerated() where !field.isHidden {
      var summary = FieldSummary(
        name: field.name, type: field.type, documents: nil,
        tokens: field.type == .text && field.indexed ? 0 : nil, terms: 0, postings: 0,
        termBytes: 0, normBytes: 0, columnBytes: 0)
      if field.column || summary.tokens != nil { summary.documents = 0 }
      for segment in view.segments {
        try summary.add(segment.reader, number)
        for variant in view.variants.of(number) { try summary.add(segment.reader, variant) }
      }
      summaries.append(summary)
    }
    return summaries
  }

  /// Bytes of stored documents, packed.
  public var storedBytes: Int {
    view.segments.reduce(0) { $0 + $1.reader.storedBytes }
  }
}

extension FieldSummary {
  fileprivate mutating func add(_ segment: SegmentReader, _ field: Int) throws(IndexError) {
    if let norms = try segment.norms(field) {
      documents? += norms.documents
      tokens? += Int(norms.tokens)
    } else if let column = segment.column(field) {
      documents? += column.documentsWithValue
    }
    for space in [TermSpace.index, .value] {
      guard let dictionary = segment.terms(field, space) else { continue }
      terms += dictionary.count
      postings += Int(dictionary.sumDocumentFrequency)
    }
    let bytes = segment.bytes(ofField: field)
    termBytes += bytes.terms
    normBytes += bytes.norms
    columnBytes += bytes.column
  }
}

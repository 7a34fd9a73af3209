import Bytes

/// What a segment being built gathers for one field besides its postings: norms and column values.
struct FieldBuffer {
  private let type: FieldType
  /// A norm for each document up to the last that has the field; nil while none has.
  private var norms: [UInt8]?
  /// Documents that have the field, for a text field.
  private var documents = 0
  /// Counted tokens of all documents.
  private var tokenCount: UInt64 = 0
  /// Where the next value of the present document begins.
  private(set) var nextPosition: UInt32 = 0
  private var length: UInt32 = 0
  private var hasValue = false
  private var columnDocuments: [UInt32] = []
  private var columnValues: [Int64] = []

  init(type: FieldType) { self.type = type }

  /// A value of `positions` counted tokens ends.
  mutating func endValue(positions: Int) {
    hasValue = true
    length = length &+ UInt32(truncatingIfNeeded: positions)
    nextPosition = nextPosition &+ UInt32(truncatingIfNeeded: positions) &+ SegmentBuilder.arrayGap
  }

  /// The present document, which has number `number`, ends.
  mutating func endDocument(_ number: Int) {
    guard hasValue else { return }
    if type == .text {
      var all = norms.take() ?? []
      while all.count < number { all.append(0) }
      all.append(Norm.encode(length: length))
      norms = all
      documents += 1
      tokenCount += UInt64(length)
    }
    hasValue = false
    length = 0
    nextPosition = 0
  }

  mutating func appendColumn(document: UInt32, value: Int64) {
    columnDocuments.append(document)
    columnValues.append(value)
  }

  /// Writes the norms of a text field that any document has, one byte for each of the segment's documents.
  mutating func writeNorms(documentCount: Int, to writer: SegmentWriter) throws(IndexError) {
    guard var all = norms.take() else { return }
    while all.count < documentCount { all.append(0) }
    try unsafe writer.writeNorms(all.span.bytes, documents: documents, tokens: tokenCount)
  }

  /// Writes the column, if any document has a value. For a keyword field the values gathered are numbers of forms,
  /// which `ordinals` turns into those of the field's terms.
  mutating func writeColumn(
    ordinals: [UInt32], to writer: SegmentWriter
  ) throws(IndexError) {
    guard !columnDocuments.isEmpty else { return }
    try writer.beginColumn()
    var values: [Int64] = []
    var at = 0
    while at < columnDocuments.count {
      let document = columnDocuments[at]
      values.removeAll(keepingCapacity: true)
      while at < columnDocuments.count, columnDocuments[at] == document {
        let value = columnValues[at]
        values.append(type == .keyword ? Int64(ordinals[Int(value)]) : value)
        at += 1
      }
      if values.count > 1 { values.sortUnique() }
      try writer.addValues(document: Int(document), values.span)
    }
    try writer.endColumn()
    columnDocuments = []
    columnValues = []
  }
}

extension [Int64] {
  /// A document's values of a column are a set: ascending, each once.
  fileprivate mutating func sortUnique() {
    sort()
    var kept = 1
    for index in 1..<count where self[index] != self[kept - 1] {
      self[kept] = self[index]
      kept += 1
    }
    removeSubrange(kept...)
  }
}

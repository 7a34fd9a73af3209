// Segments of naive documents: the same documents for the real engine, through the writer of segments alone.

import Bytes
import Testing

@testable import InvertedIndex

/// Fields of the tests: 0 id, 1 title, 2 body, 3 tags (keyword), 4 year (integer).
enum NaiveField {
  static let title = 1
  static let body = 2
  static let tags = 3
  static let year = 4

  static func schema() throws -> Schema {
    try Schema(fields: [
      Field(name: "title", type: .text), Field(name: "body", type: .text),
      Field(name: "tags", type: .keyword), Field(name: "year", type: .integer),
    ])
  }
}

extension NaiveEngine {
  /// A view over the documents, cut into segments of the given sizes.
  func view(segments sizes: [Int]) throws -> SearchView {
    precondition(sizes.reduce(0, +) == documents.count, "segments for all documents")
    let directory = ScratchDirectory()
    var segments: [SearchSegment] = []
    var first = 0
    for (ordinal, size) in sizes.enumerated() {
      let slice = Array(documents[first..<first + size])
      let name = "s\(ordinal)"
      try NaiveEngine.write(slice, directory, name)
      var live = BitSet(count: size, all: true)
      for (number, document) in slice.enumerated() where !document.isLive { live.remove(number) }
      segments.append(
        SearchSegment(
          reader: try SegmentReader.open(try directory.open(name), name: name),
          live: live.population == size ? nil : live, first: UInt32(first), ordinal: ordinal))
      first += size
    }
    return SearchView(segments: segments, schema: try NaiveField.schema(), generation: 1)
  }

  private static func write(
    _ documents: [NaiveDocument], _ directory: ScratchDirectory, _ name: String
  ) throws {
    let writer = try SegmentWriter(directory: directory, name: name)
    for document in documents {
      var encoder = StoredDocumentEncoder()
      encoder.appendKeyword(field: 0, inArray: false, unsafe Array(document.id.utf8).span.bytes)
      var bytes = ByteWriter()
      encoder.finish(into: &bytes)
      try writer.addStored(unsafe bytes.bytes.span.bytes)
    }
    try writer.beginFields(documentCount: documents.count)
    try writer.beginField(0, type: FieldType.keyword.rawValue)
    try writeValues(writer, documents.map { [$0.id] })
    for field in [NaiveField.title, NaiveField.body] {
      try writer.beginField(field, type: FieldType.text.rawValue)
      try writeText(writer, documents.map { $0.texts[field] })
    }
    try writer.beginField(NaiveField.tags, type: FieldType.keyword.rawValue)
    try writeValues(writer, documents.map { $0.keywords[NaiveField.tags] ?? [] })
    try writer.beginField(NaiveField.year, type: FieldType.integer.rawValue)
    try writer.beginColumn()
    for (number, document) in documents.enumerated() {
      if let values = document.numbers[NaiveField.year] {
        try writer.addValues(document: number, values.span)
      }
    }
    try writer.endColumn()
    _ = try writer.finish()
  }

  private static func writeText(_ writer: SegmentWriter, _ texts: [[NaiveToken]?]) throws {
    let norms = texts.map { Norm.encode(length: UInt32($0?.count ?? 0)) }
    let tokens = texts.flatMap { $0 ?? [] }
    try writer.writeNorms(
      unsafe norms.span.bytes, documents: texts.count { $0 != nil }, tokens: UInt64(tokens.count))
    /// Terms in the order of their bytes, with their positions by document.
    func postings(_ space: TermSpace) -> [(term: String, positions: [Int: [UInt32]])] {
      var lists: [String: [Int: [UInt32]]] = [:]
      for (number, tokens) in texts.enumerated() {
        for token in tokens ?? [] {
          lists[token.form(space), default: [:]][number, default: []].append(token.position)
        }
      }
      return lists.sorted(by: inOrder).map { ($0.key, $0.value) }
    }
    func write(_ list: [Int: [UInt32]]) throws {
      for (document, positions) in list.sorted(by: { $0.key < $1.key }) {
        try unsafe positions.withUnsafeBufferPointer { (positions) throws(IndexError) -> Void in
          try unsafe writer.addPosting(document: UInt32(document), positions: positions)
        }
      }
    }
    let terms = Dictionary(tokens.map { ($0.exact, $0.index) }) { first, _ in first }
    let forms = Dictionary(grouping: terms.keys) { terms[$0] ?? "" }
    var ordinals: [String: Int] = [:]
    try writer.beginTerms(space: .index, detail: .positions)
    for (term, list) in postings(.index) {
      ordinals[term] = try writer.beginTerm(Array(term.utf8))
      try write(list)
      let forms = forms[term] ?? []
      try writer.endTerm(forms: forms == [term] ? .same : forms.count == 1 ? .single : .many)
    }
    try writer.endTerms()
    try writer.beginTerms(space: .exact, detail: .positions)
    for (form, list) in postings(.exact) {
      guard let term = terms[form], let ordinal = ordinals[term] else { continue }
      if forms[term] != [form] {
        _ = try writer.beginTerm(Array(form.utf8))
        try write(list)
        try writer.endTerm(ordinal: ordinal)
      } else if form != term {
        try writer.addAlias(Array(form.utf8), ordinal: ordinal)
      }
    }
    try writer.endTerms()
  }

  private static func writeValues(_ writer: SegmentWriter, _ values: [[String]]) throws {
    var lists: [String: Set<Int>] = [:]
    for (number, all) in values.enumerated() {
      for value in all { lists[value, default: []].insert(number) }
    }
    var ordinals: [String: Int] = [:]
    try writer.beginTerms(space: .value, detail: .documents)
    for (value, documents) in lists.sorted(by: inOrder) {
      ordinals[value] = try writer.beginTerm(Array(value.utf8))
      for document in documents.sorted() { try writer.addPosting(document: UInt32(document)) }
      try writer.endTerm()
    }
    try writer.endTerms()
    try writer.beginColumn()
    for (number, all) in values.enumerated() {
      let values = all.map { Int64(ordinals[$0] ?? 0) }
      if !values.isEmpty { try writer.addValues(document: number, values.span) }
    }
    try writer.endColumn()
  }

  /// Terms are in the order of their bytes.
  private static func inOrder<List>(
    _ a: (key: String, value: List), _ b: (key: String, value: List)
  ) -> Bool {
    a.key.utf8.lexicographicallyPrecedes(b.key.utf8)
  }
}

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
    try writer.writeNorms(
      unsafe norms.span.bytes, documents: texts.count { $0 != nil },
      tokens: UInt64(texts.reduce(0) { $0 + ($1?.count ?? 0) }))
    func postings(_ form: (NaiveToken) -> String) -> [String: [Int: [UInt32]]] {
      var lists: [String: [Int: [UInt32]]] = [:]
      for (number, tokens) in texts.enumerated() {
        for token in tokens ?? [] {
          lists[form(token), default: [:]][number, default: []].append(token.position)
        }
      }
      return lists
    }
    func write(_ list: [Int: [UInt32]]) throws {
      for (document, positions) in list.sorted(by: { $0.key < $1.key }) {
        try unsafe positions.withUnsafeBufferPointer { (positions) throws(IndexError) -> Void in
          try unsafe writer.addPosting(document: UInt32(document), positions: positions)
        }
      }
    }
    let indexLists = postings(\.index)
    let exactLists = postings(\.exact)
    var forms: [String: Set<String>] = [:]
    for token in texts.joined(by: []) { forms[token.index, default: []].insert(token.exact) }
    var ordinals: [String: Int] = [:]
    try writer.beginTerms(space: .index, detail: .positions)
    for (term, list) in sorted(indexLists) {
      ordinals[term] = try writer.beginTerm(Array(term.utf8))
      try write(list)
      let exact = forms[term] ?? []
      try writer.endTerm(forms: exact == [term] ? .same : exact.count == 1 ? .single : .many)
    }
    try writer.endTerms()
    try writer.beginTerms(space: .exact, detail: .positions)
    for (form, list) in sorted(exactLists) {
      guard let term = forms.first(where: { $0.value.contains(form) }),
        let ordinal = ordinals[term.key]
      else { continue }
      if term.value == [form] {
        if form != term.key { try writer.addAlias(Array(form.utf8), ordinal: ordinal) }
      } else {
        _ = try writer.beginTerm(Array(form.utf8))
        try write(list)
        try writer.endTerm(ordinal: ordinal)
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
    for (value, documents) in lists.sorted(by: {
      Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8))
    }) {
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

  private static func sorted(
    _ lists: [String: [Int: [UInt32]]]
  ) -> [(String, [Int: [UInt32]])] {
    lists.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
      .map { ($0.key, $0.value) }
  }
}

extension [[NaiveToken]?] {
  fileprivate func joined(by empty: [NaiveToken]) -> [NaiveToken] { flatMap { $0 ?? empty } }
}

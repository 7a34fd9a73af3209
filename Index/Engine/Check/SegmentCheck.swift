// Every invariant of one segment that a checksum does not prove: a program that wrote nonsense wrote its
// checksums too.

import Bytes

/// Walks one segment and collects what is wrong. Not thread-safe.
final class SegmentCheck {
  private let reader: SegmentReader
  private let schema: Schema
  private(set) var findings: [IndexCheck.Finding] = []
  /// One broken section can break every term: so many findings of one segment are enough.
  private static let limit = 100

  init(_ reader: SegmentReader, schema: Schema) {
    self.reader = reader
    self.schema = schema
  }

  func run() {
    for offset in reader.file.verify() { note(offset, "wrong checksum of a chunk of 16 KiB") }
    // What does not match its checksum is not worth reading.
    guard findings.isEmpty else { return }
    for field in reader.fields {
      guard schema.has(field.number) else {
        note(0, "field number \(field.number), which the schema does not have")
        continue
      }
      if schema.field(at: field.number).type.rawValue != field.type {
        note(0, "field \(schema.name(of: field.number)) has another type than in the schema")
      }
      attempt { () throws(IndexError) in try checkNorms(field.number) }
      attempt { () throws(IndexError) in try checkText(field.number) }
      attempt { () throws(IndexError) in try checkValues(field.number) }
      attempt { () throws(IndexError) in try checkColumn(field.number) }
    }
    attempt { () throws(IndexError) in try checkStored() }
  }

  private func note(_ offset: Int, _ detail: String) {
    guard findings.count < Self.limit else { return }
    findings.append(.init(file: reader.name, offset: offset, detail: detail))
  }

  private func attempt(_ body: () throws(IndexError) -> Void) {
    do throws(IndexError) { try body() } catch { findings.append(.init(error, file: reader.name)) }
  }

  // MARK: Stored documents

  private func checkStored() throws(IndexError) {
    var bytes: [UInt8] = []
    var block = StoredReader.UnpackedBlock()
    for document in 0..<reader.documentCount {
      try reader.stored.document(document, into: &bytes, keeping: &block)
      var ids = 0
      var values = try StoredDocumentReader(unsafe bytes.span.bytes, file: reader.name)
      while let value = try values.next() {
        if value.field == 0 { ids += 1 }
        guard schema.fields.indices.contains(value.field) else {
          note(0, "stored document \(document) has a field number \(value.field)")
          break
        }
      }
      if ids != 1 { note(0, "stored document \(document) has \(ids) ids") }
    }
  }

  // MARK: Norms and columns

  private func checkNorms(_ field: Int) throws(IndexError) {
    guard let norms = try reader.norms(field) else { return }
    var shortest: UInt64 = 0
    for document in 0..<norms.count { shortest += UInt64(Norm.lengths[Int(norms[document])]) }
    if shortest > norms.tokens, norms.documents == norms.count {
      note(0, "field \(field): norms of \(shortest) tokens, \(norms.tokens) in all")
    }
  }

  private func checkColumn(_ field: Int) throws(IndexError) {
    guard let column = reader.column(field) else { return }
    let ordinals = reader.terms(field, .value)?.count
    var values = 0
    var having = 0
    for index in 0..<column.blockCount {
      let block = try column.block(index)
      for place in 0..<block.documents {
        let range = block.range(place)
        if !range.isEmpty { having += 1 }
        for number in range {
          let value = block.value(number)
          values += 1
          if value < block.minimum || value > block.maximum {
            note(0, "column \(field): a value outside its block's bounds")
          }
          if let ordinals, value < 0 || value >= Int64(ordinals) {
            note(0, "column \(field): ordinal \(value) of \(ordinals)")
          }
        }
      }
    }
    if values != column.valueCount || having != column.documentsWithValue {
      note(0, "column \(field): \(values) values, \(column.valueCount) expected")
    }
  }

  // MARK: Terms

  private func checkValues(_ field: Int) throws(IndexError) {
    guard let values = reader.terms(field, .value) else { return }
    try walk(values, norms: nil)
  }

  private func checkText(_ field: Int) throws(IndexError) {
    guard let index = reader.terms(field, .index) else {
      if let exact = reader.terms(field, .exact) {
        note(exact.section.offset, "field \(field): exact forms without index terms")
      }
      return
    }
    let norms = try reader.norms(field)
    var kinds: [FormKind] = []
    try walk(index, norms: norms) { kinds.append($0.forms) }
    var formCounts = [Int](repeating: 0, count: kinds.count)
    if let exact = reader.terms(field, .exact) {
      try walk(exact, norms: norms) { entry in
        guard kinds.indices.contains(entry.indexOrdinal) else {
          note(exact.section.offset, "field \(field): a form of index term \(entry.indexOrdinal)")
          return
        }
        formCounts[entry.indexOrdinal] += 1
        if kinds[entry.indexOrdinal] != (entry.isAlias ? .single : .many) {
          note(
            exact.section.offset,
            "field \(field): form \(entry.ordinal) does not fit index term \(entry.indexOrdinal)")
        }
      }
    }
    for (term, kind) in kinds.enumerated() {
      let fits =
        switch kind {
        case .same: formCounts[term] == 0
        case .single: formCounts[term] == 1
        case .many: formCounts[term] >= 2
        }
      if !fits {
        note(
          index.section.offset, "field \(field): index term \(term) has \(formCounts[term]) forms")
      }
    }
  }

  /// Checks order, sums and every posting of a dictionary.
  private func walk(
    _ dictionary: TermDictionary, norms: FieldNorms?, _ visit: (TermEntry) -> Void = { _ in }
  ) throws(IndexError) {
    let place = "field \(dictionary.field), space \(dictionary.space)"
    let cursor = dictionary.cursor()
    var previous: [UInt8]?
    var documentSum: UInt64 = 0
    var totalSum: UInt64 = 0
    while try cursor.next() {
      let term = cursor.bytes
      if let previous, !previous.lexicographicallyPrecedes(term) {
        note(dictionary.section.offset, "\(place): term \(cursor.ordinal) is out of order")
      }
      previous = term
      let entry = try cursor.entry()
      visit(entry)
      if entry.isAlias { continue }
      documentSum += UInt64(entry.documentFrequency)
      totalSum += UInt64(entry.totalFrequency)
      try checkPostings(entry, norms, dictionary)
    }
    if documentSum != dictionary.sumDocumentFrequency || totalSum != dictionary.sumTotalFrequency {
      note(
        dictionary.section.offset,
        "\(place): \(documentSum) postings, \(totalSum) occurrences; "
          + "\(dictionary.sumDocumentFrequency) and \(dictionary.sumTotalFrequency) expected")
    }
  }

  private func checkPostings(
    _ entry: TermEntry, _ norms: FieldNorms?, _ dictionary: TermDictionary
  ) throws(IndexError) {
    func complain(_ detail: String) {
      note(
        dictionary.section.offset,
        "field \(dictionary.field), space \(dictionary.space), term \(entry.ordinal): \(detail)")
    }
    var postings = try reader.postings(entry)
    var documents = 0
    var occurrences = 0
    var last: UInt32?
    let factors = ScoreBound.factors(
      documents: norms?.documents ?? 0, tokens: norms?.tokens ?? 0)
    let isBounded = dictionary.detail != .documents && entry.documentFrequency > 1
    var listBound: UInt16 = 0
    while !postings.isAtEnd {
      var largest: Float = 0
      for index in 0..<postings.count {
        try postings.move(to: index)
        if let last, postings.document <= last { complain("documents out of order") }
        last = postings.document
        documents += 1
        guard dictionary.detail != .documents else { continue }
        let frequency = postings.frequency()
        occurrences += Int(frequency)
        let norm = norms?[Int(postings.document)] ?? 0
        largest = max(largest, Float(frequency) * factors[Int(norm)])
        if isBounded, norm < postings.list.data.leastNorm {
          complain("document \(postings.document) has a smaller norm than the least")
        }
        guard dictionary.detail == .positions else { continue }
        let positions = unsafe try postings.positions()
        var previous: UInt32 = 0
        for number in 0..<positions.count {
          let position = unsafe positions[number]
          if position < previous { complain("positions out of order") }
          previous = position
        }
        let count = positions.count
        if count != Int(frequency) { complain("\(count) positions, \(frequency) expected") }
      }
      if isBounded {
        let code = ScoreBound.code(largest)
        listBound = max(listBound, code)
        if postings.list.data.bound(postings.block) != code {
          complain("block \(postings.block) has another bound than its documents")
        }
      }
      try postings.nextBlock()
    }
    if isBounded, postings.list.data.bound != listBound {
      complain("another bound than those of its blocks")
    }
    let total = dictionary.detail == .documents ? documents : occurrences
    if documents != entry.documentFrequency || total != entry.totalFrequency {
      complain(
        "\(documents) documents, \(total) occurrences; "
          + "\(entry.documentFrequency) and \(entry.totalFrequency) expected")
    }
  }
}

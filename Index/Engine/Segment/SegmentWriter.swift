// One segment, written front to back in this order:
//
//   stored documents, as they come · their index
//   for each field, numbers ascending: norms; column; terms of the index space, the exact space, the value space
//   the table of fields: per field number (4 bytes), type (1), zero (3)
//   checksums, section table, footer (`ChunkedFileWriter`)
//
// Norms come before the terms of their field, which need them for impacts. A column may come after the terms, so that
// ordinals are known.

import Bytes

/// Writes a segment. Not thread-safe. After an error it is abandoned.
///
///     addStored … copyStored …          stored documents, in order
///     beginFields(documentCount:)
///     beginField(_:type:)               for each field:
///       writeNorms                      at most once
///       beginColumn addValue … endColumn
///       beginTerms(space:detail:)
///         beginTerm addPosting … endTerm, or addAlias; terms in the order of their bytes
///       endTerms
///     finish
@safe
final class SegmentWriter {
  let name: String
  private let directory: any Directory
  private let runLength: Int
  private let file: ChunkedFileWriter
  private var stored: StoredWriter?
  private var documentCount = 0
  private var fields: [SegmentField] = []
  private var norms: [UInt8] = []
  private var averageLength: Float = 1
  private var column: ColumnWriter?
  /// Behind pointers, so that terms and postings pay for no exclusivity checks.
  @unsafe private var dictionary: UnsafeMutablePointer<TermDictionaryWriter>?
  @unsafe private var postings: UnsafeMutablePointer<PostingsWriter>?

  /// Creates the file. `runLength`: bytes of one term's documents that are held before they are written.
  init(
    directory: any Directory, name: String, runLength: Int = PostingsWriter.runLength
  ) throws(IndexError) {
    self.runLength = runLength
    self.directory = directory
    self.name = name
    file = try ChunkedFileWriter(try directory.create(name), kind: .segment)
    try file.beginSection(SectionKey(kind: .stored))
    stored = StoredWriter(file)
  }

  deinit { removeTermWriters() }

  /// Bytes written so far.
  var length: Int { file.position }

  // MARK: Stored documents

  /// Documents stored so far: the number of the next one.
  var storedCount: Int { stored?.count ?? documentCount }

  func addStored(_ document: RawSpan) throws(IndexError) { try stored!.add(document) }

  /// Copies whole packed blocks of another segment.
  func copyStored(_ reader: StoredReader, blocks: Range<Int>) throws(IndexError) {
    try stored!.copy(reader, blocks: blocks)
  }

  /// Ends the stored documents: `documentCount` of them, or none at all.
  func beginFields(documentCount: Int) throws(IndexError) {
    guard documentCount == stored!.count, documentCount <= Int(Int32.max) else {
      throw .invalid("\(documentCount) documents in a segment that stores \(stored!.count)")
    }
    self.documentCount = documentCount
    try stored!.finish()
    stored = nil
  }

  // MARK: Fields

  /// Begins a field; numbers ascend.
  func beginField(_ number: Int, type: UInt8) throws(IndexError) {
    guard number > fields.last?.number ?? -1 else { throw .invalid("fields out of order") }
    fields.append(SegmentField(number: number, type: type))
    norms.removeAll(keepingCapacity: true)
    averageLength = 1
  }

  /// Writes the norms of the field: one byte a document. `documents` have the field, with `tokens` in all.
  func writeNorms(_ bytes: RawSpan, documents: Int, tokens: UInt64) throws(IndexError) {
    guard bytes.byteCount == documentCount, documents <= documentCount else {
      throw .invalid("\(bytes.byteCount) norms for \(documentCount) documents")
    }
    try file.beginSection(key(.norms))
    var header = ByteWriter()
    header.append(UInt64(documents))
    header.append(tokens)
    try file.append(header.bytes)
    try file.append(bytes)
    file.endSection()
    norms.removeAll(keepingCapacity: true)
    unsafe bytes.withUnsafeBytes { unsafe norms.append(contentsOf: $0) }
    averageLength = documents == 0 ? 1 : Float(tokens) / Float(documents)
  }

  func beginColumn() throws(IndexError) {
    try file.beginSection(key(.column))
    column = ColumnWriter(file, documentCount: documentCount)
  }

  /// Documents ascend; those left out have no value.
  func addValue(document: Int, _ value: Int64) throws(IndexError) {
    try column!.add(document: document, value: value)
  }

  func addValues(document: Int, _ values: Span<Int64>) throws(IndexError) {
    try column!.add(document: document, values: values)
  }

  func endColumn() throws(IndexError) {
    try column!.finish()
    column = nil
    file.endSection()
  }

  // MARK: Terms

  func beginTerms(space: TermSpace, detail: PostingsDetail) throws(IndexError) {
    try file.beginSection(key(.terms, space, detail))
    removeTermWriters()
    let terms = UnsafeMutablePointer<TermDictionaryWriter>.allocate(capacity: 1)
    unsafe terms.initialize(to: TermDictionaryWriter(file, space: space, detail: detail))
    unsafe dictionary = terms
    let writer = UnsafeMutablePointer<PostingsWriter>.allocate(capacity: 1)
    unsafe writer.initialize(
      to: PostingsWriter(
        file, detail: detail, documentCount: documentCount,
        norms: detail == .documents ? [] : norms, averageLength: averageLength,
        runLength: runLength))
    unsafe postings = writer
  }

  /// Begins a term, greater than the one before. It gets at least one posting.
  /// - Returns: its ordinal.
  @discardableResult
  func beginTerm(_ term: UnsafeRawBufferPointer) throws(IndexError) -> Int {
    let ordinal = unsafe try dictionary!.pointee.add(term)
    unsafe postings!.pointee.begin()
    return ordinal
  }

  @discardableResult
  func beginTerm(_ term: [UInt8]) throws(IndexError) -> Int {
    try unsafe term.span.bytes.withUnsafeBytes { (bytes) throws(IndexError) -> Int in
      try unsafe beginTerm(bytes)
    }
  }

  /// The list of the term that was begun, for a loop over its postings; gone with `endTerms`.
  @unsafe var list: UnsafeMutablePointer<PostingsWriter> { unsafe postings! }

  /// Where positions are kept. Documents ascend, and so do positions (equal ones are possible).
  @inline(__always)
  func addPosting(
    document: UInt32, positions: UnsafeBufferPointer<UInt32>
  ) throws(IndexError) {
    unsafe try postings!.pointee.add(document: document, positions: positions)
  }

  /// Where frequencies are kept, or (1) documents alone.
  @inline(__always)
  func addPosting(document: UInt32, frequency: UInt32 = 1) throws(IndexError) {
    unsafe try postings!.pointee.add(document: document, frequency: frequency)
  }

  /// Ends a term of the index space.
  func endTerm(forms: FormKind) throws(IndexError) { try endTerm(forms, 0) }

  /// Ends a term of the exact space with postings of its own, which belongs to an index term.
  func endTerm(ordinal: Int) throws(IndexError) { try endTerm(.same, ordinal) }

  /// Ends a term of the value space.
  func endTerm() throws(IndexError) { try endTerm(.same, 0) }

  /// In the exact space: a form whose postings are those of the index term `ordinal`.
  func addAlias(_ form: UnsafeRawBufferPointer, ordinal: Int) throws(IndexError) {
    unsafe try dictionary!.pointee.add(form)
    unsafe dictionary!.pointee.addAlias(ordinal: ordinal)
  }

  func addAlias(_ form: [UInt8], ordinal: Int) throws(IndexError) {
    try unsafe form.span.bytes.withUnsafeBytes { (bytes) throws(IndexError) -> Void in
      try unsafe addAlias(bytes, ordinal: ordinal)
    }
  }

  func endTerms() throws(IndexError) {
    unsafe try dictionary!.pointee.finish()
    removeTermWriters()
    file.endSection()
  }

  /// Writes the table of fields, checksums and footer; makes the file durable and closes it.
  func finish() throws(IndexError) -> SegmentFileInfo {
    precondition(stored == nil, "beginFields comes before finish")
    try file.beginSection(SectionKey(kind: .fields))
    var table = ByteWriter()
    for field in fields {
      table.append(UInt32(field.number))
      table.append(UInt32(field.type))
    }
    try file.append(table.bytes)
    file.endSection()
    let (length, checksum) = try file.finish(documents: documentCount)
    return SegmentFileInfo(
      name: name, length: length, checksum: checksum, documentCount: documentCount)
  }

  /// Gives the file up, and removes it if that is possible.
  func abandon() {
    file.abandon()
    try? directory.remove(name)
  }

  private func endTerm(_ forms: FormKind, _ ordinal: Int) throws(IndexError) {
    let list = unsafe try postings!.pointee.end()
    if list.documentFrequency == 1 {
      unsafe dictionary!.pointee.addSingle(
        document: list.document, frequency: UInt32(truncatingIfNeeded: list.totalFrequency),
        norm: list.norm, positions: postings!.pointee.inlinePositions, start: list.start,
        length: list.length, forms: forms, ordinal: ordinal)
    } else {
      unsafe dictionary!.pointee.addList(
        documentFrequency: list.documentFrequency, totalFrequency: list.totalFrequency,
        start: list.start, length: list.length, metadata: list.metadata, forms: forms,
        ordinal: ordinal)
    }
  }

  private func removeTermWriters() {
    if let terms = unsafe dictionary {
      unsafe terms.deinitialize(count: 1)
      unsafe terms.deallocate()
      unsafe dictionary = nil
    }
    if let writer = unsafe postings {
      unsafe writer.deinitialize(count: 1)
      unsafe writer.deallocate()
      unsafe postings = nil
    }
  }

  private func key(
    _ kind: SectionKey.Kind, _ space: TermSpace = .index, _ detail: PostingsDetail = .documents
  ) -> SectionKey {
    SectionKey(
      kind: kind, field: UInt32(fields[fields.count - 1].number), space: space.rawValue,
      detail: detail.rawValue)
  }
}

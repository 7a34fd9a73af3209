// One segment, written front to back in this order:
//
//   stored documents, as they come · their index
//   for each field, numbers ascending: norms; column; terms of the index space, the exact space, the value space
//   the table of fields: per field number (4 bytes), type (1), zero (3)
//   checksums, section table, footer (`ChunkedFileWriter`)
//
// Norms come before the terms of their field, which need them for bounds. A column may come after the terms, so that
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
  /// Of the field, for the bounds of its postings.
  private var factors = ScoreBound.factors(documents: 0, tokens: 0)
  private var column: ColumnWriter?
  private var terms: TermsWriter?
  private var index = TermIndexWriter()
  private var space = TermSpace.index
  private var detail = PostingsDetail.documents
  private var termsStart = 0

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
    factors = ScoreBound.factors(documents: 0, tokens: 0)
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
    factors = ScoreBound.factors(documents: documents, tokens: tokens)
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
    self.space = space
    self.detail = detail
    termsStart = file.position
    index = TermIndexWriter()
    terms = makeTerms(file)
  }

  /// A writer of runs of these terms to another sink; each comes here by `place`.
  func makeTerms(_ sink: ByteSink) -> TermsWriter {
    TermsWriter(
      sink, space: space, detail: detail, documentCount: documentCount,
      norms: detail == .documents ? [] : norms, factors: factors, runLength: runLength)
  }

  /// Where the bytes of a run go that was written elsewhere.
  var sink: ByteSink { file }

  /// Takes a run all of whose bytes lie at `start` of the sink. Every run but the last one is full.
  func place(_ run: TermRun, at start: Int) throws(IndexError) {
    try index.append(run, at: start - termsStart)
  }

  /// Begins a term, greater than the one before. It gets at least one posting.
  /// - Returns: its ordinal.
  @discardableResult
  func beginTerm(_ term: UnsafeRawBufferPointer) throws(IndexError) -> Int {
    let ordinal = try nextOrdinal()
    try unsafe terms!.beginTerm(term)
    return ordinal
  }

  @discardableResult
  func beginTerm(_ term: [UInt8]) throws(IndexError) -> Int {
    try unsafe term.span.bytes.withUnsafeBytes { (bytes) throws(IndexError) -> Int in
      try unsafe beginTerm(bytes)
    }
  }

  /// The list of the term that was begun, for a loop over its postings; gone with `endTerms`.
  @unsafe var list: UnsafeMutablePointer<PostingsWriter> { unsafe terms!.list }

  /// Where positions are kept. Documents ascend, and so do positions (equal ones are possible).
  @inline(__always)
  func addPosting(
    document: UInt32, positions: UnsafeBufferPointer<UInt32>
  ) throws(IndexError) {
    unsafe try list.pointee.add(document: document, positions: positions)
  }

  /// Where frequencies are kept, or (1) documents alone.
  @inline(__always)
  func addPosting(document: UInt32, frequency: UInt32 = 1) throws(IndexError) {
    unsafe try list.pointee.add(document: document, frequency: frequency)
  }

  /// Ends a term of the index space.
  func endTerm(forms: FormKind) throws(IndexError) { try terms!.endTerm(forms: forms) }

  /// Ends a term of the exact space with postings of its own, which belongs to an index term.
  func endTerm(ordinal: Int) throws(IndexError) { try terms!.endTerm(ordinal: ordinal) }

  /// Ends a term of the value space.
  func endTerm() throws(IndexError) { try terms!.endTerm() }

  /// In the exact space: a form whose postings are those of the index term `ordinal`.
  func addAlias(_ form: UnsafeRawBufferPointer, ordinal: Int) throws(IndexError) {
    _ = try nextOrdinal()
    try unsafe terms!.addAlias(form, ordinal: ordinal)
  }

  func addAlias(_ form: [UInt8], ordinal: Int) throws(IndexError) {
    try unsafe form.span.bytes.withUnsafeBytes { (bytes) throws(IndexError) -> Void in
      try unsafe addAlias(bytes, ordinal: ordinal)
    }
  }

  func endTerms() throws(IndexError) {
    if terms!.count > 0 { try endRun() }
    terms = nil
    try index.write(to: file)
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

  /// The number of the next term, which begins a run if the last one is full.
  private func nextOrdinal() throws(IndexError) -> Int {
    if terms!.count == TermDictionaryWriter.runTerms {
      try endRun()
      terms!.beginRun()
    }
    return index.count + terms!.count
  }

  private func endRun() throws(IndexError) {
    let run = try terms!.endRun()
    try index.append(run, at: run.start - termsStart)
  }

  private func key(
    _ kind: SectionKey.Kind, _ space: TermSpace = .index, _ detail: PostingsDetail = .documents
  ) -> SectionKey {
    SectionKey(
      kind: kind, field: UInt32(fields[fields.count - 1].number), space: space.rawValue,
      detail: detail.rawValue)
  }
}

// The terms of one field and space on their way to a sink, run by run: the file itself, or a part of it that a thread
// writes beside others.

import Bytes

/// Not thread-safe. After an error it is abandoned.
///
///     beginTerm addPosting … endTerm, or addAlias      terms in the order of their bytes
///     endRun                                           after `TermDictionaryWriter.runTerms` terms, and at the end
@safe
final class TermsWriter {
  private let sink: ByteSink
  /// Behind pointers, so that terms and postings pay for no exclusivity checks.
  @unsafe private let dictionary: UnsafeMutablePointer<TermDictionaryWriter>
  /// The list of the term that was begun, for a loop over its postings.
  @unsafe let list: UnsafeMutablePointer<PostingsWriter>

  /// `norms`: one byte for each of `documentCount` documents, or none.
  init(
    _ sink: ByteSink, space: TermSpace, detail: PostingsDetail, documentCount: Int, norms: [UInt8],
    factors: [Float], runLength: Int
  ) {
    self.sink = sink
    unsafe dictionary = .allocate(capacity: 1)
    unsafe dictionary.initialize(to: TermDictionaryWriter(space: space, detail: detail))
    unsafe list = .allocate(capacity: 1)
    unsafe list.initialize(
      to: PostingsWriter(
        sink, detail: detail, documentCount: documentCount, norms: norms,
        factors: factors, runLength: runLength))
    unsafe dictionary.pointee.beginRun(at: sink.position)
  }

  deinit {
    unsafe dictionary.deinitialize(count: 1)
    unsafe dictionary.deallocate()
    unsafe list.deinitialize(count: 1)
    unsafe list.deallocate()
  }

  /// Terms of the run.
  var count: Int { unsafe dictionary.pointee.count }

  /// Begins a run where the sink now is.
  func beginRun() { unsafe dictionary.pointee.beginRun(at: sink.position) }

  /// Ends the run behind its last term.
  func endRun() throws(IndexError) -> TermRun {
    try unsafe dictionary.pointee.endRun(to: sink)
  }

  /// Begins a term, greater than the one before. It gets at least one posting.
  func beginTerm(_ term: UnsafeRawBufferPointer) throws(IndexError) {
    try unsafe dictionary.pointee.add(term)
    unsafe list.pointee.begin()
  }

  /// Ends a term. `forms` is of the index space; `ordinal`, of the exact space, that of its index term.
  func endTerm(forms: FormKind = .same, ordinal: Int = 0) throws(IndexError) {
    let list = unsafe try self.list.pointee.end()
    if list.documentFrequency == 1 {
      unsafe dictionary.pointee.addSingle(
        document: list.document, frequency: UInt32(truncatingIfNeeded: list.totalFrequency),
        norm: list.norm, positions: self.list.pointee.inlinePositions, start: list.start,
        length: list.length, forms: forms, ordinal: ordinal)
    } else {
      unsafe dictionary.pointee.addList(
        documentFrequency: list.documentFrequency, totalFrequency: list.totalFrequency,
        start: list.start, length: list.length, metadata: list.metadata, forms: forms,
        ordinal: ordinal)
    }
  }

  /// In the exact space: a form whose postings are those of the index term `ordinal`.
  func addAlias(_ form: UnsafeRawBufferPointer, ordinal: Int) throws(IndexError) {
    try unsafe dictionary.pointee.add(form)
    unsafe dictionary.pointee.addAlias(ordinal: ordinal)
  }
}

// The terms of one field of several segments into one dictionary a space.
//
// Index and exact space hang together: an index term says whether it has one exact form or several, and
// exact forms name their index term by its ordinal. So where there are exact forms the dictionaries are walked twice before
// anything is written: ordinals are assigned, and forms are counted.
//
// What an input says by an abbreviation must be spelled out when another input adds a second form:
//
//   input 1   index `run`, its only form `run`               → merged: index `run` (many),
//   input 2   index `run`, its only form `running` (alias)     exact `run` with input 1's postings,
//                                                              exact `running` with input 2's
//
// Walking is one thread's work at a time; the postings of what was walked are copied by several (`RunLine`).

import Bytes

/// Not thread-safe.
final class TermMerger {
  private let merger: SegmentMerger
  private let field: Int
  private var sources: [MergeSource] { merger.sources }
  private var writer: SegmentWriter { merger.writer }

  init(_ merger: SegmentMerger, field: Int) {
    self.merger = merger
    self.field = field
  }

  /// Merges the value space.
  /// - Returns: per input its ordinals' new ones; nil when the field has no such space.
  func mergeValues() throws(IndexError) -> [[UInt32]]? {
    let dictionaries = sources.map { $0.reader.terms(field, .value) }
    guard let detail = try detail(of: dictionaries) else { return nil }
    return try write(ValueWalk(dictionaries, sources), .value, detail).walk.ordinals
  }

  /// Merges index and exact space.
  func mergeText() throws(IndexError) {
    let index = sources.map { $0.reader.terms(field, .index) }
    let exact = sources.map { $0.reader.terms(field, .exact) }
    guard let detail = try detail(of: index) else { return }
    if exact.allSatisfy({ ($0?.count ?? 0) == 0 }) {
      try write(IndexWalk(index, sources, forms: nil), .index, detail)
      return
    }
    let forms = try MergedForms(index, exact, sources, field: field)
    try write(IndexWalk(index, sources, forms: forms), .index, detail)
    if forms.hasExactSpace {
      try write(ExactWalk(index, exact, sources, forms), .exact, detail)
    }
  }

  /// - Returns: what has the walk, at its end.
  @discardableResult
  private func write<Walk: TermWalk & ~Copyable>(
    _ walk: consuming Walk, _ space: TermSpace, _ detail: PostingsDetail
  ) throws(IndexError) -> RunLine<Walk> {
    try writer.beginTerms(space: space, detail: detail)
    let line = RunLine(
      walk, to: writer, from: sources, in: merger.order, detail: detail,
      partMemory: merger.partMemory, onRun: merger.breathe)
    try line.write(threads: merger.threads)
    try writer.endTerms()
    return line
  }

  /// What the dictionaries agree to keep; nil when there is none.
  private func detail(of dictionaries: [TermDictionary?]) throws(IndexError) -> PostingsDetail? {
    var detail: PostingsDetail?
    for (place, dictionary) in dictionaries.enumerated() {
      guard let dictionary else { continue }
      guard detail ?? dictionary.detail == dictionary.detail else {
        throw .corrupt(
          file: sources[place].reader.name, offset: dictionary.section.offset,
          detail: "field \(field) keeps other details than in the other segments")
      }
      detail = dictionary.detail
    }
    return detail
  }
}

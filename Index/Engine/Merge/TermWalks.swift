// The spaces of a field, walked in the order of their terms over all inputs.

import Bytes

/// No such term in the output: all its documents are dead.
private let gone = UInt32.max

private func emptyOrdinals(_ dictionaries: [TermDictionary?]) -> [[UInt32]] {
  dictionaries.map { [UInt32](repeating: gone, count: $0?.count ?? 0) }
}

/// Raw values.
struct ValueWalk: TermWalk, ~Copyable {
  private let sources: [MergeSource]
  private var merged: MergedTerms
  private var count: UInt32 = 0
  /// Per input, per ordinal of it, the new ordinal: of what was walked.
  private(set) var ordinals: [[UInt32]]

  init(_ dictionaries: [TermDictionary?], _ sources: [MergeSource]) throws(IndexError) {
    self.sources = sources
    merged = try MergedTerms(dictionaries)
    ordinals = emptyOrdinals(dictionaries)
  }

  mutating func fill(_ batch: inout TermBatch) throws(IndexError) {
    while !batch.isFull, try merged.next() {
      let before = batch.lists.count
      for (place, source) in merged.sources.enumerated() {
        let entry = try merged.cursors[merged.places[place]].entry()
        guard try sources[source].hasLiveDocument(entry) else { continue }
        batch.append(entry, source: source)
        ordinals[source][entry.ordinal] = count
      }
      guard batch.lists.count > before else { continue }
      unsafe batch.append(merged.term)
      count += 1
    }
  }
}

/// Index terms.
struct IndexWalk: TermWalk, ~Copyable {
  private let sources: [MergeSource]
  /// nil: every term has one form, which equals it.
  private let forms: MergedForms?
  private var merged: MergedTerms
  private var count = 0

  init(
    _ index: [TermDictionary?], _ sources: [MergeSource], forms: MergedForms?
  ) throws(IndexError) {
    self.sources = sources
    self.forms = forms
    merged = try MergedTerms(index)
  }

  mutating func fill(_ batch: inout TermBatch) throws(IndexError) {
    while !batch.isFull, try merged.next() {
      let before = batch.lists.count
      for (place, source) in merged.sources.enumerated() {
        let cursor = merged.cursors[merged.places[place]]
        if let forms, forms.ordinals[source][cursor.ordinal] == gone { continue }
        let entry = try cursor.entry()
        if forms == nil {
          guard entry.forms == .same else {
            throw sources[source].reader.file.corrupt(0, "an index term without its exact forms")
          }
          guard try sources[source].hasLiveDocument(entry) else { continue }
        }
        batch.append(entry, source: source)
      }
      guard batch.lists.count > before else { continue }
      unsafe batch.append(merged.term, forms: forms?.kind(count) ?? .same)
      count += 1
    }
  }
}

/// Exact forms that are spelled out.
struct ExactWalk: TermWalk, ~Copyable {
  private let forms: MergedForms
  private var walk: FormWalk

  init(
    _ index: [TermDictionary?], _ exact: [TermDictionary?], _ sources: [MergeSource],
    _ forms: MergedForms
  ) throws(IndexError) {
    self.forms = forms
    walk = try FormWalk(index, exact, sources)
  }

  mutating func fill(_ batch: inout TermBatch) throws(IndexError) {
    while !batch.isFull, let form = try walk.next(forms.ordinals) {
      let term = Int(form.ordinal)
      let kind = forms.kind(term)
      if kind == .same { continue }
      if kind == .many {
        for occurrence in walk.occurrences {
          batch.append(try walk.postings(of: occurrence), source: occurrence.source)
        }
      }
      unsafe batch.append(walk.form, ordinal: term)
    }
  }
}

/// What index terms and exact forms of the output have to do with each other.
final class MergedForms {
  /// Per input, per ordinal of its index space, the new ordinal.
  private(set) var ordinals: [[UInt32]]
  /// Per new index term how many exact forms it has (2: or more), and whether one equals it.
  private var counts: [UInt8] = []
  private var hasEqual: [Bool] = []
  /// Whether any form differs from its term.
  private(set) var hasExactSpace = false

  init(
    _ index: [TermDictionary?], _ exact: [TermDictionary?], _ sources: [MergeSource], field: Int
  ) throws(IndexError) {
    ordinals = emptyOrdinals(index)
    try assignOrdinals(index, sources)
    var walk = try FormWalk(index, exact, sources)
    while let form = try walk.next(ordinals) {
      let term = Int(form.ordinal)
      if counts[term] < 2 { counts[term] += 1 }
      if form.equalsTerm { hasEqual[term] = true }
    }
    for term in counts.indices {
      guard counts[term] > 0 else {
        throw .corrupt(
          file: sources[0].reader.name, offset: 0,
          detail: "field \(field): an index term without an exact form")
      }
      if kind(term) != .same { hasExactSpace = true }
    }
  }

  func kind(_ term: Int) -> FormKind { counts[term] > 1 ? .many : hasEqual[term] ? .same : .single }

  private func assignOrdinals(
    _ index: [TermDictionary?], _ sources: [MergeSource]
  ) throws(IndexError) {
    var merged = try MergedTerms(index)
    var count: UInt32 = 0
    while try merged.next() {
      var isLive = false
      for (place, source) in merged.sources.enumerated() {
        let cursor = merged.cursors[merged.places[place]]
        if sources[source].live != nil {
          guard try sources[source].hasLiveDocument(cursor.entry()) else { continue }
        }
        ordinals[source][cursor.ordinal] = count
        isLive = true
      }
      if isLive { count += 1 }
    }
    counts = [UInt8](repeating: 0, count: Int(count))
    hasEqual = [Bool](repeating: false, count: Int(count))
  }
}

extension MergeSource {
  func hasLiveDocument(_ entry: TermEntry) throws(IndexError) -> Bool {
    guard let live else { return true }
    if case .single(let document, _, _, _) = entry.location { return live.isLive(Int(document)) }
    var postings = try reader.postings(entry)
    while !postings.isAtEnd {
      if live.isLive(Int(postings.document)) { return true }
      try postings.next()
    }
    return false
  }
}

/// The exact forms of several inputs, in the order of their bytes, spelled out or not: an index term whose
/// only form equals it is a form too.
struct FormWalk: ~Copyable {
  struct Form {
    /// New ordinal of its index term.
    var ordinal: UInt32
    /// Whether the form is its own index term.
    var equalsTerm: Bool
  }

  /// The form in one input.
  struct Occurrence {
    var source: Int
    /// Place of the cursor that stands at it.
    var place: Int
    var isIndexTerm: Bool
  }

  private let index: [TermDictionary?]
  private let sources: [MergeSource]
  /// Sources 0..<n are index spaces, n..<2n exact spaces.
  private var merged: MergedTerms
  /// Live occurrences of the current form, ascending by input.
  private(set) var occurrences: [Occurrence] = []

  init(
    _ index: [TermDictionary?], _ exact: [TermDictionary?], _ sources: [MergeSource]
  ) throws(IndexError) {
    self.index = index
    self.sources = sources
    merged = try MergedTerms(index + exact)
  }

  /// The current form; valid until `next`.
  var form: UnsafeRawBufferPointer { unsafe merged.term }

  /// Goes to the next form with a live document. nil at the end.
  mutating func next(_ ordinals: [[UInt32]]) throws(IndexError) -> Form? {
    while try merged.next() {
      occurrences.removeAll(keepingCapacity: true)
      var ordinal: UInt32?
      var own: UInt32?
      for (number, source) in merged.sources.enumerated() {
        let place = merged.places[number]
        let cursor = merged.cursors[place]
        let entry = try cursor.entry()
        let isIndexTerm = source < sources.count
        let input = isIndexTerm ? source : source - sources.count
        let old = isIndexTerm ? entry.ordinal : entry.indexOrdinal
        guard ordinals[input].indices.contains(old) else {
          throw .corrupt(
            file: sources[input].reader.name, offset: 0,
            detail: "an exact form of index term \(old), which does not exist")
        }
        let new = ordinals[input][old]
        if isIndexTerm {
          if new != .max { own = new }
          guard entry.forms == .same else { continue }
        }
        guard new != .max else { continue }
        if !isIndexTerm, !entry.isAlias, sources[input].live != nil {
          guard try sources[input].hasLiveDocument(entry) else { continue }
        }
        guard ordinal ?? new == new else {
          throw .corrupt(
            file: sources[input].reader.name, offset: 0,
            detail: "an exact form of another index term than in the other segments")
        }
        ordinal = new
        occurrences.append(Occurrence(source: input, place: place, isIndexTerm: isIndexTerm))
      }
      guard let ordinal else { continue }
      if occurrences.count > 1 { occurrences.sort { $0.source < $1.source } }
      return Form(ordinal: ordinal, equalsTerm: own == ordinal)
    }
    return nil
  }

  /// The postings of an occurrence: its own, or those of the index term that it stands for.
  func postings(of occurrence: Occurrence) throws(IndexError) -> TermEntry {
    let entry = try merged.cursors[occurrence.place].entry()
    guard entry.isAlias, let dictionary = index[occurrence.source] else { return entry }
    return try dictionary.entry(ordinal: entry.indexOrdinal)
  }
}

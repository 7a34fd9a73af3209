// The terms of one field of several segments into one dictionary a space.
//
// Index and exact space hang together: an index term says whether it has one exact form or several, and
// exact forms name their index term by its ordinal. So the dictionaries are walked three times before the
// exact space is written: ordinals are assigned, forms are counted, the index space is written.
//
// What an input says by an abbreviation must be spelled out when another input adds a second form:
//
//   input 1   index `run`, its only form `run`               → merged: index `run` (many),
//   input 2   index `run`, its only form `running` (alias)     exact `run` with input 1's postings,
//                                                              exact `running` with input 2's

import Bytes

/// Not thread-safe.
final class TermMerger {
  private let merger: SegmentMerger
  private let field: Int
  private var sources: [MergeSource] { merger.sources }
  private var writer: SegmentWriter { merger.writer }

  /// No such term in the output: all its documents are dead.
  private static let gone = UInt32.max

  /// Per input, per ordinal of its index space, the new ordinal.
  private var ordinals: [[UInt32]] = []
  /// Of the one cursor at a time.
  private let block = PostingsBlock()
  /// Per new index term how many exact forms it has (2: or more), and whether one equals it.
  private var formCounts: [UInt8] = []
  private var hasEqualForm: [Bool] = []

  init(_ merger: SegmentMerger, field: Int) {
    self.merger = merger
    self.field = field
  }

  // MARK: Values

  /// Merges the value space.
  /// - Returns: per input its ordinals' new ones; nil when the field has no such space.
  func mergeValues() throws(IndexError) -> [[UInt32]]? {
    let dictionaries = sources.map { $0.reader.terms(field, .value) }
    guard let detail = try detail(of: dictionaries) else { return nil }
    var ordinals = emptyOrdinals(dictionaries)
    try writer.beginTerms(space: .value, detail: detail)
    var merged = try MergedTerms(dictionaries)
    var count: UInt32 = 0
    while try merged.next() {
      var isBegun = false
      for (index, source) in merged.sources.enumerated() {
        let entry = try merged.cursors[merged.places[index]].entry()
        let written = try copy(entry, from: sources[source], detail) { () throws(IndexError) in
          if !isBegun { try unsafe writer.beginTerm(merged.term) }
          isBegun = true
        }
        if written { ordinals[source][entry.ordinal] = count }
      }
      if isBegun {
        try writer.endTerm()
        count += 1
      }
    }
    try writer.endTerms()
    return ordinals
  }

  // MARK: Index and exact space

  /// Merges index and exact space.
  func mergeText() throws(IndexError) {
    let index = sources.map { $0.reader.terms(field, .index) }
    let exact = sources.map { $0.reader.terms(field, .exact) }
    guard let detail = try detail(of: index) else { return }
    try assignOrdinals(index)
    let hasExactForms = try countForms(index, exact)
    try writeIndexSpace(index, detail)
    if hasExactForms { try writeExactSpace(index, exact, detail) }
    ordinals = []
    formCounts = []
    hasEqualForm = []
  }

  private func assignOrdinals(_ index: [TermDictionary?]) throws(IndexError) {
    ordinals = emptyOrdinals(index)
    var merged = try MergedTerms(index)
    var count: UInt32 = 0
    while try merged.next() {
      var isLive = false
      for (place, source) in merged.sources.enumerated() {
        let cursor = merged.cursors[merged.places[place]]
        if sources[source].live != nil {
          guard try hasLiveDocument(cursor.entry(), sources[source]) else { continue }
        }
        ordinals[source][cursor.ordinal] = count
        isLive = true
      }
      if isLive { count += 1 }
    }
    formCounts = [UInt8](repeating: 0, count: Int(count))
    hasEqualForm = [Bool](repeating: false, count: Int(count))
  }

  /// - Returns: whether there is anything to write in the exact space.
  private func countForms(
    _ index: [TermDictionary?], _ exact: [TermDictionary?]
  ) throws(IndexError) -> Bool {
    var walk = try FormWalk(index, exact, sources)
    while let form = try walk.next(ordinals) {
      let term = Int(form.ordinal)
      if formCounts[term] < 2 { formCounts[term] += 1 }
      if form.equalsTerm { hasEqualForm[term] = true }
    }
    var hasOther = false
    for term in formCounts.indices {
      guard formCounts[term] > 0 else {
        throw .corrupt(
          file: sources[0].reader.name, offset: 0,
          detail: "field \(field): an index term without an exact form")
      }
      if formKind(term) != .same { hasOther = true }
    }
    return hasOther
  }

  private func formKind(_ term: Int) -> FormKind {
    formCounts[term] > 1 ? .many : hasEqualForm[term] ? .same : .single
  }

  private func writeIndexSpace(
    _ index: [TermDictionary?], _ detail: PostingsDetail
  ) throws(IndexError) {
    try writer.beginTerms(space: .index, detail: detail)
    var merged = try MergedTerms(index)
    var term = 0
    while try merged.next() {
      var isBegun = false
      for (place, source) in merged.sources.enumerated() {
        let cursor = merged.cursors[merged.places[place]]
        guard ordinals[source][cursor.ordinal] != Self.gone else { continue }
        if !isBegun { try unsafe writer.beginTerm(merged.term) }
        isBegun = true
        _ = try copy(cursor.entry(), from: sources[source], detail) {}
      }
      guard isBegun else { continue }
      try writer.endTerm(forms: formKind(term))
      term += 1
      if term & 1023 == 0 { merger.breathe() }
    }
    try writer.endTerms()
  }

  private func writeExactSpace(
    _ index: [TermDictionary?], _ exact: [TermDictionary?], _ detail: PostingsDetail
  ) throws(IndexError) {
    try writer.beginTerms(space: .exact, detail: detail)
    var walk = try FormWalk(index, exact, sources)
    var count = 0
    while let form = try walk.next(ordinals) {
      let term = Int(form.ordinal)
      switch formKind(term) {
      case .same: continue
      case .single: try unsafe writer.addAlias(walk.form, ordinal: term)
      case .many:
        try unsafe writer.beginTerm(walk.form)
        for index in walk.occurrences.indices {
          let occurrence = walk.occurrences[index]
          _ = try copy(
            try walk.postings(of: occurrence), from: sources[occurrence.source], detail
          ) {}
        }
        try writer.endTerm(ordinal: term)
      }
      count += 1
      if count & 1023 == 0 { merger.breathe() }
    }
    try writer.endTerms()
  }

  // MARK: Postings

  /// Copies the live postings of a term.
  /// - Parameter begin: called before the first one.
  /// - Returns: whether there was one.
  private func copy(
    _ entry: TermEntry, from source: MergeSource, _ detail: PostingsDetail,
    begin: () throws(IndexError) -> Void
  ) throws(IndexError) -> Bool {
    let base = UInt32(source.map.base)
    let numbers = source.map.numbers
    if detail == .documents, case .single(let document, _, _, _) = entry.location {
      let new = numbers?[Int(document)] ?? base &+ document
      if new == Self.gone { return false }
      try begin()
      try writer.addPosting(document: new)
      return true
    }
    var postings = try source.reader.postings(entry, block)
    var isBegun = false
    while !postings.isAtEnd {
      let count = postings.count
      for place in 0..<count {
        try postings.move(to: place)
        let new = numbers?[Int(postings.document)] ?? base &+ postings.document
        if new == Self.gone { continue }
        if !isBegun {
          try begin()
          isBegun = true
        }
        switch detail {
        case .documents: try writer.addPosting(document: new)
        case .frequencies:
          try writer.addPosting(document: new, frequency: postings.frequency())
        case .positions:
          try unsafe writer.addPosting(document: new, positions: postings.positions())
        }
      }
      try postings.nextBlock()
    }
    return isBegun
  }

  private func hasLiveDocument(
    _ entry: TermEntry, _ source: MergeSource
  ) throws(IndexError) -> Bool {
    try source.hasLiveDocument(entry)
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

  private func emptyOrdinals(_ dictionaries: [TermDictionary?]) -> [[UInt32]] {
    dictionaries.map { [UInt32](repeating: Self.gone, count: $0?.count ?? 0) }
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

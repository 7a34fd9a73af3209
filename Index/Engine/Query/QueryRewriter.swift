// Expansions become the terms that a snapshot has. At most 1,024 terms an expansion, and 50 words near one with spelling
// errors: those of the fewest edits are kept, then the most frequent, and a warning says that others were left out.
//
// The shape of the query stays, also where nothing fits: the grid of its scores is made of the shape, and must be the
// same in every shard of a collection, whichever words it has.

import QueryLanguage

struct QueryRewriter {
  static let expansionLimit = 1_024
  /// Words near one with spelling errors: each costs a list of postings that is scored.
  static let variantLimit = 50

  private let segments: [SegmentReader]
  private let deadline: Deadline
  private(set) var warnings: [QueryWarning] = []
  /// The deadline passed: the expansion at hand was cut short.
  private(set) var timedOut = false

  init(segments: [SegmentReader], deadline: Deadline) {
    self.segments = segments
    self.deadline = deadline
  }

  mutating func rewrite(_ query: Query) throws(IndexError) -> Query {
    switch query {
    case .expansion(let expansion):
      if !expansion.word.isEmpty { return try variants(expansion) }
      return try byEdits(expansion)
    case .phrase(var phrase):
      for part in phrase.parts.indices {
        for slot in phrase.parts[part].slots.indices {
          let patterns = phrase.parts[part].slots[slot].patterns
          if patterns.isEmpty { continue }
          phrase.parts[part].slots[slot].terms = FieldTerms(
            try terms(of: patterns, text: "a phrase's last word"))
        }
      }
      return .phrase(phrase)
    case .near(let near): return .near(try rewrite(near))
    case .atLeast(let count, let queries):
      return Query.atLeast(count, of: try rewrite(queries).filter { $0 != .none })
    case .and(let all, let optional, let none):
      let all = try rewrite(all)
      if all.contains(.none) { return .none }
      return .and(
        all: all, optional: try rewrite(optional).filter { $0 != .none },
        none: try rewrite(none).filter { $0 != .none })
    case .or(let queries):
      return Query.disjunction(try rewrite(queries).filter { $0 != .none }) ?? .none
    case .best(let queries):
      return Query.best(of: try rewrite(queries).filter { $0 != .none }) ?? .none
    case .alternatives(let queries):
      let queries = try rewrite(queries)
      guard queries.first != Query.none else {
        return Query.best(of: queries.filter { $0 != .none }) ?? .none
      }
      return .alternatives(queries.filter { $0 != .none })
    case .none, .all, .term, .terms, .range, .exists:
      return query
    }
  }

  private mutating func rewrite(_ near: NearQuery) throws(IndexError) -> NearQuery {
    var near = near
    for part in near.parts.indices {
      let spans = try near.parts[part].spans.map { (word) throws(IndexError) -> NearQuery.Word? in
        guard !word.patterns.isEmpty else { return word }
        var word = word
        word.terms = FieldTerms(try terms(of: word.patterns, text: word.text))
        return word
      }
      if let spans { near.parts[part].spans = spans }
    }
    return near
  }

  private mutating func rewrite(_ queries: [Query]) throws(IndexError) -> [Query] {
    var result: [Query] = []
    for query in queries { result.append(try rewrite(query)) }
    return result
  }

  // MARK: Expansions

  /// The terms that fit any of the patterns, the best first: what a word with wildcards or errors is within a phrase.
  mutating func terms(
    of patterns: [TermPattern], text: String
  ) throws(IndexError) -> [FieldTerm] {
    try ranked(patterns, text: text).map(\.term)
  }

  private mutating func ranked(
    _ patterns: [TermPattern], text: String
  ) throws(IndexError) -> [RankedTerm] {
    var found = BestTerms(limit: Self.expansionLimit)
    try gather(patterns, text: text) { terms, pattern in found.add(terms, of: pattern) }
    if found.seen > Self.expansionLimit {
      let kept = patterns.contains { $0.maxEdits > 0 } ? "nearest and most" : "most"
      warnings.append(
        QueryWarning(
          .tooManyExpansions,
          detail: "\(text): \(found.seen) words fit, the \(Self.expansionLimit) \(kept) frequent "
            + "are looked for"))
    }
    guard patterns.contains(where: \.onlySame) else { return found.sorted }
    // A form that equals its index term in one segment and not in another was found twice.
    var seen: Set<FieldTerm> = []
    return found.sorted.filter { seen.insert($0.term).inserted }
  }

  /// Calls `body` at each term that fits each of the patterns, until the deadline has passed.
  private mutating func gather(
    _ patterns: [TermPattern], text: String,
    _ body: (borrowing PatternTerms, TermPattern) -> Void
  ) throws(IndexError) {
    var isExhausted = false
    for (place, pattern) in patterns.enumerated()
    where !timedOut && !patterns[..<place].contains(pattern) {
      var terms = try PatternTerms(pattern, in: segments, deadline: deadline)
      while try terms.next() { body(terms, pattern) }
      if terms.timedOut { timedOut = true }
      if terms.isExhausted { isExhausted = true }
    }
    if isExhausted {
      warnings.append(
        QueryWarning(
          .tooManyExpansions, detail: "\(text): too complex, not all words that fit are looked for")
      )
    }
  }

  /// A set of terms; one for each number of edits where these are allowed, each worth half of the one before.
  private mutating func byEdits(_ expansion: ExpansionQuery) throws(IndexError) -> Query {
    let terms = try ranked(expansion.patterns, text: expansion.text)
    let most = expansion.patterns.reduce(0) { max($0, $1.maxEdits) }
    let sets = (0...most).map { edits in
      Query.terms(
        terms.filter { $0.edits == edits }.map(\.term),
        boost: expansion.boost * Self.factor(edits))
    }
    return sets.count == 1 ? sets[0] : .best(sets)
  }

  /// What an occurrence with so many edits weighs: 1, 1/2, 1/4.
  private static func factor(_ edits: Int) -> Float { 1 / Float(1 << edits) }

  // MARK: Words with spelling errors

  /// The word and those near it as one word: by BM25F, where an occurrence with edits counts less. Index forms and exact forms
  /// of one occurrence are readings of it, of which the best counts.
  private mutating func variants(_ expansion: ExpansionQuery) throws(IndexError) -> Query {
    // In an order that does not depend on the snapshot: what they add up to is rounded.
    let near = try nearest(expansion).sorted { a, b in
      a.edits != b.edits ? a.edits < b.edits : a.term.precedes(b.term)
    }
    let words = expansion.word.map(\.term)
    var frequency = near.reduce(0) { max($0, $1.frequency) }
    for word in words { frequency = max(frequency, try self.frequency(of: word)) }
    let variants = TermQuery.Variants(
      patterns: expansion.patterns, words: words, documentFrequency: frequency)
    let readings = [false, true].compactMap { isExact -> Query? in
      var parts: [TermQuery.Part] = []
      for word in expansion.word {
        if (word.term.space == .exact) == isExact { parts.append(word) }
        for other in near
        where other.term.field == word.term.field && (other.term.space == .exact) == isExact
          && other.term != word.term
        {
          parts.append(
            TermQuery.Part(term: other.term, weight: word.weight * Self.factor(other.edits)))
        }
      }
      if parts.isEmpty { return nil }
      return .term(TermQuery(parts: parts, boost: expansion.boost, variants: variants))
    }
    return Query.best(of: readings) ?? .none
  }

  /// The terms of the nearest and most frequent words: a word is kept or left out in all fields and forms.
  private mutating func nearest(_ expansion: ExpansionQuery) throws(IndexError) -> [RankedTerm] {
    var found: [RankedTerm] = []
    var seen = 0
    for pattern in expansion.patterns where !timedOut {
      var best = BestTerms(limit: Self.variantLimit)
      try gather([pattern], text: expansion.text) { terms, pattern in best.add(terms, of: pattern) }
      seen = max(seen, best.seen)
      found += best.sorted
    }
    found.sort { $0.precedes($1) }
    var kept: Set<[UInt8]> = []
    var terms: Set<FieldTerm> = []
    found = found.filter { candidate in
      if kept.count == Self.variantLimit, !kept.contains(candidate.term.bytes) {
        seen = max(seen, Self.variantLimit + 1)
        return false
      }
      kept.insert(candidate.term.bytes)
      return terms.insert(candidate.term).inserted
    }
    if seen > Self.variantLimit {
      warnings.append(
        QueryWarning(
          .tooManyExpansions,
          detail:
            "\(expansion.text): more than \(Self.variantLimit) words are as near, the nearest and "
            + "most frequent \(Self.variantLimit) are looked for"))
    }
    return found
  }

  private func frequency(of term: FieldTerm) throws(IndexError) -> Int {
    var frequency = 0
    for segment in segments {
      let bytes = term.bytes
      let entry =
        term.space == .exact
        ? try segment.exactTerm(term.field, unsafe bytes.span.bytes)
        : try segment.terms(term.field, term.space)?.lookup(bytes)
      frequency += entry?.documentFrequency ?? 0
    }
    return frequency
  }
}

// Scorers of one segment, made of a weight. Leaves that the segment does not have vanish, and groups of one child with
// them.

struct ScorerBuilder {
  let segment: SearchSegment
  let grid: ScoreGrid
  let deadline: Deadline
  private let memory: LeafMemory
  /// The deadline passed while a set of documents was put together.
  private(set) var timedOut = false

  init(segment: SearchSegment, grid: ScoreGrid, memory: LeafMemory, deadline: Deadline) {
    self.segment = segment
    self.grid = grid
    self.memory = memory
    self.deadline = deadline
  }

  /// nil: nothing in the segment matches.
  mutating func scorer(_ weight: Weight) throws(IndexError) -> Scorer? {
    switch weight {
    case .none: return nil
    case .all(let boost):
      return AllScorer(documents: segment.documentCount, score: grid.round(boost))
    case .set(let set, let boost):
      guard let documents = try segment.documents(of: set, deadline: deadline) else {
        timedOut = true
        return nil
      }
      return documents.isEmpty ? nil : SetScorer(documents, score: grid.round(boost))
    case .term(let term): return try scorer(term)
    case .phrase(let phrase): return try scorer(phrase)
    case .near(let near): return try scorer(near)
    case .and(let all, let optional, let none):
      var required: [Scorer] = []
      for weight in all {
        guard let child = try scorer(weight) else { return nil }
        required.append(child)
      }
      let optional = try scorers(optional)
      let excluded = try scorers(none)
      if optional.isEmpty, excluded.isEmpty {
        if required.count == 1 { return required[0] }
        if let terms = plainTerms(required) {
          return TermsScorer(
            terms, isUnion: false, documents: segment.documentCount, memory: memory)
        }
      }
      return AndScorer(
        required: required, optional: optional, excluded: excluded,
        memory: memory)
    case .or(let weights):
      let children = try scorers(weights)
      if children.count < 2 { return children.first }
      if let terms = plainTerms(children) {
        return TermsScorer(
          terms, isUnion: true, documents: segment.documentCount, memory: memory)
      }
      return OrScorer(children, documents: segment.documentCount, memory: memory)
    case .best(let weights), .alternatives(let weights):
      let children = try scorers(weights)
      return children.count > 1
        ? BestScorer(children, memory: memory) : children.first
    case .atLeast(let count, let weights):
      let children = try scorers(weights)
      if children.count < count { return nil }
      return children.count == count
        ? AndScorer(required: children, optional: [], excluded: [], memory: memory)
        : AtLeastScorer(count, of: children, memory: memory)
    case .recency(let recency):
      return segment.reader.column(recency.query.field).map {
        RecencyScorer(recency, $0, grid: grid)
      }
    }
  }

  /// The scorers, when all are of one term in one field, and not too many.
  private func plainTerms(_ scorers: [Scorer]) -> [TermScorer]? {
    guard scorers.count <= TermsScorer.limit else { return nil }
    let terms = scorers.compactMap { $0 as? TermScorer }
    return terms.count == scorers.count ? terms : nil
  }

  private mutating func scorers(_ weights: [Weight]) throws(IndexError) -> [Scorer] {
    var result: [Scorer] = []
    for weight in weights {
      if let scorer = try scorer(weight) { result.append(scorer) }
    }
    return result
  }

  private func scorer(_ term: TermWeight) throws(IndexError) -> Scorer? {
    let saturation = Saturation(weight: term.weight, grid: grid)
    let present = term.parts.filter { $0.entries[segment.ordinal] != nil }
    if present.count == 1, let entry = present[0].entries[segment.ordinal] {
      return TermScorer(
        try postings(present[0].term.field, entry, present[0].factors.factors), saturation,
        documents: segment.documentCount, memory: memory)
    }
    var parts: [FieldPart] = []
    for part in present {
      guard let entry = part.entries[segment.ordinal] else { continue }
      parts.append(
        TermPart(
          try postings(part.term.field, entry, part.factors.factors),
          documents: segment.documentCount,
          memory: memory))
    }
    return parts.isEmpty ? nil : FieldsScorer(parts, saturation, memory: memory)
  }

  private func scorer(_ phrase: PhraseWeight) throws(IndexError) -> Scorer? {
    var parts: [PhrasePart] = []
    for part in phrase.parts where part.isComplete(segment.ordinal) {
      parts.append(try phrasePart(part))
    }
    let saturation = Saturation(weight: phrase.weight, grid: grid)
    if parts.count == 1 { return PhraseScorer(parts[0], saturation) }
    return parts.isEmpty ? nil : FieldsScorer(parts, saturation, memory: memory)
  }

  /// The phrase in one field, all of whose slots the segment has.
  func phrasePart(_ part: PhraseWeight.Part) throws(IndexError) -> PhrasePart {
    let norms = try segment.reader.norms(part.field)
    let factors = part.factors.factors
    var words = PhraseSlots(capacity: part.slots.count, lists: part.entries.count)
    for slot in part.slots {
      for found in part.entries[slot.range] where found.segment == segment.ordinal {
        words.append(try postings(found.entry, norms, factors))
      }
      words.endSlot(offset: slot.offset)
    }
    return PhrasePart(
      PhraseFinder(words, memory: memory, deadline: deadline), documents: segment.documentCount,
      memory: memory)
  }

  private func postings(
    _ field: Int, _ entry: TermEntry, _ factors: NormFactors
  ) throws(IndexError) -> FieldPostings {
    try postings(entry, try segment.reader.norms(field), factors)
  }

  private func scorer(_ near: NearWeight) throws(IndexError) -> Scorer? {
    var parts: [FieldPart] = []
    for part in near.parts {
      if let part = try nearPart(part) { parts.append(part) }
    }
    return parts.isEmpty
      ? nil
      : FieldsScorer(parts, Saturation(weight: near.weight, grid: grid), memory: memory)
  }

  /// Words close together in one field; nil where the segment has too few of them.
  func nearPart(_ part: NearWeight.Part) throws(IndexError) -> NearPart? {
    let norms = try segment.reader.norms(part.field)
    let entries = part.leaves.map { $0.filter { $0.segment == segment.ordinal } }
    var used: [Int: Int] = [:]
    let spans = try part.spans.map { (leaf) throws(IndexError) -> Int? in
      if entries[leaf].isEmpty { return nil }
      if let known = used[leaf] { return known }
      used[leaf] = used.count
      return used[leaf]
    }
    guard let spans else { return nil }
    var words = PhraseSlots(
      capacity: used.count, lists: used.keys.reduce(0) { $0 + entries[$1].count })
    var firsts: [Int] = []
    for (leaf, number) in used.sorted(by: { $0.value < $1.value }) {
      firsts.append(used[part.firsts[leaf]] ?? number)
      for found in entries[leaf] {
        words.append(try postings(found.entry, norms, part.factors.factors))
      }
      words.endSlot(offset: number)
    }
    return NearPart(
      NearFinder(spans, width: part.spans.width, words, firsts: firsts, deadline: deadline),
      documents: segment.documentCount, memory: memory)
  }

  private func postings(
    _ entry: TermEntry, _ norms: FieldNorms?, _ factors: NormFactors
  ) throws(IndexError) -> FieldPostings {
    try FieldPostings.open(
      segment.reader, entry, norms: norms, factors: factors, memory: memory.block(),
      memory.block())
  }
}

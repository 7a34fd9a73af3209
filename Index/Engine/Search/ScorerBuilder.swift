// Scorers of one segment, made of a weight. Leaves that the segment does not have vanish, and groups of one child with
// them.

struct ScorerBuilder {
  let segment: SearchSegment
  let grid: ScoreGrid
  let windowCapacity: Int
  let deadline: Deadline
  private let memory: LeafMemory
  /// The deadline passed while a set of documents was put together.
  private(set) var timedOut = false

  init(segment: SearchSegment, grid: ScoreGrid, windowCapacity: Int, deadline: Deadline) {
    self.segment = segment
    self.grid = grid
    self.windowCapacity = windowCapacity
    self.deadline = deadline
    memory = LeafMemory(windowCapacity: windowCapacity)
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
    case .and(let all, let optional, let none):
      var required: [Scorer] = []
      for weight in all {
        guard let child = try scorer(weight) else { return nil }
        required.append(child)
      }
      let optional = try scorers(optional)
      let excluded = try scorers(none)
      if required.count == 1, optional.isEmpty, excluded.isEmpty { return required[0] }
      return AndScorer(
        required: required, optional: optional, excluded: excluded,
        windowCapacity: windowCapacity)
    case .or(let weights):
      let children = try scorers(weights)
      return children.count > 1
        ? OrScorer(
          children, documents: segment.documentCount, windowCapacity: windowCapacity)
        : children.first
    case .best(let weights):
      let children = try scorers(weights)
      return children.count > 1
        ? BestScorer(children, windowCapacity: windowCapacity) : children.first
    }
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
    var parts: [FieldPart] = []
    for part in phrase.parts {
      if part.slots.contains(where: { $0.entries[segment.ordinal].isEmpty }) { continue }
      parts.append(try phrasePart(part))
    }
    return parts.isEmpty
      ? nil
      : FieldsScorer(
        parts, Saturation(weight: phrase.weight, grid: grid), memory: memory)
  }

  /// The phrase in one field, all of whose slots the segment has.
  func phrasePart(_ part: PhraseWeight.Part) throws(IndexError) -> PhrasePart {
    let count = part.slots.count
    var matchers: [TermPart] = []
    for slot in part.slots {
      let entries = slot.entries[segment.ordinal]
      guard entries.count == 1 else { continue }
      matchers.append(
        TermPart(
          try postings(part.field, entries[0], part.factors.factors),
          documents: segment.documentCount,
          memory: memory))
    }
    let slots = UnsafeMutablePointer<PhraseSlot>.allocate(capacity: count)
    var made = 0
    do throws(IndexError) {
      for slot in part.slots {
        let entries = slot.entries[segment.ordinal]
        let lists = UnsafeMutablePointer<FieldPostings>.allocate(capacity: entries.count)
        var opened = 0
        do throws(IndexError) {
          for entry in entries {
            unsafe (lists + opened).initialize(
              to: try postings(part.field, entry, part.factors.factors))
            opened += 1
          }
        } catch {
          unsafe lists.deinitialize(count: opened)
          unsafe lists.deallocate()
          throw error
        }
        unsafe (slots + made).initialize(
          to: PhraseSlot(offset: slot.offset, lists: lists, count: entries.count))
        made += 1
      }
    } catch {
      unsafe slots.deinitialize(count: made)
      unsafe slots.deallocate()
      throw error
    }
    return unsafe PhrasePart(
      slots: slots, count: count, matchers: matchers, documents: segment.documentCount,
      memory: memory, deadline: deadline)
  }

  private func postings(
    _ field: Int, _ entry: TermEntry, _ factors: NormFactors
  ) throws(IndexError) -> FieldPostings {
    try FieldPostings.open(
      segment.reader, entry, norms: try segment.reader.norms(field), factors: factors)
  }
}

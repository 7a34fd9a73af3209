// A query with what depends on the whole snapshot: document frequencies, average lengths, the grid of its scores.
// Scorers of each segment are made of it.

import QueryLanguage

/// One segment of a snapshot, as searches see it.
struct SearchSegment: Sendable {
  let reader: SegmentReader
  /// nil when nothing was deleted.
  let live: BitSet?
  /// Number of its first document within the snapshot.
  let first: UInt32
  /// Its place in the snapshot.
  let ordinal: Int

  var documentCount: Int { reader.documentCount }

  /// The entry of a term whose postings are the term's, and nil where the segment does not have it.
  func entry(_ term: FieldTerm) throws(IndexError) -> TermEntry? { try reader.entry(term) }
}

extension SegmentReader {
  /// As of the segment.
  func entry(_ term: FieldTerm) throws(IndexError) -> TermEntry? {
    term.space == .exact
      ? try exactTerm(term.field, unsafe term.bytes.span.bytes)
      : try terms(term.field, term.space)?.lookup(term.bytes)
  }
}

indirect enum Weight {
  case none
  case all(boost: Float)
  case term(TermWeight)
  case phrase(PhraseWeight)
  case near(NearWeight)
  /// Matches without frequencies: a set of documents.
  case set(DocumentSet, boost: Float)
  case and(all: [Weight], optional: [Weight], none: [Weight])
  case or([Weight])
  case best([Weight])
  case alternatives([Weight])
  case atLeast(Int, [Weight])
  case recency(RecencyWeight)
}

final class TermWeight {
  struct Part {
    let term: FieldTerm
    let kind: TermQuery.Kind
    let factors: FieldFactors
    /// By segment.
    let entries: [TermEntry?]
  }

  let parts: [Part]
  let documentFrequency: Int
  let idf: Float
  let boost: Float
  /// W: no document scores more.
  let weight: Float

  /// - Parameter ceiling: of the weight.
  init(
    parts: [Part], documentFrequency: Int, idf: Float, boost: Float, ceiling: Float = .infinity
  ) {
    self.parts = parts
    self.documentFrequency = documentFrequency
    self.idf = idf
    self.boost = boost
    weight = min(idf * boost, ceiling)
  }
}

final class PhraseWeight {
  struct Slot {
    let offset: Int
    /// Where its entries are in those of the part.
    let range: Range<Int>
  }

  struct Entry {
    let segment: Int
    let entry: TermEntry
  }

  struct Part {
    let field: Int
    let factors: FieldFactors
    let slots: [Slot]
    /// Of the terms of all slots, those that each segment has.
    let entries: [Entry]

    /// Terms of a slot that a segment has.
    func count(of slot: Slot, _ segment: Int) -> Int {
      slot.range.count { entries[$0].segment == segment }
    }

    /// Whether a segment has terms of all slots.
    func isComplete(_ segment: Int) -> Bool { slots.allSatisfy { count(of: $0, segment) > 0 } }
  }

  let query: PhraseQuery
  /// As in the query, less those of which no segment has all slots.
  let parts: [Part]
  /// Sum over the slots.
  let idf: Float
  let boost: Float
  /// W: no document scores more.
  let weight: Float

  /// - Parameter ceiling: of the weight.
  init(
    _ query: PhraseQuery, parts: [Part], idf: Float, boost: Float, ceiling: Float = .infinity
  ) {
    self.query = query
    self.parts = parts
    self.idf = idf
    self.boost = boost
    weight = min(idf * boost, ceiling)
  }
}

/// How lengths of a field bear on x, under one field weight.
struct FieldFactors: Sendable {
  struct Key: Hashable {
    var field: Int
    var weight: Float
  }

  let factors: NormFactors
  /// 0 where there are no lengths, which then do not count.
  let averageLength: Float

  init(_ key: Key, _ lengths: CollectionStatistics.FieldLengths) {
    if lengths.documents == 0 {
      averageLength = 0
      factors = NormFactors(
        Array(repeating: key.weight * (1 / Similarity.k1), count: 256), weight: key.weight,
        averageLength: 0)
    } else {
      averageLength = Float(Double(lengths.tokens) / Double(lengths.documents))
      let average = max(averageLength, 1e-3)
      factors = NormFactors(
        Similarity.normFactors(weight: key.weight, averageLength: average), weight: key.weight,
        averageLength: average)
    }
  }
}

/// Makes weights over the segments of a snapshot, by its own statistics or by given ones.
struct WeightBuilder {
  private let view: SearchView
  let given: GivenStatistics?
  /// N.
  let documentCount: Int
  /// By given lengths.
  private var factors: [FieldFactors.Key: FieldFactors] = [:]
  private let deadline: Deadline
  private var looked = 0
  /// The deadline passed while terms were looked up: the weights are of no use.
  private(set) var timedOut = false

  var segments: [SearchSegment] { view.segments }

  init(_ view: SearchView, given: GivenStatistics? = nil, deadline: Deadline) {
    self.view = view
    self.given = given
    self.deadline = deadline
    documentCount = given?.documentCount ?? view.documentCount
  }

  mutating func weight(of query: Query) throws(IndexError) -> Weight {
    switch query {
    case .none, .expansion: return .none
    case .all(let boost): return .all(boost: boost)
    case .term(let term): return .term(try weight(of: term))
    case .phrase(let phrase): return try weight(of: phrase)
    case .near(let near): return try weight(of: near)
    case .terms(let terms, let boost): return .set(.terms(terms), boost: boost)
    case .range(let range, let boost): return .set(.range(range), boost: boost)
    case .exists(let field, let boost): return .set(.exists(field: field), boost: boost)
    case .and(let all, let optional, let none):
      return .and(
        all: try weights(of: all), optional: try weights(of: optional),
        none: try weights(of: none))
    case .or(let queries): return .or(try weights(of: queries))
    case .best(let queries): return .best(try weights(of: queries))
    case .alternatives(let queries):
      let weights = try weights(of: queries)
      let ceiling = weights.first?.largestScore ?? 0
      return .alternatives(weights.map { $0.limited(to: ceiling) })
    case .atLeast(let count, let queries): return .atLeast(count, try weights(of: queries))
    }
  }

  private mutating func weights(of queries: [Query]) throws(IndexError) -> [Weight] {
    var result: [Weight] = []
    for query in queries { result.append(try weight(of: query)) }
    return result
  }

  private mutating func weight(of term: TermQuery) throws(IndexError) -> TermWeight {
    var parts: [TermWeight.Part] = []
    var largest = term.variants.map { commonest($0) } ?? 0
    for part in term.parts {
      var entries: [TermEntry?] = []
      var frequency = 0
      for segment in segments {
        let entry = try segment.entry(part.term)
        entries.append(entry)
        frequency += entry?.documentFrequency ?? 0
      }
      largest = max(largest, given?.frequency(of: part.term) ?? frequency)
      parts.append(
        TermWeight.Part(
          term: part.term, kind: part.kind,
          factors: try factors(part.term.field, part.weight), entries: entries))
    }
    return TermWeight(
      parts: parts, documentFrequency: largest,
      idf: Similarity.idf(documents: documentCount, frequency: largest), boost: term.boost)
  }

  private func commonest(_ variants: TermQuery.Variants) -> Int {
    guard let given else { return variants.documentFrequency }
    let fitting = variants.patterns.map { given.largestFrequency(of: $0) }
    return (fitting + variants.words.map { given.frequency(of: $0) ?? 0 }).max() ?? 0
  }

  private mutating func weight(of phrase: PhraseQuery) throws(IndexError) -> Weight {
    // Everything by its place: copies of parts, slots and segments would be counted, and a look-up costs little more.
    let segments = segments
    var parts: [PhraseWeight.Part] = []
    parts.reserveCapacity(phrase.parts.count)
    var best = Float.infinity
    for part in phrase.parts {
      var slots: [PhraseWeight.Slot] = []
      slots.reserveCapacity(part.slots.count)
      var entries: [PhraseWeight.Entry] = []
      var idf: Float = 0
      for number in part.slots.indices {
        let first = entries.count
        // Several words in one place are as rare as the commonest of them. (Their sum would depend on which of them
        // each segment happens to list.)
        var largest = 0
        if let given {
          for pattern in part.slots[number].patterns {
            largest = max(largest, given.largestFrequency(of: pattern))
          }
        }
        for place in part.slots[number].terms.indices {
          let term = part.slots[number].terms[place]
          look()
          if timedOut { return .none }
          var frequency = 0
          for place in segments.indices {
            guard let entry = try segments[place].reader.entry(term) else { continue }
            frequency += entry.documentFrequency
            if entries.isEmpty { entries.reserveCapacity(part.slots.count * segments.count) }
            entries.append(PhraseWeight.Entry(segment: place, entry: entry))
          }
          largest = max(largest, given?.frequency(of: term) ?? frequency)
        }
        idf += Similarity.idf(documents: documentCount, frequency: largest)
        slots.append(
          PhraseWeight.Slot(offset: part.slots[number].offset, range: first..<entries.count))
      }
      // As for terms, the field where the words are commonest decides how rare they are.
      best = min(best, idf)
      if slots.contains(where: { $0.range.isEmpty }) { continue }
      parts.append(
        PhraseWeight.Part(
          field: part.field, factors: try factors(part.field, part.weight), slots: slots,
          entries: entries))
    }
    if phrase.parts.isEmpty { best = 0 }
    return .phrase(PhraseWeight(phrase, parts: parts, idf: best, boost: phrase.boost))
  }

  /// One term of a snapshot's many is looked up. An expansion has up to 1,024 terms, and a query up to 1,024 expansions.
  mutating func look() {
    looked += 1
    if looked % 64 == 0, deadline.isPassed { timedOut = true }
  }

  mutating func factors(
    _ field: Int, _ weight: Float
  ) throws(IndexError) -> FieldFactors {
    let key = FieldFactors.Key(field: field, weight: weight)
    guard let lengths = given?.lengths(of: field) else { return try view.factors(key) }
    if let known = factors[key] { return known }
    let made = FieldFactors(key, lengths)
    factors[key] = made
    return made
  }
}

extension Weight {
  /// No document scores more.
  var largestScore: Float {
    switch self {
    case .none: 0
    case .all(let boost), .set(_, let boost): boost
    case .term(let term): term.weight
    case .phrase(let phrase): phrase.weight
    case .near(let near): near.weight
    case .and(let all, let optional, _):
      (all + optional).reduce(0) { $0 + $1.largestScore }
    case .or(let weights), .atLeast(_, let weights): weights.reduce(0) { $0 + $1.largestScore }
    case .best(let weights), .alternatives(let weights):
      weights.reduce(0) { max($0, $1.largestScore) }
    case .recency(let recency): recency.largest
    }
  }

  /// The same reading, with no larger score than that.
  fileprivate func limited(to ceiling: Float) -> Weight {
    switch self {
    case .term(let term) where term.weight > ceiling:
      .term(
        TermWeight(
          parts: term.parts, documentFrequency: term.documentFrequency, idf: term.idf,
          boost: term.boost, ceiling: ceiling))
    case .phrase(let phrase) where phrase.weight > ceiling:
      .phrase(
        PhraseWeight(
          phrase.query, parts: phrase.parts, idf: phrase.idf, boost: phrase.boost,
          ceiling: ceiling))
    case .best(let weights): .best(weights.map { $0.limited(to: ceiling) })
    default: self
    }
  }
}

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
  func entry(_ term: FieldTerm) throws(IndexError) -> TermEntry? {
    term.space == .exact
      ? try reader.exactTerm(term.field, unsafe term.bytes.span.bytes)
      : try reader.terms(term.field, term.space)?.lookup(term.bytes)
  }
}

indirect enum Weight {
  case none
  case all(boost: Float)
  case term(TermWeight)
  case phrase(PhraseWeight)
  /// Matches without frequencies: a set of documents.
  case set(DocumentSet, boost: Float)
  case and(all: [Weight], optional: [Weight], none: [Weight])
  case or([Weight])
  case best([Weight])
}

final class TermWeight {
  struct Part {
    let term: FieldTerm
    let factors: NormFactors
    let averageLength: Float
    /// By segment.
    let entries: [TermEntry?]
  }

  let parts: [Part]
  let documentFrequency: Int
  let idf: Float
  let boost: Float

  init(parts: [Part], documentFrequency: Int, idf: Float, boost: Float) {
    self.parts = parts
    self.documentFrequency = documentFrequency
    self.idf = idf
    self.boost = boost
  }

  /// W: no document scores more.
  var weight: Float { idf * boost }
}

final class PhraseWeight {
  struct Slot {
    let offset: Int
    /// By segment: the entries of the terms that it has.
    let entries: [[TermEntry]]
  }

  struct Part {
    let field: Int
    let factors: NormFactors
    let averageLength: Float
    let slots: [Slot]
  }

  let query: PhraseQuery
  /// As in the query.
  let parts: [Part]
  /// Sum over the slots.
  let idf: Float
  let boost: Float

  init(_ query: PhraseQuery, parts: [Part], idf: Float, boost: Float) {
    self.query = query
    self.parts = parts
    self.idf = idf
    self.boost = boost
  }

  var weight: Float { idf * boost }
}

/// Makes weights over the segments of a snapshot, by its own statistics or by given ones.
struct WeightBuilder {
  private let segments: [SearchSegment]
  private let given: GivenStatistics?
  /// N.
  let documentCount: Int
  private var factors: [FactorKey: (factors: NormFactors, averageLength: Float)] = [:]

  private struct FactorKey: Hashable {
    var field: Int
    var weight: Float
  }

  init(segments: [SearchSegment], given: GivenStatistics? = nil) {
    self.segments = segments
    self.given = given
    documentCount = given?.documentCount ?? segments.reduce(0) { $0 + $1.documentCount }
  }

  mutating func weight(of query: Query) throws(IndexError) -> Weight {
    switch query {
    case .none, .expansion: return .none
    case .all(let boost): return .all(boost: boost)
    case .term(let term): return .term(try weight(of: term))
    case .phrase(let phrase): return try weight(of: phrase)
    case .terms(let terms, let boost): return .set(.terms(terms), boost: boost)
    case .range(let range, let boost): return .set(.range(range), boost: boost)
    case .exists(let field, let boost): return .set(.exists(field: field), boost: boost)
    case .and(let all, let optional, let none):
      return .and(
        all: try weights(of: all), optional: try weights(of: optional),
        none: try weights(of: none))
    case .or(let queries): return .or(try weights(of: queries))
    case .best(let queries): return .best(try weights(of: queries))
    }
  }

  private mutating func weights(of queries: [Query]) throws(IndexError) -> [Weight] {
    var result: [Weight] = []
    for query in queries { result.append(try weight(of: query)) }
    return result
  }

  private mutating func weight(of term: TermQuery) throws(IndexError) -> TermWeight {
    var parts: [TermWeight.Part] = []
    var largest = 0
    for part in term.parts {
      var entries: [TermEntry?] = []
      var frequency = 0
      for segment in segments {
        let entry = try segment.entry(part.term)
        entries.append(entry)
        frequency += entry?.documentFrequency ?? 0
      }
      largest = max(largest, given?.frequency(of: part.term) ?? frequency)
      let (factors, average) = try normFactors(part.term.field, part.weight)
      parts.append(
        TermWeight.Part(
          term: part.term, factors: factors, averageLength: average, entries: entries))
    }
    return TermWeight(
      parts: parts, documentFrequency: largest,
      idf: Similarity.idf(documents: documentCount, frequency: largest), boost: term.boost)
  }

  private mutating func weight(of phrase: PhraseQuery) throws(IndexError) -> Weight {
    var parts: [PhraseWeight.Part] = []
    var best: Float = 0
    for part in phrase.parts {
      var slots: [PhraseWeight.Slot] = []
      var idf: Float = 0
      for slot in part.slots {
        var entries: [[TermEntry]] = Array(repeating: [], count: segments.count)
        // Several words in one place are as rare as the commonest of them. (Their sum would depend on which of them
        // each segment happens to list.)
        var largest = slot.patterns.reduce(0) { max($0, given?.largestFrequency(of: $1) ?? 0) }
        for term in slot.terms {
          var frequency = 0
          for place in segments.indices {
            guard let entry = try segments[place].entry(term) else { continue }
            frequency += entry.documentFrequency
            entries[place].append(entry)
          }
          largest = max(largest, given?.frequency(of: term) ?? frequency)
        }
        idf += Similarity.idf(documents: documentCount, frequency: largest)
        slots.append(PhraseWeight.Slot(offset: slot.offset, entries: entries))
      }
      let (factors, average) = try normFactors(part.field, part.weight)
      parts.append(
        PhraseWeight.Part(
          field: part.field, factors: factors, averageLength: average, slots: slots))
      // As for terms, the field where the words are commonest decides how rare they are.
      best = parts.count == 1 ? idf : min(best, idf)
    }
    return .phrase(PhraseWeight(phrase, parts: parts, idf: best, boost: phrase.boost))
  }

  /// The factors of a field under a field weight; where a field has no norms, its lengths do not count.
  private mutating func normFactors(
    _ field: Int, _ weight: Float
  ) throws(IndexError) -> (NormFactors, Float) {
    let key = FactorKey(field: field, weight: weight)
    if let known = factors[key] { return known }
    var documents = 0
    var tokens = 0
    if let lengths = given?.lengths(of: field) {
      (documents, tokens) = (lengths.documents, lengths.tokens)
    } else {
      for segment in segments {
        guard let norms = try segment.reader.norms(field) else { continue }
        documents += norms.documents
        tokens += Int(norms.tokens)
      }
    }
    let made: (NormFactors, Float)
    if documents == 0 {
      let even = Array(repeating: weight * (1 / Similarity.k1), count: 256)
      made = (NormFactors(even), 0)
    } else {
      let average = Float(Double(tokens) / Double(documents))
      made = (
        NormFactors(Similarity.normFactors(weight: weight, averageLength: max(average, 1e-3))),
        average
      )
    }
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
    case .and(let all, let optional, _):
      (all + optional).reduce(0) { $0 + $1.largestScore }
    case .or(let weights): weights.reduce(0) { $0 + $1.largestScore }
    case .best(let weights): weights.reduce(0) { max($0, $1.largestScore) }
    }
  }
}

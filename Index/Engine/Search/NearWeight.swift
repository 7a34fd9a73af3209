/// Words close together, with what depends on the snapshot.
final class NearWeight {
  struct Part {
    let field: Int
    let factors: FieldFactors
    /// Leaves are numbers into `leaves`.
    let spans: SpanTree<Int>
    /// The entries of each leaf's terms, in the segments that have them.
    let leaves: [[PhraseWeight.Entry]]
    /// For each leaf the first that has the same terms.
    let firsts: [Int]
  }

  let query: NearQuery
  let parts: [Part]
  /// The sum over the words, each by its own boost; of alternatives that of the commonest.
  let idf: Float
  let boost: Float

  init(_ query: NearQuery, parts: [Part], idf: Float, boost: Float) {
    self.query = query
    self.parts = parts
    self.idf = idf
    self.boost = boost
  }

  /// W: no document scores more.
  var weight: Float { idf * boost }

  func entries(_ segment: Int) -> [TermEntry] {
    parts.flatMap { part in
      part.leaves.joined().lazy.filter { $0.segment == segment }.map(\.entry)
    }
  }
}

extension WeightBuilder {
  mutating func weight(of near: NearQuery) throws(IndexError) -> Weight {
    var parts: [NearWeight.Part] = []
    var best = Float.infinity
    for part in near.parts {
      var leaves: [[PhraseWeight.Entry]] = []
      var values: [Float] = []
      var firsts: [Int] = []
      var known: [FieldTerms: Int] = [:]
      let spans = try part.spans.map { (word) throws(IndexError) -> Int? in
        let (entries, frequency) = try look(up: word)
        let first = known[word.terms] ?? leaves.count
        known[word.terms] = first
        firsts.append(first)
        leaves.append(entries)
        values.append(
          Similarity.idf(documents: documentCount, frequency: frequency) * word.boost)
        return leaves.count - 1
      }
      if timedOut { return .none }
      guard let spans else { continue }
      // As for phrases, the field where the words are commonest decides how rare they are.
      best = min(best, spans.least { values[$0] })
      parts.append(
        NearWeight.Part(
          field: part.field, factors: try factors(part.field, part.weight), spans: spans,
          leaves: leaves, firsts: firsts))
    }
    if parts.isEmpty { best = 0 }
    return .near(NearWeight(near, parts: parts, idf: best, boost: near.boost))
  }

  /// The entries of a word's terms, and how many documents have the commonest of them.
  private mutating func look(
    up word: NearQuery.Word
  ) throws(IndexError) -> ([PhraseWeight.Entry], frequency: Int) {
    var entries: [PhraseWeight.Entry] = []
    var largest = 0
    if let given {
      for pattern in word.patterns { largest = max(largest, given.largestFrequency(of: pattern)) }
    }
    for term in word.terms {
      look()
      if timedOut { break }
      var frequency = 0
      for segment in segments {
        guard let entry = try segment.entry(term) else { continue }
        frequency += entry.documentFrequency
        // Whole values of keyword fields have no positions.
        if entry.detail == .positions {
          entries.append(PhraseWeight.Entry(segment: segment.ordinal, entry: entry))
        }
      }
      largest = max(largest, given?.frequency(of: term) ?? frequency)
    }
    return (entries, largest)
  }
}

// Words that stand in a document as they do in the query add to its score, and never decide whether it matches.
//
// The pairs of neighbouring words of a group are optional phrases, as in the ordered part of Metzler and Croft's
// sequential dependence model (SIGIR 2005, section 2.2); stop words between two words are gaps of the phrase. A pair is worth at most
// `proximity` times the mean of what its two words score at most.

import QueryLanguage

extension QueryBuilder {
  /// Of longer texts only the first pairs count.
  private static let maxPairs = 32
  /// Words further apart in the query are no pair.
  private static let maxDistance = 4

  /// - Parameters:
  ///   - operands: of a group, in the order of the text.
  ///   - skipsStopWords: they are gaps, not words of a pair.
  mutating func pairs(
    of operands: [QueryNode], _ context: Context, skipsStopWords: Bool
  ) -> [Query] {
    if proximity <= 0 { return [] }
    var context = context
    context.boost *= proximity / 2
    var seen: Set<QueryNode.Phrase> = []
    var pairs: [Query] = []
    var last: (place: Int, text: String)?
    for (place, operand) in operands.enumerated() where pairs.count < Self.maxPairs {
      guard case .term(let term) = operand, term == QueryNode.Term(term.text) else {
        last = nil
        continue
      }
      if skipsStopWords, isStopWord(term, context) { continue }
      if let last, place - last.place <= Self.maxDistance, last.text != term.text {
        let gaps = Array(repeating: QueryNode.Phrase.Part.gap, count: place - last.place - 1)
        let phrase = QueryNode.Phrase([.text(last.text)] + gaps + [.text(term.text)])
        if seen.insert(phrase).inserted, let query = self.phrase(phrase, context) {
          pairs.append(query)
        }
      }
      last = (place, term.text)
    }
    return pairs
  }
}

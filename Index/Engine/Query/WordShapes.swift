/// What one word or phrase became, over the fields of its scope: the readings of which the best counts.
struct WordShapes {
  var boost: Float
  var single: [TermQuery.Part] = []
  var phrases: [PhraseQuery.Part] = []
  var joined: [TermQuery.Part] = []
  /// The parts of a compound, each by itself, by their place in it.
  private var apart: [[TermQuery.Part]] = []

  init(boost: Float) { self.boost = boost }

  /// - Parameter part: of a field after those of the parts added before.
  mutating func addPart(_ part: TermQuery.Part, _ place: Int) {
    while apart.count <= place { apart.append([]) }
    apart[place].append(part)
  }

  var queries: [Query] {
    var result: [Query] = []
    if !single.isEmpty { result.append(.term(TermQuery(parts: single, boost: boost))) }
    if !phrases.isEmpty { result.append(.phrase(PhraseQuery(parts: phrases, boost: boost))) }
    if !joined.isEmpty { result.append(.term(TermQuery(parts: joined, boost: boost))) }
    let words = apart.filter { !$0.isEmpty }.map { Query.term(TermQuery(parts: $0, boost: boost)) }
    if let any = Query.disjunction(words) { result.append(any) }
    return result
  }
}

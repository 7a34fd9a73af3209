/// What one word or phrase became, over the fields of its scope: the readings of which the best counts.
struct WordShapes {
  var boost: Float
  /// Room that phrases leave.
  var slop: Int
  var single: [TermQuery.Part] = []
  var phrases: [PhraseQuery.Part] = []
  var joined: [TermQuery.Part] = []
  /// Of single words that may go on.
  var beginnings: [TermPattern] = []
  /// The parts of a compound, each by itself, by their place in it.
  private var apart: [[TermQuery.Part]] = []

  init(boost: Float, slop: Int = 0) {
    self.boost = boost
    self.slop = slop
  }

  /// - Parameter part: of a field after those of the parts added before.
  mutating func addPart(_ part: TermQuery.Part, _ place: Int) {
    while apart.count <= place { apart.append([]) }
    apart[place].append(part)
  }

  mutating func forgetParts() { apart = [] }

  private var phrase: Query {
    if slop == 0 { return .phrase(PhraseQuery(parts: phrases, boost: boost)) }
    let parts = phrases.map { part in
      NearQuery.Part(field: part.field, weight: part.weight, spans: part.spans(slop: slop))
    }
    return .near(NearQuery(parts: parts, boost: boost))
  }

  var queries: [Query] {
    var result: [Query] = []
    if !single.isEmpty { result.append(.term(TermQuery(parts: single, boost: boost))) }
    if !phrases.isEmpty { result.append(phrase) }
    if !joined.isEmpty { result.append(.term(TermQuery(parts: joined, boost: boost))) }
    if !beginnings.isEmpty {
      result.append(
        .expansion(
          ExpansionQuery(patterns: beginnings, boost: boost, text: beginnings[0].text)))
    }
    let words = apart.filter { !$0.isEmpty }.map { Query.term(TermQuery(parts: $0, boost: boost)) }
    if let any = Query.disjunction(words) { result.append(any) }
    return result
  }
}

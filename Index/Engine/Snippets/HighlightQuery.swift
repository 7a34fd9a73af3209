// The terms to mark, out of a query: those that a hit may owe its place to, not those that exclude.

extension Highlighter {
  /// - Parameter query: rewritten, so that its expansions are terms.
  /// - Throws: `invalid` for a field that the schema does not have.
  convenience init(
    query: Query, schema: Schema, highlight: SearchRequest.Highlight
  ) throws(IndexError) {
    var collector = TermCollector()
    collector.add(query, reading: nil)
    try self.init(terms: collector.terms, schema: schema, highlight: highlight)
  }
}

private struct TermCollector {
  private struct Reading: Hashable {
    var number: Int
    var field: Int
  }

  var terms: [Int: HighlightTerms] = [:]
  /// Readings of one word (COVID-19: a phrase, or covid19) are one clause.
  private var readings: [Reading: Int] = [:]
  private var readingCount = 0

  mutating func add(_ query: Query, reading: Int?) {
    switch query {
    case .term(let term):
      // A word as it was written stands where the word does; synonyms are the same word to a reader.
      add(term.parts.lazy.filter { $0.kind != .marked }.map(\.term), reading)
    case .phrase(let phrase):
      for part in phrase.parts {
        let clause = clause(part.field, reading)
        terms[part.field]?.add(
          phrase: part.slots.map { ($0.offset, $0.terms.map { ($0.space, $0.bytes) }) },
          clause: clause, endsInCharacter: part.slots.last?.patterns.isEmpty == false)
      }
    case .terms(let list, _):
      add(list, reading, isCharacter: list.beginAlike)
    case .and(let all, let optional, _):
      for query in all + optional { add(query, reading: reading) }
    case .near(let near):
      for part in near.parts {
        let clause = clause(part.field, reading)
        terms[part.field]?.add(
          spans: part.spans.mapped { (Array($0.terms), !$0.patterns.isEmpty) }, clause: clause)
      }
    case .or(let queries), .atLeast(_, let queries):
      for query in queries { add(query, reading: reading) }
    case .best(let queries), .alternatives(let queries):
      readingCount += 1
      let number = reading ?? readingCount
      for query in queries { add(query, reading: number) }
    case .none, .all, .expansion, .range, .exists: break
    }
  }

  /// Terms any of which may stand for what was asked: one clause a field.
  private mutating func add(
    _ list: some Sequence<FieldTerm>, _ reading: Int?, isCharacter: Bool = false
  ) {
    var clauses: [Int: Int] = [:]
    for term in list {
      let clause = clauses[term.field] ?? clause(term.field, reading)
      clauses[term.field] = clause
      terms[term.field]?.add(term.bytes, term.space, clause: clause, isCharacter: isCharacter)
    }
  }

  private mutating func clause(_ field: Int, _ reading: Int?) -> Int {
    let key = reading.map { Reading(number: $0, field: field) }
    if let key, let known = readings[key] { return known }
    let new = terms[field, default: HighlightTerms()].addClause()
    if let key { readings[key] = new }
    return new
  }
}

extension [FieldTerm] {
  /// Whether all begin with the same character: what one character expands to does.
  fileprivate var beginAlike: Bool {
    guard let first = first?.bytes, let length = first.characterLength else { return false }
    return allSatisfy { $0.bytes.starts(with: first[..<length]) }
  }
}

extension [UInt8] {
  /// Bytes of the first scalar; nil if it is ASCII: bigrams have none.
  fileprivate var characterLength: Int? {
    guard let first, first >= 0xC0 else { return nil }
    return Swift.min(count, first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4)
  }
}

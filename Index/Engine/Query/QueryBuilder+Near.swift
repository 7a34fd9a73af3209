// NEAR and ADJ: what is to stand close together in a text.
//
// Operands are built as by themselves, and then read as stretches of one field's text, field by field: whatever a word may
// become (several terms, a compound, an expansion) can stand in NEAR. `a NEAR (b AND c)` is `a NEAR b` and `a NEAR c`.
// What has no place in a text, a value or a range, must match the document.

import QueryLanguage

extension QueryBuilder {
  /// So many ways to choose one word of each AND within a chain; more are cut, and said.
  private static let nearLimit = 64

  mutating func near(_ near: QueryNode.Near, _ context: Context) -> Query? {
    var inner = context
    inner.boost = 1
    inner.minimum = nil
    var conditions: [Query] = []
    var chain: [[[Query]]] = []
    var gaps: [SpanGap] = []
    for (number, node) in near.operands.enumerated() {
      guard let query = clause(node, inner) else { continue }
      let clauses = nearClauses(of: query, &conditions)
      if clauses.isEmpty { continue }
      if !chain.isEmpty {
        let gap = near.gaps[number - 1]
        gaps.append(SpanGap(gap.distance, isOrdered: gap.isOrdered))
      }
      chain.append(clauses)
    }
    if !conditions.isEmpty {
      warnings.append(
        QueryWarning(
          .notInNear, detail: "a value has no place in a text: the document must have it"))
    }
    var all: [Query] = []
    if chain.count == 1 {
      for clause in chain[0] {
        if let query = Query.disjunction(clause) { all.append(query.boosted(context.boost)) }
      }
    } else if chain.count > 1 {
      let ways = Self.choices(chain, limit: Self.nearLimit)
      if ways.isCut { cutNear() }
      for way in ways.all { all.append(self.near(way, gaps, context)) }
      if all.contains(.none) {
        warnings.append(
          QueryWarning(
            .notInNear, detail: "NEAR looks in one field: none is asked for all its words"))
      }
    }
    return Query.conjunction(all: all + conditions)
  }

  private mutating func cutNear() {
    warnings.append(
      QueryWarning(
        .tooManyClauses,
        detail: "AND within NEAR makes more than \(Self.nearLimit) conditions: the first are kept"))
  }

  /// One stretch for each list of alternatives, one after the other, in each field that has something of all.
  func near(_ operands: [[Query]], _ gaps: [SpanGap], _ context: Context) -> Query {
    var parts: [NearQuery.Part] = []
    let fields = operands[0].reduce(into: Set<Int>()) { $0.formUnion($1.fields) }
    for field in fields.sorted() {
      var children: [SpanTree<NearQuery.Word>] = []
      for operand in operands {
        let spans = operand.compactMap { $0.spans(in: field) }
        if spans.isEmpty { break }
        children.append(spans.count > 1 ? .any(spans) : spans[0])
      }
      guard children.count == operands.count else { continue }
      parts.append(
        NearQuery.Part(
          field: field, weight: context.scope.first { $0.number == field }?.weight ?? 1,
          spans: .chain(children, gaps: withinRuns(gaps, children))))
    }
    return parts.isEmpty ? .none : .near(NearQuery(parts: parts, boost: context.boost))
  }

  /// A pair of characters stands at the position of its first: the second lies between it and what comes next.
  private func withinRuns(
    _ gaps: [SpanGap], _ children: [SpanTree<NearQuery.Word>]
  ) -> [SpanGap] {
    let pairs = children.map(endsInPair)
    guard pairs.contains(true) else { return gaps }
    return gaps.enumerated().map { place, gap in
      let (before, behind) = (pairs[place], pairs[place + 1])
      guard before || (behind && !gap.isOrdered) else { return gap }
      let isSure = gap.isOrdered || before == behind
      return SpanGap(
        gap.distance + 1, least: gap.least + (isSure ? 1 : 0), isOrdered: gap.isOrdered)
    }
  }

  private func endsInPair(_ spans: SpanTree<NearQuery.Word>) -> Bool {
    switch spans {
    case .word(let word):
      guard word.patterns.isEmpty, let term = word.terms.first, term.bytes.first ?? 0 >= 0xC0 else {
        return false
      }
      let text = String(decoding: term.bytes, as: UTF8.self)
      return analysis.tokens(of: text, field: term.field).last?.isBigram == true
    case .phrase(let places, _): return places.last.map { endsInPair(.word($0.leaf)) } ?? false
    case .any(let children): return children.contains(where: endsInPair)
    case .chain(let children, _): return children.last.map(endsInPair) ?? false
    }
  }

  /// What an operand asks for, as conditions all of which hold if any of their queries does (conjunctive normal form).
  /// - Parameter conditions: what has no place in a text is added to these.
  private mutating func nearClauses(
    of query: Query, _ conditions: inout [Query]
  ) -> [[Query]] {
    switch query {
    case .none, .term, .phrase, .near, .expansion, .terms: return [[query]]
    case .all: return []
    case .range, .exists:
      conditions.append(query)
      return []
    case .and(let all, _, let none):
      if !none.isEmpty { conditions.append(.and(all: [.all(boost: 0)], none: none)) }
      return all.flatMap { nearClauses(of: $0, &conditions) }
    case .or(let queries), .best(let queries), .alternatives(let queries),
      .atLeast(_, let queries):
      if case .atLeast = query {
        warnings.append(
          QueryWarning(.notInNear, detail: "NEAR takes any word of a phrase with /n, not several"))
      }
      var apart: [Query] = []
      let alternatives = queries.map { nearClauses(of: $0, &apart) }.filter { !$0.isEmpty }
      if !apart.isEmpty {
        warnings.append(
          QueryWarning(.notInNear, detail: "a value has no place in a text: left out of NEAR"))
      }
      if alternatives.allSatisfy({ $0.count == 1 }) {
        let flat = alternatives.flatMap { $0[0] }
        return flat.isEmpty ? [] : [flat]
      }
      let ways = Self.choices(alternatives, limit: Self.nearLimit)
      if ways.isCut { cutNear() }
      return ways.all.map { $0.flatMap(\.self) }
    }
  }

  /// All ways to choose one of each, the first of all first.
  private static func choices<Element>(
    _ lists: [[Element]], limit: Int
  ) -> (all: [[Element]], isCut: Bool) {
    var all: [[Element]] = [[]]
    var isCut = false
    for list in lists {
      var longer: [[Element]] = []
      for beginning in all {
        for element in list {
          if longer.count < limit { longer.append(beginning + [element]) } else { isCut = true }
        }
      }
      all = longer
    }
    return (all, isCut)
  }
}

extension Query {
  /// Fields in which it looks for words.
  fileprivate var fields: Set<Int> {
    switch self {
    case .term(let term): Set(term.parts.map(\.term.field))
    case .phrase(let phrase): Set(phrase.parts.map(\.field))
    case .near(let near): Set(near.parts.map(\.field))
    case .expansion(let expansion): Set(expansion.patterns.map(\.field))
    case .terms(let terms, _): Set(terms.map(\.field))
    default: []
    }
  }

  /// A word or words as stretches of one field's text; nil if it does not look there.
  fileprivate func spans(in field: Int) -> SpanTree<NearQuery.Word>? {
    switch self {
    case .term(let term):
      // The word or a synonym of it.
      let own = term.parts.filter { $0.term.field == field && $0.kind != .marked }
      if own.isEmpty { return nil }
      return .word(NearQuery.Word(FieldTerms(own.map(\.term)), boost: term.boost))
    case .phrase(let phrase):
      return phrase.parts.first { $0.field == field }?.spans(slop: 0, boost: phrase.boost)
    case .near(let near):
      guard let part = near.parts.first(where: { $0.field == field }) else { return nil }
      return part.spans.mapped { word in
        var word = word
        word.boost *= near.boost
        return word
      }
    case .expansion(let expansion):
      let patterns = expansion.patterns.filter { $0.field == field }
      if patterns.isEmpty { return nil }
      return .word(
        NearQuery.Word([], patterns: patterns, boost: expansion.boost, text: expansion.text))
    case .terms(let terms, let boost):
      let own = terms.filter { $0.field == field }
      return own.isEmpty ? nil : .word(NearQuery.Word(FieldTerms(own), boost: boost))
    default: return nil
    }
  }

  /// A word, phrase or NEAR, or any of several, with its scores times a factor.
  fileprivate func boosted(_ factor: Float) -> Query {
    switch self {
    case .term(var term):
      term.boost *= factor
      return .term(term)
    case .phrase(var phrase):
      phrase.boost *= factor
      return .phrase(phrase)
    case .near(var near):
      near.boost *= factor
      return .near(near)
    case .expansion(var expansion):
      expansion.boost *= factor
      return .expansion(expansion)
    case .terms(let terms, let boost): return .terms(terms, boost: boost * factor)
    case .or(let queries): return .or(queries.map { $0.boosted(factor) })
    default: return self
    }
  }
}

extension PhraseQuery.Part {
  /// The same words, with room for `slop` moves.
  func spans(slop: Int, boost: Float = 1) -> SpanTree<NearQuery.Word> {
    let places = slots.map { slot in
      SpanTree<NearQuery.Word>.Place(
        offset: slot.offset, NearQuery.Word(slot.terms, patterns: slot.patterns, boost: boost))
    }
    return places.count > 1 ? .phrase(places, slop: slop) : .word(places[0].leaf)
  }
}

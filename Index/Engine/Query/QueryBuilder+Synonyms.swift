// Synonyms within a query: what was asked, and what stands for it by the rules of the index.
//
// They are looked for in place of single words, of words side by side (the longest entry first), and of whole phrases. Exact
// forms, prefixes and patterns mean what they say.
//
//   one word for one word      in a field they are one word: occurrences add up, and it is as rare as the commonest of them
//   anything else              a reading of its own, a phrase where it has several words; the best reading counts, and none
//                              can score more than what was asked

import QueryLanguage

extension QueryBuilder {
  /// What stands for the first words of some text, field by field.
  struct SynonymMatch {
    /// Of the text's words.
    var count: Int
    /// Fields that look for the words themselves.
    var scope: [ScopeField]
    /// Texts, each with the fields that look for it.
    var alternatives: [(text: String, scope: [ScopeField])]
  }

  /// Several words that stand side by side at the beginning of `operands` and are one entry. Single ones are words' own matter.
  mutating func synonymRun(
    _ operands: ArraySlice<QueryNode>, _ context: Context, isUnion: Bool
  ) -> (query: Query, count: Int)? {
    var words: [String] = []
    for operand in operands.prefix(SynonymRules.maximumWords) {
      guard case .term(let term) = operand, term.isPlain else { break }
      words.append(term.text)
    }
    guard words.count > 1, let match = match(words, context), match.count > 1 else { return nil }
    let run = Array(operands.prefix(match.count))
    let query = query(match, context) { builder, own in
      isUnion ? builder.disjunction(run, own) : builder.conjunction(run, own)
    }
    return query.map { ($0, match.count) }
  }

  /// nil: it has none.
  mutating func synonyms(of term: QueryNode.Term, _ context: Context) -> Query? {
    guard term.isPlain, let match = match([term.text], context) else { return nil }
    return query(match, context) { builder, own in builder.clause(.term(term), own) }
  }

  /// nil: it has none.
  mutating func synonyms(of phrase: QueryNode.Phrase, _ context: Context) -> Query? {
    guard case .text(let text)? = phrase.parts.first, phrase == QueryNode.Phrase(text),
      let match = match([text], context)
    else { return nil }
    return query(match, context) { builder, own in builder.clause(.phrase(phrase), own) }
  }

  private func match(_ words: [String], _ context: Context) -> SynonymMatch? {
    guard let synonyms else { return nil }
    var found: [(field: ScopeField, entry: SynonymTable.Entry, count: Int)] = []
    for field in context.scope where !schema.isRaw(field.number) {
      guard let analyzer = analysis.analyzer(of: field.number) else { continue }
      let units = words.map { SynonymUnit(analysis.tokens(of: $0, field: field.number)) }
      if let longest = synonyms.table(analyzer).longest(units[...]) {
        found.append((field, longest.entry, longest.count))
      }
    }
    guard let count = found.map(\.count).max() else { return nil }
    found.removeAll { $0.count < count }
    let replacing = Set(found.lazy.filter { !$0.entry.keepsWords }.map(\.field.number))
    var match = SynonymMatch(
      count: count, scope: context.scope.filter { !replacing.contains($0.number) },
      alternatives: [])
    for (field, entry, _) in found {
      for text in entry.alternatives {
        if let place = match.alternatives.firstIndex(where: { $0.text == text }) {
          match.alternatives[place].scope.append(field)
        } else {
          match.alternatives.append((text, [field]))
        }
      }
    }
    return match
  }

  /// - Parameter asked: builds what was asked, over the fields that still look for it.
  private mutating func query(
    _ match: SynonymMatch, _ context: Context,
    _ asked: (inout QueryBuilder, Context) -> Query?
  ) -> Query? {
    var own = context
    own.usesSynonyms = false
    own.scope = match.scope
    var readings: [Query] = []
    if !own.scope.isEmpty, let query = asked(&self, own) { readings.append(query) }
    var words: [TermQuery.Part] = []
    var others: [Query] = []
    for (text, scope) in match.alternatives {
      guard takeFromBudget() else { break }
      var shapes = WordShapes(boost: context.boost)
      for field in scope {
        self.words(of: [.text(text)], isExact: false, isPrefix: false, field, &shapes)
      }
      // A synonym is the whole of it, in a bag of words as well.
      shapes.forgetParts()
      words += shapes.single.filter { $0.kind == .word }
      shapes.single = []
      others += shapes.queries
    }
    for index in words.indices { words[index].kind = .synonym }
    if !words.isEmpty {
      var term = TermQuery(parts: [], boost: context.boost)
      if match.count == 1, case .term(let word)? = readings.first {
        term = word
        readings = []
      }
      for part in words where !term.parts.contains(where: { $0.term == part.term }) {
        term.parts.append(part)
      }
      term.parts.sort { ($0.term.field, $0.kind.rawValue) < ($1.term.field, $1.kind.rawValue) }
      readings.append(.term(term))
    }
    readings += others
    return readings.count > 1 ? .alternatives(readings) : readings.first
  }

  private mutating func takeFromBudget() -> Bool {
    if synonymBudget == 0 {
      warnings.append(
        QueryWarning(
          .tooManyExpansions,
          detail:
            "the query's words have more than \(QueryRewriter.expansionLimit) synonyms: not all "
            + "are looked for"))
    }
    synonymBudget -= 1
    return synonymBudget >= 0
  }
}

extension QueryNode.Term {
  /// A word and nothing else.
  var isPlain: Bool { !isExact && !isPrefix && edits == 0 }
}

// Words, phrases and patterns of a query: what the analyzers of the fields make of them.

import Analysis
import QueryLanguage

extension QueryBuilder {
  // MARK: Words

  mutating func word(_ term: QueryNode.Term, _ context: Context) -> Query? {
    if term.edits > 0 { return fuzzy(term, context) }
    return term.isPrefix ? prefix(term, context) : exactly(term, context)
  }

  /// The word as it stands.
  mutating func exactly(_ term: QueryNode.Term, _ context: Context) -> Query? {
    if context.usesSynonyms, let query = synonyms(of: term, context) { return query }
    var shapes = WordShapes(boost: context.boost)
    var values: [Query] = []
    for field in context.scope {
      switch schema.field(at: field.number).type {
      case .text, .keyword:
        words(of: [.text(term.text)], isExact: term.isExact, isPrefix: false, field, &shapes)
      case .integer, .double, .date, .boolean:
        if context.isScoped, let query = value(term.text, field.number, context) {
          values.append(query)
        }
      }
    }
    return Query.best(of: shapes.queries + values)
  }

  mutating func phrase(_ phrase: QueryNode.Phrase, _ context: Context) -> Query? {
    if context.usesSynonyms, let query = synonyms(of: phrase, context) { return query }
    if let quorum = phrase.quorum { return self.quorum(quorum, of: phrase, context) }
    var shapes = WordShapes(boost: context.boost, slop: phrase.slop)
    for field in context.scope {
      guard [.text, .keyword].contains(schema.field(at: field.number).type) else { continue }
      words(
        of: phrase.parts, isExact: phrase.isExact, isPrefix: phrase.isPrefix, field, &shapes)
    }
    return Query.best(of: shapes.queries)
  }

  /// `"a b c d"/2`: so many of the words, wherever they are; all of them if there are fewer. Each counts once.
  private mutating func quorum(
    _ count: Int, of phrase: QueryNode.Phrase, _ context: Context
  ) -> Query? {
    if phrase.slop > 0 {
      warnings.append(
        QueryWarning(
          .badSuffix,
          detail: "“~\(phrase.slop)” has no meaning beside /\(count), which looks anywhere: dropped"
        ))
    }
    var terms: [QueryNode.Term] = []
    for case .text(let run) in phrase.parts {
      for word in run.split(whereSeparator: \.isWhitespace) {
        terms.append(QueryNode.Term(String(word), isExact: phrase.isExact))
      }
    }
    if phrase.isPrefix, !terms.isEmpty { terms[terms.count - 1].isPrefix = true }
    var queries: [Query] = []
    var known: Set<Query> = []
    for term in terms {
      if let query = word(term, context), known.insert(query).inserted { queries.append(query) }
    }
    return queries.isEmpty ? nil : Query.atLeast(min(count, queries.count), of: queries)
  }

  /// Adds what the words of `parts`, in a row, are in one field.
  mutating func words(
    of parts: [QueryNode.Phrase.Part], isExact: Bool, isPrefix: Bool, _ field: ScopeField,
    _ shapes: inout WordShapes
  ) {
    guard !schema.isRaw(field.number) else {
      if case .text(let text)? = parts.first, parts.count == 1, !isPrefix {
        let term = FieldTerm(field: field.number, space: .value, bytes: Array(text.utf8))
        shapes.single.append(TermQuery.Part(term: term, weight: field.weight))
      }
      return
    }
    let space: TermSpace = isExact ? .exact : .index
    var slots: [PhraseQuery.Slot] = []
    var joined: [UInt8]?
    /// Of the last word, where it was written with diacritics.
    var markedForm: [UInt8]?
    /// Words and compounds: the joined form stands for the whole text only where there is one.
    var units = 0
    var position = 0
    for part in parts {
      guard case .text(let text) = part else {
        position += 1
        continue
      }
      let tokens = analysis.tokens(of: text, field: field.number)
      slots.reserveCapacity(slots.count + tokens.count)
      for token in tokens {
        let form = isExact ? token.exact : token.index
        if token.isJoined {
          if joined == nil { joined = form }
          continue
        }
        if !token.isContinuation { units += 1 }
        markedForm = token.isMarked ? token.exact : nil
        slots.append(
          PhraseQuery.Slot(
            offset: position + token.position,
            term: FieldTerm(field: field.number, space: space, bytes: form)))
      }
      position += tokens.reduce(0) { max($0, $1.end) }
    }
    guard let first = slots.first else { return }
    let isPrefix = lastWordGoesOn(parts, isPrefix: isPrefix, field.number)
    if isPrefix, case .text(let text)? = parts.last {
      slots[slots.count - 1].patterns = lastWordPatterns(text, isExact: isExact, field.number)
    }
    if slots.count == 1 {
      if isPrefix {
        shapes.beginnings += slots[0].patterns
      } else {
        shapes.single.append(TermQuery.Part(term: first.terms[0], weight: field.weight))
        if let marked = markedForm, space == .index {
          let term = FieldTerm(field: field.number, space: .exact, bytes: marked)
          shapes.single.append(TermQuery.Part(term: term, weight: field.weight, kind: .marked))
        }
      }
      return
    }
    for index in slots.indices.reversed() { slots[index].offset -= first.offset }
    shapes.phrases.append(
      PhraseQuery.Part(field: field.number, weight: field.weight, slots: slots))
    guard parts.count == 1, !isPrefix else { return }
    if let joined, units == 1 {
      shapes.joined.append(
        TermQuery.Part(
          term: FieldTerm(field: field.number, space: space, bytes: joined), weight: field.weight))
    }
    if isBagOfWords {
      for (place, slot) in slots.enumerated()
      where analysis.standsAlone(slot.terms[0].bytes, field: field.number) {
        shapes.addPart(TermQuery.Part(term: slot.terms[0], weight: field.weight), place)
      }
    }
  }

  /// What the last word of `text` may go on as.
  mutating func lastWordPatterns(
    _ text: String, isExact: Bool, _ number: Int
  ) -> [TermPattern] {
    guard let last = analysis.tokens(of: text, field: number).last(where: { !$0.isJoined }) else {
      return []
    }
    let word = String(decoding: last.exact, as: UTF8.self)
    return [TermSpace.index, .exact].map { space in
      TermPattern(
        field: number, space: space,
        shape: .prefix(
          analysis.folded(word, field: number, space: isExact ? .exact : space)),
        onlySame: isExact && space == .index)
    }
  }

  // MARK: Patterns

  mutating func prefix(_ term: QueryNode.Term, _ context: Context) -> Query? {
    expansion([.text(term.text), .any], isExact: term.isExact, text: term.text + "*", context)
  }

  mutating func pattern(_ wildcard: QueryNode.Wildcard, _ context: Context) -> Query? {
    var text = ""
    for part in wildcard.parts {
      switch part {
      case .text(let piece): text += piece
      case .any: text += "*"
      case .one: text += "?"
      }
    }
    return expansion(wildcard.parts, isExact: wildcard.isExact, text: text, context)
  }

  /// Terms of both spaces that fit: `deterren*` finds *deterrent* where the index form is *deterr*.
  mutating func expansion(
    _ parts: [QueryNode.Wildcard.Part], isExact: Bool, text: String, _ context: Context
  ) -> Query? {
    var patterns: [TermPattern] = []
    var shapes = WordShapes(boost: context.boost)
    /// Of patterns within text without spaces.
    var apart: [Query] = []
    for field in context.scope {
      guard [.text, .keyword].contains(schema.field(at: field.number).type) else { continue }
      if !schema.isRaw(field.number), let text = run(parts, field.number) {
        words(of: [.text(text)], isExact: isExact, isPrefix: true, field, &shapes)
        continue
      }
      if !schema.isRaw(field.number),
        let query = withinRun(parts, isExact: isExact, text: text, field, context)
      {
        apart.append(query)
        continue
      }
      for space in schema.isRaw(field.number) ? [.value] : [TermSpace.index, .exact] {
        let pieces = parts.map { part -> TermPattern.Piece in
          switch part {
          case .text(let text):
            .bytes(
              analysis.folded(text, field: field.number, space: isExact ? .exact : space))
          case .any: .any
          case .one: .one
          }
        }
        var shape = TermPattern.Shape.wildcard(pieces)
        if pieces.count == 2, case .bytes(let bytes) = pieces[0], pieces[1] == .any {
          shape = .prefix(bytes)
        }
        patterns.append(
          TermPattern(
            field: field.number, space: space, shape: shape,
            onlySame: isExact && space == .index))
      }
    }
    var queries = shapes.queries + apart
    if !patterns.isEmpty {
      queries.append(
        .expansion(ExpansionQuery(patterns: patterns, boost: context.boost, text: text)))
    }
    guard let query = Query.best(of: queries) else {
      warnings.append(
        QueryWarning(.wrongField, detail: "\(text) finds words of text and keyword fields only"))
      return nil
    }
    return query
  }
}

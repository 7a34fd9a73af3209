// From the syntax tree to the engine's tree: names become field numbers, words become terms through each
// field's analyzer, values become ranges of columns. It knows the schema, never a snapshot.
//
// A word is looked for in every field of its scope and matches where any of them has it; what its analyzer
// makes of it decides the shape, field by field:
//   one token                one term; all such fields together are one BM25F term
//   several (COVID-19, a/b)  the phrase of the parts, or the joined form, whichever scores better; in a bag of words
//                            (plain text of which any word may match) also the parts, each by itself
//   none                     the field does not take part

import Analysis
import QueryLanguage

/// A field that words are looked for in, and how much it weighs.
struct ScopeField: Sendable, Hashable {
  var number: Int
  var weight: Float
}

struct QueryBuilder {
  private let schema: Schema
  private let now: Int64
  private let isBagOfWords: Bool
  private let analysis: QueryAnalysis
  private(set) var warnings: [QueryWarning] = []

  /// - Parameters:
  ///   - now: milliseconds since 1970 in UTC, for the words of dates.
  ///   - isBagOfWords: the text was plain, and any of its words may match.
  init(schema: Schema, analysis: QueryAnalysis, now: Int64, isBagOfWords: Bool = false) {
    self.schema = schema
    self.now = now
    self.isBagOfWords = isBagOfWords
    self.analysis = analysis
  }

  /// The fields that words without `field:` search: those asked for, else the schema's default ones.
  static func scope(
    _ asked: [SearchRequest.FieldWeight], _ schema: Schema
  ) throws(IndexError) -> [ScopeField] {
    if asked.isEmpty { return schema.defaultScope }
    var scope: [ScopeField] = []
    for (place, field) in asked.enumerated() {
      let place = "/fields/\(place)"
      guard let number = schema.number(of: field.name) else {
        throw .noField(field.name, at: place, schema)
      }
      guard field.boost >= 0, field.boost.isFinite else {
        throw .request(at: place, "\(field.name)^\(field.boost): a boost is a number from 0 on")
      }
      guard schema.fields[number].indexed else {
        throw .request(at: place, "\(field.name) is not indexed")
      }
      scope.append(ScopeField(number: number, weight: field.boost))
    }
    return scope.sorted { $0.number < $1.number }
  }

  mutating func build(_ node: QueryNode, scope: [ScopeField]) -> Query {
    clause(node, Context(scope: scope)) ?? .none
  }

  private struct Context {
    var scope: [ScopeField]
    var boost: Float = 1
    /// Fields were named: values of number, date and boolean fields are meant as well.
    var isScoped = false
  }

  /// nil: nothing is left of the clause, it is as if it were not there.
  private mutating func clause(_ node: QueryNode, _ context: Context) -> Query? {
    switch node {
    case .empty: return Query.none
    case .all: return all(context)
    case .term(let term): return word(term, context)
    case .wildcard(let wildcard): return pattern(wildcard, context)
    case .phrase(let phrase): return self.phrase(phrase, context)
    case .regex(let text):
      unsupported("regular expressions are not carried out yet: /\(text)/ is left out")
      return nil
    case .interval(let interval): return self.interval(interval, context)
    case .near(let near):
      unsupported("NEAR and ADJ are not carried out yet: read as AND")
      return conjunction(near.operands, context)
    case .and(let operands): return conjunction(operands, context)
    case .or(let operands): return disjunction(operands, context)
    case .not(let inner):
      guard let inner = clause(inner, context) else { return nil }
      return .and(all: [.all(boost: 0)], none: [inner])
    case .required(let inner): return clause(inner, context)
    case .scoped(let names, let inner):
      var scoped = context
      scoped.isScoped = true
      scoped.scope = Set(names.compactMap { schema.number(of: $0) }).sorted().map { number in
        ScopeField(number: number, weight: 1)
      }
      return clause(inner, scoped)
    case .boosted(let inner, let factor):
      var boosted = context
      boosted.boost = min(context.boost * Float(factor), 1e9)
      return clause(inner, boosted)
    }
  }

  private mutating func unsupported(_ detail: String) {
    warnings.append(QueryWarning(.notSupported, detail: detail))
  }

  private mutating func all(_ context: Context) -> Query? {
    guard context.isScoped else { return .all(boost: context.boost) }
    let queries = context.scope.map { Query.exists(field: $0.number, boost: context.boost) }
    return Query.best(of: queries)
  }

  // MARK: Groups

  private mutating func conjunction(_ operands: [QueryNode], _ context: Context) -> Query? {
    var all: [Query] = []
    var none: [Query] = []
    for operand in operands {
      if case .not(let inner) = operand {
        if let query = clause(inner, context) { none.append(query) }
      } else if let query = clause(operand, context) {
        all.append(query)
      }
    }
    return Query.conjunction(all: all, none: none)
  }

  private mutating func disjunction(_ operands: [QueryNode], _ context: Context) -> Query? {
    let dropsStopWords = operands.count >= 3
    var required: [Query] = []
    var some: [Query] = []
    var dropped: [Query] = []
    for operand in operands {
      guard let query = clause(operand, context) else { continue }
      if case .required = operand {
        required.append(query)
      } else if dropsStopWords, case .term(let term) = operand, isStopWord(term, context) {
        dropped.append(query)
      } else {
        some.append(query)
      }
    }
    if required.isEmpty, some.isEmpty { some = dropped }
    if !required.isEmpty {
      return Query.conjunction(all: required, optional: some, none: [])
    }
    return Query.disjunction(some)
  }

  /// Whether all fields of the scope that have tokens of the word call it one.
  private mutating func isStopWord(_ term: QueryNode.Term, _ context: Context) -> Bool {
    guard !term.isExact, !term.isPrefix else { return false }
    var found = false
    for field in context.scope where schema.fields[field.number].type == .text {
      guard analysis.isStopWord(term.text, field: field.number) else { return false }
      found = true
    }
    return found
  }

  // MARK: Words

  private mutating func word(_ term: QueryNode.Term, _ context: Context) -> Query? {
    if term.edits > 0 {
      unsupported(
        "words with spelling errors are not looked for yet: \(term.text)~ is read without ~")
    }
    if term.isPrefix { return prefix(term, context) }
    var shapes = WordShapes(boost: context.boost)
    var values: [Query] = []
    for field in context.scope {
      switch schema.fields[field.number].type {
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

  private mutating func phrase(_ phrase: QueryNode.Phrase, _ context: Context) -> Query? {
    if phrase.slop > 0 {
      unsupported(
        "~\(phrase.slop) after a phrase is not carried out yet: its words must be neighbours")
    }
    if phrase.quorum != nil {
      unsupported("/n after a phrase is not carried out yet: all its words must be there, in order")
    }
    var shapes = WordShapes(boost: context.boost)
    for field in context.scope {
      guard [.text, .keyword].contains(schema.fields[field.number].type) else { continue }
      words(
        of: phrase.parts, isExact: phrase.isExact, isPrefix: phrase.isPrefix, field, &shapes)
    }
    return Query.best(of: shapes.queries)
  }

  /// Adds what the words of `parts`, in a row, are in one field.
  private mutating func words(
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
        slots.append(
          PhraseQuery.Slot(
            offset: position + token.position,
            term: FieldTerm(field: field.number, space: space, bytes: form)))
      }
      position += tokens.reduce(0) { max($0, $1.position + 1) }
    }
    guard let first = slots.first else { return }
    if isPrefix, case .text(let text)? = parts.last {
      slots[slots.count - 1].patterns = lastWordPatterns(text, isExact: isExact, field.number)
    }
    if slots.count == 1, !isPrefix {
      shapes.single.append(TermQuery.Part(term: first.terms[0], weight: field.weight))
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
  private mutating func lastWordPatterns(
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

  private mutating func prefix(_ term: QueryNode.Term, _ context: Context) -> Query? {
    expansion([.text(term.text), .any], isExact: term.isExact, text: term.text + "*", context)
  }

  private mutating func pattern(_ wildcard: QueryNode.Wildcard, _ context: Context) -> Query? {
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
  private mutating func expansion(
    _ parts: [QueryNode.Wildcard.Part], isExact: Bool, text: String, _ context: Context
  ) -> Query? {
    var patterns: [TermPattern] = []
    for field in context.scope {
      guard [.text, .keyword].contains(schema.fields[field.number].type) else { continue }
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
    guard !patterns.isEmpty else {
      warnings.append(
        QueryWarning(.wrongField, detail: "\(text) finds words of text and keyword fields only"))
      return nil
    }
    return .expansion(ExpansionQuery(patterns: patterns, boost: context.boost, text: text))
  }

  // MARK: Values

  private mutating func value(_ text: String, _ number: Int, _ context: Context) -> Query? {
    range(number, context) { type, now in
      ColumnValues.interval(.text(text), in: type, now: now)
    }
  }

  private mutating func interval(_ interval: QueryNode.Interval, _ context: Context) -> Query? {
    var queries: [Query] = []
    for field in context.scope {
      let type = schema.fields[field.number].type
      if type == .keyword {
        queries.append(
          .range(
            .keywords(
              field: field.number, lower: KeywordBound(interval.lower),
              upper: KeywordBound(interval.upper)), boost: context.boost))
      } else if type == .text {
        wrongField(field.number, "a text field has no ranges")
      } else if let query = range(
        field.number, context,
        { type, now in
          ColumnValues.interval(
            from: ColumnValues.bound(interval.lower), to: ColumnValues.bound(interval.upper),
            in: type, now: now)
        })
      {
        queries.append(query)
      }
    }
    return Query.best(of: queries)
  }

  private mutating func range(
    _ number: Int, _ context: Context, _ interval: (FieldType, Int64) -> ClosedRange<Int64>?
  ) -> Query? {
    let field = schema.fields[number]
    guard field.column else {
      wrongField(number, "its values have no column")
      return nil
    }
    guard let values = interval(field.type, now) else { return Query.none }
    return .range(.integers(field: number, values), boost: context.boost)
  }

  private mutating func wrongField(_ number: Int, _ why: String) {
    warnings.append(
      QueryWarning(.wrongField, detail: "field \(schema.fields[number].name): \(why)"))
  }
}

extension ColumnValues {
  static func bound(_ bound: QueryNode.Interval.Bound) -> Bound {
    switch bound {
    case .open: nil
    case .inclusive(let text): (.text(text), true)
    case .exclusive(let text): (.text(text), false)
    }
  }
}

extension KeywordBound {
  /// nil for an open end.
  init?(_ bound: QueryNode.Interval.Bound) {
    switch bound {
    case .open: return nil
    case .inclusive(let text): self.init(bytes: Array(text.utf8), included: true)
    case .exclusive(let text): self.init(bytes: Array(text.utf8), included: false)
    }
  }
}

extension Query {
  static func best(of queries: [Query]) -> Query? {
    queries.count > 1 ? .best(queries) : queries.first
  }

  /// Joins groups of the same kind into one.
  static func disjunction(_ queries: [Query]) -> Query? {
    var flat: [Query] = []
    for query in queries {
      if case .or(let inner) = query { flat += inner } else { flat.append(query) }
    }
    return flat.count > 1 ? .or(flat) : flat.first
  }

  static func conjunction(
    all: [Query], optional: [Query] = [], none: [Query] = []
  ) -> Query? {
    var required: [Query] = []
    var some = optional
    var excluded = none
    for query in all {
      if case .and(let inner, let innerOptional, let innerNone) = query {
        required += inner
        some += innerOptional
        excluded += innerNone
      } else {
        required.append(query)
      }
    }
    if required.count > 1 { required.removeAll { $0 == .all(boost: 0) } }
    if required.isEmpty {
      guard !all.isEmpty || !excluded.isEmpty else { return nil }
      required = [.all(boost: 0)]
    }
    if required.count == 1, some.isEmpty, excluded.isEmpty { return required[0] }
    return .and(all: required, optional: some, none: excluded)
  }
}

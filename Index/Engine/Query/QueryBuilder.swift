// From the syntax tree to the engine's tree: names become field numbers, words become terms through each
// field's analyzer, values become ranges of columns. It knows the schema, never a snapshot.
//
// A word is looked for in every field of its scope and matches where any of them has it; what its analyzer
// makes of it decides the shape, field by field:
//   one token                one term; all such fields together are one BM25F term. Written with diacritics it is looked for
//                            as written as well, which counts as much again: exact accents rank first
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
  let schema: Schema
  let now: Int64
  let isBagOfWords: Bool
  let analysis: QueryAnalysis
  /// How many words of an OR at the top must match.
  let minimumShouldMatch: MinimumShouldMatch?
  /// What two words side by side may add, in shares of what they score at most.
  let proximity: Float
  let synonyms: Synonyms?
  /// Synonyms that may still be looked for.
  var synonymBudget = QueryRewriter.expansionLimit
  var warnings: [QueryWarning] = []

  /// - Parameters:
  ///   - now: milliseconds since 1970 in UTC, for the words of dates.
  ///   - isBagOfWords: the text was plain, and any of its words may match.
  ///   - proximity: nil: the usual, which is 0 unless the text is a bag of words.
  ///   - synonyms: to be looked for as well.
  init(
    schema: Schema, analysis: QueryAnalysis, now: Int64, isBagOfWords: Bool = false,
    minimumShouldMatch: MinimumShouldMatch? = nil, proximity: Float? = nil,
    synonyms: Synonyms? = nil
  ) {
    self.synonyms = synonyms
    self.minimumShouldMatch = minimumShouldMatch
    self.proximity = proximity ?? (isBagOfWords ? SearchRequest.usualProximity : 0)
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
      let weight = field.boost ?? schema.fields[number].weight
      guard weight >= 0, weight.isFinite else {
        throw .request(at: place, "\(field.name)^\(weight): a boost is a number from 0 on")
      }
      guard schema.fields[number].indexed else {
        throw .request(at: place, "\(field.name) is not indexed")
      }
      let type = schema.fields[number].type
      guard type == .text || type == .keyword else {
        throw .request(
          at: place,
          "\(field.name) is of type \(type.name): words are looked for in text and keyword fields; "
            + "\(field.name):… in the query, or a filter, asks for its values")
      }
      scope.append(ScopeField(number: number, weight: weight))
    }
    return scope.sorted { $0.number < $1.number }
  }

  mutating func build(_ node: QueryNode, scope: [ScopeField]) -> Query {
    let context = Context(
      scope: analysis.withVariants(scope), usesSynonyms: synonyms != nil,
      minimum: minimumShouldMatch)
    return clause(node, context) ?? .none
  }

  struct Context {
    var scope: [ScopeField]
    var usesSynonyms: Bool
    var boost: Float = 1
    /// Fields were named: values of number, date and boolean fields are meant as well.
    var isScoped = false
    /// Of the OR at the top, as long as none was seen.
    var minimum: MinimumShouldMatch?
  }

  /// nil: nothing is left of the clause, it is as if it were not there.
  mutating func clause(_ node: QueryNode, _ context: Context) -> Query? {
    switch node {
    case .empty: return Query.none
    case .all: return all(context)
    case .term(let term): return word(term, context)
    case .wildcard(let wildcard): return pattern(wildcard, context)
    case .phrase(let phrase): return self.phrase(phrase, context)
    case .regex(let text): return regex(text, context)
    case .interval(let interval): return self.interval(interval, context)
    case .near(let near): return self.near(near, context)
    case .and(let operands): return conjunction(operands, context)
    case .or(let operands): return disjunction(operands, context)
    case .not(let inner):
      var excluded = context
      excluded.minimum = nil
      guard let inner = clause(inner, excluded) else { return nil }
      return .and(all: [.all(boost: 0)], none: [inner])
    case .required(let inner): return clause(inner, context)
    case .scoped(let names, let inner):
      var scoped = context
      scoped.isScoped = true
      scoped.scope = analysis.withVariants(
        Set(names.compactMap { schema.number(of: $0) }).sorted().map { number in
          ScopeField(number: number, weight: schema.fields[number].weight)
        })
      return clause(inner, scoped)
    case .boosted(let inner, let factor):
      var boosted = context
      boosted.boost = min(context.boost * Float(factor), 1e9)
      return clause(inner, boosted)
    }
  }

  mutating func all(_ context: Context) -> Query? {
    guard context.isScoped else { return .all(boost: context.boost) }
    let queries = context.scope.map { Query.exists(field: $0.number, boost: context.boost) }
    return Query.best(of: queries)
  }

  // MARK: Groups

  mutating func conjunction(_ operands: [QueryNode], _ context: Context) -> Query? {
    var all: [Query] = []
    var none: [Query] = []
    var context = context
    // An OR beside exclusions is at the top still: `a b -c`, joined by OR.
    let positive = operands.count { if case .not = $0 { false } else { true } }
    if positive > 1 { context.minimum = nil }
    var isNegativeDropped = false
    var rest = operands[...]
    while let operand = rest.first {
      if context.usesSynonyms, let run = synonymRun(rest, context, isUnion: false) {
        all.append(run.query)
        rest = rest.dropFirst(run.count)
        continue
      }
      rest = rest.dropFirst()
      if case .not(let inner) = operand {
        if let query = clause(inner, context) {
          none.append(query)
        } else {
          isNegativeDropped = true
        }
      } else if let query = clause(operand, context) {
        all.append(query)
      }
    }
    // Where nothing is left but all documents, nothing is what is found.
    if isNegativeDropped, none.isEmpty, operands.allSatisfy(\.isAllOrNot) { return Query.none }
    let near = all.count > 1 ? pairs(of: operands, context, skipsStopWords: false) : []
    return Query.conjunction(all: all, optional: near, none: none)
  }

  mutating func disjunction(_ operands: [QueryNode], _ context: Context) -> Query? {
    let dropsStopWords = operands.count >= 3
    var required: [Query] = []
    var some: [Query] = []
    var dropped: [Query] = []
    let minimum = context.minimum
    var context = context
    context.minimum = nil
    var rest = operands[...]
    while let operand = rest.first {
      if context.usesSynonyms, let run = synonymRun(rest, context, isUnion: true) {
        some.append(run.query)
        rest = rest.dropFirst(run.count)
        continue
      }
      rest = rest.dropFirst()
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
    let least = minimum?.count(of: some.count) ?? 0
    let near = pairs(of: operands, context, skipsStopWords: dropsStopWords)
    if !required.isEmpty {
      return least > 0
        ? Query.conjunction(all: required + [Query.atLeast(least, of: some)], optional: near)
        : Query.conjunction(all: required, optional: some + near)
    }
    let any = least > 1 ? Query.atLeast(least, of: some) : Query.disjunction(some)
    guard let any, !near.isEmpty else { return any }
    return .and(all: [any], optional: near)
  }

  /// Whether all fields of the scope that have tokens of the word call it one.
  func isStopWord(_ term: QueryNode.Term, _ context: Context) -> Bool {
    guard !term.isExact, !term.isPrefix else { return false }
    var found = false
    for field in context.scope where schema.field(at: field.number).type == .text {
      guard analysis.isStopWord(term.text, field: field.number) else { return false }
      found = true
    }
    return found
  }
}

extension QueryNode {
  fileprivate var isAllOrNot: Bool {
    switch self {
    case .all, .not: true
    default: false
    }
  }
}

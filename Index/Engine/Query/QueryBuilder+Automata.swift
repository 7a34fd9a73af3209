// Words with spelling errors and regular expressions: both are patterns over both forms of words.

import QueryLanguage

extension QueryBuilder {
  /// Words near the word. As written it must be one word of the field (or joined to one, as COVID-19 is), since terms are.
  mutating func fuzzy(_ term: QueryNode.Term, _ context: Context) -> Query? {
    let text = term.text + (term.isPrefix ? "*" : "") + "~\(term.edits)"
    var patterns: [TermPattern] = []
    var word: [TermQuery.Part] = []
    var values: [Query] = []
    for field in context.scope {
      let type = schema.field(at: field.number).type
      guard type == .text || type == .keyword else {
        if context.isScoped, let query = value(term.text, field.number, context) {
          values.append(query)
        }
        continue
      }
      guard let forms = forms(of: term, field.number) else { continue }
      for form in forms.patterns {
        patterns.append(
          TermPattern(
            field: field.number, space: form.space,
            shape: .fuzzy(form.word, edits: term.edits, isPrefix: term.isPrefix),
            onlySame: term.isExact && form.space == .index))
      }
      word.append(TermQuery.Part(term: forms.word, weight: field.weight))
    }
    guard patterns.allSatisfy(\.isPossible), !patterns.isEmpty else {
      warnings.append(
        QueryWarning(
          .badSuffix,
          detail:
            "\(text): only single words of at most \(FuzzyAutomaton.maxLength) characters are looked "
            + "for with errors: read without ~"))
      var exact = term
      exact.edits = 0
      return exactly(exact, context)
    }
    let expansion = ExpansionQuery(
      patterns: patterns, boost: context.boost, text: text, word: term.isPrefix ? [] : word)
    return Query.best(of: [.expansion(expansion)] + values)
  }

  /// The word's own term, and what its neighbours are looked for by in each space; nil: it is no single word of the field.
  private func forms(
    of term: QueryNode.Term, _ number: Int
  ) -> (word: FieldTerm, patterns: [(space: TermSpace, word: [UInt8])])? {
    if schema.isRaw(number) {
      let bytes = Array(term.text.utf8)
      return (FieldTerm(field: number, space: .value, bytes: bytes), [(.value, bytes)])
    }
    let tokens = analysis.tokens(of: term.text, field: number)
    guard let token = tokens.first(where: \.isJoined) ?? (tokens.count == 1 ? tokens[0] : nil)
    else { return nil }
    // Neighbours are of the whole word: in the index space those whose ending is not cut off.
    let whole = analysis.folded(
      String(decoding: token.exact, as: UTF8.self), field: number, space: .index)
    return (
      FieldTerm(
        field: number, space: term.isExact ? .exact : .index,
        bytes: term.isExact ? token.exact : token.index),
      [(.index, term.isExact ? token.exact : whole), (.exact, token.exact)]
    )
  }

  /// Terms of both spaces that the expression fits as a whole.
  mutating func regex(_ text: String, _ context: Context) -> Query? {
    guard let regex = try? RegexSyntax.parse(text) else { return nil }
    var folding = RegexFolding()
    var patterns: [TermPattern] = []
    for field in context.scope {
      guard [.text, .keyword].contains(schema.field(at: field.number).type) else { continue }
      for space in schema.isRaw(field.number) ? [.value] : [TermSpace.index, .exact] {
        let analysis = analysis
        let folded = folding.fold(regex) {
          analysis.folded(String($0), field: field.number, space: space)
        }
        patterns.append(TermPattern(field: field.number, space: space, shape: .regex(folded)))
      }
    }
    guard !patterns.isEmpty else {
      warnings.append(
        QueryWarning(
          .wrongField, detail: "/\(text)/ finds words of text and keyword fields only"))
      return nil
    }
    guard patterns.allSatisfy(\.isPossible) else {
      warnings.append(
        QueryWarning(.badRegex, detail: "/\(text)/ is too large an expression: read as text"))
      return exactly(QueryNode.Term("/\(text)/"), context)
    }
    return .expansion(
      ExpansionQuery(patterns: patterns, boost: context.boost, text: "/\(text)/"))
  }
}

/// The characters of an expression as terms have them, one by one: what folds to several becomes these in a row.
private struct RegexFolding {
  /// Characters still folded: classes of whole scripts are taken as they are.
  private var left = 20_000
  /// Larger ranges are folded in their letters of ASCII alone.
  private static let rangeLimit = 1_024

  mutating func fold(_ node: RegexNode, _ fold: (Unicode.Scalar) -> [UInt8]) -> RegexNode {
    switch node {
    case .set(let ranges, let isNegated): return set(ranges, isNegated, fold)
    case .sequence(let nodes):
      return .sequence(nodes.map { self.fold($0, fold) })
    case .alternatives(let nodes):
      return .alternatives(nodes.map { self.fold($0, fold) })
    case .repeated(let inner, let from, let to):
      return .repeated(self.fold(inner, fold), from: from, to: to)
    }
  }

  private mutating func set(
    _ ranges: [ClosedRange<UInt32>], _ isNegated: Bool, _ fold: (Unicode.Scalar) -> [UInt8]
  ) -> RegexNode {
    var characters: [ClosedRange<UInt32>] = []
    var longer: [RegexNode] = []
    for range in ranges {
      var range = range
      if range.count > Self.rangeLimit || range.count > left {
        characters.append(range)
        let capitals = (max(range.lowerBound, 0x41), min(range.upperBound, 0x5A))
        guard capitals.0 <= capitals.1 else { continue }
        range = capitals.0...capitals.1
      }
      left -= range.count
      for value in range {
        guard let scalar = Unicode.Scalar(value) else { continue }
        let folded = String(decoding: fold(scalar), as: UTF8.self).unicodeScalars.map(\.value)
        if folded.count == 1 {
          characters.append(folded[0]...folded[0])
        } else if !isNegated {
          longer.append(.sequence(folded.map { .character($0) }))
        }
      }
    }
    let set = RegexNode.characters(characters, isNegated: isNegated)
    if longer.isEmpty { return set }
    return characters.isEmpty && longer.count == 1 ? longer[0] : .alternatives([set] + longer)
  }
}

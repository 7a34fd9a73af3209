// "Did you mean": the query with its unknown words replaced, when that finds more. Looked for only where little was found.

import QueryLanguage

extension Searcher {
  /// Fewer are so few that it is looked whether a word of the query is unknown.
  private static let fewHits = 10

  /// Whether a search that found so much asks for a correction.
  static func wantsCorrection(_ request: SearchRequest, _ result: RunResult) -> Bool {
    request.didYouMean && request.mode != .strict && request.after == nil && result.total.exact
      && !result.timedOut
      && result.total.value < fewHits && !request.query.isEmpty
  }

  /// Whether something can be put in the place of a word: no document has it, or it and its neighbour are one word.
  func mayCorrect(
    _ request: SearchRequest, _ root: QueryNode, _ run: QueryRun
  ) throws(IndexError) -> Bool {
    if run.hasUnknownWord { return true }
    guard root.hasSeveralOperands else { return false }
    return try corrections(request, deadline: .never) { words throws(IndexError) in
      try words.addJoins(root)
    }.joins.isEmpty == false
  }

  /// The text that finds more than `total`, as it was typed but for words that no document has, and for two that are one; nil:
  /// there is none, or the time ran out.
  func correction(
    _ request: SearchRequest, _ root: QueryNode, total: Int, deadline: Deadline
  ) throws(IndexError) -> String? {
    let words = try corrections(request, deadline: deadline) { words throws(IndexError) in
      try words.add(root)
    }
    for text in words.texts(instead: request.query) {
      if deadline.isPassed { return nil }
      var corrected = request
      corrected.query = text
      let found = try Self.count(corrected, reader.view, deadline: deadline)
      if found.total.value > total { return text }
    }
    return nil
  }

  private func corrections(
    _ request: SearchRequest, deadline: Deadline,
    _ body: (inout WordCorrections) throws(IndexError) -> Void
  ) throws(IndexError) -> WordCorrections {
    let view = reader.view
    let analysis = view.takeAnalysis()
    defer { view.giveBack(analysis) }
    let scope =
      request.fields.isEmpty
      ? view.defaultScope : try QueryBuilder.scope(request.fields, view.schema)
    var words = WordCorrections(view, analysis, scope: scope, deadline: deadline)
    try body(&words)
    return words
  }
}

extension WordCorrections {
  /// What the query may have meant, the likeliest first.
  func texts(instead query: String) -> [String] {
    var texts: [String] = []
    // The best of all words; of one word alone also those that come next.
    let choices = corrections.count == 1 ? corrections[0].candidates.count : 1
    for choice in 0..<choices where !corrections.isEmpty {
      var text = query
      for correction in corrections {
        let candidate = correction.candidates[choice]
        // A neighbour that it became one with may be gone.
        text = TypedText.replacing(candidate.typed, by: candidate.text, in: text) ?? text
      }
      texts.append(text)
    }
    for join in joins.sorted(by: { $0.precedes($1) }) {
      if let text = TypedText.replacing(join.typed, by: join.text, in: query) { texts.append(text) }
    }
    return texts.filter { $0 != query }
  }
}

extension QueryNode {
  /// Words may stand side by side somewhere in it.
  fileprivate var hasSeveralOperands: Bool {
    switch self {
    case .and, .or, .near, .phrase: true
    case .required(let inner), .boosted(let inner, _), .scoped(_, let inner):
      inner.hasSeveralOperands
    case .term, .empty, .all, .wildcard, .regex, .interval, .not: false
    }
  }
}

extension QueryRun {
  /// A word that is looked for is in no document: what correcting is about. Known without looking anything up.
  var hasUnknownWord: Bool { weight.hasUnknownWord }
}

extension Weight {
  fileprivate var hasUnknownWord: Bool {
    switch self {
    case .term(let term): term.parts.allSatisfy { $0.entries.allSatisfy { $0 == nil } }
    case .phrase(let phrase): phrase.parts.isEmpty
    case .and(let all, let optional, _):
      all.contains(where: \.hasUnknownWord) || optional.contains(where: \.hasUnknownWord)
    case .or(let weights), .atLeast(_, let weights): weights.contains(where: \.hasUnknownWord)
    // Readings of one word.
    case .best(let weights), .alternatives(let weights): weights.allSatisfy(\.hasUnknownWord)
    case .none, .all, .set, .recency: false
    // Its words are looked up again.
    case .near: true
    }
  }
}

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

  /// The text that finds more than `total`, as it was typed but for words that no document has; nil: there is none, or the
  /// time ran out.
  func correction(
    _ request: SearchRequest, _ root: QueryNode, total: Int, deadline: Deadline
  ) throws(IndexError) -> String? {
    let view = reader.view
    let analysis = view.takeAnalysis()
    defer { view.giveBack(analysis) }
    let scope =
      request.fields.isEmpty
      ? view.defaultScope : try QueryBuilder.scope(request.fields, view.schema)
    var words = WordCorrections(view, analysis, scope: scope, deadline: deadline)
    try words.add(root)
    guard !words.corrections.isEmpty else { return nil }
    // The best of all words; of one word alone also those that come next.
    let choices = words.corrections.count == 1 ? words.corrections[0].candidates.count : 1
    for choice in 0..<choices {
      var text = request.query
      for correction in words.corrections {
        guard
          let replaced = TypedText.replacing(
            correction.word, by: correction.candidates[choice], in: text)
        else { return nil }
        text = replaced
      }
      if deadline.isPassed { return nil }
      var corrected = request
      corrected.query = text
      let found = try Self.count(corrected, view, deadline: deadline)
      if found.total.value > total { return text }
    }
    return nil
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

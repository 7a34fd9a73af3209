// Text without spaces between words (Analysis/Pairs.swift) in queries: whatever is looked for may stand within a longer
// run, so that of two characters and more it is the phrase of their bigrams, and one is the beginning of terms.

import QueryLanguage

extension QueryBuilder {
  /// Whether the last word of a phrase is looked for as the beginning of terms.
  /// - Parameter isPrefix: the query says so.
  func lastWordGoesOn(
    _ parts: [QueryNode.Phrase.Part], isPrefix: Bool, _ field: Int
  ) -> Bool {
    guard case .text(let text)? = parts.last,
      let last = analysis.tokens(of: text, field: field).last(where: { !$0.isJoined })
    else { return isPrefix }
    // A run goes on by itself behind its last bigram.
    return last.isBigram ? false : isPrefix || last.isCharacter
  }

  /// The text of a pattern that is plain text and `*` at its ends, if the text is found within longer words as it stands,
  /// because a run is there: `東京*`, `*東京*`.
  func run(_ parts: [QueryNode.Wildcard.Part], _ field: Int) -> String? {
    var rest = parts[...]
    let isOpenBefore = rest.first == .any
    if isOpenBefore { rest = rest.dropFirst() }
    let isOpenBehind = rest.last == .any
    if isOpenBehind { rest = rest.dropLast() }
    guard rest.count == 1, case .text(let text) = rest[rest.startIndex] else { return nil }
    let tokens = analysis.tokens(of: text, field: field).filter { !$0.isJoined }
    guard let first = tokens.first, let last = tokens.last else { return nil }
    return (!isOpenBefore || first.isOfRun) && (!isOpenBehind || last.isOfRun) ? text : nil
  }
}

extension QueryAnalysis.Token {
  fileprivate var isOfRun: Bool { isBigram || isCharacter }
}

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

  /// Characters that `*` within a run stands for at most.
  private static let openGap = 10

  /// A pattern within text without spaces: `東京?業`, `東京*大学`. Its pieces stand in this order, apart by as many characters as there are
  /// `?`; `*` is `openGap` of them at most, which is said. nil: it is none.
  mutating func withinRun(
    _ parts: [QueryNode.Wildcard.Part], isExact: Bool, text: String, _ field: ScopeField,
    _ context: Context
  ) -> Query? {
    var operands: [[Query]] = []
    var gaps: [SpanGap] = []
    var ones = 0
    var isOpen = false
    var isOfRun = false
    for (place, part) in parts.enumerated() {
      switch part {
      case .any: isOpen = true
      case .one: ones += 1
      case .text(let piece):
        let tokens = analysis.tokens(of: piece, field: field.number).filter { !$0.isJoined }
        let isEdge = place == 0 || tokens.first?.isOfRun == true
        guard let last = tokens.last, isEdge, last.isOfRun || place == parts.count - 1 else {
          return noRun(parts, text, field)
        }
        isOfRun = isOfRun || last.isOfRun
        if !operands.isEmpty {
          gaps.append(
            SpanGap(ones + (isOpen ? Self.openGap : 0), least: ones, isOrdered: true))
        } else if ones > 0 {
          return noRun(parts, text, field)
        }
        (ones, isOpen) = (0, false)
        var shapes = WordShapes(boost: 1)
        words(
          of: [.text(piece)], isExact: isExact, isPrefix: false,
          ScopeField(number: field.number, weight: 1),
          &shapes)
        operands.append(shapes.queries)
      }
    }
    guard isOfRun, operands.count > 1, ones == 0 else { return noRun(parts, text, field) }
    if gaps.contains(where: { $0.distance > $0.least }) {
      warn(
        text,
        "in text without spaces * stands for at most \(Self.openGap) characters between two parts")
    }
    return near(operands, gaps, context)
  }

  /// Says of a pattern over more than two characters of a run that there is no such word.
  private mutating func noRun(
    _ parts: [QueryNode.Wildcard.Part], _ text: String, _ field: ScopeField
  ) -> Query? {
    var characters = 0
    var isOfRun = false
    for part in parts {
      switch part {
      case .any: break
      case .one: characters += 1
      case .text(let piece):
        characters += piece.count
        let tokens = analysis.tokens(of: piece, field: field.number)
        isOfRun = isOfRun || tokens.contains(where: \.isOfRun)
      }
    }
    if isOfRun, characters > 2 {
      warn(
        text,
        "text without spaces is looked for by pairs of characters: no word is so, leave the wildcards out"
      )
    }
    return nil
  }

  private mutating func warn(_ text: String, _ why: String) {
    let warning = QueryWarning(.wildcardInRun, detail: "\(text): \(why)")
    if !warnings.contains(warning) { warnings.append(warning) }
  }
}

extension QueryAnalysis.Token {
  fileprivate var isOfRun: Bool { isBigram || isCharacter }
}

// What to look for when nothing has all the words: those that have some.

import QueryLanguage

extension QueryNode {
  /// The words of an AND joined by OR; exclusions, `+` words, values and ranges hold as before. nil: there is no AND of
  /// words at the top, or no more would be found.
  ///
  /// - Parameter holdsWords: whether a field of this name does; others hold values.
  func relaxed(_ holdsWords: (String) -> Bool) -> QueryNode? {
    switch self {
    case .and(let operands):
      var words: [QueryNode] = []
      var others: [QueryNode] = []
      for operand in operands {
        if operand.isWord(holdsWords) { words.append(operand) } else { others.append(operand) }
      }
      let isRequired = words.map { if case .required = $0 { true } else { false } }
      guard words.count > 1, isRequired.contains(false) else { return nil }
      return others.isEmpty ? .or(words) : .and([.or(words)] + others)
    case .scoped(let names, let inner): return inner.relaxed(holdsWords).map { .scoped(names, $0) }
    case .boosted(let inner, let factor):
      return inner.relaxed(holdsWords).map { .boosted($0, factor) }
    case .required(let inner): return inner.relaxed(holdsWords)
    default: return nil
    }
  }

  /// It asks for words, not for a value or for what must not be there.
  private func isWord(_ holdsWords: (String) -> Bool) -> Bool {
    switch self {
    case .term, .wildcard, .phrase, .regex, .near: true
    case .empty, .all, .interval, .not: false
    case .and(let operands): operands.contains { $0.isWord(holdsWords) }
    case .or(let operands): operands.allSatisfy { $0.isWord(holdsWords) }
    case .required(let inner), .boosted(let inner, _): inner.isWord(holdsWords)
    case .scoped(let names, let inner):
      names.contains(where: holdsWords) && inner.isWord(holdsWords)
    }
  }
}

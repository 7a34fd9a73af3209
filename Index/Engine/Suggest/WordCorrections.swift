// What was probably meant: for words of a query that no document has, words near them that some have.

import QueryLanguage

/// Finds the words to put in the place of others.
struct WordCorrections {
  struct Correction {
    var word: String
    /// The best first.
    var candidates: [String]
  }

  /// Words looked up, and words corrected, of one query.
  private static let wordLimit = 32
  private static let correctionLimit = 4
  private static let candidateLimit = 3

  private let schema: Schema
  private let analysis: QueryAnalysis
  private let scope: [ScopeField]
  private var forms: WordForms
  private var seen: Set<String> = []
  private(set) var corrections: [Correction] = []

  init(_ view: SearchView, _ analysis: QueryAnalysis, scope: [ScopeField], deadline: Deadline) {
    schema = view.schema
    self.analysis = analysis
    self.scope = scope
    forms = WordForms(view, deadline: deadline)
  }

  /// Gathers the corrections of the plain words of a query, those of phrases included and what is excluded left out.
  mutating func add(_ node: QueryNode) throws(IndexError) {
    try add(node, analysis.withVariants(scope))
  }

  private mutating func add(_ node: QueryNode, _ scope: [ScopeField]) throws(IndexError) {
    switch node {
    case .term(let term):
      if !term.isExact, !term.isPrefix, term.edits == 0 { try add(term.text, scope) }
    case .phrase(let phrase):
      if phrase.isExact { return }
      for case .text(let text) in phrase.parts {
        for word in text.split(separator: " ") { try add(String(word), scope) }
      }
    case .near(let near): for operand in near.operands { try add(operand, scope) }
    case .and(let operands), .or(let operands):
      for operand in operands { try add(operand, scope) }
    case .required(let inner), .boosted(let inner, _): try add(inner, scope)
    case .scoped(let names, let inner):
      let numbers = names.compactMap { schema.number(of: $0) }
      try add(inner, analysis.withVariants(numbers.map { ScopeField(number: $0, weight: 1) }))
    case .empty, .all, .wildcard, .regex, .interval, .not: return
    }
  }

  private mutating func add(_ word: String, _ scope: [ScopeField]) throws(IndexError) {
    guard corrections.count < Self.correctionLimit, seen.count < Self.wordLimit,
      word.unicodeScalars.count >= 2, !word.unicodeScalars.contains(where: { $0.isNumber }),
      seen.insert(word).inserted
    else { return }
    var index: [(field: Int, form: [UInt8])] = []
    var exact: [(number: Int, form: [UInt8])] = []
    for field in scope where schema.field(at: field.number).type == .text {
      let tokens = analysis.tokens(of: word, field: field.number)
      // Of compounds nobody knows which part is meant.
      guard tokens.count == 1 else { return }
      index.append((field.number, tokens[0].index))
      exact.append((field.number, tokens[0].exact))
    }
    guard !index.isEmpty, try forms.documents(index) == 0 else { return }
    let edits = word.unicodeScalars.count <= 4 ? 1 : 2
    var candidates = try forms.best(Self.candidateLimit, of: exact) {
      .fuzzy($0, edits: edits, isPrefix: false)
    }.filter { $0.edits > 0 }
    if let split = try split(word, exact.map(\.number)) { candidates.append(split) }
    candidates.sort { $0.precedes($1) }
    if candidates.isEmpty { return }
    corrections.append(
      Correction(
        word: word, candidates: candidates.prefix(Self.candidateLimit).map(\.text)))
  }

  /// The word as two, both of which documents have: a space that is missing is one edit.
  private func split(_ word: String, _ fields: [Int]) throws(IndexError) -> WordForms.Word? {
    let letters = Array(word.unicodeScalars)
    guard (5...60).contains(letters.count) else { return nil }
    var best: WordForms.Word?
    for place in 2...letters.count - 2 {
      var documents = Int.max
      var halves: [String] = []
      for half in [letters[..<place], letters[place...]] {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: half)
        halves.append(String(text))
        let tokens = fields.compactMap { field -> (field: Int, form: [UInt8])? in
          let tokens = analysis.tokens(of: String(text), field: field)
          return tokens.count == 1 ? (field, tokens[0].index) : nil
        }
        documents = min(documents, try forms.documents(tokens))
      }
      guard documents > best?.documents ?? 0 else { continue }
      best = WordForms.Word(text: halves.joined(separator: " "), edits: 1, documents: documents)
    }
    return best
  }
}

extension Unicode.Scalar {
  fileprivate var isNumber: Bool { properties.numericType != nil }
}

/// Words of a query text put in the place of others, the rest left as it was typed.
enum TypedText {
  /// The word that is being typed, and all before it with its white space. Marks before the word are no part of it.
  static func beforeLastWord(_ text: String) -> (before: String, word: String) {
    let scalars = text.unicodeScalars
    var start = scalars.endIndex
    while start > scalars.startIndex {
      let previous = scalars.index(before: start)
      if scalars[previous].properties.isWhitespace { break }
      start = previous
    }
    while start < scalars.endIndex,
      !scalars[start].properties.isAlphabetic, scalars[start].properties.numericType == nil
    {
      start = scalars.index(after: start)
    }
    return (String(scalars[..<start]), String(scalars[start...]))
  }

  /// The last word of a text, of letters, digits and what may stand between them; empty where there is none, or where
  /// something else stands behind it.
  static func lastWord(_ text: String) -> String {
    var word = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.reversed() {
      if scalar.properties.isWhitespace {
        if word.isEmpty { continue }
        break
      }
      let isPart =
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        || scalar.properties.isDiacritic || "'’.-".unicodeScalars.contains(scalar)
      guard isPart else { break }
      word.append(scalar)
    }
    guard word.contains(where: { $0.properties.isAlphabetic || $0.properties.numericType != nil })
    else { return "" }
    return String(String.UnicodeScalarView(word.reversed()))
  }

  /// - Returns: nil where the word does not stand in the text as a word.
  static func replacing(_ word: String, by other: String, in text: String) -> String? {
    let (text, word) = (Array(text.unicodeScalars), Array(word.unicodeScalars))
    func isLetter(_ place: Int) -> Bool {
      text.indices.contains(place) && text[place].properties.isAlphabetic
    }
    var result = String.UnicodeScalarView()
    var found = false
    var at = 0
    while at < text.count {
      let end = at + word.count
      if end <= text.count, text[at] == word[0], text[at..<end].elementsEqual(word),
        !isLetter(at - 1), !isLetter(end)
      {
        result.append(contentsOf: other.unicodeScalars)
        found = true
        at = end
      } else {
        result.append(text[at])
        at += 1
      }
    }
    return found ? String(result) : nil
  }
}

// What was probably meant: for words of a query that no document has, words near them that some have.

import QueryLanguage

/// Finds the words to put in the place of others.
struct WordCorrections {
  struct Correction {
    /// The best first.
    var candidates: [Candidate]
  }

  struct Candidate {
    /// What it stands for: a word as it was typed, or two with a space too many between them.
    var typed: [String]
    var text: String
    var edits: Int
    var documents: Int

    /// As words do: fewest edits first, then the most frequent.
    func precedes(_ other: Candidate) -> Bool {
      if edits != other.edits { return edits < other.edits }
      return documents != other.documents ? documents > other.documents : text < other.text
    }
  }

  /// Words looked up, words corrected, and words put together of one query.
  private static let wordLimit = 32
  private static let correctionLimit = 4
  private static let joinLimit = 8
  private static let candidateLimit = 3

  private let schema: Schema
  private let analysis: QueryAnalysis
  private let scope: [ScopeField]
  private var forms: WordForms
  private var seen: Set<String> = []
  /// Of words that no document has.
  private(set) var corrections: [Correction] = []
  /// Words side by side that documents have as one.
  private(set) var joins: [Candidate] = []
  private var pairs = 0

  init(_ view: SearchView, _ analysis: QueryAnalysis, scope: [ScopeField], deadline: Deadline) {
    schema = view.schema
    self.analysis = analysis
    self.scope = scope
    forms = WordForms(view, deadline: deadline)
  }

  /// Gathers the corrections of the plain words of a query, those of phrases included and what is excluded left out.
  mutating func add(_ node: QueryNode) throws(IndexError) {
    try addJoins(node)
    try node.eachWord(scope, schema) { (word, scope) throws(IndexError) in try add(word, scope) }
  }

  /// Gathers words side by side that are one word in documents.
  mutating func addJoins(_ node: QueryNode) throws(IndexError) {
    try node.eachPair(scope, schema) { (first, second, scope) throws(IndexError) in
      try join(first, second, scope)
    }
  }

  /// Whether the word is one that may be mistyped: of two letters and more, and no number.
  private static func isWord(_ word: String) -> Bool {
    word.unicodeScalars.count >= 2 && !word.unicodeScalars.contains { $0.isNumber }
  }

  /// The word as the text fields of a scope have it; none where it is no single word. Of compounds nobody knows which part is
  /// meant.
  private func single(
    _ word: String, _ scope: [ScopeField]
  ) -> (index: [(field: Int, form: [UInt8])], exact: [(number: Int, form: [UInt8])]) {
    var index: [(field: Int, form: [UInt8])] = []
    var exact: [(number: Int, form: [UInt8])] = []
    for field in analysis.withVariants(scope)
    where schema.field(at: field.number).type == .text {
      let tokens = analysis.tokens(of: word, field: field.number)
      guard tokens.count == 1 else { return ([], []) }
      index.append((field.number, tokens[0].index))
      exact.append((field.number, tokens[0].exact))
    }
    return (index, exact)
  }

  private mutating func add(_ word: String, _ scope: [ScopeField]) throws(IndexError) {
    guard corrections.count < Self.correctionLimit, seen.count < Self.wordLimit,
      Self.isWord(word), seen.insert(word).inserted
    else { return }
    let (index, exact) = single(word, scope)
    guard !index.isEmpty, try forms.documents(index) == 0 else { return }
    let edits = word.unicodeScalars.count <= 4 ? 1 : 2
    var candidates = try forms.best(Self.candidateLimit, of: exact) {
      .fuzzy($0, edits: edits, isPrefix: false)
    }.filter { $0.edits > 0 }.map { near in
      Candidate(typed: [word], text: near.text, edits: near.edits, documents: near.documents)
    }
    if let split = try split(word, exact.map(\.number)) { candidates.append(split) }
    candidates += joins.filter { $0.typed.contains(word) }
    candidates.sort { $0.precedes($1) }
    if candidates.isEmpty { return }
    corrections.append(Correction(candidates: Array(candidates.prefix(Self.candidateLimit))))
  }

  /// The word as two, both of which documents have: a space that is missing is one edit.
  private func split(_ word: String, _ fields: [Int]) throws(IndexError) -> Candidate? {
    let letters = Array(word.unicodeScalars)
    guard (5...60).contains(letters.count) else { return nil }
    var best: Candidate?
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
      best = Candidate(
        typed: [word], text: halves.joined(separator: " "), edits: 1, documents: documents)
    }
    return best
  }

  /// Two words as one that documents have: a space too many is one edit.
  private mutating func join(
    _ first: String, _ second: String, _ scope: [ScopeField]
  ) throws(IndexError) {
    guard pairs < Self.joinLimit, Self.isWord(first), Self.isWord(second),
      first.utf8.count + second.utf8.count <= FuzzyAutomaton.maxLength
    else { return }
    pairs += 1
    let (index, exact) = single(first + second, scope)
    guard let text = exact.first?.form, case let documents = try forms.documents(index),
      documents > 0
    else { return }
    joins.append(
      Candidate(
        typed: [first, second], text: String(decoding: text, as: UTF8.self), edits: 1,
        documents: documents))
  }
}

extension QueryNode {
  /// Calls `body` with each plain word, those of phrases included and what is excluded left out, and the fields that it is looked for
  /// in.
  fileprivate func eachWord(
    _ scope: [ScopeField], _ schema: Schema,
    _ body: (String, [ScopeField]) throws(IndexError) -> Void
  ) throws(IndexError) {
    switch self {
    case .term(let term): if term.isPlain { try body(term.text, scope) }
    case .phrase(let phrase): for word in phrase.plainWords { try body(word, scope) }
    default:
      try eachOperand(scope, schema) { (operand, scope) throws(IndexError) in
        try operand.eachWord(scope, schema, body)
      }
    }
  }

  /// Calls `body` with each two plain words that stand side by side.
  fileprivate func eachPair(
    _ scope: [ScopeField], _ schema: Schema,
    _ body: (String, String, [ScopeField]) throws(IndexError) -> Void
  ) throws(IndexError) {
    var words: [String?] = []
    switch self {
    case .phrase(let phrase): words = phrase.plainWords
    case .and(let operands), .or(let operands):
      words = operands.map { if case .term(let term) = $0, term.isPlain { term.text } else { nil } }
    default: break
    }
    for (first, second) in zip(words, words.dropFirst()) {
      if let first, let second { try body(first, second, scope) }
    }
    try eachOperand(scope, schema) { (operand, scope) throws(IndexError) in
      try operand.eachPair(scope, schema, body)
    }
  }

  private func eachOperand(
    _ scope: [ScopeField], _ schema: Schema,
    _ body: (QueryNode, [ScopeField]) throws(IndexError) -> Void
  ) throws(IndexError) {
    switch self {
    case .near(let near): for operand in near.operands { try body(operand, scope) }
    case .and(let operands), .or(let operands): for operand in operands { try body(operand, scope) }
    case .required(let inner), .boosted(let inner, _): try body(inner, scope)
    case .scoped(let names, let inner):
      let numbers = names.compactMap { schema.number(of: $0) }
      try body(inner, numbers.map { ScopeField(number: $0, weight: 1) })
    case .term, .phrase, .empty, .all, .wildcard, .regex, .interval, .not: return
    }
  }
}

extension QueryNode.Phrase {
  /// None of an exact one: it means what it says.
  fileprivate var plainWords: [String] {
    if isExact { return [] }
    return parts.flatMap { part in
      guard case .text(let text) = part else { return [String]() }
      return text.split(whereSeparator: \.isWhitespace).map(String.init)
    }
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

  /// - Parameter words: one, or several with white space between them.
  /// - Returns: nil where they do not stand in the text as words.
  static func replacing(_ words: [String], by other: String, in text: String) -> String? {
    let text = Array(text.unicodeScalars)
    let words = words.map { Array($0.unicodeScalars) }
    func isLetter(_ place: Int) -> Bool {
      text.indices.contains(place) && text[place].properties.isAlphabetic
    }
    /// Where the words end that begin at a place.
    func end(from place: Int) -> Int? {
      guard !isLetter(place - 1) else { return nil }
      var at = place
      for (number, word) in words.enumerated() {
        let start = at
        while number > 0, at < text.count, text[at].properties.isWhitespace { at += 1 }
        guard number == 0 || at > start, text[at...].starts(with: word) else { return nil }
        at += word.count
      }
      return isLetter(at) ? nil : at
    }
    var result = String.UnicodeScalarView()
    var found = false
    var at = 0
    while at < text.count {
      if let end = end(from: at) {
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

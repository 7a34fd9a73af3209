import Analysis
import QueryLanguage

/// A query of Martlet's language as an expression of FTS5 that asks the same.
///
/// Words come analyzed: the tokenizer takes `"\u{1F}form\u{1F}form"` as it is. A compound is the phrase of its parts or its
/// joined form. Fields become column filters at the words, since FTS5 takes the intersection of nested ones.
struct FTS5Expression {
  /// FTS5 has nothing of the kind.
  struct Untranslatable: Error {
    var reason: String
  }

  private let analyzer: Analyzer
  /// Name of the column by that of the field, for fields that are searched.
  private let columns: [String: String]

  init(_ plan: Plan) throws(Failure) {
    guard let analyzer = Analyzer.named(plan.analyzer) else {
      throw Failure(
        .usage,
        "there is no analyzer \(plan.analyzer); there are \(Analyzer.names.joined(separator: ", "))"
      )
    }
    self.analyzer = analyzer
    columns = Dictionary(
      uniqueKeysWithValues: plan.columns.filter(\.isSearched).map { ($0.name, $0.sqlName) })
  }

  func callAsFunction(_ node: QueryNode) throws(Untranslatable) -> String {
    try clause(node, scope: "") ?? "\"\""
  }

  /// - Parameter scope: a column filter, or nothing.
  /// - Returns: nil: nothing is left of the clause.
  private func clause(_ node: QueryNode, scope: String) throws(Untranslatable) -> String? {
    switch node {
    case .empty: return nil
    case .term(let term):
      if term.isExact { throw Untranslatable(reason: "exact forms") }
      if term.edits > 0 { throw Untranslatable(reason: "spelling errors") }
      return term.isPrefix
        ? prefix(of: term.text, after: [], scope: scope) : try words(term.text, scope: scope)
    case .phrase(let phrase): return try self.phrase(phrase, scope: scope)
    case .near(let near): return try self.near(near, scope: scope)
    case .and(let operands): return try conjunction(operands, scope: scope)
    case .or(let operands): return try disjunction(operands, scope: scope)
    case .required(let inner), .boosted(let inner, _): return try clause(inner, scope: scope)
    case .scoped(let names, let inner):
      let known = names.compactMap { columns[$0] }
      guard known.count == names.count else {
        throw Untranslatable(reason: "fields that are not searched by words")
      }
      let list = known.map(FTS5Index.quoted).joined(separator: " ")
      return try clause(inner, scope: "{\(list)} : ")
    case .not, .all: throw Untranslatable(reason: "all documents")
    case .wildcard: throw Untranslatable(reason: "wildcards")
    case .regex: throw Untranslatable(reason: "regular expressions")
    case .interval: throw Untranslatable(reason: "ranges")
    }
  }

  private func conjunction(
    _ operands: [QueryNode], scope: String
  ) throws(Untranslatable) -> String? {
    var all: [String] = []
    var none: [String] = []
    for operand in operands {
      if case .not(let inner) = operand {
        if let clause = try clause(inner, scope: scope) { none.append(clause) }
      } else if let clause = try clause(operand, scope: scope) {
        all.append(clause)
      }
    }
    guard !all.isEmpty else {
      if none.isEmpty { return nil }
      throw Untranslatable(reason: "all documents")
    }
    var text = all.joined(separator: " AND ")
    if all.count > 1 { text = "(\(text))" }
    for clause in none { text = "(\(text) NOT \(clause))" }
    return text
  }

  private func disjunction(
    _ operands: [QueryNode], scope: String
  ) throws(Untranslatable) -> String? {
    var required: [String] = []
    var some: [String] = []
    var dropped: [String] = []
    for operand in operands {
      guard let clause = try clause(operand, scope: scope) else { continue }
      if case .required = operand {
        required.append(clause)
      } else if operands.count >= 3, case .term(let term) = operand, isStopWord(term) {
        dropped.append(clause)
      } else {
        some.append(clause)
      }
    }
    if !required.isEmpty { return Self.joined(required, by: " AND ") }
    return Self.joined(some.isEmpty ? dropped : some, by: " OR ")
  }

  private static func joined(_ clauses: [String], by operation: String) -> String? {
    clauses.count > 1 ? "(\(clauses.joined(separator: operation)))" : clauses.first
  }

  private func isStopWord(_ term: QueryNode.Term) -> Bool {
    guard !term.isPrefix else { return false }
    let tokens = self.tokens(of: term.text)
    guard tokens.count == 1 else { return false }
    let exact = tokens[0].exact
    return analyzer.isStopWord(unsafe exact.span.bytes)
  }

  // MARK: Words

  private func words(_ text: String, scope: String) throws(Untranslatable) -> String? {
    let tokens = self.tokens(of: text)
    let parts = tokens.filter { !$0.isJoined }
    guard let last = parts.last else { return nil }
    guard !parts.dropLast().contains(where: \.endsRun) else {
      throw Untranslatable(reason: "words behind a run of characters")
    }
    // A character alone may begin a pair of them.
    let phrase = scope + Self.verbatim(parts.map(\.index)) + (last.isCharacter ? " *" : "")
    guard let joined = tokens.first(where: \.isJoined), joined.isWhole else { return phrase }
    return "(\(phrase) OR \(scope)\(Self.verbatim([joined.index])))"
  }

  private func phrase(
    _ phrase: QueryNode.Phrase, scope: String
  ) throws(Untranslatable) -> String? {
    if phrase.isExact { throw Untranslatable(reason: "exact forms") }
    if phrase.slop > 0 || phrase.quorum != nil { throw Untranslatable(reason: "loose phrases") }
    guard phrase.parts.count == 1, case .text(let text) = phrase.parts[0] else {
      throw Untranslatable(reason: "phrases with gaps")
    }
    guard phrase.isPrefix else { return try words(text, scope: scope) }
    let parts = tokens(of: text).filter { !$0.isJoined }
    guard let last = parts.last else { return nil }
    return prefix(
      of: String(decoding: last.exact, as: UTF8.self), after: parts.dropLast().map(\.index),
      scope: scope)
  }

  /// Words that begin with `text`, behind `before`.
  private func prefix(of text: String, after before: [[UInt8]], scope: String) -> String {
    var exact = Array(text.utf8)
    var index = exact
    if analyzer.folds {
      let raw = exact
      Normalization.foldedExact(unsafe raw.span.bytes, into: &exact)
      Normalization.folded(unsafe exact.span.bytes, into: &index)
    }
    let found = scope + Self.verbatim(before + [index]) + " *"
    guard analyzer.stems || (analyzer.folds && exact.contains(0x27)) else { return found }
    return "(\(found) OR \(scope)\(Self.verbatim(before + [exact], isLastExact: true)) *)"
  }

  private func near(_ near: QueryNode.Near, scope: String) throws(Untranslatable) -> String? {
    guard near.operands.count == 2, !near.gaps[0].isOrdered else {
      throw Untranslatable(reason: "chains and orders of NEAR")
    }
    var phrases: [String] = []
    var forms: Set<[UInt8]> = []
    for operand in near.operands {
      let words: String
      switch operand {
      case .term(let term) where !term.isExact && !term.isPrefix && term.edits == 0:
        words = term.text
      case .phrase(let phrase) where phrase.parts.count == 1 && phrase == .init(text(of: phrase)):
        words = text(of: phrase)
      default: throw Untranslatable(reason: "groups within NEAR")
      }
      let tokens = self.tokens(of: words)
      guard !tokens.isEmpty, !tokens.contains(where: \.isJoined) else {
        throw Untranslatable(reason: "compounds within NEAR")
      }
      guard !tokens.contains(where: \.endsRun) else {
        throw Untranslatable(reason: "runs within NEAR")
      }
      // FTS5 lets one word of the text be both; Martlet asks for two.
      let isShared = tokens.contains { token in
        forms.contains { Self.mayStandTogether(token.index, $0) }
      }
      if isShared { throw Untranslatable(reason: "the same word twice within NEAR") }
      forms.formUnion(tokens.map(\.index))
      phrases.append(Self.verbatim(tokens.map(\.index)))
    }
    return "\(scope)NEAR(\(phrases.joined(separator: " ")), \(near.gaps[0].distance))"
  }

  /// Whether one word of a text may have both forms: the same, or that of a compound's first part and the joined one, which
  /// stands in its place: "1,987" has 1 and 1987.
  static func mayStandTogether(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.starts(with: b) || b.starts(with: a)
  }

  private func text(of phrase: QueryNode.Phrase) -> String {
    if case .text(let text)? = phrase.parts.first { return text }
    return ""
  }

  struct Token {
    var exact: [UInt8]
    var index: [UInt8]
    /// The joined form of a compound.
    var isJoined: Bool
    /// It stands for all of the text's words.
    var isWhole: Bool
    /// One of the characters, or pairs of them, that text without spaces is found by; the last of its run.
    var endsRun: Bool
    /// A run by itself.
    var isCharacter: Bool
  }

  func tokens(of text: String) -> [Token] { Self.tokens(of: text, analyzer) }

  static func tokens(of text: String, _ analyzer: Analyzer) -> [Token] {
    var buffer = TokenBuffer()
    var utf8 = text
    _ = utf8.withUTF8 { unsafe analyzer.tokenize($0.span.bytes, into: &buffer) }
    guard buffer.count > 0 else { return [] }
    var scratch = analyzer.makeScratch()
    let whole = buffer[0].start..<buffer[buffer.count - 1].end
    return (0..<buffer.count).compactMap { number in
      let follows = number > 0 && buffer[number - 1].isBigram
      // The pair before holds it already.
      if buffer[number].isLastOfRun, follows { return nil }
      let exact = buffer.form(number)
      var index: [UInt8] = []
      analyzer.indexForm(unsafe exact.span.bytes, scratch: &scratch, into: &index)
      let token = buffer[number]
      return Token(
        exact: exact, index: index, isJoined: token.isJoined,
        isWhole: token.start..<token.end == whole,
        endsRun: token.isLastOfRun
          || (token.isBigram && number + 1 < buffer.count && buffer[number + 1].isLastOfRun),
        isCharacter: token.isLastOfRun)
    }
  }

  /// A string of FTS5 that its tokenizer takes as these forms.
  /// - Parameter isLastExact: the last is an exact form, not an index form.
  private static func verbatim(_ forms: [[UInt8]], isLastExact: Bool = false) -> String {
    var bytes: [UInt8] = [UInt8(ascii: "\"")]
    for (number, form) in forms.enumerated() {
      bytes.append(FTS5Tokenizer.verbatim)
      if isLastExact, number == forms.count - 1 { bytes.append(FTS5Tokenizer.exact) }
      for byte in form {
        if byte == UInt8(ascii: "\"") { bytes.append(byte) }
        bytes.append(FTS5Tokenizer.admitted(byte))
      }
    }
    bytes.append(UInt8(ascii: "\""))
    return String(decoding: bytes, as: UTF8.self)
  }
}

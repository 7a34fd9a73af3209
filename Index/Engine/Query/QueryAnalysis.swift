// Query text through the analyzer of the field that it searches: the same function as the documents went
// through. One object a query, kept from query to query: a text is tokenised once, however many fields share an
// analyzer.

import Analysis
import Synchronization

final class QueryAnalysis: Sendable {
  struct Token {
    var exact: [UInt8]
    var index: [UInt8]
    /// From 0 in the text.
    var position: Int
    /// The joined form of a compound, at the position of its first part.
    var isJoined: Bool
    /// A part of a compound, and not its first.
    var isContinuation: Bool
    /// Two characters of a run (Analysis/Pairs.swift). The last character of a run has no token of its own here.
    var isBigram: Bool
    /// A run of one character: in documents the beginning of a bigram, or what a run ends with.
    var isCharacter: Bool

    /// Written with diacritics, or otherwise than folding writes it: its exact form is worth asking for.
    var isMarked: Bool

    /// The position behind it.
    var end: Int { position + (isBigram ? 2 : 1) }
  }

  private struct Known {
    var analyzer: Analyzer
    var text: String
    var isASCII: Bool
    var tokens: [Token]

    /// Byte by byte: equal strings may be composed differently, and some analyzers keep that. Nothing but itself is
    /// as long as a text of ASCII and equal to it.
    func holds(_ other: String) -> Bool {
      text == other && text.utf8.count == other.utf8.count
        && (isASCII || text.utf8.elementsEqual(other.utf8))
    }
  }

  private struct State: ~Copyable {
    /// The texts last asked for: field after field asks for the same.
    var known: [Known] = []
    /// The one of them to be forgotten next.
    var oldest = 0
    /// With room for what the tokenizer makes room for at once.
    var buffer = TokenBuffer(capacity: 288)
  }

  private static let knownLimit = 16

  private let schema: Schema
  /// By field.
  private let analyzers: [Analyzer?]
  private let variants: FieldVariants
  private let state = Mutex(State())

  init(schema: Schema, analyzers: [Analyzer?], variants: FieldVariants = FieldVariants()) {
    self.schema = schema
    self.analyzers = analyzers
    self.variants = variants
  }

  /// The analyzer of a text field's values, or of the words of a keyword field's; nil for other types.
  static func analyzer(of field: Field) -> Analyzer? {
    switch field.type {
    case .text: Analyzer.named(field.isAuto ? "standard" : field.analyzer ?? "standard")
    case .keyword: Analyzer.named("standard")
    case .integer, .double, .date, .boolean: nil
    }
  }

  /// nil for a field without words.
  func analyzer(of field: Int) -> Analyzer? {
    field < analyzers.count ? analyzers[field] : variants.analyzer(of: field)
  }

  /// The same fields, each with its variants, in the order of their numbers.
  func withVariants(_ scope: [ScopeField]) -> [ScopeField] {
    if variants.isEmpty { return scope }
    var result: [ScopeField] = []
    for field in scope {
      result.append(field)
      for number in variants.of(field.number) {
        result.append(ScopeField(number: number, weight: field.weight))
      }
    }
    return result.sorted { $0.number < $1.number }
  }

  func tokens(of text: String, field: Int) -> [Token] {
    guard let analyzer = analyzer(of: field) else { return [] }
    return state.withLock { state in
      for known in state.known.reversed() where known.analyzer === analyzer && known.holds(text) {
        return known.tokens
      }
      state.buffer.removeAll()
      let bytes = Array(text.utf8)
      let tokens = Self.tokens(of: bytes, analyzer, &state.buffer)
      let new = Known(
        analyzer: analyzer, text: text, isASCII: bytes.allSatisfy { $0 < 0x80 }, tokens: tokens)
      if state.known.count < Self.knownLimit {
        state.known.append(new)
      } else {
        state.known[state.oldest] = new
        state.oldest = (state.oldest + 1) % Self.knownLimit
      }
      return tokens
    }
  }

  /// Forgets all texts, for another query.
  func forget() {
    state.withLock {
      $0.known.removeAll(keepingCapacity: true)
      $0.oldest = 0
    }
  }

  private static func tokens(
    of text: [UInt8], _ analyzer: Analyzer, _ buffer: inout TokenBuffer
  ) -> [Token] {
    _ = analyzer.tokenize(unsafe text.span.bytes, into: &buffer)
    var scratch = analyzer.makeScratch()
    var tokens: [Token] = []
    for i in 0..<buffer.count {
      // The bigram before holds it already.
      if buffer[i].isLastOfRun, i > 0, buffer[i - 1].isBigram { continue }
      let exact = buffer.form(i)
      var index: [UInt8] = []
      analyzer.indexForm(unsafe exact.span.bytes, scratch: &scratch, into: &index)
      let token = buffer[i]
      tokens.append(
        Token(
          exact: exact, index: index, position: Int(token.position), isJoined: token.isJoined,
          isContinuation: !token.isJoined && !token.isRestartPoint, isBigram: token.isBigram,
          isCharacter: token.isLastOfRun, isMarked: isMarked(exact, index)))
    }
    return tokens
  }

  /// ASCII, which most words are, has no marks. Where the index form is the exact one nothing was folded.
  private static func isMarked(_ exact: [UInt8], _ index: [UInt8]) -> Bool {
    guard exact.contains(where: { $0 >= 0x80 }), exact != index else { return false }
    var folded: [UInt8] = []
    Normalization.folded(unsafe exact.span.bytes, into: &folded)
    return folded != exact
  }

  /// Whether the text is one word that the field's analyzer calls a stop word.
  func isStopWord(_ text: String, field: Int) -> Bool {
    guard let analyzer = analyzer(of: field) else { return false }
    let tokens = tokens(of: text, field: field)
    guard tokens.count == 1 else { return false }
    let exact = tokens[0].exact
    return analyzer.isStopWord(unsafe exact.span.bytes)
  }

  /// Whether a part of a compound says something by itself: it is no single character and no stop word.
  func standsAlone(_ form: [UInt8], field: Int) -> Bool {
    guard form.count(where: { $0 & 0xC0 != 0x80 }) > 1,
      let analyzer = analyzer(of: field)
    else { return false }
    return !analyzer.isStopWord(unsafe form.span.bytes)
  }

  /// A piece of a word as the terms of a space have it, without stemming: the beginning of a word has no stem.
  func folded(_ text: String, field: Int, space: TermSpace) -> [UInt8] {
    let raw = Array(text.utf8)
    guard space != .value, let analyzer = analyzer(of: field), analyzer.name != "whitespace",
      analyzer.name != "keyword"
    else { return raw }
    var exact: [UInt8] = []
    Normalization.foldedExact(unsafe raw.span.bytes, into: &exact)
    guard space == .index else { return exact }
    var folded: [UInt8] = []
    Normalization.folded(unsafe exact.span.bytes, into: &folded)
    return folded
  }
}

extension Schema {
  /// Only whole values are looked for: the id.
  func isRaw(_ number: Int) -> Bool { number == 0 }

  /// Numbers of the fields that words search where none is named: those of `defaultFields`, else all indexed text
  /// and keyword fields but the id.
  var defaultFieldNumbers: [Int] {
    if let defaultFields { return defaultFields.compactMap { number(of: $0) } }
    return fields.indices.filter { number in
      let field = fields[number]
      return number != 0 && field.indexed && (field.type == .text || field.type == .keyword)
    }
  }

  /// The same fields, in their order.
  var defaultScope: [ScopeField] {
    defaultFieldNumbers.sorted().map { ScopeField(number: $0, weight: fields[$0].weight) }
  }
}

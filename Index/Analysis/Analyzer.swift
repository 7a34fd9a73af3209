import CStemmer

/// Text to tokens, and words to index terms: an analyzer by name. Immutable and safe to share among threads; what changes
/// lives in the caller's `TokenBuffer` and `Scratch`.
///
/// The module in reading order: TextBytes (bounded UTF-8), UnicodeTables (generated data), WordBreaker (UAX #29),
/// Tokenizer, Compound and Pairs (words, compounds and bigrams into a TokenBuffer), Normalization (exact and folded forms),
/// Language (what is known of one), Analyzer.
///
/// A word has two forms. Its *exact form* is made while tokenising; its *index form* is a pure function of the exact form,
/// so that documents and queries agree whoever computes it, and it is computed once for each distinct word of a
/// segment, not once for each token.
public final class Analyzer: Sendable {
  /// Bytes of the longest form; a longer word is cut after a whole character.
  public static let maxFormLength = 255

  public let name: String
  /// Changes whenever the same text may give other tokens or forms: rules, tables, stemmer.
  public let fingerprint: UInt64
  let kind: Kind
  let language: Language?
  let tables = UnicodeTables.shared
  /// Stop words in all forms that they are looked up by.
  private let stopForms: Set<[UInt8]>
  private let longestStopForm: Int

  enum Kind: UInt64 {
    case words = 1
    case whitespace = 2
    case keyword = 3
    /// As `words`, with Hangul in bigrams.
    case cjk = 4

    /// Words are tokenised by `Tokenizer`, and folded.
    var isOfWords: Bool { self == .words || self == .cjk }
  }

  /// To be raised with every change of the rules in code; the tables bring their own digest.
  private static let rulesVersion: UInt64 = 2

  /// Nil when libstemmer does not know the language's algorithm.
  init?(name: String, kind: Kind, language: Language?) {
    self.name = name
    self.kind = kind
    self.language = language
    var hash = FormHash.mix(Self.rulesVersion, kind.rawValue)
    if kind.isOfWords { hash = FormHash.mix(hash, UnicodeDataTables.digest) }
    var forms: Set<[UInt8]> = []
    if let language {
      let scratch = Scratch(name: name, algorithm: language.algorithm)
      guard scratch.hasStemmer else { return nil }
      hash = FormHash.mix(hash, language.fingerprint(scratch))
      for word in language.stopWords {
        var folded: [UInt8] = []
        Normalization.folded(unsafe word.span.bytes, into: &folded)
        var stem = folded
        language.stem(&stem, scratch)
        forms.formUnion([word, folded, stem])
      }
    }
    fingerprint = hash
    stopForms = forms
    longestStopForm = forms.map(\.count).max() ?? 0
  }

  /// The analyzer called `name`: `standard`, `cjk`, `whitespace`, `keyword`, or a language by its English name or its code
  /// of ISO 639-1, whatever follows that (`portuguese`, `pt`, `pt-BR`); in any case. One object a name.
  public static func named(_ name: String) -> Analyzer? {
    AnalyzerRegistry.shared.analyzer(name)
  }

  /// The names of all analyzers: those of languages in English.
  public static var names: [String] { AnalyzerRegistry.shared.names }

  /// Appends the tokens of `text` with their exact forms to `buffer`.
  ///
  /// `text` is UTF-8; ill-formed bytes separate words. Offsets are those of `text`; positions begin at `positionBase`. Text beyond
  /// 512 MiB is left out, and so is text for a buffer that holds 1.5 GiB of forms.
  /// - Returns: The number of positions taken, which is the text's part of the field's length: joined forms of compounds do not
  ///   count.
  public func tokenize(
    _ text: RawSpan, into buffer: inout TokenBuffer, positionBase: Int = 0
  ) -> Int {
    var start = 0
    return tokenize(text, from: &start, positionBase: positionBase, limit: .max, into: &buffer)
  }

  /// Tokenises a window of `text`: as `tokenize(_:into:positionBase:)`, but from the byte `start` on, and stops after the compound
  /// with which `buffer` holds `limit` tokens or more (at most 64 more).
  /// - Parameter start: 0, or the start of a token that is a restart point, or what the call before left here: where to go on,
  ///   the end of the text when nothing is left.
  public func tokenize(
    _ text: RawSpan, from start: inout Int, positionBase: Int, limit: Int,
    into buffer: inout TokenBuffer
  ) -> Int {
    let limit = buffer.tokenLimit(limit)
    let first = max(start, 0)
    var counted = 0
    unsafe text.withUnsafeBytes { raw in
      let bytes = unsafe TextBytes(
        UnsafeRawBufferPointer(rebasing: raw.prefix(TokenBuffer.maxTextCount)))
      let stop: Int
      switch kind {
      case .words, .cjk:
        var tokenizer = Tokenizer(
          bytes, tables: tables, positionBase: positionBase, pairsHangul: kind == .cjk)
        stop = tokenizer.run(from: first, limit: limit, into: &buffer)
        counted = tokenizer.positions
      case .whitespace:
        var tokenizer = PlainTokenizer(bytes, positionBase: positionBase)
        stop = tokenizer.splitAtSpace(from: first, limit: limit, into: &buffer)
        counted = tokenizer.positions
      case .keyword:
        var tokenizer = PlainTokenizer(bytes, positionBase: positionBase)
        stop = tokenizer.takeWhole(from: first, limit: limit, into: &buffer)
        counted = tokenizer.positions
      }
      start = stop == bytes.count ? raw.count : stop
    }
    return counted
  }

  /// Where the character of a run that begins at `start`, the start of a token, ends.
  public func characterEnd(_ text: RawSpan, at start: Int) -> Int {
    unsafe text.withUnsafeBytes { raw in
      let bytes = unsafe TextBytes(
        UnsafeRawBufferPointer(rebasing: raw.prefix(TokenBuffer.maxTextCount)))
      return Tokenizer(bytes, tables: tables, positionBase: 0).breaker.characterEnd(start)
    }
  }

  /// Replaces `output` by the index form of `exact`, the exact form of a token. Never empty when `exact` is not.
  /// - Parameter scratch: One that this analyzer made.
  public func indexForm(_ exact: RawSpan, scratch: inout Scratch, into output: inout [UInt8]) {
    precondition(scratch.name == name, "a scratch of another analyzer")
    guard kind.isOfWords else {
      output.removeAll(keepingCapacity: true)
      append(exact, to: &output)
      return
    }
    Normalization.folded(exact, into: &output)
    dropPossessive(&output)
    language?.stem(&output, scratch)
    if output.isEmpty { append(exact, to: &output) }
  }

  /// Whether the index form of `exact`, an exact form, is seen to be itself, without making it.
  public func keeps(_ exact: RawSpan) -> Bool {
    guard kind.isOfWords else { return true }
    guard language == nil else { return false }
    return unsafe exact.withUnsafeBytes { raw in
      let text = unsafe TextBytes(raw)
      var i = 0
      while i < text.count {
        // Beyond the end come zeros.
        let bytes = text.word(i)
        if bytes & ASCII.highs != 0 || ASCII.has(0x22, bytes) || ASCII.has(0x27, bytes) {
          return false
        }
        i &+= 8
      }
      return true
    }
  }

  /// Whether the word is one that a long OR query can leave out. Takes exact or index forms.
  public func isStopWord(_ form: RawSpan) -> Bool {
    guard form.byteCount <= longestStopForm else { return false }
    return unsafe form.withUnsafeBytes { raw in stopForms.contains(unsafe Array(raw)) }
  }

  /// The hash that a token of this exact form carries.
  public static func hash(of form: RawSpan) -> UInt64 {
    unsafe form.withUnsafeBytes { raw in
      let bytes = unsafe TextBytes(raw)
      return unsafe FormHash.of(bytes.base, count: bytes.count)
    }
  }

  public func makeScratch() -> Scratch {
    Scratch(name: name, algorithm: language?.algorithm)
  }

  /// The working memory of `indexForm`: a stemmer, which is not safe to share among threads.
  @safe
  public struct Scratch: ~Copyable {
    let name: String
    private let stemmer: OpaquePointer?

    init(name: String, algorithm: String?) {
      self.name = name
      unsafe stemmer = algorithm.flatMap { unsafe sb_stemmer_new($0, "UTF_8") }
    }

    deinit {
      if let stemmer = unsafe stemmer { unsafe sb_stemmer_delete(stemmer) }
    }

    var hasStemmer: Bool { unsafe stemmer != nil }

    /// Replaces `word` by its stem.
    func stem(_ word: inout [UInt8]) {
      guard let stemmer = unsafe stemmer, !word.isEmpty else { return }
      guard let stem = unsafe sb_stemmer_stem(stemmer, word, Int32(word.count)) else { return }
      let count = Int(unsafe sb_stemmer_length(stemmer))
      guard count > 0 else { return }
      unsafe word.replaceSubrange(
        0..., with: UnsafeBufferPointer(start: stem, count: count))
    }
  }

  /// `finland's` is `finland`.
  private func dropPossessive(_ word: inout [UInt8]) {
    if word.count > 2, word[word.count - 1] == 0x73, word[word.count - 2] == 0x27 {
      word.removeLast(2)
    }
  }

  private func append(_ bytes: RawSpan, to output: inout [UInt8]) {
    unsafe bytes.withUnsafeBytes { raw in unsafe output.append(contentsOf: raw) }
  }
}

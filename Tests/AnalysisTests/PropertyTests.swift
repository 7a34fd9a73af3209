import Testing

@testable import Analysis

/// What must hold for any text.
struct AnalysisPropertyTests {
  let seed = UInt64.random(in: 0...UInt64.max)

  func generator(_ name: String) -> SeededGenerator {
    print("\(name): seed \(seed)")
    return SeededGenerator(seed: seed)
  }

  @Test func theFastWayGivesWhatTheGeneralWayGives() {
    var random = generator("fast way")
    let alphabet = Array("abzAZ019  '.,-_@&:;/+\n\0\"".utf8)
    for round in 0..<4000 {
      var text: [UInt8]
      if round % 2 == 0 {
        text = (0..<Int.random(in: 0...60, using: &random)).map { _ in
          alphabet.randomElement(using: &random)!
        }
      } else {
        text = randomText(20, illFormed: true, &random)
      }
      if round % 100 == 0 {
        text += [UInt8](repeating: 0x61, count: Int.random(in: 4080...4110, using: &random)) + text
      }
      unsafe text.withUnsafeBytes { raw in
        let bytes = unsafe TextBytes(raw)
        var fast = TokenBuffer()
        var general = TokenBuffer()
        var tokenizer = Tokenizer(bytes, tables: .shared, positionBase: 7)
        #expect(tokenizer.run(from: 0, limit: .max, into: &fast) == text.count)
        let positions = tokenizer.positions
        tokenizer.positions = 0
        tokenizer.runGenerally(into: &general)
        #expect(tokenizer.positions == positions)
        #expect(plainTokens(fast) == plainTokens(general), "\(text)")
      }
    }
  }

  @Test func whiteSpaceAloneSeparatesForWhitespace() {
    var random = generator("whitespace")
    let analyzer = Analyzer.named("whitespace")!
    for round in 0..<2000 {
      var text = randomText(30, illFormed: true, &random)
      if round % 20 == 0 {
        text += [UInt8](repeating: 0x78, count: Int.random(in: 250...260, using: &random)) + text
      }
      var words: [Range<Int>] = []
      unsafe text.withUnsafeBytes { raw in
        let bytes = unsafe TextBytes(raw)
        var at = 0
        var start = 0
        while at < text.count {
          let (value, length) = bytes.scalar(at)
          if PlainTokenizer.isSpace(value) {
            if start < at { words.append(start..<at) }
            start = at + length
          }
          at += length
        }
        if start < text.count { words.append(start..<text.count) }
      }
      let tokens = analyzer.tokens(text)
      #expect(tokens.map { $0.start..<$0.end } == words, "\(text)")
      for token in tokens where token.end - token.start <= Analyzer.maxFormLength {
        #expect(token.exact == Array(text[token.start..<token.end]))
      }
    }
  }

  @Test(arguments: Analyzer.names)
  func whatAnAnalyzerKeepsIsItsOwnIndexForm(name: String) {
    var random = generator("kept, \(name)")
    let analyzer = Analyzer.named(name)!
    for _ in 0..<500 {
      for token in analyzer.tokens(randomText(10, illFormed: true, &random))
      where analyzer.keeps(unsafe token.exact.span.bytes) {
        #expect(analyzer.indexForm(token.exact) == token.exact, "\(token)")
      }
    }
  }

  @Test(arguments: tokenizing)
  func tokenisingCanStartAgainAtAnyRestartPoint(name: String) {
    var random = generator("restart, \(name)")
    let analyzer = Analyzer.named(name)!
    for round in 0..<300 {
      var text = randomText(40, illFormed: true, &random)
      if round % 50 == 0 { text += Array(String(repeating: "a.b-", count: 100).utf8) }
      let all = analyzer.tokens(text)
      guard let at = all.indices.randomElement(using: &random), all[at].isRestartPoint
      else { continue }
      var rest = analyzer.tokens(Array(text[all[at].start...]))
      for i in rest.indices {
        rest[i].start += all[at].start
        rest[i].end += all[at].start
        rest[i].position += all[at].position
      }
      #expect(rest == Array(all[at...]), "\(text) at \(all[at])")
    }
  }

  @Test(arguments: tokenizing)
  func windowsGiveWhatTheWholeGives(name: String) {
    var random = generator("windows, \(name)")
    let analyzer = Analyzer.named(name)!
    for _ in 0..<300 {
      let text = randomText(60, illFormed: true, &random)
      let limit = Int.random(in: 1...9, using: &random)
      var tokens: [PlainToken] = []
      var buffer = TokenBuffer()
      var start = 0
      var counted = 0
      while start < text.count {
        buffer.removeAll()
        let before = start
        counted += analyzer.tokenize(
          unsafe text.span.bytes, from: &start, positionBase: counted, limit: limit, into: &buffer)
        #expect(start > before)
        #expect(buffer.count <= limit + Tokenizer.maxChainParts)
        tokens += plainTokens(buffer)
      }
      #expect(start == text.count)
      #expect(tokens == analyzer.tokens(text), "\(text)")
    }
  }

  @Test(arguments: tokenizing)
  func offsetsLieOnCharacterBoundariesAndInOrder(name: String) {
    var random = generator("offsets, \(name)")
    let analyzer = Analyzer.named(name)!
    for round in 0..<1000 {
      let illFormed = round % 2 == 0
      let text = randomText(40, illFormed: illFormed, &random)
      var boundaries: Set<Int> = []
      unsafe text.withUnsafeBytes { raw in
        let bytes = unsafe TextBytes(raw)
        var at = 0
        while at < text.count {
          boundaries.insert(at)
          at += bytes.scalar(at).length
        }
        boundaries.insert(text.count)
      }
      var last = 0
      var lastPosition = -1
      for token in analyzer.tokens(text) {
        #expect(token.start < token.end && boundaries.isSuperset(of: [token.start, token.end]))
        #expect(!token.exact.isEmpty && token.exact.count <= Analyzer.maxFormLength)
        #expect(
          (illFormed && ["whitespace", "keyword"].contains(name))
            || String(validating: token.exact, as: UTF8.self) != nil)
        #expect(token.hash == Analyzer.hash(of: unsafe token.exact.span.bytes))
        if token.flags & TokenBuffer.Token.joined != 0 {
          #expect(token.position == lastPosition)
        } else {
          #expect(token.start >= last && token.position == lastPosition + 1)
          last = token.flags & TokenBuffer.Token.bigram != 0 ? token.start + 1 : token.end
          lastPosition = token.position
        }
      }
    }
  }

  @Test func theExactFormOfAnExactFormIsItself() {
    var random = generator("exact form")
    for _ in 0..<500 {
      let text = randomText(20, illFormed: false, &random)
      let once = exactForm(text)
      #expect(exactForm(once) == once)
      for token in Analyzer.named("standard")!.tokens(text) where token.exact.count < 250 {
        #expect(exactForm(token.exact) == token.exact, "\(token)")
      }
    }
  }

  /// Of the ASCII alone, the fast way and the tables.
  @Test func asciiMapsAsTheTablesSay() {
    let tables = UnicodeTables.shared
    for byte in UInt8(0)..<0x80 {
      for length in [1, 8, 9] {
        let bytes = [UInt8](repeating: byte, count: length)
        var mapped: [UInt32] = []
        for _ in 0..<length { tables.exact.append(UInt32(byte), to: &mapped) }
        #expect(exactForm(bytes).map(UInt32.init) == mapped)
        mapped = []
        for _ in 0..<length { tables.index.append(UInt32(byte), to: &mapped) }
        var folded: [UInt8] = []
        Normalization.folded(unsafe bytes.span.bytes, into: &folded)
        #expect(folded.map(UInt32.init) == mapped)
      }
    }
  }

  @Test func canonicallyEquivalentWordsHaveOneExactForm() {
    var random = generator("equivalence")
    let standard = Analyzer.named("standard")!
    for _ in 0..<500 {
      let text = randomText(12, illFormed: false, &random)
      let composed = Normalization.nfc(unsafe text.span.bytes)
      #expect(exactForm(text) == exactForm(composed))
      #expect(
        standard.tokens(text).map(\.exact) == standard.tokens(composed).map(\.exact), "\(text)")
    }
  }

  /// A word that is searched for as the index shows it is found again.
  @Test func theFoldedFormOfAFoldedFormIsItself() {
    var random = generator("folded form")
    for _ in 0..<500 {
      let exact = exactForm(randomText(12, illFormed: false, &random))
      var once: [UInt8] = []
      var twice: [UInt8] = []
      Normalization.folded(unsafe exact.span.bytes, into: &once)
      Normalization.folded(unsafe once.span.bytes, into: &twice)
      #expect(once == twice, "\(exact)")
    }
  }

  @Test func queriesAndDocumentsAgreeOnIndexForms() {
    var random = generator("agreement")
    for name in Analyzer.names {
      let analyzer = Analyzer.named(name)!
      var shared = analyzer.makeScratch()
      for _ in 0..<100 {
        for token in analyzer.tokens(randomText(20, illFormed: true, &random)) {
          var index: [UInt8] = [0xFF]
          analyzer.indexForm(unsafe token.exact.span.bytes, scratch: &shared, into: &index)
          #expect(!index.isEmpty)
          #expect(index == analyzer.indexForm(token.exact))
        }
      }
    }
  }
}

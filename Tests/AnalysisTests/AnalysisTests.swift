import Testing

@testable import Analysis

struct TokenizerTests {
  let standard = Analyzer.named("standard")!

  @Test(
    arguments: [
      ("don't", ["don't"]), ("Finland’s", ["finland's"]), ("‘quoted’ 'too'", ["quoted", "too"]),
      ("ʼn", ["'n"].map { String($0.dropFirst()) }), ("＇x＇y", ["x'y"]),
      ("COVID-19", ["covid", "[covid19]", "19"]), ("U.S.", ["u", "[us]", "s"]),
      ("3.5", ["3", "5"]), ("1,234", ["1", "[1234]", "234"]), ("10-20", ["10", "20"]),
      ("1'000'000", ["1", "[1000000]", "000", "000"]),
      ("foo@bar.com", ["foo", "[foobarcom]", "bar", "com"]),
      ("www.kremlin.ru", ["www", "[wwwkremlinru]", "kremlin", "ru"]),
      ("co-operate", ["co", "[cooperate]", "operate"]),
      ("co‐operate", ["co", "[cooperate]", "operate"]), ("co\u{AD}operate", ["cooperate"]),
      ("C++", ["c"]), ("a/b", ["a", "b"]), ("AT&T", ["at", "[att]", "t"]),
      ("snake_case", ["snake", "[snakecase]", "case"]), ("a__b", ["a", "b"]), ("___", []),
      ("_x_", ["x"]), ("a--b", ["a", "b"]), ("a - b", ["a", "b"]), ("-x", ["x"]),
      ("Russia–NATO", ["russia", "nato"]), ("12:30", ["12", "30"]), ("EU:n", ["eu", "[eun]", "n"]),
      ("end.Start", ["end", "[endstart]", "start"]), ("the end. A", ["the", "end", "a"]),
      ("COVID-19's", ["covid", "[covid19]", "19", "s"]), ("U.S.-led", ["u", "[us]", "s", "led"]),
      ("İstanbul ISTANBUL", ["i̇stanbul", "istanbul"]), ("straße STRASSE", ["strasse", "strasse"]),
      ("Łódź Søren Niinistö", ["łódź", "søren", "niinistö"]),
      ("ΣΊΣΥΦΟΣ σίσυφος", ["σίσυφοσ", "σίσυφοσ"]),
      ("H₂O", ["h₂o"]), ("word¹", ["word"]), ("صباح", ["صباح"]),
      ("צה״ל צה\"ל", ["צה\"ל", "צה\"ל"]),
      ("😀 👍🏽 🇫🇮🇸🇪", ["😀", "👍🏽", "🇫🇮", "🇸🇪"]), ("© ™️", ["™"]),
      ("한국어", ["한국어"]), ("a\u{0}b", ["a", "b"]), ("", []), (" \n\t", []), ("— & !", []),
      ("Москва-река", ["москва", "[москварека]", "река"]),
      ("1\u{202F}234", ["1", "[1234]", "234"]),
    ] as [(String, [String])])
  func exactForms(text: String, expected: [String]) {
    #expect(standard.exactForms(text) == expected)
  }

  @Test func decomposedAndComposedTextIsTheSameWord() {
    #expect(standard.exactForms("Niinisto\u{308}") == ["niinistö"])
    #expect(standard.exactForms("a\u{323}\u{307}") == standard.exactForms("a\u{307}\u{323}"))
    #expect(standard.exactForms("\u{1112}\u{1161}\u{11AB}") == ["한"])
  }

  @Test func compoundsHaveTheirPartsAtSuccessivePositionsAndTheJoinedFormAtTheFirst() {
    let tokens = standard.tokens("the COVID-19 test")
    #expect(tokens.map(\.position) == [0, 1, 1, 2, 3])
    #expect(tokens.map { $0.start..<$0.end } == [0..<3, 4..<9, 4..<12, 10..<12, 13..<17])
    #expect(
      tokens.map(\.flags) == [
        0, 0, TokenBuffer.Token.joined, TokenBuffer.Token.continuation, 0,
      ])
  }

  @Test func positionsBeginAtTheBaseAndJoinedFormsDoNotCount() {
    var buffer = TokenBuffer()
    let text = Array("U.S. x".utf8)
    #expect(standard.tokenize(unsafe text.span.bytes, into: &buffer, positionBase: 100) == 3)
    #expect(standard.tokenize(unsafe text.span.bytes, into: &buffer, positionBase: 203) == 3)
    #expect(
      plainTokens(buffer).map(\.position) == [100, 100, 101, 102, 203, 203, 204, 205])
    #expect(plainTokens(buffer)[4].exact == Array("u".utf8))
  }

  @Test func compoundsOfManyPartsOrOfMuchTextHaveNoJoinedForm() {
    let eight = Array(repeating: "ab", count: 8).joined(separator: "-")
    #expect(standard.tokens(eight).count == 9)
    #expect(standard.tokens(eight + "-ab").count == 9)
    let long = String(repeating: "x", count: 40)
    #expect(standard.tokens(long + "-" + String(repeating: "y", count: 24)).count == 3)
    #expect(standard.tokens(long + "-" + String(repeating: "y", count: 25)).count == 2)
  }

  @Test func longWordsAreSeveralAndTheirFormsAreCutBetweenCharacters() {
    let ascii = standard.tokens(String(repeating: "a", count: 10_000))
    #expect(ascii.map(\.end) == [4096, 8192, 10_000])
    #expect(ascii.map(\.exact.count) == [255, 255, 255])
    let euro = standard.tokens(
      String(repeating: "中é", count: 1) + String(repeating: "éö", count: 300))
    #expect(euro.count == 2)
    #expect(euro[1].exact.count == 254)
    let marked = standard.tokens(String(repeating: "e\u{301}\u{323}", count: 3000))
    #expect(marked.allSatisfy { $0.exact.count <= 255 && !$0.exact.isEmpty })
    #expect(marked.count == 4)
  }

  /// Each of these took quadratic time in some tokenizer.
  @Test func muchOfOneThingIsTokenisedInBounds() {
    for piece in [
      "a", "1", "é", "-", "a-", "a.", "1,", "_", "a_", "'", "a'", "\u{301}", "東", "\u{1F1EB}",
      "\u{200D}", "👍\u{200D}", "a.\u{301}", "\u{E0020}", "\u{0}", " ", "כ\"", "\u{1100}",
    ] {
      let text = Array(String(repeating: piece, count: (1 << 16) / piece.utf8.count).utf8)
      for name in tokenizing {
        let tokens = Analyzer.named(name)!.tokens(text)
        #expect(tokens.allSatisfy { $0.exact.count <= Analyzer.maxFormLength && !$0.exact.isEmpty })
      }
    }
    let broken = standard.tokens([UInt8](repeating: 0xE2, count: 1 << 16))
    #expect(broken.isEmpty)
  }

  @Test func illFormedBytesSeparateWords() {
    let tokens = standard.tokens(
      Array("caf".utf8) + [0xE9] + Array("bar ".utf8) + [0xF0, 0x9F] + Array("x".utf8))
    #expect(tokens.map { String(decoding: $0.exact, as: UTF8.self) } == ["caf", "bar", "x"])
    #expect(tokens.map { $0.start..<$0.end } == [0..<3, 4..<7, 10..<11])
  }

  @Test func whitespaceAndKeywordLeaveTheirTextAsItIs() {
    let whitespace = Analyzer.named("whitespace")!
    #expect(whitespace.exactForms(" Foo-Bar\u{3000}U.S.\u{A0}É\n") == ["Foo-Bar", "U.S.", "É"])
    #expect(whitespace.indexForms("Foo's É") == ["Foo's", "É"])
    let keyword = Analyzer.named("keyword")!
    #expect(keyword.exactForms(" Foo Bar ") == [" Foo Bar "])
    #expect(keyword.indexForms("Foo's É") == ["Foo's É"])
    #expect(keyword.tokens("").isEmpty)
  }
}

struct IndexFormTests {
  let standard = Analyzer.named("standard")!
  let english = Analyzer.named("english")!

  @Test(arguments: [
    ("don't", "don't"), ("Finland’s", "finland"), ("O'Neill's", "o'neill"), ("'s", "s"),
    ("İstanbul", "istanbul"),
    ("ISTANBUL", "istanbul"), ("ısı", "isi"), ("straße", "strasse"), ("ẞ", "ss"), ("Łódź", "lodz"),
    ("Søren", "soren"), ("Niinistö", "niinisto"), ("Þórð", "thord"), ("Ærø", "aero"),
    ("Œuvre", "oeuvre"),
    ("Đà", "da"), ("Ħal", "hal"), ("Ŧ", "t"), ("Ŋ", "n"), ("ƒ", "f"), ("ﬁne", "fine"), ("Ａ１", "a1"),
    ("ⅷ", "viii"), ("H₂O", "h2o"), ("٣٤", "34"), ("мой", "мой"), ("Ёлка", "елка"), ("ΆΛΦΑ", "αλφα"),
    ("שָׁלוֹם", "שלום"), ("צה״ל", "צהל"), ("مُحَمَّد", "محمد"), ("محـمد", "محمد"), ("أحمد", "احمد"),
    ("हिन्दी", "हिन्दी"), ("ガ", "ガ"), ("ｶﾞ", "ガ"), ("か\u{3099}", "が"), ("한국", "한국"), ("ㄱ", "ᄀ"), ("Å", "a"),
    ("ệ", "e"),
  ])
  func standardForm(text: String, expected: String) {
    #expect(standard.indexForms(text) == [expected])
  }

  @Test(arguments: [
    ("running", "run"), ("Presidents", "presid"), ("president's", "presid"),
    ("deterrent", "deterr"),
    ("résumés", "resum"), ("don't", "don't"), ("flies", "fli"), ("COVID", "covid"),
    ("Москва", "москва"),
  ])
  func englishForm(text: String, expected: String) {
    #expect(english.indexForms(text) == [expected])
  }

  @Test func stopWordsAreThoseOfLuceneInBothForms() {
    let words = english.language!.stopWords
    #expect(words.count == 33)
    for word in words {
      #expect(english.isStopWord(unsafe word.span.bytes))
      let index = english.indexForm(word)
      #expect(
        english.isStopWord(unsafe index.span.bytes), "\(String(decoding: word, as: UTF8.self))")
      #expect(!standard.isStopWord(unsafe word.span.bytes))
    }
    #expect(english.explain("The president").map(\.isStopWord) == [true, false])
  }

  @Test func aFormOfMarksAloneKeepsThem() {
    #expect(standard.indexForm(Array("\u{64B}".utf8)) == Array("\u{64B}".utf8))
    #expect(standard.indexForm(Array("ـ".utf8)) == Array("ـ".utf8))
  }

  @Test func exactFormsOfAnyTextFoldCaseAlone() {
    #expect(exactForm("The Łódź — FILE’S") == "the łódź — file's")
    #expect(exactForm("A\u{30A}") == "å")
    #expect(exactForm([0x41, 0xFF, 0x42]) == Array("a\u{FFFD}b".utf8))
    #expect(exactForm("") == "")
  }

  @Test func fingerprintsTellAnalyzersApart() {
    let prints = Analyzer.names.map { Analyzer.named($0)!.fingerprint }
    #expect(Set(prints).count == prints.count)
    #expect(Analyzer.names.prefix(4) == ["standard", "whitespace", "keyword", "cjk"])
    #expect(Analyzer.names.contains("english"))
    #expect(Analyzer.named("klingon") == nil)
  }

  @Test func explainShowsEveryStep() {
    let token = english.explain("x Niinistö’s")[1]
    #expect(token.text == "Niinistö’s")
    #expect(token.exact == "niinistö's")
    #expect(token.index == "niinisto")
    #expect(token.position == 1)
    #expect((token.start, token.end) == (2, 15))
    #expect(!token.isJoined && !token.isStopWord)
  }
}

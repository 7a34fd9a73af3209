import Testing

@testable import Analysis

/// Text without spaces between words: bigrams, and the last character of a run by itself.
struct BigramTests {
  let standard = Analyzer.named("standard")!
  let cjk = Analyzer.named("cjk")!

  @Test(
    arguments: [
      ("東京都", ["東京", "京都", "都"]), ("東", ["東"]), ("東、京", ["東", "京"]),
      ("カタカナ", ["カタ", "タカ", "カナ", "ナ"]), ("東京タワー", ["東京", "京タ", "タワ", "ワー", "ー"]),
      ("人々の", ["人々", "々の", "の"]), ("〇〻", ["〇〻", "〻"]),
      ("ไทย", ["ไท", "ทย", "ย"]), ("น้ำใจ", ["น้ำ", "ำใ", "ใจ", "จ"]), ("ລາວ", ["ລາ", "າວ", "ວ"]),
      ("ខ្មែរ", ["ខ្មែ", "មែរ", "រ"]), ("မြန်မာ", ["မြန်", "န်မာ", "မာ"]),
      ("2024年5月", ["2024", "年", "5", "月"]), ("NATO軍", ["nato", "軍"]), ("軍NATO", ["軍", "nato"]),
      ("a_カb", ["a", "カ", "b"]), ("カ_カ", ["カ", "カ"]), ("x-カナ", ["x", "カナ", "ナ"]),
      ("か\u{3099}き", ["がき", "き"]), ("東\u{FE00}京", ["東京", "京"]),
      ("東\u{200B}京", ["東京", "京"]), ("東\u{2060}京", ["東京", "京"]),
      ("テ\nム", ["テム", "ム"]), ("テ\r\nム", ["テム", "ム"]), ("テ\n\nム", ["テ", "ム"]),
      ("テ \nム", ["テ", "ム"]), ("テ\n", ["テ"]), ("テ\nx", ["テ", "x"]),
      ("한국\n어", ["한국", "어"]), ("한국東", ["한국", "東"]), ("東한국", ["東", "한국"]),
    ] as [(String, [String])])
  func standardPairsWhatIsWrittenWithoutSpaces(text: String, expected: [String]) {
    #expect(standard.exactForms(text) == expected)
  }

  @Test(
    arguments: [
      ("한국어 판", ["한국", "국어", "어", "판"]), ("한", ["한"]), ("abc한국x", ["abc", "한국", "국", "x"]),
      ("a.한.b", ["a", "한", "b"]), ("한-국", ["한", "국"]), ("한국東京", ["한국", "국東", "東京", "京"]),
      ("한국\n어", ["한국", "국", "어"]), ("東京 don't U.S.", ["東京", "京", "don't", "u", "[us]", "s"]),
      ("\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}", ["한국", "국"]),
    ] as [(String, [String])])
  func cjkPairsHangulAsWell(text: String, expected: [String]) {
    #expect(cjk.exactForms(text) == expected)
  }

  @Test func eachCharacterBeginsOneTokenAtAPositionOfItsOwn() {
    typealias T = TokenBuffer.Token
    let tokens = standard.tokens("a 東京都x")
    #expect(tokens.map(\.position) == [0, 1, 2, 3, 4])
    #expect(tokens.map { $0.start..<$0.end } == [0..<1, 2..<8, 5..<11, 8..<11, 11..<12])
    #expect(tokens.map(\.flags) == [0, T.bigram, T.bigram, T.lastOfRun, 0])
    let broken = standard.tokens("東\n京")
    #expect(broken.map { $0.start..<$0.end } == [0..<7, 4..<7])
  }

  /// The half of a pair that is looked for is looked for as the half of a pair: bigrams of equal text are equal.
  @Test func halfwidthAndComposedTextHaveOneIndexForm() {
    #expect(standard.indexForms("ｶﾞｷﾞ") == standard.indexForms("ガギ"))
    #expect(standard.indexForms("ｶ\u{FF9E}") == ["ガ"])
    #expect(cjk.indexForms("\u{FFA1}") == cjk.indexForms("\u{1100}"))
  }

  /// No stemmer and no folding breaks a bigram.
  @Test(arguments: Analyzer.names.filter { !["whitespace", "keyword"].contains($0) })
  func bigramsAreTheSameInEveryAnalyzer(name: String) {
    let text = "東京都の人々はカタカナを ไทยน้ำ ລາວ ខ្មែរ မြန်မာ"
    #expect(Analyzer.named(name)!.indexForms(text) == standard.indexForms(text))
  }

  @Test func marksWithoutEndOnOneCharacterCostNoMoreThanTheirText() {
    for mark in ["\u{301}", "\u{3099}", "\u{200B}"] {
      let text = "東" + String(repeating: mark, count: 20_000) + "京"
      let tokens = standard.tokens(text)
      #expect(tokens.count <= 40)
      #expect(tokens.allSatisfy { $0.exact.count <= Analyzer.maxFormLength })
    }
    let lines = standard.tokens(String(repeating: "東\n", count: 1000))
    #expect(lines.count == 1000)
  }
}

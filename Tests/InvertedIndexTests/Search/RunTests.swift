// Text without spaces between words: what stands in it is found, wherever it stands, and marked.

import Testing

@testable import InvertedIndex

@Suite("Runs: text without spaces between words")
struct RunTests {
  static let lines = [
    #"{"id":"tokyo","body":"私は東京都に住んでいます。"}"#,
    #"{"id":"kyoto","body":"京都の人々は2024年度にカタカナを"}"#,
    #"{"id":"end","body":"関東"}"#,
    #"{"id":"one","body":"NATO軍 x"}"#,
    #"{"id":"thai","body":"ประเทศไทยมีน้ำใจ"}"#,
    #"{"id":"korean","body":"한국어 위키백과"}"#,
    #"{"id":"wrapped","body":"オペレーティングシステ\nムを"}"#,
    #"{"id":"half","body":"ｶﾞｲﾄﾞ"}"#,
  ]

  func found(_ query: String) throws -> String {
    try SearcherTests.searcher(Self.lines).search(SearchRequest(query: query)).hits.map(\.id)
      .sorted().joined(separator: " ")
  }

  @Test(
    "what stands in a run is found",
    arguments: [
      ("東京", "tokyo"), ("京都", "kyoto tokyo"), ("東京都", "tokyo"), ("京", "kyoto tokyo"),
      ("東", "end tokyo"), ("関東", "end"), ("都に住", "tokyo"), ("東都", ""), ("人々", "kyoto"),
      ("\"京都 人々\"", ""), ("\"京都の人々\"", "kyoto"), ("2024年", "kyoto"), ("2024年度", "kyoto"),
      ("024年", ""), ("NATO軍", "one"), ("軍", "one"), ("\"軍 x\"", "one"), ("\"年 に\"", ""),
      ("カタカナ", "kyoto"), ("タカ", "kyoto"), ("システム", "wrapped"), ("ガイド", "half"),
      ("ไทย", "thai"), ("น้ำ", "thai"), ("ประเทศไทย", "thai"), ("한국어", "korean"), ("한국", ""),
      ("東京 -住", ""), ("京都 -私", "kyoto"), ("=東京", "tokyo"), ("=京", "kyoto tokyo"),
      ("\"京都 * 人々\"", "kyoto"), ("\"京都 * 々\"", ""),
    ])
  func finding(query: String, expected: String) throws {
    #expect(try found(query) == expected)
  }

  @Test(
    "an asterisk at the end of a run changes nothing: runs go on by themselves",
    arguments: [
      ("東京*", "tokyo"), ("東京都*", "tokyo"), ("*京都", "kyoto tokyo"), ("*京都*", "kyoto tokyo"),
      ("東*", "end tokyo"), ("*東", "end tokyo"), ("NATO軍*", "one"), ("\"東京都\"*", "tokyo"),
      ("\"NATO 軍\"*", "one"), ("한*", "korean"), ("nat*", "one"),
    ])
  func wildcards(query: String, expected: String) throws {
    #expect(try found(query) == expected)
  }

  @Test(
    "the characters that were looked for are marked, and no others",
    arguments: [
      ("東京", "私は[東京]都に住んでいます。"), ("東京都", "私は[東京都]に住んでいます。"),
      ("東", "私は[東]京都に住んでいます。"), ("東 住", "私は[東]京都に[住]んでいます。"),
      ("東 東京", "私は[東京]都に住んでいます。"), ("東*", "私は[東]京都に住んでいます。"),
    ])
  func marking(query: String, expected: String) throws {
    var request = SearchRequest(query: query)
    request.highlight = SearchRequest.Highlight()
    let hit = try #require(
      try SearcherTests.searcher(Self.lines).search(request).hits.first { $0.id == "tokyo" })
    let passage = try #require(hit.passages.first)
    var text = Array(passage.text.utf8)
    for range in passage.ranges.reversed() {
      text.insert(UInt8(ascii: "]"), at: range.upperBound)
      text.insert(UInt8(ascii: "["), at: range.lowerBound)
    }
    #expect(String(decoding: text, as: UTF8.self) == expected)
  }

  @Test("the words of a question find what has any of them")
  func bagOfWords() throws {
    var request = SearchRequest(query: "東京都の天気")
    request.mode = .simple
    request.defaultOperator = .or
    let ids = try SearcherTests.searcher(Self.lines).search(request).hits.map(\.id)
    #expect(ids.first == "tokyo" && ids.contains("kyoto"))
  }

  @Test("the beginning of one word, in quotes, is what it is without them")
  func onePrefixInQuotes() throws {
    #expect(try found("\"nat\"*") == "one")
  }
}

// Patterns and nearness within text without spaces, where the terms are pairs of characters.

import QueryLanguage
import Testing

@testable import InvertedIndex

@Suite("Patterns within text without spaces")
struct RunPatternTests {
  static let texts = [
    "東京農業大学は東京都にある", "京都の大学", "東京外国語大学", "東・京大学", "iPhone日本語版", "東京業大",
    "大学東京", "北京大学",
  ]

  private func found(_ query: String, _ analyzer: String = "standard") throws -> (
    ids: String, codes: [QueryWarning.Code]
  ) {
    let searcher = try LanguageSearchTests.searcher(Self.texts, analyzer: analyzer)
    var request = SearchRequest(query: query)
    request.explain = true
    request.highlight = .init()
    let response = try searcher.search(request)
    #expect(response.total == Total(value: response.hits.count, exact: true), "\(query)")
    for hit in response.hits {
      #expect(hit.explanation?.leaves == hit.score && !hit.passages.isEmpty, "\(query)")
    }
    return (response.hits.map(\.id).sorted().joined(), response.warnings.map(\.code))
  }

  @Test(
    "a question mark is one character, a star ten at most",
    arguments: [
      ("東?農", "0", false), ("東京?業", "0", false), ("東京??大", "0", false), ("京??大学", "01", false),
      ("東京*大学", "02", true), ("東*大", "0235", true), ("東京*都", "0", true), ("*東京*大学*", "02", true),
      ("東京*", "0256", false), ("*大学", "012367", false), ("東京*京", "0", true), ("東京?京", "", false),
      ("body:東京*大学", "02", true), ("東京*大学 -農業", "2", true), ("東?", "", true),
    ])
  func patterns(query: String, ids: String, isSaid: Bool) throws {
    for analyzer in ["standard", "cjk"] {
      let found = try found(query, analyzer)
      #expect(found.ids == ids || isSaid && query == "東?", "\(query) \(analyzer)")
      #expect(found.codes.isEmpty != isSaid, "\(query): \(found.codes)")
    }
  }

  @Test("a pattern that no pair of characters fits says so")
  func impossible() throws {
    for query in ["iPhone*版", "?京都府", "日本*Phone"] {
      let found = try found(query)
      #expect(found.ids.isEmpty && found.codes == [.wildcardInRun], "\(query) \(found)")
    }
  }

  @Test("NEAR counts characters, and a pair takes two")
  func nearness() throws {
    for (query, ids) in [
      ("京都 ADJ/0 大学", ""), ("京都 ADJ/1 大学", "1"), ("東京 ADJ/0 農業", "0"), ("東京 ADJ/0 京農", ""),
      ("大学 NEAR/0 東京", "6"), ("東京 NEAR/0 大学", "6"), ("東京 NEAR/1 大学", "06"),
      ("東京 ADJ/2 大学", "0"), ("東京 ADJ/3 大学", "02"), ("iphone ADJ/0 日本", "4"),
      ("日本語 ADJ/0 版", "4"), ("東 ADJ/0 京", "02356"),
    ] {
      #expect(try found(query).ids == ids, "\(query)")
    }
  }

  @Test("what is left when an exclusion is dropped is not everything")
  func neverAll() throws {
    let searcher = try SearcherTests.searcher(SearchVectors.lines)
    for (query, count) in [
      ("-title:[a TO b]", 0), ("NOT title:>a", 0), ("-title:[a TO b] nato", 2),
      ("-title:[a TO b] -nato", 5), ("*", 7), ("* -nato", 5),
    ] {
      let response = try searcher.search(SearchRequest(query: query))
      #expect(response.total.value == count, "\(query)")
    }
    var request = SearchRequest(query: " ")
    request.filters = [.exists(field: "date")]
    #expect(try searcher.search(request).interpreted == "*")
  }
}

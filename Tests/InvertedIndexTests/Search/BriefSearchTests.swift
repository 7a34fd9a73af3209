// Searches that a server may answer where they arrive.

import Testing

@testable import InvertedIndex

@Suite("Brief searches")
struct BriefSearchTests {
  private func brief(
    _ query: String, _ lines: [String] = SearcherTests.lines, deadline: Deadline = .never,
    postings: Int = BriefSearch.postings,
    _ change: (inout SearchRequest) -> Void = { _ in }
  ) throws -> SearchResponse? {
    var request = SearchRequest(query: query)
    change(&request)
    let searcher = try SearcherTests.searcher(lines)
    let response = try searcher.searchBriefly(request, deadline: deadline, postings: postings)
    if let response {
      let whole = try searcher.search(request)
      #expect(response.hits.map(\.id) == whole.hits.map(\.id), "\(query)")
      #expect(response.hits.map(\.score) == whole.hits.map(\.score), "\(query)")
      #expect(response.total == whole.total && !response.timedOut, "\(query)")
    }
    return response
  }

  @Test(
    "few words are, with all that is made of them",
    arguments: [
      "finland", "finland president", "covid-19", "\"president of finland\"", "cats OR putin",
      "finland -president", "title:niinisto", "=niinistö", "zebra", "", "—",
    ])
  func words(_ query: String) throws { #expect(try brief(query) != nil) }

  @Test(
    "what needs more than the words' own entries is not",
    arguments: [
      "deterren*", "n?inisto", "\"finland pres\"*", "*", "title:*", "-finland", "year:2018",
      "year:2016..2018", "tags:[NATO TO Russia]", "finland AND year:2018",
    ])
  func shapes(_ query: String) throws { #expect(try brief(query) == nil) }

  @Test("nor is what asks for more than the best ten hits")
  func requests() throws {
    #expect(try brief("finland") { $0.limit = 11 } == nil)
    #expect(
      try brief("finland") { $0.after = SearchPosition(document: 0, score: 0, place: 1, now: 0) }
        == nil)
    #expect(try brief("finland") { $0.sort = [SortKey(field: "date")] } == nil)
    #expect(try brief("finland") { $0.filters = [.exists(field: "title")] } == nil)
    #expect(try brief("finland") { $0.highlight = .init() } == nil)
    #expect(try brief("finland") { $0.explain = true } == nil)
    #expect(try brief(String(repeating: "finland ", count: 40)) == nil)
    let letters = (0..<60).map { "w\($0)" }
    #expect(try brief(letters[..<30].joined(separator: " ")) != nil)
    #expect(try brief(letters.joined(separator: " ")) == nil)
  }

  @Test("nor are words that many documents have")
  func longLists() throws {
    let lines = (0..<120).map {
      "{\"id\":\"\($0)\",\"body\":\"common\($0 % 2 == 0 ? " even" : "")\"}"
    }
    #expect(try brief("even", lines, postings: 60) != nil)
    #expect(try brief("common", lines, postings: 120) != nil)
    #expect(try brief("common", lines, postings: 119) == nil)
    #expect(try brief("common even", lines, postings: 179) == nil)
    #expect(try brief("even -common", lines, postings: 179) == nil)
    #expect(try brief("even -common", lines, postings: 180) != nil)
  }

  @Test("a passed deadline is no answer; a bad request is an error as ever")
  func ends() throws {
    #expect(try brief("finland", deadline: Deadline(nanoseconds: 1)) == nil)
    #expect(throws: IndexError.self) {
      try brief("finland") { $0.fields = [.init("nothing")] }
    }
    #expect(throws: IndexError.self) {
      try brief("(finland") { $0.mode = .strict }
    }
  }
}

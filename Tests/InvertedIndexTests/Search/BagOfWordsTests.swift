// Plain text of which any word may match: what becomes of compounds there.

import Testing

@testable import InvertedIndex

@Suite("Bag of words")
struct BagOfWordsTests {
  static let lines = [
    #"{"id":"a","body":"A study of non-users of libraries"}"#,
    #"{"id":"b","body":"Users of the library"}"#,
    #"{"id":"c","body":"nonusers are many"}"#,
    #"{"id":"d","body":"the letter e and the letter g of the alphabet"}"#,
    #"{"id":"e","body":"for instance, e.g. this"}"#,
    #"{"id":"f","title":"State of mind","body":"painting"}"#,
  ]

  func found(_ query: String, _ change: (inout SearchRequest) -> Void = { _ in }) throws -> String {
    var request = SearchRequest(query: query)
    request.mode = .simple
    request.defaultOperator = .or
    change(&request)
    return try SearcherTests.searcher(Self.lines).search(request).hits.map(\.id).sorted()
      .joined(separator: " ")
  }

  @Test("A compound finds its parts, and its joined form, but what has all of it comes first")
  func parts() throws {
    #expect(try found("non-users") == "a b c")
    var request = SearchRequest(query: "non-users")
    request.mode = .simple
    request.defaultOperator = .or
    let hits = try SearcherTests.searcher(Self.lines).search(request).hits
    #expect(hits.first?.id != "b")
  }

  @Test("Single letters and stop words of a compound find nothing by themselves")
  func single() throws {
    #expect(try found("e.g.") == "e")
    #expect(try found("state-of-the-x") { $0.fields = [.init("title")] } == "f")
  }

  @Test("Elsewhere a compound is one word")
  func elsewhere() throws {
    #expect(try found("non-users") { $0.mode = .lenient } == "a c")
    #expect(try found("non-users") { $0.defaultOperator = .and } == "a c")
  }

  @Test("The leaves of an explanation sum to the score")
  func explained() throws {
    var request = SearchRequest(query: "non-users of libraries, e.g. state-of-the-art users")
    request.mode = .simple
    request.defaultOperator = .or
    request.explain = true
    for hit in try SearcherTests.searcher(Self.lines).search(request).hits {
      #expect(hit.explanation?.value == hit.score)
      #expect(leaves(hit.explanation!) == hit.score)
    }
  }

  private func leaves(_ explanation: Explanation) -> Float {
    explanation.parts.isEmpty
      ? explanation.value : explanation.parts.reduce(0) { $0 + leaves($1) }
  }
}

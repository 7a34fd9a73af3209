// Whatever is typed is carried out, in each mode, and always the same way.

import QueryLanguage
import Testing

@testable import InvertedIndex

@Suite("Whatever is typed")
struct SearchVectorTests {
  /// What holds of any text.
  /// - Returns: what it finds, leniently and as plain text.
  @discardableResult
  private func check(_ text: String, _ searcher: Searcher) throws -> (
    lenient: String, simple: String
  ) {
    func ids(_ response: SearchResponse) -> String { response.hits.map(\.id).sorted().joined() }
    var request = SearchRequest(query: text)
    request.highlight = .init()
    request.explain = true
    let lenient = try searcher.search(request)
    #expect(try searcher.count(request).total == lenient.total, "\(text)")
    #expect(lenient.total == Total(value: lenient.hits.count, exact: true), "\(text)")
    #expect(lenient.relaxed == nil || lenient.hits.isEmpty, "\(text)")
    for hit in lenient.hits { #expect(hit.explanation?.leaves == hit.score, "\(text)") }
    // As it was read, it asks the same again. (No text reads as nothing at all.)
    let again = try searcher.search(SearchRequest(query: lenient.interpreted))
    #expect(again.interpreted == lenient.interpreted, "\(text)")
    #expect(again.hits.map(\.score) == lenient.hits.map(\.score), "\(text)")
    request.mode = .strict
    var refused: [QueryWarning] = []
    do throws(IndexError) {
      #expect(ids(try searcher.search(request)) == ids(lenient), "\(text)")
    } catch {
      guard case .query(let warnings) = error else { throw error }
      refused = warnings
    }
    #expect(refused == lenient.warnings, "\(text)")
    request.mode = .simple
    let simple = try searcher.search(request)
    #expect(
      simple.warnings.allSatisfy {
        [.noTokens, .nothingLeft, .emptyQuery, .tooManyClauses].contains($0.code)
      })
    return (ids(lenient), ids(simple))
  }

  @Test("finds what it always found")
  func vectors() throws {
    let searcher = try SearcherTests.searcher(SearchVectors.lines)
    for (query, lenient, simple) in SearchVectors.all {
      let found = try check(query, searcher)
      #expect(
        found == (lenient, simple),
        "(\(query.debugDescription), \"\(found.lenient)\", \"\(found.simple)\"),")
    }
  }

  @Test("vectors and words thrown together, of any length")
  func mixtures() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    let searcher = try SearcherTests.searcher(SearchVectors.lines)
    let pieces =
      SearchVectors.all.map(\.query) + [
        "NEAR/3", "ADJ", "OR", "AND", "-", "+", "(", ")", "\"", "~2", "/2", "^2", "title:",
        "body,title:",
        "date:", "niin*", "a", "b", "nato", "=", "*", "?",
      ]
    for round in 0..<400 {
      let text = (0...chance.below(7)).map { _ in
        pieces[chance.below(pieces.count)] + (chance.oneIn(3) ? "" : " ")
      }.joined()
      do { try check(text, searcher) } catch {
        Issue.record("seed \(seed), round \(round): \(text): \(error)")
      }
    }
  }

  @Test("the limits are kept, and said")
  func limits() throws {
    let searcher = try SearcherTests.searcher(SearchVectors.lines)
    for (text, code) in [
      (String(repeating: "nato ", count: 2_000), .tooManyClauses),
      (String(repeating: "(", count: 70) + "nato", .tooDeep),
      (String(repeating: "nato", count: 20_000), .textTooLong),
      (String(repeating: "|", count: 70_000), .tooManyWarnings),
    ] as [(String, QueryWarning.Code)] {
      let response = try searcher.search(SearchRequest(query: text))
      #expect(
        response.warnings.contains { $0.code == code },
        "\(text.prefix(9)): \(response.warnings.map(\.code))")
      #expect(!response.timedOut)
    }
    // What takes long says so, and has what was found.
    for text in ["nato", "n* NEAR a*", "\"a b\"~9", "\"a b c\"/2"] {
      let passed = Deadline(nanoseconds: 1)
      let response = try searcher.search(SearchRequest(query: text), deadline: passed)
      #expect(response.timedOut && !response.total.exact && response.relaxed == nil, "\(text)")
    }
  }
}

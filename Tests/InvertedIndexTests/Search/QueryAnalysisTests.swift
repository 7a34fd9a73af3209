import Analysis
import Testing

@testable import InvertedIndex

@Suite("Query text through an analyzer")
struct QueryAnalysisTests {
  @Test("the same letters composed differently are different texts where the analyzer keeps that")
  func compositions() throws {
    let analyzer = try #require(Analyzer.named("whitespace"))
    let analysis = QueryAnalysis(schema: try Schema(fields: []), analyzers: [analyzer])
    for text in ["\u{e9}", "e\u{301}", "\u{212b}", "A\u{30a}", "\u{e9}", "K", "\u{212a}", "K"] {
      #expect(analysis.tokens(of: text, field: 0).map(\.exact) == [Array(text.utf8)], "\(text)")
    }
  }

  @Test("more texts than are remembered are analyzed all the same, and forgotten ones anew")
  func many() throws {
    let analyzer = try #require(Analyzer.named("standard"))
    let analysis = QueryAnalysis(schema: try Schema(fields: []), analyzers: [nil, analyzer])
    for round in 0..<2 {
      for number in 0..<40 {
        let tokens = analysis.tokens(of: "word\(number) Next", field: 1)
        #expect(tokens.map(\.index) == [Array("word\(number)".utf8), Array("next".utf8)])
      }
      #expect(analysis.tokens(of: "word", field: 0).isEmpty)
      if round == 0 { analysis.forget() }
    }
  }
}

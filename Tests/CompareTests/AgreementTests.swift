import Analysis
import InvertedIndex
import JSON
import Testing

import enum Measuring.Figures

@testable import martlet_compare

@Suite struct AgreementTests {
  /// Queries of all types drawn from the documents.
  private func draw(_ both: BothIndexes, _ count: Int, seed: UInt64) throws -> [ComparedQuery] {
    let analyzer = try #require(Analyzer.named(both.scan.plan.analyzer))
    var drawing = QueryDrawing(
      sample: both.scan.sample, documentCount: both.martlet.documentCount,
      fields: both.scan.plan.columns.filter(\.isSearched).map(\.name), analyzer: analyzer,
      seed: seed
    ) { (text) throws(Failure) in
      let answer = try both.martlet.answer(SearchRequest(query: text))
      return (answer.count, answer.warnings.contains("too_many_expansions"))
    }
    return try drawing.draw(count, types: QueryDrawing.types)
  }

  @Test(arguments: [
    ("standard", 1), ("standard", 2), ("english", 3), ("whitespace", 4),
    ("keyword", 5),
  ])
  func `both find the same documents for every drawn query`(
    analyzer: String, seed: Int
  ) throws {
    let scratch = Scratch()
    let both = try BothIndexes(
      TrickyDocuments.make(400, seed: UInt64(seed)), analyzer: analyzer, in: scratch)
    let queries = try draw(both, 1_500, seed: UInt64(seed))
    // A keyword field has few words: its values.
    #expect(queries.count > (analyzer == "keyword" ? 200 : 1_000))
    let (agreement, paired) = try both.agreement(queries)
    // Characters found by pairs have one more token in FTS5, which counts it between words and cannot leave it out of a phrase.
    let leftOut = paired.leftOut
    #expect(
      Set(leftOut.keys).isSubset(of: ["runs within NEAR", "words behind a run of characters"]),
      "\(leftOut)")
    let count = leftOut.values.reduce(0, +)
    #expect(agreement.compared == queries.count - count && count < queries.count / 15)
    for found in agreement.disagreements.prefix(5) {
      Issue.record(
        """
        seed \(seed): \(found.query) as \(Figures.visible(found.expression)): Martlet alone \
        \(found.oursOnly), FTS5 alone \(found.theirsOnly) \(found.contradictions)
        """)
    }
  }

  @Test(arguments: [
    "COVID-19", "covid19", "\"COVID-19\"", "\"COVID-19 covid\"", "well-known/x-y", "U.S.",
    "finland's*", "finland*", "=nothing OR finland", "niini*", "NIINISTÖ", "title:covid19",
    "title,body:(covid OR us)", "title:(a OR body:b)", "(a OR b) -c", "a -(b OR us)",
    "\"a b\"*", "\"linux source\"*", "a OR -b", "-a", "+a OR b", "\"日 京都\"", "\"东京\" OR 東京",
    "— OR a", "a AND —", "\"\"", "AT&T user@example.com", "1,234", "1234", "\"NOT\" \\OR",
    "Title:us", "rank:us", "us NEAR/2 covid", "us NEAR/2 US", "title:(us NEAR covid)",
    "\"linux source\" NEAR/5 a", "\"linux source\" NEAR/5 source", "us NEAR covid NEAR a",
    "a ADJ b", "1 NEAR/1 1234",
  ])
  func `a query of any shape is asked the same, or left out with a reason`(query: String) throws {
    let scratch = Scratch()
    let both = try BothIndexes(TrickyDocuments.make(300, seed: 11), in: scratch)
    let (agreement, paired) = try both.agreement([ComparedQuery(type: "any", text: query)])
    #expect(agreement.compared + paired.leftOut.values.reduce(0, +) == 1)
    #expect(agreement.disagreements.isEmpty, "\(agreement.disagreements)")
  }

  @Test func `a document that one of them has otherwise is listed`() throws {
    let scratch = Scratch()
    let documents: [JSONValue] = (0..<30).map {
      ["id": .string("d\($0)"), "text": .string($0 % 2 == 0 ? "even number" : "odd number")]
    }
    var theirs = documents
    theirs[4] = ["id": "d4", "text": "odd one"]
    let both = try BothIndexes(documents, theirs: theirs, in: scratch)
    let (agreement, _) = try both.agreement(
      ["even", "odd", "number", "\"odd one\"", "even odd"].map {
        ComparedQuery(type: "term", text: $0)
      })
    #expect(agreement.compared == 5)
    #expect(agreement.disagreements.map(\.query) == ["even", "odd", "number", "\"odd one\""])
    #expect(agreement.disagreements[0].oursOnly == ["d4"])
    #expect(agreement.disagreements[0].theirsOnly == [])
    #expect(agreement.disagreements[1].theirsOnly == ["d4"])
    #expect(agreement.disagreements[2].difference.oursOnly == [4])
  }

  @Test func `equal numbers of different documents are a difference`() {
    let difference = Agreement.Difference(ours: [1, 2, 3], theirs: [2, 3, 4])
    #expect(difference.oursOnly == [1])
    #expect(difference.theirsOnly == [4])
    #expect(Agreement.Difference(ours: [], theirs: []).isEmpty)
    #expect(Agreement.Difference(ours: [5], theirs: [5]).isEmpty)
    #expect(Agreement.Difference(ours: [], theirs: [0, 9]).theirsOnly == [0, 9])
  }

  @Test func `an engine that contradicts itself is told on`() {
    let right = Agreement.Answer(count: 2, set: [1, 2], top: [2, 1])
    #expect(right.contradictions("X") == [])
    #expect(Agreement.Answer(count: 3, set: [1, 2], top: [2, 1]).contradictions("X").count == 1)
    #expect(Agreement.Answer(count: 2, set: [1, 2], top: [2]).contradictions("X").count == 1)
    #expect(Agreement.Answer(count: 2, set: [1, 2], top: [2, 7]).contradictions("X").count == 1)
    #expect(Agreement.Answer(count: 2, set: [1, 2], top: [2, 2]).contradictions("X").count == 1)
  }

  @Test func `replaced and refused documents are left out of both`() throws {
    let scratch = Scratch()
    let both = try BothIndexes(
      [
        ["id": "1", "text": "old words"], ["id": "2", "text": "words"], ["text": "no id"],
        ["id": "", "text": "words"], ["id": "1", "text": "new words"],
      ], in: scratch)
    #expect(both.scan.replaced == 1)
    #expect(both.scan.rejected == 2)
    #expect(both.martlet.documentCount == 2)
    #expect(try both.fts5.count("words") == 2)
    #expect(try both.fts5.count("old") == 0)
    let (agreement, _) = try both.agreement([ComparedQuery(type: "term", text: "words")])
    #expect(agreement.disagreements.isEmpty)
  }

  @Test func `the same seed draws the same queries, as many of each type`() throws {
    let scratch = Scratch()
    let both = try BothIndexes(TrickyDocuments.make(200, seed: 5), in: scratch)
    let queries = try draw(both, 120, seed: 9)
    #expect(try draw(both, 120, seed: 9) == queries)
    #expect(try draw(both, 120, seed: 10) != queries)
    let types = Set(queries.map(\.type))
    #expect(types.isSuperset(of: ["term", "and", "or", "not", "phrase", "prefix", "column"]))
    for type in types { #expect(queries.count { $0.type == type } == 120 / types.count) }
  }
}

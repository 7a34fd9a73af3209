// Phrases with slop, NEAR and ADJ, some of several words, and what is shown where nothing has all of them.

import QueryLanguage
import Testing

@testable import InvertedIndex

@Suite("Words close together")
struct NearTests {
  static let lines = [
    #"{"id":"a","title":"one two three","body":"alpha beta gamma delta epsilon"}"#,
    #"{"id":"b","title":"three two one","body":"beta alpha, then gamma; delta"}"#,
    #"{"id":"c","body":"alpha x x beta x x x gamma"}"#,
    #"{"id":"d","body":"alpha","tags":["alpha beta","gamma delta"],"year":2018}"#,
    #"{"id":"e","title":"alpha","body":"beta of COVID-19 in New York, york mayor","year":2019}"#,
    #"{"id":"f","body":["alpha one","beta two"]}"#,
    #"{"id":"g","body":"to be or not to be"}"#,
  ]

  private func found(
    _ query: String, _ change: (inout SearchRequest) -> Void = { _ in }
  ) throws -> String {
    let searcher = try SearcherTests.searcher(Self.lines)
    return try SearcherTests().found(query, in: searcher, change)
  }

  @Test(
    "are found as the query says",
    arguments: [
      // Slop: moves of words.
      ("\"alpha gamma\"~0", ""), ("\"alpha gamma\"~1", "ab"), ("\"beta alpha\"", "b"),
      ("\"beta alpha\"~1", "b"), ("\"beta alpha\"~2", "abd"), ("\"alpha beta\"~2", "abcd"),
      ("\"gamma alpha\"~2", ""), ("\"gamma alpha\"~3", "ab"), ("\"gamma alpha\"~8", "abc"),
      ("\"alpha * gamma\"~0", "ab"), ("\"alpha * gamma\"~1", "ab"), ("\"alpha gam\"~2*", "ab"),
      // Words that come again want places of their own.
      ("\"to be to be\"~2", "g"), ("\"to be to be\"~1", ""), ("\"alpha alpha\"~9", ""),
      ("\"be be\"~3", "g"), ("\"be be\"~4", "g"), ("\"be be be\"~99", ""),
      // NEAR: at most so many between, on either side.
      ("alpha NEAR/0 beta", "abd"), ("alpha NEAR/2 beta", "abcd"), ("beta NEAR/1 alpha", "abd"),
      ("gamma NEAR/6 alpha", "abc"), ("gamma NEAR/5 alpha", "ab"), ("alpha NEAR beta", "abcd"),
      ("alpha NEAR/200 beta", "abcdf"), ("alpha NEAR/98 beta", "abcd"),
      // ADJ keeps the order.
      ("alpha ADJ/0 beta", "ad"), ("beta ADJ/0 alpha", "b"), ("alpha ADJ/2 beta", "acd"),
      ("alpha ADJ beta ADJ gamma", "ac"), ("alpha NEAR/0 beta NEAR/3 gamma", "ab"),
      ("beta NEAR/0 alpha ADJ/0 then", "b"),
      // Operands of all kinds.
      ("\"alpha beta\" NEAR/0 gamma", "a"), ("(alpha OR zebra) NEAR/0 (beta OR zebra)", "abd"),
      ("alph* NEAR/0 bet*", "abd"), ("al*a NEAR/0 b?ta", "abd"), ("covid19 NEAR new", "e"),
      ("COVID-19 NEAR/1 \"new york\"", "e"), ("\"new york\" NEAR/0 york", "e"),
      ("\"new york\" ADJ/9 york ADJ mayor", "e"), ("york NEAR york", "e"), ("mayor NEAR mayor", ""),
      ("(alpha NEAR/0 beta) NEAR/0 gamma", "a"), ("(alpha NEAR/0 beta) NEAR/1 gamma", "ab"),
      ("=alpha NEAR/0 beta", "abd"), ("alpha NEAR/0 \"gamma beta\"~2", "a"),
      // AND within NEAR: each of both.
      ("beta NEAR/0 (alpha AND gamma)", "a"), ("beta NEAR/2 (alpha AND gamma)", "ab"),
      ("(beta AND delta) NEAR/0 (gamma)", "a"), ("beta NEAR/0 ((alpha AND gamma) OR of)", "ae"),
      // Fields: all in one of them.
      ("title:(one NEAR/0 two)", "ab"), ("title,body:(one NEAR/0 alpha)", "f"),
      ("one NEAR/0 two", "ab"), ("title:alpha NEAR body:beta", ""), ("title:one NEAR two", "ab"),
      ("tags:(alpha NEAR/0 beta)", "d"), ("tags:(beta NEAR/10 gamma)", ""),
      // Values have no place in a text.
      ("alpha NEAR year:2018", "d"), ("alpha NEAR/2 beta NEAR year:2018", "d"),
      ("alpha NEAR *", "abcdef"), ("alpha NEAR —", "abcdef"), ("alpha NEAR -beta", "abcdef"),
      ("NOT (alpha NEAR/0 beta)", "cefg"), ("gamma -(alpha NEAR/0 beta)", "c"),
      // Some of the words, anywhere.
      ("\"alpha mayor delta gamma\"/2", "abcde"), ("\"alpha mayor delta gamma\"/3", "abd"),
      ("\"alpha mayor\"/1", "abcdef"), ("\"alpha gamma\"/9", "abcd"),
      ("\"alpha alpha mayor\"/2", "e"),
      ("\"alpha may\"*/2", "e"), ("=\"alpha gamma york\"/2", "abcde"), ("\"— alpha\"/2", "abcdef"),
      ("title:\"one two zebra\"/2", "ab"), ("\"COVID-19 mayor zebra\"/2", "e"),
    ] as [(String, String)])
  func finds(_ query: String, _ ids: String) throws {
    #expect(try found(query) == ids, "\(query)")
  }

  private func scores(_ query: String) throws -> [String: Float] {
    let hits = try SearcherTests.searcher(Self.lines).search(SearchRequest(query: query)).hits
    return Dictionary(uniqueKeysWithValues: hits.map { ($0.id, $0.score ?? -1) })
  }

  @Test("as close as a phrase score as the phrase, and the looser the less")
  func scoring() throws {
    let phrase = try scores("body:\"alpha beta\"")
    #expect(try scores("body:(alpha ADJ/0 beta)") == phrase)
    let near = try scores("body:(alpha NEAR/2 beta)")
    #expect(near["a"] == phrase["a"])
    #expect(try #require(near["c"]) < (try #require(near["b"])))
    let slop = try scores("body:\"alpha beta\"~2")
    #expect(slop["a"] == phrase["a"])
    #expect(try #require(slop["c"]) < (try #require(slop["a"])))
    let twice = try scores("body:(alpha ADJ/0 beta)^2")
    #expect(twice["a"] == phrase["a"].map { $0 * 2 })
    #expect(try scores("body:(alpha^2 ADJ/0 beta^2)")["a"] == twice["a"])
    #expect(try scores("body:(alpha^0 ADJ/0 beta^0)")["a"] == 0)
  }

  @Test("count alike whether or not another document of the segment has an alternative")
  func alternativesOfSegments() throws {
    var chance = SearchChance(seed: 1)
    var documents = (0..<6).map { chance.document($0, deleted: 0) }
    func text(_ words: String) -> [NaiveToken] {
      words.split(separator: " ").enumerated().map {
        NaiveToken(exact: String($1), index: String($1), position: UInt32($0))
      }
    }
    documents[0].texts[NaiveField.body] = text("a b c")
    documents[4].texts[NaiveField.body] = text("x")
    documents[5].texts[NaiveField.body] = text("a b c")
    func word(_ text: String) -> SpanTree<NearQuery.Word> {
      .word(NearQuery.Word([FieldTerm(field: NaiveField.body, bytes: Array(text.utf8))]))
    }
    let phrase = SpanTree<NearQuery.Word>.chain(
      [word("b"), word("c")], gaps: [SpanGap(0, isOrdered: true)])
    let near = SpanTree<NearQuery.Word>.chain(
      [word("a"), .any([phrase, word("x")])], gaps: [SpanGap(3)])
    let query = Query.near(
      NearQuery(parts: [NearQuery.Part(field: NaiveField.body, weight: 1, spans: near)], boost: 1))
    let engine = NaiveEngine(documents: documents)
    for sizes in [[3, 3], [6], [4, 2]] {
      let view = try engine.view(segments: sizes)
      let found = try QueryRun(view, query, deadline: .never).top(10, total: .exact).hits
      #expect(found.map { Int($0.document) } == [0, 5] && found[0].score == found[1].score)
      #expect(found.map(\.score) == engine.search(query).map(\.score))
    }
  }

  private func codes(_ query: String) throws -> [QueryWarning.Code] {
    try SearcherTests.searcher(Self.lines).search(SearchRequest(query: query)).warnings.map(\.code)
  }

  @Test("say what they leave out")
  func warnings() throws {
    #expect(try codes("alpha NEAR/3 \"beta gamma\"~2") == [])
    #expect(try codes("alpha NEAR year:2018") == [.notInNear])
    #expect(try codes("title:alpha NEAR body:beta") == [.notInNear])
    #expect(try codes("alpha NEAR -beta") == [.notInNear])
    #expect(try codes("alpha NEAR \"beta gamma x\"/2") == [.notInNear])
    #expect(try codes("\"alpha beta\"~3/2") == [.badSuffix])
    let group = "(" + (0..<40).map { "w\($0)" }.joined(separator: " AND ") + ")"
    #expect(try codes("\(group) NEAR \(group)") == [.tooManyClauses])
  }

  @Test(
    "mark the words of matches, and no others",
    arguments: [
      ("alpha NEAR/2 beta", ["[alpha] x x [beta] x x x gamma alpha"]),
      ("\"beta gamma\"~3", ["alpha x x [beta] x x x [gamma] alpha"]),
      ("(gamma OR x) ADJ/0 alpha", ["alpha x x beta x x x [gamma] [alpha]"]),
      ("\"x x\"~1 NEAR/0 gamma", ["alpha x x beta x [x] [x] [gamma] alpha"]),
      ("\"alpha zebra gamma\"/2", ["[alpha] x x beta x x x [gamma] [alpha]"]),
    ] as [(String, [String])])
  func marks(_ query: String, _ expected: [String]) throws {
    let line = #"{"id":"a","body":"alpha x x beta x x x gamma alpha"}"#
    var request = SearchRequest(query: query)
    request.highlight = .init()
    let hits = try SearcherTests.searcher([line]).search(request).hits
    let marked = hits.flatMap(\.passages).map { passage in
      var text = Array(passage.text.utf8)
      for range in passage.ranges.reversed() {
        text.insert(UInt8(ascii: "]"), at: range.upperBound)
        text.insert(UInt8(ascii: "["), at: range.lowerBound)
      }
      return String(decoding: text, as: UTF8.self)
    }
    #expect(marked == expected, "\(query)")
  }

  @Test("the kernel finds what trying every choice finds")
  func kernel() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    for round in 0..<1_500 {
      var leaves: [[Int]] = []
      let tree = chance.spans(NaiveField.body, depth: round % 3).mapped { _ in
        // Now and then the positions of another word: words that come again.
        if let known = leaves.randomElement(using: &chance.random), chance.oneIn(4) {
          leaves.append(known)
        } else {
          let spread = 4 + chance.below(30)
          leaves.append(Set((0...chance.below(6)).map { _ in chance.below(spread) }).sorted())
        }
        return leaves.count - 1
      }
      var kernel = SpanKernel(tree, leaves: leaves.count, deadline: .never)
      kernel.positions = leaves
      let naive = tree.mapped { leaves[$0] }
      let place = "seed \(seed), round \(round): \(naive)"
      try #require(try Set(kernel.stretches(tree)) == NaiveEngine.stretches(naive), "\(place)")
      let frequency = try kernel.frequency()
      try #require(frequency == NaiveEngine.frequency(naive), "\(place)")
      if case .any = tree { continue }
      // Its bound: times the occurrences of what must be there.
      let most = tree.least { Float(leaves[$0].count) }
      try #require(Float(frequency) <= most * Float(kernel.bound * SpanKernel.unit), "\(place)")
    }
  }

  @Test("a long document and a phrase of thousands of words end with the deadline")
  func hostile() throws {
    let line = #"{"id":"a","body":""# + String(repeating: "a b ", count: 20_000) + "\"}"
    let searcher = try SearcherTests.searcher([line])
    let phrase = "\"" + String(repeating: "a ", count: 900) + "\"~100000"
    for query in [phrase, "a NEAR/100000 b NEAR/100000 a NEAR/100000 b", "\"a b a b\"~100000"] {
      let response = try searcher.search(
        SearchRequest(query: query), deadline: Deadline(nanoseconds: Deadline.now() + 20_000_000))
      #expect(response.timedOut || response.total.value == 1, "\(query.prefix(40))")
    }
  }
}

@Suite("How many words must match")
struct MinimumShouldMatchTests {
  @Test("a number or a share, of what there is, or missing of it")
  func counts() {
    for (minimum, words, count) in [
      (.number(2), 4, 2), (.number(9), 4, 4), (.number(-1), 4, 3), (.number(-9), 4, 0),
      (.percent(75), 4, 3), (.percent(75), 5, 3), (.percent(-25), 5, 4), (.percent(-100), 5, 0),
      (.percent(100), 5, 5), (.percent(0), 5, 0),
    ] as [(MinimumShouldMatch, Int, Int)] {
      #expect(minimum.count(of: words) == count, "\(minimum) of \(words)")
    }
  }

  @Test(
    "holds for the words of an OR at the top",
    arguments: [
      ("alpha OR gamma OR mayor", .number(2), "abcde"),
      ("alpha OR gamma OR mayor", .number(1), "abcdef"),
      ("alpha OR gamma OR mayor OR epsilon", .percent(75), "a"),
      ("alpha OR gamma OR mayor", .number(-2), "abcdef"), ("alpha OR gamma", .percent(100), "abcd"),
      ("(alpha OR gamma OR mayor) -epsilon", .number(2), "bcde"),
      ("+alpha OR gamma OR delta OR mayor", .number(2), "abd"),
      ("body:(alpha OR gamma OR x)", .number(2), "abc"),
      ("(alpha OR beta) AND (gamma OR x)", .number(2), "abcd"), ("alpha gamma", .number(1), "abcd"),
      ("(alpha OR gamma OR mayor)^2", .number(2), "abcde"), ("alpha OR —", .number(2), "abcdef"),
    ] as [(String, MinimumShouldMatch, String)])
  func finds(_ query: String, _ minimum: MinimumShouldMatch, _ ids: String) throws {
    let searcher = try SearcherTests.searcher(NearTests.lines)
    let found = try SearcherTests().found(query, in: searcher) {
      $0.minimumShouldMatch = minimum
    }
    #expect(found == ids, "\(query) \(minimum)")
  }

  @Test("in plain text as well")
  func simple() throws {
    let searcher = try SearcherTests.searcher(NearTests.lines)
    let found = try SearcherTests().found("alpha gamma mayor", in: searcher) {
      $0.mode = .simple
      $0.defaultOperator = .or
      $0.minimumShouldMatch = .number(2)
    }
    #expect(found == "abcde")
  }
}

@Suite("When nothing has all the words")
struct RelaxedTests {
  private func search(
    _ query: String, _ change: (inout SearchRequest) -> Void = { _ in }
  ) throws -> SearchResponse {
    var request = SearchRequest(query: query)
    change(&request)
    return try SearcherTests.searcher(NearTests.lines).search(request)
  }

  @Test(
    "those that have some are shown apart, the best first",
    arguments: [
      ("gamma mayor", "gamma OR mayor", "abcde"),
      ("epsilon gamma mayor", "epsilon OR gamma OR mayor", "abcde"),
      ("gamma mayor -delta", "(gamma OR mayor) AND NOT delta", "ce"),
      ("alpha +mayor epsilon", "alpha OR +mayor OR epsilon", "e"),
      ("alpha mayor year:2018", "(alpha OR mayor) AND year:2018", "d"),
      ("title:(one alpha)", "title:(one OR alpha)", "abe"),
      ("(gamma mayor)^2", "(gamma OR mayor)^2", "abcde"),
      ("\"new york\" epsilon", "\"new york\" OR epsilon", "ae"),
      ("gamma zebra", "gamma OR zebra", "abcd"),
    ] as [(String, String, String)])
  func relaxes(_ query: String, _ interpreted: String, _ ids: String) throws {
    let response = try search(query)
    #expect(response.hits.isEmpty && response.total == Total(value: 0, exact: true))
    let relaxed = try #require(response.relaxed)
    #expect(relaxed.interpreted == interpreted)
    #expect(relaxed.hits.map(\.id).sorted().joined() == ids)
    let scores = relaxed.hits.map { $0.score ?? -1 }
    #expect(scores == scores.sorted(by: >))
    // As the same query would be answered.
    #expect(try search(interpreted).hits.map(\.id) == relaxed.hits.map(\.id))
  }

  @Test("not where something is found, nothing could be, or it is not wanted")
  func strict() throws {
    for query in [
      "alpha beta", "zebra", "zebra lion", "gamma year:2019", "\"gamma mayor\"",
      "gamma NEAR mayor", "+gamma +mayor", "", "(zebra OR lion) tiger",
    ] {
      let response = try search(query)
      #expect(response.relaxed == nil, "\(query)")
    }
    #expect(try search("gamma mayor") { $0.relax = false }.relaxed == nil)
    #expect(try search("gamma mayor") { $0.mode = .strict }.relaxed == nil)
    #expect(try search("gamma mayor") { $0.limit = 0 }.relaxed == nil)
    #expect(try search("gamma mayor") { $0.limit = 1 }.relaxed?.hits.count == 1)
    #expect(try search("gamma mayor") { $0.mode = .simple }.relaxed?.hits.count == 5)
    let filtered = try search("gamma mayor") { $0.filters = [.exists(field: "year")] }
    #expect(filtered.relaxed?.hits.map(\.id).sorted() == ["d", "e"])
    let sorted = try search("gamma mayor") { $0.sort = [SortKey(field: "year")] }
    #expect(sorted.relaxed?.hits.first?.score != nil)
  }

  @Test("of several indexes as of one")
  func groups() throws {
    let group = try IndexGroup([
      ("one", SearcherTests.searcher(NearTests.lines).reader),
      ("two", SearcherTests.searcher([#"{"id":"z","body":"mayor"}"#]).reader),
    ])
    let relaxed = try #require(try group.search(SearchRequest(query: "gamma mayor")).relaxed)
    #expect(relaxed.hits.count == 6 && Set(relaxed.hits.compactMap(\.index)) == ["one", "two"])
    #expect(try group.search(SearchRequest(query: "alpha mayor x")).total.value == 0)
  }
}

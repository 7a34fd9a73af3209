import Testing

@testable import InvertedIndex

@Suite("Recency")
struct RecencyTests {
  @Test("ranks, scores and explanations are those of the naive engine, pruned or not")
  func property() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    for segments in [[2_200], [700, 300]] {
      let documents = (0..<segments.reduce(0, +)).map { chance.document($0, deleted: 9) }
      let engine = NaiveEngine(documents: documents)
      let view = try engine.view(segments: segments)
      for round in 0..<40 {
        let query = try SearchPropertyTests.rewritten(view, chance.query(depth: round % 3))
        try Self.check(
          engine, view, query, weight: [0.3, 1, 10, 0, 0.01][round % 5], &chance,
          "seed \(seed), round \(round): \(query)")
      }
    }
  }

  static func check(
    _ engine: NaiveEngine, _ view: SearchView, _ query: Query, weight: Float,
    _ chance: inout SearchChance, _ place: String
  ) throws {
    let recency = RecencyQuery(
      field: NaiveField.year, halfLife: Int64(1 + chance.below(20)),
      weight: weight, origin: Int64(1_985 + chance.below(50)))
    let expected = engine.search(query, recency: recency)
    let run = try QueryRun(view, query, recency: recency, deadline: .never)
    for (limit, mode) in [
      (10, SearchRequest.TotalMode.exact), (1, .atLeast), (engine.documents.count, .exact),
    ] {
      let found = try run.top(limit, total: mode)
      let wanted = expected.prefix(limit).map {
        ScoredDocument(document: UInt32($0.document), score: $0.score)
      }
      try #require(found.hits == wanted, "\(place)")
      if mode == .exact { try #require(found.total.value == expected.count, "\(place)") }
    }
    try #require(try run.count().total.value == expected.count)
    if let hit = expected.randomElement(using: &chance.random) {
      let explanation = try run.explain(UInt32(hit.document))
      try #require(explanation.value == hit.score, "\(place)")
      try #require(Self.leaves(explanation) == hit.score, "\(place)")
    }
  }

  static func leaves(_ node: Explanation) -> Float {
    node.parts.isEmpty ? node.value : node.parts.reduce(0) { $0 + leaves($1) }
  }

  @Test("of equals the newer is first; the future is new, no date is nothing")
  func order() throws {
    let lines = [
      #"{"id":"old","body":"tea","date":"2019-01-01"}"#, #"{"id":"none","body":"tea"}"#,
      #"{"id":"new","body":"tea","date":["2001","2020-01-01"]}"#,
      #"{"id":"future","body":"tea","date":"2050"}"#,
      #"{"id":"words","body":"tea tea tea tea","date":"2001"}"#,
    ]
    let searcher = try SearcherTests.searcher(lines)
    var request = SearchRequest(query: "tea")
    request.recency = Recency(
      field: "date", halfLife: 365 * 86_400_000, weight: 1, origin: "2020-01-01")
    let hits = try searcher.search(request).hits
    #expect(hits.map(\.id).filter { $0 != "words" } == ["new", "future", "old", "none"])
    let scores = Dictionary(uniqueKeysWithValues: hits.map { ($0.id, $0.score ?? 0) })
    func gain(_ id: String) -> Float { (scores[id] ?? 0) - (scores["none"] ?? 0) }
    #expect(gain("new") == gain("future"))
    #expect(abs(gain("old") / gain("new") - 0.5) < 0.001)
    request.explain = true
    let explained = try searcher.search(request).hits[0].explanation
    #expect(explained?.parts.last?.what == "recency of date")
    let door = try searcher.explain(request, id: "new")
    #expect(door?.explanation == explained)
    request.sort = [SortKey(field: "id"), .score]
    #expect(try searcher.search(request).hits.compactMap(\.score).max() == scores["new"])
  }

  @Test("shards with summed statistics and the same origin rank as one index")
  func shards() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    let documents = (0..<500).map { chance.document($0, deleted: 0) }
    let whole = try NaiveEngine(documents: documents).view(segments: [500])
    let shards = try [0..<200, 200..<500].map { range in
      try NaiveEngine(documents: Array(documents[range])).view(segments: [range.count])
    }
    let recency = RecencyQuery(field: NaiveField.year, halfLife: 7, weight: 0.3, origin: 2_015)
    for round in 0..<40 {
      let query = chance.query(depth: round % 3)
      let rewritten = try SearchPropertyTests.rewritten(whole, query)
      let expected = try QueryRun(whole, rewritten, recency: recency, deadline: .never)
        .top(500, total: .exact).hits
      let parts = try shards.map { try SearchPropertyTests.rewritten($0, query) }
      let sum = try shards[0].statistics(of: parts[0]) + shards[1].statistics(of: parts[1])
      let given = try GivenStatistics(sum, whole.schema)
      var found: [ScoredDocument] = []
      for place in 0...1 {
        let run = try QueryRun(
          shards[place], parts[place], given: given, recency: recency, deadline: .never)
        found += try run.top(500, total: .exact).hits.map {
          ScoredDocument(document: $0.document + UInt32(200 * place), score: $0.score)
        }
      }
      found.sort { $0.score != $1.score ? $0.score > $1.score : $0.document < $1.document }
      try #require(found == expected, "seed \(seed), round \(round): \(query)")
    }
  }

  @Test(
    "what cannot be is refused at its place",
    arguments: [
      (Recency(field: "year", halfLife: 1), "/recency/field"),
      (Recency(field: "dtae", halfLife: 1), "/recency/field"),
      (Recency(field: "title", halfLife: 1), "/recency/field"),
      (Recency(field: "date", halfLife: 0), "/recency/half_life"),
      (Recency(field: "date", halfLife: 1, weight: .nan), "/recency/weight"),
      (Recency(field: "date", halfLife: 1, weight: 11), "/recency/weight"),
      (Recency(field: "date", halfLife: 1, origin: "soon"), "/recency/origin"),
    ])
  func refused(_ recency: Recency, _ place: String) throws {
    let searcher = try SearcherTests.searcher()
    var request = SearchRequest(query: "finland")
    request.recency = recency
    let error = #expect(throws: IndexError.self) { try searcher.search(request) }
    guard case .request(let at, _, _)? = error else {
      Issue.record("\(recency)")
      return
    }
    #expect(at == place)
  }
}

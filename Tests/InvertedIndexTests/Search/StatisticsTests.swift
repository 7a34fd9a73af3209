// Statistics from outside: shards that rank as one index, and numbers that cannot be trusted.

import Testing

@testable import InvertedIndex

@Suite("Statistics of a collection")
struct StatisticsTests {
  @Test("shards with summed statistics rank as one index, to the bit", arguments: [0, 6])
  func shards(deleted: Int) throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    let documents = (0..<700).map { chance.document($0, deleted: deleted) }
    let whole = NaiveEngine(documents: documents)
    let one = try whole.view(segments: [300, 120, 280])
    // The first shard has no document of some words, the second two segments.
    let bounds = [0, 12, 420, 700]
    let shards = try (0..<3).map { place in
      let part = Array(documents[bounds[place]..<bounds[place + 1]])
      return try NaiveEngine(documents: part).view(
        segments: part.count > 100 ? [part.count - 70, 70] : [part.count])
    }
    for round in 0..<120 {
      let query = chance.query(depth: round % 4)
      let limit = [1, 10, 50][round % 3]
      let run = try QueryRun(
        one, try SearchPropertyTests.rewritten(one, query), deadline: .never)
      let expected = try run.top(limit, total: .exact)

      let rewritten = try shards.map { try SearchPropertyTests.rewritten($0, query) }
      var sum = CollectionStatistics(documents: 0)
      for (shard, query) in zip(shards, rewritten) { sum = sum + (try shard.statistics(of: query)) }
      let given = try GivenStatistics(sum, one.schema)
      var found: [ScoredDocument] = []
      var total = 0
      for (place, shard) in shards.enumerated() {
        let run = try QueryRun(shard, rewritten[place], given: given, deadline: .never)
        let result = try run.top(limit, total: .exact)
        total += result.total.value
        found += result.hits.map {
          ScoredDocument(document: $0.document + UInt32(bounds[place]), score: $0.score)
        }
      }
      found.sort { $0.score != $1.score ? $0.score > $1.score : $0.document < $1.document }
      try #require(
        Array(found.prefix(limit)) == expected.hits, "seed \(seed), round \(round): \(query)")
      try #require(total == expected.total.value, "seed \(seed), round \(round): \(query)")
    }
  }

  static let lines = [
    #"{"id":"a","title":"Running far","body":"They ran and were running","tags":["Oslo"]}"#,
    #"{"id":"b","title":"Run","body":"run rün","tags":["Oslo","Rome"]}"#,
    #"{"id":"c","body":"nobody moves, nobody runs","tags":["Rome"]}"#,
    #"{"id":"d","title":"Run to Rome","body":"run quickly home"}"#,
  ]

  static func answers(_ lines: [String], _ request: SearchRequest) throws -> [String: Float] {
    let response = try SearcherTests.searcher(lines).search(request)
    return Dictionary(uniqueKeysWithValues: response.hits.map { ($0.id, $0.score ?? -1) })
  }

  @Test(
    "through the door: whatever the query is made of",
    arguments: [
      "run", "title:running OR oslo", "\"run qu\"*", "=\"nobody ru\"*", "=rün OR rome",
      "r* -nobody",
      "tags:Rome run", "run OR zzz*", "\"zzz yyy\"* OR run", "covid-19 OR run", "*",
    ])
  func door(_ query: String) throws {
    let whole = try Self.answers(Self.lines, SearchRequest(query: query))
    let shards = [Array(Self.lines[..<1]), Array(Self.lines[1..<3]), Array(Self.lines[3...])]
    var request = SearchRequest(query: query)
    var sum = CollectionStatistics(documents: 0)
    for shard in shards {
      sum = sum + (try SearcherTests.searcher(shard).statistics(request))
    }
    #expect(sum == (try SearcherTests.searcher(Self.lines).statistics(request)), "\(query)")
    request.statistics = sum
    var found: [String: Float] = [:]
    for shard in shards {
      found.merge(try Self.answers(shard, request)) { _, _ in .nan }
    }
    #expect(found == whole)
  }

  @Test(
    "what the request does not say is taken from the index; unknown fields and terms do no harm")
  func partial() throws {
    let plain = try Self.answers(Self.lines, SearchRequest(query: "run"))
    var request = SearchRequest(query: "run")
    request.statistics = CollectionStatistics(
      documents: 4, fields: ["elsewhere": .init(documents: 1, tokens: 2)],
      frequencies: [
        .init(field: "elsewhere", bytes: [1]): 1, .init(field: "body", bytes: [0xFF]): 2,
        .init(field: "id", form: .exact, bytes: []): 3,
      ])
    #expect(try Self.answers(Self.lines, request) == plain)
    // A frequency of the index may be above the N of the request.
    request.statistics = CollectionStatistics(documents: 1)
    #expect(try Self.answers(Self.lines, request).keys.sorted() == plain.keys.sorted())
  }

  @Test("counts that no collection has are refused")
  func refused() throws {
    let searcher = try SearcherTests.searcher(Self.lines)
    let term = CollectionStatistics.Term(field: "body", bytes: Array("run".utf8))
    for bad in [
      CollectionStatistics(documents: -1), .init(documents: .max), .init(documents: .min),
      .init(documents: 3, fields: ["body": .init(documents: 4, tokens: 9)]),
      .init(documents: 3, fields: ["body": .init(documents: -1, tokens: 9)]),
      .init(documents: 3, fields: ["body": .init(documents: 0, tokens: 9)]),
      .init(documents: 3, fields: ["body": .init(documents: 1, tokens: -9)]),
      .init(documents: 3, fields: ["body": .init(documents: 1, tokens: .max)]),
      .init(documents: 3, frequencies: [term: 4]), .init(documents: 3, frequencies: [term: -1]),
    ] {
      var request = SearchRequest(query: "run")
      request.statistics = bad
      #expect(throws: IndexError.self, "\(bad)") { try searcher.search(request) }
      #expect(throws: IndexError.self, "\(bad)") { try searcher.rank(request) }
      #expect(throws: IndexError.self, "\(bad)") { try searcher.explain(request, id: "a") }
    }
    let most = CollectionStatistics(documents: .max, frequencies: [term: .max])
    #expect((most + most).documents == CollectionStatistics.maximumCount)
    #expect((most + CollectionStatistics(documents: .min)).frequencies[term] == .max)
  }

  @Test("looking up the words of many expansions ends with the deadline")
  func lookups() throws {
    let engine = NaiveEngine(documents: [
      NaiveDocument(
        id: "a", texts: [NaiveField.body: [NaiveToken(exact: "x", index: "x", position: 0)]])
    ])
    let view = try engine.view(segments: [1])
    let terms = (0..<100).map { FieldTerm(field: NaiveField.body, bytes: Array("x\($0)".utf8)) }
    let slots = [PhraseQuery.Slot(offset: 0, terms: terms), .init(offset: 1, terms: terms)]
    let query = Query.phrase(
      PhraseQuery(parts: [PhraseQuery.Part(field: NaiveField.body, slots: slots)]))
    let passed = Deadline(nanoseconds: 1)
    let run = try QueryRun(view, query, deadline: passed)
    #expect(try run.count().timedOut && run.top(1, total: .exact).timedOut)
    #expect(try run.sorted(by: [.score], 1).timedOut)
    #expect(throws: IndexError.cancelled) { try run.explain(0) }
    let filtered = try QueryRun(view, .all(boost: 1), filters: [query], deadline: passed)
    #expect(try filtered.count().timedOut)
  }

  @Test("counts that a collection could have, however absurd, give finite scores and all matches")
  func absurd() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    let documents = (0..<500).map { chance.document($0, deleted: 0) }
    let engine = NaiveEngine(documents: documents)
    let view = try engine.view(segments: [200, 300])
    let counts = [0, 1, 2, 499, 1 << 24, 1 << 31, 1 << 53]
    for round in 0..<120 {
      let query = try SearchPropertyTests.rewritten(view, chance.query(depth: round % 3))
      var statistics = try view.statistics(of: query)
      func count(_ most: Int) -> Int { min(most, counts[chance.below(counts.count)]) }
      statistics.documents = count(.max)
      for name in statistics.fields.keys {
        let having = count(statistics.documents)
        statistics.fields[name] = .init(documents: having, tokens: having == 0 ? 0 : count(.max))
      }
      for term in statistics.frequencies.keys {
        statistics.frequencies[term] = chance.oneIn(4) ? nil : count(statistics.documents)
      }
      let run = try QueryRun(
        view, query, given: try GivenStatistics(statistics, view.schema), deadline: .never)
      let found = try run.top(500, total: .exact)
      let wanted = engine.search(query).map(\.document).sorted()
      let matches = found.hits.map { Int($0.document) }.sorted()
      try #require(matches == wanted, "seed \(seed), round \(round)")
      let isFinite = found.hits.allSatisfy { $0.score.isFinite }
      try #require(isFinite, "seed \(seed), round \(round)")
      // Pruned and unpruned agree.
      let few = try run.top(7, total: .atLeast)
      try #require(
        few.hits == Array(found.hits.prefix(7)), "seed \(seed), round \(round): \(query)")
    }
  }
}

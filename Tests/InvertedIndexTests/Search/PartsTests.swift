// Searches in parts: however they are cut, the parts are the whole.

import Testing

@testable import InvertedIndex

@Suite("Searches in parts")
struct PartsTests {
  static let columns: [SortField] = [
    .score, .column(field: 0, type: .keyword, descending: false),
    .column(field: 0, type: .keyword, descending: true),
    .column(field: NaiveField.tags, type: .keyword, descending: false),
    .column(field: NaiveField.tags, type: .keyword, descending: true),
    .column(field: NaiveField.year, type: .integer, descending: false),
    .column(field: NaiveField.year, type: .integer, descending: true),
  ]

  @Test("parts of any size are the one big list, for every sort")
  func walk() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    var documents = (0..<1_300).map { chance.document($0, deleted: 9) }
    // Segments with tags of their own, and one without any.
    for number in 0..<1_300 {
      if (600..<700).contains(number) { documents[number].keywords = [:] }
      if number >= 1_000, documents[number].keywords[NaiveField.tags] != nil, chance.oneIn(2) {
        documents[number].keywords[NaiveField.tags] = ["tag \(chance.below(12))b"]
      }
    }
    let engine = NaiveEngine(documents: documents)
    let view = try engine.view(segments: [600, 100, 300, 300])
    for round in 0..<60 {
      let query = try SearchPropertyTests.rewritten(view, chance.query(depth: round % 3))
      let filters = try chance.filters(view)
      let fields =
        round < 12 ? [] : (0...chance.below(3)).map { _ in Self.columns[chance.below(7)] }
      try Self.check(
        engine, view, query, filters, by: fields, &chance, "seed \(seed), round \(round)")
    }
  }

  /// - Parameter fields: empty: by score.
  static func check(
    _ engine: NaiveEngine, _ view: SearchView, _ query: Query, _ filters: [Query],
    by fields: [SortField], _ chance: inout SearchChance, _ place: String
  ) throws {
    let recency =
      chance.oneIn(3)
      ? RecencyQuery(field: NaiveField.year, halfLife: 5, weight: 0.5, origin: 2_010) : nil
    let run = try QueryRun(
      view, query, filters: filters, recency: recency, deadline: .never)
    func part(_ limit: Int, _ after: SearchBound?) throws -> RunResult {
      var keyed: [SortedHit] = []
      return fields.isEmpty
        ? try run.top(limit, total: chance.oneIn(2) ? .exact : .atLeast, after: after)
        : try run.sorted(by: fields, limit, after: after, keyed: &keyed)
    }
    let whole = try part(engine.documents.count, nil).hits
    var found: [ScoredDocument] = []
    var after: SearchBound?
    while true {
      let limit = 1 + chance.below(chance.oneIn(2) ? 7 : 300)
      let hits = try part(limit, after).hits
      found += hits
      guard hits.count == limit, let last = hits.last else { break }
      after = SearchBound(
        score: last.score,
        key: fields.isEmpty ? nil : try SortedHit.hit(last, by: fields, view),
        document: Int(last.document), place: found.count)
    }
    try #require(found == whole, "\(place): \(fields)")
    if fields.isEmpty {
      let expected = engine.search(query, filters: filters, recency: recency)
      try #require(
        found.map(\.score) == expected.map(\.score)
          && found.map { Int($0.document) } == expected.map(\.document), "\(place)")
    }
  }

  @Test("the door says where the next part begins, until there is none")
  func door() throws {
    let lines = (0..<45).map {
      #"{"id":"\#($0)","body":"tea \#($0 % 4 == 0 ? "tea" : "")","price":\#(Double($0 % 7) - 3.5),"date":"20\#(10 + $0 % 9)","ok":\#($0 % 3 == 0)}"#
    }
    let searcher = try SearcherTests.searcher(lines)
    for sort in [
      [], ["price"], ["-price", "_score"], ["ok", "-date"], ["-id"], ["_score", "id"],
    ] {
      var request = SearchRequest(query: "tea")
      request.sort = sort.map { name in
        name == "_score"
          ? .score
          : SortKey(
            field: name.hasPrefix("-") ? String(name.dropFirst()) : name,
            descending: name.hasPrefix("-"))
      }
      request.limit = 45
      let whole = try searcher.search(request)
      #expect(whole.hits.count == 45 && whole.next == nil)
      request.limit = 9
      var ids: [String] = []
      var parts = 0
      repeat {
        let part = try searcher.search(request)
        #expect(part.total == Total(value: 45, exact: true))
        ids += part.hits.map(\.id)
        request.after = part.next
        parts += 1
      } while request.after != nil && parts < 10
      #expect(parts == 5 && ids == whole.hits.map(\.id), "\(sort)")
    }
    var request = SearchRequest(query: "tea")
    request.after = SearchPosition(document: 45, score: 0, place: 0, now: 0)
    #expect(throws: IndexError.self) { try searcher.search(request) }
    // No score of this query, and no number: nothing worse than another part.
    for bits in [UInt32.max, 0x7FC0_0000, 0xFF80_0000, 0x7F80_0000] {
      request.after = SearchPosition(document: 3, score: bits, place: .max - 1_000, now: 0)
      _ = try searcher.search(request)
    }
  }

  @Test(
    "what cannot be sorted by is refused at its place",
    arguments: [("title", "text field"), ("prcie", "did you mean \"price\"?")])
  func refused(_ name: String, _ detail: String) throws {
    var request = SearchRequest(query: "finland")
    request.sort = [.score, SortKey(field: name)]
    let searcher = try SearcherTests.searcher()
    let error = #expect(throws: IndexError.self) { try searcher.search(request) }
    guard case .request(let place, let found, let hint)? = error else {
      Issue.record("\(name)")
      return
    }
    #expect(place == "/sort/1" && (found + (hint ?? "")).contains(detail))
  }
}

import Testing

@testable import InvertedIndex

@Suite("One hit a group")
struct CollapseTests {
  /// What a document is grouped by: of a keyword, its place among all.
  static func key(
    _ document: NaiveDocument, _ kind: CollapseGroups.Kind, _ tags: [String]
  ) -> Int64? {
    if case .value(.keyword) = kind {
      document.keywords[column(kind)]?.first.flatMap { tags.firstIndex(of: $0) }.map { Int64($0) }
    } else {
      document.numbers[column(kind)]?.first
    }
  }

  private static func column(_ kind: CollapseGroups.Kind) -> Int {
    if case .value(.keyword) = kind { NaiveField.tags } else { NaiveField.year }
  }

  /// The best of each group in the order of `results`, with the number of the others.
  static func naive(
    _ results: [ScoredDocument], _ documents: [NaiveDocument], _ kind: CollapseGroups.Kind
  ) -> (hits: [ScoredDocument], similar: [Int]) {
    let tags = Set(documents.flatMap { $0.keywords[NaiveField.tags, default: []] }).sorted()
    var distance = 0
    if case .near(let bits) = kind { distance = bits }
    var groups: [(key: Int64, place: Int)] = []
    var hits: [ScoredDocument] = []
    var similar: [Int] = []
    for result in results {
      let key = key(documents[Int(result.document)], kind, tags)
      let group = groups.first { group in
        key.map { ($0 ^ group.key).nonzeroBitCount <= distance } ?? false
      }
      if let group {
        similar[group.place] += 1
      } else {
        if let key { groups.append((key, hits.count)) }
        hits.append(result)
        similar.append(0)
      }
    }
    return (hits, similar)
  }

  @Test("hits, their order, the numbers folded and the parts are those of the naive way")
  func property() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    for segments in [[700], [250, 100, 350]] {
      let engine = NaiveEngine(documents: (0..<700).map { chance.document($0, deleted: 9) })
      let view = try engine.view(segments: segments)
      for round in 0..<45 {
        let query = try SearchPropertyTests.rewritten(view, chance.query(depth: round % 3))
        try Self.check(
          engine, view, query, try chance.filters(view), by: Self.kinds[round % 4], &chance,
          "seed \(seed), round \(round)")
      }
    }
  }

  static let kinds: [CollapseGroups.Kind] = [
    .value(.keyword), .value(.integer), .near(distance: 2), .near(distance: 0),
  ]

  static func check(
    _ engine: NaiveEngine, _ view: SearchView, _ query: Query, _ filters: [Query],
    by kind: CollapseGroups.Kind, _ chance: inout SearchChance, _ place: String
  ) throws {
    let run = try QueryRun(view, query, filters: filters, deadline: .never)
    let sort = chance.oneIn(2) ? [] : [PartsTests.columns[1 + chance.below(6)]]
    let all =
      sort.isEmpty
      ? try run.top(engine.documents.count, total: .atLeast).hits
      : try run.sorted(by: sort, engine.documents.count).hits
    let wanted = Self.naive(all, engine.documents, kind)
    let search = CollapsedSearch(
      kind: kind, members: [.init(run: run, field: column(kind), sort: sort)])
    var found: [ScoredDocument] = []
    var similar: [Int] = []
    while true {
      let limit = 1 + chance.below(chance.oneIn(3) ? 3 : 60)
      let part = try search.hits(limit, from: found.count)
      try #require(
        part.total == Total(value: all.count, exact: true) && !part.timedOut)
      found += part.hits.map(\.document)
      similar += try #require(part.similar)
      if part.isLast || part.hits.count < limit { break }
    }
    try #require(found == wanted.hits, "\(place)")
    try #require(similar == wanted.similar, "\(place)")
  }

  @Test("through the door: field, near, parts, and what cannot be")
  func door() throws {
    let searcher = try SearcherTests.searcher()
    var request = SearchRequest(query: "*")
    request.collapse = .field("year")
    request.sort = [SortKey(field: "year")]
    let response = try searcher.search(request)
    #expect(response.hits.map(\.id) == ["a", "b", "d", "e"])
    #expect(response.hits.map(\.similar) == [0, 1, 0, 0])
    #expect(response.total == Total(value: 5, exact: true) && response.next == nil)
    request.limit = 2
    let first = try searcher.search(request)
    request.after = first.next
    let second = try searcher.search(request)
    #expect((first.hits + second.hits).map(\.id) == ["a", "b", "d", "e"] && second.next == nil)
    request.after = nil
    for (collapse, detail) in [
      (SearchRequest.Collapse.field("title"), "text field"), (.field("yaer"), "\"year\""),
      (.near, "near_duplicates"),
    ] {
      request.collapse = collapse
      let error = #expect(throws: IndexError.self) { try searcher.search(request) }
      guard case .request("/collapse", let found, let hint)? = error else {
        Issue.record("\(collapse)")
        continue
      }
      #expect((found + (hint ?? "")).contains(detail))
    }
  }
}

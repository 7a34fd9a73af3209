import Testing

@testable import InvertedIndex

@Suite("One hit a group")
struct CollapseTests {
  /// The best of each group in the order of `results`, with the number of the others.
  static func naive(
    _ results: [ScoredDocument], _ documents: [NaiveDocument], _ kind: CollapseGroups.Kind
  ) -> (hits: [ScoredDocument], similar: [Int]) {
    var hits: [ScoredDocument] = []
    var similar: [Int] = []
    func isSame(_ a: NaiveDocument, _ b: NaiveDocument) -> Bool {
      switch kind {
      case .value(let field, .keyword):
        guard let value = a.keywords[field]?.first else { return false }
        return value == b.keywords[field]?.first
      case .value(let field, _):
        guard let value = a.numbers[field]?.first else { return false }
        return value == b.numbers[field]?.first
      case .near(let field, let distance):
        guard let value = a.numbers[field]?.first, let other = b.numbers[field]?.first else {
          return false
        }
        return (value ^ other).nonzeroBitCount <= distance
      }
    }
    for result in results {
      let document = documents[Int(result.document)]
      if let group = hits.firstIndex(where: { isSame(documents[Int($0.document)], document) }) {
        similar[group] += 1
      } else {
        hits.append(result)
        similar.append(0)
      }
    }
    return (hits, similar)
  }

  @Test("hits, their order, the numbers folded and the parts are those of the naive way")
  func property() throws {
    let seed = UInt64.random(in: 0..<1_000_000)
    var chance = SearchChance(seed: seed)
    for segments in [[1_400], [500, 200, 700]] {
      let documents = (0..<1_400).map { chance.document($0, deleted: 9) }
      let engine = NaiveEngine(documents: documents)
      let view = try engine.view(segments: segments)
      for round in 0..<45 {
        let query = try SearchPropertyTests.rewritten(view, chance.query(depth: round % 3))
        let filters =
          chance.oneIn(3) ? [try SearchPropertyTests.rewritten(view, chance.query(depth: 0))] : []
        let run = try QueryRun(view, query, filters: filters, deadline: .never)
        let kind: CollapseGroups.Kind =
          [
            .value(field: NaiveField.tags, type: .keyword),
            .value(field: NaiveField.year, type: .integer),
            .near(field: NaiveField.year, distance: 2), .near(field: NaiveField.year, distance: 0),
          ][round % 4]
        let sort = chance.oneIn(2) ? [] : [PartsTests.columns[1 + chance.below(6)]]
        let all =
          sort.isEmpty
          ? try run.top(5_000, total: .atLeast).hits : try run.sorted(by: sort, 5_000).hits
        let wanted = Self.naive(all, documents, kind)
        let place = "seed \(seed), round \(round)"
        var found: [ScoredDocument] = []
        var similar: [Int] = []
        while true {
          let limit = 1 + chance.below(chance.oneIn(3) ? 3 : 20)
          let part = try run.collapsed(kind, by: sort, limit, from: found.count)
          try #require(
            part.result.total == Total(value: all.count, exact: true) && !part.result.timedOut)
          found += part.result.hits
          similar += try #require(part.similar)
          if part.isLast || part.result.hits.count < limit { break }
        }
        try #require(found == wanted.hits, "\(place)")
        try #require(similar == wanted.similar, "\(place)")
      }
    }
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

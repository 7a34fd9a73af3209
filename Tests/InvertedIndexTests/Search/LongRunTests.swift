// The long run: a hundred thousand random documents in indexes of all sizes, and queries of all kinds over each. Whatever can be
// asked of a query is compared with the naive engine.

import Glibc
import Testing

@testable import InvertedIndex

@Suite("The long run", .enabled(if: LongRun.isAsked, "asked for by Tools/test --full"))
struct LongRunTests {
  /// Documents of a run; two of them go at a time.
  static let documents = 50_000

  @Test("what the engine answers is what the naive one answers", arguments: 0..<2)
  func equal(half: Int) throws {
    let first = LongRun.seed() + UInt64(half) * 1_000_000
    print("long run: seed \(first)")
    // So that it is known even after a crash.
    fflush(nil)
    var (documents, queries, seed) = (0, 0, first)
    while documents < Self.documents {
      var chance = SearchChance(seed: seed)
      let sizes = chance.segments()
      let deleted = [0, 0, 2, 9, 30][chance.below(5)]
      let engine = NaiveEngine(
        documents: (0..<sizes.reduce(0, +)).map { chance.document($0, deleted: deleted) })
      let view = try engine.view(segments: sizes)
      let count = max(30, min(300, 30_000 / engine.documents.count))
      for round in 0..<count {
        let place = "MARTLET_SEED=\(seed), query \(round) of \(engine.documents.count) documents"
        try Self.check(engine, view, round, &chance, place)
      }
      documents += engine.documents.count
      queries += count
      seed += 1
    }
    print(
      "long run: seed \(first): \(documents) documents, \(seed - first) indexes, \(queries) queries"
    )
  }

  /// One query, asked for everything.
  static func check(
    _ engine: NaiveEngine, _ view: SearchView, _ round: Int, _ chance: inout SearchChance,
    _ place: String
  ) throws {
    let query = chance.query(depth: round % 5)
    let rewritten = try SearchPropertyTests.rewritten(view, query)
    let filters = try chance.filters(view)
    try SearchPropertyTests().check(
      engine, view, query, filters: filters, place, limit: [0, 1, 10, 100, 10_000][chance.below(5)])
    try SearchPropertyTests.checkSorted(engine, view, rewritten, &chance, place)
    let fields = (0..<chance.below(4)).map { _ in PartsTests.columns[chance.below(7)] }
    try PartsTests.check(engine, view, rewritten, filters, by: fields, &chance, place)
    try FacetTests.check(engine, view, rewritten, filters, &chance, place)
    let weight: Float = [0.3, 1, 10, 0, 0.01][chance.below(5)]
    try RecencyTests.check(engine, view, rewritten, weight: weight, &chance, place)
    // A walk through all groups begins each part from the front.
    if engine.documents.count < 2_000 {
      let kind = CollapseTests.kinds[chance.below(4)]
      try CollapseTests.check(engine, view, rewritten, filters, by: kind, &chance, place)
    }
  }
}

extension SearchChance {
  /// Sizes of the segments of an index: mostly few documents, now and then more than a window of scores has.
  mutating func segments() -> [Int] {
    let largest = [3, 40, 200, 700, 3_000, 9_000][min(below(6), below(6), below(6))]
    return (0...below(4)).map { _ in 1 + below(largest) }
  }

  /// None, or one.
  mutating func filters(_ view: SearchView) throws -> [Query] {
    try oneIn(3) ? [SearchPropertyTests.rewritten(view, query(depth: 0))] : []
  }
}

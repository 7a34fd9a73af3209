import QueryLanguage
import Testing

@testable import InvertedIndex

@Suite("Facets")
struct FacetTests {
  static func shown(_ facets: [FacetCounts]) -> [String] {
    facets.map { facet in
      let buckets = facet.buckets.map { bucket in
        let value =
          switch bucket.value {
          case .keyword(let text), .text(let text), .date(_, let text): text
          case .integer(let value): "\(value)"
          case .double(let value): "\(value)"
          case .boolean(let flag): "\(flag)"
          }
        return "\(value) \(bucket.count)"
      }
      return "\(facet.name): \(buckets.joined(separator: ", ")); \(facet.other) \(facet.missing)"
        + (facet.exact ? "" : " inexact")
    }
  }

  static func count(
    _ searcher: Searcher, _ facet: Facet, _ query: String = "*",
    _ change: (inout SearchRequest) -> Void = { _ in }
  ) throws -> String {
    var request = SearchRequest(query: query)
    request.facets = [facet]
    request.limit = 0
    change(&request)
    let response = try searcher.search(request)
    #expect(response.total.exact && !response.timedOut)
    return shown(response.facets)[0]
  }

  static let values = Facet.Kind.values(limit: 10, order: .count)

  @Test("count documents by values, ranges and intervals, with what is left over")
  func counts() throws {
    let searcher = try SearcherTests.searcher()
    func count(_ field: String, _ kind: Facet.Kind = Self.values, _ query: String = "*") throws
      -> String
    { try Self.count(searcher, Facet(field, kind), query) }
    #expect(try count("tags") == "tags: NATO 2, Russia 2, Vladimir Putin 1, nato 1; 0 1")
    #expect(
      try count("tags", .values(limit: 2, order: .value)) == "tags: NATO 2, Russia 2; 2 1")
    #expect(try count("tags", .values(limit: 0, order: .count)) == "tags: ; 6 1")
    #expect(
      try count("tags", Self.values, "title:president")
        == "tags: NATO 2, Russia 1, Vladimir Putin 1; 0 0")
    #expect(try count("year") == "year: 2018 2, 2016 1, 2020 1; 0 1")
    #expect(try count("ok") == "ok: false 1, true 1; 0 3")
    #expect(try count("price") == "price: -3.0 1, 1.5 1, 2.5 1; 0 2")
    #expect(try count("id", .values(limit: 1, order: .count)) == "id: a 1; 4 0")
    let ranges: [Facet.Range] = [
      .init(to: .double(1.5)), .init(name: "mid", from: .double(1.5), to: .integer(2)),
      .init(from: .integer(1)),
    ]
    #expect(try count("price", .ranges(ranges)) == "price: ..1.5 1, mid 1, 1.. 2; 0 2")
    #expect(
      try count("date", .ranges([.init(from: .string("2017"), to: .string("2018-12"))]))
        == "date: 2017..2018-12 1; 2 2")
    #expect(
      try count("date", .intervals(.year, zone: nil, showsEmpty: false))
        == "date: 2016-01-01T00:00:00Z 1, 2018-01-01T00:00:00Z 2; 0 2")
    #expect(
      try count("date", .intervals(.year, zone: nil, showsEmpty: true))
        == "date: 2016-01-01T00:00:00Z 1, 2017-01-01T00:00:00Z 0, 2018-01-01T00:00:00Z 2; 0 2")
    // The last of 2018 has begun a quarter past five in the evening before.
    #expect(
      try count("date", .intervals(.month, zone: "+05:45", showsEmpty: false)).contains(
        "2018-12-01T00:00:00+05:45 1"))
    #expect(
      try count("date", .intervals(.month, zone: "-01:00", showsEmpty: false))
        == "date: 2016-02-01T00:00:00-01:00 1, 2018-05-01T00:00:00-01:00 1, "
        + "2018-12-01T00:00:00-01:00 1; 0 2")
    #expect(
      try Self.count(searcher, Facet("date", .intervals(.hour, zone: nil, showsEmpty: false)), "") {
        $0.filters = [.equals(field: "year", .integer(2018))]
      } == "date: 2018-05-14T10:00:00Z 1, 2018-12-31T00:00:00Z 1; 0 0")
  }

  @Test(
    "what cannot be counted is refused at its place",
    arguments: [
      (Facet("title", Self.values), "/facets/title"), (Facet("tgas", Self.values), "/facets/tgas"),
      (Facet("date", Self.values), "/facets/date"),
      (Facet("tags", .values(limit: 10_001, order: .count)), "/facets/tags/limit"),
      (Facet("tags", .values(limit: -1, order: .count)), "/facets/tags/limit"),
      (Facet("tags", .ranges([.init(to: .integer(1))])), "/facets/tags/ranges"),
      (Facet("year", .ranges([])), "/facets/year/ranges"),
      (Facet("year", .ranges([.init(from: .string("x"))])), "/facets/year/ranges/0/from"),
      (Facet("year", .intervals(.year, zone: nil, showsEmpty: true)), "/facets/year/interval"),
      (
        Facet("date", name: "a/b", .intervals(.year, zone: "Mars", showsEmpty: true)),
        "/facets/a~1b/time_zone"
      ),
    ])
  func refused(_ facet: Facet, _ place: String) throws {
    let searcher = try SearcherTests.searcher()
    var request = SearchRequest(query: "*")
    request.facets = [facet]
    let error = #expect(throws: IndexError.self) { try searcher.search(request) }
    guard case .request(let at, _, let hint)? = error else {
      Issue.record("\(facet)")
      return
    }
    #expect(at == place)
    if facet.field == "tgas" { #expect(hint == "did you mean \"tags\"?") }
  }

  @Test("a deadline that passes is said, and the counts are not exact")
  func deadline() throws {
    let searcher = try SearcherTests.searcher()
    var request = SearchRequest(query: "*")
    request.facets = [Facet("tags", Self.values)]
    let response = try searcher.search(request, deadline: Deadline(nanoseconds: 0))
    #expect(response.timedOut && !response.total.exact)
    #expect(Self.shown(response.facets) == ["tags: ; 0 0 inexact"])
  }

  @Test("over segments, deletions and filters the counts are those of the naive engine")
  func property() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    let engine = NaiveEngine(documents: (0..<1_500).map { chance.document($0, deleted: 9) })
    for segments in [[1_500], [700, 500, 300]] {
      let view = try engine.view(segments: segments)
      for round in 0..<25 {
        let query = try SearchPropertyTests.rewritten(view, chance.query(depth: round % 3))
        try Self.check(
          engine, view, query, try chance.filters(view), &chance, "seed \(seed), round \(round)")
      }
    }
  }

  static func check(
    _ engine: NaiveEngine, _ view: SearchView, _ query: Query, _ filters: [Query],
    _ chance: inout SearchChance, _ place: String
  ) throws {
    let limit = [0, 1, 5, 100][chance.below(4)]
    let order: Facet.Order = chance.oneIn(2) ? .count : .value
    let bounds = (0...chance.below(4)).map { _ in 1988 + chance.below(45) }
    let facets = [
      Facet("tags", .values(limit: limit, order: order)),
      Facet("year", .values(limit: limit, order: order)),
      Facet(
        "year", name: "ranges",
        .ranges(
          bounds.map { .init(from: .integer(Int64($0)), to: .integer(Int64($0 + 7))) })),
    ]
    let run = try QueryRun(view, query, filters: filters, deadline: .never)
    let collector = try FacetCollector(facets, [view], now: 0)
    var result = RunResult()
    try run.count(collector, into: &result)
    let matches = engine.search(query, filters: filters).map { engine.documents[$0.document] }
    try #require(result.total == Total(value: matches.count, exact: true))
    let tags = NaiveFacet(matches.map { $0.keywords[NaiveField.tags] ?? [] })
    let years = NaiveFacet(matches.map { $0.numbers[NaiveField.year] ?? [] })
    let found = Self.shown(try collector.counts(deadline: .never))
    try #require(found[0] == "tags: " + tags.shown(limit, order), "\(place)")
    try #require(found[1] == "year: " + years.shown(limit, order), "\(place)")
    let ranges = bounds.map { from in
      let count = matches.count { document in
        (document.numbers[NaiveField.year] ?? []).contains { $0 >= from && $0 < from + 7 }
      }
      return "\(from)..\(from + 7) \(count)"
    }
    let outside = matches.count { document in
      let years = document.numbers[NaiveField.year] ?? []
      return !years.isEmpty
        && !years.contains { year in
          bounds.contains { year >= $0 && year < $0 + 7 }
        }
    }
    try #require(
      found[2] == "ranges: \(ranges.joined(separator: ", ")); \(outside) \(years.missing)",
      "\(place)")
  }

  @Test("intervals are those of the clocks, wherever dates lie", arguments: TimeZoneTests.names)
  func intervals(_ name: String) throws {
    guard let zone = try? TimeZone.named(name) else { return }
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    for interval in Facet.Interval.allCases {
      let intervals = DateIntervals(interval: interval, zone: zone)
      let low = Int64(chance.below(2_000_000_000)) * 1_000
      let high = low + Int64(chance.below(400)) * 86_400_000
      var counter = try #require(IntervalCounter(intervals, from: low, to: high))
      var hash = HashCounter { intervals.interval(at: $0).lowerBound }
      for _ in 0..<500 {
        let moment = low + Int64(chance.below(Int(high - low) + 1))
        let range = intervals.interval(at: moment)
        #expect(range.contains(moment), "seed \(seed), \(interval), \(moment)")
        #expect(
          intervals.interval(at: range.lowerBound) == range, "seed \(seed) \(interval) \(moment)")
        #expect(intervals.interval(at: range.upperBound).lowerBound == range.upperBound)
        _ = counter.add([moment].span)
        _ = hash.add([moment].span)
      }
      let first = zip(counter.starts, counter.counts).filter { $0.1 > 0 }
      let second = hash.entries.map { ($0.value, $0.count) }.sorted { $0.0 < $1.0 }
      #expect(first.map(\.0) == second.map(\.0) && first.map(\.1) == second.map(\.1))
    }
  }

  @Test("numbers and dates far apart are counted all the same")
  func farApart() throws {
    let lines = (0..<300).map { number in
      let year = ["0001", "1970", "9999"][number % 3]
      let big = ["-9223372036854775808", "9223372036854775807", "\(number)"][number % 3]
      return
        #"{"id":"\#(number)","year":[\#(big),\#(big)],"price":[0.0,-0.0,\#(number)e300],"date":["\#(year)-02-0\#(1 + number % 9)","\#(year)-02-11"]}"#
    }
    let searcher = try SearcherTests.searcher(lines)
    #expect(
      try Self.count(searcher, Facet("year", .values(limit: 2, order: .count)))
        == "year: -9223372036854775808 100, 9223372036854775807 100; 100 0")
    #expect(
      try Self.count(searcher, Facet("price", .values(limit: 1, order: .count)))
        == "price: 0.0 300; 299 0")
    #expect(
      try Self.count(searcher, Facet("date", .intervals(.hour, zone: nil, showsEmpty: true)))
        .hasPrefix("date: 0001-02-01T00:00:00Z 34"))
    #expect(
      try Self.count(searcher, Facet("date", .intervals(.month, zone: nil, showsEmpty: false)))
        == "date: 0001-02-01T00:00:00Z 100, 1970-02-01T00:00:00Z 100, 9999-02-01T00:00:00Z 100; 0 0"
    )
  }
}

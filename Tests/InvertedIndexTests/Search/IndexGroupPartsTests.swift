// Searches over several indexes, in parts and with one hit a group, against one index that holds all their documents.

import Testing

@testable import InvertedIndex

@Suite("Several indexes in parts, and one hit a group")
struct IndexGroupPartsTests {
  private static let words = [
    "nato", "herring", "nuclear", "price", "tea", "Niinistö", "COVID-19", "nata", "fleet", "port",
  ]

  /// Some are another one with a word more.
  static func documents(_ chance: inout SearchChance, _ count: Int) -> [String] {
    var texts: [String] = []
    return (0..<count).map { number in
      func text(_ count: Int) -> String {
        (0..<count).map { _ in words[min(chance.below(10), chance.below(10))] }
          .joined(separator: " ")
      }
      var members = [#""id": "d\#(number)""#]
      if !chance.oneIn(4) { members.append(#""title": "\#(text(1 + chance.below(3)))""#) }
      if !chance.oneIn(8) {
        let other = texts.isEmpty ? "" : texts[chance.below(texts.count)]
        let body = chance.oneIn(2) ? other + " " + text(1) : text(1 + chance.below(30))
        texts.append(body)
        members.append(#""body": "\#(body)""#)
      }
      if !chance.oneIn(3) { members.append(#""tags": ["t\#(chance.below(9))", "t4"]"#) }
      if !chance.oneIn(3) { members.append(#""year": \#(1990 + chance.below(5))"#) }
      if !chance.oneIn(3) { members.append(#""price": \#(Double(chance.below(9)) - 4.5)"#) }
      if !chance.oneIn(3) {
        members.append(#""date": "20\#(10 + chance.below(9))-0\#(1 + chance.below(9))""#)
      }
      return "{\(members.joined(separator: ", "))}"
    }
  }

  static func fields() throws -> [Field] {
    [
      try Field(name: "title", type: .text), try Field(name: "body", type: .text),
      try Field(name: "tags", type: .keyword), try Field(name: "year", type: .integer),
      try Field(name: "price", type: .double), try Field(name: "date", type: .date),
    ]
  }

  /// In two segments, less every ninth document.
  static func reader(
    _ lines: ArraySlice<String>, _ fields: [Field], near: Bool = true
  ) throws -> IndexReader {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(fields: fields, dynamic: .ignore, nearDuplicates: near)
    let writer = try IndexWriter.open(directory, create: schema)
    let middle = (lines.startIndex + lines.endIndex) / 2
    for half in [lines[..<middle], lines[middle...]] {
      try SearcherTests.add(Array(half), to: writer)
    }
    for number in lines.indices where number % 9 == 0 { try writer.delete(id: "d\(number)") }
    try writer.commit()
    writer.close()
    return try IndexReader.open(directory)
  }

  private static func sort(_ chance: inout SearchChance) -> [SortKey] {
    (0..<chance.below(3)).map { _ in
      let descending = chance.oneIn(2)
      return [
        SortKey.score, SortKey(field: "year", descending: descending),
        SortKey(field: "tags", descending: descending),
        SortKey(field: "price", descending: descending),
        SortKey(field: "date", descending: descending),
        SortKey(field: "id", descending: descending),
      ][chance.below(6)]
    }
  }

  private static let queries = [
    "*", "nato", "herring OR nuclear", "nato price", "\"nato herring\"", "title:nato", "niinisto",
    "covid-19 tea OR port", "n*", "nato -tea", "tags:t1 OR year:1992", "nato~1", "nato~2",
    "year:>=1993 herring", "tea NEAR/3 port OR nata", "\"tea price fleet\"/2", "/n.*o/", "*e*",
    "nato^3 tea^0.5", "none OR herring", "date:2012..2014 nato",
  ]

  private static func request(_ chance: inout SearchChance) -> SearchRequest {
    var request = SearchRequest(query: queries[chance.below(queries.count)])
    request.sort = sort(&chance)
    request.total = chance.oneIn(4) ? .atLeast : .exact
    request.now = 1_500_000_000_000
    if chance.oneIn(3) {
      request.recency = Recency(
        field: "date", halfLife: 20_000_000_000, weight: Float(1 + chance.below(3)))
    }
    if chance.oneIn(4) {
      request.filters = [.range(field: "year", FilterRange(gte: .integer(1991)))]
    }
    switch chance.below(8) {
    case 0: request.collapse = .field("tags")
    case 1: request.collapse = .field("year")
    case 2: request.collapse = .field("date")
    case 3: request.collapse = .field("price")
    case 4, 5: request.collapse = .near
    default: break
    }
    if chance.oneIn(3) {
      request.facets = [
        Facet("tags", .values(limit: 3, order: .count)),
        Facet("year", .values(limit: 9, order: .value)),
        Facet("date", .intervals(.year, zone: "Europe/Helsinki", showsEmpty: true)),
      ]
    }
    return request
  }

  @Test("parts of any size, hits and the numbers folded into them are those of one index")
  func walk() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    let lines = Self.documents(&chance, 320)
    let whole = Searcher(try Self.reader(lines[...], try Self.fields()))
    // One of them is empty. No segment is of deleted documents alone: it would be dropped, and counted no more.
    let bounds = [0, 4, 4, 150, 320]
    let group = try IndexGroup(
      try (0..<4).map { part in
        (
          name: "part-\(part)",
          reader: try Self.reader(lines[bounds[part]..<bounds[part + 1]], try Self.fields())
        )
      })
    var folded = 0
    for round in 0..<260 {
      var request = Self.request(&chance)
      var other = request
      let place = "seed \(seed), round \(round): \(request)"
      let isSmall = chance.oneIn(3)
      var parts = 0
      repeat {
        request.limit = 1 + chance.below(isSmall ? 9 : 200)
        other.limit = request.limit
        let expected = try whole.search(request)
        let found = try group.search(other)
        try #require(found.hits.map(\.id) == expected.hits.map(\.id), "\(place)")
        #expect(
          found.hits.map(\.score?.bitPattern) == expected.hits.map(\.score?.bitPattern), "\(place)")
        #expect(found.hits.map(\.similar) == expected.hits.map(\.similar), "\(place)")
        #expect(found.facets == expected.facets, "\(place)")
        #expect(found.didYouMean == expected.didYouMean)
        if request.total == .exact || !request.facets.isEmpty || request.collapse != nil {
          #expect(found.total == expected.total, "\(place)")
          #expect((found.next == nil) == (expected.next == nil), "\(place)")
        } else {
          #expect(found.total.value >= expected.total.value, "\(place)")
        }
        folded += found.hits.reduce(0) { $0 + ($1.similar ?? 0) }
        request.after = expected.next
        other.after = found.next
        parts += 1
      } while request.after != nil && other.after != nil && parts < 400
      try #require(parts < 400)
    }
    #expect(folded > 100)
  }

  @Test(
    "an index without the field: its documents stay by themselves, last in a sort, in parts as well"
  )
  func otherSchemas() throws {
    let fields = try Self.fields()
    let group = try IndexGroup([
      (
        name: "a",
        reader: try Self.reader(
          [#"{"id":"a0"}"#, #"{"id":"a1","body":"tea"}"#, #"{"id":"a2","body":"tea"}"#],
          [fields[1]])
      ),
      (
        name: "b",
        reader: try Self.reader(
          [
            #"{"id":"b0"}"#, #"{"id":"b1","body":"tea","tags":"x","year":3}"#,
            #"{"id":"b2","body":"tea","tags":"x","year":1}"#,
          ], fields)
      ),
      (
        name: "c",
        reader: try Self.reader(
          [#"{"id":"c0"}"#, #"{"id":"c1","body":"tea","tags":"x","year":2}"#],
          [fields[3], fields[2], fields[1]])
      ),
    ])
    func walk(_ change: (inout SearchRequest) -> Void) throws -> [String] {
      var request = SearchRequest(query: "tea")
      change(&request)
      request.limit = 1
      var ids: [String] = []
      repeat {
        let part = try group.search(request)
        ids += part.hits.map { hit in hit.id + (hit.similar.map { "+\($0)" } ?? "") }
        request.after = part.next
      } while request.after != nil && ids.count < 20
      return ids
    }
    #expect(try walk { $0.sort = [SortKey(field: "year")] } == ["b2", "c1", "b1", "a1", "a2"])
    #expect(
      try walk { $0.sort = [SortKey(field: "tags"), SortKey(field: "year", descending: true)] } == [
        "b1", "c1", "b2", "a1", "a2",
      ])
    #expect(
      try walk {
        $0.sort = [SortKey(field: "year")]
        $0.collapse = .field("tags")
      } == ["b2+2", "a1+0", "a2+0"])
  }

  @Test("what cannot be collapsed together is told with place and index")
  func faults() throws {
    let fields = try Self.fields()
    let tags = try Field(name: "tags", type: .integer)
    let lines = [#"{"id":"x"}"#, #"{"id":"y","title":"tea"}"#]
    let group = try IndexGroup([
      (name: "a", reader: try Self.reader(lines[...], fields)),
      (name: "b", reader: try Self.reader(lines[...], [fields[0], tags], near: false)),
    ])
    for (collapse, details) in [
      (SearchRequest.Collapse.field("tags"), ["keyword in a", "integer in b"]),
      (.near, ["index b", "near_duplicates"]), (.field("tgs"), ["tags"]),
    ] {
      var request = SearchRequest(query: "tea")
      request.collapse = collapse
      let error = #expect(throws: IndexGroup.Failure.self) { try group.search(request) }
      guard case .request("/collapse", let found, let hint)? = error?.error else {
        Issue.record("\(collapse)")
        continue
      }
      for detail in details { #expect((found + (hint ?? "")).contains(detail), "\(found)") }
    }
    var request = SearchRequest(query: "tea")
    for (member, document) in [(2, 0), (-1, 0), (1, 2)] as [(Int, UInt32)] {
      request.after = SearchPosition(member: member, document: document, score: 0, place: 1, now: 0)
      let error = #expect(throws: IndexGroup.Failure.self) { try group.search(request) }
      guard case .request("/cursor", _, _)? = error?.error else {
        Issue.record("\(member) \(document)")
        continue
      }
    }
    // No score of this query, and no number: nothing worse than another part.
    for bits in [UInt32.max, 0x7FFF_FFFF, 0x7FC0_0000, 0xFF80_0000, 0x7F80_0000] {
      for member in 0...1 {
        request.after = SearchPosition(
          member: member, document: 1, score: bits, place: .max - 1_000, now: 0)
        _ = try group.search(request)
      }
    }
  }

  @Test("a deadline that has passed ends a collapsed search of several, and there is no next part")
  func deadline() throws {
    let lines = (0..<50).map { #"{"id":"d\#($0)","title":"tea","tags":"t\#($0 % 5)"}"# }
    let group = try IndexGroup(
      try ["a", "b"].map { (name: $0, reader: try Self.reader(lines[...], try Self.fields())) })
    for collapse in [SearchRequest.Collapse.field("tags"), .near] {
      var request = SearchRequest(query: "tea")
      request.collapse = collapse
      request.facets = [Facet("year", .values(limit: 2, order: .value))]
      let found = try group.search(request, deadline: Deadline(nanoseconds: 1))
      #expect(found.timedOut && !found.total.exact && found.next == nil)
      #expect(found.facets.allSatisfy { !$0.exact })
    }
  }
}

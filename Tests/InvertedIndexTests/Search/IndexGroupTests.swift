// Several indexes against one that holds all their documents.

import JSON
import Testing

@testable import InvertedIndex

@Suite("Several indexes as one")
struct IndexGroupTests {
  private static let words = ["nato", "herring", "nuclear", "price", "tea", "Niinistö", "COVID-19"]

  private static func document(_ chance: inout SearchChance, _ number: Int) -> String {
    func text(_ count: Int) -> String {
      (0..<count).map { _ in words[min(chance.below(7), chance.below(7))] }.joined(separator: " ")
    }
    var members = [#""id": "d\#(number)""#]
    if !chance.oneIn(4) { members.append(#""title": "\#(text(1 + chance.below(3)))""#) }
    if !chance.oneIn(6) { members.append(#""body": "\#(text(1 + chance.below(12)))""#) }
    if !chance.oneIn(3) { members.append(#""tags": ["t\#(chance.below(4))"]"#) }
    if !chance.oneIn(3) { members.append(#""year": \#(1990 + chance.below(5))"#) }
    return "{\(members.joined(separator: ", "))}"
  }

  private static func reader(
    _ lines: [String], _ fields: [Field]
  ) throws -> IndexReader {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(fields: fields, dynamic: .ignore)
    let writer = try IndexWriter.open(directory, create: schema)
    // Two segments each.
    for half in [lines[..<(lines.count / 2)], lines[(lines.count / 2)...]] {
      try SearcherTests.add(Array(half), to: writer)
    }
    writer.close()
    return try IndexReader.open(directory)
  }

  private static func fields() throws -> [Field] {
    [
      try Field(name: "title", type: .text), try Field(name: "body", type: .text),
      try Field(name: "tags", type: .keyword), try Field(name: "year", type: .integer),
    ]
  }

  private static func requests() -> [SearchRequest] {
    var requests = [
      "nato", "herring OR nuclear", "nato price", "\"nato herring\"", "title:nato", "niinisto",
      "covid-19 tea", "n*", "nato -tea", "tags:t1 OR year:1992", "title:(tea OR price)", "*",
      "year:>=1993 herring", "\"nuclear pri\"*", "-nato",
    ].map { SearchRequest(query: $0) }
    for sort in [
      [SortKey(field: "year", descending: true)], [SortKey(field: "tags"), .score],
      [.score, SortKey(field: "year")], [SortKey(field: "id", descending: true)],
      [SortKey(field: "year"), SortKey(field: "tags", descending: true)],
    ] {
      var request = SearchRequest(query: "nato OR tea")
      request.sort = sort
      requests.append(request)
    }
    var filtered = SearchRequest(query: "nato")
    filtered.filters = [
      .any([.equals(field: "tags", .string("t1")), .missing(field: "year")]),
      .not(.range(field: "year", FilterRange(gte: .integer(1994)))),
    ]
    requests.append(filtered)
    filtered.query = ""
    filtered.highlight = .init()
    requests.append(filtered)
    var shown = SearchRequest(query: "herring tea")
    shown.defaultOperator = .or
    shown.highlight = .init(fields: ["title", "body"])
    shown.explain = true
    shown.select = ["title", "tags"]
    requests.append(shown)
    return requests
  }

  @Test("answers, to the bit, are those of one index with all the documents")
  func sameSchema() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    let lines = (0..<240).map { Self.document(&chance, $0) }
    let whole = Searcher(try Self.reader(lines, try Self.fields()))
    let bounds = [0, 3, 100, 240]
    // Given in another order than that of their names.
    let group = try IndexGroup(
      try [2, 0, 1].map { part in
        (
          name: "part-\(part)",
          reader: try Self.reader(Array(lines[bounds[part]..<bounds[part + 1]]), try Self.fields())
        )
      })
    for request in Self.requests() {
      for limit in [10, 1, 500, 0] {
        var request = request
        request.limit = limit
        request.facets = [
          Facet("tags", .values(limit: 3, order: .count)),
          Facet("year", .values(limit: 2, order: .value)),
        ]
        let expected = try whole.search(request)
        let found = try group.search(request)
        let place = "seed \(seed): \(request.query) \(request.sort) \(limit)"
        #expect(found.hits.map(\.id) == expected.hits.map(\.id), "\(place)")
        #expect(found.hits.map(\.score) == expected.hits.map(\.score), "\(place)")
        #expect(found.hits.map(\.fields) == expected.hits.map(\.fields), "\(place)")
        #expect(found.hits.map(\.passages) == expected.hits.map(\.passages), "\(place)")
        #expect(
          found.hits.map { $0.explanation?.value } == expected.hits.map { $0.explanation?.value })
        #expect(found.total == expected.total, "\(place)")
        #expect(found.facets == expected.facets, "\(place)")
        #expect(found.interpreted == expected.interpreted)
        #expect(found.warnings == expected.warnings)
        #expect(found.generation == 0)
        #expect(found.indexes.map(\.name) == ["part-0", "part-1", "part-2"])
        for hit in found.hits {
          let number = try #require(Int(hit.id.dropFirst()))
          let part = (0..<3).first { number < bounds[$0 + 1] }
          #expect(hit.index == "part-\(part ?? -1)")
        }
        #expect(try group.count(request).total == whole.count(request).total, "\(place)")
      }
    }
  }

  @Test("a field that an index does not have is missing there, as in a document")
  func otherSchemas() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    // The parts lack what their schemas lack: for the whole index the documents do.
    let all = try Self.fields()
    let kept = [[0, 2], [1, 3], [0, 1, 2, 3]].map { numbers in numbers.map { all[$0] } }
    var lines: [[String]] = []
    for (part, fields) in kept.enumerated() {
      let names = fields.map(\.name)
      lines.append(
        try (0..<60).map { number in
          let text = Self.document(&chance, part * 100 + number)
          guard case .object(let object) = try JSONValue.parse(text) else { return text }
          var less = JSONObject()
          for member in object.members where member.name == "id" || names.contains(member.name) {
            less[member.name] = member.value
          }
          return "\(JSONValue.object(less))"
        })
    }
    let whole = Searcher(try Self.reader(Array(lines.joined()), try Self.fields()))
    let group = try IndexGroup(
      try kept.indices.map { (name: "p\($0)", reader: try Self.reader(lines[$0], kept[$0])) })
    for request in Self.requests() {
      var request = request
      request.limit = 200
      let expected = try whole.search(request)
      let found = try group.search(request)
      let place = "seed \(seed): \(request.query) \(request.sort)"
      #expect(found.total == expected.total, "\(place)")
      #expect(found.interpreted == expected.interpreted)
      #expect(found.warnings == expected.warnings)
      // Fields are added in another order where others lie between: the last bit may differ.
      let scores = Dictionary(uniqueKeysWithValues: expected.hits.map { ($0.id, $0.score) })
      #expect(Set(found.hits.map(\.id)) == Set(scores.keys), "\(place)")
      for hit in found.hits {
        guard let score = hit.score, let other = scores[hit.id] ?? nil else { continue }
        #expect(abs(score - other) <= 1e-5 * max(1, other), "\(place): \(hit.id)")
      }
      if expected.hits.first?.score == nil {
        #expect(found.hits.map(\.id) == expected.hits.map(\.id), "\(place)")
      }
      #expect(try group.count(request).total == expected.total, "\(place)")
    }
  }

  private func fault(_ group: IndexGroup, _ request: SearchRequest) -> IndexGroup.Failure? {
    do throws(IndexGroup.Failure) {
      _ = try group.search(request)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "a field of no index, types that differ, and a value that does not fit are told with place and index"
  )
  func faults() throws {
    let group = try IndexGroup([
      (
        name: "a",
        reader: try Self.reader(
          [#"{"id":"1","code":5,"text":"tea"}"#],
          [try Field(name: "code", type: .integer), try Field(name: "text", type: .text)])
      ),
      (
        name: "b",
        reader: try Self.reader(
          [#"{"id":"2","code":"x","note":"tea"}"#],
          [try Field(name: "code", type: .keyword), try Field(name: "note", type: .text)])
      ),
    ])
    var request = SearchRequest(query: "tea")
    #expect(try group.search(request).hits.map(\.id) == ["1", "2"])
    request.sort = [.score, SortKey(field: "code")]
    var error = try #require(fault(group, request)).error
    guard case .request("/sort/1", let detail, _) = error else { throw error }
    #expect(detail.contains("integer in a") && detail.contains("keyword in b"))
    request.sort = [SortKey(field: "cod")]
    error = try #require(fault(group, request)).error
    guard case .request("/sort/0", _, "did you mean \"code\"?") = error else { throw error }
    request.sort = []
    request.filters = [.equals(field: "code", .string("x"))]
    error = try #require(fault(group, request)).error
    guard case .request("/filter/0/equals", let misfit, _) = error else { throw error }
    #expect(misfit.contains("index a"))
    // Each by its own type.
    request.filters = [.equals(field: "code", .integer(5))]
    #expect(try group.search(request).hits.map(\.id) == ["1"])
    request.filters = []
    request.limit = -1
    #expect(fault(group, request) != nil)
  }

  @Test("ties are in the order of names, then of documents; hits of one name each")
  func ties() throws {
    let lines = [#"{"id":"x","title":"tea"}"#, #"{"id":"y","title":"tea"}"#]
    let group = try IndexGroup(
      try ["b", "a"].map { (name: $0, reader: try Self.reader(lines, try Self.fields())) })
    let found = try group.search(SearchRequest(query: "tea"))
    #expect(found.hits.map { "\($0.index ?? "")\($0.id)" } == ["ax", "ay", "bx", "by"])
    #expect(found.total == Total(value: 4, exact: true))
  }

  @Test("a deadline that has passed ends all of them: what was found so far, and said")
  func deadline() throws {
    let lines = (0..<50).map { #"{"id":"d\#($0)","title":"tea"}"# }
    let group = try IndexGroup(
      try ["a", "b"].map { (name: $0, reader: try Self.reader(lines, try Self.fields())) })
    var request = SearchRequest(query: "tea OR n* OR \"tea te\"*")
    let found = try group.search(request, deadline: Deadline(nanoseconds: 1))
    #expect(found.timedOut && !found.total.exact)
    #expect(try group.count(request, deadline: Deadline(nanoseconds: 1)).timedOut)
    request.maximumBytes = 10
    request.query = "tea"
    let error = try #require(fault(group, request)).error
    guard case .tooLarge = error else { throw error }
  }

  @Test("more fields than an index can have are too many together")
  func manyFields() throws {
    let readers = try (0..<2).map { part in
      try Self.reader(
        [#"{"id":"1"}"#],
        try (0..<700).map { try Field(name: "p\(part)-\($0)", type: .keyword) })
    }
    #expect(throws: IndexGroup.Failure.self) {
      try IndexGroup([(name: "a", reader: readers[0]), (name: "b", reader: readers[1])])
    }
  }
}

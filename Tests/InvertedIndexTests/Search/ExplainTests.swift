// How a request judges one document, also one that it does not find; and what else the reading door tells.

import Testing

@testable import InvertedIndex

extension Explanation {
  /// The sum over the leaves.
  var leaves: Float { parts.isEmpty ? value : parts.reduce(0) { $0 + $1.leaves } }

  /// Every node, itself first.
  var all: [Explanation] { [self] + parts.flatMap(\.all) }
}

@Suite("Explanations")
struct ExplainTests {
  @Test("leaves sum to the score of a match; what does not match has the part that is missing")
  func trees() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    let documents = (0..<400).map { chance.document($0, deleted: 0) }
    let engine = NaiveEngine(documents: documents)
    let view = try engine.view(segments: [150, 250])
    for round in 0..<100 {
      let query = try SearchPropertyTests.rewritten(view, chance.query(depth: round % 4))
      let filters =
        chance.oneIn(3) ? [try SearchPropertyTests.rewritten(view, chance.query(depth: 1))] : []
      let run = try QueryRun(view, query, filters: filters, deadline: .never)
      let matches = Dictionary(
        uniqueKeysWithValues: engine.search(query, filters: filters).map { ($0.document, $0.score) }
      )
      for _ in 0..<8 {
        let document = chance.below(documents.count)
        let explanation = try run.explain(UInt32(document))
        let place = "seed \(seed), round \(round), document \(document): \(query)"
        try #require(
          explanation.matches == (matches[document] != nil), "\(place)")
        if let score = matches[document] {
          try #require(explanation.value == score && explanation.leaves == score, "\(place)")
          let isWhole = explanation.all.allSatisfy(\.matches)
          try #require(isWhole, "\(place)")
        } else {
          try #require(explanation.value == 0, "\(place)")
        }
      }
    }
  }

  private func explain(
    _ query: String, _ id: String, _ change: (inout SearchRequest) -> Void = { _ in }
  ) throws -> Explanation? {
    var request = SearchRequest(query: query)
    change(&request)
    return try SearcherTests.searcher().explain(request, id: id)?.explanation
  }

  @Test("says which part is missing")
  func missing() throws {
    let both = try #require(try explain("finland zebra", "a"))
    #expect(!both.matches && both.value == 0 && both.what == "not all parts match")
    #expect(both.parts.map(\.matches) == [true, false])
    #expect(both.parts[1].what.hasPrefix("no match: term title:zebra, body:zebra"))
    let excluded = try #require(try explain("finland -president", "a"))
    #expect(!excluded.matches && excluded.parts.last?.what == "excluded, and matches")
    let phrase = try #require(try explain("\"finland pres\"*", "a"))
    #expect(phrase.what.hasPrefix("no match: phrase title:\"finland pres*\""), "\(phrase.what)")
    #expect(try explain("year:2020", "a")?.what == "no match: range of year")
    #expect(try explain("fin*", "a")?.matches == true)
    #expect(try explain("zzz*", "a")?.what == "no match: a word that fits")
    #expect(try explain("", "a")?.what == "nothing that documents can have")
    let filtered = try #require(
      try explain("finland", "a") {
        $0.filters = [.exists(field: "year"), .equals(field: "year", .integer(1))]
      })
    #expect(!filtered.matches && filtered.what == "filtered out")
    #expect(filtered.parts.first?.what == "filter 2 of 2 does not hold")
    #expect(filtered.parts.last?.matches == true)
  }

  @Test("tells how often a word or a phrase occurs, and in which field")
  func frequencies() throws {
    func figures(_ query: String, _ id: String) throws -> [String: Double] {
      let explanation = try #require(try explain(query, id))
      return Dictionary(explanation.details.map { ($0.name, $0.value) }) { first, _ in first }
    }
    let word = try figures("covid", "c")
    #expect(word["frequency in body"] == 2 && word["length of body"] == 8)
    #expect(word["frequency in title"] == nil && word["documents"] == 5)
    let phrase = try figures("\"covid 19\"", "c")
    #expect(phrase["frequency in body"] == 1 && phrase["frequency in title"] == nil)
    #expect(try figures("\"president of finland\"", "a")["frequency in title"] == 1)
  }

  @Test("no such document, a deadline that has passed, and faults of the request")
  func faults() throws {
    #expect(try explain("finland", "none") == nil)
    let searcher = try SearcherTests.searcher()
    let passed = Deadline(nanoseconds: 1)
    for query in ["finland nato", "fin*", "\"of finland\""] {
      #expect(throws: IndexError.cancelled, "\(query)") {
        try searcher.explain(SearchRequest(query: query), id: "a", deadline: passed)
      }
    }
    #expect(throws: IndexError.cancelled) {
      try searcher.statistics(SearchRequest(query: "fin*"), deadline: passed)
    }
    var request = SearchRequest(query: "finland")
    request.fields = [.init("none")]
    #expect(throws: IndexError.self) { try searcher.explain(request, id: "a") }
    #expect(throws: IndexError.self) { try searcher.statistics(request) }
  }

  @Test("agrees with the explanations of a search, by given statistics as well")
  func agrees() throws {
    let searcher = try SearcherTests.searcher()
    var request = SearchRequest(query: "finland OR president")
    request.explain = true
    var given = try searcher.statistics(request)
    given.documents = 1_000
    for statistics in [nil, given] {
      request.statistics = statistics
      let hits = try searcher.search(request).hits
      #expect(hits.count == 3)
      for hit in hits {
        let alone = try #require(try searcher.explain(request, id: hit.id))
        #expect(alone.explanation == hit.explanation && alone.explanation.value == hit.score)
        let documents = alone.explanation.all.flatMap(\.details).filter { $0.name == "documents" }
        #expect(documents.allSatisfy { $0.value == (statistics == nil ? 5 : 1_000) })
      }
    }
  }

  @Test("an exact prefix at the end of a phrase finds no other marks, however the segments are cut")
  func exactPrefix() throws {
    let lines = [#"{"id":"a","body":"they run"}"#, #"{"id":"b","body":"they rün, they run not"}"#]
    let directory = try SearcherTests.directory(Array(lines[..<1]))
    let writer = try IndexWriter.open(directory)
    try SearcherTests.add([lines[1], #"{"id":"c","body":"they rün"}"#], to: writer)
    writer.close()
    let searcher = Searcher(try IndexReader.open(directory))
    #expect(searcher.reader.segments.count == 2)
    for (query, ids) in [
      ("=\"they ru\"*", ["a", "b"]), ("=ru*", ["a", "b"]), ("ru*", ["a", "b", "c"]),
    ] {
      let hits = try searcher.search(SearchRequest(query: query)).hits
      #expect(hits.map(\.id).sorted() == ids, "\(query)")
    }
  }
}

@Suite("The reading door")
struct IndexReaderTests {
  /// Two segments; c and e are deleted.
  private func reader() throws -> IndexReader {
    let directory = try SearcherTests.directory()
    let writer = try IndexWriter.open(directory)
    try writer.delete(id: "e")
    try SearcherTests.add(
      [#"{"id":"c","body":"again"}"#, #"{"id":"f","body":"last words"}"#], to: writer)
    writer.close()
    return try IndexReader.open(directory)
  }

  @Test("going through the documents can be stopped and gone on with", arguments: 1...6)
  func iteration(documents: Int) throws {
    let reader = try reader()
    var ids: [String] = []
    var position = 0
    var isAtEnd = false
    while !isAtEnd {
      var iterator = reader.documents(from: position)
      for _ in 0..<documents where !isAtEnd {
        if let document = try iterator.next() {
          #expect(document.fields.first?.name == "id")
          ids.append(document.id)
        } else {
          isAtEnd = true
        }
      }
      position = iterator.position
    }
    #expect(ids == ["a", "b", "d", "c", "f"])
    #expect(position == 7)
    for beyond in [7, 1_000, Int.max] {
      var iterator = reader.documents(from: beyond)
      #expect(try iterator.next() == nil)
    }
    var first = reader.documents(from: -5)
    #expect(try first.next()?.id == "a")
    #expect(throws: IndexError.cancelled) {
      try reader.forEachDocument { _, _ throws(IndexError) in throw .cancelled }
    }
  }

  @Test("a field of any type that is only stored is shown, and finds nothing")
  func onlyStored() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(
      fields: FieldType.allCases.map {
        try Field(name: $0.name, type: $0, indexed: false, column: false)
      })
    let writer = try IndexWriter.open(directory, create: schema)
    try SearcherTests.add(
      [#"{"id":"a","text":"x","keyword":"x","integer":1,"double":1,"date":"2018","boolean":true}"#],
      to: writer)
    writer.close()
    let searcher = Searcher(try IndexReader.open(directory))
    #expect(try searcher.search(SearchRequest(query: "x")).total.value == 0)
    #expect(try searcher.reader.document(id: "a")?.count == 7)
    for select in [[], ["id"], ["keyword"]] {
      var request = SearchRequest(query: "*")
      request.select = select
      let hit = try #require(try searcher.search(request).hits.first)
      #expect(hit.id == "a" && hit.fields.map(\.name) == select)
      request.highlight = .init()
      #expect(try searcher.search(request).hits.first?.fields == hit.fields)
    }
  }

  @Test("where nothing but the id is stored, a hit shows it, however it is read")
  func nothingStored() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(fields: [Field(name: "text", type: .text, stored: false)])
    let writer = try IndexWriter.open(directory, create: schema)
    try SearcherTests.add([#"{"id":"a","text":"x"}"#, #"{"id":"b","text":"x y"}"#], to: writer)
    writer.close()
    let searcher = Searcher(try IndexReader.open(directory))
    var request = SearchRequest(query: "x")
    let hits = try searcher.search(request).hits
    #expect(hits.map(\.id) == ["a", "b"])
    for hit in hits {
      #expect(hit.omitted == [])
      #expect(hit.fields == [StoredField(name: "id", values: [.keyword(hit.id)], isArray: false)])
    }
    // Passages are looked for in the stored document.
    request.highlight = .init()
    #expect(try searcher.search(request).hits.map(\.fields) == hits.map(\.fields))
  }

  @Test("fields and what they hold")
  func summaries() throws {
    let reader = try reader()
    let fields = try reader.fieldSummaries()
    #expect(fields.map(\.name) == ["id", "title", "body", "tags", "year", "price", "date", "ok"])
    let body = fields[2]
    #expect(body.type == .text && body.documents == 7 && body.terms > 20 && body.normBytes > 0)
    #expect(try #require(body.tokens) > 30)
    #expect(fields[0].documents == 7 && fields[0].terms == 7 && fields[0].tokens == nil)
    #expect(fields[3].documents == 4 && fields[3].postings > 6 && fields[3].columnBytes > 0)
    #expect(fields[4].documents == 4 && fields[4].terms == 0)
    let held = fields.reduce(0) { $0 + $1.termBytes + $1.normBytes + $1.columnBytes }
    #expect(held + reader.storedBytes < reader.sizeInBytes)
  }

  @Test("what an index is made of adds up to its size")
  func composition() throws {
    let reader = try reader()
    let parts = try reader.composition()
    let fields = try reader.fieldSummaries()
    #expect(parts.stored == reader.storedBytes)
    #expect(parts.postings > 0)
    #expect(parts.postings + parts.dictionaries == fields.reduce(0) { $0 + $1.termBytes })
    #expect(parts.columns == fields.reduce(0) { $0 + $1.columnBytes })
    #expect(parts.norms == fields.reduce(0) { $0 + $1.normBytes })
    let live = reader.snapshot.manifest.segments.reduce(0) { $0 + ($1.live?.file.length ?? 0) }
    let sum =
      parts.stored + parts.postings + parts.dictionaries + parts.columns + parts.norms + parts.rest
    #expect(sum + live == reader.sizeInBytes)
  }
}

// The searching door over a small index that was written through the writing door: what each kind of query finds.

import QueryLanguage
import Testing

@testable import InvertedIndex

@Suite("Searcher")
struct SearcherTests {
  static let lines = [
    #"""
    {"id":"a","title":"The president of Finland","body":"President Niinistö spoke of nuclear deterrents.",
     "tags":["NATO","Vladimir Putin"],"year":2016,"price":1.5,"date":"2016-03-01","ok":true}
    """#,
    #"""
    {"id":"b","title":"Niinisto visits","body":"A deterrent, said the man. COVID-19 came to Helsinki.",
     "tags":["Russia"],"year":2018,"price":2.5,"date":"2018-05-14T10:00:00Z","ok":false}
    """#,
    #"""
    {"id":"c","title":"Cats and dogs","body":"covid19 is covid 19, not covid nor 19","tags":["nato"],
     "year":2018,"date":"2018-12-31"}
    """#,
    #"""
    {"id":"d","title":"President","body":"The Finland president and the other Finnish presidents of old",
     "tags":["NATO","Russia"],"year":2020,"price":-3}
    """#,
    #"{"id":"e","body":"Finland 19 covid"}"#,
  ]

  static func directory(_ lines: [String] = lines) throws -> FaultDirectory {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(fields: [
      Field(name: "title", type: .text, analyzer: "english"), Field(name: "body", type: .text),
      Field(name: "tags", type: .keyword), Field(name: "year", type: .integer),
      Field(name: "price", type: .double), Field(name: "date", type: .date),
      Field(name: "ok", type: .boolean),
    ])
    let writer = try IndexWriter.open(directory, create: schema)
    try add(lines, to: writer)
    writer.close()
    return directory
  }

  static func add(_ lines: [String], to writer: IndexWriter) throws {
    var document = Document()
    for line in lines {
      try document.read(json: unsafe Array(line.utf8).span.bytes)
      try writer.add(document)
    }
    _ = try writer.commit()
  }

  static func searcher(_ lines: [String] = lines) throws -> Searcher {
    Searcher(try IndexReader.open(try directory(lines)))
  }

  /// Ids of all that a query finds, the best first; each hit is explained, to the last bit of its score.
  static func explained(
    _ query: String, in searcher: Searcher, _ change: (inout SearchRequest) -> Void = { _ in }
  ) throws -> [String] {
    var request = SearchRequest(query: query)
    request.explain = true
    change(&request)
    let response = try searcher.search(request)
    #expect(response.total == Total(value: response.hits.count, exact: true), "\(query)")
    for hit in response.hits {
      #expect(hit.explanation?.leaves == hit.score, "\(query): \(hit.id)")
    }
    return response.hits.map(\.id)
  }

  /// Ids of what a query finds, in alphabetical order.
  func found(
    _ query: String, in searcher: Searcher, _ change: (inout SearchRequest) -> Void = { _ in }
  ) throws -> String {
    var request = SearchRequest(query: query)
    change(&request)
    let response = try searcher.search(request)
    #expect(response.total == Total(value: response.hits.count, exact: true), "\(query)")
    #expect(try searcher.count(request).total == response.total, "\(query)")
    return response.hits.map(\.id).sorted().joined()
  }

  @Test(
    "finds what the query language says",
    arguments: [
      ("finland", "ade"), ("finland president", "ad"), ("nato", "acd"), ("putin", "a"),
      ("tags:\"vladimir putin\"", "a"), ("tags:\"putin vladimir\"", ""), ("NATO russia", "d"),
      ("covid-19", "bc"), ("covid19", "bc"),
      ("\"covid-19 came\"", "b"), ("\"came covid-19\"", ""), ("x/covid-19", ""),
      ("\"covid 19\"", "bc"), ("covid 19", "bce"),
      ("niinisto", "ab"), ("=niinistö", "a"), ("title:niinisto", "b"),
      ("title,body:niinisto", "ab"),
      ("deterren*", "ab"), ("title:presiden*", "ad"), ("niin*to", "ab"), ("n?inisto", "ab"),
      ("\"president of finland\"", "a"), ("\"president * finland\"", "a"),
      ("\"finland pres*\"", ""),
      ("\"finland pres\"*", "d"), ("\"said the man\"", "b"), ("title:presidents", "ad"),
      ("cats OR putin", "ac"), ("finland -president", "e"), ("finland NOT president", "e"),
      ("-finland", "bc"), ("+finland OR putin", "ade"), ("*", "abcde"), ("title:*", "abcd"),
      ("price:*", "abd"), ("year:2018", "bc"), ("year:>=2018", "bcd"), ("year:<2018", "a"),
      ("year:2016..2018", "abc"), ("year:[2016 TO 2018}", "a"), ("price:[-3 TO 1.5]", "ad"),
      ("price:>1.5", "b"), ("date:2018", "bc"), ("date:2018-05", "b"), ("date:2018-05..", "bc"),
      ("date:<=2018-05", "ab"), ("ok:true", "a"), ("ok:false", "b"),
      ("tags:[NATO TO Russia]", "abd"),
      ("id:a", "a"), ("id:(a OR e)", "ae"), ("id:a*", "a"), ("zebra", ""), ("finland zebra", ""),
      ("(cats OR finland) (putin OR dogs)", "ac"), ("president^3 OR cats^0", "acd"),
      ("the", "abd"), ("the OR of OR dogs", "abcd"), ("title:(the OR of OR dogs)", "c"),
      ("title:(the OR of OR a)", "a"), ("title:(+the OR of OR dogs)", "a"), ("—", ""),
    ] as [(String, String)])
  func finds(_ query: String, _ ids: String) throws {
    #expect(try found(query, in: Self.searcher()) == ids, "\(query)")
  }

  @Test("the fields of the request, the operator and the simple mode")
  func scopes() throws {
    let searcher = try Self.searcher()
    #expect(try found("finland", in: searcher) { $0.fields = [.init("title")] } == "a")
    #expect(try found("cats putin", in: searcher) { $0.defaultOperator = .or } == "ac")
    #expect(try found("cats -dogs", in: searcher) { $0.mode = .simple } == "c")
    var boosted = SearchRequest(query: "niinisto")
    boosted.fields = [.init("title", boost: 5), .init("body")]
    #expect(try searcher.search(boosted).hits.map(\.id) == ["b", "a"])
    boosted.fields = [.init("title"), .init("body", boost: 5)]
    #expect(try searcher.search(boosted).hits.map(\.id) == ["a", "b"])
    boosted.fields = [.init("none")]
    #expect(throws: IndexError.self) { try searcher.search(boosted) }
  }

  @Test("filters by value, list, range and presence; they do not change scores")
  func filters() throws {
    let searcher = try Self.searcher()
    func check(_ filters: [Filter], _ ids: String) throws {
      #expect(try found("", in: searcher) { $0.filters = filters } == ids, "\(filters)")
      // From the cache.
      #expect(try found("", in: searcher) { $0.filters = filters } == ids, "\(filters)")
    }
    try check([.equals(field: "tags", .string("NATO"))], "ad")
    try check([.isIn(field: "tags", [.string("nato"), .string("Russia")])], "bcd")
    try check(
      [.equals(field: "tags", .string("NATO")), .equals(field: "tags", .string("Russia"))], "d")
    try check([.equals(field: "year", .integer(2018))], "bc")
    try check([.equals(field: "year", .string("2018"))], "bc")
    try check([.equals(field: "year", .double(2018.5))], "")
    try check([.range(field: "year", FilterRange(gt: .integer(2016), lt: .double(2019.5)))], "bc")
    try check([.range(field: "price", FilterRange(lte: .integer(2)))], "ad")
    try check([.range(field: "date", FilterRange(gte: .string("2018-05")))], "bc")
    try check([.range(field: "date", FilterRange(gt: .string("2018-05")))], "c")
    try check([.equals(field: "date", .string("2018"))], "bc")
    try check([.equals(field: "ok", .boolean(false))], "b")
    try check([.range(field: "tags", FilterRange(gt: .string("NATO"), lt: .string("nato")))], "abd")
    try check([.exists(field: "price")], "abd")
    try check([.exists(field: "title")], "abcd")
    try check([.not(.exists(field: "year"))], "e")
    try check(
      [.any([.equals(field: "id", .string("e")), .equals(field: "year", .integer(2020))])], "de")
    try check([.any([])], "")
    try check([.all([.exists(field: "price"), .not(.equals(field: "ok", .boolean(true)))])], "bd")
    let plain = try searcher.search(SearchRequest(query: "finland"))
    var filtered = SearchRequest(query: "finland")
    filtered.filters = [.exists(field: "tags")]
    let kept = try searcher.search(filtered)
    #expect(kept.hits.map(\.score) == plain.hits.filter { $0.id != "e" }.map(\.score))
    for bad in [
      Filter.equals(field: "none", .integer(1)), .equals(field: "body", .string("x")),
      .equals(field: "year", .string("x")), .equals(field: "year", .boolean(true)),
      .equals(field: "date", .string("soon")), .equals(field: "tags", .double(1)),
      .range(field: "year", FilterRange(gte: .integer(1), gt: .integer(1))),
    ] {
      #expect(throws: IndexError.self, "\(bad)") {
        try found("", in: searcher) { $0.filters = [bad] }
      }
    }
  }

  @Test("sorts by columns and score")
  func sorts() throws {
    let searcher = try Self.searcher()
    func order(_ keys: [SortKey]) throws -> String {
      var request = SearchRequest(query: "*")
      request.sort = keys
      return try searcher.search(request).hits.map(\.id).joined()
    }
    #expect(try order([SortKey(field: "year")]) == "abcde")
    #expect(try order([SortKey(field: "year", descending: true)]) == "dbcae")
    #expect(try order([SortKey(field: "price"), SortKey(field: "id")]) == "dabce")
    #expect(try order([SortKey(field: "tags"), SortKey(field: "id", descending: true)]) == "dabce")
    #expect(try order([SortKey(field: "date", descending: true)]) == "cbade")
    #expect(try order([.score, SortKey(field: "id", descending: true)]) == "edcba")
    #expect(throws: IndexError.self) { try order([SortKey(field: "body")]) }
    #expect(throws: IndexError.self) { try order([SortKey(field: "none")]) }
  }

  @Test(
    "answers have fields, what was left out, explanations that sum up, and how the query was read")
  func answers() throws {
    let long = String(repeating: "finland ", count: 200)
    let searcher = try Self.searcher(Self.lines + [#"{"id":"long","body":"\#(long)","year":1}"#])
    var request = SearchRequest(query: "(finland nato")
    request.explain = true
    let response = try searcher.search(request)
    #expect(response.interpreted == "finland AND nato")
    #expect(response.warnings.map(\.code) == [.unclosedGroup])
    for hit in response.hits {
      func leaves(_ explanation: Explanation) -> Float {
        explanation.parts.isEmpty
          ? explanation.value : explanation.parts.reduce(0) { $0 + leaves($1) }
      }
      let explanation = try #require(hit.explanation)
      #expect(explanation.value == hit.score && leaves(explanation) == hit.score)
    }
    let all = try searcher.search(SearchRequest(query: "id:long"))
    #expect(all.hits.map(\.omitted) == [["body"]])
    #expect(all.hits.first?.fields.map(\.name) == ["id", "year"])
    request = SearchRequest(query: "id:long")
    request.select = ["body"]
    let selected = try searcher.search(request)
    #expect(selected.hits.first?.id == "long" && selected.hits.first?.omitted == [])
    #expect(selected.hits.first?.fields.map(\.values) == [[.text(long)]])
    request.select = ["none"]
    #expect(throws: IndexError.self) { try searcher.search(request) }
    request.select = nil
    request.limit = 0
    #expect(try searcher.search(request).total.value == 1)
    request.limit = -1
    #expect(throws: IndexError.self) { try searcher.search(request) }
    #expect(try searcher.reader.document(id: "long")?.map(\.name) == ["id", "body", "year"])
    #expect(try searcher.reader.document(id: "none") == nil)
  }

  @Test("what is read otherwise than it was written warns, and strict mode refuses")
  func warnings() throws {
    let searcher = try Self.searcher()
    for (query, code) in [("/a(/ nato", QueryWarning.Code.badRegex), ("a/b~1 nato", .badSuffix)] {
      #expect(
        try searcher.search(SearchRequest(query: query)).warnings.map(\.code) == [code], "\(query)")
      var strict = SearchRequest(query: query)
      strict.mode = .strict
      #expect(throws: IndexError.self, "\(query)") { try searcher.search(strict) }
    }
    var strict = SearchRequest(query: "finland AND nato")
    strict.mode = .strict
    #expect(try searcher.search(strict).warnings.isEmpty)
    #expect(try searcher.search(SearchRequest(query: "")).warnings.map(\.code) == [.emptyQuery])
  }

  @Test("an expansion keeps the 1,024 most frequent words and says so")
  func expansions() throws {
    let words = (0..<1_100).map { "x\($0)" }
    let searcher = try Self.searcher([
      #"{"id":"rare","body":"\#(words.joined(separator: " "))"}"#,
      #"{"id":"often","body":"\#(words[76...].joined(separator: " "))"}"#,
      #"{"id":"left","body":"x3"}"#, #"{"id":"out","body":"y"}"#,
    ])
    let response = try searcher.search(SearchRequest(query: "x*"))
    #expect(response.warnings.map(\.code) == [.tooManyExpansions])
    #expect(Set(response.hits.map(\.id)) == ["rare", "often", "left"])
    #expect(try searcher.search(SearchRequest(query: "x1*")).warnings.isEmpty)
  }

  @Test("deleted and replaced documents are not found, with one segment or several")
  func deletions() throws {
    let directory = try Self.directory()
    let writer = try IndexWriter.open(directory)
    try writer.delete(id: "d")
    try Self.add([#"{"id":"a","body":"Finland again"}"#], to: writer)
    writer.close()
    let searcher = Searcher(try IndexReader.open(directory))
    #expect(try found("finland", in: searcher) == "ae")
    #expect(try found("president", in: searcher) == "")
    #expect(try found("again", in: searcher) == "a")
    #expect(try found("*", in: searcher) == "abce")
    #expect(try found("-finland", in: searcher) == "bc")
    #expect(searcher.reader.documentCount == 4)
    var ids: [String] = []
    try searcher.reader.forEachDocument { id, _ in ids.append(id) }
    #expect(ids.sorted() == ["a", "b", "c", "e"])
  }

  @Test("a deadline that has passed gives an answer that says so")
  func deadlines() throws {
    let searcher = try Self.searcher()
    let flag = CancelFlag()
    flag.cancel()
    for deadline in [
      Deadline(nanoseconds: 1), Deadline(nanoseconds: .max, cancel: flag),
      .after(milliseconds: 0),
    ] {
      for query in ["finland", "finland nato", "finland OR nato", "fin*", "\"of finland\"", "*"] {
        for sort in [[], [SortKey(field: "year")]] {
          var request = SearchRequest(query: query)
          request.sort = sort
          let response = try searcher.search(request, deadline: deadline)
          #expect(response.timedOut && !response.total.exact, "\(query)")
          #expect(try searcher.count(request, deadline: deadline).timedOut, "\(query)")
        }
      }
    }
  }
}

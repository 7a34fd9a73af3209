// Words with diacritics: found however they are written, and first as they were asked for.

import Testing

@testable import InvertedIndex

@Suite("Exact accents rank first")
struct AccentsTests {
  static let lines = [
    #"{"id":"a","title":"Niinisto","body":"president Niinisto spoke"}"#,
    #"{"id":"b","title":"Niinistö","body":"president Niinistö spoke"}"#,
    #"{"id":"c","title":"NIINISTO\u0308","body":"president NIINISTO\u0308 spoke"}"#,
    #"{"id":"d","title":"NIINISTO","body":"president NIINISTO spoke"}"#,
    #"{"id":"e","title":"other","body":"nothing of that kind here, Ørsted"}"#,
    #"{"id":"f","title":"other","body":"nothing of that kind here, Orsted"}"#,
  ]

  static func searcher(_ lines: [String] = lines, analyzer: String = "standard") throws -> Searcher
  {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(fields: [
      Field(name: "title", type: .text, analyzer: analyzer),
      Field(name: "body", type: .text, analyzer: analyzer),
      Field(name: "names", type: .keyword),
    ])
    let writer = try IndexWriter.open(directory, create: schema)
    try SearcherTests.add(lines, to: writer)
    writer.close()
    return Searcher(try IndexReader.open(directory))
  }

  /// Ids, best first.
  func order(
    _ query: String, in searcher: Searcher, _ change: (inout SearchRequest) -> Void = { _ in }
  ) throws -> String {
    try SearcherTests.explained(query, in: searcher, change).joined()
  }

  @Test(
    "as they were written first, the others all the same",
    arguments: [
      ("Niinistö", "bcad"), ("NIINISTÖ", "bcad"), ("Niinisto\u{308}", "bcad"),
      ("niinisto", "abcd"), ("NIINISTO", "abcd"),
      ("president Niinistö", "bcad"), ("president niinisto", "abcd"),
      ("president AND niinistö", "bcad"), ("president OR niinistö", "bcad"),
      ("title:niinistö", "bcad"), ("niinistö^3", "bcad"), ("title,body:(niinistö spoke)", "bcad"),
      ("=Niinistö", "bc"), ("=NIINISTÖ", "bc"), ("=niinisto", "ad"), ("=\"NIINISTÖ\"", "bc"),
      ("=\"president niinistö\"", "bc"), ("=\"president niinisto\"", "ad"),
      ("\"president niinistö\"", "abcd"), ("president -niinistö", ""),
      ("Ørsted", "ef"), ("Orsted", "ef"), ("=orsted", "f"), ("=Ørsted", "e"),
    ])
  func ranks(_ query: String, _ expected: String) throws {
    #expect(try order(query, in: try Self.searcher()) == expected, "\(query)")
    #expect(
      try order(query, in: try Self.searcher(analyzer: "english")) == expected, "\(query), stemmed")
  }

  @Test("whatever the operator, and where a segment has one spelling only")
  func segments() throws {
    let directory = FaultDirectory(FaultDisk(seed: 2))
    let schema = try Schema(fields: [Field(name: "body", type: .text)])
    let writer = try IndexWriter.open(directory, create: schema)
    for spellings in [["cafe", "cafe"], ["café", "café"], ["cafe", "café"]] {
      let start = try IndexReader.open(directory).documentCount
      try SearcherTests.add(
        spellings.enumerated().map { #"{"id":"\#(start + $0.0)","body":"a \#($0.1) there"}"# },
        to: writer)
    }
    writer.close()
    let searcher = Searcher(try IndexReader.open(directory))
    #expect(try order("café", in: searcher) == "235014")
    #expect(try order("cafe", in: searcher) == "012345")
    #expect(try order("café there", in: searcher) { $0.defaultOperator = .or } == "235014")
  }

  @Test("a word in ASCII is one term a field, and a keyword's words rank so as well")
  func plain() throws {
    let searcher = try Self.searcher([
      #"{"id":"a","names":["Lodz City"]}"#, #"{"id":"b","names":["Łódź City"]}"#,
    ])
    #expect(try order("names:łódź", in: searcher) == "ba")
    #expect(try order("names:lodz", in: searcher) == "ab")
    let view = searcher.reader.view
    for (text, parts) in [("lodz", 3), ("łódź", 6), ("=łódź", 3)] {
      let prepared = try PreparedQuery(SearchRequest(query: text), view, deadline: .never)
      guard case .term(let term) = prepared.query else {
        Issue.record("\(text) is one term")
        continue
      }
      #expect(term.parts.count == parts)
    }
  }

  @Test("an explanation says that a word stands there as it was written")
  func explained() throws {
    let searcher = try Self.searcher()
    var request = SearchRequest(query: "body:niinistö")
    request.explain = true
    let hits = try searcher.search(request).hits
    #expect(hits.first?.explanation?.what == "term body:niinisto, body:niinistö as written")
    #expect(hits.last?.explanation?.what == "term body:niinisto")
    let names = hits.first?.explanation?.details.map(\.name) ?? []
    #expect(names.contains("frequency as written in body"))
    #expect(names.filter { $0 == "length of body" }.count == 1)
  }

  @Test("passages mark each spelling once")
  func passages() throws {
    var request = SearchRequest(query: "body:niinistö")
    request.highlight = SearchRequest.Highlight(fields: ["body"])
    for hit in try Self.searcher().search(request).hits {
      #expect(hit.passages.first?.ranges.count == 1)
    }
  }
}

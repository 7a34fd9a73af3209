// Words side by side as in the query, and fields that weigh more than others: what they do to the order of hits.

import QueryLanguage
import Testing

@testable import InvertedIndex

@Suite("Proximity and field weights")
struct ProximityTests {
  private static let lines = [
    #"{"id":"apart","body":"the arms of the nuclear family are open now"}"#,
    #"{"id":"close","body":"the nuclear arms of the family are open now"}"#,
    #"{"id":"gap","body":"family of nuclear and the arms are open now"}"#,
    #"{"id":"one","body":"the nuclear family of the cat is open now"}"#,
    #"{"id":"title","title":"nuclear","body":"nothing else is said about it here or now"}"#,
  ]

  private func searcher(titleWeight: Float = 1) throws -> Searcher {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(fields: [
      Field(name: "title", type: .text, analyzer: "english", weight: titleWeight),
      Field(name: "body", type: .text, analyzer: "english"),
    ])
    let writer = try IndexWriter.open(directory, create: schema)
    try SearcherTests.add(Self.lines, to: writer)
    writer.close()
    return Searcher(try IndexReader.open(directory))
  }

  private func hits(
    _ query: String, in searcher: Searcher, _ change: (inout SearchRequest) -> Void = { _ in }
  ) throws -> [Hit] {
    var request = SearchRequest(query: query)
    request.fields = [.init("body")]
    request.explain = true
    change(&request)
    return try searcher.search(request).hits
  }

  private func leaves(_ explanation: Explanation) -> Float {
    explanation.parts.isEmpty
      ? explanation.value : explanation.parts.reduce(0) { $0 + leaves($1) }
  }

  @Test("words in the order of the query add to the score, and no document to the hits")
  func order() throws {
    let searcher = try searcher()
    #expect(try hits("nuclear arms", in: searcher).map(\.id) == ["apart", "close", "gap"])
    for mode in [SearchRequest.Mode.lenient, .simple] {
      let found = try hits("nuclear arms", in: searcher) {
        $0.mode = mode
        $0.proximity = 0.4
      }
      #expect(found.map(\.id) == ["close", "apart", "gap"])
      for hit in found { #expect(leaves(try #require(hit.explanation)) == hit.score) }
      let scores = found.compactMap(\.score)
      #expect(scores[1] == scores[2])
      #expect(scores[0] > scores[1] && scores[0] <= 1.4 * scores[1])
    }
  }

  @Test("plain text of which any word may match has it by itself; a stop word between is a gap")
  func bagOfWords() throws {
    let searcher = try searcher()
    func bag(_ query: String, _ proximity: Float?) throws -> [String] {
      try hits(query, in: searcher) {
        $0.mode = .simple
        $0.defaultOperator = .or
        $0.proximity = proximity
      }.map(\.id)
    }
    #expect(try bag("nuclear arms", nil) == ["close", "apart", "gap", "one"])
    #expect(try bag("nuclear arms", 0) == ["apart", "close", "gap", "one"])
    // "and the" stands for any two words.
    #expect(try bag("nuclear and the arms", nil) == ["gap", "apart", "close", "one"])
    #expect(try bag("cat", nil) == ["one"])
  }

  @Test("a word in a field of greater weight counts more, unless the search says otherwise")
  func weights() throws {
    func best(_ searcher: Searcher, _ fields: [SearchRequest.FieldWeight]) throws -> String? {
      try hits("nuclear", in: searcher) { $0.fields = fields }.first?.id
    }
    let weighted = try searcher(titleWeight: 10)
    #expect(try best(try searcher(), []) != "title")
    #expect(try best(weighted, []) == "title")
    #expect(try best(weighted, [.init("title"), .init("body")]) == "title")
    #expect(try best(weighted, [.init("title", boost: 0.1), .init("body")]) != "title")
    #expect(try hits("title,body:nuclear", in: weighted).first?.id == "title")
  }

  @Test("a schema keeps the weights of its fields; titles that are guessed have one")
  func schemas() throws {
    let json = #"{"fields": [{"name": "title", "type": "text", "weight": 2.5}]}"#
    let schema = try Schema(json: try .parse(json))
    #expect(schema.field(named: "title")?.weight == 2.5)
    #expect(try Schema(json: schema.json()) == schema)
    for wrong in ["0", "-1", "\"x\"", "1e400"] {
      #expect(throws: (any Error).self) {
        try Schema(json: try .parse(json.replacing("2.5", with: wrong)))
      }
    }
    var inference = SchemaInference()
    var document = Document()
    try document.read(json: unsafe Array(Self.lines[4].utf8).span.bytes)
    inference.observe(document)
    #expect(inference.schema().field(named: "title")?.weight == Field.titleWeight)
    #expect(inference.schema().field(named: "body")?.weight == 1)
  }
}

import InvertedIndex
import JSON
import Testing

@testable import WireAPI

@Suite("Statistics as JSON")
struct StatisticsJSONTests {
  private func read(_ json: String) throws(Problem) -> CollectionStatistics {
    guard let value = try? JSONValue.parse(json) else { preconditionFailure(json) }
    return try StatisticsJSON.read(value, at: "/statistics")
  }

  @Test("what is written is read back, byte for byte")
  func roundTrip() throws {
    let decomposed = Array("e\u{301}".utf8)
    let statistics = CollectionStatistics(
      documents: 21_578,
      fields: [
        "body": .init(documents: 19_043, tokens: 2_468_123),
        "empty": .init(documents: 0, tokens: 0),
      ],
      frequencies: [
        .init(field: "body", bytes: Array("nuclear".utf8)): 812,
        .init(field: "body", form: .exact, bytes: Array("niinistö".utf8)): 3,
        .init(field: "body", form: .exact, bytes: Array("\u{e9}".utf8)): 4,
        .init(field: "body", form: .exact, bytes: decomposed): 5,
        .init(field: "tags", form: .value, bytes: Array("NATO\u{0}\n\"".utf8)): 41,
        .init(field: "tags", form: .value, bytes: []): 0,
      ])
    var writer = JSONWriter()
    StatisticsJSON.write(statistics, into: &writer)
    let text = String(decoding: writer.bytes, as: UTF8.self)
    #expect(try read(text) == statistics)
    #expect(
      text.hasPrefix(
        #"{"documents":21578,"fields":{"body":{"documents":19043,"tokens":2468123,"terms":["#))
    #expect(text.contains(#"{"term":"NATO\u0000\n\"","form":"value","documents":41}"#))
    #expect(try read(#"{"documents": 3}"#) == CollectionStatistics(documents: 3))
    #expect(
      try read(#"{"documents": 3, "fields": {"a": {"terms": [{"term": "x", "documents": 3}]}}}"#)
        .fields.isEmpty)
  }

  @Test(
    "what cannot be names its place",
    arguments: [
      ("[]", "/statistics"), ("{}", "/statistics/documents"),
      (#"{"documents": -1}"#, "/statistics/documents"),
      (#"{"documents": 1e300}"#, "/statistics/documents"),
      (#"{"documents": 9007199254740993}"#, "/statistics/documents"),
      (#"{"documents": 1.5}"#, "/statistics/documents"),
      (#"{"documents": "1"}"#, "/statistics/documents"),
      (#"{"documents": 1, "fields": []}"#, "/statistics/fields"),
      (#"{"documents": 1, "feilds": {}}"#, "/statistics/feilds"),
      (#"{"documents": 1, "fields": {"a/b": 1}}"#, "/statistics/fields/a~1b"),
      (#"{"documents": 1, "fields": {"a": {"documents": 1}}}"#, "/statistics/fields/a/tokens"),
      (#"{"documents": 1, "fields": {"a": {"tokens": 1}}}"#, "/statistics/fields/a/documents"),
      (
        #"{"documents": 1, "fields": {"a": {"documents": 2, "tokens": 2}}}"#,
        "/statistics/fields/a/documents"
      ),
      (
        #"{"documents": 1, "fields": {"a": {"documents": 0, "tokens": 2}}}"#,
        "/statistics/fields/a/tokens"
      ),
      (#"{"documents": 1, "fields": {"a": {"terms": {}}}}"#, "/statistics/fields/a/terms"),
      (
        #"{"documents": 1, "fields": {"a": {"terms": [{"term": "x"}]}}}"#,
        "/statistics/fields/a/terms/0/documents"
      ),
      (
        #"{"documents": 1, "fields": {"a": {"terms": [{"documents": 1}]}}}"#,
        "/statistics/fields/a/terms/0/term"
      ),
      (
        #"{"documents": 1, "fields": {"a": {"terms": [{"term": "x", "documents": 2}]}}}"#,
        "/statistics/fields/a/terms/0/documents"
      ),
      (
        #"{"documents": 1, "fields": {"a": {"terms": [{"term": "x", "form": "y", "documents": 1}]}}}"#,
        "/statistics/fields/a/terms/0/form"
      ),
      (
        #"{"documents": 1, "fields": {"a": {"terms": [{"term": "x", "documents": 1}, {"term": "x", "documents": 1}]}}}"#,
        "/statistics/fields/a/terms/1/term"
      ),
    ])
  func refused(_ json: String, _ pointer: String) throws {
    let problem = #expect(throws: Problem.self, "\(json)") { try read(json) }
    #expect(problem?.status == 400 && problem?.errors.map(\.pointer) == [pointer], "\(json)")
  }
}

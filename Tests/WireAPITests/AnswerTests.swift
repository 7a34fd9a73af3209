import JSON
import QueryLanguage
import Testing

@testable import InvertedIndex
@testable import WireAPI

@Suite("Answers as JSON")
struct AnswerTests {
  @Test("a search answer has its members in the documented order")
  func search() throws {
    let hit = Hit(
      id: "a/1", score: 7.31,
      fields: [
        StoredField(name: "title", values: [.text("Über \"alles\"")], isArray: false),
        StoredField(name: "tags", values: [.keyword("x")], isArray: true),
        StoredField(name: "none", values: [], isArray: true),
        StoredField(name: "n", values: [.integer(-3)], isArray: false),
        StoredField(name: "d", values: [.date(0, text: "1970")], isArray: false),
        StoredField(name: "p", values: [.double(0.5)], isArray: false),
        StoredField(name: "b", values: [.boolean(true)], isArray: false),
      ], omitted: ["body"],
      passages: [Passage(field: "body", start: 1_044, text: "the deterrent", ranges: [4..<13])],
      explanation: Explanation(
        value: 7.31, what: "sum", details: [],
        parts: [
          Explanation(
            value: 7.31, what: "term", details: [.init(name: "idf", value: 2)], parts: [])
        ]))
    let response = SearchResponse(
      tookMicroseconds: 812, timedOut: false, generation: 42,
      total: Total(value: 137, exact: true), interpreted: "a AND b",
      warnings: [QueryWarning(.unclosedQuote, at: 17, length: 1, detail: "closed at the end")],
      hits: [
        hit, Hit(id: "b", score: nil, fields: [], omitted: [], passages: [], explanation: nil),
      ])
    let wanted = #"""
      {"took_us":812,"timed_out":false,"generation":42,"total":{"value":137,"exact":true},"interpreted":"a AND b","warnings":[{"code":"unclosed_quote","at":17,"len":1,"detail":"closed at the end"}],"hits":[{"id":"a/1","score":7.31,"fields":{"title":"Über \"alles\"","tags":["x"],"none":[],"n":-3,"d":"1970","p":0.5,"b":true},"omitted":["body"],"passages":[{"field":"body","start":1044,"text":"the deterrent","ranges":[[4,13]]}],"explanation":{"value":7.31,"what":"sum","parts":[{"value":7.31,"what":"term","details":{"idf":2.0}}]}},{"id":"b","score":null,"fields":{}}],"did_you_mean":null}

      """#
    #expect(String(decoding: Wire.answer(response), as: UTF8.self) == wanted)
    let pretty = Wire.answer(response, pretty: true)
    #expect(try JSONValue.parse(pretty) == JSONValue.parse(wanted))
  }

  @Test("hits that have some of the words stand apart")
  func relaxed() throws {
    let hit = Hit(id: "a", score: 1, fields: [], omitted: [], passages: [], explanation: nil)
    let response = SearchResponse(
      tookMicroseconds: 1, timedOut: false, generation: 2, total: Total(value: 0, exact: true),
      interpreted: "a AND b", warnings: [], hits: [],
      relaxed: RelaxedHits(interpreted: "a OR b", hits: [hit]))
    let wanted = #"""
      {"took_us":1,"timed_out":false,"generation":2,"total":{"value":0,"exact":true},"interpreted":"a AND b","warnings":[],"hits":[],"relaxed":{"interpreted":"a OR b","hits":[{"id":"a","score":1.0,"fields":{}}]},"did_you_mean":null}

      """#
    #expect(String(decoding: Wire.answer(response), as: UTF8.self) == wanted)
  }

  @Test("counts and documents")
  func others() {
    let count = CountResponse(
      tookMicroseconds: 1, timedOut: true, generation: 2, total: Total(value: 3, exact: false),
      interpreted: "x", warnings: [])
    #expect(
      String(decoding: Wire.answer(count), as: UTF8.self)
        == "{\"took_us\":1,\"timed_out\":true,\"generation\":2,\"total\":{\"value\":3,\"exact\":false},\"interpreted\":\"x\",\"warnings\":[]}\n"
    )
    let fields = [StoredField(name: "id", values: [.keyword("/a")], isArray: false)]
    #expect(
      String(decoding: Wire.answer(id: "/a", fields, generation: 9), as: UTF8.self)
        == "{\"id\":\"/a\",\"generation\":9,\"fields\":{\"id\":\"/a\"}}\n")
  }
}

@Suite("Problems")
struct ProblemTests {
  @Test("a problem is application/problem+json with its code and places")
  func json() {
    let problem = Problem(
      .invalidValue, "/limit: no",
      errors: [.init(pointer: "/limit", at: 3, length: 2, code: "invalid_value", hint: "0 to 10")])
    #expect(
      String(decoding: problem.json(), as: UTF8.self)
        == "{\"title\":\"A value that cannot be\",\"status\":400,\"code\":\"invalid_value\",\"detail\":\"/limit: no\",\"errors\":[{\"pointer\":\"/limit\",\"at\":3,\"len\":2,\"code\":\"invalid_value\",\"hint\":\"0 to 10\"}]}\n"
    )
  }

  @Test(
    "no two codes are the same, none is without status and title", arguments: Problem.Code.allCases)
  func codes(code: Problem.Code) {
    #expect((400..<600).contains(code.status))
    #expect(!code.title.isEmpty)
    #expect(code.rawValue.utf8.allSatisfy { $0 == UInt8(ascii: "_") || (0x61...0x7a).contains($0) })
  }

  @Test("each error of the engine has its status; damage is never called the client's fault")
  func engine() {
    func status(_ error: IndexError) -> Int { Problem(error).status }
    #expect(status(.corrupt(file: "f", offset: 1, detail: "d")) == 503)
    #expect(status(.version(file: "f", found: 9, supported: 1...1)) == 503)
    #expect(status(.system(call: "open", path: "p", code: 24)) == 503)
    #expect(status(.invalid("x")) == 400)
    #expect(status(.notFound("x")) == 404)
    #expect(status(.superseded("x")) == 409)
    #expect(status(.document(id: nil, field: nil, detail: "x")) == 422)
    let strict = Problem(.query(warnings: [QueryWarning(.unclosedQuote, at: 2, length: 1)]))
    #expect(strict.code == .badQuery)
    #expect(strict.errors.first?.at == 2)
    #expect(strict.errors.first?.pointer == "/query")
  }
}

@Suite("Percent-encoding and nearest words")
struct WordsTests {
  @Test("what is encoded decodes to itself")
  func roundTrip() {
    for text in ["", "abc", "a b/c", "%", "é+&=?#", "/home/x y.txt", "\u{0}", "日本"] {
      #expect(PercentCoding.decode(PercentCoding.encode(text)[...]) == text)
      #expect(PercentCoding.decode(PercentCoding.encode(text, keepsSlash: true)[...]) == text)
      #expect(PercentCoding.decode(PercentCoding.encode(text)[...], form: true) == text)
    }
    #expect(PercentCoding.encode("/a b", keepsSlash: true) == "/a%20b")
  }

  @Test("decoded once, plus only in forms, nothing that is not UTF-8")
  func decoding() {
    #expect(PercentCoding.decode("%2541") == "%41")
    #expect(PercentCoding.decode("a+b") == "a+b")
    #expect(PercentCoding.decode("a+b", form: true) == "a b")
    for text in ["%", "%4", "%zz", "%ff", "%C3%28"] {
      #expect(PercentCoding.decode(text[...]) == nil)
    }
  }

  @Test("the nearest word")
  func nearest() {
    let words = ["query", "limit", "fields", "filter", "sort"]
    #expect(Nearest.find("limti", among: words) == "limit")
    #expect(Nearest.find("field", among: words) == "fields")
    #expect(Nearest.find("QUERY", among: words) == "query")
    #expect(Nearest.find("zzzzzzzz", among: words) == nil)
    #expect(Nearest.find("", among: words) == nil)
    #expect(Nearest.find("x", among: []) == nil)
  }
}

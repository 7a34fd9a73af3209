import JSON
import Testing

@testable import InvertedIndex
@testable import WireAPI

@Suite("Facets as JSON")
struct FacetJSONTests {
  private func facets(_ json: String) throws(Problem) -> [Facet] {
    try SearchCall(json: Array("{\"facets\": \(json)}".utf8)).request.facets
  }

  @Test("every member arrives, in order")
  func everything() throws {
    let facets = try facets(
      """
      {"tags": {}, "b": {"field": "tags", "limit": 3, "sort": "value"},
       "date": {"interval": "week", "time_zone": "Europe/Helsinki", "empty": false},
       "price": {"ranges": [{"to": 10}, {"from": 10.5, "to": 20, "name": "mid"}, {"from": "2018-05"}]}}
      """)
    #expect(
      facets == [
        Facet("tags", .values(limit: 10, order: .count)),
        Facet("tags", name: "b", .values(limit: 3, order: .value)),
        Facet("date", .intervals(.week, zone: "Europe/Helsinki", showsEmpty: false)),
        Facet(
          "price",
          .ranges([
            .init(to: .integer(10)), .init(name: "mid", from: .double(10.5), to: .integer(20)),
            .init(from: .string("2018-05")),
          ])),
      ])
  }

  @Test(
    "a mistake is refused at its place",
    arguments: [
      ("[]", "/facets"), ("{\"a\": 1}", "/facets/a"), ("{\"a\": {\"limt\": 1}}", "/facets/a/limt"),
      ("{\"a\": {\"limit\": -1}}", "/facets/a/limit"),
      ("{\"a\": {\"limit\": 10001}}", "/facets/a/limit"),
      ("{\"a\": {\"sort\": \"size\"}}", "/facets/a/sort"),
      ("{\"a\": {\"interval\": \"decade\"}}", "/facets/a/interval"),
      ("{\"a\": {\"interval\": \"day\", \"limit\": 1}}", "/facets/a/limit"),
      ("{\"a\": {\"interval\": \"day\", \"ranges\": []}}", "/facets/a/ranges"),
      ("{\"a\": {\"ranges\": [{}]}}", "/facets/a/ranges/0"),
      ("{\"a\": {\"ranges\": [{\"from\": []}]}}", "/facets/a/ranges/0/from"),
      ("{\"a\": {\"ranges\": [{\"form\": 1}]}}", "/facets/a/ranges/0/form"),
      ("{\"a\": {\"time_zone\": \"UTC\"}}", "/facets/a/time_zone"),
      ("{\"a/b\": {\"field\": 1}}", "/facets/a~1b/field"),
    ])
  func mistakes(json: String, pointer: String) {
    let problem = #expect(throws: Problem.self) { try facets(json) }
    #expect(problem?.errors.first?.pointer == pointer)
  }

  @Test("more than 32 are refused")
  func tooMany() {
    let members = (0..<33).map { "\"a\($0)\": {}" }.joined(separator: ",")
    #expect(throws: Problem.self) { try facets("{\(members)}") }
  }

  @Test("as a parameter")
  func parameter() throws {
    let call = try SearchCall(parameters: "facets=tags,n:25,date:month,day:day:Europe/Helsinki")
    #expect(
      call.request.facets == [
        Facet("tags", .values(limit: 10, order: .count)),
        Facet("n", .values(limit: 25, order: .count)),
        Facet("date", .intervals(.month, zone: nil, showsEmpty: true)),
        Facet("day", .intervals(.day, zone: "Europe/Helsinki", showsEmpty: true)),
      ])
    #expect(throws: Problem.self) { try SearchCall(parameters: "facets=tags,tags:3") }
    #expect(throws: Problem.self) { try SearchCall(parameters: "facets=date:fortnight") }
  }

  @Test("answers have buckets, what is left over, and say when they are not exact")
  func answer() {
    var response = SearchResponse(
      tookMicroseconds: 1, timedOut: false, generation: 1, total: Total(value: 1, exact: true),
      interpreted: "", warnings: [], hits: [])
    response.facets = [
      FacetCounts(
        name: "a",
        buckets: [
          .init(value: .keyword("x"), count: 2),
          .init(value: .date(0, text: "1970-01-01T00:00:00Z"), count: 1),
          .init(value: .keyword("..3"), to: .integer(3), count: 0),
        ], other: 4, missing: 5, exact: false)
    ]
    let text = String(decoding: Wire.answer(response), as: UTF8.self)
    #expect(
      text.hasSuffix(
        #""hits":[],"facets":{"a":{"buckets":[{"value":"x","count":2},{"value":"1970-01-01T00:00:00Z","count":1},{"value":"..3","to":3,"count":0}],"other":4,"missing":5,"exact":false}},"did_you_mean":null}"#
          + "\n"))
  }
}

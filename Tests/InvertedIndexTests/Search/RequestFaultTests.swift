// What a request asks wrongly is told with its place, and with the name that was probably meant.

import Testing

@testable import InvertedIndex

@Suite("Faults of requests")
struct RequestFaultTests {
  private func fault(_ change: (inout SearchRequest) -> Void) throws -> (String, String?)? {
    var request = SearchRequest(query: "finland")
    change(&request)
    let searcher = try SearcherTests.searcher()
    do throws(IndexError) {
      _ = try searcher.search(request)
      return nil
    } catch {
      guard case .request(let place, let detail, let hint) = error else { throw error }
      #expect(error.description == "\(place): \(detail)")
      return (place, hint)
    }
  }

  @Test("names that are no fields, at their place, with the nearest field")
  func names() throws {
    let cases: [(String, String?, (inout SearchRequest) -> Void)] = [
      (
        "/sort/1", "did you mean \"date\"?",
        { $0.sort = [.score, SortKey(field: "dat", descending: true)] }
      ),
      ("/sort/0", nil, { $0.sort = [SortKey(field: "nothing-like-it")] }),
      ("/select/2", "did you mean \"title\"?", { $0.select = ["id", "body", "titel"] }),
      ("/fields/1", "did you mean \"body\"?", { $0.fields = [.init("title"), .init("boby")] }),
      (
        "/highlight/fields/1", "did you mean \"tags\"?",
        { $0.highlight = .init(fields: ["body", "tag"]) }
      ),
      (
        "/filter/1/field", "did you mean \"year\"?",
        { $0.filters = [.exists(field: "ok"), .equals(field: "years", .integer(1))] }
      ),
      (
        "/filter/0/any/1/not/field", "did you mean \"price\"?",
        { $0.filters = [.any([.exists(field: "ok"), .not(.exists(field: "prize"))])] }
      ),
      (
        "/filter/0/all/0/field", "did you mean \"price\"?",
        { $0.filters = [.all([.missing(field: "prise")])] }
      ),
    ]
    for (place, hint, change) in cases {
      let found = try #require(try fault(change), "\(place)")
      #expect(found.0 == place)
      #expect(found.1 == hint)
    }
  }

  @Test("fields and values that do not fit, at their place")
  func values() throws {
    let cases: [(String, (inout SearchRequest) -> Void)] = [
      ("/sort/0", { $0.sort = [SortKey(field: "body")] }),
      ("/fields/1", { $0.fields = [.init("title"), .init("year")] }),
      ("/fields/0", { $0.fields = [.init("date")] }),
      ("/highlight/fields/1", { $0.highlight = .init(fields: ["body", "year"]) }),
      ("/fields/0", { $0.fields = [.init("title", boost: -1)] }),
      ("/limit", { $0.limit = -1 }),
      ("/filter/0/field", { $0.filters = [.equals(field: "body", .string("x"))] }),
      ("/filter/0/equals", { $0.filters = [.equals(field: "year", .string("soon"))] }),
      ("/filter/0/equals", { $0.filters = [.equals(field: "tags", .double(1.5))] }),
      (
        "/filter/0/in/2",
        { $0.filters = [.isIn(field: "date", [.string("2018"), .string("today"), .string("x")])] }
      ),
      ("/filter/0/in/0", { $0.filters = [.isIn(field: "tags", [.double(1.5)])] }),
      (
        "/filter/0/lt",
        {
          $0.filters = [.range(field: "year", FilterRange(gte: .integer(1), lt: .boolean(true)))]
        }
      ),
      (
        "/filter/0/not/gte",
        { $0.filters = [.not(.range(field: "tags", FilterRange(gte: .double(1))))] }
      ),
      (
        "/filter/0",
        { $0.filters = [.range(field: "year", FilterRange(gte: .integer(1), gt: .integer(1)))] }
      ),
    ]
    for (place, change) in cases {
      let found = try #require(try fault(change), "\(place)")
      #expect(found.0 == place)
    }
  }
}

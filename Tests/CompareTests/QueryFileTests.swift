import JSON
import Testing

import enum Measuring.Figures

@testable import martlet_compare

@Suite struct QueryFileTests {
  private let plan = Plan(
    paths: [], analyzer: "standard",
    columns: [("title", true), ("body", true), ("date", false)])

  private func read(_ text: String) throws -> [ComparedQuery] {
    let scratch = Scratch()
    try writeFile("\(scratch.path)/q", Array(text.utf8))
    return try QueryFile.read("\(scratch.path)/q", plan)
  }

  @Test func `lines of text get the type of what they are`() throws {
    let queries = try read(
      "nato\na b\r\n\na OR b\na -b\n\"a b\"\ndeterr*\na NEAR b\ntitle:x\nn*o\n")
    #expect(
      queries.map(\.type) == [
        "term", "and", "or", "not", "phrase", "prefix", "near", "term", "wildcard",
      ])
    #expect(queries[1].text == "a b")
  }

  @Test func `JSON lines say their type, and a union joins its words by OR`() throws {
    let queries = try read(
      """
      {"query": "de test", "tags": ["union", "global"]}
      {"type": "and", "text": "a b"}
      {"text": "a b"}
      {"query": "+de +test", "tags": ["intersection"]}
      {"query": "witout", "tags": ["fuzzy", "fuzzy:deletion"]}
      """)
    #expect(queries.map(\.type) == ["or", "and", "and", "and", "fuzzy"])
    #expect(queries.map(\.isUnion) == [true, false, false, false, false])
    let paired = try PairedQueries(queries, plan)
    #expect(Figures.visible(paired.all[0].expression) == "(\"␟de\" OR \"␟test\")")
    #expect(Figures.visible(paired.all[3].expression) == "(\"␟de\" AND \"␟test\")")
    #expect(paired.leftOut == ["spelling errors": 1])
  }

  @Test func `a broken line is named`() throws {
    #expect(throws: Failure.self) { try read("{\"text\": 1}\n") }
    #expect(throws: Failure.self) { try read("{\"text\n") }
    #expect(throws: Failure.self) { try read("\n \n") }
    #expect(throws: Failure.self) { try QueryFile.read("/nonexistent/q", plan) }
  }

  @Test func `what FTS5 has not is left out, with the reason`() throws {
    let texts = ["n*o", "=x", "x~1", "-x", "date:2018..", "/a+/", "\"a b\"~2", "date:x", "x"]
    let paired = try PairedQueries(
      texts.map { ComparedQuery(type: "any", text: $0) }, plan)
    #expect(paired.all.count == 1)
    #expect(paired.leftOut.values.reduce(0, +) == 8)
    #expect(paired.leftOut["all documents"] == 1)
  }

  @Test(arguments: [
    ("COVID-19", "(\"␟covid␟19\" OR \"␟covid19\")"),
    ("\"COVID-19 cases\"", "\"␟covid␟19␟cases\""),
    ("title:nato", "{\"title\"} : \"␟nato\""),
    ("title,body:nato", "{\"title\" \"body\"} : \"␟nato\""),
    ("a b -c", "((\"␟a\" AND \"␟b\") NOT \"␟c\")"),
    ("niini*", "\"␟niini\" *"),
    ("finland's*", "(\"␟finland's\" * OR \"␟␝finland's\" *)"),
    ("a NEAR/3 b", "NEAR(\"␟a\" \"␟b\", 3)"),
    ("— x", "\"␟x\""),
    ("—", "\"\""),
  ])
  func `an expression asks what the query asks`(query: String, expression: String) throws {
    let paired = try PairedQueries([ComparedQuery(type: "any", text: query)], plan)
    #expect(paired.all.first.map { Figures.visible($0.expression) } == expression)
  }

  @Test func `columns have names that SQLite can tell apart`() {
    let plan = Plan(
      paths: [], analyzer: "standard",
      columns: [
        ("Title", true), ("title", true), ("rank", true), ("documents", true), ("a.b", true),
      ])
    #expect(plan.columns.map(\.sqlName) == ["Title", "title_2", "rank_2", "documents_2", "a.b"])
  }

  @Test func `a plan goes to a child and back`() throws {
    var plan = plan
    plan.skipped = [3, 5]
    #expect(try Plan(json: JSONValue.parse("\(plan.json)")) == plan)
  }
}

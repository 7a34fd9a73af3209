import JSON
import Testing

@Suite(
  "A journalist and the sample article",
  .enabled(if: ToolSamples.path("data/news/sample-article.txt") != nil, "needs ../shared"))
struct ToolArticleTests {
  private func bench() throws -> ToolBench {
    let bench = try ToolBench()
    let article = try #require(ToolSamples.path("data/news/sample-article.txt"))
    let result = try bench.run("index", "news", article)
    try #require(result.status == 0, "\(result.errors)")
    // Others around it, so that finding it says something.
    _ = try bench.run("index", "news", "-q", "-", input: ToolDocuments.harbour)
    return bench
  }

  @Test(
    "is found",
    arguments: [
      "Niinistö", "Niinisto", "sauli niinisto", "restraining effect of nuclear arms",
      "\"restraining effect of nuclear arms\"", "\"strategic balance of power\" peskov",
      "nuclear deterrent",
      "deterren*", "Iskander Kaliningrad", "\"US-led NATO\"", "Russia's borders",
      "Russia’s borders",
      "agency:Sputnik", "dateline:Moscow", "tags:\"Vladimir Putin\"", "captured:2021-01",
      "(INF OR START) treaty 1987",
      "putin -sweden", "intermediate-range",
    ])
  func found(query: String) throws {
    let bench = try bench()
    let ids = try ToolIndexTests.ids(bench, query)
    // Among the two best: the harbour has a Niinistö, too.
    #expect(ids.prefix(2).contains { $0.hasSuffix("/sample-article.txt") }, "\(query): \(ids)")
  }

  @Test(
    "is not found by what stands only around it",
    arguments: ["\"Listen Live\"", "\"Community standards\"", "\"Get short URL\""])
  func menuWords(query: String) throws {
    #expect(try ToolIndexTests.ids(bench(), query).isEmpty)
  }

  @Test("its fields are filled")
  func fields() throws {
    let bench = try bench()
    let result = try bench.run(
      "search", "news", "iskander", "--json", "--select",
      "series,dateline,agency,tags,captured,related")
    let fields = try #require(try JSONValue.parse(result.output)["hits"]?.array?.first?["fields"])
    #expect(fields["dateline"] == "MOSCOW")
    #expect(fields["agency"] == "Sputnik")
    #expect(fields["tags"] == ["NATO", "Vladimir Putin", "Dmitry Peskov", "Russia"])
    #expect(fields["related"]?.array?.count == 4)
    #expect(fields["captured"]?.string?.hasPrefix("2021-01-26T07:10") == true)
  }
}

import Testing

@testable import InvertedIndex

@Suite("Passages of an answer")
struct HighlightQueryTests {
  /// The passages of the one document's hit, marked.
  func passages(_ query: String, fields: [String]? = nil) throws -> [String] {
    let schema = try Schema(
      fields: [
        Field(name: "title", type: .text, analyzer: "english"),
        Field(name: "body", type: .text, analyzer: "english"),
        Field(name: "tags", type: .keyword),
      ], dynamic: .reject)
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(directory, create: schema)
    var document = Document()
    document.append("id", "1")
    document.append("title", "Niinistö on COVID-19")
    document.append("body", "Finland's president, Sauli Niinisto, spoke of a nuclear deterrent.")
    document.append("tags", "NATO")
    try writer.add(document)
    _ = try writer.commit()
    writer.close()
    var request = SearchRequest(query: query)
    request.highlight = .init(fields: fields, html: true)
    let response = try Searcher(try IndexReader.open(directory)).search(request)
    return response.hits.flatMap { $0.passages.map { $0.field + ": " + $0.text } }
  }

  static let body = "body: Finland&#39;s president, Sauli Niinisto, spoke of a nuclear deterrent."

  @Test("every kind of leaf marks what it matched")
  func leaves() throws {
    #expect(
      try passages("covid-19 finland") == [
        "title: Niinistö on <mark>COVID-19</mark>",
        Self.body.replacing("Finland&#39;s", with: "<mark>Finland&#39;s</mark>"),
      ])
    #expect(
      try passages("deterren*")
        == [Self.body.replacing("deterrent", with: "<mark>deterrent</mark>")])
    #expect(
      try passages("\"nuclear deterrents\"") == [
        Self.body.replacing(
          "nuclear deterrent", with: "<mark>nuclear</mark> <mark>deterrent</mark>")
      ])
    #expect(try passages("=niinistö") == ["title: <mark>Niinistö</mark> on COVID-19"])
    #expect(try passages("body:niinistö").count == 1)
  }

  @Test("what excludes marks nothing, nor does a query without words")
  func others() throws {
    #expect(
      try passages("president -sweden")
        == [Self.body.replacing("president", with: "<mark>president</mark>")])
    #expect(try passages("*") == [])
    #expect(try passages("finland NOT norway", fields: ["title"]) == [])
    #expect(try passages("tags:NATO", fields: ["tags"]) == ["tags: <mark>NATO</mark>"])
  }
}

import Glibc
import JSON
import Testing

@Suite("The tool indexes and finds")
struct ToolIndexTests {
  /// The ids that a query finds, best first.
  static func ids(_ bench: ToolBench, _ query: String, _ options: String...) throws -> [String] {
    let process = try ToolProcess(
      ["search", "news", query, "--json", "-n", "100"] + options,
      environment: ["MARTLET_DATA": bench.data])
    let result = try process.wait()
    try #require(result.status == 0 || result.status == 1, "\(query): \(result.errors)")
    let answer = try JSONValue.parse(result.output)
    return (answer["hits"]?.array ?? []).compactMap { $0["id"]?.string }
  }

  static func harbour() throws -> ToolBench {
    let bench = try ToolBench()
    let result = try bench.run("index", "news", "-", input: ToolDocuments.harbour)
    try #require(result.status == 0, "\(result.errors)")
    return bench
  }

  @Test("JSON lines from standard input are found again")
  func standardInput() throws {
    let bench = try ToolIndexTests.harbour()
    #expect(try ToolIndexTests.ids(bench, "bowline") == ["h3"])
    #expect(try ToolIndexTests.ids(bench, "crane council").sorted() == ["h2", "h6"])
    #expect(try ToolIndexTests.ids(bench, "\"balance of power\"") == ["h7"])
    #expect(try ToolIndexTests.ids(bench, "crane -vote") == ["h2"])
    #expect(try ToolIndexTests.ids(bench, "lighthouse OR bowline").sorted() == ["h12", "h3", "h5"])
    #expect(try ToolIndexTests.ids(bench, "breakw*") == ["h1"])
    #expect(try ToolIndexTests.ids(bench, "title:gulls") == ["h12"])
    #expect(try ToolIndexTests.ids(bench, "nothingofthekind") == [])
  }

  @Test(
    "words are found however they are written",
    arguments: [
      ("Niinisto", "h3"), ("niinistö", "h3"), ("=\"Niinistö\"", "h3"), ("Soren Odegard", "h1"),
      ("Lucja", "h2"),
      ("strasse", "h8"), ("covid19", "h4"), ("COVID-19", "h4"), ("O'Brien", "h5"), ("3.5", "h4"),
    ])
  func spellings(query: String, id: String) throws {
    #expect(try ToolIndexTests.ids(ToolIndexTests.harbour(), query) == [id])
  }

  @Test("filters, ranges and sorting by a field")
  func filters() throws {
    let bench = try ToolIndexTests.harbour()
    let market = try ToolIndexTests.ids(
      bench, "market OR herring", "--filter", "tags=market", "--sort", "date")
    #expect(market == ["h4", "h7", "h11"])
    #expect(
      try ToolIndexTests.ids(bench, "", "--filter", "date>=2022-01-01", "--sort=-date") == [
        "h12", "h11", "h10",
      ])
    #expect(
      try ToolIndexTests.ids(bench, "", "--filter", "price>=8", "--sort", "price") == [
        "h9", "h3", "h10",
      ])
    #expect(
      try ToolIndexTests.ids(bench, "", "--filter", "words<20", "--sort", "words") == ["h12", "h8"])
    #expect(
      try ToolIndexTests.ids(bench, "ferry", "--filter", "open=false", "--sort", "date") == [
        "h3", "h11",
      ])
    #expect(try ToolIndexTests.ids(bench, "date:2020 crane") == ["h6"])
    let unknown = try bench.run("search", "news", "", "--filter", "colour=red")
    #expect(unknown.status == 64)
    #expect(unknown.errors.contains("colour"))
  }

  @Test("count, get, stats, schema and export agree with what was put in")
  func reading() throws {
    let bench = try ToolIndexTests.harbour()
    #expect(try bench.run("count", "news").output == "12\n")
    #expect(try bench.run("count", "news", "lighthouse").output == "2\n")
    let document = try bench.run("get", "news", "h5")
    #expect(document.status == 0)
    #expect(document.output.contains("O’Brien locks the lighthouse"))
    let missing = try bench.run("get", "news", "h99")
    #expect(missing.status == 66)
    #expect(missing.errors.contains("h99"))
    let stats = try JSONValue.parse(try bench.run("stats", "news", "--json").output)
    #expect(stats["documents"]?.int == 12)
    #expect(try bench.run("schema", "news").output.contains("\"date\""))

    let exported = try bench.run("export", "news")
    #expect(exported.status == 0)
    #expect(exported.output.split(separator: "\n").count == 12)
    let copy = try bench.run("index", "copy", "-q", "-", input: exported.output)
    #expect(copy.status == 0, "\(copy.errors)")
    #expect(try bench.run("export", "copy").output == exported.output)
  }

  @Test("fields new to an index are inferred from the first documents, not from one value")
  func newFieldsOfAnIndexThatIsThere() throws {
    let bench = try ToolBench()
    _ = try bench.run("index", "shop", "-q", "-", input: #"{"id":"a","name":"anchor"}"# + "\n")
    let priced = (0..<40).map { #"{"id":"p\#($0)","price":\#($0 % 2 == 0 ? "0" : "4.5")}"# + "\n" }
    _ = try bench.run("index", "shop", "-q", "-", input: priced.joined())
    #expect(try bench.run("count", "shop").output == "41\n")
    #expect(try bench.run("count", "shop", "--filter", "price>4").output == "20\n")
  }

  @Test("adding an id again replaces the document; deleting takes it away")
  func replacing() throws {
    let bench = try ToolIndexTests.harbour()
    let again = try bench.run(
      "index", "news", "-", input: #"{"id":"h12","title":"Terns","body":"No gulls any more."}"#)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try bench.run("count", "news").output == "12\n")
    #expect(try ToolIndexTests.ids(bench, "title:terns") == ["h12"])
    #expect(try ToolIndexTests.ids(bench, "title:gulls") == [])
    let deleted = try bench.run("delete", "news", "h12", "h1", "unknown")
    #expect(deleted.status == 0, "\(deleted.errors)")
    #expect(try bench.run("count", "news").output == "10\n")
    #expect(try ToolIndexTests.ids(bench, "terns") == [])
    #expect(try bench.run("get", "news", "h12").status == 66)
  }

  @Test("deleting by query is strict, counts first when asked, and wants --all for everything")
  func deletingByQuery() throws {
    let bench = try ToolIndexTests.harbour()
    let dry = try bench.run("delete", "news", "--query", "crane", "--dry-run")
    #expect(dry.status == 0)
    #expect(dry.output.contains("2"))
    #expect(try bench.run("count", "news").output == "12\n")
    for query in ["*", "-crane", "\"unclosed", "nofield:crane", ""] {
      let result = try bench.run("delete", "news", "--query", query)
      #expect(result.status == 64, "\(query): \(result.errors)")
    }
    #expect(try bench.run("delete", "news", "--query", "", "--filter", "tags=opinion").status == 64)
    #expect(try bench.run("count", "news").output == "12\n")
    #expect(try bench.run("delete", "news", "--query", "crane").status == 0)
    #expect(try bench.run("count", "news").output == "10\n")
    #expect(try bench.run("delete", "news", "--query", "-ferry", "--all").status == 0)
    #expect(try bench.run("count", "news").output == "4\n")
  }

  @Test("rebuild, from paths and from the stored documents, and merge keep every answer")
  func rebuilding() throws {
    let bench = try ToolBench()
    let file = try bench.file("in/harbour.jsonl", ToolDocuments.harbour)
    for _ in 0..<3 { _ = try bench.run("index", "news", "-q", file) }
    let before = try bench.run("export", "news").output.split(separator: "\n").sorted()
    for arguments in [
      ["rebuild", "news"], ["rebuild", "news", file], ["merge", "news"],
      ["merge", "news", "--reorder"], ["merge", "news", "--reorder", "--json"],
      ["rebuild", "news", "--reorder"], ["rebuild", "news", file, "--reorder", "--json"],
    ] {
      let result = try ToolProcess(arguments, environment: ["MARTLET_DATA": bench.data]).wait()
      #expect(result.status == 0, "\(arguments): \(result.errors)")
      #expect(try bench.run("export", "news").output.split(separator: "\n").sorted() == before)
      #expect(try ToolIndexTests.ids(bench, "crane council").sorted() == ["h2", "h6"])
      #expect(try bench.run("verify", "news").status == 0)
    }
    let stats = try JSONValue.parse(try bench.run("stats", "news", "--json").output)
    #expect(stats["segments"]?.array?.count == 1)
  }

  @Test("drop asks before it removes, and removes the whole index")
  func dropping() throws {
    let bench = try ToolIndexTests.harbour()
    let unasked = try bench.run("drop", "news")
    #expect(unasked.status == 64)
    #expect(bench.names(in: "data") == ["news"])
    #expect(try bench.run("drop", "news", "--yes").status == 0)
    #expect(bench.names(in: "data") == [])
    #expect(try bench.run("search", "news", "crane").status == 66)
  }

  @Test("analyze shows the tokens and both forms")
  func analyzing() throws {
    let result = try ToolBench().run(
      "analyze", "--analyzer", "english", "Niinistö’s deterrent effects")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("niinistö's") && result.output.contains("niinisto"))
    #expect(result.output.contains("deterr") && result.output.contains("effect"))
  }

  @Test("hits are shown with a title, a passage and a summary; with --quiet the summary stays away")
  func rendering() throws {
    let bench = try ToolIndexTests.harbour()
    let loud = try bench.run("search", "news", "bowline")
    #expect(loud.output.contains("1. Finland's guest ship draws crowds"))
    #expect(loud.output.contains("tie a bowline"))
    #expect(loud.errors.contains("1 document"))
    // Not a terminal: no escape sequences.
    #expect(!loud.output.unicodeScalars.contains("\u{1B}"))
    let quiet = try bench.run("search", "news", "bowline", "--quiet")
    #expect(quiet.errors == "")
    #expect(quiet.output == loud.output)
    #expect(try bench.run("search", "news", "\"unclosed gulls").errors.contains("warning"))
    let nothing = try bench.run("search", "news", "xyzzy")
    #expect(nothing.status == 1)
    #expect(nothing.output == "")
  }

  @Test("--explain shows sums that end in the score")
  func explaining() throws {
    let result = try ToolIndexTests.harbour().run(
      "search", "news", "ferry storm", "--explain", "--json")
    let answer = try JSONValue.parse(result.output)
    for hit in answer["hits"]?.array ?? [] {
      let score = try #require(hit["score"]?.number)
      let value = try #require(hit["explanation"]?["value"]?.number)
      #expect(abs(score - value) < 1e-4)
    }
    #expect(answer["hits"]?.array?.isEmpty == false)
  }
}

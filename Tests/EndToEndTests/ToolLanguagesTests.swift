import JSON
import Testing

@Suite("The tool indexes documents of many languages")
struct ToolLanguagesTests {
  static let lines = """
    {"id":"de","text":"Die Häuser der Stadt waren alt, und das Wasser ist nicht mehr gelaufen."}
    {"id":"en","text":"The houses of the city were old and the water was not running in them."}
    {"id":"fr","text":"Les maisons de la ville sont anciennes et l'eau n'est pas dans les rues."}
    {"id":"said","text":"houses","language":"en"}

    """

  @Test("with --analyzer auto each is found by the forms of its own language, after a rebuild too")
  func auto() throws {
    let bench = try ToolBench()
    let file = try bench.file("docs.jsonl", Self.lines)
    let made = try bench.run("index", "news", file, "--analyzer", "auto")
    #expect(made.status == 0, "\(made.errors)")
    let schema = try JSONValue.parse(try bench.run("schema", "news").output)
    let text = schema["fields"]?.array?.first { $0["name"]?.string == "text" }
    #expect(text?["analyzer"]?.string == "auto" && text?["language_field"]?.string == "language")
    func check() throws {
      for (query, ids) in [
        ("haus", ["de"]), ("house", ["en", "said"]), ("maison", ["fr"]), ("hauser", ["de"]),
      ] {
        #expect(try ToolIndexTests.ids(bench, query).sorted() == ids, "\(query)")
      }
      #expect(try bench.run("verify", "news").status == 0)
    }
    try check()
    #expect(try bench.run("rebuild", "news").status == 0)
    try check()
    let why = try bench.run("explain", "news", "de", "haus")
    #expect(why.output.contains("text#german:haus"), "\(why.output)")
    let analyzed = try bench.run("analyze", "--analyzer", "auto", "Die Häuser sind nicht mehr alt")
    #expect(analyzed.output.contains("haus"), "\(analyzed.output)")
  }
}

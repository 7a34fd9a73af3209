import Glibc
import JSON
import Testing

@Suite("The tool sets synonyms")
struct ToolSynonymsTests {
  @Test(
    "they are looked for from then on, by a running daemon too, shown as they came, and removed")
  func life() throws {
    let bench = try ToolIndexTests.harbour()
    let rules = "# boats\nboat, ferry\nknot => bowline\n"
    let file = try bench.file("synonyms.txt", rules)
    #expect(try ToolIndexTests.ids(bench, "knot") == [])
    let ferries = try ToolIndexTests.ids(bench, "ferry")
    #expect(!ferries.isEmpty)

    let socket = "\(bench.path)/d.sock"
    let daemon = try ToolProcess(
      ["--data", bench.data, "--socket", socket, "--log-level", "error"], program: "martletd",
      home: bench.path)
    defer { daemon.kill(SIGTERM) }
    func until(_ condition: () throws -> Bool) throws {
      for _ in 0..<1_000 {
        if try condition() { return }
        usleep(20_000)
      }
    }
    func status(_ query: String) throws -> Int32? {
      try bench.run("search", "news", query, "--socket", socket).status
    }
    try until { try status("ferry") == 0 }
    #expect(try status("knot") == 1)

    let set = try bench.run("synonyms", "news", file)
    #expect(set.status == 0, "\(set.errors)")
    #expect(set.errors.contains("2 rules"))
    #expect(try ToolIndexTests.ids(bench, "knot") == ["h3"])
    #expect(try Set(ToolIndexTests.ids(bench, "boat")).isSuperset(of: ferries))
    #expect(try ToolIndexTests.ids(bench, "knot", "--no-synonyms") == [])
    try until { try status("knot") == 0 }
    #expect(try status("knot") == 0)
    let explained = try bench.run("explain", "news", "h3", "knot")
    #expect(explained.output.contains("bowline as a synonym"), "\(explained.output)")

    #expect(try bench.run("synonyms", "news", "--show").output == rules)
    let json = try JSONValue.parse(try bench.run("synonyms", "news", "--show", "--json").output)
    #expect(json["rules"]?.int == 2 && json["text"]?.string == rules)
    #expect(try bench.run("delete", "news", "--query", "knot", "--dry-run").output.contains("0"))

    #expect(try bench.run("synonyms", "news", "--clear").status == 0)
    #expect(try bench.run("synonyms", "news", "--show").output == "")
    #expect(try ToolIndexTests.ids(bench, "knot") == [])
    #expect(try bench.run("synonyms", "news", "-", input: rules).status == 0)
    #expect(try ToolIndexTests.ids(bench, "knot") == ["h3"])
  }

  @Test("what is wrong is said with the line, and changes nothing")
  func faults() throws {
    let bench = try ToolIndexTests.harbour()
    let bad = try bench.file("bad.txt", "a, b\nc,, d\n")
    let result = try bench.run("synonyms", "news", bad)
    #expect(result.status == 65 && result.errors.contains("line 2"), "\(result.errors)")
    #expect(try bench.run("synonyms", "news", "--show").output == "")
    let bytes = try bench.file("bytes.txt", bytes: [0x61, 0x2C, 0xFF])
    #expect(try bench.run("synonyms", "news", bytes).status == 65)
    #expect(try bench.run("synonyms", "news", bench.path + "/missing").status == 66)
    #expect(try bench.run("synonyms", "news").status == 64)
    #expect(try bench.run("synonyms", "news", bad, "--clear").status == 64)
    #expect(try bench.run("synonyms", "nothing", "--show").status == 66)
    let large = try bench.file("large.txt", String(repeating: "a, b\n", count: 300_000))
    #expect(try bench.run("synonyms", "news", large).status == 78)
  }
}

import Glibc
import JSON
import Testing

@Suite("Indexing a folder again is a sync")
struct ToolSyncTests {
  private func sync(_ bench: ToolBench, _ options: String...) throws -> JSONValue {
    let process = try ToolProcess(
      ["index", "news", "\(bench.path)/in", "--json"] + options,
      environment: ["MARTLET_DATA": bench.data])
    let result = try process.wait()
    try #require(result.status == 0, "\(result.errors)")
    return try JSONValue.parse(result.output)
  }

  @Test(
    "what is unchanged is skipped; what is new or changed is read; --prune forgets what vanished")
  func sync() throws {
    let bench = try ToolBench()
    try bench.file("in/one.txt", "The first text speaks of terns.\n")
    try bench.file("in/deep/two.txt", "The second text speaks of gulls.\n")
    try bench.file("in/three.md", "# Third\n\nAnd this of puffins.\n")
    let first = try sync(bench)
    #expect(first["added"]?.int == 3)
    let again = try sync(bench)
    #expect(again["added"]?.int == 0 && again["replaced"]?.int == 0 && again["unchanged"]?.int == 3)
    // Nothing changed: no commit.
    #expect(again["generation"]?.int == first["generation"]?.int)

    try bench.file("in/one.txt", "The first text speaks of auks now.\n")
    try bench.file("in/four.txt", "The fourth speaks of skuas.\n")
    _ = unsafe unlink("\(bench.path)/in/deep/two.txt")
    let changed = try sync(bench)
    #expect(
      changed["added"]?.int == 1 && changed["replaced"]?.int == 1 && changed["unchanged"]?.int == 1)
    #expect(try ToolIndexTests.ids(bench, "auks").map { $0.hasSuffix("/one.txt") } == [true])
    #expect(try ToolIndexTests.ids(bench, "terns") == [])
    #expect(try ToolIndexTests.ids(bench, "gulls").count == 1)

    let pruned = try sync(bench, "--prune")
    #expect(pruned["deleted"]?.int == 1)
    #expect(try ToolIndexTests.ids(bench, "gulls") == [])
    #expect(try bench.run("count", "news").output == "3\n")
  }

  @Test("--prune leaves alone what was not indexed from the paths that are given")
  func pruneElsewhere() throws {
    let bench = try ToolBench()
    let other = try bench.file("inside/x.txt", "Another folder whose name begins alike.\n")
    try bench.file("in/one.txt", "The first text.\n")
    _ = try bench.run("index", "news", "-q", "\(bench.path)/inside", "\(bench.path)/in")
    _ = try bench.run("index", "news", "-q", "-", input: ToolDocuments.harbour)
    _ = unsafe unlink(other)
    _ = unsafe unlink("\(bench.path)/in/one.txt")
    let pruned = try sync(bench, "--prune")
    #expect(pruned["deleted"]?.int == 1)
    #expect(try bench.run("count", "news").output == "13\n")
  }

  @Test("links are not followed, hidden files are passed over")
  func links() throws {
    let bench = try ToolBench()
    let outside = try bench.file("outside.txt", "Outside.\n")
    try bench.file("in/one.txt", "Inside.\n")
    try bench.file("in/.hidden.txt", "Hidden.\n")
    _ = unsafe symlink(outside, "\(bench.path)/in/link.txt")
    _ = unsafe symlink("\(bench.path)/in", "\(bench.path)/in/loop")
    #expect(try sync(bench)["added"]?.int == 1)
  }

  @Test("JSON lines and text may be gzip; a cut archive is refused and the rest is in")
  func gzip() throws {
    let bench = try ToolBench()
    let file = try bench.file("in/harbour.jsonl", ToolDocuments.harbour)
    let zip = try ToolProcess(
      [], wrapper: ["sh", "-c", "gzip -n '\(file)' && cp '\(file).gz' '\(file).copy'"]
    ).wait()
    try #require(zip.status == 0)
    let whole = try bench.bytes("in/harbour.jsonl.gz")
    #expect(try bench.run("index", "news", "\(file).gz").status == 0)
    #expect(try bench.run("count", "news").output == "12\n")
    try bench.file("cut.jsonl.gz", bytes: Array(whole.prefix(whole.count / 2)))
    let cut = try bench.run("index", "news", "\(bench.path)/cut.jsonl.gz")
    #expect(cut.status == 65 || cut.status == 66, "\(cut.errors)")
    #expect(cut.errors.contains("cut.jsonl.gz"))
    #expect(try bench.run("count", "news").output == "12\n")
  }
}

import Glibc
import JSON
import Testing

@Suite("Folders of mixed files")
struct ToolSourcesTests {
  private func run(_ bench: ToolBench, _ arguments: String...) throws -> ToolResult {
    try ToolProcess(arguments, environment: ["MARTLET_DATA": bench.data]).wait()
  }

  private func mixed() throws -> ToolBench {
    let bench = try ToolBench()
    try bench.file(
      "in/note.md", "---\ntags: [birds]\ndate: 2021-05-04\n---\n# On terns\n\nThey *dive*.\n")
    try bench.file(
      "in/page.html", "<html><title>Gulls</title><p>Gulls follow the plough.</p></html>")
    try bench.file("in/birds.csv", "id,name,size\nb1,Puffin,12\nb2,Skua,XL\nb3,short\n")
    try bench.file("in/list.tsv", "bird\tcount\nauk\t3\ndunlin\t5\n")
    try bench.file("in/lines.jsonl", #"{"id":"l1","name":"Heron"}"# + "\n")
    try bench.file("in/plain.txt", "A plain note on waders.\n")
    try bench.file("in/.hidden", "hidden\n")
    try bench.file("in/drafts/x.md", "ignored\n")
    try bench.file("in/debug.log", "ignored\n")
    try bench.file("in/.gitignore", "*.log\n/drafts/\n")
    try bench.file("in/picture.png", bytes: [0x89, 0x50, 0x4E, 0x47, 0])
    _ = unsafe symlink("nowhere", "\(bench.path)/in/link")
    _ = unsafe mkfifo("\(bench.path)/in/pipe", 0o600)
    return bench
  }

  @Test("become documents by kind; what is passed over is counted by reason")
  func kinds() throws {
    let bench = try mixed()
    let result = try run(bench, "index", "news", "\(bench.path)/in", "--json")
    #expect(result.status == 65)
    #expect(result.errors.contains("birds.csv:4: expected 3 fields, as the header has, found 2"))
    let summary = try JSONValue.parse(result.output)
    #expect(summary["added"]?.int == 8)
    #expect(
      summary["skipped_by_reason"]
        == ["binary": 1, "hidden": 2, "ignored": 2, "link": 1, "special": 1])
    #expect(try ToolIndexTests.ids(bench, "title:terns") == ["\(bench.path)/in/note.md"])
    #expect(try ToolIndexTests.ids(bench, "dive date:2021").count == 1)
    #expect(try ToolIndexTests.ids(bench, "", "--filter", "tags=birds").count == 1)
    #expect(try ToolIndexTests.ids(bench, "plough").count == 1)
    #expect(try ToolIndexTests.ids(bench, "skua") == ["b2"])
    #expect(try ToolIndexTests.ids(bench, "dunlin") == ["\(bench.path)/in/list.tsv#2"])
    #expect(try ToolIndexTests.ids(bench, "ignored") == [])
    // A column `size` beside the size of files: neither loses anything, and what is unchanged is known.
    let again = try JSONValue.parse(
      try run(bench, "index", "news", "\(bench.path)/in", "--json").output)
    #expect(again["unchanged"]?.int == 3)
    let words = try run(bench, "index", "news", "\(bench.path)/in")
    #expect(
      words.errors.contains("passed over: 2 hidden, 2 ignored, 1 binary, 1 link, 1 special file"))
    let named = try run(bench, "index", "news", "\(bench.path)/in", "--verbose")
    #expect(
      named.errors.contains(
        "debug.log: passed over: ignored by \(bench.path)/in/.gitignore:1 *.log"))
  }

  @Test("--dry-run says what a run does, and leaves nothing behind")
  func dryRun() throws {
    let bench = try mixed()
    let dry = try run(bench, "index", "news", "\(bench.path)/in", "--dry-run", "--json")
    #expect(dry.status == 65)
    #expect(bench.names(in: "data").isEmpty)
    let lines = try dry.output.split(separator: "\n").map { try JSONValue.parse(String($0)) }
    let summary = try #require(lines.last)
    #expect(summary["dry_run"]?.bool == true)
    let actions = Dictionary(
      lines.dropLast().map { ($0["path"]?.string ?? "", $0) }, uniquingKeysWith: { $1 })
    #expect(actions["\(bench.path)/in/birds.csv"]?["added"]?.int == 2)
    #expect(actions["\(bench.path)/in/birds.csv"]?["refused"]?.int == 1)
    #expect(actions["\(bench.path)/in/note.md"]?["kind"]?.string == "markdown")
    #expect(actions["\(bench.path)/in/drafts/"]?["why"]?.string == "ignored")
    #expect(actions["\(bench.path)/in/pipe"]?["action"]?.string == "skip")

    let real = try JSONValue.parse(
      try run(bench, "index", "news", "\(bench.path)/in", "--json").output)
    #expect(real["added"] == summary["added"] && real["refused"] == summary["refused"])
    #expect(real["skipped_by_reason"] == summary["skipped_by_reason"])

    try bench.file("in/list.tsv", "bird\tcount\nauk\t4\n")
    try bench.file("in/new.txt", "A new note.\n")
    _ = unsafe unlink("\(bench.path)/in/plain.txt")
    let before = try run(bench, "stats", "news", "--json").output
    let second = try run(bench, "index", "news", "\(bench.path)/in", "--dry-run", "--prune")
    #expect(second.output.contains("remove             \(bench.path)/in/plain.txt\n"))
    #expect(second.output.contains("remove             \(bench.path)/in/list.tsv#2\n"))
    #expect(second.output.contains("add       text     \(bench.path)/in/new.txt\n"))
    #expect(
      second.errors.contains("news (dry run): 1 to add, 4 to replace, 2 to delete, 2 unchanged"))
    #expect(try run(bench, "stats", "news", "--json").output == before)
    let pruned = try JSONValue.parse(
      try run(bench, "index", "news", "\(bench.path)/in", "--prune", "--json").output)
    #expect(pruned["added"]?.int == 1 && pruned["replaced"]?.int == 4)
    #expect(pruned["deleted"]?.int == 2 && pruned["unchanged"]?.int == 2)
  }

  @Test("--dry-run checks documents as a writer does: types, fields, ids that come twice")
  func dryRunChecks() throws {
    let bench = try ToolBench()
    _ = try bench.run("index", "news", "-q", "-", input: #"{"id":"a","n":1}"# + "\n")
    let lines = [
      #"{"id":"a","n":2}"#, #"{"id":"b","n":"many"}"#, #"{"n":1}"#, #"{"id":"c"}"#,
      #"{"id":"c","n":3}"#,
    ].joined(separator: "\n")
    let dry = try bench.run("index", "news", "-", "--dry-run", "--json", input: lines)
    #expect(dry.status == 65)
    #expect(dry.errors.contains("many") && dry.errors.contains("-:3"))
    let real = try bench.run("index", "news", "-", "--json", input: lines)
    let expected = try JSONValue.parse(real.output)
    let summary = try JSONValue.parse(String(try #require(dry.output.split(separator: "\n").last)))
    for name in ["added", "replaced", "refused"] { #expect(summary[name] == expected[name]) }
  }

  @Test("rows behind a table's new end, and the rows of tables that are gone, are pruned")
  func prunedRows() throws {
    let bench = try ToolBench()
    try bench.file("in/a.csv", "name\none\ntwo\nthree\n")
    try bench.file("in/b.csv", "name\nfour\n")
    try bench.file("in/c#1", "A file whose name looks like a row.\n")
    _ = try run(bench, "index", "news", "-q", "\(bench.path)/in")
    #expect(try bench.run("count", "news").output == "5\n")
    try bench.file("in/a.csv", "name\none\n")
    _ = unsafe unlink("\(bench.path)/in/b.csv")
    _ = try run(bench, "index", "news", "-q", "\(bench.path)/in", "--prune")
    #expect(
      try ToolIndexTests.ids(bench, "one OR looks").sorted()
        == ["\(bench.path)/in/a.csv#1", "\(bench.path)/in/c#1"])
    try bench.file("in/a.csv", "name\n")
    _ = try run(bench, "index", "news", "-q", "\(bench.path)/in/a.csv", "--prune")
    #expect(try bench.run("count", "news").output == "1\n")
  }

  @Test("are chosen by patterns, by kind and from standard input")
  func choosing() throws {
    let bench = try mixed()
    let only = try run(
      bench, "index", "news", "\(bench.path)/in", "--include", "*.md", "--include", "*.txt",
      "--no-ignore", "--exclude", "plain*", "--json")
    #expect(only.status == 0, "\(only.errors)")
    #expect(try JSONValue.parse(only.output)["added"]?.int == 2)
    let table = try bench.run(
      "index", "table", "-", "--format", "tsv", "--id-column", "code",
      input: "code\tname\nx\tAnchor\n")
    #expect(table.status == 0, "\(table.errors)")
    #expect(try bench.run("get", "table", "x").output.contains("Anchor"))
    let without = try bench.run("index", "table", "-", "--format", "csv", input: "name\nAnchor\n")
    #expect(without.status == 65)
    #expect(without.errors.contains("--id-column"))
    let text = try bench.run("index", "notes", "-", "--format", "md", input: "# A note\n\ntext\n")
    #expect(text.status == 0, "\(text.errors)")
    let rebuilt = try run(
      bench, "rebuild", "news", "\(bench.path)/in", "--include", "*.txt", "--json")
    #expect(try JSONValue.parse(rebuilt.output)["documents"]?.int == 1, "\(rebuilt.errors)")
    for bad in [
      ["--include", "[a"], ["--format", "docx"], ["--delimiter", "xx"], ["--exclude", ""],
    ] {
      let result = try ToolProcess(
        ["index", "news", bench.path] + bad, environment: ["MARTLET_DATA": bench.data]
      ).wait()
      #expect(result.status == 64, "\(bad): \(result.errors)")
    }
  }

  @Test("a named file that cannot be indexed is a fault: a picture, a pipe, an empty table")
  func namedFiles() throws {
    let bench = try mixed()
    try bench.file("in/empty.csv", "")
    for name in ["picture.png", "pipe", "empty.csv"] {
      let result = try run(bench, "index", "news", "\(bench.path)/in/\(name)")
      #expect(result.status == 65, "\(name): \(result.errors)")
      #expect(result.errors.contains(name))
    }
    // What the caller leaves out himself is none.
    let left = try run(bench, "index", "news", "\(bench.path)/in/plain.txt", "--exclude", "*.txt")
    #expect(left.status == 0)
  }
}

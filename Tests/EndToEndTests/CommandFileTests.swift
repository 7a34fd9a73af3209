import Glibc
import JSON
import Testing

@Suite("Options of a command from a file")
struct CommandFileTests {
  /// Three notes, one of them below `more`.
  private static func bench() throws -> ToolBench {
    let bench = try ToolBench()
    try bench.file("notes/a.txt", "A herring in the harbour")
    try bench.file("notes/b.txt", "A gull over the harbour")
    try bench.file("more notes/c.txt", "A seal in the harbour")
    return bench
  }

  private static func count(_ bench: ToolBench, _ query: String) throws -> Int? {
    let result = try bench.run("count", "notes", query, "--json")
    return try JSONValue.parse(result.output)["total"]?["value"]?.int
  }

  @Test("paths, options and switches are taken; the command line wins; rebuild reads the same file")
  func options() throws {
    let bench = try Self.bench()
    let conf = try bench.file(
      "notes.conf",
      """
      # the notes
      paths = \(bench.path)/notes   # and
      paths = "\(bench.path)/more notes"
      memory = 64M
      threads = 1
      quiet = yes
      json = no

      """)
    let first = try bench.run("index", "notes", "--config", conf)
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.errors.isEmpty && first.output.isEmpty)
    #expect(try Self.count(bench, "harbour") == 3)

    try bench.file("notes/b.txt", "A tern")
    let anew = try bench.run("rebuild", "notes", "--config", conf, "--json")
    #expect(anew.status == 0, "\(anew.errors)")
    #expect(try JSONValue.parse(anew.output)["documents"]?.int == 3)
    #expect(try Self.count(bench, "tern") == 1)

    // Given paths take the place of those in the file.
    let one = try bench.run("rebuild", "notes", "\(bench.path)/notes", "--config=\(conf)")
    #expect(one.status == 0, "\(one.errors)")
    #expect(try Self.count(bench, "seal") == 0)

    // The last of two values holds, and that is the one given here.
    let little = try bench.run("rebuild", "notes", "--config", conf, "--memory", "1M")
    #expect(little.status == 64)
    #expect(little.errors.contains("--memory"), "\(little.errors)")
  }

  @Test("what a file says wrongly is named with its line")
  func faults() throws {
    let bench = try Self.bench()
    for (text, message) in [
      ("paths = /x\nmemroy = 1G\n", "notes.conf:2: memroy: Unknown option '--memroy'"),
      ("\nmemory = lots\n", "notes.conf:2: memory: The value 'lots' is invalid"),
      ("memory = 1M\n", "notes.conf:1: memory: --memory: at least"),
      ("quiet = perhaps\n", "notes.conf:1: quiet:"),
      ("pruen = no\n", "notes.conf:1: pruen: Unknown option '--pruen'"),
      ("paths = notes\n", "notes.conf:1: paths: \"notes\" is not an absolute path"),
      ("threads = 1\nthreads = 2\n", "notes.conf:2: threads: is already set at"),
      ("threads = 1 2\n", "notes.conf:1: threads: The value '1 2' is invalid"),
      ("help = yes\n", "notes.conf:1: help: cannot be set in a file"),
      ("config = /x\n", "notes.conf:1: config: cannot be set in a file"),
      ("paths\n", "notes.conf:1: not a setting"),
    ] {
      let conf = try bench.file("notes.conf", text)
      let result = try bench.run("index", "notes", "--config", conf)
      #expect(result.status == 78, "\(text): \(result.errors)")
      #expect(result.errors.contains(message), "\(text): \(result.errors)")
      #expect(bench.names(in: "data").isEmpty)
    }
    let missing = try bench.run("rebuild", "notes", "--config", "\(bench.path)/none.conf")
    #expect(missing.status == 78)
    #expect(missing.errors.contains("none.conf: there is no such file"))
  }

  @Test("the example of systemd/ is understood as it stands")
  func example() throws {
    let bench = try Self.bench()
    let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let result = try bench.run(
      "rebuild", "notes", "\(bench.path)/notes", "--config",
      "/\(folder)/systemd/examples/notes.conf", "--data", bench.data)
    #expect(result.status == 66, "\(result.errors)")
    #expect(result.errors.contains("no index \"notes\"") || result.errors.contains("notes"))
  }

  @Test("a rebuild whose sources are gone leaves the index as it was, and says so")
  func vanished() throws {
    let bench = try Self.bench()
    _ = try bench.run("index", "notes", "-q", "\(bench.path)/notes")
    #expect(try Self.count(bench, "harbour") == 2)
    let unmounted = try bench.run(
      "rebuild", "notes", "\(bench.path)/notes", "\(bench.path)/disk")
    #expect(unmounted.status == 66)
    #expect(unmounted.errors.contains("\(bench.path)/disk: No such file"), "\(unmounted.errors)")
    try bench.file("empty/x", "")
    let empty = try bench.run("rebuild", "notes", "\(bench.path)/empty")
    #expect(empty.status == 66)
    #expect(empty.errors.contains("the index stays as it was"), "\(empty.errors)")
    #expect(try Self.count(bench, "harbour") == 2)
    let none = try bench.run("rebuild", "other", "\(bench.path)/notes")
    #expect(none.status == 66)
    #expect(none.errors.contains("`martlet index` makes it"), "\(none.errors)")
  }
}

import Glibc
import JSON
import Testing

@Suite("The tool asks the daemon")
struct ToolDaemonTests {
  /// A daemon over the harbour, ready.
  private func daemon(_ bench: ToolBench) throws -> (process: ToolProcess, socket: String) {
    let socket = "\(bench.path)/d.sock"
    let process = try ToolProcess(
      ["--data", bench.data, "--socket", socket, "--log-level", "error"], program: "martletd",
      home: bench.path)
    for _ in 0..<1_000 {
      if try bench.run("list", "--socket", socket).status == 0 { return (process, socket) }
      usleep(20_000)
    }
    throw ToolFault(what: "martletd is not ready", code: ETIMEDOUT)
  }

  /// An answer without the time it took, the one thing that differs.
  private func timeless(_ output: String) throws -> JSONValue {
    guard case .object(var object) = try JSONValue.parse(output) else { return .null }
    object["took_us"] = nil
    return .object(object)
  }

  @Test("--json prints the same with and without the daemon, and exits alike")
  func same() throws {
    let bench = try ToolIndexTests.harbour()
    #expect(try bench.run("alias", "set", "current=news", "-q").status == 0)
    let (process, socket) = try daemon(bench)
    let questions = [
      ["search", "news", "ferry storm"], ["search", "news", "\"unclosed gulls", "-n", "1"],
      ["search", "news", "crane", "--explain", "--select", "title,date"],
      ["search", "news", "", "--filter", "tags=market", "--sort=-date"],
      ["search", "news", "nothingofthekind"], ["search", "news", "x", "--filter", "colour=red"],
      ["search", "news", "(", "--mode", "strict"], ["search", "none", "x"], ["count", "news"],
      ["count", "news", "crane", "--or"], ["get", "news", "h5"], ["get", "news", "h99"],
      ["list"], ["stats", "news"], ["schema", "news"],
      ["explain", "news", "h5", "ferry storm"], ["explain", "news", "h2", "bowline"],
      ["explain", "news", "h99", "ferry"], ["explain", "none", "h5", "ferry"],
      ["analyze", "--index", "news", "--field", "title", "Niinistö’s COVID-19"],
      ["analyze", "--index", "news", "--field", "colour", "red"],
      ["similar", "news", "h5"], ["similar", "current", "--text", "ferry storm", "-n", "2"],
      ["similar", "news", "h99"], ["similar", "news", "h5", "--fields", "tags"],
      ["alias"], ["search", "n*", "ferry"], ["search", "current", "ferry"], ["search", "x*", "a"],
      ["search", "news,none", "a"], ["count", "*"], ["get", "current", "h5"], ["stats", "current"],
    ]
    for question in questions {
      let here = try ToolProcess(
        question + ["--json"], environment: ["MARTLET_DATA": bench.data]
      ).wait()
      let there = try ToolProcess(question + ["--json", "--socket", socket]).wait()
      #expect(here.status == there.status, "\(question): \(here.errors) \(there.errors)")
      #expect(try timeless(here.output) == timeless(there.output), "\(question)")
    }
    process.kill(SIGTERM)
    #expect(try process.wait().status == 0)
  }

  @Test("for people, too, the answers are the same")
  func rendering() throws {
    let bench = try ToolIndexTests.harbour()
    let (process, socket) = try daemon(bench)
    defer { process.kill(SIGTERM) }
    for question in [
      ["search", "news", "ferry storm"], ["get", "news", "h5"], ["stats", "news"],
      ["explain", "news", "h5", "ferry storm"], ["export", "news"],
      ["analyze", "--index", "news", "--field", "title", "Niinistö’s COVID-19"],
    ] {
      let here = try ToolProcess(question, environment: ["MARTLET_DATA": bench.data]).wait()
      let there = try ToolProcess(question + ["--socket", socket]).wait()
      #expect(here.output == there.output)
      #expect(!here.output.isEmpty)
    }
  }

  @Test("the daemon sees what the tool commits, deletes and rebuilds")
  func follows() throws {
    let bench = try ToolIndexTests.harbour()
    let (process, socket) = try daemon(bench)
    defer { process.kill(SIGTERM) }
    func eventually(_ query: String, _ count: String) throws {
      var output = ""
      for _ in 0..<500 {
        output = try bench.run("count", "news", query, "--socket", socket).output
        if output == "\(count)\n" { return }
        usleep(20_000)
      }
      Issue.record("\(query): \(output)")
    }
    try eventually("puffins", "0")
    _ = try bench.run("index", "news", "-q", "-", input: #"{"id":"p","title":"Puffins"}"#)
    try eventually("puffins", "1")
    _ = try bench.run("rebuild", "news", "-q")
    try eventually("puffins", "1")
    _ = try bench.run("delete", "news", "-q", "p")
    try eventually("puffins", "0")
    #expect(
      try bench.run("index", "other", "-q", "-", input: #"{"id":"1","title":"Auks"}"#).status == 0)
    for _ in 0..<500 {
      if try bench.run("count", "other", "--socket", socket).output == "1\n" { return }
      usleep(20_000)
    }
    Issue.record("a new index is not seen")
  }
}

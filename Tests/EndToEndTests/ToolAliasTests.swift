import JSON
import Testing

@Suite("The tool: aliases, and several indexes at once")
struct ToolAliasTests {
  private static func bench() throws -> ToolBench {
    let bench = try ToolBench()
    for (name, line) in [
      ("news-1", #"{"id": "a", "title": "Herring", "date": "2020-01-03"}"#),
      ("news-2", #"{"id": "b", "title": "Herring and tea", "date": "2020-01-01"}"#),
      ("wire", #"{"id": "c", "title": "Tea", "date": "2020-01-02"}"#),
    ] {
      #expect(try bench.run("index", name, "-q", "-", input: line).status == 0)
    }
    return bench
  }

  private func ids(_ result: ToolResult) throws -> [String] {
    (try JSONValue.parse(result.output)["hits"]?.array ?? []).map {
      "\($0["index"]?.string ?? "")/\($0["id"]?.string ?? "")"
    }
  }

  @Test("set, list, switch, remove")
  func changes() throws {
    let bench = try Self.bench()
    #expect(try bench.run("alias").status == 0)
    let set = try bench.run("alias", "set", "current=news-1", "all=news-2,news-1")
    #expect(set.output == "all      news-1, news-2\ncurrent  news-1\n")
    #expect(try bench.run("alias").output == set.output)
    let json = try bench.run("alias", "list", "--json").output
    #expect(
      try JSONValue.parse(json)["aliases"]?.array?.first?["indexes"]
        == .array(["news-1", "news-2"]))
    #expect(try ids(bench.run("search", "current", "herring", "--json")) == ["news-1/a"])
    #expect(try bench.run("alias", "set", "current=news-2", "-q").output.isEmpty)
    #expect(try ids(bench.run("search", "current", "herring", "--json")) == ["news-2/b"])
    #expect(try bench.run("count", "all", "herring").output == "2\n")
    #expect(try bench.run("get", "current", "b").status == 0)
    #expect(try bench.run("list").output.contains("(all, current)"))
    #expect(try bench.run("alias", "remove", "current").status == 0)
    #expect(try bench.run("search", "current", "herring").status == 66)
    #expect(try bench.run("alias", "remove", "current").status == 66)
  }

  @Test("what cannot be is refused, and nothing is changed")
  func refused() throws {
    let bench = try Self.bench()
    _ = try bench.run("alias", "set", "current=news-1")
    for (arguments, status) in [
      (["set", "wire=news-1"], 64), (["set", "x=none"], 66), (["set", "x=current"], 64),
      (["set", "x"], 64), (["set", "x="], 64), (["set", "Upper=wire"], 64),
      (["set", "good=wire", "bad=none"], 66), (["set"], 64), (["remove", "none"], 66),
    ] as [([String], Int32)] {
      let result = try ToolProcess(
        ["alias"] + arguments, environment: ["MARTLET_DATA": bench.data]
      ).wait()
      #expect(result.status == status, "\(arguments): \(result.errors)")
    }
    #expect(try bench.run("alias").output == "current  news-1\n")
    for arguments in [
      ["stats", "x*"], ["search", "wire,none", "tea"], ["get", "news-*", "a"],
      ["index", "all", "-q", "-"],
    ] {
      _ = try bench.run("alias", "set", "all=news-1,news-2", "-q")
      let process = try ToolProcess(arguments, environment: ["MARTLET_DATA": bench.data])
      #expect(try process.wait().status != 0, "\(arguments)")
    }
  }

  @Test("commands that write take an alias of one index")
  func writing() throws {
    let bench = try Self.bench()
    _ = try bench.run("alias", "set", "current=news-2", "all=news-1,news-2")
    #expect(
      try bench.run("index", "current", "-q", "-", input: #"{"id":"d","title":"More tea"}"#).status
        == 0)
    #expect(try bench.run("count", "news-2").output == "2\n")
    #expect(!bench.names(in: "data").contains("current"))
    #expect(try bench.run("delete", "current", "d", "-q").status == 0)
    #expect(try bench.run("rebuild", "current", "-q").status == 0)
    #expect(try bench.run("merge", "current", "-q").status == 0)
    #expect(try bench.run("verify", "current").status == 0)
    #expect(try bench.run("count", "news-2").output == "1\n")
    #expect(try bench.run("delete", "all", "b").status == 64)
  }

  @Test("an index that an alias stands for is dropped only by force")
  func dropping() throws {
    let bench = try Self.bench()
    _ = try bench.run("alias", "set", "current=news-2", "all=news-1,news-2")
    let kept = try bench.run("drop", "news-2", "--yes")
    #expect(kept.status == 64)
    #expect(kept.errors.contains("all, current"))
    #expect(try bench.run("drop", "current", "--yes").status == 64)
    #expect(try bench.run("drop", "news-2", "--yes", "--force", "-q").status == 0)
    #expect(try bench.run("alias").output == "all  news-1\n")
    #expect(try bench.run("drop", "wire", "--yes", "-q").status == 0)
  }

  @Test("several indexes are searched here as by the daemon")
  func several() throws {
    let bench = try Self.bench()
    #expect(
      try ids(bench.run("search", "news-*,wire", "herring OR tea", "--sort=date", "--json"))
        == ["news-2/b", "wire/c", "news-1/a"])
    #expect(try bench.run("count", "*", "herring OR tea").output == "3\n")
    #expect(try bench.run("count", "*,-news-1").output == "2\n")
    let people = try bench.run("search", "news-*", "herring")
    #expect(people.output.contains("news-1 · 2020-01-03 · a"))
    #expect(try bench.run("search", "*", "x", "--sort=nothing").status == 64)
  }

  @Test("a damaged file of aliases is said, with its name; indexes go on")
  func damaged() throws {
    let bench = try Self.bench()
    _ = try bench.run("alias", "set", "current=news-2")
    try bench.file("data/ALIASES", "rubbish")
    let result = try bench.run("alias")
    #expect(result.status == 65)
    #expect(result.errors.contains("ALIASES"))
    #expect(try bench.run("alias", "set", "current=news-1").status == 65)
    #expect(try bench.run("search", "news-1", "herring").status == 0)
    #expect(try bench.run("list").status == 0)
    #expect(try bench.run("search", "current", "herring").status == 65)
  }
}

import Glibc
import Testing

@Suite("The tool's command line")
struct ToolUsageTests {
  static let commands = [
    "index", "rebuild", "delete", "search", "count", "get", "list", "stats", "schema", "verify",
    "merge", "export",
    "analyze", "drop", "alias", "similar",
  ]

  @Test("every command has help with examples", arguments: commands)
  func help(command: String) throws {
    let result = try ToolBench().run("help", command)
    #expect(result.status == 0)
    #expect(result.output.contains("Example"))
    #expect(result.output.contains("martlet \(command)"))
    // Of an alias the subcommands have it.
    #expect(result.output.contains("--data") || command == "alias")
  }

  @Test("the version is printed")
  func version() throws {
    let result = try ToolBench().run("--version")
    #expect(result.status == 0)
    #expect(result.output.first?.isNumber == true)
  }

  @Test("an unknown option is a usage error: 64")
  func unknownOption() throws {
    let result = try ToolBench().run("search", "news", "x", "--colour")
    #expect(result.status == 64)
    #expect(result.errors.contains("--colour"))
  }

  @Test(
    "a name that is not allowed is refused with the rule: 64",
    arguments: [
      "Upper", "../etc", "a/b", ".", "-x", "", "naïve", String(repeating: "a", count: 65), "a b",
    ])
  func badName(name: String) throws {
    let bench = try ToolBench()
    for arguments in [
      ["index", "--", name, "-"], ["search", "--", name, "word"], ["drop", "--yes", "--", name],
    ] {
      let process = try ToolProcess(arguments, environment: ["MARTLET_DATA": bench.data])
      let result = try process.wait()
      #expect(result.status == 64, "\(arguments): \(result.errors)")
    }
    #expect(bench.names(in: "").isEmpty)
  }

  @Test(
    "an index that does not exist is said so: 66",
    arguments: ["search", "count", "get", "stats", "verify"])
  func noIndex(command: String) throws {
    let extra = command == "search" || command == "get" ? ["word"] : []
    let bench = try ToolBench()
    let process = try ToolProcess(
      [command, "nothing"] + extra, environment: ["MARTLET_DATA": bench.data])
    let result = try process.wait()
    #expect(result.status == 66)
    #expect(result.errors.contains("nothing"))
    // Asking makes nothing.
    #expect(bench.names(in: "").isEmpty)
  }

  @Test("a socket path of more than 107 bytes is refused with the reason: 64")
  func longSocket() throws {
    let path = "/tmp/" + String(repeating: "s", count: 103)
    let result = try ToolBench().run("search", "news", "x", "--socket", path)
    #expect(result.status == 64)
    #expect(result.errors.contains("108 bytes") && result.errors.contains("107"))
  }

  @Test("without a daemon at the socket: 69, and how to start one")
  func noDaemon() throws {
    let bench = try ToolBench()
    let result = try bench.run("search", "news", "x", "--socket", "\(bench.path)/no.sock")
    #expect(result.status == 69)
    #expect(result.errors.contains("martletd"))
  }

  @Test(
    "sizes and numbers out of range are usage errors",
    arguments: [
      ["index", "n", "--memory", "5"], ["index", "n", "--memory", "many"],
      ["index", "n", "--threads", "0"],
      ["search", "n", "x", "-n", "-1"], ["index", "n", "--commit-every", "0"], ["delete", "n"],
    ])
  func badNumbers(arguments: [String]) throws {
    let result = try ToolProcess(arguments).wait()
    #expect(result.status == 64, "\(arguments): \(result.errors)")
  }

  @Test("--data wins over MARTLET_DATA, which wins over XDG_DATA_HOME")
  func dataFolder() throws {
    let bench = try ToolBench()
    _ = try bench.run(
      "index", "a", "-q", "--data", "\(bench.path)/one", "-", input: ToolDocuments.harbour)
    #expect(bench.names(in: "one") == ["a"])
    _ = try bench.run("index", "b", "-q", "-", input: ToolDocuments.harbour)
    #expect(bench.names(in: "data") == ["b"])
    let list = try bench.run("list")
    #expect(list.output.hasPrefix("b "))
  }
}

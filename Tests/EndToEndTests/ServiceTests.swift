import Glibc
import InvertedIndex
import JSON
import SocketClient
import Testing

@Suite("The daemon as a service")
struct ServiceTests {
  private static func isThere(_ program: String) -> Bool {
    unsafe access("/usr/bin/\(program)", X_OK) == 0
  }

  @Test(
    "systemd-socket-activate passes it a socket, which outlives it",
    .enabled(if: isThere("systemd-socket-activate"), "systemd-socket-activate is not installed"))
  func activation() throws {
    let bench = try ToolBench()
    _ = try bench.run("index", "harbour", "-q", "-", input: ToolDocuments.harbour)
    let daemon = try bench.daemon(
      binds: false,
      wrapper: [
        "systemd-socket-activate", "-l", "\(bench.path)/s", "-E",
        "MARTLET_CONFIG=/nonexistent/martletd.conf",
      ])
    // The socket is there at once; the daemon starts when somebody comes, who is answered.
    try daemon.until { bench.names(in: "").contains("s") }
    #expect(!daemon.text.contains("serving"))
    try daemon.awaitReady()
    #expect(try daemon.ask("GET", "/v1/search?q=gulls").status == 200)
    try daemon.until { daemon.text.contains("from=\"service manager\"") }
    try daemon.until { daemon.text.contains("socket=\(bench.path)/s ") }
    daemon.kill(SIGTERM)
    #expect(try daemon.wait().code == 0)
    #expect(bench.names(in: "").contains("s"))
    #expect(!bench.names(in: "").contains("s.lock"))
  }

  @Test(
    "what is passed and is no Unix stream socket that listens is refused with the reason",
    arguments: [
      ("LISTEN_FDS=1 exec \"$@\" 3</dev/null", "descriptor 3 is not a socket"),
      ("LISTEN_FDS=1 exec \"$@\" 3<&-", "descriptor 3 is not open"),
      ("LISTEN_FDS=2 LISTEN_FDNAMES=a:b exec \"$@\"", "passes 2 sockets (a, b)"),
      ("LISTEN_FDS=many exec \"$@\"", "LISTEN_FDS=many is not a number"),
    ])
  func refused(command: String, reason: String) throws {
    let bench = try ToolBench()
    let daemon = try bench.daemon(
      binds: false, wrapper: ["sh", "-c", "export LISTEN_PID=$$; \(command)", "sh"])
    let ending = try daemon.wait()
    #expect(ending.code == 64)
    #expect(ending.log.contains(reason), "\(ending.log)")
  }

  @Test("variables for another process are not believed")
  func forAnother() throws {
    let bench = try ToolBench()
    let daemon = try bench.daemon(environment: ["LISTEN_PID": "1", "LISTEN_FDS": "1"])
    try daemon.awaitReady()
    try daemon.until { daemon.text.contains("from=bind") }
  }

  @Test("it tells the service manager its whole life", arguments: [false, true])
  func notifications(isAbstract: Bool) throws {
    let bench = try ToolBench()
    _ = try bench.run("index", "harbour", "-q", "-", input: ToolDocuments.harbour)
    let manager = try NotifySocket(
      isAbstract ? "@martlet-test-\(getpid())-\(bench.path.suffix(6))" : "\(bench.path)/notify")
    let daemon = try bench.daemon(
      environment: ["NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "200000"])
    try daemon.until { manager.count("READY=1") == 1 }
    // Ready means that the indexes are open.
    #expect(manager.messages[0][0] == "READY=1")
    #expect(manager.status == "serving 1 index with 12 documents: harbour at generation 2")
    #expect(try daemon.ask("GET", "/v1/search?q=gulls").status == 200)
    try daemon.until { manager.count("WATCHDOG=1") >= 3 }

    _ = try bench.run("index", "more", "-q", "-", input: ToolDocuments.harbour)
    try daemon.until { manager.status?.contains("serving 2 indexes with 24 documents") == true }
    #expect(manager.count("READY=1") == 1)

    daemon.kill(SIGHUP)
    try daemon.until { manager.count("READY=1") == 2 }
    let reloading = try #require(manager.messages.firstIndex { $0.contains("RELOADING=1") })
    #expect(manager.messages[reloading].contains { $0.hasPrefix("MONOTONIC_USEC=") })
    #expect(reloading < manager.messages.lastIndex { $0.contains("READY=1") } ?? 0)
    let beats = manager.count("WATCHDOG=1")
    try daemon.until { manager.count("WATCHDOG=1") > beats }

    daemon.kill(SIGTERM)
    #expect(try daemon.wait().code == 0)
    #expect(manager.count("STOPPING=1") == 1)
    let stopping = try #require(manager.messages.firstIndex { $0.contains("STOPPING=1") })
    #expect(manager.messages[stopping...].allSatisfy { !$0.contains("READY=1") })
  }

  @Test("a daemon that cannot start says why to the service manager as well")
  func cannotStart() throws {
    let bench = try ToolBench()
    let manager = try NotifySocket("\(bench.path)/notify")
    let daemon = try bench.daemon(
      ["--workers", "0"], environment: ["NOTIFY_SOCKET": manager.address])
    #expect(try daemon.wait().code == 64)
    #expect(manager.status?.hasPrefix("cannot start: --workers: 0 is not from 1") == true)
  }

  @Test(
    "SIGHUP reads the settings again: limits and level at once, the rest is named, bad ones are not taken"
  )
  func reload() throws {
    let bench = try ToolBench()
    let file = try bench.file("martletd.conf", "connections = 100\nworkers = 1\n")
    let daemon = try bench.daemon(["--config", file])
    try daemon.awaitReady()
    func connections() throws -> Int? {
      try daemon.json("GET", "/v1/")["limits"]?["connections"]?.int
    }
    #expect(try connections() == 100)

    try bench.file(
      "martletd.conf", "connections = 50\nworkers = 2\nlog-level = debug\nbody-bytes = 2K\n")
    daemon.kill(SIGHUP)
    try daemon.until { try connections() == 50 }
    try daemon.until { daemon.text.contains("name=body-bytes") }
    for line in [
      "setting changed after=50 before=100 name=connections",
      "it needs a restart after=2 before=1 name=workers", "debug   request",
    ] {
      try daemon.until { daemon.text.contains(line) }
    }
    let large = String(repeating: " ", count: 3_000)
    #expect(try daemon.ask("POST", "/v1/search", large).status == 413)

    try bench.file("martletd.conf", "connections = 10\nlog-levle = info\n")
    daemon.kill(SIGHUP)
    try daemon.until { daemon.text.contains("settings are not read again") }
    try daemon.until { daemon.text.contains("\(file):2: log-levle: there is no such setting") }
    try daemon.until { daemon.text.contains("did you mean \\\"log-level\\\"?") }
    #expect(try connections() == 50)

    // A file that is gone is one that was named and is not there.
    unsafe unlink(file)
    daemon.kill(SIGHUP)
    try daemon.until { daemon.text.contains("there is no such file") }
    #expect(try connections() == 50)
    daemon.kill(SIGTERM)
    #expect(try daemon.wait().code == 0)
  }

  @Test("SIGHUP has an index that could not be opened tried again at once")
  func reloadIndexes() throws {
    let bench = try ToolBench()
    _ = try bench.run("index", "harbour", "-q", "-", input: ToolDocuments.harbour)
    let manager = try NotifySocket("\(bench.path)/notify")
    let daemon = try bench.daemon(environment: ["NOTIFY_SOCKET": manager.address])
    try daemon.awaitReady()
    _ = try bench.run("delete", "harbour", "h1", "-q")
    daemon.kill(SIGHUP)
    try daemon.until { manager.count("READY=1") == 2 }
    try daemon.until { manager.status?.contains("with 11 documents") == true }
  }

  @Test("--check-config shows every setting with its origin; options win over the file")
  func checkConfig() throws {
    let bench = try ToolBench()
    let file = try bench.file(
      "martletd.conf", "workers = 3 # few\nidle-time = 2min\nsocket = \"/tmp/a b\"\n")
    func run(_ arguments: String..., environment: [String: String] = [:]) throws -> ToolResult {
      try ToolProcess(
        arguments + ["--check-config"], program: "martletd",
        environment: ["MARTLET_CONFIG": "/nonexistent/martletd.conf"].merging(environment) { $1 },
        home: bench.path
      ).wait()
    }
    let result = try run("--config", file, "--workers", "5", "--set", "connections=99")
    #expect(result.status == 0, "\(result.errors)")
    func line(_ name: String) -> [String] {
      let line = result.output.split(separator: "\n").first { $0.hasPrefix("\(name) =") } ?? ""
      return line.split(separator: " ").map(String.init)
    }
    #expect(line("workers") == ["workers", "=", "5", "#", "--workers"])
    #expect(line("idle-time") == ["idle-time", "=", "2min", "#", "\(file):2"])
    #expect(line("socket") == ["socket", "=", "\"/tmp/a", "b\"", "#", "\(file):3"])
    #expect(line("connections").prefix(3) == ["connections", "=", "99"])
    #expect(line("body-bytes") == ["body-bytes", "=", "1M", "#", "default"])

    // What it shows is a file of settings that says the same.
    let copy = try bench.file("copy.conf", result.output)
    let again = try run("--config", copy)
    func values(_ text: String) -> [Substring] {
      text.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "#" } }
    }
    #expect(again.status == 0, "\(again.errors)")
    #expect(values(again.output) == values(result.output))

    #expect(try run().status == 0)
    #expect(try run(environment: ["MARTLET_CONFIG": file]).output.contains("# \(file):2"))
    let bad = try bench.file("bad.conf", "\n# x\nconections = 4\n")
    for (arguments, status, message) in [
      (["--config", bad], 78, "\(bad):3: conections: there is no such setting; did you mean"),
      (["--config", "\(bench.path)/none"], 78, "\(bench.path)/none: there is no such file"),
      (["--config", bench.path], 78, "\(bench.path): is not a regular file"),
      (["--workers", "0"], 64, "--workers: 0 is not from 1 to 1024"),
      (["--set", "wrokers=1"], 64, "there is no such setting; did you mean \"workers\"?"),
      (["--socket-mode", "999"], 64, "--socket-mode: \"999\" is not octal"),
      (["--log-level", "loud"], 64, "--log-level: there is no level \"loud\""),
    ] {
      let result = try ToolProcess(
        arguments + ["--check-config"], program: "martletd", home: bench.path
      ).wait()
      #expect(result.status == Int32(status), "\(arguments): \(result.errors)")
      #expect(result.errors.contains(message), "\(result.errors)")
      #expect(result.errors.hasPrefix("martletd: "))
      #expect(result.output.isEmpty)
    }
  }

  @Test("a file of settings that may not be read stops it, rather than being passed over")
  func unreadable() throws {
    guard geteuid() == 0 else { return }
    let bench = try ToolBench()
    try bench.openForAll()
    let file = try bench.file("martletd.conf", "workers = 1\n")
    unsafe chmod(file, 0o600)
    let result = try ToolProcess(
      ["--check-config"], program: "martletd",
      wrapper: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
      environment: ["MARTLET_CONFIG": file], home: bench.path
    ).wait()
    // The programs may lie where nobody else can look.
    guard result.status != 127, result.status != 126 else { return }
    #expect(result.status == 78)
    #expect(result.errors.contains("\(file): Permission denied"))
  }

  @Test("nothing that comes from outside makes a line of its own in the log, nor a priority")
  func forgery() throws {
    let bench = try ToolBench()
    let log = try bench.file("s.log", "")
    var status = stat()
    unsafe stat(log, &status)
    let evil = "x\n<0>forged \u{1b}[2J\u{202e}"
    let daemon = try bench.daemon(
      ["--log-level", "debug", "--set", "slow-query=1ms", "--set", "log-query-text=yes", "--data"]
        + ["\(bench.path)/\(evil)"],
      environment: ["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino)"])
    try daemon.until { (try? daemon.ask("GET", "/v1/live").status) == 200 }
    var writer = JSONWriter()
    writer.object { $0.field("query", evil) }
    let body = String(decoding: writer.bytes, as: UTF8.self)
    _ = try daemon.ask("POST", "/v1/indexes/x%0a%3c0%3eforged/search", body)
    _ = try daemon.ask("GET", "/v1/search?q=x%0a%3C0%3Eforged")
    _ = try daemon.client().request(
      "GET", "/v1/\u{1b}[2J<0>forged/" + String(repeating: "x", count: 9_000),
      headers: ["X-Request-Id: a\u{1b}b<0>forged"])
    _ = try daemon.client().request("GET", "/v1/live", headers: ["X-Request-Id: <0>forged="])
    daemon.kill(SIGTERM)
    let text = try daemon.wait().log
    let lines = text.split(separator: "\n")
    #expect(lines.count >= 5, "\(text)")
    for line in lines {
      #expect(["<7>", "<6>", "<5>", "<4>", "<3>"].contains(line.prefix(3)), "\(line)")
      #expect(line.utf8.count < 20_000)
    }
    #expect(text.contains("forged"))
    #expect(!text.utf8.contains(0x1b))
    #expect(lines.contains { $0.hasPrefix("<5>serving ") })
    #expect(lines.contains { $0.hasPrefix("<7>request ") && $0.contains("id=\"<0>forged=\"") })
  }

  @Test("priorities are for the journal alone: another stream has the time and the level")
  func priorities() throws {
    let bench = try ToolBench()
    let daemon = try bench.daemon(environment: ["JOURNAL_STREAM": "1:2"])
    try daemon.awaitReady()
    daemon.kill(SIGTERM)
    let log = try daemon.wait().log
    #expect(!log.contains("<5>"))
    let line = try #require(log.split(separator: "\n").first { $0.contains(" serving ") })
    #expect(line.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ notice  serving .*/) != nil)
  }

  @Test("without a standard error no client is sent the log")
  func closedStreams() throws {
    let bench = try ToolBench()
    _ = try bench.run("index", "harbour", "-q", "-", input: ToolDocuments.harbour)
    let daemon = try bench.daemon(
      ["--log-level", "debug"], wrapper: ["sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh"])
    try daemon.awaitReady()
    let clients = try (0..<10).map { _ in try daemon.client() }
    for client in clients {
      let answer = try client.request("GET", "/v1/live")
      #expect(answer.status == 200)
      #expect(answer.body == "{\"status\":\"live\"}\n")
    }
    _ = try bench.run("delete", "harbour", "h1", "-q")
    try daemon.until { try daemon.json("GET", "/v1/indexes/harbour")["documents"]?.int == 11 }
    for client in clients { #expect(try client.request("GET", "/v1/live").status == 200) }
    #expect(daemon.text.isEmpty)
    daemon.kill(SIGTERM)
    #expect(try daemon.wait().code == 0)
  }

  @Test("why it cannot start is an error in the journal")
  func priorityOfFailure() throws {
    let bench = try ToolBench()
    let log = try bench.file("s.log", "")
    var status = stat()
    unsafe stat(log, &status)
    let daemon = try bench.daemon(
      ["--workers", "0"], environment: ["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino)"])
    let ending = try daemon.wait()
    #expect(ending.code == 64)
    #expect(ending.log.hasPrefix("<3>--workers: 0 is not from 1 to 1024"), "\(ending.log)")
  }

  @Test("an index that is made while it serves is there at once, not at the next look")
  func newIndex() throws {
    let bench = try ToolBench()
    _ = try bench.run("index", "harbour", "-q", "-", input: ToolDocuments.harbour)
    let manager = try NotifySocket("\(bench.path)/notify")
    let daemon = try bench.daemon(environment: ["NOTIFY_SOCKET": manager.address])
    try daemon.awaitReady()
    _ = try bench.run("index", "more", "-q", "-", input: ToolDocuments.harbour)
    try daemon.until { try daemon.ask("GET", "/v1/indexes/more").status == 200 }
    try daemon.until { manager.status?.contains("more at generation 2") == true }
  }
}

import Glibc
import JSON
import SocketClient
import Testing

@Suite("The daemon in a process of its own")
struct DaemonStoryTests {
  private static func ids(_ answer: JSONValue) -> [String] {
    answer["hits"]?.array?.compactMap { $0["id"]?.string } ?? []
  }

  @Test("index, serve, search, index again while it is asked, stop")
  func story() throws {
    let bench = try ToolBench()
    let made = try bench.run("index", "harbour", "-q", "-", input: ToolDocuments.harbour)
    #expect(made.status == 0, "\(made.errors)")
    let daemon = try bench.daemon()
    try daemon.awaitReady()

    let gulls = try daemon.json("GET", "/v1/search?q=gulls")
    #expect(Set(Self.ids(gulls)) == ["h5", "h12"])
    let filtered = try daemon.json(
      "POST", "/v1/indexes/harbour/search",
      #"{"query": "crane", "filter": [{"field": "date", "gte": "2020"}], "sort": ["date"]}"#)
    #expect(Self.ids(filtered) == ["h6"])

    let more = try bench.start("index", "harbour", "-q", "-")
    more.write(
      #"{"id":"h13","title":"A seal in the harbour","body":"A seal looked at the gulls."}"# + "\n")
    let client = try daemon.client()
    for _ in 0..<50 {
      let answer = try client.request("GET", "/v1/search?q=gulls")
      #expect(answer.status == 200)
      #expect(Self.ids(try JSONValue.parse(answer.body)).count >= 2)
    }
    let result = try more.wait()
    #expect(result.status == 0, "\(result.errors)")
    try daemon.until { Self.ids(try daemon.json("GET", "/v1/search?q=seal")) == ["h13"] }

    let gone = try bench.run("delete", "harbour", "h13", "-q")
    #expect(gone.status == 0, "\(gone.errors)")
    try daemon.until { Self.ids(try daemon.json("GET", "/v1/search?q=seal")).isEmpty }

    daemon.kill(SIGTERM)
    let ending = try daemon.wait()
    #expect(ending.code == 0)
    #expect(ending.log.contains("stopped"))
    #expect(bench.names(in: "").contains("s") == false)
    #expect(bench.names(in: "").contains("s.lock") == false)
  }

  @Test("the tool's --json and the daemon give the same bytes")
  func sameBytes() throws {
    let bench = try ToolBench()
    _ = try bench.run("index", "harbour", "-q", "-", input: ToolDocuments.harbour)
    let daemon = try bench.daemon()
    try daemon.awaitReady()
    func timeless(_ text: String) -> String {
      guard let from = text.firstRange(of: "\"took_us\":"),
        let to = text[from.upperBound...].firstIndex(of: ",")
      else { return text }
      return text.replacingCharacters(from.upperBound..<to)
    }
    for query in ["ferry", "crane -council", "\"night train\"", "title:gulls OR storm", "(open"] {
      let direct = try bench.run("search", "harbour", query, "--json")
      let asked = try bench.run(
        "search", "harbour", query, "--json", "--socket", daemon.socket)
      #expect(direct.output.contains("\"hits\":"), "\(direct.errors)")
      #expect(timeless(direct.output) == timeless(asked.output))
    }
    let direct = try bench.run("get", "harbour", "h4", "--json")
    #expect(direct.output == (try daemon.ask("GET", "/v1/indexes/harbour/docs/h4").body))
  }

  @Test("half requests, oversize, rubbish and silence do not keep others from their answers")
  func badClients() throws {
    let bench = try ToolBench()
    _ = try bench.run("index", "harbour", "-q", "-", input: ToolDocuments.harbour)
    let daemon = try bench.daemon()
    try daemon.awaitReady()
    var kept: [SocketClient] = []
    for number in 0..<60 {
      let client = try daemon.client()
      switch number % 6 {
      case 0: client.send("GET /v1/se")
      case 1:
        client.send("POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"query\"")
      case 2:
        client.send("POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n")
        client.send([UInt8](repeating: 0x20, count: 500_000))
        #expect(try client.answer().status == 413)
      case 3:
        client.send("GET /v1/live HTTP/1.1\r\nX: \(String(repeating: "h", count: 40_000))\r\n\r\n")
        #expect(try client.answer().status == 431)
      case 4:
        client.send([0, 1, 2, 3, 13, 10, 13, 10])
        #expect(try client.answer().status == 400)
      default: break
      }
      kept.append(client)
      #expect(try daemon.ask("GET", "/v1/search?q=ferry").status == 200)
    }
    kept.removeAll()
    #expect(try daemon.ask("GET", "/v1/search?q=ferry").status == 200)
    #expect(!daemon.hasEnded)
  }

  @Test("2,000 connections that say nothing: a new one is answered, and all are let go")
  func silence() throws {
    let bench = try ToolBench()
    let daemon = try bench.daemon()
    try daemon.awaitReady()
    // This process needs descriptors of its own.
    var limit = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    if limit.rlim_cur < 3_000 {
      limit.rlim_cur = min(3_000, limit.rlim_max)
      unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
    let count = limit.rlim_cur >= 3_000 ? 2_000 : 200
    var silent: [SocketClient] = []
    for _ in 0..<count { silent.append(try daemon.client()) }
    #expect(try daemon.client().request("GET", "/v1/live").status == 200)
    silent.removeAll()
    #expect(try daemon.ask("GET", "/v1/live").status == 200)
  }

  @Test("SIGTERM lets the request that runs end; SIGINT stops as well; SIGHUP does not")
  func signals() throws {
    let bench = try ToolBench()
    _ = try bench.run("index", "harbour", "-q", "-", input: ToolDocuments.harbour)
    let daemon = try bench.daemon()
    try daemon.awaitReady()
    daemon.kill(SIGHUP)
    let half = try daemon.client()
    half.send(
      "POST /v1/indexes/harbour/search HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\n\r\n{\"query\":"
    )
    // The half is there once a later request has been answered.
    for _ in 0..<10 { #expect(try daemon.ask("GET", "/v1/live").status == 200) }
    daemon.kill(SIGTERM)
    try daemon.until { (try? daemon.client()) == nil }
    half.send("\"ferry\"}")
    let answer = try half.answer()
    #expect(answer.status == 200, "\(answer.body)")
    #expect(answer.headers["connection"] == "close")
    #expect(try daemon.wait().code == 0)

    let other = try bench.daemon()
    try other.awaitReady()
    other.kill(SIGINT)
    #expect(try other.wait().code == 0)
  }

  @Test("killed, it leaves a socket that the next one takes over")
  func killed() throws {
    let bench = try ToolBench()
    let first = try bench.daemon()
    try first.awaitReady()
    first.kill(SIGKILL)
    #expect(try first.wait().code == -SIGKILL)
    #expect(bench.names(in: "").contains("s"))
    let second = try bench.daemon()
    try second.awaitReady()
  }

  @Test("a second daemon on the same socket ends with 75 and does not disturb the first")
  func second() throws {
    let bench = try ToolBench()
    let first = try bench.daemon()
    try first.awaitReady()
    let second = try bench.daemon()
    let ending = try second.wait()
    #expect(ending.code == 75)
    #expect(ending.log.contains("another martletd (process \(first.id)) serves this socket"))
    #expect(try first.ask("GET", "/v1/ready").status == 200)
    let elsewhere = try bench.daemon(name: "t")
    try elsewhere.awaitReady()
  }

  @Test(
    "a socket path that is too long, or taken by a file, or in no directory, is refused with the reason"
  )
  func paths() throws {
    let bench = try ToolBench()
    let long = try bench.daemon(name: String(repeating: "s", count: 107))
    let ending = try long.wait()
    #expect(ending.code == 64)
    #expect(ending.log.contains("107"))
    try bench.file("file", "keep me")
    let file = try bench.daemon(name: "file")
    #expect(try file.wait().code == 73)
    let nowhere = try DaemonProcess(
      socket: "\(bench.path)/none/s", log: "\(bench.path)/n.log", arguments: ["--data", bench.data])
    #expect(try nowhere.wait().code == 73)
  }

  @Test("options: help with examples, version, mistakes are 64")
  func options() throws {
    let bench = try ToolBench()
    func run(_ arguments: String...) throws -> DaemonProcess.Ending {
      let log = "\(bench.path)/\(arguments.joined()).log"
      return try DaemonProcess(socket: "", log: log, arguments: arguments).wait()
    }
    let help = try run("--help")
    #expect(help.code == 0)
    for word in ["EXAMPLES", "--socket", "--data", "--workers", "--log-level", "EXIT CODES"] {
      #expect(help.log.contains(word))
    }
    #expect(try run("--version").log.contains("martletd "))
    for mistake in [
      ["--colour"], ["--workers=0"], ["--workers=x"], ["--log-level=loud"], ["--socket-mode=999"],
    ] {
      #expect(try run(mistake[0]).code == 64, "\(mistake)")
    }
  }

  @Test("the log has no query text; at debug a line for each request, with its id")
  func logging() throws {
    let bench = try ToolBench()
    _ = try bench.run("index", "harbour", "-q", "-", input: ToolDocuments.harbour)
    let daemon = try bench.daemon(["--log-level", "debug"])
    try daemon.awaitReady()
    let client = try daemon.client()
    _ = try client.request("GET", "/v1/search?q=lighthouse", headers: ["X-Request-Id: mine-1"])
    _ = try client.request("POST", "/v1/search", body: #"{"query": "herring"}"#)
    daemon.kill(SIGTERM)
    let log = try daemon.wait().log
    #expect(!log.contains("lighthouse") && !log.contains("herring"))
    let line = log.split(separator: "\n").first { $0.contains("id=mine-1") }
    #expect(line?.contains(" debug   request ") == true, "\(log)")
    #expect(line?.contains("status=200") == true)
    #expect(line?.contains("path=/v1/search ") == true)
    #expect(log.contains(" info    index opened"))
  }

  @Test("it serves a data directory that is mounted read-only, and starts before there is one")
  func readOnly() throws {
    let bench = try ToolBench()
    _ = try bench.run("index", "harbour", "-q", "-", input: ToolDocuments.harbour)
    let mount = "mount --bind \(bench.data) \(bench.data) && mount -o remount,ro,bind \(bench.data)"
    let probe = try ToolProcess(
      ["--version"], wrapper: ["unshare", "-m", "sh", "-c", "\(mount) && true"]
    ).wait()
    guard geteuid() == 0, probe.status == 0 else {
      print("read-only mount: skipped, it takes root and mount namespaces")
      return
    }
    let daemon = try bench.daemon(
      wrapper: ["unshare", "-m", "sh", "-c", "\(mount) && exec \"$0\" \"$@\""])
    try daemon.awaitReady()
    #expect(Self.ids(try daemon.json("GET", "/v1/search?q=lighthouse")).count == 2)
    // A commit from outside is seen through the mount.
    _ = try bench.run(
      "index", "harbour", "-q", "-", input: #"{"id":"h14","title":"A whale"}"# + "\n")
    try daemon.until { Self.ids(try daemon.json("GET", "/v1/search?q=whale")) == ["h14"] }

    let early = try DaemonProcess(
      socket: "\(bench.path)/e", log: "\(bench.path)/e.log",
      arguments: ["--data", "\(bench.path)/later"])
    try early.awaitReady()
    let made = try bench.run(
      "index", "harbour", "-q", "-", "--data", "\(bench.path)/later", input: ToolDocuments.harbour)
    #expect(made.status == 0, "\(made.errors)")
    try early.until { (try? early.ask("GET", "/v1/indexes/harbour").status) == 200 }
  }
}

extension String {
  /// The text without what lies in `range`.
  fileprivate func replacingCharacters(_ range: Range<String.Index>) -> String {
    String(self[..<range.lowerBound]) + String(self[range.upperBound...])
  }
}

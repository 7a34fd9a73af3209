import Glibc
import JSON
import SocketClient
import Testing

/// The built daemon under many clients, and without file descriptors; what it holds is looked up in /proc.
@Suite("The daemon under load", .serialized)
struct DaemonSoakTests {
  private static let small = "/v1/search?index=harbour&q=gulls&select=title"

  /// Two indexes: the harbour stories, and one with a story of 700 kB.
  private func bench() throws -> ToolBench {
    let bench = try ToolBench()
    let made = try bench.run("index", "harbour", "-q", "-", input: ToolDocuments.harbour)
    #expect(made.status == 0, "\(made.errors)")
    let long = String(repeating: "whale ", count: 120_000)
    let big = try bench.run(
      "index", "big", "-q", "-", input: #"{"id":"w","body":"\#(long)"}"# + "\n")
    #expect(big.status == 0, "\(big.errors)")
    return bench
  }

  /// The numbers of its open files.
  private func open(_ daemon: DaemonProcess) -> Set<Int> {
    guard let folder = unsafe opendir("/proc/\(daemon.id)/fd") else { return [] }
    defer { unsafe closedir(folder) }
    var numbers: Set<Int> = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let number = Int(name) { numbers.insert(number) }
    }
    return numbers
  }

  private func descriptors(_ daemon: DaemonProcess) -> Int { open(daemon).count }

  /// Memory of its own, in bytes.
  private func memory(_ daemon: DaemonProcess) throws -> Int {
    let file = unsafe Glibc.open("/proc/\(daemon.id)/status", O_RDONLY)
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 16_384)
    let count = unsafe read(file, &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
    return try #require(Int(line.split(separator: " ").dropFirst().first ?? "")) << 10
  }

  /// From now on it gets no descriptor beyond so many.
  private func limit(_ daemon: DaemonProcess, to count: Int) throws {
    let shell = try ToolProcess(
      [], program: "martletd",
      wrapper: ["sh", "-c", "prlimit --pid \(daemon.id) --nofile=\(count):"])
    let result = try shell.wait()
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test("512 connections at once are served right, and nothing is held afterwards")
  func many() throws {
    let bench = try bench()
    let daemon = try bench.daemon()
    try daemon.awaitReady()
    // An ordinary user is allowed fewer.
    let width = getuid() == 0 ? 512 : 100
    _ = try daemon.ask("GET", Self.small)
    let before = descriptors(daemon)
    var memories: [Int] = []
    for round in 0..<3 {
      var clients = try (0..<width).map { _ in try daemon.client(seconds: 60) }
      for (number, client) in clients.enumerated() {
        client.send(
          "GET /v1/search?index=harbour&q=h\(number)r&limit=\(number % 7) HTTP/1.1\r\nX-Request-Id: \(round).\(number)\r\n\r\n"
        )
      }
      for (number, client) in clients.enumerated() {
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.headers["x-request-id"] == "\(round).\(number)")
        #expect(try JSONValue.parse(answer.body)["interpreted"]?.string == "h\(number)r")
      }
      // Some take a large answer half, and go.
      for client in clients.prefix(20) {
        client.send("GET /v1/search?index=big&q=whale&select=body HTTP/1.1\r\n\r\n")
      }
      clients.removeAll()
      try daemon.until { self.descriptors(daemon) <= before }
      memories.append(try memory(daemon))
    }
    #expect(memories[2] < memories[0] + (32 << 20), "\(memories)")
    daemon.kill(SIGTERM)
    #expect(try daemon.wait().code == 0)
  }

  @Test("without descriptors a new connection takes the place of the longest waiting one")
  func exhausted() throws {
    let bench = try bench()
    let daemon = try bench.daemon()
    try daemon.awaitReady()
    let waiting = try (0..<10).map { _ in try daemon.client() }
    for client in waiting { #expect(try client.request("GET", "/v1/live").status == 200) }
    try limit(daemon, to: (open(daemon).max() ?? 0) + 2)
    var clients: [SocketClient] = []
    for number in 0..<300 {
      clients.append(try daemon.client())
      #expect(try clients[number].request("GET", Self.small).status == 200)
    }
    #expect(try clients[299].request("GET", Self.small).status == 200)
    #expect(try waiting[0].isAtEnd())
    // The shortage is told, and not over and over.
    try daemon.until { daemon.text.contains("no descriptor") }
    #expect(daemon.text.split(separator: "\n").count < 20)
    try limit(daemon, to: 1_000)
    #expect(try daemon.ask("GET", Self.small).status == 200)
  }

  @Test(
    "without descriptors, and with every client busy, a new connection is told 503, and then served again"
  )
  func exhaustedAndBusy() throws {
    let bench = try bench()
    let daemon = try bench.daemon()
    try daemon.awaitReady()
    let busy = try (0..<10).map { _ in try daemon.client() }
    for client in busy {
      client.send("GET /v1/search?index=big&q=whale&select=body&timeout_ms=60000 HTTP/1.1\r\n\r\n")
    }
    // Each has begun to get its answer, which it does not take.
    for client in busy { #expect(try client.startsToAnswer()) }
    // The lowest that is free is one too many.
    let taken = open(daemon)
    try limit(daemon, to: (0...).first { !taken.contains($0) } ?? 0)
    for _ in 0..<200 {
      let answer = try daemon.client().answer()
      #expect(answer.status == 503)
      #expect(answer.headers["retry-after"] == "1")
      #expect(answer.body.contains("too_many_connections"))
    }
    for client in busy { #expect(try client.answer().body.utf8.count > 700_000) }
    try limit(daemon, to: 1_000)
    #expect(try daemon.ask("GET", Self.small).status == 200)
    for client in busy { #expect(try client.request("GET", Self.small).status == 200) }
  }
}

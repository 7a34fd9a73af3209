import Glibc
import Logging
import SocketClient
import Synchronization
import Testing

@testable import Server

@Suite("Who the clients are, and what each user may take")
struct PeerTests {
  /// Everybody in these tests is the user who runs them; with this they are not exempt.
  private static let nobodyIsExempt: uid_t = .max - 1

  @Test("user, group, process and supplementary groups, as the kernel tells them")
  func credentials() throws {
    var ends: [Int32] = [0, 0]
    #expect(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    defer { for end in ends { close(end) } }
    let peer = try #require(Peer(descriptor: ends[0]))
    #expect(peer.uid == geteuid() && peer.gid == getegid() && peer.pid == getpid())
    var groups = [gid_t](repeating: 0, count: 65_536)
    let count = unsafe getgroups(Int32(groups.count), &groups)
    #expect(peer.groups.sorted() == groups.prefix(Int(count)).sorted())
  }

  @Test("who cannot be told is nobody")
  func unknown() {
    #expect(Peer(descriptor: -1) == nil)
    let file = unsafe open("/dev/null", O_RDONLY)
    defer { close(file) }
    #expect(Peer(descriptor: file) == nil)
  }

  @Test("requests carry their client, and the log tells it")
  func told() throws {
    let log = CapturedLog()
    let bench = try HTTPBench(logger: log.logger)
    let answer = try bench.client().request("GET", "/who?secret=1", headers: ["X-Request-Id: r1"])
    #expect(answer.body == "\(getuid()) \(getgid()) \(getpid())")
    try until { !log.lines.isEmpty }
    let line = log.lines[0]
    #expect(
      line.hasPrefix("request ") && line.contains("uid=\(getuid())") && line.contains("id=r1"))
    #expect(line.contains("pid=\(getpid())") && line.contains("path=/who "))
    #expect(!line.contains("secret"))
  }

  @Test("a slow query has a line in the log, its text only when asked, a quick one has none")
  func slowQueries() throws {
    let log = CapturedLog()
    let bench = try HTTPBench(logger: log.logger) { $0.slowQueryMilliseconds = 5 }
    func slowLines(_ change: (inout Limits) -> Void) throws -> [String] {
      var limits = bench.limits.value
      change(&limits)
      bench.limits.replace(limits)
      let before = log.lines.count
      let client = try bench.client()
      #expect(try client.request("GET", "/slow").status == 200)
      #expect(try client.request("GET", "/number/1").status == 200)
      try until { log.lines.dropFirst(before).count { $0.hasPrefix("request ") } == 2 }
      return log.lines.dropFirst(before).filter { $0.hasPrefix("slow query ") }
    }
    let first = try slowLines { _ in }
    #expect(first.count == 1)
    #expect(first[0].contains("index=news") && first[0].contains("uid=\(getuid())"))
    #expect(!first[0].contains("secret"))
    let second = try slowLines { $0.logQueryText = true }
    #expect(second.count == 1 && second[0].contains("query=secret plans"))
    #expect(try slowLines { $0.slowQueryMilliseconds = 0 }.isEmpty)
    #expect(try slowLines { $0.slowQueryMilliseconds = 3_600_000 }.isEmpty)
    #expect(bench.metrics.counts.slowQueries == 2)
  }

  @Test("at a user's cap that user's longest waiting connection makes room")
  func connectionsPerUser() throws {
    let bench = try HTTPBench {
      $0.connectionsPerUser = 3
      $0.exemptUser = Self.nobodyIsExempt
    }
    let running = try bench.client()
    running.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
    try bench.awaitAtGate(1)
    let oldest = try bench.client()
    #expect(try oldest.request("GET", "/now").status == 200)
    let younger = try bench.client()
    #expect(try younger.request("GET", "/now").status == 200)
    let newest = try bench.client()
    #expect(try newest.request("GET", "/now").status == 200)
    #expect(try oldest.isAtEnd())
    #expect(try younger.request("GET", "/now").status == 200)
    bench.openGate()
    #expect(try running.answer().status == 200)
  }

  @Test("a user whose connections all have a request running is told so, and can still read it")
  func busyUser() throws {
    let bench = try HTTPBench(workers: 1) {
      $0.connectionsPerUser = 2
      $0.exemptUser = Self.nobodyIsExempt
    }
    var clients: [SocketClient] = []
    for count in 1...2 {
      clients.append(try bench.client())
      clients.last?.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
      try bench.awaitRequests(count)
    }
    for _ in 0..<100 {
      let extra = try bench.client()
      extra.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
      let answer = try extra.answer()
      #expect(answer.status == 503)
      #expect(answer.body.contains("too_many_connections") && answer.body.contains("\(getuid())"))
      #expect(answer.headers["retry-after"] == "1")
    }
    bench.openGate()
    for client in clients { #expect(try client.answer().status == 200) }
    #expect(try bench.client().request("GET", "/now").status == 200)
  }

  @Test(
    "a user's requests that run and wait are bounded: 429 with Retry-After beyond, and not for the exempt one"
  )
  func requestsPerUser() throws {
    for exempt in [false, true] {
      let bench = try HTTPBench(workers: 1) {
        $0.requestsPerUser = 2
        if !exempt { $0.exemptUser = Self.nobodyIsExempt }
      }
      var clients: [SocketClient] = []
      for count in 1...2 {
        clients.append(try bench.client())
        clients.last?.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
        try bench.awaitRequests(count)
      }
      let extra = try bench.client()
      extra.send("GET /number/3 HTTP/1.1\r\nHost: x\r\n\r\n")
      if exempt {
        try bench.awaitRequests(3)
      } else {
        let answer = try extra.answer()
        #expect(answer.status == 429)
        #expect(answer.headers["retry-after"] == "1")
        #expect(try extra.request("GET", "/now").status == 200)
      }
      bench.openGate()
      for client in clients { #expect(try client.answer().status == 200) }
      if exempt { #expect(try extra.answer().body == "3") }
      #expect(try extra.request("GET", "/number/4").body == "4")
    }
  }

  @Test("the last place is the exempt user's")
  func lastPlace() throws {
    let bench = try HTTPBench {
      $0.connections = 3
      $0.exemptUser = Self.nobodyIsExempt
    }
    let first = try bench.client()
    #expect(try first.request("GET", "/now").status == 200)
    let second = try bench.client()
    #expect(try second.request("GET", "/now").status == 200)
    let third = try bench.client()
    #expect(try third.request("GET", "/now").status == 200)
    #expect(try first.isAtEnd())
    #expect(bench.metrics.connections.load(ordering: .relaxed) == 2)
    var limits = bench.limits.value
    limits.exemptUser = getuid()
    bench.limits.replace(limits)
    let exempt = try bench.client()
    #expect(try exempt.request("GET", "/now").status == 200)
    #expect(try second.request("GET", "/now").status == 200)
    #expect(bench.metrics.connections.load(ordering: .relaxed) == 3)
  }

  @Test("connections make room in the order in which they have waited, those used meanwhile later")
  func order() throws {
    let bench = try HTTPBench { $0.connections = 150 }
    var clients: [SocketClient] = []
    for _ in 0..<150 {
      clients.append(try bench.client())
      #expect(try clients.last?.request("GET", "/now").status == 200)
    }
    // Every third is used again, the others go first, oldest first.
    for (number, client) in clients.enumerated() where number % 3 == 0 {
      #expect(try client.request("GET", "/now").status == 200)
    }
    let order = (0..<150).filter { $0 % 3 != 0 } + (0..<150).filter { $0 % 3 == 0 }
    var newer: [SocketClient] = []
    for number in order {
      newer.append(try bench.client())
      #expect(try newer.last?.request("GET", "/now").status == 200)
      #expect(try clients[number].isAtEnd())
      if let next = order.drop(while: { $0 != number }).dropFirst(3).first, number % 7 == 0 {
        // Still there; and it stays at its place, since it does not ask.
        #expect(!clients[next].hasEnded)
      }
    }
  }

  @Test("one sees and cancels one's own requests, root all")
  func running() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    client.send("GET /gate?q=secret HTTP/1.1\r\nX-Request-Id: mine\r\n\r\n")
    try bench.awaitAtGate(1)
    let me = Peer(uid: getuid(), gid: getgid(), pid: 0)
    let other = Peer(uid: getuid() &+ 1, gid: 0, pid: 0)
    let root = Peer(uid: 0, gid: 0, pid: 0)
    let list = bench.running.list(for: me)
    #expect(list.map(\.id) == ["mine"])
    #expect(list.first?.path == "/gate" && list.first?.method == "GET")
    #expect(list.first?.isRunning == true)
    #expect(bench.running.list(for: other).isEmpty)
    #expect(bench.running.list(for: root).count == 1)
    #expect(!bench.running.cancel("mine", by: other))
    #expect(!bench.running.cancel("none", by: me))
    #expect(bench.running.cancel("mine", by: me))
    #expect(try client.answer().status == 200)
    #expect(bench.cancelled == 1)
    try bench.awaitRequests(0)
  }

  @Test("limits that are replaced hold for what comes next")
  func replaced() throws {
    let bench = try HTTPBench()
    let client = try bench.client()
    #expect(try client.request("POST", "/length", body: "12345").body == "5")
    var limits = bench.limits.value
    limits.bodyBytes = 4
    bench.limits.replace(limits)
    #expect(try client.request("POST", "/length", body: "12345").status == 413)
    limits.bodyBytes = 5
    bench.limits.replace(limits)
    #expect(try bench.client().request("POST", "/length", body: "12345").status == 200)
  }
}

/// Log lines as they would be written, kept.
final class CapturedLog: Sendable {
  private let kept = Mutex<[String]>([])

  var lines: [String] { kept.withLock { $0 } }

  var logger: Logger {
    var logger = Logger(label: "test") { _ in Handler(log: self) }
    logger.logLevel = .debug
    return logger
  }

  private struct Handler: LogHandler {
    let log: CapturedLog
    var logLevel = Logger.Level.debug
    var metadata: Logger.Metadata = [:]
    subscript(metadataKey key: String) -> Logger.MetadataValue? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let values = (event.metadata ?? [:]).sorted { $0.key < $1.key }
      let line = event.message.description + values.map { " \($0.key)=\($0.value)" }.joined() + " "
      log.kept.withLock { $0.append(line) }
    }
  }
}

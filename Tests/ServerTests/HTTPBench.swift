import Glibc
import InvertedIndex
import Logging
import SocketClient
import Synchronization
import WireAPI

@testable import Server

/// A server on a socket of its own, with endpoints that do what a test of the plumbing needs.
///
///   GET  /now            answers on the event loop
///   GET  /number/{}      answers with what stands there, from a worker
///   POST /length         tells how long the body is
///   POST /echo           answers with the body
///   GET  /gate           waits until `open` or until the client has gone
///   GET  /bytes/{}       so many bytes
///   GET  /who            the client's uid, gid and pid
///   GET  /pieces/{}      so many pieces of 64 KiB, each of one letter, asked for one by one
///   GET  /torn/{}        so many pieces, then a problem
///   GET  /slow           takes 5 ms, and notes that for the log
///   GET  /later          no answer until `open`, and no worker meanwhile
///   GET  /brief/{}       "loop" from the event loop or "worker" from a worker; "no" in the path: always the latter
final class HTTPBench {
  let path: String
  private let folder: String
  private let server: HTTPServer
  private let socket: ListeningSocket
  private let gate: Gate
  private var isStopped = false
  let limits: CurrentLimits
  let running = RunningRequests()
  let metrics = Metrics()

  /// Endpoints wait here; a test lets them go on.
  final class Gate: Sendable {
    private let isOpen = Atomic<Bool>(false)
    let running = Atomic<Int>(0)
    let cancelled = Atomic<Int>(0)
    /// Pieces of streams that have been asked for.
    let pieces = Atomic<Int>(0)
    private let parked = Mutex<[@Sendable () -> Void]>([])

    func open() {
      isOpen.store(true, ordering: .sequentiallyConsistent)
      for resume in parked.withLock({ $0 }) { resume() }
    }

    func park(_ resume: @escaping @Sendable () -> Void) {
      parked.withLock { $0.append(resume) }
      if hasOpened { resume() }
    }

    var hasOpened: Bool { isOpen.load(ordering: .sequentiallyConsistent) }

    var parkedCount: Int { parked.withLock { $0.count } }

    /// So many pieces, then an end or a fault.
    func stream(_ count: Int, _ fault: Problem?) -> Response {
      let given = Atomic<Int>(0)
      return .stream(contentType: "text/plain") { () throws(Problem) in
        self.pieces.add(1, ordering: .relaxed)
        let number = given.add(1, ordering: .relaxed).oldValue
        if number < count { return HTTPBench.piece(number) }
        if let fault { throw fault }
        return nil
      }
    }

    func wait(_ flag: CancelFlag) {
      running.add(1, ordering: .sequentiallyConsistent)
      while !isOpen.load(ordering: .sequentiallyConsistent) {
        if flag.isCancelled {
          cancelled.add(1, ordering: .sequentiallyConsistent)
          break
        }
        usleep(1_000)
      }
      running.subtract(1, ordering: .sequentiallyConsistent)
    }
  }

  init(
    workers: Int = 2,
    logger: Logger = Logger(label: "test") { _ in StandardErrorLog(level: .critical) },
    _ change: (inout Limits) -> Void = { _ in }
  ) throws {
    var template = Array("/tmp/martlet-http-XXXXXX".utf8CString)
    _ = unsafe mkdtemp(&template)
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    path = folder + "/s"
    var limits = Limits()
    limits.exemptUser = getuid()
    change(&limits)
    self.limits = CurrentLimits(limits)
    let gate = Gate()
    self.gate = gate
    var router = Router<Endpoint>()
    router.add(.GET, "/now", .immediate { _, _ in .json(Array("\"now\"".utf8)) })
    router.add(.GET, "/number/{}", .queued { _, path, _ in .json(Array(path[0].utf8)) })
    router.add(
      .POST, "/length", .queued { request, _, _ in .json(Array("\(request.body.count)".utf8)) })
    router.add(.POST, "/echo", .queued { request, _, _ in .json(request.body) })
    router.add(
      .GET, "/gate",
      .queued { _, _, flag in
        gate.wait(flag)
        return .json(Array("\"open\"".utf8))
      })
    router.add(
      .GET, "/bytes/{}",
      .queued { _, path, _ in
        .json([UInt8](repeating: 0x78, count: Int(path[0]) ?? 0))
      })
    router.add(
      .GET, "/who",
      .queued { request, _, _ in
        .json(Array("\(request.peer.uid) \(request.peer.gid) \(request.peer.pid)".utf8))
      })
    router.add(
      .GET, "/pieces/{}", .queued { _, path, _ in gate.stream(Int(path[0]) ?? 0, nil) })
    router.add(
      .GET, "/torn/{}",
      .queued { _, path, _ in
        gate.stream(Int(path[0]) ?? 0, Problem(.indexDamaged, "torn"))
      })
    router.add(
      .GET, "/slow",
      .queued { _, _, _ in
        usleep(5_000)
        var response = Response.json(Array("{}".utf8))
        response.note = Response.Note(
          index: "news", tookMicroseconds: 5_000, total: 3, query: "secret plans")
        return response
      })
    router.add(
      .GET, "/later",
      .queued { _, _, _ in
        gate.hasOpened ? .json(Array("\"now\"".utf8)) : .later { gate.park($0) }
      })
    router.add(
      .GET, "/brief/{}",
      .queued({ _, _, _ in .json(Array("worker".utf8)) }) { _, path, deadline in
        path[0] == "no" || deadline.isPassed ? nil : .json(Array("loop".utf8))
      })
    socket = try ListeningSocket.bind(path: path, mode: 0o600)
    server = try HTTPServer(
      descriptor: socket.descriptor, router: router, workers: workers, limits: self.limits,
      running: running, metrics: metrics,
      logger: logger)
  }

  deinit {
    stop()
    unsafe rmdir(folder)
  }

  func client(seconds: Int = 20) throws -> SocketClient { try SocketClient(path, seconds: seconds) }

  func openGate() { gate.open() }

  /// For a thread that opens the gate later.
  var gateForThreads: Gate { gate }

  var cancelled: Int { gate.cancelled.load(ordering: .sequentiallyConsistent) }

  /// What `/pieces` gives at that place.
  static func piece(_ number: Int) -> [UInt8] {
    [UInt8](repeating: 0x61 + UInt8(number % 26), count: 64 << 10)
  }

  static func pieces(_ count: Int) -> String {
    String(decoding: (0..<count).flatMap(piece), as: UTF8.self)
  }

  var askedPieces: Int { gate.pieces.load(ordering: .relaxed) }

  /// Waits until the server knows of so many requests, whether they run or wait.
  func awaitRequests(_ count: Int) throws {
    try until { running.counts.running + running.counts.waiting == count }
  }

  /// Waits until so many requests stand at the gate.
  func awaitAtGate(_ count: Int) throws {
    try until { gate.running.load(ordering: .sequentiallyConsistent) == count }
  }

  /// What the server counts as held for its clients.
  func heldBytes() throws -> Int { try server.heldBytes() }

  func stop() {
    guard !isStopped else { return }
    isStopped = true
    gate.open()
    socket.remove()
    server.stop()
  }

  /// Drains with the gate still closed.
  func stopWaitingForRequests() {
    isStopped = true
    socket.remove()
    server.stop()
  }
}

struct TookTooLong: Error {}

/// Waits for something that will happen soon.
func until(seconds: Int = 20, _ condition: () throws -> Bool) throws {
  let end = Deadline.after(milliseconds: seconds * 1_000)
  while try !condition() {
    if end.isPassed { throw TookTooLong() }
    usleep(2_000)
  }
}

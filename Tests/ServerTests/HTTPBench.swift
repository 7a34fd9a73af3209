import Glibc
import InvertedIndex
import Logging
import SocketClient
import Synchronization

@testable import Server

/// A server on a socket of its own, with endpoints that do what a test of the plumbing needs.
///
///   GET  /now            answers on the event loop
///   GET  /number/{}      answers with what stands there, from a worker
///   POST /length         tells how long the body is
///   GET  /gate           waits until `open` or until the client has gone
///   GET  /bytes/{}       so many bytes
final class HTTPBench {
  let path: String
  private let folder: String
  private let server: HTTPServer
  private let socket: ListeningSocket
  private let gate: Gate
  private var isStopped = false
  let limits: CurrentLimits
  let running = RunningRequests()

  /// Endpoints wait here; a test lets them go on.
  final class Gate: Sendable {
    private let isOpen = Atomic<Bool>(false)
    let running = Atomic<Int>(0)
    let cancelled = Atomic<Int>(0)

    func open() { isOpen.store(true, ordering: .sequentiallyConsistent) }

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

  init(workers: Int = 2, _ change: (inout Limits) -> Void = { _ in }) throws {
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
    socket = try ListeningSocket.bind(path: path, mode: 0o600)
    server = try HTTPServer(
      descriptor: socket.descriptor, router: router, workers: workers, limits: self.limits,
      running: running,
      logger: Logger(label: "test") { _ in StandardErrorLog(level: .error) })
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

  /// Waits until so many requests stand at the gate.
  func awaitAtGate(_ count: Int) throws {
    try until { gate.running.load(ordering: .sequentiallyConsistent) == count }
  }

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

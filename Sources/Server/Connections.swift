// All connections of the daemon and what they share. Confined to the one event loop, so nothing here is locked.

import Glibc
import InvertedIndex
import Logging
import NIOCore
import NIOHTTP1
import WireAPI

/// What a route leads to.
enum Endpoint: Sendable {
  /// Answers from memory, at once, on the event loop.
  case immediate(@Sendable (Request, [Substring]) -> Response)
  /// Answered by a worker. The flag is raised when the client hangs up.
  case queued(@Sendable (Request, [Substring], CancelFlag) -> Response)
}

final class Connections {
  struct Found {
    var endpoint: Endpoint
    var captures: [Substring]
  }

  struct Refusal: Error {
    var problem: Problem
    var headers: [(name: String, value: String)] = []
  }

  let eventLoop: any EventLoop
  let limits: Limits
  let workers: WorkerPool
  var heldBytes = 0
  private(set) var isDraining = false
  private let router: Router<Endpoint>
  private let logger: Logger
  private var open: [ObjectIdentifier: HTTPConnection] = [:]
  private var sweeping: RepeatedTask?
  private var drained: EventLoopPromise<Void>?
  private let idPrefix = String(UInt32.random(in: .min ... .max), radix: 36)
  private var idCount = 0
  private var dateSecond: time_t = 0
  private var dateText = ""

  init(
    eventLoop: any EventLoop, limits: Limits, workers: WorkerPool, router: Router<Endpoint>,
    logger: Logger
  ) {
    self.eventLoop = eventLoop
    self.limits = limits
    self.workers = workers
    self.router = router
    self.logger = logger
  }

  var count: Int { open.count }

  /// Takes a new connection in. At the cap the one that has waited longest makes room.
  /// - Returns: false if there is no room.
  func admit(_ connection: HTTPConnection) -> Bool {
    if open.count >= limits.connections {
      let longest = open.values.filter(\.canBeClosed).min { $0.since < $1.since }
      guard let longest else { return false }
      logger.debug("connection closed to make room")
      open[ObjectIdentifier(longest)] = nil
      longest.closeNow()
    }
    open[ObjectIdentifier(connection)] = connection
    if sweeping == nil {
      let bound = NIOLoopBound(self, eventLoop: eventLoop)
      sweeping = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) {
        _ in bound.value.sweep()
      }
    }
    if drained != nil { connection.drain() }
    return true
  }

  /// From now on every answer is its connection's last.
  func beginDraining() { isDraining = true }

  func remove(_ connection: HTTPConnection) {
    open[ObjectIdentifier(connection)] = nil
    if open.isEmpty {
      sweeping?.cancel()
      sweeping = nil
      drained?.succeed()
      drained = nil
    }
  }

  private func sweep() {
    let now = Deadline.now()
    for connection in Array(open.values) { connection.sweep(now: now) }
  }

  /// Ends all connections: idle ones at once, the others after their request. After `Limits.drainSeconds` running
  /// requests are cancelled, two seconds later connections are cut.
  func drain() -> EventLoopFuture<Void> {
    isDraining = true
    let promise = eventLoop.makePromise(of: Void.self)
    if open.isEmpty {
      promise.succeed()
      return promise.futureResult
    }
    drained = promise
    for connection in Array(open.values) { connection.drain() }
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let patience = TimeAmount.seconds(Int64(limits.drainSeconds))
    eventLoop.scheduleTask(in: patience) {
      for connection in Array(bound.value.open.values) { connection.cancelRunning() }
    }
    eventLoop.scheduleTask(in: patience + .seconds(2)) {
      for connection in Array(bound.value.open.values) { connection.closeNow() }
    }
    return promise.futureResult
  }

  func route(_ head: HTTPRequestHead) -> Result<Found, Refusal> {
    let path = Request.split(target: head.uri).path
    switch router.match(head.method, path) {
    case .found(let endpoint, _, let captures):
      return .success(Found(endpoint: endpoint, captures: captures))
    case .methodNotAllowed(let allowed):
      let names = allowed.joined(separator: ", ")
      let problem = Problem(.methodNotAllowed, "\(path) answers \(names)")
      return .failure(Refusal(problem: problem, headers: [("Allow", names)]))
    case .notFound:
      return .failure(Refusal(problem: Problem(.noSuchPath, "there is nothing at \(path)")))
    }
  }

  /// The client's id, if it is fit for a header and a log line, or one of our own.
  func requestID(_ given: String?) -> String {
    if let given, (1...128).contains(given.utf8.count), given.utf8.allSatisfy({ 0x21...0x7e ~= $0 })
    {
      return given
    }
    idCount += 1
    return "\(idPrefix)-\(idCount)"
  }

  /// For the `Date` header; made once a second.
  func date() -> String {
    let now = time(nil)
    if now != dateSecond {
      dateSecond = now
      dateText = ResponseHead.date(now)
    }
    return dateText
  }

  /// One line a request. What is behind `?` may be a query, and is not told.
  func log(
    method: String, target: String, id: String, status: Int, bytes: Int, nanoseconds: UInt64
  ) {
    guard logger.logLevel <= .debug else { return }
    logger.debug(
      "request",
      metadata: [
        "method": "\(method)", "path": "\(Request.split(target: target).path)", "id": "\(id)",
        "status": "\(status)", "bytes": "\(bytes)", "us": "\(nanoseconds / 1_000)",
      ])
  }
}

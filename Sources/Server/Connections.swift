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
  /// Answers on a worker, unless `Brief` can.
  case queued(Answer, Brief? = nil)

  /// The flag is raised when the client hangs up, or somebody cancels the request.
  typealias Answer = @Sendable (Request, [Substring], CancelFlag) -> Response

  /// Answers on the event loop, within the deadline; nil: a worker is to do it.
  typealias Brief = @Sendable (Request, [Substring], Deadline) -> Response?
}

final class Connections {
  struct Found {
    var endpoint: Endpoint
    /// Its pattern, as the metrics name it.
    var route: String
    var captures: [Substring]
  }

  struct Refusal: Error {
    var problem: Problem
    var headers: [(name: String, value: String)] = []
  }

  let eventLoop: any EventLoop
  let workers: WorkerPool
  /// As they were at the newest connection or request.
  private(set) var limits: Limits
  var heldBytes = 0
  private(set) var isDraining = false
  let logger: Logger
  private let currentLimits: CurrentLimits
  private let running: RunningRequests
  private let metrics: Metrics
  private let router: Router<Endpoint>
  private var open: [ObjectIdentifier: HTTPConnection] = [:]
  /// Some that waited longest, with the moments since when, the longest last.
  private var found: (users: Users, connections: [(HTTPConnection, UInt64)]) = (.all, [])
  /// Not admitted, and not yet gone.
  private var refused: [ObjectIdentifier: HTTPConnection] = [:]
  private static let mostLingering = 32
  private let descriptorsForConnections: Int
  private var shares: [uid_t: Share] = [:]
  /// Requests that the workers have been given, of all users.
  private var inFlight = 0
  private var sweeping: RepeatedTask?
  private var drained: EventLoopPromise<Void>?
  private let idPrefix = String(UInt32.random(in: .min ... .max), radix: 36)
  private var idCount = 0
  private var dateSecond: time_t = 0
  private var dateText = ""
  private var brief = BriefTime()

  enum Admission {
    case admitted
    /// - Parameter lingers: so that a client that is still sending gets to read why.
    case refused(Problem, lingers: Bool)
  }

  /// What one user has of the daemon.
  private struct Share {
    var connections = 0
    var requests = 0
  }

  init(
    eventLoop: any EventLoop, workers: WorkerPool, router: Router<Endpoint>, limits: CurrentLimits,
    running: RunningRequests, metrics: Metrics, logger: Logger
  ) {
    self.eventLoop = eventLoop
    self.limits = limits.value
    currentLimits = limits
    self.running = running
    self.metrics = metrics
    self.workers = workers
    self.router = router
    self.logger = logger
    var descriptors = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &descriptors)
    let count = Int(clamping: descriptors.rlim_cur)
    descriptorsForConnections = max(count - 64, count / 2)
  }

  // MARK: Room for connections

  /// Takes a new connection in, or says why not.
  func admit(_ connection: HTTPConnection) -> Admission {
    refreshLimits()
    let uid = connection.peer.uid
    if let problem = makeRoom(for: uid) {
      guard refused.count < Self.mostLingering else { return .refused(problem, lingers: false) }
      refused[ObjectIdentifier(connection)] = connection
      startSweeping()
      return .refused(problem, lingers: true)
    }
    open[ObjectIdentifier(connection)] = connection
    change(uid) { $0.connections += 1 }
    metrics.connections.store(open.count, ordering: .relaxed)
    startSweeping()
    if drained != nil { connection.drain() }
    return .admitted
  }

  /// At a cap the connection that has waited longest makes room: of the same user at the user's cap, of all at the cap of
  /// all. The last place is the exempt user's.
  /// - Returns: why there is no room.
  private func makeRoom(for uid: uid_t) -> Problem? {
    let cap = min(limits.connections, descriptorsForConnections)
    let exempt = limits.exemptUser
    if uid != exempt {
      if shares[uid, default: Share()].connections >= limits.connectionsPerUser,
        !closeLongestWaiting(of: .one(uid))
      {
        return Problem(
          .tooManyConnections,
          "user \(uid) has \(limits.connectionsPerUser) connections, and every one has a request running",
          retryAfter: 1)
      }
      let others = open.count - shares[exempt, default: Share()].connections
      if others >= cap - 1, !closeLongestWaiting(of: .allBut(exempt)) { return .tooManyConnections }
    }
    if open.count >= cap, !closeLongestWaiting() { return .tooManyConnections }
    return nil
  }

  /// Whose connections may be closed to make room.
  enum Users: Equatable {
    case all
    case one(uid_t)
    case allBut(uid_t)

    func include(_ uid: uid_t) -> Bool {
      switch self {
      case .all: true
      case .one(let user): uid == user
      case .allBut(let user): uid != user
      }
    }
  }

  /// Closes the connection of these users that has waited longest without a running request. Its descriptor is free when
  /// this returns.
  /// - Returns: false if there is none.
  func closeLongestWaiting(of users: Users = .all) -> Bool {
    guard let longest = nextWaiting(users) ?? lookForWaiting(users) else { return false }
    logger.debug("connection closed to make room", metadata: ["uid": "\(longest.peer.uid)"])
    remove(longest)
    longest.closeNow()
    return true
  }

  /// Of those that were found when all were last looked through, one that still waits. All others began later.
  private func nextWaiting(_ users: Users) -> HTTPConnection? {
    guard users == found.users else { return nil }
    while let (connection, since) = found.connections.popLast() {
      if connection.since == since, connection.canBeClosed,
        open[ObjectIdentifier(connection)] != nil
      {
        return connection
      }
    }
    return nil
  }

  /// Looks through all connections. At a cap each new one needs a place, and to look for it would cost more than to
  /// serve it: the next places are found at the same time.
  private func lookForWaiting(_ users: Users) -> HTTPConnection? {
    let waiting = open.values.filter { $0.canBeClosed && users.include($0.peer.uid) }
      .map { ($0, $0.since) }.sorted { $0.1 > $1.1 }
    found = (users, waiting.suffix(64))
    return nextWaiting(users)
  }

  func remove(_ connection: HTTPConnection) {
    refused[ObjectIdentifier(connection)] = nil
    guard open.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    change(connection.peer.uid) { $0.connections -= 1 }
    metrics.connections.store(open.count, ordering: .relaxed)
    if open.isEmpty {
      found.connections = []
      drained?.succeed()
      drained = nil
    }
  }

  private func change(_ uid: uid_t, _ body: (inout Share) -> Void) {
    var share = shares[uid] ?? Share()
    body(&share)
    shares[uid] = share.connections == 0 && share.requests == 0 ? nil : share
  }

  private func startSweeping() {
    guard sweeping == nil else { return }
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    sweeping = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) {
      _ in bound.value.sweep()
    }
  }

  private func sweep() {
    let now = Deadline.now()
    for connection in Array(open.values) + Array(refused.values) { connection.sweep(now: now) }
    // A daemon that nobody asks sleeps.
    if open.isEmpty, refused.isEmpty {
      sweeping?.cancel()
      sweeping = nil
    }
  }

  func refreshLimits() { limits = currentLimits.value }

  // MARK: Room for requests

  /// Refuses a request if its user has too many.
  func mustHaveRoom(_ request: Request) throws(Problem) {
    let uid = request.peer.uid
    let requests = shares[uid]?.requests ?? 0
    guard uid == limits.exemptUser || requests < limits.requestsPerUser else {
      throw Problem(
        .tooManyRequests, "user \(uid) has \(requests) requests running and waiting", retryAfter: 1)
    }
  }

  /// Counts a request that is about to be given to the workers, until `end`.
  func begin(_ request: Request) -> RunningRequest {
    change(request.peer.uid) { $0.requests += 1 }
    inFlight += 1
    let request = RunningRequest(request)
    running.insert(request)
    return request
  }

  func end(_ request: RunningRequest) {
    running.remove(request)
    change(request.peer.uid) { $0.requests -= 1 }
    inFlight -= 1
  }

  /// Answers what is brief here and now.
  /// - Returns: nil: a worker is to do it.
  func answerBriefly(
    _ endpoint: Endpoint.Brief, _ request: Request, _ captures: [Substring],
    for connection: HTTPConnection
  ) -> Response? {
    let client = ObjectIdentifier(connection)
    guard request.body.count <= BriefTime.bodyBytes,
      brief.begin(request.arrived, from: client, isBusy: inFlight > 0)
    else { return nil }
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    eventLoop.execute { bound.value.brief.endTurn() }
    let deadline = Deadline(nanoseconds: request.arrived &+ BriefTime.most)
    let response = endpoint(request, captures, deadline)
    brief.end(request.arrived, Deadline.now())
    return response
  }

  // MARK: The end

  /// From now on every answer is its connection's last.
  func beginDraining() { isDraining = true }

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

  // MARK: What requests and answers need

  func route(_ head: HTTPRequestHead) -> Result<Found, Refusal> {
    let path = Request.split(target: head.uri).path
    switch router.match(head.method, path) {
    case .found(let endpoint, let route, let captures):
      return .success(Found(endpoint: endpoint, route: route, captures: captures))
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

  /// Tells of an answer that has been written, or cut: one line a request.
  func tell(_ answer: AnswerRecord) {
    metrics.record(
      route: answer.request.route, method: answer.request.head.method, status: answer.status,
      code: answer.code,
      bytes: answer.bytes, nanoseconds: answer.nanoseconds)
    if answer.note?.timedOut == true { metrics.countTimeout() }
    if logger.logLevel <= .debug { logger.debug("request", metadata: answer.metadata) }
    let slow = UInt64(limits.slowQueryMilliseconds) * 1_000_000
    if let note = answer.note, slow > 0, answer.nanoseconds >= slow {
      metrics.countSlowQuery()
      logger.notice(
        "slow query",
        metadata: answer.metadata.merging(note.metadata(withText: limits.logQueryText)) { $1 })
    }
  }
}

import Glibc
import Measuring

/// Clients on one thread, each with one connection that stays open and one request under way on it (a closed loop): the
/// next is sent when the answer is there.
final class LoadClients {
  private let path: String
  private let requests: [[UInt8]]
  private var clients: [Client] = []
  private var polled: [pollfd] = []
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  /// The query that is asked next, whoever asks it.
  private var next = 0
  /// An answer that takes longer is none.
  private static let patience: UInt64 = 90_000_000_000

  private struct Client {
    var connection: Connection
    /// Number of the request under way, and its bytes.
    var number = 0
    var request: [UInt8] = []
    var sent = 0
    var start: UInt64 = 0
    var isWaiting = false
  }

  init(socket: String, connections: Int, requests: [[UInt8]]) throws(Fault) {
    path = socket
    self.requests = requests
    for _ in 0..<connections {
      let connection = try Connection(socket)
      connection.unblock()
      clients.append(Client(connection: connection))
      polled.append(pollfd(fd: connection.descriptor, events: Int16(POLLIN), revents: 0))
    }
  }

  /// Asks for so long, and then waits for the answers that are due.
  func run(seconds: Double) throws(Fault) -> LoadResult {
    var result = LoadResult(connections: clients.count, requests: requests.count)
    let cpu = Clock.thread()
    let begin = Clock.wall()
    let end = begin + UInt64(seconds * 1e9)
    for place in clients.indices { try ask(place, &result) }
    var due = clients.count
    while due > 0 {
      let ready = unsafe poll(&polled, nfds_t(polled.count), 1_000)
      if ready < 0, errno != EINTR { throw Fault(path: path, errno: errno) }
      let now = Clock.wall()
      if ready <= 0 {
        let isLost = clients.contains { $0.isWaiting && now > $0.start + Self.patience }
        if isLost { throw Fault("\(path): no answer within \(Self.patience / 1_000_000_000) s") }
        continue
      }
      for place in polled.indices where polled[place].revents != 0 {
        guard try serve(place, &result) else { continue }
        if Clock.wall() < end { try ask(place, &result) } else { due -= 1 }
      }
    }
    result.seconds = Clock.seconds(Clock.wall() - begin)
    result.clientNanoseconds = Clock.thread() - cpu
    result.finish()
    return result
  }

  /// Sends the next request on a connection.
  private func ask(_ place: Int, _ result: inout LoadResult) throws(Fault) {
    clients[place].number = next
    clients[place].request = requests[next]
    next = (next + 1) % requests.count
    clients[place].sent = 0
    clients[place].start = Clock.wall()
    while !push(place) { try reconnect(place, &result) }
    clients[place].isWaiting = true
  }

  /// - Returns: false: the connection is broken.
  private func push(_ place: Int) -> Bool {
    let client = clients[place]
    guard let count = client.connection.send(client.request, from: client.sent) else {
      return false
    }
    clients[place].sent += count
    let isSent = clients[place].sent == client.request.count
    polled[place].events = Int16(isSent ? POLLIN : POLLIN | POLLOUT)
    return true
  }

  /// - Returns: Whether the answer was taken, or given up.
  private func serve(_ place: Int, _ result: inout LoadResult) throws(Fault) -> Bool {
    let client = clients[place]
    if client.sent < client.request.count, !push(place) {
      try reconnect(place, &result)
      return true
    }
    guard Int32(polled[place].revents) & (POLLIN | POLLHUP | POLLERR) != 0 else { return false }
    guard client.connection.receive(&buffer) else {
      try reconnect(place, &result)
      return true
    }
    guard let answer = try client.connection.take() else { return false }
    clients[place].isWaiting = false
    result.add(answer, to: client.number, nanoseconds: Clock.wall() - client.start)
    return true
  }

  /// The daemon has ended the connection: that is a failure, and the client goes on with a new one.
  private func reconnect(_ place: Int, _ result: inout LoadResult) throws(Fault) {
    result.fail("connection closed")
    guard result.failed <= 100 * clients.count else {
      throw Fault("\(path): the daemon closes connections again and again")
    }
    clients[place].isWaiting = false
    clients[place].connection = try Connection(path)
    clients[place].connection.unblock()
    clients[place].sent = 0
    polled[place].fd = clients[place].connection.descriptor
    polled[place].events = Int16(POLLIN)
  }
}

/// What one number of connections gave.
struct LoadResult {
  let connections: Int
  var seconds = 0.0
  /// Answers that were as asked for; the others by what was wrong with them.
  private(set) var requests = 0
  private(set) var failures: [String: Int] = [:]
  /// How often each request was answered.
  private(set) var answered: [Int]
  var daemonNanoseconds: UInt64 = 0
  /// CPU of each request's search by the engine alone, at about the same time; nil: not known.
  var engineNanoseconds: [Double]?
  var clientNanoseconds: UInt64 = 0
  /// Resident set of the daemon at the end.
  var daemonMemory = 0
  private var latencies: [UInt64] = []
  private var tookSum = 0
  private var byteSum = 0

  /// - Parameter requests: distinct ones.
  init(connections: Int, requests: Int) {
    self.connections = connections
    answered = Array(repeating: 0, count: requests)
  }

  /// - Parameter request: the number of what was asked.
  mutating func add(_ answer: Answer, to request: Int, nanoseconds: UInt64) {
    guard answer.status == 200 else { return fail("status \(answer.status)") }
    guard !answer.timedOut else { return fail("timed out") }
    guard let took = answer.took else { return fail("no answer to a search") }
    requests += 1
    answered[request] += 1
    latencies.append(nanoseconds)
    tookSum += took
    byteSum += answer.length
  }

  mutating func fail(_ what: String) { failures[what, default: 0] += 1 }

  mutating func finish() { latencies.sort() }

  var failed: Int { failures.values.reduce(0, +) }
  var requestsPerSecond: Double { Double(requests) / max(seconds, 1e-9) }
  /// Nanoseconds, from the sending of a request to its whole answer.
  func latency(_ share: Double) -> UInt64 { latencies.isEmpty ? 0 : latencies.percentile(share) }

  private func each(_ sum: Double) -> Double { requests > 0 ? sum / Double(requests) : 0 }
  /// CPU nanoseconds of the daemon a request.
  var cpu: Double { each(Double(daemonNanoseconds)) }
  /// CPU nanoseconds of the engine alone, the mean over what was answered; nil: not known.
  var engine: Double? {
    engineNanoseconds.map { engineNanoseconds in
      each(zip(answered, engineNanoseconds).reduce(0) { $0 + Double($1.0) * $1.1 })
    }
  }
  /// CPU nanoseconds of the clients a request.
  var clientCPU: Double { each(Double(clientNanoseconds)) }
  /// Microseconds of a search, as the answers say.
  var took: Double { each(Double(tookSum)) }
  /// Of a whole answer, head included.
  var answerBytes: Double { each(Double(byteSum)) }
}

import Glibc
import InvertedIndex
import JSON
import Measuring

/// The daemon: what opening, memory, the socket and a second thread cost.
struct Serving: Equatable {
  /// Microseconds of opening the index, files in the page cache: the median of several.
  var open = 0.0
  /// Bytes that the daemon holds besides mapped files, after the load.
  var anonymous = 0
  var queries = 0
  /// Microseconds by the clock, of each query's median: of the search in this process, of the answer over the socket
  /// with one connection that stays open, and of the difference.
  var engine = Distribution([])
  var socket = Distribution([])
  var above = Distribution([])
  /// The same of a thread that does nothing but wait as long and answer as much (`Echo`).
  var floor = Distribution([])
  /// Answers a second, by the daemon's number of workers.
  var throughput: [Int: Double] = [:]

  init() {}

  /// - Parameter isQuick: seconds instead of a minute.
  init(
    index directory: String, queries path: String, isQuick: Bool, progress: (String) -> Void
  ) throws {
    signal(SIGPIPE, SIG_IGN)
    let files = try FileSystemDirectory(path: directory)
    var opened: [Double] = []
    for _ in 0..<9 {
      let start = Clock.wall()
      let reader = try IndexReader.open(files)
      opened.append(Double(Clock.wall() - start) / 1e3)
      _ = reader.documentCount
    }
    open = opened.sorted().percentile(0.5)
    let searcher = Searcher(try IndexReader.open(files))
    let requests = try LoadQueries.texts([], file: path, searcher: nil).map {
      Pass.top10.request($0)
    }
    queries = requests.count
    let name = IndexPath.split(directory).name
    let bytes = requests.map { LoadQueries.bytes(of: $0, index: name) }
    progress("one connection")
    let target = try Target(socket: nil, program: nil, workers: 1, directory: directory)
    try latencies(target, searcher, requests, bytes, rounds: isQuick ? 5 : 15)
    anonymous = target.memory.anonymous
    target.stop()
    for round in 0..<(isQuick ? 1 : 3) {
      for workers in [1, 2] {
        progress("throughput, \(workers) worker\(workers > 1 ? "s" : ""), turn \(round + 1)")
        let target = try Target(socket: nil, program: nil, workers: workers, directory: directory)
        defer { target.stop() }
        let clients = try LoadClients(
          socket: target.socket, connections: 4 * workers, requests: bytes)
        _ = try clients.run(seconds: 0.5)
        let result = try clients.run(seconds: isQuick ? 1.5 : 4)
        guard result.failed == 0 else { throw Fault("\(result.failed) answers failed") }
        throughput[workers] = max(throughput[workers] ?? 0, result.requestsPerSecond)
      }
    }
  }

  private mutating func latencies(
    _ target: Target, _ searcher: Searcher, _ requests: [SearchRequest], _ bytes: [[UInt8]],
    rounds: Int
  ) throws {
    let connection = try Connection(target.socket)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var own = [[Double]](repeating: [], count: requests.count)
    var answered = own
    var lengths = [Int](repeating: 0, count: requests.count)
    for round in 0...rounds {
      for query in requests.indices {
        var start = Clock.wall()
        _ = try searcher.search(requests[query])
        let engine = Clock.wall() - start
        start = Clock.wall()
        var sent = 0
        while sent < bytes[query].count {
          guard let count = connection.send(bytes[query], from: sent) else {
            throw Fault("the daemon has closed the connection")
          }
          sent += count
        }
        var answer: Answer?
        while answer == nil {
          guard connection.receive(&buffer) else { throw Fault("the daemon ended the connection") }
          answer = try connection.take()
        }
        let whole = Clock.wall() - start
        guard answer?.status == 200 else { throw Fault("status \(answer?.status ?? 0)") }
        lengths[query] = answer?.length ?? 0
        // The first round warms up.
        guard round > 0 else { continue }
        own[query].append(Double(engine) / 1e3)
        answered[query].append(Double(whole) / 1e3)
      }
    }
    let medians = { (all: [[Double]]) in all.map { $0.sorted().percentile(0.5) } }
    engine = Distribution(medians(own))
    socket = Distribution(medians(answered))
    above = Distribution(zip(medians(answered), medians(own)).map { $0 - $1 })
    // In the same rhythm: as long as a search takes here, then there.
    let echo = try Echo()
    var echoed = [[Double]](repeating: [], count: requests.count)
    for _ in 0..<max(1, rounds / 3) {
      for (query, search) in medians(own).enumerated() {
        let work = UInt64(max(0, search) * 1e3)
        Echo.spin(work)
        let whole = try echo.ask(bytes[query].count, nanoseconds: work, answer: lengths[query])
        echoed[query].append((Double(whole) - Double(work)) / 1e3)
      }
    }
    floor = Distribution(medians(echoed))
  }
}

extension Serving {
  var json: JSONValue {
    func distribution(_ value: Distribution) -> JSONValue {
      ["p50": .double(value.p50), "p99": .double(value.p99), "mean": .double(value.mean)]
    }
    return [
      "open_us": .double(open), "anonymous_bytes": .integer(Int64(anonymous)),
      "queries": .integer(Int64(queries)), "engine_us": distribution(engine),
      "socket_us": distribution(socket), "above_us": distribution(above),
      "floor_us": distribution(floor),
      "answers_per_second": .array(
        throughput.sorted { $0.key < $1.key }.map {
          ["workers": .integer(Int64($0.key)), "rate": .double($0.value)]
        }),
    ]
  }

  /// - Returns: nil when it is none.
  init?(json: JSONValue) {
    func distribution(_ name: String) -> Distribution? {
      guard let p50 = json[name]?["p50"]?.number, let p99 = json[name]?["p99"]?.number,
        let mean = json[name]?["mean"]?.number
      else { return nil }
      return Distribution(p50: p50, p99: p99, mean: mean)
    }
    guard let open = json["open_us"]?.number, let engine = distribution("engine_us"),
      let socket = distribution("socket_us"), let above = distribution("above_us")
    else { return nil }
    self.init()
    self.open = open
    (self.engine, self.socket, self.above) = (engine, socket, above)
    floor = distribution("floor_us") ?? floor
    anonymous = json["anonymous_bytes"]?.int ?? 0
    queries = json["queries"]?.int ?? 0
    for entry in json["answers_per_second"]?.array ?? [] {
      guard let workers = entry["workers"]?.int, let rate = entry["rate"]?.number else {
        return nil
      }
      throughput[workers] = rate
    }
  }
}

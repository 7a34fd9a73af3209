import JSON
import Measuring

/// Engines at the same queries, pass by pass in turn: round by round, command by command, one engine after the other, in
/// the other order every second round. A query's time is the processor time of its thread, the median over the rounds.
struct QueryRace: Equatable {
  /// What is asked of each query, in the order of the report.
  static let commands = ["COUNT", "TOP_10", "TOP_100", "TOP_10_COUNT"]
  /// The types that figures are given for; others are raced and stay in the file.
  static let types = ["term", "intersection", "union", "phrase"]

  struct Engine: Equatable {
    var name: String
    var note: String?
    /// Microseconds of opening its index.
    var open: Double?
    var memory = ProcessMemory()
    /// By command, microseconds of each query; commands that it was not asked are missing.
    var times: [String: [Double]] = [:]
    /// Matches of each query, by COUNT.
    var counts: [Int] = []
    /// Of the queries with a best 10: how many have the first engine's profile of scores.
    var sameProfiles = 0
    var comparedProfiles = 0
  }

  /// The type of each query.
  var queryTypes: [String]
  var rounds: Int
  var engines: [Engine] = []
  /// What was left out, and why.
  var remarks: [String] = []

  /// - Parameters:
  ///   - queries: the file of them.
  ///   - peers: with their places for the index filled.
  ///   - comparesAnswers: whether all have the same documents.
  init(
    queries path: String, engines peers: [Peer], rounds: Int, isQuick: Bool = false,
    comparesAnswers: Bool = true, progress: (String) -> Void
  ) throws {
    let queries = try PeerQuery.read(path)
    queryTypes = queries.map(\.type)
    self.rounds = rounds
    let numbers = Dictionary(
      queries.enumerated().map { ($1.number, $0) }, uniquingKeysWith: { first, _ in first })
    guard numbers.count == queries.count else { throw Fault("\(path): a number comes twice") }
    var running: [(peer: Peer, process: EngineProcess)] = []
    for peer in peers {
      guard let serve = peer.serve else { continue }
      progress("starting \(peer.name)")
      do {
        let command = Peer.fill(serve, ["queries": path])
        running.append((peer, try EngineProcess(name: peer.name, command: command)))
      } catch {
        remarks.append("\(peer.name) is left out: \(error)")
        progress(remarks[remarks.count - 1])
      }
    }
    for (peer, process) in running {
      engines.append(
        Engine(name: peer.name, note: peer.note, open: process.openNanoseconds.map { $0 / 1e3 }))
    }
    // By engine, command, query: of each round.
    var times = running.map { _ in [String: [[Double]]]() }
    for round in -1..<rounds {
      for command in Self.commands {
        let order = Array(running.indices)
        for place in round % 2 == 0 ? order : order.reversed() {
          let (peer, process) = running[place]
          guard peer.isAsked(command) else { continue }
          let part = round < 0 ? "warming up" : "round \(round + 1) of \(rounds)"
          progress("\(part): \(command), \(peer.name)")
          if round < 0 {
            let passes = isQuick ? (peer.warm + 1) / 2 : peer.warm
            for _ in 0..<passes { _ = try process.pass(command) }
            continue
          }
          let lines = try process.pass(command)
          guard lines.count == queries.count else {
            throw Fault("\(peer.name) answers \(lines.count) of \(queries.count) queries")
          }
          var all = times[place][command] ?? Array(repeating: [], count: queries.count)
          if command == "COUNT" {
            engines[place].counts = Array(repeating: -1, count: queries.count)
          }
          for line in lines {
            guard let query = numbers[line.number] else {
              throw Fault("\(peer.name) answers a query \(line.number) that was not asked")
            }
            all[query].append(line.cpu / 1e3)
            if command == "COUNT" { engines[place].counts[query] = line.count }
          }
          times[place][command] = all
        }
      }
    }
    for place in engines.indices {
      engines[place].times = times[place].mapValues { all in
        all.map { $0.isEmpty ? 0 : $0.sorted().percentile(0.5) }
      }
      engines[place].memory = running[place].process.memory
    }
    guard comparesAnswers else { return }
    progress("comparing the best 10")
    compareProfiles(
      try running.map { peer, process in
        peer.isAsked("DUMP") ? try process.pass("DUMP") : []
      })
  }

  /// Scores of the best 10 as shares of the best one's: engines scale BM25 differently, and order equal scores differently.
  private mutating func compareProfiles(_ dumps: [[EngineProcess.Line]]) {
    guard let first = dumps.first else { return }
    let known = Dictionary(first.map { ($0.number, $0.scores) }, uniquingKeysWith: { a, _ in a })
    for (place, dump) in dumps.enumerated() {
      for line in dump {
        guard let expected = known[line.number], let best = expected.first else { continue }
        engines[place].comparedProfiles += 1
        guard let own = line.scores.first, own != 0, line.scores.count == expected.count else {
          continue
        }
        let isSame = zip(expected, line.scores).allSatisfy { abs($0 / best - $1 / own) < 2e-3 }
        if isSame { engines[place].sameProfiles += 1 }
      }
    }
  }

  // MARK: What came out

  func engine(_ name: String) -> Engine? { engines.first { $0.name == name } }

  /// The engine that the others are shares of: the named one, else the first after ours.
  func yardstick(_ name: String?) -> Engine? {
    name.flatMap { engine($0) } ?? engines.first { !$0.name.hasPrefix(Self.ours) }
  }

  static let ours = "Martlet"

  /// Microseconds over the queries of a type; nil: it was not asked.
  func distribution(_ engine: Engine, _ command: String, _ type: String) -> Distribution? {
    let values = self.values(engine, command, type)
    return values.isEmpty ? nil : Distribution(values)
  }

  func values(_ engine: Engine, _ command: String, _ type: String) -> [Double] {
    guard let times = engine.times[command] else { return [] }
    return zip(queryTypes, times).filter { $0.0 == type }.map(\.1)
  }

  /// How many counts differ from the first engine's, of those that both have.
  func differingCounts(_ engine: Engine) -> (differ: Int, of: Int)? {
    guard let first = engines.first, !engine.counts.isEmpty, !first.counts.isEmpty else {
      return nil
    }
    return (zip(first.counts, engine.counts).count { $0 != $1 }, engine.counts.count)
  }
}

extension QueryRace {
  var json: JSONValue {
    let engines = self.engines.map { engine -> JSONValue in
      var object: JSONObject = ["name": .string(engine.name)]
      if let note = engine.note { object["note"] = .string(note) }
      if let open = engine.open { object["open_us"] = .double(open) }
      object["anonymous_bytes"] = .integer(Int64(engine.memory.anonymous))
      object["resident_bytes"] = .integer(Int64(engine.memory.resident))
      object["peak_bytes"] = .integer(Int64(engine.memory.peak))
      object["same_profiles"] = .integer(Int64(engine.sameProfiles))
      object["compared_profiles"] = .integer(Int64(engine.comparedProfiles))
      object["counts"] = .array(engine.counts.map { .integer(Int64($0)) })
      var times = JSONObject()
      for command in Self.commands {
        guard let values = engine.times[command] else { continue }
        times[command] = .array(values.map { .double(($0 * 1_000).rounded() / 1_000) })
      }
      object["cpu_us"] = .object(times)
      return .object(object)
    }
    return [
      "types": .array(queryTypes.map { .string($0) }), "rounds": .integer(Int64(rounds)),
      "engines": .array(engines), "remarks": .array(remarks.map { .string($0) }),
    ]
  }

  /// - Returns: nil when it is no race.
  init?(json: JSONValue) {
    guard let types = json["types"]?.array?.compactMap(\.string), let rounds = json["rounds"]?.int,
      let list = json["engines"]?.array
    else { return nil }
    queryTypes = types
    self.rounds = rounds
    remarks = json["remarks"]?.array?.compactMap(\.string) ?? []
    for entry in list {
      guard let name = entry["name"]?.string else { return nil }
      var engine = Engine(name: name, note: entry["note"]?.string)
      engine.open = entry["open_us"]?.number
      engine.memory = ProcessMemory(
        peak: entry["peak_bytes"]?.int ?? 0, resident: entry["resident_bytes"]?.int ?? 0,
        anonymous: entry["anonymous_bytes"]?.int ?? 0)
      engine.sameProfiles = entry["same_profiles"]?.int ?? 0
      engine.comparedProfiles = entry["compared_profiles"]?.int ?? 0
      engine.counts = entry["counts"]?.array?.compactMap(\.int) ?? []
      for command in Self.commands {
        guard let times = entry["cpu_us"]?[command]?.array?.compactMap(\.number) else { continue }
        guard times.count == types.count else { return nil }
        engine.times[command] = times
      }
      guard engine.counts.isEmpty || engine.counts.count == types.count else { return nil }
      engines.append(engine)
    }
  }
}

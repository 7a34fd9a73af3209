import Measuring

/// Both engines at the same queries, pass by pass in one process.
///
/// Each round has four passes over all queries: number and best 10 by both. Who goes first changes from round to round, and
/// what is asked first every other round. So each has the processor's caches to itself for a pass, as it has where it is
/// used: turn by turn at each query, the one with the short ones would find them full of the other's data. The first round
/// warms up. A query's time is the processor time of its best round: by the clock, long queries would be those that others
/// interrupt.
struct Race {
  enum Command: Int, CaseIterable {
    case count, top10

    /// As the report names it.
    var name: String { self == .count ? "COUNT" : "TOP_10" }
    var key: String { self == .count ? "count" : "top_10" }
  }

  /// Microseconds of each query, in their order, by command.
  private(set) var ours: [[Double]]
  private(set) var theirs: [[Double]]

  /// - Parameters:
  ///   - rounds: after the first, which does not count.
  ///   - progress: told the share that is done.
  init(
    _ queries: [PairedQuery], rounds: Int, _ martlet: MartletIndex, _ fts5: FTS5Index,
    progress: (Double) -> Void = { _ in }
  ) throws(Failure) {
    var best = [[UInt64]](repeating: Array(repeating: .max, count: queries.count), count: 4)
    for round in 0...rounds {
      for turn in 0..<4 {
        // Runners 0 and 1 are Martlet's, 2 and 3 FTS5's; a command's two passes follow each other.
        let isOurs = (turn & 1 == 0) == (round & 1 == 0)
        let command = (turn >> 1) ^ ((round >> 1) & 1)
        let runner = (isOurs ? 0 : 2) + command
        for (number, query) in queries.enumerated() {
          if number & 15 == 0 {
            try Interruption.check()
            let part = Double(turn) + Double(number) / Double(queries.count)
            progress((Double(round) + part / 4) / Double(rounds + 1))
          }
          let start = Clock.thread()
          switch (isOurs, command) {
          case (true, 0): _ = try martlet.count(query.request)
          case (true, _): _ = try martlet.top(query.request)
          case (false, 0): _ = try fts5.count(query.expression)
          case (false, _): _ = try fts5.top(query.expression)
          }
          let time = Clock.thread() - start
          if round > 0 { best[runner][number] = min(best[runner][number], time) }
        }
      }
    }
    let microseconds = best.map { $0.map { Double($0) / 1e3 } }
    ours = [microseconds[0], microseconds[1]]
    theirs = [microseconds[2], microseconds[3]]
  }
}

/// The figures of one type of query, or of a band of it.
struct TypeFigures: Equatable {
  var type: String
  var band: String?
  var queries: Int
  /// By command.
  var ours: [Distribution]
  var theirs: [Distribution]
  /// Of the queries that match more than 10 documents, the mean share of the best 10 that both have.
  var overlap: Double?
  var meanMatches: Double

  /// Theirs by ours: how many times longer FTS5 takes.
  func ratio(_ command: Race.Command, _ figure: KeyPath<Distribution, Double>) -> Double {
    let ours = ours[command.rawValue][keyPath: figure]
    return ours > 0 ? theirs[command.rawValue][keyPath: figure] / ours : 0
  }

  /// By type, in the order in which the types first come; bands behind their type.
  static func all(_ queries: [PairedQuery], _ race: Race, _ agreement: Agreement) -> [TypeFigures] {
    var keys: [(type: String, band: String?)] = []
    for query in queries.map(\.query) {
      if !keys.contains(where: { $0.type == query.type }) { keys.append((query.type, nil)) }
    }
    for type in keys.map(\.type) {
      let bands = QueryDrawing.bands.filter { band in
        queries.contains { $0.query.type == type && $0.query.band == band }
      }
      let place = (keys.lastIndex { $0.type == type } ?? keys.count - 1) + 1
      keys.insert(contentsOf: bands.map { (type, $0) }, at: place)
    }
    return keys.map { key in
      let numbers = queries.indices.filter { number in
        let query = queries[number].query
        return query.type == key.type && (key.band == nil || query.band == key.band)
      }
      let overlaps = numbers.compactMap { agreement.overlaps[$0] }
      return TypeFigures(
        type: key.type, band: key.band, queries: numbers.count,
        ours: race.ours.map { times in Distribution(numbers.map { times[$0] }) },
        theirs: race.theirs.map { times in Distribution(numbers.map { times[$0] }) },
        overlap: overlaps.isEmpty ? nil : overlaps.reduce(0, +) / Double(overlaps.count),
        meanMatches: Double(numbers.reduce(0) { $0 + agreement.matches[$1] })
          / Double(max(numbers.count, 1)))
    }
  }
}

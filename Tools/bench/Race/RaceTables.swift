import Measuring

/// The figures of a race in rows of cells, the first row the head; and those that a README has room for.
enum RaceTables {
  /// By command and type: each engine's share of the yardstick's time, by the mean, p50 and p99.
  static func shares(_ race: QueryRace, _ yardstick: QueryRace.Engine) -> [[String]] {
    let others = race.engines.filter { $0.name != yardstick.name }
    var rows = [
      ["", ""] + others.flatMap { ["\($0.name) mean", "p50", "p99"] }
    ]
    for command in QueryRace.commands {
      for type in QueryRace.types {
        guard let theirs = race.distribution(yardstick, command, type) else { continue }
        rows.append(
          [command, type]
            + others.flatMap { engine -> [String] in
              guard let own = race.distribution(engine, command, type) else {
                return ["–", "–", "–"]
              }
              return [(own.mean, theirs.mean), (own.p50, theirs.p50), (own.p99, theirs.p99)].map {
                $1 > 0 ? share($0 / $1) : "–"
              }
            })
      }
    }
    return rows
  }

  static func times(_ race: QueryRace) -> [[String]] {
    var rows = [["", ""] + race.engines.flatMap { ["\($0.name) p50", "p99", "mean"] }]
    for command in QueryRace.commands {
      for type in QueryRace.types {
        let all = race.engines.map { race.distribution($0, command, type) }
        guard all.contains(where: { $0 != nil }) else { continue }
        rows.append(
          [command, type]
            + all.flatMap { times in
              times.map { [$0.p50, $0.p99, $0.mean].map(Figures.plain) } ?? ["–", "–", "–"]
            })
      }
    }
    return rows
  }

  /// What else is known of each engine: its answers beside the first one's, opening, memory.
  static func engines(_ race: QueryRace) -> [[String]] {
    [["", "counts that differ", "same best 10", "opens in", "memory", "of it not of files"]]
      + race.engines.map { engine in
        let counts = race.differingCounts(engine)
        return [
          engine.name, counts.map { "\($0.differ) of \($0.of)" } ?? "–",
          "\(engine.sameProfiles) of \(engine.comparedProfiles)",
          engine.open.map { decimal($0 / 1_000, 2) + " ms" } ?? "–",
          Figures.bytes(engine.memory.resident), Figures.bytes(engine.memory.anonymous),
        ]
      }
  }

  static func builds(_ indexing: IndexingRace) -> [[String]] {
    [["", "threads", "by the clock", "processor", "MB/s", "peak memory", "size"]]
      + indexing.builds.map { build in
        [
          build.name, "\(build.threads)", Figures.seconds(build.wall),
          Figures.seconds(build.processor),
          decimal(Double(indexing.corpusBytes) / max(build.wall, 1e-9) / 1e6, 1),
          Figures.bytes(build.peakMemory), Figures.bytes(build.size),
        ]
      }
  }

  static func serving(_ serving: Serving) -> [[String]] {
    var rows = [
      ["", "p50", "p99", "mean"],
      ["the search, µs"] + cells(serving.engine), ["the answer, µs"] + cells(serving.socket),
      ["above, µs"] + cells(serving.above), ["of it, an echo's, µs"] + cells(serving.floor),
      ["opening the index, µs", Figures.plain(serving.open), "", ""],
      ["memory not of files", Figures.bytes(serving.anonymous), "", ""],
    ]
    let one = serving.throughput[1] ?? 0
    for (workers, rate) in serving.throughput.sorted(by: { $0.key < $1.key }) {
      let gain = one > 0 && workers > 1 ? ", \(decimal(rate / one, 2)) of one" : ""
      rows.append(["answers a second, \(workers) worker\(workers > 1 ? "s" : "")\(gain)"])
      rows[rows.count - 1] += [decimal(rate, 0), "", ""]
    }
    return rows
  }

  private static func cells(_ times: Distribution) -> [String] {
    [times.p50, times.p99, times.mean].map(Figures.plain)
  }

  /// Means at each size, and the slopes.
  static func growth(_ growth: Growth) -> [[String]] {
    var rows = [
      ["µs, mean", ""] + growth.sizes.map { "\($0.documents)" } + ["slope", "slope of p50"]
    ]
    for command in QueryRace.commands {
      for type in QueryRace.types {
        let times = growth.race.engines.map { growth.race.distribution($0, command, type) }
        guard times.contains(where: { $0 != nil }) else { continue }
        let slopes = [\Distribution.mean, \.p50].map { figure in
          growth.slope(command, type, figure).map { decimal($0, 2) } ?? "–"
        }
        rows.append(
          [command, type] + times.map { $0.map { Figures.plain($0.mean) } ?? "–" } + slopes)
      }
    }
    return rows
  }

  static func sizes(_ growth: Growth) -> [[String]] {
    [["documents", "index", "built in (2 threads)", "peak memory"]]
      + growth.sizes.map {
        [
          "\($0.documents)", Figures.bytes($0.size), Figures.seconds($0.wall),
          Figures.bytes($0.peakMemory),
        ]
      }
  }

  static func fts5(_ fts5: FTS5Figures) -> [[String]] {
    [
      [
        "FTS5 takes so many times longer", "queries", "number", "best 10", "ours, µs", "FTS5, µs",
      ]
    ]
      + fts5.rows.map {
        [
          $0.type, "\($0.queries)", Figures.ratio($0.count), Figures.ratio($0.top10),
          Figures.plain($0.ours), Figures.plain($0.theirs),
        ]
      }
  }

  /// Two digits that say something: 0.004, 0.53, 1.2.
  static func share(_ value: Double) -> String {
    decimal(value, value < 0.0995 ? 3 : value < 9.95 ? 2 : 1)
  }
}

import Measuring

/// What of a race a README has room for, as Markdown.
struct RaceSummary {
  let results: RaceResults
  var yardstick: String?

  /// The lines of a file between which it is put.
  static let begin = "<!-- martlet-bench all: begin -->"
  static let end = "<!-- martlet-bench all: end -->"

  var markdown: String {
    var text = ""
    if let race = results.queries, let yardstick = race.yardstick(yardstick) {
      text += table(race, yardstick)
    }
    text += sentences.map { $0 + "\n" }.joined()
    return text + measured
  }

  /// Machine, dates, commits and the fullest command: paths by their last part, since others have other ones, and for all
  /// parts when several were run.
  private var measured: String {
    let runs = results.names.compactMap { results.runs[$0] }
    guard let last = runs.last else { return "" }
    let machine = last["machine"]
    let whens = runs.map { run in
      let date = run["date"]?.string?.split(separator: "T").first ?? "?"
      return "\(date) at \(run["commit"]?.string?.prefix(12) ?? "?")"
    }
    var distinct: [String] = []
    for when in whens where !distinct.contains(when) { distinct.append(when) }
    let commands = runs.compactMap { $0["command"]?.string?.split(separator: " ") }
    var words = (commands.max { $0.count < $1.count } ?? []).map { word in
      word.split(separator: "/").last.map(String.init) ?? ""
    }
    if runs.count > 1, let only = words.firstIndex(of: "--only") {
      words.removeSubrange(only..<min(only + 2, words.count))
    }
    return "\n\(machine?["cpu"]?.string ?? "?"), \(machine?["cores"]?.int ?? 0) cores; "
      + "\(distinct.joined(separator: ", ")). Again: `\(words.joined(separator: " "))`\n"
  }

  private func table(_ race: QueryRace, _ yardstick: QueryRace.Engine) -> String {
    let own = race.engines.filter { $0.name.hasPrefix(QueryRace.ours) }
    let names = [
      "COUNT": "how many match", "TOP_10": "best 10", "TOP_100": "best 100",
      "TOP_10_COUNT": "best 10, and how many",
    ]
    var text =
      "| share of \(yardstick.name)'s time | one word | all words | any word | phrase |\n|---|---|---|---|---|\n"
    for command in QueryRace.commands {
      let cells = QueryRace.types.map { type -> String in
        guard let theirs = race.distribution(yardstick, command, type), theirs.mean > 0 else {
          return "–"
        }
        let shares = own.compactMap { race.distribution($0, command, type) }.map {
          RaceTables.share($0.mean / theirs.mean)
        }
        guard let first = shares.first else { return "–" }
        return first + (shares.count > 1 ? " (\(shares[1]))" : "")
      }
      text += "| \(names[command] ?? command) | \(cells.joined(separator: " | ")) |\n"
    }
    let differing = race.engines.compactMap { race.differingCounts($0)?.differ }.reduce(0, +)
    return text + "\n"
      + "Means over \(race.queryTypes.count) queries of \(results.corpus.documents) documents, one thread"
      + (own.count > 1 ? "; in brackets with the documents reordered" : "")
      + (differing == 0 ? ". All engines count the same.\n" : ". \(differing) counts differ.\n")
  }

  private var sentences: [String] {
    var all: [String] = []
    if let indexing = results.indexing {
      let builds = indexing.builds.map {
        "\($0.name) \(Figures.seconds($0.wall)) on \($0.threads) (\(Figures.bytes($0.size)), peak "
          + "\(Figures.bytes($0.peakMemory)))"
      }
      all.append("Indexing: \(builds.joined(separator: ", ")).")
    }
    if let serving = results.serving {
      all.append(
        "Serving: opens in \(decimal(serving.open / 1_000, 2)) ms, \(Figures.bytes(serving.anonymous)) of memory beside "
          + "the files, the socket adds \(Figures.plain(serving.above.p50)) µs (a bare echo \(Figures.plain(serving.floor.p50)))."
      )
    }
    if let growth = results.growth {
      let slopes = QueryRace.commands.flatMap { command in
        QueryRace.types.compactMap { growth.slope(command, $0, \.mean) }
      }
      if let steepest = slopes.max(), let last = growth.sizes.last {
        all.append(
          "Growth to \(last.documents) documents: time grows as their number to the power of \(decimal(steepest, 2)) at most."
        )
      }
    }
    if let fts5 = results.fts5 {
      let rows = fts5.rows.map { "\($0.type) \(Figures.ratio($0.top10))" }
      let builds = fts5.builds.map { Figures.ratio($0.wall) }
      all.append(
        "SQLite FTS5 takes longer for the best 10 by \(rows.joined(separator: ", ")); to build by "
          + "\(builds.joined(separator: " and ")).")
    }
    return all
  }

  /// Puts it between the marks of a text.
  /// - Returns: nil when the marks are not there.
  func put(into text: String) -> String? {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let first = lines.firstIndex(of: Self.begin), let last = lines.firstIndex(of: Self.end),
      first < last
    else { return nil }
    lines.replaceSubrange(
      (first + 1)..<last,
      with: markdown.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    return lines.joined(separator: "\n")
  }
}

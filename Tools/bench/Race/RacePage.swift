import JSON
import Measuring

/// The report of a race as one HTML page.
struct RacePage {
  let results: RaceResults
  /// The peer that others are shares of; nil: the first.
  var yardstick: String?

  var text: String {
    Page.text(title: "Martlet's race") { html in
      html.element("h1", [], "Martlet's race")
      html.element(
        "p", [],
        "\(results.corpus.name): \(results.corpus.documents) documents, "
          + "\(Figures.bytes(results.corpus.bytes)), with positions, one text field, the same words for all. Times "
          + "are of this machine at that hour: read them as ratios within one part.")
      html.cards(cards)
      if let race = results.queries { queries(&html, race) }
      if let indexing = results.indexing { self.indexing(&html, indexing) }
      if let serving = results.serving { self.serving(&html, serving) }
      if let growth = results.growth { self.growth(&html, growth) }
      if let fts5 = results.fts5 { self.fts5(&html, fts5) }
      repeating(&html)
    }
  }

  private var cards: [(value: String, what: String, isBad: Bool)] {
    var cards: [(value: String, what: String, isBad: Bool)] = []
    if let race = results.queries, let yardstick = race.yardstick(yardstick),
      let ours = race.engines.first
    {
      for type in QueryRace.types {
        guard let own = race.distribution(ours, "TOP_10", type),
          let theirs = race.distribution(yardstick, "TOP_10", type), theirs.mean > 0
        else { continue }
        let share = own.mean / theirs.mean
        cards.append(
          ("\(decimal(share, 2)) ×", "of \(yardstick.name)'s time: best 10, \(type)", share > 1))
      }
      let differing = race.engines.compactMap { race.differingCounts($0)?.differ }.reduce(0, +)
      cards.append(
        (
          differing == 0 ? "all equal" : "\(differing) differ",
          "counts of \(race.queryTypes.count) queries", differing > 0
        ))
    }
    if let build = results.indexing?.builds.filter({ $0.name == QueryRace.ours }).last {
      cards.append(
        (Figures.seconds(build.wall), "to index, \(build.threads) threads", false))
      cards.append((Figures.bytes(build.size), "on disk", false))
    }
    if let serving = results.serving {
      cards.append((Figures.bytes(serving.anonymous), "memory of the daemon", false))
      cards.append(("\(Figures.plain(serving.above.p50)) µs", "above the engine, by socket", false))
    }
    if let or = results.fts5?.rows.first(where: { $0.type == "or" }) {
      cards.append((Figures.ratio(or.top10), "faster than FTS5: best 10, or", false))
    }
    return cards
  }

  private func queries(_ html: inout Markup, _ race: QueryRace) {
    let legend = race.engines.enumerated().map { (RacePlots.colour($0), $1.name) }
    if let yardstick = race.yardstick(yardstick) {
      html.element("h2", [], "Time as a share of \(yardstick.name)'s")
      html.figure(
        RacePlots.shares(race, yardstick), legend.filter { $0.1 != yardstick.name },
        "Means over the queries of a type. Left of the line an engine is faster.")
      html.table(RaceTables.shares(race, yardstick), left: 2)
    }
    for command in QueryRace.commands {
      html.element("h2", [], "How long queries take: \(command)")
      html.figure(
        RacePlots.latencies(race, command), legend,
        "Line: from the 1st to the 99th of a hundred. Box: the middle half. Tick: the median.")
    }
    html.element("h2", [], "Queries")
    html.element(
      "p", [],
      "\(race.queryTypes.count) queries. Microseconds of the searching thread's processor time; a query's is the median of "
        + "\(race.rounds) rounds, in which the engines took turns pass by pass.")
    html.table(RaceTables.times(race), left: 2)
    html.table(RaceTables.engines(race), left: 1)
    html.element("ul") { html in
      for remark in race.remarks { html.element("li", [], remark) }
      for engine in race.engines {
        if let note = engine.note { html.element("li", [], "\(engine.name): \(note)") }
      }
    }
  }

  private func indexing(_ html: inout Markup, _ indexing: IndexingRace) {
    html.element("h2", [], "Indexing")
    html.figure(
      RacePlots.builds(indexing), [],
      "By the clock, from the start of the process to its end; the number is that of its threads.")
    html.table(RaceTables.builds(indexing), left: 1)
    html.element("ul") { html in
      for remark in indexing.remarks { html.element("li", [], remark) }
    }
  }

  private func serving(_ html: inout Markup, _ serving: Serving) {
    html.element("h2", [], "Serving")
    html.table(RaceTables.serving(serving), left: 1)
    html.element(
      "p", [],
      "Best 10 of \(serving.queries) queries, by the clock, each query's median; *above* is the median of the answer over the "
        + "socket less that of the same search in the asking process, on one connection that stays open. An *echo* is a thread "
        + "that waits as long and answers as many bytes: what it adds is this machine's, mostly for waking a processor that sleeps."
    )
  }

  private func growth(_ html: inout Markup, _ growth: Growth) {
    html.element("h2", [], "Growth")
    let legend = QueryRace.types.enumerated().map { (RacePlots.colour($0), $1) }
    html.figure(
      RacePlots.growth(growth), legend,
      "Mean time of a query by the number of documents; dotted: in step with the index.")
    html.table(RaceTables.growth(growth), left: 2)
    html.table(RaceTables.sizes(growth), left: 0)
  }

  private func fts5(_ html: inout Markup, _ fts5: FTS5Figures) {
    html.element("h2", [], "Beside SQLite FTS5")
    html.table(RaceTables.fts5(fts5), left: 1)
    let builds = fts5.builds.map { build in
      "\(Figures.ratio(build.wall)) with \(build.threads) thread\(build.threads > 1 ? "s" : "") "
        + "(\(Figures.ratio(build.processor)) the processor time)"
    }
    html.element(
      "p", [],
      "SQLite \(fts5.sqlite), \(fts5.documents) documents, which both store. Building it takes, by the clock, "
        + "\(builds.joined(separator: ", ")) as long as ours; its file is \(Figures.ratio(fts5.size)) as large. Match sets "
        + (fts5.differing == 0 ? "are all equal." : "of \(fts5.differing) queries differ."))
  }

  private func repeating(_ html: inout Markup) {
    html.element("h2", [], "Where, when, and how to repeat it")
    for name in results.names {
      guard let run = results.runs[name] else { continue }
      html.element("p", [], "\(name): \(Self.where(run))")
      html.element("pre") { $0.write(run["command"]?.string ?? "") }
    }
  }

  /// Machine, date and commit of a run.
  static func `where`(_ run: JSONValue) -> String {
    let machine = run["machine"]
    let memory = machine?["memory_bytes"]?.int ?? 0
    return
      "\(machine?["cpu"]?.string ?? "?"), \(machine?["cores"]?.int ?? 0) cores, \(memory >> 30) GiB, "
      + "\(machine?["kernel"]?.string ?? "?"); load \(decimal(machine?["load"]?.number ?? 0, 1)); "
      + "\(run["date"]?.string ?? "?"); commit \(run["commit"]?.string ?? "?")"
  }
}

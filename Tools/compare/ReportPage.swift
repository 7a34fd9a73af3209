import Measuring

/// The report as one HTML page: nothing in it is fetched from elsewhere.
extension Report {
  func page() -> String {
    Page.text(title: "Martlet beside SQLite FTS5") { html in
      head(&html)
      pictures(&html)
      tables(&html)
      disagreements(&html)
      typed(&html)
      repeating(&html)
    }
  }

  private func head(_ html: inout Markup) {
    html.element("h1", [], "Martlet beside SQLite FTS5")
    let searched = scan.plan.columns.filter(\.isSearched).map(\.name).joined(separator: ", ")
    html.element(
      "p", [],
      "\(martletBuild.documents) documents (\(Figures.bytes(scan.bytes))), the same words in both "
        + "(analyzer \(scan.plan.analyzer)), searched in \(searched). \(queries.count) queries, each "
        + "timed \(rounds) times, pass by pass in turn in one process. A ratio says how many times more FTS5 "
        + "takes: above 1 Martlet is ahead.")
    let ours = martletBuild
    var cards: [(value: String, what: String, isBad: Bool)] = []
    for type in ["or", "and", "phrase"] {
      guard let figures = figures.first(where: { $0.type == type && $0.band == nil }) else {
        continue
      }
      cards.append((Figures.ratio(figures.ratio(.top10, \.mean)), "best 10, \(type)", false))
    }
    let differ = agreement.disagreements.count
    cards += [
      (
        Figures.ratio(quotient(fts5Build.elapsed.wall, ours.elapsed.wall)), "time to build", false
      ),
      (Figures.ratio(quotient(Double(fts5Build.size), Double(ours.size))), "size on disk", false),
      (
        differ == 0 ? "all equal" : "\(differ) differ",
        "match sets of \(agreement.compared) queries", differ > 0
      ),
      ("\(errors) of \(typed.count)", "typed texts that FTS5 refuses", false),
    ]
    html.cards(cards)
  }

  private func pictures(_ html: inout Markup) {
    let plots = Plots(report: self)
    html.element("h2", [], "How many times longer FTS5 takes")
    html.figure(
      plots.ratios(),
      [("count", "number of matches (COUNT)"), ("ranked", "best 10 (TOP_10)")],
      "Bars: by the mean time. Ticks: by the median. From the line at 1 × to the right Martlet is ahead."
    )
    for command in Race.Command.allCases {
      html.element("h2", [], "How long queries take: \(command.name)")
      html.figure(
        plots.latencies(command), [("ours", "Martlet"), ("theirs", "FTS5")],
        "Line: from the 1st to the 99th of a hundred. Box: the middle half. Tick: the median.")
    }
  }

  private func tables(_ html: inout Markup) {
    html.element("h2", [], "Building")
    html.table(buildTable().rows, left: 1)
    html.element("p", [], "FTS5 was built and asked at its best:")
    html.element("ul") { html in
      for line in FTS5Index.settings { html.element("li", [], line) }
    }
    html.element("h2", [], "Queries")
    html.table(queryTable().rows, left: 1)
    html.element(
      "p", [],
      "Microseconds of processor time; a query's is the best of \(rounds) rounds. Top 10: how much of the best 10 both "
        + "have, where more than 10 match (their BM25 differs).")
    html.element("ul") { html in
      for remark in remarks { html.element("li", [], remark) }
      for (reason, count) in leftOut.sorted(by: { $0.key < $1.key }) {
        html.element("li", [], "\(count) queries left out: FTS5 has no \(reason)")
      }
    }
  }

  private func disagreements(_ html: inout Markup) {
    html.element("h2", [], "Match sets")
    let all = agreement.disagreements
    guard !all.isEmpty else {
      html.element(
        "p", [], "Both find the same documents for all \(agreement.compared) queries.")
      return
    }
    html.element("p", [], "They differ for \(all.count) of \(agreement.compared) queries.")
    var list = TextTable(
      ["type", "query", "Martlet alone", "FTS5 alone", "remarks"], left: 5)
    for found in all.prefix(100) {
      func side(_ count: Int, _ ids: [String]) -> String {
        count == 0 ? "" : "\(count): \(ids.joined(separator: ", "))"
      }
      list.add([
        found.type, found.query, side(found.difference.oursOnly.count, found.oursOnly),
        side(found.difference.theirsOnly.count, found.theirsOnly),
        (found.contradictions + found.warnings).joined(separator: "; "),
      ])
    }
    html.table(list.rows, left: list.left)
    if all.count > 100 { html.element("p", [], "The JSON report lists them all.") }
  }

  private func typed(_ html: inout Markup) {
    html.element("h2", [], "What people type")
    html.element(
      "p", [],
      "Texts given to both as they are, to FTS5 as its MATCH. It answers \(errors) of \(typed.count) with "
        + "an error, Martlet \(faults); how Martlet read them, it says.")
    var list = TextTable(["text", "Martlet", "FTS5"], left: 3)
    for typed in typed {
      list.add([typed.text, typed.oursShown, typed.theirsShown])
    }
    html.element("details") { html in
      html.element("summary", [], "All \(typed.count)")
      html.table(list.rows, left: list.left)
    }
  }

  private func repeating(_ html: inout Markup) {
    html.element("h2", [], "Where, when, and how to repeat it")
    html.element(
      "p", [],
      "\(record.machine); SQLite \(SQLiteConnection.version); Martlet \(record.commit); \(record.date)."
    )
    html.element("pre") { $0.write(record.command) }
  }
}

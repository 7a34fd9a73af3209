/// The report as one HTML page: nothing in it is fetched from elsewhere.
extension Report {
  func page() -> String {
    var html = Markup()
    html.raw("<!DOCTYPE html>\n")
    html.element("html", [("lang", "en")]) { html in
      html.element("head") { html in
        html.raw("<meta charset=\"utf-8\">\n")
        html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        html.element("title", [], "Martlet beside SQLite FTS5")
        html.element("style") { $0.raw(Self.style) }
      }
      html.element("body") { html in
        html.element("main") { html in
          head(&html)
          pictures(&html)
          tables(&html)
          disagreements(&html)
          typed(&html)
          repeating(&html)
        }
      }
    }
    return html.text
  }

  private func head(_ html: inout Markup) {
    html.element("h1", [], "Martlet beside SQLite FTS5")
    let searched = scan.plan.columns.filter(\.isSearched).map(\.name).joined(separator: ", ")
    html.element(
      "p", [],
      "\(martletBuild.documents) documents (\(Figures.bytes(scan.bytes))), the same words in both "
        + "(analyzer \(scan.plan.analyzer)), searched in \(searched). \(queries.count) queries, each "
        + "timed \(rounds) times, turn by turn in one process. A ratio says how many times more FTS5 "
        + "takes: above 1 Martlet is ahead.")
    let ours = martletBuild
    html.element("ul", [("class", "cards")]) { html in
      func card(_ value: String, _ what: String, isBad: Bool = false) {
        html.element("li", isBad ? [("class", "bad")] : []) { html in
          html.element("strong", [], value)
          html.element("span", [], what)
        }
      }
      for type in ["or", "and", "phrase"] {
        guard let figures = figures.first(where: { $0.type == type && $0.band == nil }) else {
          continue
        }
        card(Figures.ratio(figures.ratio(.top10, \.mean)), "best 10, \(type)")
      }
      card(Figures.ratio(quotient(fts5Build.elapsed.wall, ours.elapsed.wall)), "time to build")
      card(Figures.ratio(quotient(Double(fts5Build.size), Double(ours.size))), "size on disk")
      let differ = agreement.disagreements.count
      card(
        differ == 0 ? "all equal" : "\(differ) differ",
        "match sets of \(agreement.compared) queries",
        isBad: differ > 0)
      card("\(errors) of \(typed.count)", "typed texts that FTS5 refuses")
    }
  }

  private func pictures(_ html: inout Markup) {
    let plots = Plots(report: self)
    html.element("h2", [], "How many times longer FTS5 takes")
    figure(
      &html, plots.ratios(),
      [("count", "number of matches (COUNT)"), ("ranked", "best 10 (TOP_10)")],
      "Bars: by the mean time. Ticks: by the median. From the line at 1 × to the right Martlet is ahead."
    )
    for command in Race.Command.allCases {
      html.element("h2", [], "How long queries take: \(command.name)")
      figure(
        &html, plots.latencies(command), [("ours", "Martlet"), ("theirs", "FTS5")],
        "Line: from the 1st to the 99th of a hundred. Box: the middle half. Tick: the median.")
    }
  }

  private func figure(
    _ html: inout Markup, _ picture: String, _ legend: [(String, String)], _ caption: String
  ) {
    html.element("figure") { html in
      html.element("p", [("class", "legend")]) { html in
        for (name, text) in legend {
          html.element("span", [("class", "key \(name)")]) { _ in }
          html.write(text)
        }
      }
      html.raw(picture)
      html.element("figcaption", [], caption)
    }
  }

  private func tables(_ html: inout Markup) {
    html.element("h2", [], "Building")
    table(&html, buildTable())
    html.element("p", [], "FTS5 was built and asked at its best:")
    html.element("ul") { html in
      for line in FTS5Index.settings { html.element("li", [], line) }
    }
    html.element("h2", [], "Queries")
    table(&html, queryTable())
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

  private func table(_ html: inout Markup, _ table: TextTable) {
    html.element("div", [("class", "wide")]) { html in
      html.element("table") { html in
        for (number, row) in table.rows.enumerated() {
          html.element("tr") { html in
            for (column, cell) in row.enumerated() {
              let isLeft = column < table.left
              let name = number == 0 || column == 0 ? "th" : "td"
              let indent = cell.hasPrefix("  ") ? " in" : ""
              html.element(name, [("class", (isLeft ? "left" : "right") + indent)], cell)
            }
          }
        }
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
    table(&html, list)
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
      table(&html, list)
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

  private static let style = """

    :root { color-scheme: light dark; --ground: #fcfcfb; --text: #1c1e21; --soft: #5f666d;
      --line: #dfe1e3; --card: #f2f3f4; --ours: #1769aa; --theirs: #c4621a; --count: #6aa5cf;
      --bad: #b3261e; }
    @media (prefers-color-scheme: dark) {
      :root { --ground: #16181b; --text: #e8eaed; --soft: #9aa2aa; --line: #34383d;
        --card: #212529; --ours: #5aa9e6; --theirs: #f09a5b; --count: #2f6f9f; --bad: #ff8a80; }
    }
    body { margin: 0; background: var(--ground); color: var(--text);
      font: 16px/1.5 system-ui, sans-serif; }
    main { max-width: 960px; margin: 0 auto; padding: 24px 20px 60px; }
    h1 { font-size: 28px; margin: 0 0 8px; }
    h2 { font-size: 20px; margin: 40px 0 8px; }
    .cards { list-style: none; display: grid; gap: 10px; padding: 0;
      grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); }
    .cards li { background: var(--card); border-radius: 8px; padding: 10px 14px; }
    .cards strong { display: block; font-size: 22px; white-space: nowrap; }
    .cards span { color: var(--soft); font-size: 13px; }
    .cards .bad strong { color: var(--bad); }
    figure { margin: 0; }
    figcaption { color: var(--soft); font-size: 14px; }
    svg { width: 100%; height: auto; display: block; }
    svg text { font: 13px system-ui, sans-serif; fill: var(--text); }
    svg .tick, svg .value { fill: var(--soft); font-size: 12px; }
    svg .grid { stroke: var(--line); }
    svg .even { stroke: var(--text); stroke-width: 1.5; }
    svg rect.count { fill: var(--count); }
    svg rect.ranked { fill: var(--ours); }
    svg .median { stroke: var(--text); stroke-width: 2; }
    svg .ours rect { fill: var(--ours); }
    svg .ours .whisker { stroke: var(--ours); stroke-width: 2; }
    svg .theirs rect { fill: var(--theirs); }
    svg .theirs .whisker { stroke: var(--theirs); stroke-width: 2; }
    .legend { color: var(--soft); font-size: 14px; margin: 0 0 4px; }
    .key { display: inline-block; width: 12px; height: 12px; border-radius: 3px;
      margin: 0 6px 0 16px; vertical-align: -1px; }
    .key:first-child { margin-left: 0; }
    .key.count { background: var(--count); }
    .key.ranked, .key.ours { background: var(--ours); }
    .key.theirs { background: var(--theirs); }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
    th, td { padding: 3px 8px; border-bottom: 1px solid var(--line); vertical-align: top; }
    th { font-weight: 600; }
    tr:first-child th { color: var(--soft); font-weight: 500; vertical-align: bottom; }
    .left { text-align: left; overflow-wrap: anywhere; }
    .right { text-align: right; white-space: nowrap; }
    .in { padding-left: 22px; font-weight: 400; }
    th.left { white-space: nowrap; }
    pre { background: var(--card); padding: 10px 14px; border-radius: 8px; overflow-x: auto; }

    """
}

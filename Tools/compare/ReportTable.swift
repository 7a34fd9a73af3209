import Measuring

/// The report as text for people: aligned tables.
extension Report {
  func table() -> String {
    var out = ""
    let scan = self.scan
    let searched = scan.plan.columns.filter(\.isSearched).map(\.name).joined(separator: ", ")
    out += """
      Martlet \(record.commit) beside SQLite \(SQLiteConnection.version) FTS5, \(record.date)
      \(record.machine)
      \(martletBuild.documents) documents, \(Figures.bytes(scan.bytes)); analyzer \(scan.plan.analyzer); \
      searched: \(searched)

      """
    if scan.rejected + scan.replaced > 0 {
      out +=
        "left out of both: \(scan.rejected) refused, \(scan.replaced) replaced by a later one\n"
    }
    out += "\nA ratio says how many times more FTS5 takes.\n\n"
    out += buildTable().text() + "\n"
    out += "FTS5 at its best:\n"
    for line in FTS5Index.settings { out += "  \(line)\n" }
    out += "\n" + queryTable().text() + "\n"
    out +=
      "A query's time is the processor time of the best of \(rounds) rounds, in µs; p50, p99 and mean are over the queries.\n"
    out +=
      "top 10: how much of the best 10 both have, where more than 10 match (their BM25 differs).\n"
    for remark in remarks { out += "\(remark).\n" }
    for (reason, count) in leftOut.sorted(by: { $0.key < $1.key }) {
      out += "\(count) queries left out: FTS5 has no \(reason).\n"
    }
    out += "\n" + agreementText() + "\n" + typedText()
    return out
  }

  func buildTable() -> TextTable {
    var table = TextTable(["", "Martlet", "FTS5", "ratio"])
    let theirs = fts5Build
    func row(_ name: String, _ ours: Double, _ theirs: Double, _ format: (Double) -> String) {
      table.add([name, format(ours), format(theirs), Figures.ratio(quotient(theirs, ours))])
    }
    for (threads, build) in martletBuilds {
      let name = threads == 1 ? "1 thread" : "\(threads) threads"
      row("build, \(name)", build.elapsed.wall, theirs.elapsed.wall, Figures.seconds)
      row("  processor time", build.elapsed.processor, theirs.elapsed.processor, Figures.seconds)
      row("  peak memory", Double(build.memory.peak), Double(theirs.memory.peak)) {
        Figures.bytes(Int($0))
      }
    }
    let ours = martletBuild
    row("then made one", ours.optimizing.wall, theirs.optimizing.wall, Figures.seconds)
    row("size on disk", Double(ours.size), Double(theirs.size)) { Figures.bytes(Int($0)) }
    if let index = theirs.indexSize {
      table.add(["  of it the index", "", Figures.bytes(index), ""])
    }
    row("peak memory searching", Double(searching.ours.peak), Double(searching.theirs.peak)) {
      Figures.bytes(Int($0))
    }
    row(
      "  not of files", Double(searching.ours.anonymous), Double(searching.theirs.anonymous)
    ) { Figures.bytes(Int($0)) }
    return table
  }

  func queryTable() -> TextTable {
    var table = TextTable([
      "queries", "", "command", "Martlet p50", "p99", "mean", "FTS5 p50", "p99", "mean",
      "ratio p50", "p99", "mean", "matches", "top 10",
    ])
    for figures in figures {
      for command in Race.Command.allCases {
        let ours = figures.ours[command.rawValue]
        let theirs = figures.theirs[command.rawValue]
        let isFirst = command == .count
        let name = figures.band.map { "  \($0)" } ?? figures.type
        table.add([
          isFirst ? name : "", isFirst ? "\(figures.queries)" : "", command.name,
          Figures.plain(ours.p50), Figures.plain(ours.p99), Figures.plain(ours.mean),
          Figures.plain(theirs.p50), Figures.plain(theirs.p99), Figures.plain(theirs.mean),
          Figures.ratio(figures.ratio(command, \.p50)),
          Figures.ratio(figures.ratio(command, \.p99)),
          Figures.ratio(figures.ratio(command, \.mean)),
          isFirst ? Figures.plain(figures.meanMatches) : "",
          isFirst ? "" : figures.overlap.map { "\(Int(($0 * 100).rounded())) %" } ?? "",
        ])
      }
    }
    return table
  }

  private func agreementText() -> String {
    let all = agreement.disagreements
    guard !all.isEmpty else {
      return "Match sets are equal for all \(agreement.compared) queries.\n"
    }
    var out = "Match sets differ for \(all.count) of \(agreement.compared) queries:\n"
    for disagreement in all.prefix(20) {
      out += "  \(disagreement.type): \(Figures.visible(disagreement.query))\n"
      let difference = disagreement.difference
      for (who, count, examples) in [
        ("Martlet alone", difference.oursOnly.count, disagreement.oursOnly),
        ("FTS5 alone", difference.theirsOnly.count, disagreement.theirsOnly),
      ] where count > 0 {
        out += "    \(who): \(count), as \(examples.map(Figures.visible).joined(separator: ", "))\n"
      }
      for contradiction in disagreement.contradictions { out += "    \(contradiction)\n" }
      if !disagreement.warnings.isEmpty {
        out += "    Martlet says: \(disagreement.warnings.joined(separator: ", "))\n"
      }
    }
    if all.count > 20 { out += "  … --json lists them all\n" }
    return out
  }

  private func typedText() -> String {
    var table = TextTable(["what people type", "Martlet", "FTS5"], left: 3)
    for typed in typed {
      table.add([Figures.visible(typed.text), typed.oursShown, typed.theirsShown])
    }
    return table.text()
      + "\nFTS5 answers \(errors) of \(typed.count) with an error, Martlet \(faults).\n"
  }
}

/// Columns of text, aligned: the first `left` to the left, the others to the right.
struct TextTable {
  private(set) var rows: [[String]]
  let left: Int

  init(_ head: [String], left: Int = 1) {
    rows = [head]
    self.left = left
  }

  mutating func add(_ row: [String]) { rows.append(row) }

  func text() -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var out = ""
    for (number, row) in rows.enumerated() {
      var line = ""
      for (column, cell) in row.enumerated() {
        let room = String(repeating: " ", count: widths[column] - cell.count)
        line += (column > 0 ? "  " : "") + (column < left ? cell + room : room + cell)
      }
      while line.hasSuffix(" ") { line.removeLast() }
      out += line + "\n"
      if number == 0 {
        out += String(repeating: "─", count: widths.reduce(0, +) + 2 * (widths.count - 1)) + "\n"
      }
    }
    return out
  }
}

import Measuring

/// The report's pictures: SVG, drawn here, coloured by the page's style (`--ours`, `--theirs`, light and dark).
struct Plots {
  let report: Report
  private static let left = 150.0
  private static let right = 60.0

  private var types: [TypeFigures] { report.figures.filter { $0.band == nil } }

  /// How many times longer FTS5 takes, a pair of bars for each type, on a logarithmic axis from 1 on.
  func ratios() -> String {
    let rowHeight = 46.0
    let top = 34.0
    let height = top + rowHeight * Double(types.count) + 10
    let all = types.flatMap { figures in
      Race.Command.allCases.flatMap { [figures.ratio($0, \.mean), figures.ratio($0, \.p50)] }
    }
    let scale = LogScale(
      all, including: 0.9...10, start: Self.left, end: Picture.width - Self.right)
    let summary = types.map { figures in
      "\(figures.type): \(Figures.plain(figures.ratio(.count, \.mean))) for the number, "
        + "\(Figures.plain(figures.ratio(.top10, \.mean))) for the best 10"
    }
    return Picture.text(
      id: "ratios", height: height, title: "How many times longer FTS5 takes, by type of query",
      description: summary.joined(separator: "; ")
    ) { svg in
      svg.axis(scale, top: top, bottom: height - 10) { Figures.shortest($0) + " ×" }
      svg.shape(
        "line",
        Picture.line(scale.place(1), top - 6, scale.place(1), height - 10) + [("class", "even")])
      for (row, figures) in types.enumerated() {
        let y = top + Double(row) * rowHeight
        label(&svg, figures.type, y + rowHeight / 2 + 5)
        for command in Race.Command.allCases {
          let mean = figures.ratio(command, \.mean)
          let median = figures.ratio(command, \.p50)
          let barY = y + 5 + Double(command.rawValue) * 19
          let from = min(scale.place(1), scale.place(mean))
          let to = max(scale.place(1), scale.place(mean))
          svg.shape(
            "rect",
            [
              ("x", Picture.number(from)), ("y", Picture.number(barY)),
              ("width", Picture.number(max(to - from, 1))),
              ("height", "15"), ("rx", "2"), ("class", command == .count ? "count" : "ranked"),
            ],
            title: "\(figures.type), \(command.name): \(Figures.ratio(mean)) by the mean, "
              + "\(Figures.ratio(median)) by the median")
          let tick = scale.place(median)
          svg.shape(
            "line", Picture.line(tick, barY - 2, tick, barY + 17) + [("class", "median")],
            title: "median \(Figures.ratio(median))")
          svg.element(
            "text",
            [
              ("x", Picture.number(max(to, tick) + 5)), ("y", Picture.number(barY + 12)),
              ("class", "value"),
            ], Figures.plain(mean))
        }
      }
    }
  }

  /// The times of one command: for each type and engine the range from p1 to p99, the middle half, and the median.
  func latencies(_ command: Race.Command) -> String {
    guard let race = report.race else { return "" }
    let rowHeight = 40.0
    let top = 34.0
    let height = top + rowHeight * Double(types.count) + 10
    let rows = types.map { figures -> (type: String, times: [[Double]]) in
      let numbers = report.queries.indices.filter {
        report.queries[$0].query.type == figures.type
      }
      return (
        figures.type,
        [race.ours, race.theirs].map { times in
          numbers.map { times[command.rawValue][$0] }.sorted()
        }
      )
    }
    let ends = rows.flatMap(\.times).filter { !$0.isEmpty }.flatMap {
      [$0.percentile(0.01), $0.percentile(0.99)]
    }
    let scale = LogScale(
      ends, including: 10...100, start: Self.left, end: Picture.width - Self.right)
    let summary = rows.map { row in
      let medians = row.times.map { $0.isEmpty ? "–" : Figures.plain($0.percentile(0.5)) }
      return "\(row.type): medians \(medians[0]) and \(medians[1])"
    }
    return Picture.text(
      id: "latency-\(command.key)", height: height,
      title: "Microseconds of a query, \(command.name): Martlet above, FTS5 below",
      description: summary.joined(separator: "; ")
    ) { svg in
      svg.axis(scale, top: top, bottom: height - 10) {
        $0 < 1_000 ? "\(Figures.shortest($0)) µs" : "\(Figures.shortest($0 / 1_000)) ms"
      }
      for (number, row) in rows.enumerated() {
        let y = top + Double(number) * rowHeight
        label(&svg, row.type, y + rowHeight / 2 + 4)
        for (engine, times) in row.times.enumerated() where !times.isEmpty {
          spread(&svg, times, scale, y + 13 + Double(engine) * 15, isOurs: engine == 0, row.type)
        }
      }
    }
  }

  private func spread(
    _ svg: inout Markup, _ times: [Double], _ scale: LogScale, _ y: Double, isOurs: Bool,
    _ type: String
  ) {
    let name = isOurs ? "Martlet" : "FTS5"
    let title =
      "\(type), \(name): p1 \(Figures.plain(times.percentile(0.01))), "
      + "p50 \(Figures.plain(times.percentile(0.5))), p99 \(Figures.plain(times.percentile(0.99))) µs"
    svg.spread(times, scale, y: y, class: isOurs ? "ours" : "theirs", title: title)
  }

  private func label(_ svg: inout Markup, _ text: String, _ y: Double) {
    svg.label(text, x: Self.left - 12, y: y, anchor: "end")
  }
}

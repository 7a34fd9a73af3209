import Measuring

/// The report's pictures: SVG, drawn here, coloured by the page's style (`--ours`, `--theirs`, light and dark).
struct Plots {
  let report: Report
  /// Units of a picture; the page scales it to its own width.
  private static let width = 880.0
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
      all, including: 0.9...10, start: Self.left, end: Self.width - Self.right)
    let summary = types.map { figures in
      "\(figures.type): \(Figures.plain(figures.ratio(.count, \.mean))) for the number, "
        + "\(Figures.plain(figures.ratio(.top10, \.mean))) for the best 10"
    }
    return picture(
      id: "ratios", height: height, title: "How many times longer FTS5 takes, by type of query",
      description: summary.joined(separator: "; ")
    ) { svg in
      axis(&svg, scale, top: top, bottom: height - 10) { Figures.shortest($0) + " ×" }
      svg.shape(
        "line",
        line(scale.place(1), top - 6, scale.place(1), height - 10) + [("class", "even")])
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
              ("x", number(from)), ("y", number(barY)), ("width", number(max(to - from, 1))),
              ("height", "15"), ("rx", "2"), ("class", command == .count ? "count" : "ranked"),
            ],
            title: "\(figures.type), \(command.name): \(Figures.ratio(mean)) by the mean, "
              + "\(Figures.ratio(median)) by the median")
          let tick = scale.place(median)
          svg.shape(
            "line", line(tick, barY - 2, tick, barY + 17) + [("class", "median")],
            title: "median \(Figures.ratio(median))")
          svg.element(
            "text",
            [
              ("x", number(max(to, tick) + 5)), ("y", number(barY + 12)), ("class", "value"),
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
      ends, including: 10...100, start: Self.left, end: Self.width - Self.right)
    let summary = rows.map { row in
      let medians = row.times.map { $0.isEmpty ? "–" : Figures.plain($0.percentile(0.5)) }
      return "\(row.type): medians \(medians[0]) and \(medians[1])"
    }
    return picture(
      id: "latency-\(command.key)", height: height,
      title: "Microseconds of a query, \(command.name): Martlet above, FTS5 below",
      description: summary.joined(separator: "; ")
    ) { svg in
      axis(&svg, scale, top: top, bottom: height - 10) {
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
    let at = { scale.place(times.percentile($0)) }
    let name = isOurs ? "Martlet" : "FTS5"
    let title =
      "\(type), \(name): p1 \(Figures.plain(times.percentile(0.01))), "
      + "p50 \(Figures.plain(times.percentile(0.5))), p99 \(Figures.plain(times.percentile(0.99))) µs"
    svg.element("g", [("class", isOurs ? "ours" : "theirs")]) { svg in
      svg.element("title", [], title)
      svg.shape("line", line(at(0.01), y, at(0.99), y) + [("class", "whisker")])
      svg.shape(
        "rect",
        [
          ("x", number(at(0.25))), ("y", number(y - 5)),
          ("width", number(max(at(0.75) - at(0.25), 2))), ("height", "10"), ("rx", "2"),
        ])
      svg.shape("line", line(at(0.5), y - 7, at(0.5), y + 7) + [("class", "median")])
    }
  }

  // MARK: Pieces

  private func picture(
    id: String, height: Double, title: String, description: String,
    _ body: (inout Markup) -> Void
  ) -> String {
    var svg = Markup()
    svg.element(
      "svg",
      [
        ("viewBox", "0 0 \(number(Self.width)) \(number(height))"), ("role", "img"),
        ("aria-labelledby", "\(id)-title \(id)-description"),
      ]
    ) { svg in
      svg.element("title", [("id", "\(id)-title")], title)
      svg.element("desc", [("id", "\(id)-description")], description)
      body(&svg)
    }
    return svg.text
  }

  private func axis(
    _ svg: inout Markup, _ scale: LogScale, top: Double, bottom: Double,
    _ format: (Double) -> String
  ) {
    for tick in scale.ticks {
      let x = scale.place(tick)
      svg.shape("line", line(x, top - 6, x, bottom) + [("class", "grid")])
      svg.element(
        "text", [("x", number(x)), ("y", "18"), ("text-anchor", "middle"), ("class", "tick")],
        format(tick))
    }
  }

  private func label(_ svg: inout Markup, _ text: String, _ y: Double) {
    svg.element(
      "text",
      [
        ("x", number(Self.left - 12)), ("y", number(y)), ("text-anchor", "end"),
        ("class", "label"),
      ], text)
  }

  private func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double
  ) -> [(String, String)] {
    [("x1", number(x1)), ("y1", number(y1)), ("x2", number(x2)), ("y2", number(y2))]
  }

  private func number(_ value: Double) -> String { Figures.shortest((value * 10).rounded() / 10) }
}

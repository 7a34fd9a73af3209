import Measuring

/// The pictures of a race.
struct RacePlots {
  private static let left = 170.0
  private static let right = 40.0

  /// An engine's time as a share of the yardstick's, by command and type, by the mean over the queries.
  static func shares(_ race: QueryRace, _ yardstick: QueryRace.Engine) -> String {
    struct Row {
      var name: String
      var isFirst: Bool
      var shares: [(engine: Int, share: Double, title: String)]
    }
    var rows: [Row] = []
    for command in QueryRace.commands {
      for type in QueryRace.types {
        guard let theirs = race.distribution(yardstick, command, type), theirs.mean > 0 else {
          continue
        }
        var row = Row(name: type, isFirst: type == QueryRace.types[0], shares: [])
        for (place, engine) in race.engines.enumerated() where engine.name != yardstick.name {
          guard let times = race.distribution(engine, command, type) else { continue }
          let title =
            "\(command), \(type), \(engine.name): \(decimal(times.mean / theirs.mean, 3)) of "
            + "\(yardstick.name) by the mean, \(decimal(times.p50 / max(theirs.p50, 1e-9), 3)) by the median, "
            + "\(decimal(times.p99 / max(theirs.p99, 1e-9), 3)) at p99"
          row.shares.append((place, times.mean / theirs.mean, title))
        }
        rows.append(row)
      }
    }
    let rowHeight = 24.0
    let top = 34.0
    let height = top + rowHeight * Double(rows.count) + 22 * Double(rows.count { $0.isFirst }) + 8
    let scale = LogScale(
      rows.flatMap { $0.shares.map(\.share) }, including: 0.1...2, start: left,
      end: Picture.width - right)
    return Picture.text(
      id: "shares", height: height, title: "Time as a share of \(yardstick.name)'s",
      description: "Left of the line an engine is faster than \(yardstick.name)."
    ) { svg in
      svg.axis(scale, top: top, bottom: height - 8) { Figures.shortest($0) }
      svg.shape(
        "line",
        Picture.line(scale.place(1), top - 6, scale.place(1), height - 8) + [("class", "even")])
      var y = top
      var commands = QueryRace.commands.filter { command in
        QueryRace.types.contains { race.distribution(yardstick, command, $0) != nil }
      }[...]
      for row in rows {
        if row.isFirst {
          y += 22
          svg.label(commands.popFirst() ?? "", x: 8, y: y - 6, class: "tick")
        }
        svg.label(row.name, x: left - 12, y: y + 15, anchor: "end")
        // Ours above the others.
        for (engine, share, title) in row.shares.reversed() {
          svg.element("g", [("class", colour(engine))]) { svg in
            svg.shape(
              "circle",
              [
                ("cx", Picture.number(scale.place(share))), ("cy", Picture.number(y + 11)),
                ("r", engine == 0 ? "6" : "5"),
              ], title: title)
          }
        }
        y += rowHeight
      }
    }
  }

  /// The times of one command: for each type and engine the range from p1 to p99, the middle half, and the median.
  static func latencies(_ race: QueryRace, _ command: String) -> String {
    let types = QueryRace.types.filter { type in
      race.engines.contains { race.distribution($0, command, type) != nil }
    }
    let step = 15.0
    let top = 34.0
    let rowHeight = step * Double(race.engines.count) + 12
    let height = top + rowHeight * Double(types.count) + 8
    let sorted = types.map { type in race.engines.map { race.values($0, command, type).sorted() } }
    let ends = sorted.joined().filter { !$0.isEmpty }.flatMap {
      [$0.percentile(0.01), $0.percentile(0.99)]
    }
    let scale = LogScale(ends, including: 10...100, start: left, end: Picture.width - right)
    return Picture.text(
      id: "latency-\(command)", height: height, title: "Microseconds of a query, \(command)",
      description: "By type and engine, from above as in the legend."
    ) { svg in
      svg.axis(scale, top: top, bottom: height - 8, microseconds)
      for (row, type) in types.enumerated() {
        let y = top + Double(row) * rowHeight
        svg.label(type, x: left - 12, y: y + rowHeight / 2 + 2, anchor: "end")
        for (place, times) in sorted[row].enumerated() where !times.isEmpty {
          let figures = [0.01, 0.5, 0.99].map { Figures.plain(times.percentile($0)) }
          svg.spread(
            times, scale, y: y + 12 + Double(place) * step, class: colour(place),
            title: "\(type), \(race.engines[place].name): p1 \(figures[0]), p50 \(figures[1]), "
              + "p99 \(figures[2]) µs")
        }
      }
    }
  }

  /// Mean time against the number of documents, both axes logarithmic, a panel a command and a line a type.
  static func growth(_ growth: Growth) -> String {
    let race = growth.race
    let commands = QueryRace.commands.filter { command in
      race.engines.contains { $0.times[command] != nil }
    }
    let panel = (width: 400.0, height: 250.0)
    let height = panel.height * Double((commands.count + 1) / 2) + 4
    let documents = growth.sizes.map { Double($0.documents) }
    return Picture.text(
      id: "growth", height: height, title: "Mean time of a query by the number of documents",
      description:
        "A straight line that climbs as the dotted one does grows in step with the index."
    ) { svg in
      for (number, command) in commands.enumerated() {
        let x0 = 44 + Double(number % 2) * (panel.width + 36)
        let y0 = 24 + Double(number / 2) * panel.height
        let bottom = y0 + panel.height - 60
        let lines = QueryRace.types.map { type in
          race.engines.map { race.distribution($0, command, type)?.mean ?? 0 }
        }
        let x = LogScale(
          documents, including: (documents.first ?? 1e5)...(documents.last ?? 1e6), start: x0,
          end: x0 + panel.width - 20)
        let y = LogScale(lines.flatMap { $0 }, including: 10...1_000, start: bottom, end: y0)
        svg.label(command, x: x0, y: y0 - 8)
        for tick in x.ticks {
          svg.shape(
            "line", Picture.line(x.place(tick), y0, x.place(tick), bottom) + [("class", "grid")])
          svg.label(
            documentCount(tick), x: x.place(tick), y: bottom + 16, anchor: "middle", class: "tick")
        }
        for tick in y.ticks {
          svg.shape(
            "line",
            Picture.line(x.start, y.place(tick), x.end, y.place(tick)) + [("class", "grid")])
          svg.label(
            microseconds(tick), x: x0 - 4, y: y.place(tick) + 4, anchor: "end", class: "tick")
        }
        // In step with the index.
        if let first = documents.first, let last = documents.last, first > 0 {
          let from = y.high / last * first / 2
          svg.shape(
            "line",
            Picture.line(x.place(first), y.place(from), x.place(last), y.place(y.high / 2))
              + [("class", "step")], title: "in step with the index")
        }
        for (place, line) in lines.enumerated() {
          curve(
            &svg, zip(documents, line).filter { $0.1 > 0 }.map { (x.place($0), y.place($1)) },
            colour(place), title: "\(command), \(QueryRace.types[place])")
        }
      }
    }
  }

  private static func curve(
    _ svg: inout Markup, _ points: [(x: Double, y: Double)], _ name: String, title: String
  ) {
    svg.element("g", [("class", name)]) { svg in
      svg.element("title", [], title)
      let path = points.map { "\(Picture.number($0.x)),\(Picture.number($0.y))" }
      svg.shape("polyline", [("points", path.joined(separator: " ")), ("class", "curve")])
      for point in points {
        svg.shape(
          "circle",
          [("cx", Picture.number(point.x)), ("cy", Picture.number(point.y)), ("r", "3.5")])
      }
    }
  }

  /// Seconds of each build, a bar each.
  static func builds(_ indexing: IndexingRace) -> String {
    let rowHeight = 26.0
    let height = rowHeight * Double(indexing.builds.count) + 8
    let longest = indexing.builds.map(\.wall).max() ?? 1
    let names = indexing.builds.map(\.name).reduce(into: [String]()) { names, name in
      if !names.contains(name) { names.append(name) }
    }
    return Picture.text(
      id: "builds", height: height, title: "Seconds of building the index",
      description: "By engine."
    ) { svg in
      for (row, build) in indexing.builds.enumerated() {
        let y = 4 + rowHeight * Double(row)
        let width = build.wall / longest * (Picture.width - left - 100)
        svg.label(
          "\(build.name), \(build.threads)", x: left - 12, y: y + 16, anchor: "end")
        svg.element("g", [("class", colour(names.firstIndex(of: build.name) ?? 0))]) { svg in
          svg.shape(
            "rect",
            [
              ("x", Picture.number(left)), ("y", Picture.number(y + 3)),
              ("width", Picture.number(max(width, 1))), ("height", "17"), ("rx", "2"),
            ], title: "\(build.name), \(build.threads) threads: \(Figures.seconds(build.wall))")
        }
        svg.label(Figures.seconds(build.wall), x: left + width + 6, y: y + 16, class: "value")
      }
    }
  }

  static func colour(_ series: Int) -> String { Page.colours[series % Page.colours.count] }

  private static func microseconds(_ value: Double) -> String {
    value < 1_000 ? "\(Figures.shortest(value)) µs" : "\(Figures.shortest(value / 1_000)) ms"
  }

  private static func documentCount(_ value: Double) -> String {
    value < 1e6 ? "\(Figures.shortest(value / 1e3)) k" : "\(Figures.shortest(value / 1e6)) M"
  }
}

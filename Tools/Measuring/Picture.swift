import Glibc

/// A picture in SVG, coloured by the page's style (light and dark). Units are its own; the page scales it to its width.
package struct Picture {
  /// The page's style and the axes are made for it.
  package static let width = 880.0

  /// - Parameters:
  ///   - id: of its own in the page.
  ///   - description: what it shows, for those who cannot see it.
  package static func text(
    id: String, height: Double, title: String, description: String,
    _ body: (inout Markup) -> Void
  ) -> String {
    var svg = Markup()
    svg.element(
      "svg",
      [
        ("viewBox", "0 0 \(number(width)) \(number(height))"), ("role", "img"),
        ("aria-labelledby", "\(id)-title \(id)-description"),
      ]
    ) { svg in
      svg.element("title", [("id", "\(id)-title")], title)
      svg.element("desc", [("id", "\(id)-description")], description)
      body(&svg)
    }
    return svg.text
  }

  /// Ends of a line.
  package static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double
  ) -> [(String, String)] {
    [("x1", number(x1)), ("y1", number(y1)), ("x2", number(x2)), ("y2", number(y2))]
  }

  /// To a tenth of a unit.
  package static func number(_ value: Double) -> String {
    Figures.shortest((value * 10).rounded() / 10)
  }
}

extension Markup {
  /// Lines up and down at the powers of ten, with their values above them.
  package mutating func axis(
    _ scale: LogScale, top: Double, bottom: Double, _ format: (Double) -> String
  ) {
    for tick in scale.ticks {
      let x = scale.place(tick)
      shape("line", Picture.line(x, top - 6, x, bottom) + [("class", "grid")])
      label(format(tick), x: x, y: top - 16, anchor: "middle", class: "tick")
    }
  }

  package mutating func label(
    _ text: String, x: Double, y: Double, anchor: String = "start", class name: String = "label"
  ) {
    element(
      "text",
      [
        ("x", Picture.number(x)), ("y", Picture.number(y)), ("text-anchor", anchor),
        ("class", name),
      ], text)
  }

  /// A distribution on a line: from the 1st to the 99th of a hundred, the middle half, and the median.
  /// - Parameters:
  ///   - sorted: values, ascending; not empty.
  ///   - title: what a pointer is told.
  package mutating func spread(
    _ sorted: [Double], _ scale: LogScale, y: Double, class name: String, title: String
  ) {
    let at = { scale.place(sorted.percentile($0)) }
    element("g", [("class", name)]) { svg in
      svg.element("title", [], title)
      svg.shape("line", Picture.line(at(0.01), y, at(0.99), y) + [("class", "whisker")])
      svg.shape(
        "rect",
        [
          ("x", Picture.number(at(0.25))), ("y", Picture.number(y - 5)),
          ("width", Picture.number(max(at(0.75) - at(0.25), 2))), ("height", "10"), ("rx", "2"),
        ])
      svg.shape("line", Picture.line(at(0.5), y - 7, at(0.5), y + 7) + [("class", "median")])
    }
  }
}

/// A logarithmic axis over whole decades, or halves of one where that leaves less room empty.
package struct LogScale {
  /// Powers of ten, ascending.
  package let low: Double
  package let high: Double
  /// In the picture, in its units.
  package let start: Double
  package let end: Double

  /// - Parameters:
  ///   - values: what must have a place; others than positive ones have none.
  ///   - least: the axis spans at least these.
  package init(_ values: [Double], including least: ClosedRange<Double>, start: Double, end: Double)
  {
    let positive = values.filter { $0 > 0 && $0.isFinite }
    let smallest = min(positive.min() ?? least.lowerBound, least.lowerBound)
    let largest = max(positive.max() ?? least.upperBound, least.upperBound)
    low = Self.power(smallest, roundingUp: false)
    high = Self.power(largest, roundingUp: true)
    self.start = start
    self.end = end
  }

  /// Where a value lies; those beyond the axis at its ends.
  package func place(_ value: Double) -> Double {
    let share =
      value > 0 ? (log10(value) - log10(low)) / (log10(high) - log10(low)) : 0
    return start + min(max(share, 0), 1) * (end - start)
  }

  /// The powers of ten within.
  package var ticks: [Double] {
    var ticks: [Double] = []
    var tick = low
    while tick <= high * 1.001 {
      ticks.append(tick)
      tick *= 10
    }
    return ticks
  }

  private static func power(_ value: Double, roundingUp: Bool) -> Double {
    var power = 1.0
    while power * (roundingUp ? 1 : 10) < value * (roundingUp ? 1 : 1.000001) { power *= 10 }
    while roundingUp ? power / 10 >= value : power > value { power /= 10 }
    return power
  }
}

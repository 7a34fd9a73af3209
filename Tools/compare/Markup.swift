import Glibc

/// HTML and SVG being written, element by element. Text and attributes are escaped here and nowhere else.
struct Markup {
  private(set) var text = ""

  static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in Figures.visible(text).unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// An element around what `body` writes.
  mutating func element(
    _ name: String, _ attributes: [(String, String)] = [], _ body: (inout Markup) -> Void
  ) {
    open(name, attributes)
    body(&self)
    text += "</\(name)>"
    if Self.blocks.contains(name) { text += "\n" }
  }

  /// An element with nothing but text in it.
  mutating func element(
    _ name: String, _ attributes: [(String, String)] = [], _ content: String
  ) {
    element(name, attributes) { $0.text += Self.escaped(content) }
  }

  /// An element of SVG without content but, if given, a title: what a pointer and a screen reader tell of it.
  mutating func shape(_ name: String, _ attributes: [(String, String)], title: String? = nil) {
    element(name, attributes) { markup in
      if let title { markup.element("title", [], title) }
    }
  }

  mutating func write(_ content: String) { text += Self.escaped(content) }

  /// What is markup already.
  mutating func raw(_ markup: String) { text += markup }

  private static let blocks: Set<String> = [
    "p", "h1", "h2", "table", "tr", "section", "figure", "svg", "g", "details", "li", "ul", "dl",
    "div", "header", "main", "body", "head", "rect", "line", "text",
  ]

  private mutating func open(_ name: String, _ attributes: [(String, String)]) {
    text += "<\(name)"
    for (name, value) in attributes { text += " \(name)=\"\(Self.escaped(value))\"" }
    text += ">"
  }
}

/// A logarithmic axis over whole decades, or halves of one where that leaves less room empty.
struct LogScale {
  /// Powers of ten, ascending.
  let low: Double
  let high: Double
  /// In the picture, in its units.
  let start: Double
  let end: Double

  /// - Parameters:
  ///   - values: what must have a place; others than positive ones have none.
  ///   - least: the axis spans at least these.
  init(_ values: [Double], including least: ClosedRange<Double>, start: Double, end: Double) {
    let positive = values.filter { $0 > 0 && $0.isFinite }
    let smallest = min(positive.min() ?? least.lowerBound, least.lowerBound)
    let largest = max(positive.max() ?? least.upperBound, least.upperBound)
    low = Self.power(smallest, roundingUp: false)
    high = Self.power(largest, roundingUp: true)
    self.start = start
    self.end = end
  }

  /// Where a value lies; those beyond the axis at its ends.
  func place(_ value: Double) -> Double {
    let share =
      value > 0 ? (log10(value) - log10(low)) / (log10(high) - log10(low)) : 0
    return start + min(max(share, 0), 1) * (end - start)
  }

  /// The powers of ten within.
  var ticks: [Double] {
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

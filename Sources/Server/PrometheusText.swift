// The text format that Prometheus reads, version 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
//
//   # HELP name what it is
//   # TYPE name counter
//   name{label="value"} 17

/// Writes families of samples. Those of one family follow each other, each set of labels once.
struct PrometheusText {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  enum Kind: String { case counter, gauge, histogram }

  typealias Labels = KeyValuePairs<String, String>

  private(set) var text = ""

  /// The lines that a family begins with. `help` is a line without backslashes.
  mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  /// A family with one sample.
  mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: some Figure) {
    family(name, kind, help)
    sample(name, [:], value)
  }

  mutating func sample(_ name: String, _ labels: Labels, _ value: some Figure) {
    text += name
    write(labels, and: nil)
    text += " \(value)\n"
  }

  /// Buckets are cumulative and in seconds; the last is the count of all.
  mutating func histogram(_ name: String, _ labels: Labels, _ histogram: Metrics.Histogram) {
    var sum: UInt64 = 0
    for (place, count) in histogram.counts.enumerated() {
      sum += count
      let bounds = Metrics.Histogram.bounds
      let bound = place < bounds.count ? "\(Double(bounds[place]) / 1e9)" : "+Inf"
      text += name + "_bucket"
      write(labels, and: ("le", bound))
      text += " \(sum)\n"
    }
    sample(name + "_sum", labels, Double(histogram.nanoseconds) / 1e9)
    sample(name + "_count", labels, sum)
  }

  private mutating func write(_ labels: Labels, and last: (String, String)?) {
    var separator = "{"
    func label(_ name: String, _ value: String) -> String {
      defer { separator = "," }
      return "\(separator)\(name)=\"\(Self.escape(value))\""
    }
    for (name, value) in labels { text += label(name, value) }
    if let last { text += label(last.0, last.1) }
    if separator == "," { text += "}" }
  }

  /// Within a label value backslash, quote and line end are escaped; the rest is UTF-8 as it stands.
  static func escape(_ value: String) -> String {
    var escaped = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}

/// What a sample can say.
protocol Figure: CustomStringConvertible {}
extension Int: Figure {}
extension UInt64: Figure {}
extension Double: Figure {}

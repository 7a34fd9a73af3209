// Reads the text format of Prometheus as strictly as its specification allows: what `promtool check metrics` would refuse
// is refused here.

/// One scrape.
struct PrometheusParser {
  struct Fault: Error, CustomStringConvertible {
    let line: Int
    let description: String
  }

  struct Sample: Equatable {
    var name: String
    var labels: [String: String]
    var value: Double
  }

  private(set) var kinds: [String: String] = [:]
  private(set) var samples: [Sample] = []
  private var helped: Set<String> = []
  private var finished: Set<String> = []
  private var family = ""
  private var seen: Set<String> = []
  private var number = 0

  init(_ text: String) throws {
    guard text.hasSuffix("\n") else { throw Fault(line: 0, description: "no line end at the end") }
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      if line.hasPrefix("# HELP ") {
        try begin(line.dropFirst(7), isHelp: true)
      } else if line.hasPrefix("# TYPE ") {
        try begin(line.dropFirst(7), isHelp: false)
      } else {
        try sample(line)
      }
    }
    try checkHistograms()
  }

  /// The value of the one sample of these labels.
  func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    samples.first { $0.name == name && $0.labels == labels }?.value
  }

  private func fault(_ text: String) -> Fault { Fault(line: number, description: text) }

  private mutating func begin(_ line: Substring, isHelp: Bool) throws {
    let parts = line.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, Self.isName(parts[0]) else { throw fault("no name and text: \(line)") }
    let name = String(parts[0])
    if isHelp {
      guard helped.insert(name).inserted else { throw fault("HELP of \(name) twice") }
      guard !parts[1].contains("\\") else { throw fault("a backslash in a help text") }
    } else {
      guard kinds[name] == nil else { throw fault("TYPE of \(name) twice") }
      guard helped.contains(name) else { throw fault("\(name) has no HELP before its TYPE") }
      guard ["counter", "gauge", "histogram"].contains(parts[1]) else {
        throw fault("type \(parts[1])")
      }
      guard (parts[1] == "counter") == name.hasSuffix("_total") else {
        throw fault("\(name): _total is the end of counters' names, and theirs alone")
      }
      kinds[name] = String(parts[1])
      finished.insert(family)
      family = name
    }
  }

  private mutating func sample(_ line: Substring) throws {
    let end = line.firstIndex { $0 == "{" || $0 == " " } ?? line.endIndex
    let name = String(line[..<end])
    guard Self.isName(Substring(name)) else { throw fault("no name: \(line)") }
    var rest = line[end...]
    var labels: [String: String] = [:]
    if rest.first == "{" {
      rest = rest.dropFirst()
      while rest.first != "}" {
        guard let equals = rest.firstIndex(of: "="), Self.isName(rest[..<equals]),
          rest[equals...].hasPrefix("=\"")
        else { throw fault("no label: \(line)") }
        let label = String(rest[..<equals])
        rest = rest[equals...].dropFirst(2)
        guard labels[label] == nil else { throw fault("label \(label) twice") }
        labels[label] = try quoted(&rest)
        if rest.first == "," { rest = rest.dropFirst() }
      }
      rest = rest.dropFirst()
    }
    guard rest.first == " ", let value = Double(rest.dropFirst()) else {
      throw fault("no value: \(line)")
    }
    guard
      name == family
        || kinds[family] == "histogram"
          && ["_bucket", "_sum", "_count"].contains(where: { name == family + $0 })
    else { throw fault("\(name) is not of the family \(family)") }
    guard !finished.contains(family) else { throw fault("\(family) is not in one place") }
    let key =
      name
      + labels.sorted { $0.key < $1.key }.map { "\u{1}\($0.key)\u{2}\($0.value)" }
      .joined()
    guard seen.insert(key).inserted else { throw fault("the same sample twice: \(line)") }
    samples.append(Sample(name: name, labels: labels, value: value))
  }

  /// Behind the opening quote; takes the closing one.
  private func quoted(_ rest: inout Substring) throws -> String {
    var value = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"": return value
      case "\\":
        switch rest.popFirst() {
        case "\\": value.append("\\")
        case "\"": value.append("\"")
        case "n": value.append("\n")
        default: throw fault("an escape that is none")
        }
      default: value.append(character)
      }
    }
    throw fault("a label without its end")
  }

  /// Buckets are cumulative, in the order of their bounds, end with +Inf, and that is the count.
  private func checkHistograms() throws {
    for (name, kind) in kinds where kind == "histogram" {
      var series: [[String: String]: [(bound: Double, count: Double)]] = [:]
      for sample in samples where sample.name == name + "_bucket" {
        var labels = sample.labels
        guard
          let bound = labels.removeValue(forKey: "le").flatMap({
            $0 == "+Inf" ? .infinity : Double($0)
          })
        else { throw fault("\(name): a bucket without a bound") }
        series[labels, default: []].append((bound, sample.value))
      }
      for (labels, buckets) in series {
        for (a, b) in zip(buckets, buckets.dropFirst()) {
          guard a.bound < b.bound, a.count <= b.count else {
            throw fault("\(name) \(labels): buckets do not grow")
          }
        }
        guard buckets.last?.bound == .infinity, let sum = value(name + "_sum", labels), sum >= 0,
          buckets.last?.count == value(name + "_count", labels)
        else { throw fault("\(name) \(labels): the last bucket is not the count") }
      }
    }
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return text.utf8.allSatisfy {
      (0x61...0x7a).contains($0) || (0x41...0x5a).contains($0) || (0x30...0x39).contains($0)
        || $0 == 0x5f || $0 == 0x3a
    }
  }
}

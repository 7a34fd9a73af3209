/// A number with so many digits after the point, without Foundation.
package func decimal(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "–" }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let rounded = Int((abs(value) * scale).rounded())
  let whole = rounded / Int(scale)
  let sign = value < 0 && rounded > 0 ? "-" : ""
  guard digits > 0 else { return "\(sign)\(whole)" }
  let rest = String(rounded % Int(scale))
  return "\(sign)\(whole).\(String(repeating: "0", count: digits - rest.count))\(rest)"
}

extension Array where Element: Comparable {
  /// The value below which the share `share` of a sorted, not empty array lies, as the peers' harness computes it.
  package func percentile(_ share: Double) -> Element {
    self[Swift.min(count - 1, Int(share * Double(count)))]
  }
}

/// Numbers as people read them.
package enum Figures {
  /// Three digits or so.
  package static func plain(_ value: Double) -> String {
    decimal(value, value < 10 ? 2 : value < 100 ? 1 : 0)
  }

  /// Without a fraction where there is none.
  package static func shortest(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
  }

  package static func ratio(_ value: Double) -> String { "\(plain(value)) ×" }

  package static func seconds(_ value: Double) -> String {
    decimal(value, value < 10 ? 2 : 1) + " s"
  }

  package static func bytes(_ value: Int) -> String {
    let number = Double(value)
    if value < 1 << 20 { return decimal(number / 1024, 0) + " KiB" }
    if value < 1 << 30 { return decimal(number / Double(1 << 20), 1) + " MiB" }
    return decimal(number / Double(1 << 30), 2) + " GiB"
  }

  /// Control characters shown by their pictures.
  package static func visible(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      if scalar.value < 0x20, let picture = Unicode.Scalar(0x2400 + scalar.value) {
        out.unicodeScalars.append(picture)
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}

/// What matters of many times.
package struct Distribution: Equatable {
  package var p50 = 0.0
  package var p99 = 0.0
  package var mean = 0.0

  package init(p50: Double, p99: Double, mean: Double) {
    (self.p50, self.p99, self.mean) = (p50, p99, mean)
  }

  package init(_ values: [Double]) {
    guard !values.isEmpty else { return }
    let sorted = values.sorted()
    p50 = sorted.percentile(0.5)
    p99 = sorted.percentile(0.99)
    mean = sorted.reduce(0, +) / Double(sorted.count)
  }
}

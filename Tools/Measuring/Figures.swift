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

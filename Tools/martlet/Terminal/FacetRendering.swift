import JSON

/// The counts of one facet as a small table.
struct FacetRendering {
  let output: Output

  func render(_ name: String, _ facet: JSONValue) {
    let isExact = facet["exact"]?.bool ?? true
    output.line(output.terminal.style(printable(name), .bold) + (isExact ? "" : " (so far)"))
    var rows = (facet["buckets"]?.array ?? []).map { bucket in
      (FacetRendering.label(bucket["value"]), bucket["count"]?.int ?? 0)
    }
    for (label, member) in [("(others)", "other"), ("(none)", "missing")] {
      if let count = facet[member]?.int, count > 0 { rows.append((label, count)) }
    }
    let width = min(60, rows.reduce(0) { max($0, $1.0.count) })
    let digits = rows.reduce(0) { max($0, String($1.1).count) }
    for (label, count) in rows {
      let padding = String(repeating: " ", count: max(0, width - label.count))
      let number = String(count)
      output.line(
        "  \(label)\(padding)  \(String(repeating: " ", count: digits - number.count))\(number)")
    }
    output.line()
  }

  /// Beginnings of days without their midnight.
  private static func label(_ value: JSONValue?) -> String {
    let text = printable(value?.string ?? value?.description ?? "")
    guard let time = text.firstRange(of: "T00:00:00") else { return text }
    return String(text[..<time.lowerBound])
  }
}

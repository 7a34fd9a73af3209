import JSON

/// The answer to a search, for people: a numbered title, where it lies, and the passages with what matched in bold.
struct SearchRendering {
  let output: Output
  /// The fields were chosen: print them all, not only a title.
  let select: Bool
  let quiet: Bool

  private var terminal: Terminal { output.terminal }

  func render(_ answer: Answer) {
    let hits = answer["hits"]?.array ?? []
    for (i, hit) in hits.enumerated() { render(hit, number: i + 1) }
    for facet in answer["facets"]?.object?.members ?? [] {
      FacetRendering(output: output).render(facet.name, facet.value)
    }
    let relaxed = answer["relaxed"]?["hits"]?.array ?? []
    if !relaxed.isEmpty {
      output.line(terminal.style("nothing has all the words; these have some:", .dim))
      for (i, hit) in relaxed.enumerated() { render(hit, number: i + 1) }
    }
    output.flush()
    SearchRendering.warnings(answer, quiet: quiet)
    if !quiet, let text = answer["did_you_mean"]?.string {
      complain("Did you mean: \(printable(text))")
    }
    if !quiet { complain(summary(answer, shown: hits.count)) }
  }

  private func render(_ hit: JSONValue, number: Int) {
    let fields = hit["fields"]?.object
    let id = printable(hit["id"]?.string ?? "")
    let title = SearchRendering.title(fields)
    let place = "\(number). "
    let score = hit["score"]?.number.map { "  \(decimals(Float($0)))" } ?? ""
    let width = max(20, terminal.width - place.utf8.count - score.count)
    var passages = hit["passages"]?.array ?? []
    if let title {
      // A passage that is the title says it with what matched.
      let whole = passages.firstIndex { $0["text"]?.string == title }
      let short = shortened(printable(title), to: width)
      let shown = whole.map { highlighted(passages[$0], otherwise: .bold) }
      output.line(
        place + ((short == title ? shown : nil) ?? terminal.style(short, .bold))
          + terminal.style(score, .dim))
      output.line("   " + terminal.style(detail(fields, index: hit["index"]?.string, id: id), .dim))
      if let whole { passages.remove(at: whole) }
    } else {
      output.line(place + terminal.style(id, .bold) + terminal.style(score, .dim))
      if let index = hit["index"]?.string {
        output.line("   " + terminal.style(printable(index), .dim))
      }
    }
    if select {
      for member in fields?.members ?? [] where member.name != "id" {
        output.line("   \(printable(member.name)): \(printable(Answer.text(member.value)))")
      }
    }
    for passage in passages { output.line("   " + highlighted(passage)) }
    if let similar = hit["similar"]?.int, similar > 0 {
      output.line("   " + terminal.style("and \(counted(similar, "other")) like it", .dim))
    }
    if let explanation = hit["explanation"], !explanation.isNull { explain(explanation, depth: 2) }
    output.line()
  }

  /// The title, or what comes next to one.
  private static func title(_ fields: JSONObject?) -> String? {
    for name in ["title", "headline", "subject", "name"] {
      if let text = fields?[name]?.string, !text.isEmpty { return text }
    }
    return nil
  }

  /// `2018-05-14 · Sputnik · /home/me/article.txt`
  /// - Parameter index: where several were searched.
  private func detail(_ fields: JSONObject?, index: String?, id: String) -> String {
    var parts = index.map { [printable($0)] } ?? []
    // When it is of and who wrote it, by what kinds of documents call them; of several values the first.
    for names in [["date", "published", "captured"], ["agency", "author", "site"]] {
      let texts = names.lazy.compactMap { name in
        fields?[name]?.string ?? fields?[name]?.array?.first?.string
      }
      if let text = texts.first(where: { !$0.isEmpty }) { parts.append(printable(text)) }
    }
    return (parts + [id]).joined(separator: " · ")
  }

  /// The text of a passage on one line, with its ranges ([start, end) in bytes of the text) set off.
  /// - Parameter otherwise: how the rest looks.
  func highlighted(_ passage: JSONValue, otherwise: Terminal.Style? = nil) -> String {
    let bytes = Array((passage["text"]?.string ?? "").utf8)
    func piece(_ range: Range<Int>, _ style: Terminal.Style?) -> String {
      let text = printable(String(decoding: bytes[range], as: UTF8.self))
      guard let style, !text.isEmpty else { return text }
      return terminal.style(text, style)
    }
    var result = ""
    var at = 0
    for range in passage["ranges"]?.array ?? [] {
      guard let bounds = range.array, bounds.count == 2, let start = bounds[0].int,
        let end = bounds[1].int, at <= start, start < end, end <= bytes.count
      else { continue }
      result += piece(at..<start, otherwise) + piece(start..<end, .match)
      at = end
    }
    return result + piece(at..<bytes.count, otherwise)
  }

  /// - Parameter depth: of indentation.
  func explain(_ node: JSONValue, depth: Int) {
    let indent = String(repeating: "  ", count: depth)
    let value =
      node["matches"]?.bool == false
      ? "no" : (node["value"]?.number).map { decimals(Float($0)) } ?? ""
    let details = (node["details"]?.object?.members ?? []).map { "\($0.name) \($0.value)" }
    let tail = details.isEmpty ? "" : "  (\(details.joined(separator: ", ")))"
    output.line(
      indent + "\(value)  \(printable(node["what"]?.string ?? ""))"
        + terminal.style(printable(tail), .dim))
    // An explanation is as deep as the query, which is bounded.
    for part in node["parts"]?.array ?? [] where depth < 66 { explain(part, depth: depth + 1) }
  }

  private func summary(_ answer: Answer, shown: Int) -> String {
    var line = ""
    if let total = answer["total"]?["value"]?.int {
      let exact = answer["total"]?["exact"]?.bool ?? true
      line =
        total == 0 ? "nothing found" : "\(exact ? "" : "at least ")\(counted(total, "document"))"
      if total > shown, shown > 0 { line += ", \(shown) shown" }
    }
    if let microseconds = answer["took_us"]?.int {
      line += " in \(Progress.duration(Double(microseconds) / 1e6, fine: true))"
    }
    return line
  }

  /// What the query's reader warned of, on standard error.
  static func warnings(_ answer: Answer, quiet: Bool) {
    guard !quiet else { return }
    for warning in answer["warnings"]?.array ?? [] {
      let code = warning["code"]?.string ?? ""
      let at = warning["at"]?.int.map { " at byte \($0)" } ?? ""
      complain("warning: \(warning["detail"]?.string ?? code) (\(code)\(at))")
    }
  }

  /// Three significant decimals are enough to compare scores by eye.
  private func decimals(_ value: Float) -> String {
    let thousandths = Int((Double(value) * 1000).rounded())
    let fraction = String(abs(thousandths % 1000))
    let sign = thousandths < 0 ? "-" : ""
    return
      "\(sign)\(abs(thousandths / 1000)).\(String(repeating: "0", count: 3 - fraction.utf8.count))\(fraction)"
  }
}

// Why a document has its score: the weight tree again, for one document. The values are those that the scorers
// compute, on the query's grid, so that the leaves sum to the score exactly.

struct Explainer {
  let view: SearchView
  let grid: ScoreGrid

  func explain(_ weight: Weight, _ document: UInt32) throws(IndexError) -> Explanation {
    let segment = view.segment(of: document)
    return try explanation(weight, segment, document - segment.first)
      ?? Explanation(value: 0, what: "no match", details: [], parts: [])
  }

  /// nil: the document does not match.
  private func explanation(
    _ weight: Weight, _ segment: SearchSegment, _ document: UInt32
  ) throws(IndexError) -> Explanation? {
    switch weight {
    case .none: return nil
    case .all, .set: return try leaf(weight, segment, document, "constant", [])
    case .term(let term):
      var details = common(term.idf, term.boost)
      details.append(.init(name: "document frequency", value: Double(term.documentFrequency)))
      details.append(.init(name: "documents", value: Double(view.documentCount)))
      var names: [String] = []
      for part in term.parts {
        guard let entry = part.entries[segment.ordinal] else { continue }
        var cursor = try segment.reader.postings(entry)
        try cursor.seek(document)
        guard cursor.document == document else { continue }
        let name = view.schema.fields[part.term.field].name
        names.append("\(name):\(String(decoding: part.term.bytes, as: UTF8.self))")
        details.append(
          .init(
            name: "frequency in \(name)",
            value: entry.detail == .documents ? 1 : Double(cursor.frequency())))
        details += try lengths(part.term.field, part.averageLength, segment, document, name)
      }
      return try leaf(
        weight, segment, document, "term " + names.joined(separator: ", "), details)
    case .phrase(let phrase):
      var details = common(phrase.idf, phrase.boost)
      var names: [String] = []
      for part in phrase.parts {
        let name = view.schema.fields[part.field].name
        names.append(name)
        details += try lengths(part.field, part.averageLength, segment, document, name)
      }
      return try leaf(
        weight, segment, document, "phrase in " + names.joined(separator: ", "), details)
    case .and(let all, let optional, let none):
      var parts: [Explanation] = []
      for child in all {
        guard let part = try explanation(child, segment, document) else { return nil }
        parts.append(part)
      }
      for child in none where try explanation(child, segment, document) != nil { return nil }
      for child in optional {
        if let part = try explanation(child, segment, document) { parts.append(part) }
      }
      return sum(parts, "sum of all")
    case .or(let children):
      var parts: [Explanation] = []
      for child in children {
        if let part = try explanation(child, segment, document) { parts.append(part) }
      }
      return parts.isEmpty ? nil : sum(parts, "sum of those that match")
    case .best(let children):
      var best: Explanation?
      for child in children {
        guard let part = try explanation(child, segment, document) else { continue }
        if best.map({ part.value > $0.value }) ?? true { best = part }
      }
      return best.map {
        Explanation(value: $0.value, what: "best reading of the word", details: [], parts: [$0])
      }
    }
  }

  private func sum(_ parts: [Explanation], _ what: String) -> Explanation {
    Explanation(
      value: parts.reduce(0) { $0 + $1.value }, what: what, details: [], parts: parts)
  }

  private func common(_ idf: Float, _ boost: Float) -> [Explanation.Detail] {
    [
      .init(name: "idf", value: Double(idf)), .init(name: "boost", value: Double(boost)),
      .init(name: "k1", value: Double(Similarity.k1)),
      .init(name: "b", value: Double(Similarity.b)),
    ]
  }

  private func lengths(
    _ field: Int, _ average: Float, _ segment: SearchSegment, _ document: UInt32, _ name: String
  ) throws(IndexError) -> [Explanation.Detail] {
    guard let norms = try segment.reader.norms(field) else { return [] }
    return [
      .init(name: "length of \(name)", value: Double(Norm.lengths[Int(norms[Int(document)])])),
      .init(name: "average length of \(name)", value: Double(average)),
    ]
  }

  /// The score of a leaf, by its own scorer over a window that holds the document.
  private func leaf(
    _ weight: Weight, _ segment: SearchSegment, _ document: UInt32, _ what: String,
    _ details: [Explanation.Detail]
  ) throws(IndexError) -> Explanation? {
    var builder = ScorerBuilder(
      segment: segment, grid: grid, windowCapacity: 64, deadline: .never)
    guard let scorer = try builder.scorer(weight) else { return nil }
    let memory = WindowMemory(capacity: 64)
    let base = document & ~63
    let end = min(base + 64, UInt32(segment.documentCount))
    let window = memory.window(base, end, scored: true)
    let bit = UInt64(1) << UInt64(document & 63)
    unsafe window.bits[0] = bit
    try scorer.evaluate(window, above: unbounded, fresh: true)
    guard unsafe window.bits[0] & bit != 0 else { return nil }
    return Explanation(
      value: unsafe memory.scores[Int(document & 63)], what: what, details: details, parts: [])
  }
}

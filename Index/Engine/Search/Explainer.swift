// Why a document has its score, or what it lacks: the weight tree again, for one document. The values are those that the
// scorers compute, on the query's grid, so that the leaves sum to the score exactly.

struct Explainer {
  let schema: Schema
  let segment: SearchSegment
  /// N.
  let documentCount: Int
  let grid: ScoreGrid
  let deadline: Deadline

  /// - Parameter document: number within the segment.
  /// - Throws: `cancelled` when the deadline passed first.
  func explain(_ weight: Weight, _ document: UInt32) throws(IndexError) -> Explanation {
    switch weight {
    case .none: return .missing("nothing that documents can have")
    case .all, .set:
      let what = what(weight)
      guard let value = try score(weight, document) else { return .missing("no match: \(what)") }
      return Explanation(value: value, what: "constant: \(what)", details: [], parts: [])
    case .term(let term): return try explain(term, document)
    case .phrase(let phrase): return try explain(phrase, document)
    case .near(let near): return try explain(near, document)
    case .and(let all, let optional, let none):
      var parts: [Explanation] = []
      for child in all { parts.append(try explain(child, document)) }
      var matches = parts.allSatisfy(\.matches)
      for child in none {
        let part = try explain(child, document)
        guard part.matches else { continue }
        matches = false
        parts.append(.missing("excluded, and matches", [part]))
      }
      guard matches else { return .missing("not all parts match", parts) }
      for child in optional {
        let part = try explain(child, document)
        if part.matches { parts.append(part) }
      }
      return sum(parts, "sum of all")
    case .or(let children):
      let parts = try explain(children, document)
      let matching = parts.filter(\.matches)
      if matching.isEmpty { return .missing("none of the parts matches", parts) }
      return sum(matching, "sum of those that match")
    case .best(let children):
      return best(try explain(children, document), "reading of the word")
    case .alternatives(let children):
      var parts = try explain(children, document)
      for place in parts.indices.dropFirst() { parts[place].what = "synonym: \(parts[place].what)" }
      return best(parts, "of what was asked for and its synonyms")
    case .atLeast(let count, let children):
      let parts = try explain(children, document)
      let matching = parts.filter(\.matches)
      if matching.count < count {
        return .missing("\(matching.count) of at least \(count) parts match", parts)
      }
      return sum(matching, "sum of those that match, at least \(count)")
    case .recency(let recency): return try explain(recency, document)
    }
  }

  private func best(_ parts: [Explanation], _ what: String) -> Explanation {
    var best: Explanation?
    for part in parts where part.matches && part.value > best?.value ?? -1 { best = part }
    guard let best else { return .missing("no \(what) matches", parts) }
    return Explanation(value: best.value, what: "best \(what)", details: [], parts: [best])
  }

  private func explain(
    _ weights: [Weight], _ document: UInt32
  ) throws(IndexError) -> [Explanation] {
    var parts: [Explanation] = []
    for weight in weights {
      if deadline.isPassed { throw .cancelled }
      parts.append(try explain(weight, document))
    }
    return parts
  }

  private func sum(_ parts: [Explanation], _ what: String) -> Explanation {
    Explanation(
      value: parts.reduce(0) { $0 + $1.value }, what: what, details: [], parts: parts)
  }

  // MARK: Leaves

  private func explain(
    _ term: TermWeight, _ document: UInt32
  ) throws(IndexError) -> Explanation {
    var details = common(term.idf, term.boost, term.weight)
    details.append(.init(name: "document frequency", value: Double(term.documentFrequency)))
    details.append(.init(name: "documents", value: Double(documentCount)))
    var found: [String] = []
    for part in term.parts {
      guard let entry = part.entries[segment.ordinal] else { continue }
      var cursor = try segment.reader.postings(entry)
      try cursor.seek(document)
      guard cursor.document == document else { continue }
      let name = schema.name(of: part.term.field)
      let note = part.kind.note
      found.append(text(part.term) + note)
      details.append(
        .init(
          name: "frequency\(note) in \(name)",
          value: entry.detail == .documents ? 1 : Double(cursor.frequency())))
      if details.contains(where: { $0.name == "length of \(name)" }) { continue }
      details += try lengths(part.term.field, part.factors.averageLength, document, name)
    }
    guard let value = try score(.term(term), document) else {
      let words = term.parts.filter { $0.kind != .marked }
      let all = words.map { text($0.term) }.joined(separator: ", ")
      return .missing("no match: term \(all)")
    }
    return Explanation(
      value: value, what: "term \(found.joined(separator: ", "))", details: details, parts: [])
  }

  private func explain(
    _ phrase: PhraseWeight, _ document: UInt32
  ) throws(IndexError) -> Explanation {
    var details = common(phrase.idf, phrase.boost, phrase.weight)
    for part in phrase.parts {
      let frequency = try frequency(part, document)
      guard frequency > 0 else { continue }
      let name = schema.name(of: part.field)
      details.append(.init(name: "frequency in \(name)", value: frequency))
      details += try lengths(part.field, part.factors.averageLength, document, name)
    }
    let what = "phrase " + phrase.query.parts.map(text).joined(separator: ", ")
    guard let value = try score(.phrase(phrase), document) else {
      return .missing("no match: \(what)")
    }
    return Explanation(value: value, what: what, details: details, parts: [])
  }

  private func explain(
    _ recency: RecencyWeight, _ document: UInt32
  ) throws(IndexError) -> Explanation {
    let what = "recency of \(schema.fields[recency.query.field].name)"
    guard let value = try score(.recency(recency), document) else { return .missing(what) }
    var dates: [Int64] = []
    try segment.reader.column(recency.query.field)?.values(Int(document), into: &dates)
    let day = Double(ISODate.millisecondsADay)
    let age = Double(recency.query.origin) - Double(dates.max() ?? 0)
    return Explanation(
      value: value, what: what,
      details: [
        .init(name: "age in days", value: max(0, age / day)),
        .init(name: "half-life in days", value: Double(recency.query.halfLife) / day),
        .init(name: "weight", value: Double(recency.query.weight)),
        .init(name: "of something new", value: Double(recency.largest)),
      ], parts: [])
  }

  /// How often a phrase occurs in one field.
  private func frequency(
    _ part: PhraseWeight.Part, _ document: UInt32
  ) throws(IndexError) -> Double {
    if !part.isComplete(segment.ordinal) { return 0 }
    let builder = ScorerBuilder(
      segment: segment, grid: grid, memory: LeafMemory(windowCapacity: 64), deadline: deadline)
    let memory = WindowMemory(capacity: 64)
    let window = window(memory, document)
    unsafe try builder.phrasePart(part).accumulate(window, memory.scores, above: unbounded)
    var norm = 0
    if let norms = try segment.reader.norms(part.field) { norm = Int(norms[Int(document)]) }
    // x is frequency × factor.
    let factor = unsafe part.factors.factors.base[norm]
    return unsafe factor > 0 ? Double((memory.scores[Int(document & 63)] / factor).rounded()) : 0
  }

  func common(_ idf: Float, _ boost: Float, _ weight: Float) -> [Explanation.Detail] {
    var details: [Explanation.Detail] = [
      .init(name: "idf", value: Double(idf)), .init(name: "boost", value: Double(boost)),
      .init(name: "k1", value: Double(Similarity.k1)),
      .init(name: "b", value: Double(Similarity.b)),
    ]
    // A synonym's.
    if weight < idf * boost { details.append(.init(name: "at most", value: Double(weight))) }
    return details
  }

  func lengths(
    _ field: Int, _ average: Float, _ document: UInt32, _ name: String
  ) throws(IndexError) -> [Explanation.Detail] {
    guard let norms = try segment.reader.norms(field) else { return [] }
    return [
      .init(name: "length of \(name)", value: Double(Norm.lengths[Int(norms[Int(document)])])),
      .init(name: "average length of \(name)", value: Double(average)),
    ]
  }

  /// The score of a leaf, by its own scorer over a window that holds the document; nil where it does not match.
  func score(_ weight: Weight, _ document: UInt32) throws(IndexError) -> Float? {
    var builder = ScorerBuilder(
      segment: segment, grid: grid, memory: LeafMemory(windowCapacity: 64), deadline: deadline)
    guard let scorer = try builder.scorer(weight) else {
      if builder.timedOut { throw .cancelled }
      return nil
    }
    let memory = WindowMemory(capacity: 64)
    let window = window(memory, document)
    try scorer.evaluate(window, above: unbounded, fresh: true)
    guard unsafe window.bits[0] != 0 else { return nil }
    return unsafe memory.scores[Int(document & 63)]
  }

  /// A window whose only candidate is the document.
  func window(_ memory: WindowMemory, _ document: UInt32) -> Window {
    let base = document & ~63
    let window = memory.window(
      base, min(base + 64, UInt32(segment.documentCount)), scored: true)
    unsafe window.bits[0] = 1 << UInt64(document & 63)
    return window
  }

  // MARK: Names

  private func text(_ term: FieldTerm) -> String {
    "\(schema.name(of: term.field)):\(String(decoding: term.bytes, as: UTF8.self))"
  }

  private func text(_ part: PhraseQuery.Part) -> String {
    var words: [String] = []
    for slot in part.slots {
      if let pattern = slot.patterns.first {
        words.append(pattern.text)
      } else {
        words.append(
          slot.terms.map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: "|"))
      }
    }
    return "\(schema.name(of: part.field)):\"\(words.joined(separator: " "))\""
  }

  private func what(_ weight: Weight) -> String {
    switch weight {
    case .set(.terms(let terms), _):
      let shown = terms.prefix(3).map(text).joined(separator: ", ")
      if terms.isEmpty { return "a word that fits" }
      return "any of \(shown)" + (terms.count > 3 ? " and \(terms.count - 3) more" : "")
    case .set(.range(.integers(let field, _)), _), .set(.range(.keywords(let field, _, _)), _):
      return "range of \(schema.name(of: field))"
    case .set(.exists(let field), _): return "a value of \(schema.name(of: field))"
    default: return "every document"
    }
  }
}

extension TermQuery.Kind {
  /// Behind what it is about.
  fileprivate var note: String {
    switch self {
    case .word: ""
    case .marked: " as written"
    case .synonym: " as a synonym"
    }
  }
}

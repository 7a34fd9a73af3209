// What words close together contribute, for one document.

extension Explainer {
  func explain(_ near: NearWeight, _ document: UInt32) throws(IndexError) -> Explanation {
    var details = common(near.idf, near.boost, near.weight)
    for part in near.parts {
      let frequency = try frequency(part, document)
      guard frequency > 0 else { continue }
      let name = schema.name(of: part.field)
      details.append(.init(name: "frequency in \(name)", value: frequency))
      details += try lengths(part.field, part.factors.averageLength, document, name)
    }
    let what = near.query.parts.map { part in
      "\(schema.name(of: part.field)):\(part.spans.described)"
    }
    let text = "near " + what.joined(separator: ", ")
    guard let value = try score(.near(near), document) else { return .missing("no match: \(text)") }
    return Explanation(value: value, what: text, details: details, parts: [])
  }

  /// How often the words stand close enough in one field: each match counts the less the looser it is.
  private func frequency(
    _ part: NearWeight.Part, _ document: UInt32
  ) throws(IndexError) -> Double {
    let builder = ScorerBuilder(
      segment: segment, grid: grid, memory: LeafMemory(windowCapacity: 64), deadline: deadline)
    guard let finder = try builder.nearPart(part)?.finder, try finder.next(document) == document
    else { return 0 }
    return Double(try finder.frequency(document)) / Double(SpanKernel.unit)
  }
}

extension SpanTree<NearQuery.Word> {
  /// As a query would say it, in terms of the index.
  fileprivate var described: String {
    func text(_ word: NearQuery.Word) -> String {
      if let pattern = word.patterns.first {
        return pattern.text
      }
      return word.terms.map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: "|")
    }
    switch self {
    case .word(let word): return text(word)
    case .phrase(let places, let slop):
      let words = places.map { text($0.leaf) }.joined(separator: " ")
      return "\"\(words)\"" + (slop > 0 ? "~\(slop)" : "")
    case .any(let children):
      return "(\(children.map(\.described).joined(separator: " OR ")))"
    case .chain(let children, let gaps):
      var result = "(" + children[0].described
      for (child, gap) in zip(children.dropFirst(), gaps) {
        result += " \(gap.isOrdered ? "ADJ" : "NEAR")/\(gap.distance) \(child.described)"
      }
      return result + ")"
    }
  }
}

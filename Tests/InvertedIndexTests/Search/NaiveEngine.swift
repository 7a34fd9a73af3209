// An engine that is slow and obviously right: documents in an array, and each part of a query gives every one of them its
// score or nothing. The real one is compared with it: documents, ranks and bits of scores.

import Glibc

@testable import InvertedIndex

/// A word of a document in its two forms.
struct NaiveToken: Equatable {
  var exact: String
  var index: String
  var position: UInt32

  func form(_ space: TermSpace) -> String { space == .exact ? exact : index }
}

struct NaiveDocument {
  var id: String
  /// By field number.
  var texts: [Int: [NaiveToken]] = [:]
  var keywords: [Int: [String]] = [:]
  var numbers: [Int: [Int64]] = [:]
  var isLive = true
}

struct NaiveEngine {
  let documents: [NaiveDocument]

  /// What was counted before.
  private final class Memory {
    var positions: [FieldTerm: [[Int]]] = [:]
    var vocabularies: [TermSpace: [Int: Set<String>]] = [:]
    var averages: [Int: Float?] = [:]
  }
  private let memory = Memory()

  init(documents: [NaiveDocument]) { self.documents = documents }

  struct Result: Equatable {
    var document: Int
    var score: Float
  }

  /// All live matches that pass the filters, best first.
  func search(
    _ query: Query, filters: [Query] = [], recency: RecencyQuery? = nil
  ) -> [Result] {
    let largest = largestScore(query)
    let newest = largest * (recency?.weight ?? 0)
    let grid = NaiveEngine.magnitude(largest + newest)
    let found = scores(query, grid: grid)
    let conditions = filters.map { scores($0, grid: 0) }
    var results: [Result] = []
    for (number, document) in documents.enumerated() where document.isLive {
      guard var score = found[number], conditions.allSatisfy({ $0[number] != nil }) else {
        continue
      }
      if let recency, let date = document.numbers[recency.field]?.max() {
        let halves = Double(max(0, recency.origin - date)) / Double(recency.halfLife)
        score += (newest * Float(exp2(-halves)) + grid) - grid
      }
      results.append(Result(document: number, score: score))
    }
    return results.sorted {
      $0.score != $1.score ? $0.score > $1.score : $0.document < $1.document
    }
  }

  // MARK: Terms, in all documents, deleted ones included

  /// Where a term stands in each document; a value stands at 0.
  private func positions(_ term: FieldTerm) -> [[Int]] {
    if let known = memory.positions[term] { return known }
    let text = String(decoding: term.bytes, as: UTF8.self)
    let positions = documents.map { document in
      if term.space == .value {
        return document.keywords[term.field, default: []].contains(text) ? [0] : []
      }
      let tokens = document.texts[term.field, default: []]
      return tokens.filter { $0.form(term.space) == text }.map { Int($0.position) }
    }
    memory.positions[term] = positions
    return positions
  }

  /// Where any of the terms stands.
  private func positions(_ terms: [FieldTerm]) -> [[Int]] {
    let each = terms.map { positions($0) }
    if each.count == 1 { return each[0] }
    return documents.indices.map { number in Set(each.flatMap { $0[number] }).sorted() }
  }

  private func frequency(_ term: FieldTerm) -> Int { positions(term).count { !$0.isEmpty } }

  /// The terms that fit a pattern.
  private func terms(_ pattern: TermPattern) -> [FieldTerm] {
    let (field, space) = (pattern.field, pattern.space)
    let vocabulary =
      memory.vocabularies[space]?[field]
      ?? documents.reduce(into: []) { words, document in
        if space == .value {
          words.formUnion(document.keywords[field, default: []])
        } else {
          words.formUnion(document.texts[field, default: []].map { $0.form(space) })
        }
      }
    memory.vocabularies[space, default: [:]][field] = vocabulary
    let fitting = vocabulary.filter { NaivePattern.edits(pattern.shape, $0) != nil }
    return fitting.map { FieldTerm(field: field, space: space, bytes: Array($0.utf8)) }
  }

  /// The average length of a text field over the documents that have it.
  private func averageLength(_ field: Int) -> Float? {
    if let known = memory.averages[field] { return known }
    let lengths = documents.compactMap { $0.texts[field]?.count }
    let sum = lengths.reduce(0, +)
    let average = lengths.isEmpty ? nil : Float(Double(sum) / Double(lengths.count))
    memory.averages[field] = .some(average)
    return average
  }

  // MARK: Weights

  private func idf(_ frequency: Int) -> Float {
    Similarity.idf(documents: documents.count, frequency: min(frequency, documents.count))
  }

  private func weight(_ term: TermQuery) -> Float {
    let parts = term.parts.map { frequency($0.term) }
    return idf((parts + [term.variants?.documentFrequency ?? 0]).max() ?? 0) * term.boost
  }

  private func weight(_ near: NearQuery) -> Float {
    let parts = near.parts.map { part in
      part.spans.least { word in idf(word.terms.map { frequency($0) }.max() ?? 0) * word.boost }
    }
    return (parts.min() ?? 0) * near.boost
  }

  private func largestScore(_ query: Query) -> Float {
    switch query {
    case .none: 0
    case .all(let boost), .terms(_, let boost), .range(_, let boost), .exists(_, let boost): boost
    case .expansion(let expansion): expansion.boost
    case .term(let term): weight(term)
    case .phrase(let phrase): weight(NaiveEngine.near(phrase))
    case .near(let near): weight(near)
    case .and(let all, let optional, _): (all + optional).reduce(0) { $0 + largestScore($1) }
    case .or(let queries), .atLeast(_, let queries): queries.reduce(0) { $0 + largestScore($1) }
    case .best(let queries): queries.map { largestScore($0) }.max() ?? 0
    case .alternatives(let queries): largestScore(queries[0])
    }
  }

  /// The power of two of which scores are multiples, more or less: sums of them do not depend on the order.
  private static func magnitude(_ largest: Float) -> Float {
    guard largest > 0 else { return 0 }
    var power: Float = 1
    while power < largest { power *= 2 }
    while power / 2 >= largest { power /= 2 }
    return power
  }

  // MARK: Scores

  /// The score of each document that matches. No word weighs more than `ceiling`.
  private func scores(_ query: Query, grid: Float, ceiling: Float = .infinity) -> [Float?] {
    func each(_ boost: Float, where matches: (NaiveDocument) -> Bool) -> [Float?] {
      documents.map { matches($0) ? (boost + grid) - grid : nil }
    }
    func joined(
      _ queries: [Query], ceiling: Float = .infinity, _ join: ([Float]) -> Float?
    ) -> [Float?] {
      let all = queries.map { scores($0, grid: grid, ceiling: ceiling) }
      return documents.indices.map { number in join(all.compactMap { $0[number] }) }
    }
    switch query {
    case .none: return each(0) { _ in false }
    case .all(let boost): return each(boost) { _ in true }
    case .term(let term):
      let parts = term.parts.map { part in
        Part(part.term.field, part.weight, positions(part.term).map { Float($0.count) })
      }
      return saturated(parts, weight: min(weight(term), ceiling), grid: grid)
    case .phrase(let phrase):
      return scores(.near(NaiveEngine.near(phrase)), grid: grid, ceiling: ceiling)
    case .near(let near):
      let parts = near.parts.map { part in
        let words = part.spans.mapped { positions($0.terms + $0.patterns.flatMap { terms($0) }) }
        let counts = documents.indices.map { number in
          // A tree for each document takes long; most lack a word.
          words.least { $0[number].isEmpty ? 1 : 0 } > 0
            ? 0 : Float(NaiveEngine.frequency(words.mapped { $0[number] })) / 65_536
        }
        return Part(part.field, part.weight, counts)
      }
      return saturated(parts, weight: min(weight(near), ceiling), grid: grid)
    case .terms(let terms, let boost):
      return positions(terms).map { $0.isEmpty ? nil : (boost + grid) - grid }
    case .expansion(let expansion):
      let words = expansion.patterns.flatMap { terms($0) }
      return scores(.terms(words, boost: expansion.boost), grid: grid)
    case .range(.integers(let field, let values), let boost):
      return each(boost) { $0.numbers[field, default: []].contains { values.contains($0) } }
    case .range(.keywords(let field, let lower, let upper), let boost):
      func isWithin(_ value: String) -> Bool {
        let low = lower.map { String(decoding: $0.bytes, as: UTF8.self) }
        let high = upper.map { String(decoding: $0.bytes, as: UTF8.self) }
        if let low, value < low || (value == low && lower?.included == false) { return false }
        if let high, value > high || (value == high && upper?.included == false) { return false }
        return true
      }
      return each(boost) { $0.keywords[field, default: []].contains(where: isWithin) }
    case .exists(let field, let boost):
      return each(boost) {
        $0.numbers[field]?.isEmpty == false || $0.keywords[field]?.isEmpty == false
          || $0.texts[field]?.isEmpty == false
      }
    case .and(let all, let optional, let none):
      let needed = joined(all) { $0.count < all.count ? nil : $0.reduce(0, +) }
      let added = joined(optional) { $0.reduce(0, +) }
      let excluded = joined(none) { $0.first }
      return documents.indices.map { number in
        excluded[number] == nil ? needed[number].map { $0 + (added[number] ?? 0) } : nil
      }
    case .or(let queries): return joined(queries) { $0.isEmpty ? nil : $0.reduce(0, +) }
    case .atLeast(let count, let queries):
      return joined(queries) { $0.count < count ? nil : $0.reduce(0, +) }
    case .best(let queries): return joined(queries, ceiling: ceiling) { $0.max() }
    case .alternatives(let queries):
      return joined(queries, ceiling: largestScore(queries[0])) { $0.max() }
    }
  }

  /// How often each document has a word, or words close together, in one field.
  private struct Part {
    let field: Int
    let weight: Float
    let counts: [Float]

    init(_ field: Int, _ weight: Float, _ counts: [Float]) {
      (self.field, self.weight, self.counts) = (field, weight, counts)
    }
  }

  /// BM25F: the more occurrences, the nearer to `weight`.
  private func saturated(_ parts: [Part], weight: Float, grid: Float) -> [Float?] {
    let (b, k1) = (Similarity.b, Similarity.k1)
    return documents.indices.map { number in
      var x: Float = 0
      var matches = false
      for part in parts where part.counts[number] > 0 {
        matches = true
        var norm = k1
        if let average = averageLength(part.field) {
          let length = UInt32(documents[number].texts[part.field, default: []].count)
          norm *= (1 - b) + b * Float(Norm.decode(Norm.encode(length: length))) / average
        }
        x += part.counts[number] * (part.weight * (1 / norm))
      }
      return matches ? (weight - weight / (1 + x) + grid) - grid : nil
    }
  }
}

// An engine that is slow and obviously right: documents in an array, every query a scan over them. The real one is
// compared with it, documents, ranks and bits of scores.

import Glibc

@testable import InvertedIndex

/// A word of a document in its two forms.
struct NaiveToken: Equatable {
  var exact: String
  var index: String
  var position: UInt32
}

struct NaiveDocument {
  var id: String
  /// By field number.
  var texts: [Int: [NaiveToken]] = [:]
  var keywords: [Int: [String]] = [:]
  var numbers: [Int: [Int64]] = [:]
  var isLive = true
}

/// A term with its text.
struct NaiveTerm {
  let field: Int
  let space: TermSpace
  let text: String

  init(_ term: FieldTerm) {
    field = term.field
    space = term.space
    text = String(decoding: term.bytes, as: UTF8.self)
  }

  func occurrences(in document: NaiveDocument) -> Int {
    var count = 0
    if space == .value {
      if let values = document.keywords[field], values.contains(text) { count = 1 }
    } else if let tokens = document.texts[field] {
      for token in tokens where (space == .exact ? token.exact : token.index) == text { count += 1 }
    }
    return count
  }
}

struct NaiveEngine {
  let documents: [NaiveDocument]

  /// What was counted before.
  private final class Memory {
    var frequencies: [FieldTerm: Int] = [:]
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
    let searched = Prepared(self, query, grid: grid)
    let conditions = filters.map { Prepared(self, $0, grid: 0) }
    var results: [Result] = []
    for (number, document) in documents.enumerated() where document.isLive {
      guard var score = searched.score(document) else { continue }
      if let recency, let date = document.numbers[recency.field]?.max() {
        let halves = Double(max(0, recency.origin - date)) / Double(recency.halfLife)
        score += (newest * Float(exp2(-halves)) + grid) - grid
      }
      guard conditions.allSatisfy({ $0.score(document) != nil }) else { continue }
      results.append(Result(document: number, score: score))
    }
    return results.sorted {
      $0.score != $1.score ? $0.score > $1.score : $0.document < $1.document
    }
  }

  // MARK: Statistics, over all documents, deleted ones included

  func frequency(_ term: FieldTerm) -> Int {
    if let known = memory.frequencies[term] { return known }
    let text = NaiveTerm(term)
    let count = documents.count { text.occurrences(in: $0) > 0 }
    memory.frequencies[term] = count
    return count
  }

  /// The average length of a text field over the documents that have it.
  func averageLength(_ field: Int) -> Float? {
    if let known = memory.averages[field] { return known }
    let lengths = documents.compactMap { $0.texts[field]?.count }
    let sum = lengths.reduce(0, +)
    let average = lengths.isEmpty ? nil : Float(Double(sum) / Double(lengths.count))
    memory.averages[field] = .some(average)
    return average
  }

  func idf(_ frequency: Int) -> Float {
    Similarity.idf(documents: documents.count, frequency: min(frequency, documents.count))
  }

  // MARK: The grid of scores

  static func magnitude(_ largest: Float) -> Float {
    guard largest > 0 else { return 0 }
    var power: Float = 1
    while power < largest { power *= 2 }
    while power / 2 >= largest { power /= 2 }
    return power
  }

  func weight(_ term: TermQuery) -> Float {
    let parts = term.parts.map { frequency($0.term) }
    return idf((parts + [term.variants?.documentFrequency ?? 0]).max() ?? 0) * term.boost
  }

  func weight(_ near: NearQuery) -> Float {
    let parts = near.parts.map { part in
      part.spans.least { word in idf(word.terms.map { frequency($0) }.max() ?? 0) * word.boost }
    }
    return (parts.min() ?? 0) * near.boost
  }

  func largestScore(_ query: Query) -> Float {
    switch query {
    case .none: 0
    case .all(let boost), .terms(_, let boost), .range(_, let boost), .exists(_, let boost): boost
    case .expansion(let expansion): expansion.boost
    case .term(let term): weight(term)
    case .phrase(let phrase): weight(NaiveEngine.near(phrase))
    case .near(let near): weight(near)
    case .and(let all, let optional, _):
      (all + optional).reduce(0) { $0 + largestScore($1) }
    case .or(let queries), .atLeast(_, let queries): queries.reduce(0) { $0 + largestScore($1) }
    case .best(let queries): queries.map { largestScore($0) }.max() ?? 0
    case .alternatives(let queries): largestScore(queries[0])
    }
  }

  // MARK: One document

  /// A query whose statistics were gathered once: each node scores one document, or says that it does not match.
  final class Prepared {
    private let engine: NaiveEngine
    private let query: Query
    private let magnitude: Float
    private var weight: Float = 0
    /// The parts of a term query, or the terms of a union.
    private var terms: [(term: NaiveTerm, weight: Float)] = []
    private var spans: [(field: Int, Float, SpanTree<([NaiveTerm], [TermPattern])>)] = []
    private var all: [Prepared] = []
    private var optional: [Prepared] = []
    private var none: [Prepared] = []

    init(
      _ engine: NaiveEngine, _ query: Query, grid magnitude: Float, ceiling: Float = .infinity
    ) {
      self.engine = engine
      self.query = query
      self.magnitude = magnitude
      func prepared(_ queries: [Query], ceiling: Float = .infinity) -> [Prepared] {
        queries.map { Prepared(engine, $0, grid: magnitude, ceiling: ceiling) }
      }
      switch query {
      case .term(let term):
        weight = engine.weight(term)
        terms = term.parts.map { (NaiveTerm($0.term), $0.weight) }
      case .phrase(let phrase): prepare(NaiveEngine.near(phrase))
      case .near(let near): prepare(near)
      case .terms(let all, _): terms = all.map { (NaiveTerm($0), 1) }
      case .and(let all, let optional, let none):
        self.all = prepared(all)
        self.optional = prepared(optional)
        self.none = prepared(none)
      case .or(let queries), .atLeast(_, let queries): all = prepared(queries)
      case .best(let queries): all = prepared(queries, ceiling: ceiling)
      case .alternatives(let queries):
        all = prepared(queries, ceiling: engine.largestScore(queries[0]))
      default: break
      }
      weight = min(weight, ceiling)
    }

    private func prepare(_ near: NearQuery) {
      weight = engine.weight(near)
      spans = near.parts.map { part in
        let words = part.spans.mapped { ($0.terms.map { NaiveTerm($0) }, $0.patterns) }
        return (part.field, part.weight, words)
      }
    }

    private func rounded(_ score: Float) -> Float { (score + magnitude) - magnitude }

    private func saturated(_ x: Float) -> Float { rounded(weight - weight / (1 + x)) }

    func score(_ document: NaiveDocument) -> Float? {
      switch query {
      case .none: return nil
      case .all(let boost): return rounded(boost)
      case .term:
        var x: Float = 0
        var matches = false
        for (term, weight) in terms {
          let count = term.occurrences(in: document)
          if count == 0 { continue }
          matches = true
          x += Float(count) * factor(term.field, weight, document)
        }
        return matches ? saturated(x) : nil
      case .phrase, .near:
        var x: Float = 0
        var matches = false
        for (field, weight, spans) in spans {
          guard let tokens = document.texts[field] else { continue }
          let frequency = NaiveEngine.frequency(
            spans.mapped { (terms, patterns) in
              Set(tokens.filter { fits($0, terms, patterns) }.map { Int($0.position) }).sorted()
            })
          if frequency == 0 { continue }
          matches = true
          x += Float(frequency) / 65_536 * factor(field, weight, document)
        }
        return matches ? saturated(x) : nil
      case .atLeast(let count, _):
        let scores = all.compactMap { $0.score(document) }
        return scores.count < count ? nil : scores.reduce(0, +)
      case .terms(_, let boost):
        return terms.contains { $0.term.occurrences(in: document) > 0 } ? rounded(boost) : nil
      case .expansion(let expansion):
        return expansion.patterns.contains { fits($0, document) } ? rounded(expansion.boost) : nil
      case .range(.integers(let field, let values), let boost):
        let numbers = document.numbers[field, default: []]
        return numbers.contains { values.contains($0) } ? rounded(boost) : nil
      case .range(.keywords(let field, let lower, let upper), let boost):
        let matches = document.keywords[field, default: []].contains { value in
          let value = String(value)
          if let lower {
            let bound = String(decoding: lower.bytes, as: UTF8.self)
            if value < bound || (value == bound && !lower.included) { return false }
          }
          if let upper {
            let bound = String(decoding: upper.bytes, as: UTF8.self)
            if value > bound || (value == bound && !upper.included) { return false }
          }
          return true
        }
        return matches ? rounded(boost) : nil
      case .exists(let field, let boost):
        let exists =
          document.numbers[field]?.isEmpty == false || document.keywords[field]?.isEmpty == false
          || document.texts[field]?.isEmpty == false
        return exists ? rounded(boost) : nil
      case .and:
        var sum: Float = 0
        for child in all {
          guard let score = child.score(document) else { return nil }
          sum += score
        }
        if none.contains(where: { $0.score(document) != nil }) { return nil }
        for child in optional { sum += child.score(document) ?? 0 }
        return sum
      case .or:
        let scores = all.compactMap { $0.score(document) }
        return scores.isEmpty ? nil : scores.reduce(0, +)
      case .best, .alternatives:
        return all.compactMap { $0.score(document) }.max()
      }
    }

    /// What a word of one field adds to x each time that it occurs.
    private func factor(_ field: Int, _ weight: Float, _ document: NaiveDocument) -> Float {
      guard let average = engine.averageLength(field) else {
        return weight * (1 / Similarity.k1)
      }
      let length = Norm.decode(Norm.encode(length: UInt32(document.texts[field]?.count ?? 0)))
      let b = Similarity.b
      return weight * (1 / (Similarity.k1 * ((1 - b) + b * Float(length) / average)))
    }

    /// Whether a word has any of the terms or fits any of the patterns.
    private func fits(
      _ token: NaiveToken, _ terms: [NaiveTerm], _ patterns: [TermPattern]
    ) -> Bool {
      terms.contains { ($0.space == .exact ? token.exact : token.index) == $0.text }
        || patterns.contains { fits($0, token) }
    }

    private func fits(_ pattern: TermPattern, _ document: NaiveDocument) -> Bool {
      if pattern.space == .value {
        let values = document.keywords[pattern.field, default: []]
        return values.contains { NaivePattern.edits(pattern.shape, $0) != nil }
      }
      return document.texts[pattern.field, default: []].contains { fits(pattern, $0) }
    }

    private func fits(_ pattern: TermPattern, _ token: NaiveToken) -> Bool {
      let text = pattern.space == .exact ? token.exact : token.index
      return NaivePattern.edits(pattern.shape, text) != nil
    }
  }
}

// Random documents and random queries: the engine must answer what the naive engine answers, to the bit.

import QueryLanguage
import Testing

@testable import InvertedIndex

/// Documents and queries by chance, from a seed that failures print.
struct SearchChance {
  var random: FormatRandom

  init(seed: UInt64) { random = FormatRandom(state: seed) }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

  mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

  /// A word, the common ones far more often; `(exact, index)`.
  mutating func word() -> (String, String) {
    let rank = min(below(60), below(60), below(60))
    let stem = "w\(rank)"
    // Words 1 modulo 3 have three endings, words 2 modulo 3 always the same one.
    switch rank % 3 {
    case 1: return (stem + ["", "s", "ed"][below(3)], stem)
    case 2: return (stem + "é", stem)
    default: return (stem, stem)
    }
  }

  mutating func tokens(_ count: Int) -> [NaiveToken] {
    var position: UInt32 = 0
    return (0..<count).map { _ in
      // Now and then beyond the table in which phrases are looked for.
      defer { position += oneIn(40) ? (oneIn(8) ? 20_000 : 100) : 1 }
      let (exact, index) = word()
      return NaiveToken(exact: exact, index: index, position: position)
    }
  }

  mutating func document(_ number: Int, deleted: Int) -> NaiveDocument {
    var document = NaiveDocument(id: "d\(number)")
    if !oneIn(5) { document.texts[NaiveField.title] = tokens(1 + below(4)) }
    if !oneIn(20) {
      document.texts[NaiveField.body] = tokens(oneIn(50) ? below(300) + 1 : 1 + below(12))
    }
    if !oneIn(4) {
      document.keywords[NaiveField.tags] = (0...below(3)).map { _ in "tag \(below(12))" }
    }
    if !oneIn(4) {
      document.numbers[NaiveField.year] = (0...(oneIn(6) ? 2 : 0)).map { _ in
        Int64(1990 + below(40))
      }
    }
    document.isLive = deleted == 0 || !oneIn(deleted)
    return document
  }

  mutating func term(_ field: Int) -> FieldTerm {
    if oneIn(30) { return FieldTerm(field: field, bytes: Array("absent".utf8)) }
    let (exact, index) = word()
    return oneIn(4)
      ? FieldTerm(field: field, space: .exact, bytes: Array(exact.utf8))
      : FieldTerm(field: field, bytes: Array(index.utf8))
  }

  /// Of which any may stand in a place.
  mutating func terms(_ field: Int) -> [FieldTerm] {
    let first = term(field)
    guard oneIn(6) else { return [first] }
    let second = term(field)
    return first == second ? [first] : [first, second]
  }

  mutating func boost() -> Float { [1, 1, 1, 2.5, 0.3, 0][below(6)] }

  mutating func termQuery() -> Query {
    let fields =
      [[NaiveField.title], [NaiveField.body], [NaiveField.title, NaiveField.body]][below(3)]
    var parts: [TermQuery.Part] = []
    let (exact, index) = word()
    let isExact = oneIn(4)
    for field in fields {
      let term =
        isExact
        ? FieldTerm(field: field, space: .exact, bytes: Array(exact.utf8))
        : FieldTerm(field: field, bytes: Array(index.utf8))
      parts.append(TermQuery.Part(term: term, weight: [1, 3, 0.5][below(3)]))
      // Whatever it is: of several parts of one field the occurrences add up.
      if oneIn(3) {
        parts.append(TermQuery.Part(term: self.term(field), weight: parts[0].weight, kind: .marked))
      }
    }
    if oneIn(8) {
      parts.append(
        TermQuery.Part(
          term: FieldTerm(
            field: NaiveField.tags, space: .value, bytes: Array("tag \(below(12))".utf8))))
    }
    return .term(TermQuery(parts: parts, boost: boost()))
  }

  mutating func phraseQuery() -> Query {
    var parts: [PhraseQuery.Part] = []
    for field in oneIn(2) ? [NaiveField.body] : [NaiveField.title, NaiveField.body] {
      var slots: [PhraseQuery.Slot] = []
      var offset = 0
      for _ in 0..<(2 + below(2)) {
        let terms = terms(field)
        slots.append(PhraseQuery.Slot(offset: offset, terms: terms))
        offset += oneIn(5) ? 2 : 1
      }
      if oneIn(5) {
        slots[slots.count - 1].terms = []
        slots[slots.count - 1].patterns = [pattern(field)]
      }
      parts.append(PhraseQuery.Part(field: field, weight: [1, 2][below(2)], slots: slots))
    }
    return .phrase(PhraseQuery(parts: parts, boost: boost()))
  }

  mutating func nearWord(_ field: Int) -> NearQuery.Word {
    if oneIn(16) { return NearQuery.Word([], patterns: [pattern(field)], boost: boost()) }
    return NearQuery.Word(FieldTerms(terms(field)), boost: oneIn(4) ? boost() : 1)
  }

  mutating func spanPhrase(_ field: Int, slop: Int) -> SpanTree<NearQuery.Word> {
    var offset = 0
    let places = (0..<(2 + below(3))).map { _ in
      defer { offset += oneIn(5) ? 2 : 1 }
      return SpanTree<NearQuery.Word>.Place(offset: offset, nearWord(field))
    }
    return .phrase(places, slop: slop)
  }

  mutating func spans(_ field: Int, depth: Int) -> SpanTree<NearQuery.Word> {
    switch below(depth == 0 ? 7 : 10) {
    case 0...4: return .word(nearWord(field))
    case 5: return spanPhrase(field, slop: 0)
    case 6: return spanPhrase(field, slop: 1 + below(4))
    case 7: return .any((0..<2).map { _ in spans(field, depth: depth - 1) })
    default: return chain(field, depth: depth - 1)
    }
  }

  mutating func chain(_ field: Int, depth: Int) -> SpanTree<NearQuery.Word> {
    let count = [2, 2, 2, 3, 4][below(5)]
    return .chain(
      (0..<count).map { _ in spans(field, depth: depth) },
      gaps: (1..<count).map { _ in
        SpanGap([0, 1, 3, 10, 150][below(5)], isOrdered: oneIn(3))
      })
  }

  /// Phrases with slop, NEAR and ADJ.
  mutating func nearQuery() -> Query {
    let parts = (oneIn(2) ? [NaiveField.body] : [NaiveField.title, NaiveField.body]).map { field in
      NearQuery.Part(
        field: field, weight: [1, 2][below(2)],
        spans: oneIn(3)
          ? spanPhrase(field, slop: [1, 2, 4, 9][below(4)]) : chain(field, depth: below(3)))
    }
    return .near(NearQuery(parts: parts, boost: boost()))
  }

  mutating func pattern(_ field: Int) -> TermPattern {
    let space: TermSpace = field == NaiveField.tags ? .value : .index
    let stem = field == NaiveField.tags ? "tag 1" : "w\(1 + below(5))"
    switch below(5) {
    case 0:
      return TermPattern(field: field, space: space, shape: .prefix(Array(stem.utf8)))
    case 3:
      return TermPattern(
        field: field, space: space,
        shape: .fuzzy(Array(stem.utf8), edits: below(3), isPrefix: oneIn(2)))
    case 4:
      let digits = RegexNode.repeated(.characters([48...52]), from: 1, to: oneIn(2) ? 2 : nil)
      return TermPattern(
        field: field, space: space,
        shape: .regex(
          .sequence([.repeated(.anyCharacter, from: 1, to: 5), digits, .anyCharacter])))
    case 1:
      return TermPattern(
        field: field, space: space,
        shape: .wildcard([.one, .any, .bytes(Array("\(below(10))".utf8))]))
    default:
      return TermPattern(
        field: field, space: space, shape: .wildcard([.bytes(Array(stem.utf8)), .one]))
    }
  }

  /// A word with an error at most.
  mutating func fuzzyQuery() -> Query {
    var expansion = ExpansionQuery(patterns: [], boost: boost())
    let (exact, index) = word()
    for field in oneIn(2) ? [NaiveField.body] : [NaiveField.title, NaiveField.body] {
      for (space, form) in [(TermSpace.index, index), (.exact, exact)] {
        expansion.patterns.append(
          TermPattern(
            field: field, space: space,
            shape: .fuzzy(Array(form.utf8), edits: 1, isPrefix: false)))
      }
      let term = FieldTerm(field: field, bytes: Array(index.utf8))
      expansion.word.append(TermQuery.Part(term: term, weight: [1, 2][below(2)]))
    }
    return .expansion(expansion)
  }

  mutating func leaf() -> Query {
    switch below(15) {
    case 14: return fuzzyQuery()
    case 0...5: return termQuery()
    case 12, 13: return nearQuery()
    case 6, 7: return phraseQuery()
    case 8:
      let field = [NaiveField.title, NaiveField.body, NaiveField.tags][below(3)]
      return .expansion(ExpansionQuery(patterns: [pattern(field)], boost: boost()))
    case 9:
      let low = Int64(1988 + below(40))
      return .range(
        .integers(field: NaiveField.year, low...(low + Int64(below(8)))), boost: boost())
    case 10:
      return oneIn(2)
        ? .exists(field: 1 + below(4), boost: boost())
        : .range(
          .keywords(
            field: NaiveField.tags,
            lower: oneIn(3)
              ? nil
              : KeywordBound(bytes: Array("tag \(below(12))".utf8), included: oneIn(2)),
            upper: oneIn(3)
              ? nil
              : KeywordBound(bytes: Array("tag \(below(12))".utf8), included: oneIn(2))),
          boost: boost())
    default: return .all(boost: boost())
    }
  }

  mutating func query(depth: Int) -> Query {
    if depth == 0 || oneIn(4) { return leaf() }
    func children(_ count: Int) -> [Query] { (0..<count).map { _ in query(depth: depth - 1) } }
    switch below(7) {
    case 5: return .atLeast(2, children(3 + below(3)))
    case 6:
      // What was asked may be anything; a synonym is a word, a phrase, or readings of these.
      let synonyms = (0..<1 + below(3)).map { _ in
        [termQuery(), phraseQuery(), .best([phraseQuery(), termQuery()])][below(3)]
      }
      return .alternatives(children(1) + synonyms)
    case 0, 1:
      return .and(
        all: children(1 + below(3)), optional: oneIn(3) ? children(1) : [],
        none: oneIn(3) ? children(1) : [])
    case 2, 3: return .or(children(2 + below(4)))
    default: return .best(children(2 + below(2)))
    }
  }
}

@Suite("The engine against the naive one")
struct SearchPropertyTests {
  /// Sizes of segments, and one in how many documents is deleted (0: none).
  struct Shape {
    var segments: [Int]
    var deleted: Int
  }

  static let shapes = [
    Shape(segments: [1], deleted: 0), Shape(segments: [130, 1, 257], deleted: 7),
    Shape(segments: [900, 300], deleted: 0), Shape(segments: [5_500], deleted: 0),
    Shape(segments: [4_096, 900], deleted: 11),
  ]

  static func run(_ view: SearchView, _ query: Query, _ filters: [Query]) throws -> QueryRun {
    var rewriter = QueryRewriter(segments: view.segments.map(\.reader), deadline: .never)
    return try QueryRun(
      view, try rewriter.rewrite(query), filters: filters, deadline: .never)
  }

  static func rewritten(_ view: SearchView, _ query: Query) throws -> Query {
    var rewriter = QueryRewriter(segments: view.segments.map(\.reader), deadline: .never)
    return try rewriter.rewrite(query)
  }

  func check(
    _ engine: NaiveEngine, _ view: SearchView, _ query: Query, filters: [Query], _ chance: String,
    limit: Int
  ) throws {
    let rewritten = try Self.rewritten(view, query)
    let expected = engine.search(rewritten, filters: filters)
    let run = try QueryRun(view, rewritten, filters: filters, deadline: .never)
    let wanted = expected.prefix(limit).map {
      ScoredDocument(document: UInt32($0.document), score: $0.score)
    }
    for mode in [SearchRequest.TotalMode.exact, .atLeast] {
      let found = try run.top(limit, total: mode)
      try #require(found.hits == wanted, "\(chance) \(mode): \(rewritten)")
      if mode == .exact {
        try #require(
          found.total == Total(value: expected.count, exact: true), "\(chance): \(rewritten)")
      } else {
        try #require(found.total.value <= expected.count, "\(chance): \(rewritten)")
      }
    }
    try #require(try run.count().total.value == expected.count, "\(chance): \(rewritten)")
    // What a query is expanded to matches what the query says.
    if query != rewritten {
      let matches = Set(engine.search(query, filters: filters).map(\.document))
      try #require(matches == Set(expected.map(\.document)), "\(chance): \(query)")
    }
    var random = FormatRandom(state: UInt64(expected.count))
    if let any = expected.randomElement(using: &random) {
      let explanation = try run.explain(UInt32(any.document))
      try #require(explanation.value == any.score, "\(chance): \(rewritten)")
    }
  }

  @Test("matches, ranks, scores and totals are equal", arguments: shapes.indices)
  func equal(_ shape: Int) throws {
    let shape = Self.shapes[shape]
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    var documents: [NaiveDocument] = []
    for number in 0..<shape.segments.reduce(0, +) {
      documents.append(chance.document(number, deleted: shape.deleted))
    }
    let engine = NaiveEngine(documents: documents)
    let view = try engine.view(segments: shape.segments)
    let rounds = documents.count > 2_000 ? 20 : 80
    for round in 0..<rounds {
      let query = chance.query(depth: round % 4)
      let filters = chance.oneIn(4) ? [chance.query(depth: 1)] : []
      let filter = try filters.map { try Self.rewritten(view, $0) }
      try check(
        engine, view, query, filters: filter, "seed \(seed), round \(round)",
        limit: [0, 1, 10, 100][round % 4])
    }
  }

  @Test("a union of common words, of which no score is asked, gives nothing that does not match")
  func unionOfWhichNoScoreIsAsked() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    let engine = NaiveEngine(documents: (0..<5_500).map { chance.document($0, deleted: 0) })
    let view = try engine.view(segments: [5_500])
    func word(_ text: String, boost: Float = 1) -> Query {
      let term = FieldTerm(field: NaiveField.body, bytes: Array(text.utf8))
      return .term(TermQuery(parts: [TermQuery.Part(term: term)], boost: boost))
    }
    let query = Query.and(
      all: [.or([word("w0"), word("w3")])], optional: [word("w48", boost: 9)])
    try check(engine, view, query, filters: [], "seed \(seed)", limit: 100)
  }

  @Test("sorted by columns, missing values last")
  func sorted() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    let engine = NaiveEngine(documents: (0..<900).map { chance.document($0, deleted: 9) })
    let view = try engine.view(segments: [400, 300, 200])
    for round in 0..<30 {
      let query = try Self.rewritten(view, chance.query(depth: 2))
      try Self.checkSorted(engine, view, query, &chance, "seed \(seed), round \(round)")
    }
  }

  /// By a column, then by the score or not.
  static func checkSorted(
    _ engine: NaiveEngine, _ view: SearchView, _ query: Query, _ chance: inout SearchChance,
    _ place: String
  ) throws {
    let descending = chance.oneIn(2)
    let byTag = chance.oneIn(2)
    let thenScore = chance.oneIn(2)
    var keys: [SortField] = [
      byTag
        ? .column(field: NaiveField.tags, type: .keyword, descending: descending)
        : .column(field: NaiveField.year, type: .integer, descending: descending)
    ]
    if thenScore { keys.append(.score) }
    func key(_ number: Int) -> String? {
      let document = engine.documents[number]
      let values =
        byTag
        ? document.keywords[NaiveField.tags] ?? []
        : (document.numbers[NaiveField.year] ?? []).map { "\($0)" }
      return descending ? values.max() : values.min()
    }
    let matches = engine.search(query).map { (key: key($0.document), match: $0) }
    let expected = matches.sorted { a, b in
      if a.key != b.key {
        guard let first = a.key else { return false }
        guard let second = b.key else { return true }
        return descending ? first > second : first < second
      }
      if thenScore, a.match.score != b.match.score { return a.match.score > b.match.score }
      return a.match.document < b.match.document
    }
    let run = try QueryRun(view, query, deadline: .never)
    let found = try run.sorted(by: keys, 25)
    try #require(
      found.hits.map { Int($0.document) } == expected.prefix(25).map(\.match.document),
      "\(place): \(query)")
    try #require(found.total.value == expected.count, "\(place)")
  }
}

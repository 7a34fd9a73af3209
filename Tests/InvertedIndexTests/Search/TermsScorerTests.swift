// Plain words, all or any of them, in a segment of several windows, against the naive engine; and the kernels beneath
// against the same in plain words.

import Testing

@testable import InvertedIndex

@Suite("All or any of several words")
struct TermsScorerTests {
  /// One document in so many has the word.
  static let rarity = [1, 2, 4, 9, 25, 70, 200, 900, 4_000, 20_000]

  static func documents(_ count: Int, _ chance: inout SearchChance, deleted: Int) -> [NaiveDocument]
  {
    (0..<count).map { number in
      var document = NaiveDocument(id: "d\(number)")
      var tokens: [NaiveToken] = []
      // Words go together, and come in stretches.
      let isRich = number / 700 % 3 == 0
      for (word, one) in rarity.enumerated() where chance.oneIn(isRich ? max(1, one / 3) : one) {
        for _ in 0..<(chance.oneIn(6) ? 1 + chance.below(9) : 1) {
          let text = "w\(word)"
          tokens.append(
            NaiveToken(exact: text, index: text, position: UInt32(tokens.count)))
        }
      }
      document.texts[NaiveField.body] = tokens
      document.isLive = deleted == 0 || !chance.oneIn(deleted)
      return document
    }
  }

  static func word(_ rank: Int, boost: Float = 1) -> Query {
    let term = FieldTerm(field: NaiveField.body, bytes: Array("w\(rank)".utf8))
    return .term(TermQuery(parts: [TermQuery.Part(term: term)], boost: boost))
  }

  @Test("give what the naive engine gives, over windows and blocks", arguments: [0, 9])
  func equal(deleted: Int) throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    let count = 2 * TermsScorer.windowCapacity + 5_000
    let documents = Self.documents(count, &chance, deleted: deleted)
    let engine = NaiveEngine(documents: documents)
    let view = try engine.view(segments: [count - 3_000, 3_000])
    for round in 0..<16 {
      var ranks = Array(Self.rarity.indices)
      ranks.shuffle(using: &chance.random)
      let boost: Float = chance.oneIn(4) ? 3 : 1
      let words = ranks.prefix(1 + chance.below(5)).enumerated().map {
        Self.word($1, boost: $0 == 0 ? boost : 1)
      }
      let query: Query =
        round % 2 == 0 ? .or(words) : .and(all: words, optional: [], none: [])
      try SearchPropertyTests().check(
        engine, view, query, filters: [], "seed \(seed), round \(round)",
        limit: [10, 1, 100, 1_000][round / 2 % 4])
    }
  }

  @Test("ones of many words are counted as one by one")
  func ones() {
    var random = FormatRandom(state: 3)
    for count in [0, 1, 15, 16, 17, 31, 32, 100, 512] {
      for one in [UInt64(0), ~0, 1] {
        let words = (0..<count).map { _ in
          one == 1 ? UInt64.random(in: 0...(~0), using: &random) : one
        }
        let found = unsafe words.withUnsafeBufferPointer {
          count == 0 ? 0 : unsafe onesCount($0.baseAddress!, count)
        }
        #expect(found == words.reduce(0) { $0 + $1.nonzeroBitCount }, "\(count) words")
      }
    }
  }

  @Test("the best are the same in whatever order they are offered")
  func topScores() {
    var random = FormatRandom(state: 5)
    for limit in [0, 1, 2, 10, 100] {
      var all = (0..<500).map {
        // Many are equal, some below zero, and zero has both signs.
        ScoredDocument(document: $0, score: Float(Int.random(in: -3...6, using: &random)) * 0.5)
      }
      for i in all.indices where all[i].score == 0 && i % 2 == 0 { all[i].score = -0.0 }
      let best = Array(
        all.sorted { ($1.score, $0.document) < ($0.score, $1.document) }.prefix(limit))
      var ascending = TopScores(limit: limit)
      for one in all { ascending.offer(one.document, one.score) }
      var shuffled = TopScores(limit: limit)
      for one in all.shuffled(using: &random) { shuffled.offerOutOfOrder(one.document, one.score) }
      #expect(ascending.sorted() == best)
      #expect(shuffled.sorted() == best)
    }
  }

  @Test("bounds of chunks: sums, masks and the largest, as plain loops have them")
  func chunkBounds() {
    var random = FormatRandom(state: 8)
    for count in [1, 2, 7, 8, 9, 31, 32, 255, 256] {
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: 512)
      defer { unsafe memory.deallocate() }
      unsafe memory.initialize(repeating: 100, count: 512)
      let first = unsafe ChunkBounds(memory, count)
      let second = unsafe ChunkBounds(memory + 256, count)
      var a: [Float] = []
      var b: [Float] = []
      for chunk in 0..<count {
        a.append(Float(Int.random(in: 0..<8, using: &random)))
        b.append(
          Int.random(in: 0..<4, using: &random) == 0
            ? unbounded : Float(Int.random(in: 0..<8, using: &random)))
        unsafe memory[chunk] = a[chunk]
        unsafe memory[256 + chunk] = b[chunk]
      }
      unsafe first.add(second)
      let sums = zip(a, b).map { $0 + $1 }
      for chunk in 0..<count {
        let sum = unsafe memory[chunk]
        #expect(sum == sums[chunk])
      }
      var bits = [UInt64](repeating: ~0, count: 2 * count)
      let live = unsafe bits.withUnsafeMutableBufferPointer {
        unsafe first.becomeMasks(above: 6, narrowing: $0.baseAddress!, $0.count)
      }
      #expect(live == sums.filter { $0 > 6 }.count)
      #expect(bits == sums.flatMap { [UInt64](repeating: $0 > 6 ? ~0 : 0, count: 2) })
      let largest = unsafe second.largest(of: first)
      #expect(largest == zip(b, sums).filter { $1 > 6 }.map { max(0, $0.0) }.max() ?? 0)
      unsafe second.dropNegatives()
      for chunk in 0..<count {
        let value = unsafe memory[256 + chunk]
        #expect(value == max(0, b[chunk]))
      }
    }
  }

  @Test("so many documents as the start says do score more than it")
  func start() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    let count = 9_000
    let engine = NaiveEngine(documents: Self.documents(count, &chance, deleted: 0))
    let view = try engine.view(segments: [count])
    for rank in [0, 1, 3, 5] {
      for limit in [1, 10, 40] {
        let query = try SearchPropertyTests.rewritten(view, Self.word(rank))
        var builder = WeightBuilder(view, deadline: .never)
        let weight = try builder.weight(of: query)
        let lease = view.memory.lease(windowCapacity: 4_096)
        var scorers = ScorerBuilder(
          segment: view.segments[0], grid: ScoreGrid(largestSum: weight.largestScore),
          memory: lease.memory, deadline: .never)
        let scorer = try #require(try scorers.scorer(weight))
        let start = scorer.start(limit)
        let better = engine.search(query).filter { $0.score > start }
        #expect(better.count >= limit, "seed \(seed), word \(rank)")
        let blocks = engine.search(query).count / 128
        #expect(start > unbounded || blocks < limit, "word \(rank), \(limit)")
      }
    }
  }
}

import Testing

@testable import martlet_bench

/// Against figures worked out by hand, with 1 / log2(rank + 1): 1, 0.6309, 0.5, 0.4307, 0.3869, …
@Suite("Measures of rankings")
struct MeasuresTests {
  private func close(_ a: Double?, _ b: Double) -> Bool { a.map { abs($0 - b) < 1e-4 } ?? false }

  @Test("A ranking with all relevant documents first is perfect")
  func perfect() throws {
    let measures = Measures(ranking: ["a", "b", "c"], judgements: ["a": 2, "b": 1, "c": 0])
    #expect(measures?.ndcg == 1)
    #expect(measures?.averagePrecision == 1)
    #expect(measures?.recall == 1)
  }

  @Test("Relevant documents at ranks 1, 3 and 5 of four")
  func mixed() throws {
    let measures = Measures(
      ranking: ["a", "x", "b", "y", "c"], judgements: ["a": 1, "b": 1, "c": 1, "d": 1, "x": 0])
    // (1/1 + 2/3 + 3/5) / 4
    #expect(close(measures?.averagePrecision, 0.566667))
    // (1 + 0.5 + 0.386853) / (1 + 0.630930 + 0.5 + 0.430677)
    #expect(close(measures?.ndcg, 0.736640))
    #expect(measures?.recall == 0.75)
  }

  @Test("Gains are linear, and the ideal ranking has the greatest first")
  func graded() throws {
    let measures = Measures(ranking: ["low", "high"], judgements: ["low": 1, "high": 3])
    // (1 · 1 + 3 · 0.630930) / (3 · 1 + 1 · 0.630930)
    #expect(close(measures?.ndcg, 0.796711))
    #expect(measures?.averagePrecision == 1)
  }

  @Test("nDCG looks at ten documents, recall at a hundred, average precision at a thousand")
  func depths() throws {
    func ranking(_ rank: Int) -> [String] {
      (1...1_200).map { $0 == rank ? "a" : "x\($0)" }
    }
    func measures(_ rank: Int) -> Measures? {
      Measures(ranking: ranking(rank), judgements: ["a": 1])
    }
    #expect(close(measures(10)?.ndcg, 0.289065))
    #expect(measures(11)?.ndcg == 0)
    #expect(measures(100)?.recall == 1)
    #expect(measures(101)?.recall == 0)
    #expect(measures(1_000)?.averagePrecision == 0.001)
    #expect(measures(1_001)?.averagePrecision == 0)
  }

  @Test("More than ten relevant documents: the ideal has ten of them")
  func many() throws {
    let ids = (1...20).map { "d\($0)" }
    let judgements = Dictionary(uniqueKeysWithValues: ids.map { ($0, 1) })
    let measures = Measures(ranking: Array(ids.prefix(10)), judgements: judgements)
    #expect(measures?.ndcg == 1)
    #expect(measures?.averagePrecision == 0.5)
    #expect(measures?.recall == 0.5)
  }

  @Test("A query that finds nothing counts zero; one without relevant documents does not count")
  func empty() throws {
    let nothing = Measures(ranking: [], judgements: ["a": 1])
    #expect(nothing?.ndcg == 0)
    #expect(nothing?.averagePrecision == 0)
    #expect(nothing?.recall == 0)
    #expect(Measures(ranking: ["a"], judgements: ["a": 0, "b": -1]) == nil)
    #expect(Measures(ranking: ["a"], judgements: [:]) == nil)
  }

  @Test(
    "Judgements below zero are not relevant, and relevant documents that do not exist are missed")
  func traps() throws {
    let measures = Measures(ranking: ["spam", "a"], judgements: ["spam": -2, "a": 1, "gone": 1])
    #expect(close(measures?.averagePrecision, 0.25))
    #expect(measures?.recall == 0.5)
  }

  @Test("Means give each query the same weight")
  func means() throws {
    let one = try #require(Measures(ranking: ["a"], judgements: ["a": 1]))
    let none = try #require(Measures(ranking: ["x"], judgements: ["a": 1]))
    #expect(Measures.mean([one, none, none, none]).ndcg == 0.25)
    #expect(Measures.mean([]).recall == 0)
  }
}

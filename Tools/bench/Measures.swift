import Glibc

/// Measures of a ranking against judgements, as trec_eval defines them.
///
/// A judgement is a number; above zero it is relevant, and so much worth in nDCG (linear gain). Documents without a
/// judgement are not relevant. Source: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002,
/// with the discount log2(rank + 1); Voorhees and Harman, "TREC: Experiment and Evaluation", 2005, for the others.
struct Measures: Equatable {
  /// nDCG at 10.
  var ndcg = 0.0
  /// Average precision over the whole ranking given, which is 1,000 deep at most.
  var averagePrecision = 0.0
  /// The share of the relevant documents that is among the first 100.
  var recall = 0.0

  static let depth = 1_000

  /// - Parameters:
  ///   - ranking: ids, best first, each once.
  ///   - judgements: by id.
  /// - Returns: nil when nothing is relevant: such a query is left out of a mean.
  init?(ranking: [String], judgements: [String: Int]) {
    let gains = judgements.values.filter { $0 > 0 }.sorted(by: >)
    guard !gains.isEmpty else { return nil }
    var found = 0
    var precisions = 0.0
    var gained = 0.0
    for (place, id) in ranking.prefix(Self.depth).enumerated() {
      guard let gain = judgements[id], gain > 0 else { continue }
      found += 1
      precisions += Double(found) / Double(place + 1)
      if place < 10 { gained += Double(gain) / Self.discount(place) }
      if place < 100 { recall = Double(found) / Double(gains.count) }
    }
    averagePrecision = precisions / Double(gains.count)
    var ideal = 0.0
    for (place, gain) in gains.prefix(10).enumerated() {
      ideal += Double(gain) / Self.discount(place)
    }
    ndcg = gained / ideal
  }

  private init() {}

  /// - Parameter place: from 0.
  private static func discount(_ place: Int) -> Double { log2(Double(place) + 2) }

  /// Over queries, each with the same weight; zeros when there is none.
  static func mean(_ all: [Measures]) -> Measures {
    var mean = Measures()
    guard !all.isEmpty else { return mean }
    let count = Double(all.count)
    for measures in all {
      mean.ndcg += measures.ndcg / count
      mean.averagePrecision += measures.averagePrecision / count
      mean.recall += measures.recall / count
    }
    return mean
  }
}

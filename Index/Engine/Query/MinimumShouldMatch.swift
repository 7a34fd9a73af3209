/// How many of the words of an OR must match, as Elasticsearch and Solr count it: a number or a share, rounded down; negative: so
/// many may be missing.
public enum MinimumShouldMatch: Sendable, Equatable {
  case number(Int)
  /// −100…100.
  case percent(Int)

  /// How many of `count` words; `count` at most, and not below 0.
  func count(of count: Int) -> Int {
    let wanted =
      switch self {
      case .number(let number): number
      case .percent(let share): count * max(-100, min(share, 100)) / 100
      }
    let isShareMissing = if case .percent(let share) = self { share < 0 } else { false }
    return max(0, min(wanted < 0 || isShareMissing ? count + wanted : wanted, count))
  }
}

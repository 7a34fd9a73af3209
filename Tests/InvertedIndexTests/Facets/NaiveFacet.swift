@testable import InvertedIndex

/// The values of the matches, counted one by one.
struct NaiveFacet<Value: Hashable & Comparable> {
  private var counts: [Value: Int] = [:]
  private(set) var missing = 0

  init(_ documents: [[Value]]) {
    for values in documents {
      if values.isEmpty { missing += 1 }
      for value in Set(values) { counts[value, default: 0] += 1 }
    }
  }

  func shown(_ limit: Int, _ order: Facet.Order) -> String {
    let sorted = counts.sorted {
      order == .count && $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key
    }
    let shown = sorted.prefix(limit).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    return "\(shown); \(sorted.dropFirst(limit).reduce(0) { $0 + $1.value }) \(missing)"
  }
}

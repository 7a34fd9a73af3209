// Counts by the values of a keyword field. A segment numbers its values by itself: counts are kept by segment and ordinal, and at
// the end the dictionaries are gone through side by side, past the values that no match has.

import Bytes

final class KeywordFacet: FieldFacet {
  private let limit: Int
  private let order: Facet.Order
  private var counted: [(terms: TermDictionary, counts: [UInt32])] = []

  init(_ facet: Facet, _ numbers: [Int], limit: Int, order: Facet.Order) {
    self.limit = limit
    self.order = order
    super.init(facet, numbers: numbers)
  }

  override func count(
    _ segment: SearchSegment, _ column: ColumnReader, _ number: Int, _ documents: BitSet,
    _ deadline: Deadline
  ) throws(IndexError) -> ColumnCount {
    guard let terms = segment.reader.terms(number, .value) else {
      throw segment.reader.file.corrupt(0, "a column of keywords without the keywords")
    }
    var counter = TableCounter(low: 0, count: terms.count)
    let result = try segment.count(column, documents, by: &counter, deadline: deadline)
    guard !counter.isWrong else {
      throw segment.reader.file.corrupt(0, "a column with more keywords than there are")
    }
    counted.append((terms, counter.counts))
    return result
  }

  override func buckets(
    _ deadline: Deadline
  ) throws(IndexError) -> (buckets: [FacetCounts.Bucket], other: Int) {
    var total = 0
    for (_, counts) in counted { for count in counts { total += Int(count) } }
    var best = BestValues<[UInt8]>(limit: limit, order: order)
    if counted.count == 1 {
      // Ordinals are in the order of the values.
      var ordinals = BestValues<Int>(limit: limit, order: order)
      let counts = counted[0].counts
      for ordinal in counts.indices where counts[ordinal] > 0 {
        ordinals.offer(Int(counts[ordinal])) { ordinal }
      }
      for (ordinal, count) in ordinals.sorted() {
        let bytes = try counted[0].terms.term(ordinal: ordinal)
        best.offer(count) { bytes }
      }
    } else {
      try merge(into: &best, deadline)
    }
    let found = best.sorted()
    let buckets = found.map { bytes, count in
      FacetCounts.Bucket(value: .keyword(String(decoding: bytes, as: UTF8.self)), count: count)
    }
    return (buckets, total - found.reduce(0) { $0 + $1.count })
  }

  /// Values ascend; each is offered once, with the sum of its counts.
  private func merge(
    into best: inout BestValues<[UInt8]>, _ deadline: Deadline
  ) throws(IndexError) {
    var streams: [ValueStream] = []
    for (terms, counts) in counted {
      let stream = ValueStream(terms.cursor(), counts)
      if try stream.next() { streams.append(stream) }
    }
    var looked = 0
    while !streams.isEmpty {
      looked += 1
      if looked & 4_095 == 0, deadline.isPassed {
        isExact = false
        return
      }
      var least = 0
      for place in streams.indices.dropFirst() where streams[place].precedes(streams[least]) {
        least = place
      }
      let first = streams[least]
      var count = first.count
      for place in streams.indices where place != least && streams[place].equals(first) {
        count += streams[place].count
      }
      best.offer(count) { first.bytes }
      for place in streams.indices.reversed() where place != least && streams[place].equals(first) {
        if try !streams[place].next() { streams.remove(at: place) }
      }
      if try !first.next() { streams.removeAll { $0 === first } }
    }
  }
}

/// The values of one segment that matches have.
private final class ValueStream {
  private let cursor: TermCursor
  private let counts: [UInt32]
  private var ordinal = -1

  init(_ cursor: TermCursor, _ counts: [UInt32]) {
    self.cursor = cursor
    self.counts = counts
  }

  var count: Int { Int(counts[ordinal]) }
  var bytes: [UInt8] { cursor.bytes }

  func next() throws(IndexError) -> Bool {
    ordinal += 1
    while ordinal < counts.count, counts[ordinal] == 0 { ordinal += 1 }
    guard ordinal < counts.count else { return false }
    try cursor.seek(ordinal: ordinal)
    return true
  }

  func precedes(_ other: ValueStream) -> Bool { unsafe cursor.compare(other.cursor.term) < 0 }
  func equals(_ other: ValueStream) -> Bool { unsafe cursor.compare(other.cursor.term) == 0 }
}

/// The values with the greatest counts, or the first; offered in ascending order.
struct BestValues<Value> {
  private let limit: Int
  private let order: Facet.Order
  /// By count: a heap whose root is the last of them, with the number of the offer to tell equals apart.
  private var kept: [(value: Value, count: Int, offer: Int)] = []
  private var offers = 0

  init(limit: Int, order: Facet.Order) {
    self.limit = limit
    self.order = order
  }

  mutating func offer(_ count: Int, _ value: () -> Value) {
    offers += 1
    if kept.count < limit {
      kept.append((value(), count, offers))
      if order == .count { siftUp() }
    } else if order == .count, limit > 0, count > kept[0].count {
      kept[0] = (value(), count, offers)
      siftDown()
    }
  }

  func sorted() -> [(value: Value, count: Int)] {
    let sorted =
      order == .count ? kept.sorted { ($1.count, $0.offer) < ($0.count, $1.offer) } : kept
    return sorted.map { ($0.value, $0.count) }
  }

  /// Whether one is worse than the other.
  private func isWorse(_ a: Int, _ b: Int) -> Bool {
    (kept[a].count, kept[b].offer) < (kept[b].count, kept[a].offer)
  }

  private mutating func siftUp() {
    var at = kept.count - 1
    while at > 0, isWorse(at, (at - 1) / 2) {
      kept.swapAt(at, (at - 1) / 2)
      at = (at - 1) / 2
    }
  }

  private mutating func siftDown() {
    var at = 0
    while true {
      var worst = at
      for child in [2 * at + 1, 2 * at + 2] where child < kept.count && isWorse(child, worst) {
        worst = child
      }
      if worst == at { return }
      kept.swapAt(at, worst)
      at = worst
    }
  }
}

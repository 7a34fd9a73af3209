// Impacts: which (frequency, norm) pairs of some documents could score best, whatever the statistics.
//
// A pair is dominated by one with no smaller frequency and no greater norm. The rest, the Pareto front, is
// ascending in both. At most `Impact.limit` are kept: neighbours (f, n), (f', n') become (f', n), which bounds
// both. Encoded: count, then for each pair the norm (1 byte) and the frequency (LEB128).
//
// Source: Mackenzie, Moffat et al., "Anytime ranking on document-ordered indexes", 2022, section 2, on block
// maxima; Lucene's CompetitiveImpactAccumulator for the pairs.

import Bytes

/// A frequency and a norm that together bound the score of documents.
struct Impact: Equatable, Sendable {
  /// Most pairs for a block, a group of blocks or a list.
  static let limit = 8

  var frequency: UInt32
  var norm: UInt8
}

/// Which documents impacts speak of.
enum ImpactLevel: Sendable {
  /// A block of 128.
  case block
  /// 32 blocks.
  case group
  case list
}

/// Collects pairs: for each norm the greatest frequency.
@safe
struct ImpactFront: ~Copyable {
  private let best: UnsafeMutablePointer<UInt32>
  private var low = 256
  private var high = -1

  init() {
    unsafe best = .allocate(capacity: 256)
    unsafe best.initialize(repeating: 0, count: 256)
  }

  deinit { unsafe best.deallocate() }

  @inline(__always)
  mutating func add(frequency: UInt32, norm: UInt8) {
    let at = Int(norm)
    unsafe best[at] = max(best[at], frequency)
    low = min(low, at)
    high = max(high, at)
  }

  mutating func add(_ pairs: [Impact]) {
    for pair in pairs { add(frequency: pair.frequency, norm: pair.norm) }
  }

  /// Empties the collection.
  mutating func removeAll() {
    while low <= high {
      unsafe best[low] = 0
      low &+= 1
    }
    low = 256
    high = -1
  }

  /// Replaces `pairs` by the front, and empties the collection.
  mutating func take(into pairs: inout [Impact]) {
    pairs.removeAll(keepingCapacity: true)
    var top: UInt32 = 0
    var norm = low
    while norm <= high {
      let frequency = unsafe best[norm]
      if frequency > top {
        top = frequency
        pairs.append(Impact(frequency: frequency, norm: UInt8(norm)))
      }
      unsafe best[norm] = 0
      norm &+= 1
    }
    low = 256
    high = -1
  }
}

/// How impacts are shortened and written.
struct ImpactEncoder {
  /// k1 · (1 − b + b · length / average) for each norm: what BM25 adds to the frequency below the line.
  private let saturation: [Float]

  /// `averageLength`: of the field, in tokens; it only chooses which pairs are merged.
  init(averageLength: Float) {
    saturation = Norm.lengths.map { 1.2 * (0.25 + 0.75 * Float($0) / max(averageLength, 1)) }
  }

  /// Appends a front, shortened to `Impact.limit` pairs.
  func append(_ front: [Impact], to output: inout ByteWriter) {
    if front.count > Impact.limit {
      var pairs = front
      while pairs.count > Impact.limit { mergeCheapest(&pairs) }
      write(pairs, to: &output)
    } else {
      write(front, to: &output)
    }
  }

  private func write(_ pairs: [Impact], to output: inout ByteWriter) {
    output.append(UInt8(pairs.count))
    for pair in pairs {
      output.append(pair.norm)
      output.appendVarint(UInt64(pair.frequency))
    }
  }

  /// Merges the two neighbours whose common bound rises least above the greater of theirs.
  private func mergeCheapest(_ pairs: inout [Impact]) {
    var at = 0
    var least = Float.infinity
    for index in 0..<pairs.count - 1 {
      let joined = score(pairs[index + 1].frequency, pairs[index].norm)
      let alone = max(
        score(pairs[index].frequency, pairs[index].norm),
        score(pairs[index + 1].frequency, pairs[index + 1].norm))
      if joined - alone < least {
        least = joined - alone
        at = index
      }
    }
    pairs[at].frequency = pairs[at + 1].frequency
    pairs.remove(at: at + 1)
  }

  private func score(_ frequency: UInt32, _ norm: UInt8) -> Float {
    let f = Float(frequency)
    return f / (f + saturation[Int(norm)])
  }
}

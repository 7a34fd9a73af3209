// Which segments to merge: a pure function of their sizes.
//
// Tiered, as Lucene's TieredMergePolicy (and Bluge's policy after it): segments of similar size are merged,
// adjacent or not; a budget of segments grows with the logarithm of the index's size. Among the candidates
// the most even one wins, with a bonus for deletions that go.
//
// Of two segments per tier T and the floor F: an index of size S may keep T segments of F, T of F·T, … until
// S is used up; more than that asks for a merge.

package struct MergePolicy: Sendable, Equatable {
  package struct Candidate: Sendable, Equatable {
    /// Bytes of the file.
    package var size: Int
    package var documentCount: Int
    package var deletedCount: Int

    package init(size: Int, documentCount: Int, deletedCount: Int) {
      self.size = size
      self.documentCount = documentCount
      self.deletedCount = deletedCount
    }

    /// Bytes that stay when the deleted documents go.
    var liveSize: Int {
      guard documentCount > 0 else { return 0 }
      let share = Double(documentCount - deletedCount) / Double(documentCount)
      return Int(Double(size) * share)
    }
  }

  /// Segments of one size that may stand beside each other, and segments merged at once.
  package var segmentsPerTier = 10
  /// Smaller segments count as this large, so that a tail of tiny ones is merged. Bytes.
  package var floor = 4 << 20
  /// No merge on its own account makes a segment larger than this. Bytes.
  package var maximum = 16 << 30
  /// A segment above the floor with a larger share of deleted documents is rewritten even alone.
  package var deletedShare = 0.33

  package init() {}

  /// The next merge, as ascending indexes into `segments`; nil when none is due. Segments that must not be
  /// touched are nil.
  package func nextMerge(_ segments: [Candidate?]) -> [Int]? {
    let bySize = segments.indices
      .filter { segments[$0] != nil }
      .sorted { (sizeOf(segments, $0), $1) > (sizeOf(segments, $1), $0) }
    if let heavy = bySize.first(where: { isHeavyWithDeletions(segments, $0) }) { return [heavy] }
    // What is near the maximum is left alone.
    let eligible = bySize.filter { sizeOf(segments, $0) <= maximum / 2 }
    guard eligible.count > allowedCount(eligible.map { sizeOf(segments, $0) }) else { return nil }
    var best: (score: Double, merge: [Int])?
    for start in eligible.indices {
      var merge: [Int] = []
      var total = 0
      for index in eligible[start...] where merge.count < segmentsPerTier {
        let size = sizeOf(segments, index)
        if total + size > maximum { continue }
        merge.append(index)
        total += size
      }
      guard merge.count >= 2 else { continue }
      let score = score(segments, merge)
      if best == nil || score < best?.score ?? .infinity { best = (score, merge) }
      // Later starts are the smaller segments only: fewer than a full merge of them cannot be better.
      if merge.count < segmentsPerTier { break }
    }
    return best?.merge.sorted()
  }

  /// The next merge on the way to `count` segments without deletions: the smallest together, then each that
  /// has deletions alone. nil when that is reached, or cannot be.
  package func merge(_ segments: [Candidate?], downTo count: Int) -> [Int]? {
    let bySize = segments.indices
      .filter { segments[$0] != nil }
      .sorted { (sizeOf(segments, $0), $0) < (sizeOf(segments, $1), $1) }
    let excess = segments.count - max(count, 1)
    if excess > 0, bySize.count >= 2 { return bySize.prefix(excess + 1).sorted() }
    return bySize.first { (segments[$0]?.deletedCount ?? 0) > 0 }.map { [$0] }
  }

  private func sizeOf(_ segments: [Candidate?], _ index: Int) -> Int {
    segments[index]?.liveSize ?? 0
  }

  private func isHeavyWithDeletions(_ segments: [Candidate?], _ index: Int) -> Bool {
    guard let segment = segments[index], segment.size > floor else { return false }
    return Double(segment.deletedCount) > deletedShare * Double(segment.documentCount)
  }

  /// How many segments an index of these sizes may keep.
  private func allowedCount(_ sizes: [Int]) -> Int {
    var left = sizes.reduce(0) { $0 + max($1, floor) }
    var level = max(sizes.last ?? floor, floor)
    var allowed = 0
    while true {
      let count = Double(left) / Double(level)
      if count < Double(segmentsPerTier) || level >= maximum {
        return max(allowed + Int(count.rounded(.up)), segmentsPerTier)
      }
      allowed += segmentsPerTier
      left -= segmentsPerTier * level
      level = min(level * segmentsPerTier, maximum)
    }
  }

  /// Smaller is better: how uneven the merge is, times how large, times what stays.
  private func score(_ segments: [Candidate?], _ merge: [Int]) -> Double {
    var before = 0.0
    var after = 0.0
    var floored = 0.0
    var largest = 0.0
    for index in merge {
      guard let segment = segments[index] else { continue }
      before += Double(segment.size)
      after += Double(segment.liveSize)
      let size = Double(max(segment.liveSize, floor))
      floored += size
      largest = max(largest, size)
    }
    let skew = largest / max(floored, 1)
    let kept = before > 0 ? after / before : 1
    return skew * largest.squareRoot().squareRoot() * kept * kept
  }
}

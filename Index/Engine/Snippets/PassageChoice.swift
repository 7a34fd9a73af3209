// Which occurrences make the best passage: those that show most of what was asked for, close together.

/// Chooses clusters of occurrences, best first. What was shown by those before counts a quarter, so that the passages of a
/// text together show all that it has.
struct PassageChoice {
  /// In order.
  private let occurrences: [Occurrence]
  /// What each clause is worth.
  private let clauses: [Int]
  private var isShown: [Bool]

  struct Cluster: Equatable {
    /// Of the occurrences.
    var indices: Range<Int>
    /// From the first to the end of the last.
    var range: Range<Int>
    var score: Int
  }

  init(_ occurrences: [Occurrence], clauses: [Int]) {
    self.occurrences = occurrences
    self.clauses = clauses
    isShown = Array(repeating: false, count: clauses.count)
  }

  /// The best cluster that spans at most `width` and touches none of the `taken` ranges (in order, apart); it counts as
  /// shown from now on.
  mutating func next(width: Int, taken: [Range<Int>], deadline: Deadline) -> Cluster? {
    var best: Cluster?
    var counts = Array(repeating: 0, count: clauses.count)
    var worth = 0
    var low = 0
    var high = 0
    /// The end of the last occurrence among those of the window.
    var reach = 0
    var block = 0
    while low < occurrences.count {
      if low & 0xFFF == 0, deadline.isPassed { break }
      let start = occurrences[low].range.lowerBound
      while block < taken.count, taken[block].upperBound <= start { block += 1 }
      let limit = block < taken.count ? taken[block].lowerBound : .max
      if high <= low {
        high = low
        reach = 0
      }
      while high < occurrences.count {
        let range = occurrences[high].range
        let end = max(reach, range.upperBound)
        if end > limit || (end - start > width && high > low) { break }
        let clause = occurrences[high].clause
        if counts[clause] == 0 { worth += value(of: clause) }
        counts[clause] += 1
        reach = end
        high += 1
      }
      if high > low {
        // More places, and closer ones, decide only between equals.
        let density = min(high - low, 31) * 32 - min(31, (reach - start) * 31 / max(1, width))
        let score = worth * 1_024 + density
        if score > best?.score ?? -1 {
          best = Cluster(indices: low..<high, range: start..<reach, score: score)
        }
        let clause = occurrences[low].clause
        counts[clause] -= 1
        if counts[clause] == 0 { worth -= value(of: clause) }
      }
      low += 1
    }
    if let best { for index in best.indices { isShown[occurrences[index].clause] = true } }
    return best
  }

  private func value(of clause: Int) -> Int { clauses[clause] * (isShown[clause] ? 1 : 4) }
}

extension PassageText {
  /// The best passages of the piece, best first, apart from each other and from the `taken` ranges.
  /// - Parameters:
  ///   - occurrences: in order.
  ///   - clauses: what each is worth.
  ///   - taken: in order; may lie outside of the piece.
  func passages(
    _ occurrences: [Occurrence], clauses: [Int], limit: Int, taken: [Range<Int>] = [],
    deadline: Deadline
  ) -> [(score: Int, extent: Range<Int>)] {
    var choice = PassageChoice(occurrences, clauses: clauses)
    var taken = taken
    var passages: [(score: Int, extent: Range<Int>)] = []
    while passages.count < limit,
      let cluster = choice.next(width: Self.coreLength, taken: taken, deadline: deadline)
    {
      let core = cluster.range
      var free = 0..<bytes.count
      for other in taken {
        if other.upperBound <= core.lowerBound {
          free = max(0, other.upperBound)..<free.upperBound
        } else if other.lowerBound >= core.upperBound {
          free = free.lowerBound..<min(other.lowerBound, free.upperBound)
          break
        }
      }
      let extent = extent(around: core, in: free)
      passages.append((cluster.score, extent))
      // A core too long to be shown whole is used up all the same.
      let used = extent.lowerBound..<max(extent.upperBound, core.upperBound)
      taken.insert(used, at: taken.firstIndex { $0.lowerBound > used.lowerBound } ?? taken.count)
    }
    return passages
  }
}

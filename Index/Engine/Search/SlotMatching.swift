// Phrases with slop some of whose words can stand at the same position (`"to be or not to be"~4`): each place needs a
// position of its own, which is a matching of places and positions.

struct SlotMatching {
  /// By place of the phrase: positions, ascending.
  private let positions: [[Int]]
  private let offsets: [Int]
  private var work = 0

  init(_ positions: [[Int]], _ offsets: [Int]) {
    self.positions = positions
    self.offsets = offsets
  }

  /// The minimal runs [s, e], e − s ≤ slop, in which the places can have positions, less their offsets, all different.
  mutating func minimal(_ slop: Int, _ deadline: Deadline) throws(IndexError) -> [Stretch] {
    var values: [Int] = []
    let shift = offsets.max() ?? 0
    var merge = PositionMerge(positions, shifts: offsets.map { shift - $0 })
    while let value = merge.least {
      try look(deadline)
      if value - shift != values.last { values.append(value - shift) }
      _ = merge.next()
    }
    var found: [Stretch] = []
    // For each end the latest start; starts ascend with ends.
    var start = 0
    for end in values {
      while values[start] < end - slop { start += 1 }
      guard try isPossible(values[start], end, deadline) else { continue }
      while values[start] < end, try isPossible(values[start + 1], end, deadline) { start += 1 }
      if found.last.map({ values[start] > $0.start }) ?? true {
        found.append(Stretch(start: values[start], end: end))
      }
    }
    return found
  }

  private mutating func look(_ deadline: Deadline) throws(IndexError) {
    work &+= 1
    if work & 1_023 == 0, deadline.isPassed { throw .cancelled }
  }

  /// Whether the places can have different positions, less their offsets from `start` to `end`: augmenting paths, found
  /// breadth first (Kuhn 1955; no recursion, as a phrase may have thousands of words).
  private mutating func isPossible(
    _ start: Int, _ end: Int, _ deadline: Deadline
  ) throws(IndexError) -> Bool {
    /// Which place has a position.
    var owners: [Int: Int] = [:]
    for place in positions.indices {
      /// The place from which a position was reached.
      var reachedFrom: [Int: Int] = [:]
      var taken: [Int: Int] = [:]
      for (position, owner) in owners { taken[owner] = position }
      var queue = [place]
      var next = 0
      var free: Int?
      search: while next < queue.count {
        let from = queue[next]
        next += 1
        let all = positions[from]
        var at = SpanKernel.first(all, from: start + offsets[from])
        while at < all.count, all[at] <= end + offsets[from] {
          try look(deadline)
          let position = all[at]
          at += 1
          if reachedFrom[position] != nil { continue }
          reachedFrom[position] = from
          guard let owner = owners[position] else {
            free = position
            break search
          }
          queue.append(owner)
        }
      }
      guard var position = free else { return false }
      while let owner = reachedFrom[position] {
        let previous = taken[owner]
        owners[position] = owner
        guard owner != place, let previous else { break }
        position = previous
      }
    }
    return true
  }
}

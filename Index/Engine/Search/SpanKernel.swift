// Where words stand close together in one document: the stretches of a `SpanTree`, out of the positions of its leaves.
//
// How often a query matches is the sum over its minimal stretches, each the less the looser it is: 1 / (1 + d), where d
// is how far a phrase's words are moved against each other, or how many positions of a NEAR's stretch are beyond
// its least width. So a phrase and `a ADJ/0 b` have the same frequency. The sum is kept in whole 65,536ths, so that it has no order.
//
// No more than `bound` times the occurrences of any word that must be there (SpanTree.width for NEAR, 1 for a phrase):
// of n minimal stretches around one position each has at least n positions, as their beginnings all differ, and so do
// their ends; hence a phrase counts n / n at most, and NEAR n / (1 + n − width), of which width is the largest.

/// A run of positions, both ends included.
struct Stretch: Hashable, Sendable {
  var start: Int
  var end: Int
}

/// Keeps its memory from document to document.
struct SpanKernel {
  /// Leaves are numbers from 0 on.
  let tree: SpanTree<Int>
  /// Of each leaf, in the document at hand: ascending, each once.
  var positions: [[Int]]
  private let deadline: Deadline
  private var work = 0
  private let width: Int

  /// What the frequency of one perfect match is.
  static let unit = 1 << 16

  /// - Parameter width: of the whole query, where `tree` lacks alternatives that a segment has no word of: what a match
  ///   counts does not depend on the other documents of its segment.
  init(_ tree: SpanTree<Int>, leaves: Int, width: Int? = nil, deadline: Deadline) {
    self.tree = tree
    self.deadline = deadline
    positions = Array(repeating: [], count: leaves)
    self.width = width ?? tree.width
  }

  /// No more times the occurrences of a word that must be there.
  var bound: Int {
    if case .chain = tree { width } else { 1 }
  }

  /// How often the whole matches, in 65,536ths; 0: it does not.
  mutating func frequency() throws(IndexError) -> Int {
    var sum = 0
    var matches = false
    func add(_ distance: Int) {
      matches = true
      sum += Self.unit / (1 + distance)
    }
    if case .phrase(let places, let slop) = tree, slop > 0 {
      for stretch in try moved(places, slop) { add(stretch.end - stretch.start) }
    } else {
      for stretch in try stretches(tree) { add(max(0, stretch.end - stretch.start + 1 - width)) }
    }
    return matches ? max(1, sum) : 0
  }

  private mutating func look(_ steps: Int = 1) throws(IndexError) {
    work &+= steps
    guard work >= 4_096 else { return }
    work = 0
    if deadline.isPassed { throw .cancelled }
  }

  // MARK: Nodes

  /// What a node matches, by start and end, each once.
  mutating func stretches(_ node: SpanTree<Int>) throws(IndexError) -> [Stretch] {
    switch node {
    case .word(let leaf): return positions[leaf].map { Stretch(start: $0, end: $0) }
    case .phrase(let places, 0): return try exact(places)
    case .phrase(let places, let slop):
      var result: [Stretch] = []
      for moved in try moved(places, slop) {
        if let hull = hull(places, moved) { result.append(hull) }
      }
      return Self.distinct(result)
    case .any(let children):
      var all: [Stretch] = []
      for child in children { all += try stretches(child) }
      return Self.distinct(all)
    case .chain(let children, let gaps):
      return try chain(children, gaps)
    }
  }

  private static func distinct(_ stretches: [Stretch]) -> [Stretch] {
    var result: [Stretch] = []
    for stretch in stretches.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) })
    where stretch != result.last {
      result.append(stretch)
    }
    return result
  }

  /// The words of a phrase that lie in a stretch, each less its offset: from the first to the last of them.
  func hull(_ places: [SpanTree<Int>.Place], _ moved: Stretch) -> Stretch? {
    var hull: Stretch?
    for place in places {
      let all = positions[place.leaf]
      var at = Self.first(all, from: moved.start + place.offset)
      while at < all.count, all[at] <= moved.end + place.offset {
        hull = Stretch(
          start: min(hull?.start ?? all[at], all[at]), end: max(hull?.end ?? all[at], all[at]))
        at += 1
      }
    }
    return hull
  }

  /// Place of the first position ≥ `least`.
  static func first(_ positions: [Int], from least: Int) -> Int {
    var low = 0
    var high = positions.count
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] < least { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func exact(
    _ places: [SpanTree<Int>.Place]
  ) throws(IndexError) -> [Stretch] {
    var result: [Stretch] = []
    let length = places.reduce(0) { max($0, $1.offset) }
    let rarest = places.min { positions[$0.leaf].count < positions[$1.leaf].count }
    guard let rarest else { return [] }
    for position in positions[rarest.leaf] {
      try look(places.count)
      let start = position - rarest.offset
      let isWhole = places.allSatisfy { place in
        let all = positions[place.leaf]
        let at = Self.first(all, from: start + place.offset)
        return at < all.count && all[at] == start + place.offset
      }
      if isWhole { result.append(Stretch(start: start, end: start + length)) }
    }
    return result
  }

  // MARK: Phrases with slop

  /// The minimal runs [s, e], e − s ≤ slop, in which each word of the phrase has a position less its offset.
  mutating func moved(
    _ places: [SpanTree<Int>.Place], _ slop: Int
  ) throws(IndexError) -> [Stretch] {
    let loose = try sweep(places, slop)
    // Where no two words of the phrase share a position, that is all.
    guard !loose.isEmpty, try sharesPositions(places) else { return loose }
    var matching = SlotMatching(places.map { positions[$0.leaf] }, places.map(\.offset))
    return try matching.minimal(slop, deadline)
  }

  private mutating func sweep(
    _ places: [SpanTree<Int>.Place], _ slop: Int
  ) throws(IndexError) -> [Stretch] {
    if places.contains(where: { positions[$0.leaf].isEmpty }) { return [] }
    let shift = places.reduce(0) { max($0, $1.offset) }
    var merge = PositionMerge(
      places.map { positions[$0.leaf] }, shifts: places.map { shift - $0.offset })
    var last = Array(repeating: -1, count: places.count)
    var missing = places.count
    var start = -1
    /// How many places were last seen at `start`.
    var atStart = 0
    var found: [Stretch] = []
    while let end = merge.least {
      while merge.least == end, let place = merge.next() {
        try look()
        if last[place] < 0 { missing -= 1 }
        if last[place] == start { atStart -= 1 }
        last[place] = end
      }
      guard missing == 0, atStart <= 0 else { continue }
      try look(places.count)
      start = last.min() ?? end
      atStart = last.count { $0 == start }
      if end - start <= slop {
        found.append(Stretch(start: start - shift, end: end - shift))
      }
    }
    return found
  }

  private mutating func sharesPositions(
    _ places: [SpanTree<Int>.Place]
  ) throws(IndexError) -> Bool {
    var merge = PositionMerge(
      places.map { positions[$0.leaf] }, shifts: Array(repeating: 0, count: places.count))
    var last = -1
    while let position = merge.least {
      try look()
      if position == last { return true }
      last = position
      _ = merge.next()
    }
    return false
  }

  // MARK: NEAR and ADJ

  /// The minimal hulls of one stretch of each child.
  private mutating func chain(
    _ children: [SpanTree<Int>], _ gaps: [SpanGap]
  ) throws(IndexError) -> [Stretch] {
    var before = ReachedStretches(try stretches(children[0]))
    for (child, gap) in zip(children.dropFirst(), gaps) {
      if before.isEmpty { return [] }
      var reached = ReachedStretches()
      for stretch in try stretches(child) {
        try look(1 + reached.add(stretch, from: before, gap))
      }
      before = reached
    }
    return before.minimal
  }
}

/// The stretches of one operand of a chain that the operands before it lead to, by start, each with the hulls of those
/// ways. Of one stretch's hulls only those are kept in which no other lies: what comes next depends on the stretch alone.
private struct ReachedStretches {
  private var stretches: [Stretch] = []
  /// Those of stretch i are `hulls[ends[i - 1]..<ends[i]]`.
  private var hulls: [Stretch] = []
  private var ends: [Int] = []
  /// The longest stretch, in positions less one.
  private var longest = 0

  init() {}

  /// The first operand's: each its own hull.
  init(_ stretches: [Stretch]) {
    self.stretches = stretches
    hulls = stretches
    ends = Array(1..<stretches.count + 1)
    for stretch in stretches { longest = max(longest, stretch.end - stretch.start) }
  }

  var isEmpty: Bool { stretches.isEmpty }

  /// Of all hulls those in which no other lies, ascending.
  var minimal: [Stretch] {
    var result: [Stretch] = []
    for hull in hulls.sorted(by: { ($0.end, -$0.start) < ($1.end, -$1.start) })
    where result.last.map({ hull.start > $0.start }) ?? true {
      result.append(hull)
    }
    return result
  }

  /// Adds a stretch if one of those before is near enough. Stretches come in the order of their starts.
  /// - Returns: how many of those before were looked at.
  mutating func add(_ new: Stretch, from before: ReachedStretches, _ gap: SpanGap) -> Int {
    let first = hulls.count
    let following = before.place(of: new.start)
    var looked = 0
    // Leftwards. A hull that ends with the new stretch has all in it that begin before: those end behind it.
    var at = following - 1
    var covered = Int.min
    while at >= 0 {
      let other = before.stretches[at]
      if other.start < new.start - gap.distance - 1 - before.longest || other.start <= covered {
        break
      }
      looked += 1
      if other.end < new.start,
        (gap.least...gap.distance).contains(new.start - other.end - 1)
      {
        for hull in before.hulls(at) {
          let joined = Stretch(start: hull.start, end: max(hull.end, new.end))
          insert(joined, from: first)
          if joined.end == new.end { covered = max(covered, joined.start) }
        }
      }
      at -= 1
    }
    if !gap.isOrdered {
      at = before.place(of: new.end + 1)
      var coveredEnd = Int.max
      while at < before.stretches.count {
        let other = before.stretches[at]
        if other.start - new.end - 1 > gap.distance || other.start >= coveredEnd { break }
        looked += 1
        guard other.start - new.end - 1 >= gap.least else {
          at += 1
          continue
        }
        for hull in before.hulls(at) {
          let joined = Stretch(start: min(hull.start, new.start), end: hull.end)
          insert(joined, from: first)
          if joined.start == new.start { coveredEnd = min(coveredEnd, joined.end) }
        }
        at += 1
      }
    }
    if hulls.count > first {
      stretches.append(new)
      ends.append(hulls.count)
      longest = max(longest, new.end - new.start)
    }
    return looked
  }

  private func hulls(_ stretch: Int) -> ArraySlice<Stretch> {
    hulls[(stretch > 0 ? ends[stretch - 1] : 0)..<ends[stretch]]
  }

  /// Place of the first stretch that starts at `start` or later.
  private func place(of start: Int) -> Int {
    var low = 0
    var high = stretches.count
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].start < start { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Adds a hull to those from place `first` on, unless another lies in it; those in which it lies go.
  private mutating func insert(_ new: Stretch, from first: Int) {
    var kept = first
    for place in first..<hulls.count {
      let old = hulls[place]
      if old.start >= new.start, old.end <= new.end { return }
      if old.start <= new.start, old.end >= new.end { continue }
      hulls[kept] = old
      kept += 1
    }
    hulls.removeSubrange(kept...)
    hulls.append(new)
  }
}

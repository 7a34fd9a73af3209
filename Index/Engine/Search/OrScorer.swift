// Unions, pruned.

/// Documents that match any child; scores are summed. Pruned as MaxScore does it (Turtle and Flood, 1995), with
/// the bounds of each window: the children whose bounds together cannot pass the minimum only score
/// candidates that the others found.
@safe
final class OrScorer: Scorer {
  private let children: [Scorer]
  /// The same, where all are plain terms.
  private let terms: [TermScorer]
  private let documents: Int
  private let memory: LeafMemory
  private lazy var scratch = memory.window()
  private let found: WindowMemory
  private let one: WindowMemory
  /// Bounds of the children within the window last asked about.
  private let bounds: UnsafeMutablePointer<Float>
  /// Numbers of children, least bound first, and the sums of their bounds up to each.
  private let order: UnsafeMutablePointer<Int>
  private let sums: UnsafeMutablePointer<Float>

  /// - Parameters:
  ///   - children: two at least.
  ///   - documents: of the segment.
  init(_ children: [Scorer], documents: Int, memory: LeafMemory) {
    self.children = children
    self.documents = documents
    let terms = children.compactMap { $0 as? TermScorer }
    self.terms = terms.count == children.count ? terms : []
    self.memory = memory
    found = memory.window()
    one = memory.window()
    unsafe bounds = .allocate(capacity: children.count)
    unsafe bounds.initialize(repeating: 0, count: children.count)
    unsafe sums = .allocate(capacity: children.count)
    unsafe sums.initialize(repeating: 0, count: children.count)
    unsafe order = .allocate(capacity: children.count)
    for i in children.indices { unsafe (order + i).initialize(to: i) }
    super.init(cost: children.reduce(0) { $0 + $1.cost })
  }

  deinit {
    unsafe bounds.deallocate()
    unsafe sums.deallocate()
    unsafe order.deallocate()
  }

  override func candidate(_ target: UInt32) throws(IndexError) -> UInt32 {
    var result = UInt32.max
    for child in children {
      result = min(result, try child.candidate(target))
      if result == target { break }
    }
    return result
  }

  override func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    var sum: Float = 0
    var matches = false
    for i in children.indices {
      let bound = try children[i].bound(base, end)
      if bound > unbounded { matches = true }
      unsafe bounds[i] = max(0, bound)
      unsafe sum += bounds[i]
    }
    return matches ? sum : unbounded
  }

  override func evaluate(
    _ window: Window, above minimum: Float, fresh: Bool
  ) throws(IndexError) {
    if unsafe minimum == unbounded || window.scores == nil {
      try unite(from: nil, window)
    } else if fresh {
      try prune(window, above: minimum)
    } else {
      let own = window.with(scratch, scored: true)
      own.copyBits(of: window)
      try prune(own, above: minimum)
      window.copyBits(of: own)
      window.addScores(of: own)
    }
  }

  /// Narrows to the documents that match any of the children, or of those from `first` on in the order of bounds.
  private func unite(from first: Int?, _ window: Window) throws(IndexError) {
    let union = window.with(found, scored: false)
    union.clear()
    let single = unsafe Window(
      base: window.base, end: window.end, bits: one.bits, scores: window.scores,
      isFull: window.isFull)
    for i in (first ?? 0)..<children.count {
      let number = first == nil ? i : unsafe order[i]
      single.copyBits(of: window)
      try children[number].evaluate(single, above: unbounded, fresh: false)
      union.unite(single)
    }
    window.copyBits(of: union)
  }

  private func prune(_ window: Window, above minimum: Float) throws(IndexError) {
    // Nearly in order already, from the window before.
    for i in 1..<children.count {
      let moving = unsafe order[i]
      var j = i
      while j > 0, unsafe bounds[order[j &- 1]] > bounds[moving] {
        unsafe order[j] = order[j &- 1]
        j &-= 1
      }
      unsafe order[j] = moving
    }
    var sum: Float = 0
    var first = children.count
    for i in 0..<children.count {
      unsafe sum += bounds[order[i]]
      unsafe sums[i] = sum
      if first == children.count, sum > minimum { first = i }
    }
    guard first < children.count else {
      window.clear()
      return
    }
    let needed = minimum - (first > 0 ? unsafe sums[first - 1] : 0)
    if first == children.count - 1 {
      try children[unsafe order[first]].evaluate(window, above: needed, fresh: true)
    } else if needed >= 0, isDense(from: first, window) {
      // (Below zero, all scores are above it, those of documents that do not match as well.)
      for i in first..<children.count { try terms[unsafe order[i]].add(window) }
      window.select(above: needed)
    } else {
      try unite(from: first, window)
    }
    let single = unsafe Window(
      base: window.base, end: window.end, bits: one.bits, scores: window.scores)
    var rest = first - 1
    while rest >= 0, !window.isEmpty {
      window.keep(above: minimum - (unsafe sums[rest]))
      single.copyBits(of: window)
      try children[unsafe order[rest]].evaluate(single, above: unbounded, fresh: false)
      rest -= 1
    }
    window.keep(above: minimum)
  }

  /// Whether so many postings lie in the window that going through all its scores is cheaper than marking
  /// each posting's document.
  private func isDense(from first: Int, _ window: Window) -> Bool {
    if terms.isEmpty { return false }
    var cost = 0
    for i in first..<children.count { cost &+= terms[unsafe order[i]].cost }
    return cost / 8 > documents
      || cost &* window.count / documents > window.count / 16
  }
}

// Some of several queries: documents that match so many of them, at least.

/// Scores are summed. Of k children n must match, so that each document matches one of any k − n + 1: the rarest of these
/// find the candidates, the others only narrow them.
@safe
final class AtLeastScorer: Scorer {
  /// Rarest first.
  private let children: [Scorer]
  private let count: Int
  private let memory: LeafMemory
  private let own: WindowMemory
  private let found: WindowMemory
  private let one: WindowMemory
  /// How many children a document of the window matches; zero between calls.
  private let counts: UnsafeMutablePointer<UInt16>

  /// - Parameter count: more than one, and fewer than there are children, of which there are 65,535 at most.
  init(_ count: Int, of children: [Scorer], memory: LeafMemory) {
    precondition(
      1 < count && count < children.count && children.count <= UInt16.max, "some of them")
    let sorted = children.sorted { $0.cost < $1.cost }
    var cost = 0
    for child in sorted.prefix(children.count - count + 1) { cost += child.cost }
    self.children = sorted
    self.count = count
    self.memory = memory
    own = memory.window()
    found = memory.window()
    one = memory.window()
    unsafe counts = .allocate(capacity: memory.windowCapacity)
    unsafe counts.initialize(repeating: 0, count: memory.windowCapacity)
    super.init(cost: cost)
  }

  deinit { unsafe counts.deallocate() }

  override func candidate(_ target: UInt32) throws(IndexError) -> UInt32 {
    var result = UInt32.max
    for child in children.prefix(children.count - count + 1) {
      result = min(result, try child.candidate(target))
      if result == target { break }
    }
    return result
  }

  override func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    var sum: Float = 0
    var matching = 0
    for child in children {
      let bound = try child.bound(base, end)
      if bound > unbounded { matching += 1 }
      sum += max(0, bound)
    }
    return matching < count ? unbounded : sum
  }

  override func evaluate(
    _ window: Window, above minimum: Float, fresh: Bool
  ) throws(IndexError) {
    let scored = unsafe window.scores != nil
    var mine = window.with(own, scored: scored)
    mine.copyBits(of: window)
    mine.isFull = window.isFull
    try narrow(mine)
    if scored, minimum > unbounded { mine.keep(above: minimum) }
    window.copyBits(of: mine)
    window.addScores(of: mine)
  }

  /// Narrows to the documents that match enough of the children; the scores of others are zero.
  private func narrow(_ window: Window) throws(IndexError) {
    let leading = children.count - count + 1
    let union = window.with(found, scored: false)
    union.clear()
    let single = unsafe Window(
      base: window.base, end: window.end, bits: one.bits, scores: window.scores)
    var asked = window
    for (number, child) in children.enumerated() {
      var narrowed = single
      narrowed.isFull = asked.isFull
      narrowed.copyBits(of: asked)
      try child.evaluate(narrowed, above: unbounded, fresh: false)
      for word in 0..<window.words {
        var rest = unsafe single.bits[word]
        while rest != 0 {
          unsafe counts[word &<< 6 &+ rest.trailingZeroBitCount] &+= 1
          rest &= rest &- 1
        }
      }
      if number < leading {
        union.unite(single)
        if number + 1 < leading { continue }
        window.copyBits(of: union)
        asked.isFull = false
      }
      if try drop(below: count - (children.count - 1 - number), window) { break }
    }
    for place in 0..<window.count { unsafe counts[place] = 0 }
  }

  /// Removes the candidates that match fewer children, and their scores.
  /// - Returns: none is left.
  private func drop(below least: Int, _ window: Window) throws(IndexError) -> Bool {
    var left: UInt64 = 0
    for word in 0..<window.words {
      var rest = unsafe window.bits[word]
      var kept = rest
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let at = word &<< 6 &+ bit
        if unsafe Int(counts[at]) < least {
          kept &= ~(1 &<< UInt64(bit))
          if let scores = unsafe window.scores { unsafe scores[at] = 0 }
        }
      }
      unsafe window.bits[word] = kept
      left |= kept
    }
    return left == 0
  }
}

// A scorer: the documents of one segment that match a query, with their scores, a window at a time.
//
// Everything works on windows (see Window.swift) in ascending order: a composite hands its candidates to
// its children, which narrow them and add their scores. So virtual calls are made once a window, and pruning
// is arithmetic on candidates: a document is dropped as soon as its score so far plus the bounds of what is
// left cannot pass the score that the collector asks for. All scores and bounds lie on the query's
// grid (ScoreGrid.swift): sums and differences here are exact, and no slack is needed.
//
// The rules of `evaluate`, for everyone:
//   · scores are added for the candidates that stay, and nowhere else;
//   · a candidate whose score by this scorer is not above `minimum` may be dropped;
//   · `fresh` says that the window's scores are zero at every candidate.

/// `-Float.infinity`: nothing is pruned.
let unbounded = -Float.infinity

class Scorer {
  /// About how many documents match, never fewer than do.
  final let cost: Int

  init(cost: Int) { self.cost = cost }

  /// A document ≥ `target` before which, from `target` on, nothing matches. `.max`: nothing matches from
  /// there on. Cheap, hence often `target` itself.
  func candidate(_ target: UInt32) throws(IndexError) -> UInt32 { target }

  /// No document of `base..<end` scores more; `unbounded` when none matches. Asked in ascending order, before `evaluate` of the window.
  func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float { 0 }

  /// At least `count` documents of the segment score more; `unbounded` when that is not known beforehand.
  func start(_ count: Int) -> Float { unbounded }

  /// Narrows the candidates to those that match.
  func evaluate(_ window: Window, above minimum: Float, fresh: Bool) throws(IndexError) {
    window.clear()
  }
}

/// All documents: a score of `boost` each.
final class AllScorer: Scorer {
  private let score: Float

  init(documents: Int, score: Float) {
    self.score = score
    super.init(cost: documents)
  }

  override func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float { score }

  override func evaluate(
    _ window: Window, above minimum: Float, fresh: Bool
  ) throws(IndexError) {
    guard score > minimum else {
      window.clear()
      return
    }
    window.addConstant(score)
  }
}

/// Documents of a set: a score of `boost` each.
final class SetScorer: Scorer {
  private let set: BitSet
  private let score: Float

  init(_ set: BitSet, score: Float) {
    self.set = set
    self.score = score
    super.init(cost: set.population)
  }

  override func candidate(_ target: UInt32) throws(IndexError) -> UInt32 {
    guard let next = set.next(from: Int(target)) else { return .max }
    return UInt32(next)
  }

  override func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float { score }

  override func evaluate(
    _ window: Window, above minimum: Float, fresh: Bool
  ) throws(IndexError) {
    guard score > minimum else {
      window.clear()
      return
    }
    window.intersect(set)
    window.addConstant(score)
  }
}

/// Documents that match all of `required` and none of `excluded`; those of `optional` add to the score.
final class AndScorer: Scorer {
  /// Rarest first.
  private let required: [Scorer]
  private let optional: [Scorer]
  private let excluded: [Scorer]
  private let memory: LeafMemory
  private lazy var scratch = memory.window()
  /// Bits before a child narrowed them, or those of an optional or excluded child.
  private let other: WindowMemory
  /// Bounds of the children within the window last asked about, summed up from child i to the last.
  private var remaining: [Float]

  /// - Parameter required: one at least.
  init(required: [Scorer], optional: [Scorer], excluded: [Scorer], memory: LeafMemory) {
    self.required = required.sorted { $0.cost < $1.cost }
    self.optional = optional
    self.excluded = excluded
    self.memory = memory
    other = memory.window()
    remaining = Array(repeating: 0, count: required.count + 1)
    super.init(cost: self.required[0].cost)
  }

  override func candidate(_ target: UInt32) throws(IndexError) -> UInt32 {
    var result = target
    for child in required {
      result = try child.candidate(result)
      if result == .max { break }
    }
    return result
  }

  override func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    var sum: Float = 0
    for child in optional { sum += max(0, try child.bound(base, end)) }
    remaining[required.count] = sum
    for i in required.indices.reversed() {
      sum += try required[i].bound(base, end)
      remaining[i] = sum
    }
    return sum
  }

  override func evaluate(
    _ window: Window, above minimum: Float, fresh: Bool
  ) throws(IndexError) {
    if unsafe window.scores != nil, !fresh {
      let own = window.with(scratch, scored: true)
      own.copyBits(of: window)
      try narrow(own, above: minimum)
      window.copyBits(of: own)
      window.addScores(of: own)
    } else {
      try narrow(window, above: minimum)
    }
  }

  private func narrow(_ window: Window, above minimum: Float) throws(IndexError) {
    let before = window.with(other, scored: false)
    var narrowed = window
    narrowed.isFull = false
    for i in required.indices {
      // Bounds were asked for only where there is a minimum.
      let needed = minimum > unbounded ? minimum - remaining[i + 1] : unbounded
      if i == 0 {
        try required[i].evaluate(window, above: needed, fresh: true)
      } else {
        before.copyBits(of: window)
        try required[i].evaluate(narrowed, above: unbounded, fresh: false)
        unsafe window.zeroScores(removedFrom: UnsafePointer(before.bits))
        if minimum > unbounded { window.keep(above: needed) }
      }
      if window.isEmpty { return }
    }
    for child in excluded {
      before.copyBits(of: window)
      try child.evaluate(before, above: unbounded, fresh: true)
      window.subtract(before)
    }
    guard unsafe window.scores != nil, !optional.isEmpty else { return }
    let adding = unsafe Window(
      base: window.base, end: window.end, bits: other.bits, scores: window.scores)
    for child in optional {
      adding.copyBits(of: window)
      try child.evaluate(adding, above: unbounded, fresh: false)
    }
    if minimum > unbounded { window.keep(above: minimum) }
  }
}

/// Documents that match any child; the best of their scores counts.
final class BestScorer: Scorer {
  private let children: [Scorer]
  private let best: WindowMemory
  private let one: WindowMemory

  init(_ children: [Scorer], memory: LeafMemory) {
    self.children = children
    best = memory.window()
    one = memory.window()
    super.init(cost: children.reduce(0) { $0 + $1.cost })
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
    var largest = unbounded
    for child in children { largest = max(largest, try child.bound(base, end)) }
    return largest
  }

  override func evaluate(
    _ window: Window, above minimum: Float, fresh: Bool
  ) throws(IndexError) {
    let scored = unsafe window.scores != nil
    let union = window.with(best, scored: scored)
    union.clear()
    let single = window.with(one, scored: scored)
    for child in children {
      single.copyBits(of: window)
      try child.evaluate(single, above: minimum, fresh: true)
      union.unite(single)
      if scored { union.takeLargerScores(of: single) }
    }
    window.copyBits(of: union)
    window.addScores(of: union)
  }
}

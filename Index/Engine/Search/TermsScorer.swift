// All or any of several words, each in one field: the queries that are asked most. By themselves they are collected and
// counted without windows (TermsCollector.swift); within other queries, and counted where lists are long, by windows.
//
// A window goes through four steps, each cheaper by document than the next:
//
//   bounds      of each term over chunks of 128 documents; chunks whose sum cannot pass are dead, and their
//               documents no candidates
//   required    the terms without which no document passes, as the bounds of the others show: of an intersection
//               all, of a union nearly always several, once there is a minimum
//   bits        candidates have all the required terms; when none is required, any of the essential ones, which are
//               all but the least, whose bounds together cannot pass (MaxScore: Turtle and Flood, 1995)
//   scores      of the candidates, batch by batch, the term with the largest bound first; those that what is left
//               cannot lift above the minimum are dropped after each
//
// So a union is worked off as an intersection where its bounds say that it is one.

import Bytes

@safe
final class TermsScorer: Scorer {
  /// Rarest first.
  private let terms: [TermScorer]
  private let isUnion: Bool
  private let candidates: Candidates
  /// Collects and counts without windows.
  let collector: TermsCollector
  /// Bits of a union.
  private let union: WindowMemory
  private let plan: UnsafeMutablePointer<Step>
  /// Bounds of each term over the chunks of a window, then their sums.
  private lazy var chunks: UnsafeMutablePointer<Float> = {
    let floats = (terms.count + 1) * Self.chunkLimit
    let chunks = UnsafeMutablePointer<Float>.allocate(capacity: floats)
    unsafe chunks.initialize(repeating: 0, count: floats)
    hasChunks = true
    return unsafe chunks
  }()
  private var hasChunks = false

  /// What a window asks of one term.
  private struct Step {
    var term = 0
    /// Over the live chunks; not negative.
    var bound: Float = 0
    var isRequired = false
    /// Whether candidates have it is asked one by one.
    var isAsked = false
  }

  /// More terms than that are worked off in another way (OrScorer).
  static let limit = 64
  /// Most documents of a window: its bits and bounds stay in the first cache.
  static let windowCapacity = 1 << 15
  private static let chunkShift: UInt32 = 7
  private static let chunkLimit = windowCapacity >> 7

  /// - Parameter terms: two at least, `limit` at most.
  init(_ terms: [TermScorer], isUnion: Bool, documents: Int, memory: LeafMemory) {
    let sorted = terms.sorted { $0.cost < $1.cost }
    var cost = sorted[0].cost
    if isUnion {
      cost = 0
      for term in sorted { cost += term.cost }
    }
    let plan = UnsafeMutablePointer<Step>.allocate(capacity: sorted.count)
    for i in sorted.indices { unsafe (plan + i).initialize(to: Step(term: i)) }
    self.terms = sorted
    self.isUnion = isUnion
    candidates = memory.candidates
    collector = TermsCollector(
      sorted, isUnion: isUnion, documents: documents, memory.candidates)
    union = memory.bits
    unsafe self.plan = plan
    super.init(cost: cost)
  }

  deinit {
    unsafe plan.deallocate()
    if hasChunks { unsafe chunks.deallocate() }
  }

  override func candidate(_ target: UInt32) throws(IndexError) -> UInt32 {
    if isUnion {
      var result = UInt32.max
      for term in terms {
        result = min(result, try term.candidate(target))
        if result == target { break }
      }
      return result
    }
    var result = target
    for term in terms {
      result = try term.candidate(result)
      if result == .max { break }
    }
    return result
  }

  override func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    var sum: Float = 0
    var matches = false
    for term in terms {
      let bound = try term.bound(base, end)
      if bound > unbounded {
        matches = true
        sum += bound
      } else if !isUnion {
        return unbounded
      }
    }
    return matches ? sum : unbounded
  }

  override func start(_ count: Int) -> Float {
    // What one word alone is worth at least.
    isUnion ? terms.reduce(unbounded) { max($0, $1.start(count)) } : unbounded
  }

  override func evaluate(
    _ window: Window, above minimum: Float, fresh: Bool
  ) throws(IndexError) {
    guard unsafe window.scores != nil else {
      try match(window)
      return
    }
    // The window's scores may be those of others: they are no place for sums.
    guard try prepare(window.withoutScores, above: minimum) else { return }
    var word = 0
    while word < window.words {
      word = candidates.take(window, from: word)
      try score(above: minimum)
      candidates.put(window)
    }
  }

  // MARK: Candidates

  private func match(_ window: Window) throws(IndexError) {
    var narrowed = window
    if isUnion {
      if window.isFull {
        window.clear()
        for term in terms { unsafe try term.mark(window, into: window.bits) }
        return
      }
      let all = window.with(union, scored: false)
      all.clear()
      for term in terms { unsafe try term.mark(window, into: all.bits) }
      window.intersect(all)
      return
    }
    for term in terms {
      try term.match(narrowed)
      narrowed.isFull = false
      if window.isEmpty { return }
    }
  }

  /// Narrows the window to what may score above `minimum`, and plans how to find out.
  /// - Returns: whether any document is left.
  private func prepare(_ window: Window, above minimum: Float) throws(IndexError) -> Bool {
    var window = window
    if minimum == unbounded {
      // The minimum may rise from batch to batch.
      for i in terms.indices {
        unsafe plan[i] = Step(
          term: i, bound: max(0, terms[i].largestScore), isRequired: !isUnion)
      }
    } else {
      guard let hasDead = try dropDeadChunks(window, above: minimum) else { return false }
      if hasDead { window.isFull = false }
    }
    try chooseCandidates(window, above: minimum)
    return !window.isEmpty
  }

  /// Removes the candidates of chunks that cannot pass, and bounds the terms over the others.
  /// - Returns: whether there are dead chunks; nil when there are no others.
  private func dropDeadChunks(_ window: Window, above minimum: Float) throws(IndexError) -> Bool? {
    let number = (window.count &+ 127) &>> 7
    let sums = unsafe ChunkBounds(chunks + terms.count &* Self.chunkLimit, number)
    unsafe sums.clear()
    for i in terms.indices {
      let own = unsafe ChunkBounds(chunks + i &* Self.chunkLimit, number)
      unsafe try terms[i].bounds(window, shift: Self.chunkShift, into: own.base, count: number)
      if isUnion { unsafe own.dropNegatives() }
      // None of the term in it: minus infinity, which the sum of an intersection keeps.
      unsafe sums.add(own)
    }
    let live = unsafe sums.becomeMasks(above: minimum, narrowing: window.bits, window.words)
    if live == 0 { return nil }
    for i in terms.indices {
      let own = unsafe ChunkBounds(chunks + i &* Self.chunkLimit, number)
      unsafe plan[i] = Step(term: i, bound: unsafe own.largest(of: sums), isRequired: !isUnion)
    }
    return live < number
  }

  /// Narrows to the documents that have the required terms, or any of the essential ones.
  private func chooseCandidates(_ window: Window, above minimum: Float) throws(IndexError) {
    let count = terms.count
    var total: Float = 0
    for i in 0..<count { unsafe total += plan[i].bound }
    var hasRequired = false
    for i in 0..<count {
      if unsafe total - plan[i].bound <= minimum { unsafe plan[i].isRequired = true }
      if unsafe plan[i].isRequired { hasRequired = true }
    }
    if hasRequired {
      // Still in the order of terms: the rarest first.
      var narrowed = window
      for i in 0..<count where unsafe plan[i].isRequired {
        let term = terms[unsafe plan[i].term]
        if !narrowed.isFull, term.isMarkedLate(window, window.population()) {
          unsafe plan[i].isAsked = true
          continue
        }
        try term.match(narrowed)
        if window.isEmpty { return }
        narrowed.isFull = false
      }
      sortPlan()
      return
    }
    sortPlan()
    // The least are not essential, as long as their bounds together cannot pass.
    var essential = 0
    var left = total
    while essential < count, left > minimum {
      unsafe left -= plan[essential].bound
      essential &+= 1
    }
    let all = window.with(union, scored: false)
    all.clear()
    for i in 0..<essential { unsafe try terms[plan[i].term].mark(window, into: all.bits) }
    window.intersect(all)
  }

  /// Largest bound first.
  private func sortPlan() {
    for i in 1..<terms.count {
      let step = unsafe plan[i]
      var place = i
      while place > 0, unsafe plan[place &- 1].bound < step.bound {
        unsafe plan[place] = plan[place &- 1]
        place &-= 1
      }
      unsafe plan[place] = step
    }
  }

  // MARK: Scoring

  /// Scores the candidates of a batch, and drops those that are not above `minimum`.
  private func score(above minimum: Float) throws(IndexError) {
    var left: Float = 0
    for i in terms.indices { unsafe left += plan[i].bound }
    candidates.keep(above: minimum - left)
    for i in terms.indices {
      if candidates.count == 0 { return }
      let step = unsafe plan[i]
      try terms[step.term].add(to: candidates, isRequired: step.isAsked)
      left -= step.bound
      if minimum > unbounded || step.isAsked { candidates.keep(above: minimum - left) }
    }
  }
}

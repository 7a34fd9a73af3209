// One scorer tree through one segment, window by window: matches counted, best ones collected. Only accepted
// documents (live, passing the filters) are candidates from the start, so no node needs to know of them.

struct SegmentSearch {
  private let segment: SearchSegment
  private let scorer: Scorer
  /// nil: every document is accepted.
  private let accepted: BitSet?
  private let deadline: Deadline
  private let lease: SearchMemory.Lease
  private let memory: WindowMemory

  /// - Parameter lease: of the scorer's memory.
  init(
    _ segment: SearchSegment, _ scorer: Scorer, accepted: BitSet?, lease: SearchMemory.Lease,
    deadline: Deadline
  ) {
    self.segment = segment
    self.scorer = scorer
    self.accepted = accepted
    self.deadline = deadline
    self.lease = lease
    memory = lease.memory.window()
  }

  /// The best documents, pruned: those that cannot be among them are not scored.
  /// - Returns: false when the deadline passed first.
  func collectTop(_ top: inout TopScores) throws(IndexError) -> Bool {
    if accepted == nil { top.begin(above: scorer.start(top.limit)) }
    if let term = scorer as? TermScorer {
      return try term.collect(
        &top, first: segment.first, accepted: accepted, deadline: deadline)
    }
    if let phrase = scorer as? PhraseScorer {
      return try phrase.collect(&top, first: segment.first, accepted: accepted)
    }
    if let terms = scorer as? TermsScorer {
      return try terms.collector.collect(
        &top, first: segment.first, accepted: accepted, deadline: deadline)
    }
    return try eachWindow(scored: true, minimum: top.minimum) {
      (window) throws(IndexError) -> Float in
      collect(window, &top)
      return top.minimum
    }
  }

  /// All matches are scored and counted.
  func collectAll(_ top: inout TopScores, count: inout Int) throws(IndexError) -> Bool {
    if let phrase = scorer as? PhraseScorer {
      return try phrase.collectAll(&top, first: segment.first, accepted: accepted, count: &count)
    }
    return try eachWindow(scored: true, minimum: unbounded) {
      (window) throws(IndexError) -> Float in
      count += window.population()
      collect(window, &top)
      return unbounded
    }
  }

  /// Matches are counted, without scores.
  func count(_ count: inout Int) throws(IndexError) -> Bool {
    if accepted == nil, let term = scorer as? TermScorer {
      count += term.cost
      return true
    }
    if let phrase = scorer as? PhraseScorer {
      return try phrase.count(&count, accepted: accepted)
    }
    if let terms = scorer as? TermsScorer, terms.collector.isCountFaster(accepted) {
      guard let found = try terms.collector.count(accepted, deadline) else { return false }
      count += found
      return true
    }
    return try eachWindow(scored: false, minimum: unbounded) {
      (window) throws(IndexError) -> Float in
      count += window.population()
      return unbounded
    }
  }

  /// The documents that match, as a set.
  func documents() throws(IndexError) -> BitSet? {
    var result = BitSet(count: segment.documentCount)
    let finished = try eachWindow(scored: false, minimum: unbounded) {
      (window) throws(IndexError) -> Float in
      let first = Int(window.base >> 6)
      for word in 0..<window.words {
        unsafe result.insert(word: first + word, mask: window.bits[word])
      }
      return unbounded
    }
    return finished ? result : nil
  }

  /// Calls `body` with each match and its score (0 when not scored).
  func forEach(
    scored: Bool, _ body: (UInt32, Float) throws(IndexError) -> Void
  ) throws(IndexError) -> Bool {
    try eachWindow(scored: scored, minimum: unbounded) { (window) throws(IndexError) -> Float in
      for word in 0..<window.words {
        var rest = unsafe window.bits[word]
        while rest != 0 {
          let at = word &<< 6 &+ rest.trailingZeroBitCount
          rest &= rest &- 1
          var score: Float = 0
          if let scores = unsafe window.scores {
            score = unsafe scores[at]
            unsafe scores[at] = 0
          }
          try body(window.base &+ UInt32(truncatingIfNeeded: at), score)
        }
      }
      return unbounded
    }
  }

  /// Offers every match to `top`, and zeroes its score.
  private func collect(_ window: Window, _ top: inout TopScores) {
    guard let scores = unsafe window.scores else { return }
    let first = segment.first &+ window.base
    for word in 0..<window.words {
      var rest = unsafe window.bits[word]
      while rest != 0 {
        let at = word &<< 6 &+ rest.trailingZeroBitCount
        rest &= rest &- 1
        unsafe top.offer(first &+ UInt32(truncatingIfNeeded: at), scores[at])
        unsafe scores[at] = 0
      }
    }
  }

  /// Evaluates the windows in order. `body` takes the matches, zeroes their scores, and returns what scores
  /// must exceed from then on.
  /// - Returns: false when the deadline passed first.
  private func eachWindow(
    scored: Bool, minimum: Float, _ body: (Window) throws(IndexError) -> Float
  ) throws(IndexError) -> Bool {
    lease.memory.isClean = false
    var minimum = minimum
    let documents = UInt32(segment.documentCount)
    var base: UInt32 = 0
    while base < documents {
      if deadline.isPassed { return false }
      let candidate = try scorer.candidate(base)
      if candidate >= documents { break }
      base = candidate & ~63
      let end = min(documents, base &+ UInt32(memory.capacity))
      if minimum > unbounded, try scorer.bound(base, end) <= minimum {
        base = end
        continue
      }
      var window = memory.window(base, end, scored: scored)
      window.fill()
      if let accepted {
        window.intersect(accepted)
      } else {
        window.isFull = true
      }
      do throws(IndexError) {
        try scorer.evaluate(window, above: minimum, fresh: true)
      } catch .cancelled {
        return false
      }
      window.isFull = false
      minimum = try body(window)
      base = end
    }
    lease.memory.isClean = true
    return true
  }
}

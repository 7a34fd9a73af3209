// A phrase in one field: as a part of a sum over fields, window by window, or alone.

/// What a phrase in one field contributes.
@safe
final class PhrasePart: FieldPart {
  let finder: PhraseFinder
  private let matched: UnsafeMutablePointer<UInt64>
  private let isSparse: Bool

  init(_ finder: PhraseFinder, documents: Int, memory: LeafMemory) {
    self.finder = finder
    unsafe matched = memory.matched
    isSparse = finder.cost < documents / 1024
    super.init(cost: finder.cost)
  }

  override func candidate(_ target: UInt32) throws(IndexError) -> UInt32 {
    isSparse ? max(target, try finder.candidate(target)) : target
  }

  override func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    try finder.bound(base, end)
  }

  override func accumulate(
    _ window: Window, _ sums: UnsafeMutablePointer<Float>?, above minimum: Float
  ) throws(IndexError) {
    if let sums = unsafe sums {
      try narrow(window, countsAll: true, above: minimum) { (place, x) in
        unsafe sums[place] += x
        return true
      }
    } else {
      try narrow(window, countsAll: false, above: minimum) { (_, _) in true }
    }
  }

  /// Narrows the candidates to those that match and for which `isTaken` says so. It is given the place in the window, and
  /// x if `countsAll`.
  @inline(__always)
  func narrow(
    _ window: Window, countsAll: Bool, above minimum: Float, _ isTaken: (Int, Float) -> Bool
  ) throws(IndexError) {
    for word in 0..<window.words { unsafe matched[word] = 0 }
    finder.begin(countsAll: countsAll)
    var isLeft = true
    while isLeft {
      isLeft = try finder.step(
        from: window.base, before: window.end, window.isFull ? nil : window, above: minimum)
      for found in 0..<finder.foundCount {
        let place = Int(unsafe finder.found[found] &- window.base)
        if isTaken(place, countsAll ? finder.value(found) : 0) {
          unsafe matched[place &>> 6] |= 1 &<< UInt64(place & 63)
        }
      }
      finder.take()
    }
    for word in 0..<window.words { unsafe window.bits[word] = matched[word] }
  }
}

/// A phrase in one field alone.
final class PhraseScorer: Scorer {
  private let part: PhrasePart
  private let saturation: Saturation

  init(_ part: PhrasePart, _ saturation: Saturation) {
    self.part = part
    self.saturation = saturation
    super.init(cost: part.cost)
  }

  override func candidate(_ target: UInt32) throws(IndexError) -> UInt32 {
    try part.candidate(target)
  }

  override func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    let x = try part.bound(base, end)
    return x < 0 ? unbounded : saturation.score(x)
  }

  override func evaluate(
    _ window: Window, above minimum: Float, fresh: Bool
  ) throws(IndexError) {
    guard let scores = unsafe window.scores else {
      try part.narrow(window, countsAll: false, above: unbounded) { (_, _) in true }
      return
    }
    try part.narrow(window, countsAll: true, above: saturation.x(below: minimum)) { (place, x) in
      let score = saturation.score(x)
      if score > minimum { unsafe scores[place] += score }
      return score > minimum
    }
  }

  // MARK: All documents, without windows

  /// Counts the documents that match, among those accepted (nil: all).
  /// - Returns: false when the deadline passed first.
  func count(_ count: inout Int, accepted: BitSet?) throws(IndexError) -> Bool {
    try eachDocument(countsAll: false, above: unbounded) { (document, _) in
      if accepted?[Int(document)] ?? true { count &+= 1 }
      return unbounded
    }
  }

  /// The best documents. Those that cannot be among them are not looked at.
  /// - Parameter first: number of the segment's first document within the snapshot.
  /// - Returns: false when the deadline passed first.
  func collect(
    _ top: inout TopScores, first: UInt32, accepted: BitSet?
  ) throws(IndexError) -> Bool {
    var known = top.minimum
    var limit = saturation.x(below: known)
    return try eachDocument(countsAll: true, above: limit) { (document, x) in
      if accepted?[Int(document)] ?? true { top.offer(first &+ document, saturation.score(x)) }
      if top.minimum != known {
        known = top.minimum
        limit = saturation.x(below: known)
      }
      return limit
    }
  }

  /// The best documents, and the number of all that match.
  func collectAll(
    _ top: inout TopScores, first: UInt32, accepted: BitSet?, count: inout Int
  ) throws(IndexError) -> Bool {
    try eachDocument(countsAll: true, above: unbounded) { (document, x) in
      if accepted?[Int(document)] ?? true {
        count &+= 1
        top.offer(first &+ document, saturation.score(x))
      }
      return unbounded
    }
  }

  /// Calls `body` with each match and, if `countsAll`, its x; it returns what x must exceed from then on.
  /// - Returns: false when the deadline passed first.
  @inline(__always)
  private func eachDocument(
    countsAll: Bool, above minimum: Float, _ body: (UInt32, Float) -> Float
  ) throws(IndexError) -> Bool {
    let finder = part.finder
    var minimum = minimum
    finder.begin(countsAll: countsAll)
    do throws(IndexError) {
      var isLeft = true
      while isLeft {
        isLeft = try finder.step(from: 0, before: PostingsCursor.end, nil, above: minimum)
        for found in 0..<finder.foundCount {
          minimum = body(unsafe finder.found[found], countsAll ? finder.value(found) : 0)
        }
        finder.take()
      }
    } catch .cancelled {
      return false
    }
    return true
  }
}

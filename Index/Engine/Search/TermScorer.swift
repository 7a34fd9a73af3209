// One term in one field: the commonest leaf, and the hot one.
//
// Two ways through a window: by blocks of 128 when most documents are candidates, by seeking each candidate
// when few are.

import Bytes

/// The curve from x to a score: W − W / (1 + x), on the query's grid.
struct Saturation: Sendable {
  let weight: Float
  let grid: ScoreGrid

  @inline(__always)
  func score(_ x: Float) -> Float { grid.round(weight - weight / (1 + x)) }

  /// `score` of `count` values in place, which may be read and written up to the next multiple of 8.
  @inline(__always)
  func scores(_ values: UnsafeMutablePointer<Float>, from start: Int, to end: Int) {
    let raw = UnsafeMutableRawPointer(values)
    let weight = SIMD8<Float>(repeating: self.weight)
    let magnitude = SIMD8<Float>(repeating: grid.magnitude)
    let one = SIMD8<Float>(repeating: 1)
    var at = (start & ~7) &* 4
    while at < end &* 4 {
      let x = unsafe raw.loadUnaligned(fromByteOffset: at, as: SIMD8<Float>.self)
      let score = weight - weight / (one + x)
      unsafe raw.storeBytes(
        of: (score + magnitude) - magnitude, toByteOffset: at, as: SIMD8<Float>.self)
      at &+= 32
    }
  }
}

/// Whether any of 16 values is above `limit`. By the signs of the differences: a comparison of lanes makes
/// scalar code of it.
@inline(__always)
func anyAbove(_ values: UnsafePointer<Float>, _ limit: Float) -> Bool {
  let raw = unsafe UnsafeRawPointer(values)
  let limits = SIMD8<Float>(repeating: limit)
  let low = unsafe limits - raw.loadUnaligned(as: SIMD8<Float>.self)
  let high = unsafe limits - raw.loadUnaligned(fromByteOffset: 32, as: SIMD8<Float>.self)
  let signs =
    unsafe unsafeBitCast(low, to: SIMD4<UInt64>.self)
    | (unsafe unsafeBitCast(high, to: SIMD4<UInt64>.self))
  return (signs.x | signs.y | signs.z | signs.w) & 0x8000_0000_8000_0000 != 0
}

@safe
final class TermScorer: Scorer {
  /// On the heap, so that nothing checks for exclusive access at each use.
  private let postings: UnsafeMutablePointer<FieldPostings>
  private let saturation: Saturation
  private let documents: Int
  private let memory: LeafMemory
  private let values: UnsafeMutablePointer<Float>
  private let matched: UnsafeMutablePointer<UInt64>
  /// The least code of a bound that passes `codeMinimum`.
  private var code: UInt16 = 0
  private var codeMinimum = unbounded
  /// Decoding to find the next document pays only where the next one is far.
  private let isSparse: Bool

  init(
    _ postings: consuming FieldPostings, _ saturation: Saturation, documents: Int,
    memory: LeafMemory
  ) {
    let cost = postings.cost
    unsafe self.postings = .allocate(capacity: 1)
    unsafe self.postings.initialize(to: postings)
    self.saturation = saturation
    self.documents = documents
    self.memory = memory
    unsafe values = memory.values
    unsafe matched = memory.matched
    isSparse = cost < documents / 1024
    super.init(cost: cost)
  }

  deinit {
    unsafe postings.deinitialize(count: 1)
    unsafe postings.deallocate()
  }

  override func candidate(_ target: UInt32) throws(IndexError) -> UInt32 {
    if isSparse { unsafe try postings.pointee.cursor.seek(target) }
    return max(target, unsafe postings.pointee.cursor.document)
  }

  override func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    let x = unsafe try postings.pointee.bound(base, end)
    return x < 0 ? unbounded : saturation.score(x)
  }

  override func start(_ count: Int) -> Float {
    let x = unsafe postings.pointee.greatest(count)
    // Without a step all scores are 0.
    return x < 0 || saturation.grid.step == 0
      ? unbounded : saturation.score(x) - saturation.grid.step
  }

  override func evaluate(
    _ window: Window, above minimum: Float, fresh: Bool
  ) throws(IndexError) {
    if unsafe window.scores == nil {
      try match(window)
    } else if isSeekingCheaper(window) {
      try seek(window, minimum)
    } else {
      for word in 0..<window.words { unsafe matched[word] = 0 }
      unsafe try postings.pointee.cursor.seek(window.base)
      try scan(window, minimum)
      for word in 0..<window.words { unsafe window.bits[word] &= matched[word] }
    }
  }

  /// A seek costs about as much as eight postings in a row.
  private func isSeekingCheaper(_ window: Window) -> Bool {
    !window.isFull && window.population() &* 8 < cost &* window.count / documents
  }

  // MARK: Bits first, scores after

  /// Narrows the candidates to those that match.
  func match(_ window: Window) throws(IndexError) {
    if cost < documents / 32, isSeekingCheaper(window) {
      try probe(window)
      return
    }
    if window.isFull {
      window.clear()
      unsafe try mark(window, into: window.bits)
      return
    }
    for word in 0..<window.words { unsafe matched[word] = 0 }
    unsafe try mark(window, into: matched)
    for word in 0..<window.words { unsafe window.bits[word] &= matched[word] }
  }

  /// Sets the bits of the documents of the window. Once a window.
  func mark(_ window: Window, into bits: UnsafeMutablePointer<UInt64>) throws(IndexError) {
    unsafe try postings.pointee.mark(window, into: bits)
  }

  /// As of the postings.
  func bounds(
    _ window: Window, shift: UInt32, into chunks: UnsafeMutablePointer<Float>, count: Int
  ) throws(IndexError) {
    unsafe try postings.pointee.bounds(
      window, shift: shift, saturation, into: chunks, count: count,
      sparse: cost &<< Int(shift) < documents ? matched : nil)
  }

  /// All scores are multiples of it.
  var step: Float { saturation.grid.step }

  /// A bound of the whole list.
  var largestScore: Float { saturation.score(unsafe postings.pointee.listBound) }

  /// The next block from `base` on whose bound is above `minimum`: its range from `base` on, and its bound. nil when there
  /// is none.
  func nextBlock(
    from base: UInt32, above minimum: Float
  ) throws(IndexError) -> (first: UInt32, last: UInt32, bound: Float)? {
    let code = competitiveCode(minimum)
    guard let block = unsafe try postings.pointee.cursor.nextBlock(from: base, boundAtLeast: code)
    else { return nil }
    return (block.first, block.last, saturation.score(unsafe postings.pointee.bound(block.code)))
  }

  /// Replaces the candidates by the documents of the block that `nextBlock` found, from `first` on, with their scores.
  /// - Parameter isScored: false: the scores come later, by `addOwn`.
  func lead(
    _ candidates: Candidates, from first: UInt32, _ accepted: BitSet?, isScored: Bool
  ) throws(IndexError) {
    unsafe try postings.pointee.cursor.seek(first)
    let start = unsafe postings.pointee.cursor.index
    let end = unsafe postings.pointee.cursor.count
    guard start < end else {
      candidates.removeAll()
      return
    }
    let documents = unsafe postings.pointee.cursor.documents + start
    if isScored {
      compute(start, end)
      unsafe candidates.take(documents, values + start, end &- start, accepted)
    } else {
      unsafe candidates.take(documents, end &- start, accepted, start: start)
    }
  }

  /// Adds the scores of the term that leads.
  func addOwn(to candidates: Candidates) {
    unsafe candidates.addOwn(&postings.pointee, saturation)
  }

  /// Of a document of average length that has the term once.
  var usualScore: Float { saturation.score(unsafe postings.pointee.usual) }

  /// Adds the scores of those candidates that match.
  /// - Parameter isRequired: drops the others.
  func add(to candidates: Candidates, isRequired: Bool) throws(IndexError) {
    if isRequired {
      unsafe try candidates.require(&postings.pointee, saturation)
    } else {
      unsafe try candidates.add(&postings.pointee, saturation)
    }
  }

  /// Keeps the candidates that match.
  func intersect(_ candidates: Candidates) throws(IndexError) {
    unsafe try candidates.intersect(&postings.pointee)
  }

  /// Drops the candidates that match.
  func subtract(from candidates: Candidates) throws(IndexError) {
    unsafe try candidates.subtract(&postings.pointee)
  }

  /// Replaces the candidates by the documents of the cursor's block, and goes to the next.
  /// - Returns: false at the end.
  func nextBlock(_ candidates: Candidates, _ accepted: BitSet?) throws(IndexError) -> Bool {
    let count = unsafe postings.pointee.cursor.count
    if count == 0 { return false }
    unsafe candidates.take(postings.pointee.cursor.documents, count, accepted)
    unsafe try postings.pointee.cursor.nextBlock()
    return true
  }

  /// Bounds and scores may be asked from the first document on again.
  func rewind() { unsafe postings.pointee.rewind() }

  /// Whether asking each of `population` candidates of a window is cheaper than marking all documents of the list there:
  /// a document that is asked costs as much as a few that are marked; dense blocks cost nothing to mark.
  func isMarkedLate(_ window: Window, _ population: Int) -> Bool {
    cost < documents / 4 && population &* 4 < cost &* window.count / documents
  }

  // MARK: Pruned by itself

  /// Scores the documents of the window, by blocks. Those that could not score above `minimum` are passed over
  /// by the blocks' bounds, then by sixteen scores at a time.
  private func scan(_ window: Window, _ minimum: Float) throws(IndexError) {
    guard let scores = unsafe window.scores else { return }
    let isPruned = minimum > unbounded
    while unsafe postings.pointee.cursor.document < window.end {
      if isPruned {
        let next = try nextCompetitive(above: minimum, until: window.end)
        if next >= window.end { return }
        let last = unsafe postings.pointee.cursor.documents[postings.pointee.cursor.count &- 1]
        if next > last {
          unsafe try postings.pointee.cursor.seek(next)
          continue
        }
      }
      let start = unsafe postings.pointee.cursor.index
      let end = unsafe postings.pointee.place(of: window.end, from: start)
      compute(start, end)
      let documents = unsafe postings.pointee.cursor.documents
      var i = start
      while i < end {
        let stop = min(end, i &+ 16)
        if isPruned, unsafe !anyAbove(values + i, minimum) {
          i = stop
          continue
        }
        while i < stop {
          let at = unsafe documents[i] &- window.base
          let word = Int(at &>> 6)
          let bit = UInt64(1) &<< UInt64(at & 63)
          if unsafe window.bits[word] & bit != 0, unsafe values[i] > minimum {
            unsafe matched[word] |= bit
            unsafe scores[Int(at)] += values[i]
          }
          i &+= 1
        }
      }
      unsafe try postings.pointee.cursor.move(to: end)
    }
  }

  /// Frequencies up to that cannot give a score above `minimum`.
  private func frequencyFloor(_ minimum: Float) -> UInt32 {
    unsafe postings.pointee.frequencyFloor(saturation.x(below: minimum))
  }

  /// Scores of the documents from `start` to `end` of the decoded block.
  @inline(__always)
  private func compute(_ start: Int, _ end: Int) {
    unsafe postings.pointee.values(start, end, into: values)
    unsafe saturation.scores(values, from: start, to: end)
  }

  /// Adds the scores of all documents of the window, candidates or not, and marks nothing.
  func add(_ window: Window) throws(IndexError) {
    guard let scores = unsafe window.scores else { return }
    unsafe try postings.pointee.cursor.seek(window.base)
    while unsafe postings.pointee.cursor.document < window.end {
      let start = unsafe postings.pointee.cursor.index
      let end = unsafe postings.pointee.place(of: window.end, from: start)
      unsafe postings.pointee.values(start, end, into: values)
      unsafe saturation.scores(values, from: start, to: end)
      let documents = unsafe postings.pointee.cursor.documents
      for i in start..<end { unsafe scores[Int(documents[i] &- window.base)] += values[i] }
      unsafe try postings.pointee.cursor.move(to: end)
    }
  }

  /// Looks for each candidate.
  private func seek(_ window: Window, _ minimum: Float) throws(IndexError) {
    guard let scores = unsafe window.scores else { return }
    for word in 0..<window.words {
      var rest = unsafe window.bits[word]
      var kept = rest
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let at = word &<< 6 &+ bit
        let document = window.base &+ UInt32(truncatingIfNeeded: at)
        unsafe try postings.pointee.cursor.seek(document)
        if unsafe postings.pointee.cursor.document == document {
          let score = unsafe saturation.score(postings.pointee.value())
          if score > minimum {
            unsafe scores[at] += score
            continue
          }
        }
        kept &= ~(1 &<< UInt64(bit))
      }
      unsafe window.bits[word] = kept
    }
  }

  /// Looks for each candidate, without scoring.
  private func probe(_ window: Window) throws(IndexError) {
    for word in 0..<window.words {
      var rest = unsafe window.bits[word]
      var kept = rest
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let document = window.base &+ UInt32(truncatingIfNeeded: word &<< 6 &+ bit)
        unsafe try postings.pointee.cursor.seek(document)
        if unsafe postings.pointee.cursor.document != document { kept &= ~(1 &<< UInt64(bit)) }
      }
      unsafe window.bits[word] = kept
    }
  }

  /// The best documents of the segment, without windows: blocks whose bound cannot pass are never decoded.
  /// - Parameters:
  ///   - first: number of the segment's first document within the snapshot.
  ///   - accepted: documents that may be hits; nil for all.
  /// - Returns: false when the deadline passed.
  func collect(
    _ top: inout TopScores, first: UInt32, accepted: BitSet?, deadline: Deadline
  ) throws(IndexError) -> Bool {
    var block = 0
    var floor: UInt32 = 0
    var floorMinimum = unbounded
    while unsafe postings.pointee.cursor.document != PostingsCursor.end {
      block &+= 1
      if block & 63 == 0, deadline.isPassed { return false }
      let end = unsafe postings.pointee.cursor.count
      if top.minimum > unbounded {
        let next = try nextCompetitive(above: top.minimum, until: PostingsCursor.end)
        if next == PostingsCursor.end { return true }
        if unsafe next > postings.pointee.cursor.documents[end &- 1] {
          unsafe try postings.pointee.cursor.seek(next)
          continue
        }
      }
      if top.minimum != floorMinimum {
        floorMinimum = top.minimum
        floor = floorMinimum > unbounded ? frequencyFloor(floorMinimum) : 0
      }
      let start = unsafe postings.pointee.cursor.index
      if floor > 0 {
        collectFew(&top, from: start, above: floor, first, accepted)
      } else {
        collectAll(&top, from: start, first, accepted)
      }
      unsafe try postings.pointee.cursor.nextBlock()
    }
    return true
  }

  /// Offers the documents of the decoded block, sixteen scores at a time.
  private func collectAll(
    _ top: inout TopScores, from start: Int, _ first: UInt32, _ accepted: BitSet?
  ) {
    let end = unsafe postings.pointee.cursor.count
    compute(start, end)
    let documents = unsafe postings.pointee.cursor.documents
    var i = start
    while i < end {
      let stop = min(end, i &+ 16)
      if top.minimum > unbounded, unsafe !anyAbove(values + i, top.minimum) {
        i = stop
        continue
      }
      while i < stop {
        if unsafe values[i] > top.minimum, unsafe accepted?[Int(documents[i])] ?? true {
          unsafe top.offer(first &+ documents[i], values[i])
        }
        i &+= 1
      }
    }
  }

  /// The same where frequencies up to `floor` are not enough: the others are few.
  private func collectFew(
    _ top: inout TopScores, from start: Int, above floor: UInt32, _ first: UInt32,
    _ accepted: BitSet?
  ) {
    let found = unsafe postings.pointee.select(from: start, above: floor, into: memory.places)
    if found == 0 { return }
    unsafe postings.pointee.scores(at: memory.places, found, saturation, into: values)
    let documents = unsafe postings.pointee.cursor.documents
    for i in 0..<found where unsafe values[i] > top.minimum {
      let document = unsafe documents[Int(memory.places[i])]
      if accepted?[Int(document)] ?? true { unsafe top.offer(first &+ document, values[i]) }
    }
  }

  /// As of the postings, by scores.
  private func nextCompetitive(
    above minimum: Float, until limit: UInt32
  ) throws(IndexError) -> UInt32 {
    unsafe try postings.pointee.nextCompetitive(
      until: limit, atLeast: competitiveCode(minimum))
  }

  /// The least code of a bound above `minimum`.
  private func competitiveCode(_ minimum: Float) -> UInt16 {
    if codeMinimum != minimum {
      codeMinimum = minimum
      code = unsafe postings.pointee.leastCode { saturation.score($0) > minimum }
    }
    return code
  }
}

// All or any of several words, each in one field, collected or counted without windows: the documents of one term, the
// lead, block by block, and the other terms asked of those that may still pass.
//
// Of an intersection the rarest term leads. A union is taken apart by the first of its terms that a document has:
//
//   documents with   a                       led by a; b and c are asked for what they add
//                    b, and not a            led by b; c adds, a takes away
//                    c, and neither a nor b  led by c, if it alone can still pass: seldom
//
// Terms with the largest bounds lead first: they are the rare ones, and the minimum that they leave behind is one that
// few documents without them reach (MaxScore, a list at a time: Turtle and Flood, 1995). As soon as a term is one that every
// document above the minimum must have, it leads, and nothing is left after it.

import Bytes

@safe
final class TermsCollector {
  /// Rarest first.
  private let terms: [TermScorer]
  private let isUnion: Bool
  private let candidates: Candidates
  private let documents: Int
  private let plan: UnsafeMutablePointer<Step>

  /// What is asked of one term about the documents of a block of the lead.
  private struct Step {
    var term = 0
    /// Over the block; not negative.
    var bound: Float = 0
    var isRequired = false
    /// Few documents of the lead have it.
    var isSelective = false
  }

  /// One leading term, and what the others are to it. All are numbers of terms.
  private struct Pass {
    var lead: Int
    /// Terms that add to the score, the lead not among them.
    var others: [Int]
    /// Terms whose documents were taken before.
    var excluded: [Int] = []
    /// Documents do not ascend from pass to pass: of two with equal scores the later one may be the better.
    var isFirst: Bool { excluded.isEmpty }
  }

  init(_ terms: [TermScorer], isUnion: Bool, documents: Int, _ candidates: Candidates) {
    self.terms = terms
    self.isUnion = isUnion
    self.documents = documents
    self.candidates = candidates
    let plan = UnsafeMutablePointer<Step>.allocate(capacity: terms.count)
    unsafe plan.initialize(repeating: Step(), count: terms.count)
    unsafe self.plan = plan
  }

  deinit { unsafe plan.deallocate() }

  // MARK: The best

  /// The best documents of the segment.
  /// - Parameters:
  ///   - first: number of the segment's first document within the snapshot.
  ///   - accepted: documents that may be hits; nil for all.
  /// - Returns: false when the deadline passed.
  func collect(
    _ top: inout TopScores, first: UInt32, accepted: BitSet?, deadline: Deadline
  ) throws(IndexError) -> Bool {
    // Largest bound first.
    var rest = Array(terms.indices)
    if isUnion { rest.sort { worth($0) > worth($1) } }
    var excluded: [Int] = []
    while !rest.isEmpty {
      let minimum = threshold(top, isFirst: excluded.isEmpty)
      let total = rest.reduce(0) { $0 + worth($1) }
      if total <= minimum { return true }
      // Without it nothing passes.
      let required = rest.filter { !isUnion || total - worth($0) <= minimum }.min()
      let lead = required ?? rest[0]
      rest.removeAll { $0 == lead }
      for term in terms { term.rewind() }
      let pass = Pass(lead: lead, others: rest, excluded: excluded)
      if try !follow(pass, &top, first: first, accepted, deadline) { return false }
      if required != nil { return true }
      excluded.append(lead)
    }
    return true
  }

  /// What a term adds at most.
  private func worth(_ term: Int) -> Float { max(0, terms[term].largestScore) }

  /// What scores must be above: scores are multiples of the grid's step.
  private func threshold(_ top: TopScores, isFirst: Bool) -> Float {
    isFirst ? top.minimum : min(top.minimum - terms[0].step, top.minimum.nextDown)
  }

  private func follow(
    _ pass: Pass, _ top: inout TopScores, first: UInt32, _ accepted: BitSet?, _ deadline: Deadline
  ) throws(IndexError) -> Bool {
    let lead = terms[pass.lead]
    let others = pass.others.reduce(0) { $0 + worth($1) }
    let usual = lead.usualScore
    var base: UInt32 = 0
    var blocks = 0
    while true {
      blocks &+= 1
      if blocks & 63 == 0, deadline.isPassed { return false }
      let minimum = threshold(top, isFirst: pass.isFirst)
      guard let block = try lead.nextBlock(from: base, above: minimum - others) else { return true }
      base = block.last &+ 1
      guard let left = try planBlock(pass, block.first, base, block.bound, above: minimum) else {
        continue
      }
      // Where the lead's score drops few, terms that drop more have the first word.
      let isScored = minimum - left > usual || !isAnySelective(pass)
      try lead.lead(candidates, from: block.first, accepted, isScored: isScored)
      try ask(pass, isScored: isScored, left: left, above: minimum)
      try exclude(pass)
      if pass.isFirst {
        candidates.offer(to: &top, first: first)
      } else {
        candidates.offerOutOfOrder(to: &top, first: first)
      }
    }
  }

  /// Bounds the other terms over a block of the lead, whose bound is `bound`.
  /// - Returns: the sum of the others' bounds; nil when nothing in the block passes.
  private func planBlock(
    _ pass: Pass, _ first: UInt32, _ end: UInt32, _ bound: Float, above minimum: Float
  ) throws(IndexError) -> Float? {
    var left: Float = 0
    for (i, other) in pass.others.enumerated() {
      let own = try terms[other].bound(first, end)
      if !isUnion, own == unbounded { return nil }
      let positive = max(0, own)
      left += positive
      // Largest first.
      var place = i
      while place > 0, unsafe plan[place &- 1].bound < positive {
        unsafe plan[place] = plan[place &- 1]
        place &-= 1
      }
      unsafe plan[place] = Step(term: other, bound: positive)
    }
    let total = bound + left
    if total <= minimum { return nil }
    for i in 0..<pass.others.count {
      let isRequired = unsafe !isUnion || total - plan[i].bound <= minimum
      unsafe plan[i].isRequired = isRequired
      unsafe plan[i].isSelective = isRequired && terms[plan[i].term].cost < documents / 8
    }
    return left
  }

  private func isAnySelective(_ pass: Pass) -> Bool {
    for i in 0..<pass.others.count where unsafe plan[i].isSelective { return true }
    return false
  }

  /// Adds the scores of the other terms, whose bounds are `left` in sum, and drops what cannot pass.
  /// - Parameter isScored: false: candidates have no scores yet; selective terms come first, and the lead's own scores for
  ///   the documents that have these.
  private func ask(
    _ pass: Pass, isScored: Bool, left: Float, above minimum: Float
  ) throws(IndexError) {
    var left = left
    if !isScored {
      for i in 0..<pass.others.count where unsafe plan[i].isSelective {
        if candidates.count == 0 { return }
        let step = unsafe plan[i]
        try terms[step.term].add(to: candidates, isRequired: true)
        left -= step.bound
      }
      terms[pass.lead].addOwn(to: candidates)
    }
    candidates.keep(above: minimum - left)
    for i in 0..<pass.others.count {
      if candidates.count == 0 { return }
      let step = unsafe plan[i]
      if !isScored, step.isSelective { continue }
      try terms[step.term].add(to: candidates, isRequired: step.isRequired)
      left -= step.bound
      // What is offered is compared once more.
      if i &+ 1 < pass.others.count || !pass.isFirst { candidates.keep(above: minimum - left) }
    }
  }

  /// Drops the documents that were taken before.
  private func exclude(_ pass: Pass) throws(IndexError) {
    for term in pass.excluded {
      if candidates.count == 0 { return }
      try terms[term].subtract(from: candidates)
    }
  }

  // MARK: Counting

  /// Whether `count` takes less time than bits of windows: a document that is looked for costs as much as eight that are
  /// marked; a word of bits that is cleared and counted about as much as one.
  func isCountFaster(_ accepted: BitSet?) -> Bool {
    if isUnion, accepted != nil { return false }
    let words = documents / 64
    var marked = 0
    // Dense lists are bits already.
    for term in terms { marked += min(term.cost, 2 * words) }
    var searched = terms[0].cost
    if isUnion {
      searched = 0
      for lead in 0..<(terms.count - 1) {
        searched += terms[lead].cost * (terms.count - 1 - lead)
      }
    }
    return searched * (isUnion ? 16 : 8) < words + marked
  }

  /// How many documents match.
  /// - Parameter accepted: documents that may match; nil for all, as in a union.
  /// - Returns: nil when the deadline passed.
  func count(_ accepted: BitSet?, _ deadline: Deadline) throws(IndexError) -> Int? {
    // A document of a union is counted with the last of its terms.
    var total = isUnion ? terms[terms.count - 1].cost : 0
    for lead in 0..<(isUnion ? terms.count - 1 : 1) {
      if lead > 0 { for term in terms { term.rewind() } }
      var blocks = 0
      while try terms[lead].nextBlock(candidates, accepted) {
        blocks &+= 1
        if blocks & 63 == 0, deadline.isPassed { return nil }
        for i in (lead + 1)..<terms.count {
          if candidates.count == 0 { break }
          if isUnion {
            try terms[i].subtract(from: candidates)
          } else {
            try terms[i].intersect(candidates)
          }
        }
        total += candidates.count
      }
    }
    return total
  }
}

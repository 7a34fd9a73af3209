// One word over several fields, or a phrase: x is summed over the fields in their order, then one curve makes
// the score of it (BM25F, see Norms/Similarity.swift).

import Bytes

/// What one field contributes.
class FieldPart {
  /// About how many documents match, never fewer than do.
  final let cost: Int

  init(cost: Int) { self.cost = cost }

  func candidate(_ target: UInt32) throws(IndexError) -> UInt32 { target }

  /// No document of `base..<end` has a larger x; negative: none of them matches. Windows ascend.
  func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float { -1 }

  /// Narrows the candidates to those that match and adds their x to `sums`, which is nil when only matching is
  /// asked. Documents whose x alone is known not to exceed `minimum` may be left out.
  func accumulate(
    _ window: Window, _ sums: UnsafeMutablePointer<Float>?, above minimum: Float
  ) throws(IndexError) {
    window.clear()
  }
}

/// A term in one of the fields.
@safe
final class TermPart: FieldPart {
  private let postings: UnsafeMutablePointer<FieldPostings>
  private let memory: LeafMemory
  private let values: UnsafeMutablePointer<Float>
  private let matched: UnsafeMutablePointer<UInt64>
  private let documents: Int
  private let isSparse: Bool

  init(_ postings: consuming FieldPostings, documents: Int, memory: LeafMemory) {
    let cost = postings.cost
    unsafe self.postings = .allocate(capacity: 1)
    unsafe self.postings.initialize(to: postings)
    self.memory = memory
    unsafe values = memory.values
    unsafe matched = memory.matched
    self.documents = documents
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
    unsafe try postings.pointee.bound(base, end)
  }

  override func accumulate(
    _ window: Window, _ sums: UnsafeMutablePointer<Float>?, above minimum: Float
  ) throws(IndexError) {
    guard let sums = unsafe sums else {
      try match(window)
      return
    }
    unsafe try combine(window, sums) { (old, x) in old + x }
  }

  /// Narrows the candidates, without x.
  func match(_ window: Window) throws(IndexError) {
    if isSeekingCheaper(window) {
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
      return
    }
    for word in 0..<window.words { unsafe matched[word] = 0 }
    unsafe try postings.pointee.mark(window, into: matched)
    for word in 0..<window.words { unsafe window.bits[word] &= matched[word] }
  }

  private func isSeekingCheaper(_ window: Window) -> Bool {
    !window.isFull && window.population() &* 8 < cost &* window.count / documents
  }

  @inline(__always)
  private func combine(
    _ window: Window, _ output: UnsafeMutablePointer<Float>, _ body: (Float, Float) -> Float
  ) throws(IndexError) {
    if isSeekingCheaper(window) {
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
            unsafe output[at] = body(output[at], postings.pointee.value())
          } else {
            kept &= ~(1 &<< UInt64(bit))
          }
        }
        unsafe window.bits[word] = kept
      }
      return
    }
    for word in 0..<window.words { unsafe matched[word] = 0 }
    unsafe try postings.pointee.cursor.seek(window.base)
    while unsafe postings.pointee.cursor.document < window.end {
      let start = unsafe postings.pointee.cursor.index
      let end = unsafe postings.pointee.place(of: window.end, from: start)
      let documents = unsafe postings.pointee.cursor.documents
      unsafe postings.pointee.values(start, end, into: values)
      for i in start..<end {
        let at = unsafe documents[i] &- window.base
        let bit = UInt64(1) &<< UInt64(at & 63)
        if unsafe window.bits[Int(at &>> 6)] & bit != 0 {
          unsafe matched[Int(at &>> 6)] |= bit
          unsafe output[Int(at)] = body(output[Int(at)], values[i])
        }
      }
      unsafe try postings.pointee.cursor.move(to: end)
    }
    for word in 0..<window.words { unsafe window.bits[word] &= matched[word] }
  }
}

@safe
final class FieldsScorer: Scorer {
  /// In the order of fields.
  private let parts: [FieldPart]
  private let saturation: Saturation
  /// x of each document, and the union of the parts' matches.
  private let sums: WindowMemory
  private let one: WindowMemory

  /// - Parameter parts: one at least.
  init(_ parts: [FieldPart], _ saturation: Saturation, memory: LeafMemory) {
    self.parts = parts
    self.saturation = saturation
    sums = memory.sums
    one = memory.one
    super.init(cost: parts.reduce(0) { $0 + $1.cost })
  }

  override func candidate(_ target: UInt32) throws(IndexError) -> UInt32 {
    var result = UInt32.max
    for part in parts {
      result = min(result, try part.candidate(target))
      if result == target { break }
    }
    return result
  }

  override func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    var sum: Float = 0
    var matches = false
    for part in parts {
      let x = try part.bound(base, end)
      if x >= 0 {
        matches = true
        sum += x
      }
    }
    return matches ? saturation.score(sum) : unbounded
  }

  override func evaluate(
    _ window: Window, above minimum: Float, fresh: Bool
  ) throws(IndexError) {
    guard let scores = unsafe window.scores else {
      try match(window)
      return
    }
    let union = window.with(sums, scored: true)
    union.clear()
    let single = window.with(one, scored: false)
    let alone = parts.count == 1 ? saturation.x(below: minimum) : unbounded
    for part in parts where try part.candidate(window.base) < window.end {
      single.copyBits(of: window)
      unsafe try part.accumulate(single, union.scores, above: alone)
      union.unite(single)
    }
    let x = unsafe sums.scores
    for word in 0..<window.words {
      var rest = unsafe union.bits[word]
      var kept = rest
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let at = word &<< 6 &+ bit
        let score = unsafe saturation.score(x[at])
        unsafe x[at] = 0
        if score > minimum {
          unsafe scores[at] += score
        } else {
          kept &= ~(1 &<< UInt64(bit))
        }
      }
      unsafe window.bits[word] = kept
    }
  }

  private func match(_ window: Window) throws(IndexError) {
    let union = window.with(sums, scored: false)
    union.clear()
    let single = window.with(one, scored: false)
    for part in parts where try part.candidate(window.base) < window.end {
      single.copyBits(of: window)
      unsafe try part.accumulate(single, nil, above: unbounded)
      union.unite(single)
    }
    window.copyBits(of: union)
  }
}

extension Saturation {
  /// An x whose score is certainly not above `minimum`, and nearly the largest such.
  func x(below minimum: Float) -> Float {
    guard minimum > 0 else { return unbounded }
    guard minimum < weight else { return .infinity }
    // Inverted in doubles, then a little less than that: `score` rounds.
    let ratio = Double(minimum) / Double(weight)
    let x = Float(ratio / (1 - ratio) * (1 - 1e-4))
    return score(x) <= minimum ? x : unbounded
  }
}

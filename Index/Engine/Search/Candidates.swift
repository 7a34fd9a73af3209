// Some candidates of a window while they are scored term by term: their documents side by side, so that what a term
// adds is computed for all of them in loops without branches.
//
//   documents    17   93  101  250  …
//   scores       .8    0   .3   .9  …     sums so far
//
// Those whose sum cannot pass any more are dropped by moving the others together.

import Bytes

@safe
final class Candidates {
  /// Of one batch. Loops over it stay in the first cache.
  static let capacity = 512

  let documents: UnsafeMutablePointer<UInt32>
  let scores: UnsafeMutablePointer<Float>
  private(set) var count = 0
  /// In the block of a term that leads.
  private let places: UnsafeMutablePointer<UInt32>
  /// Numbers of those that have a term, their frequencies in it, and what it adds.
  private let found: UnsafeMutablePointer<UInt32>
  private let frequencies: UnsafeMutablePointer<UInt32>
  private let values: UnsafeMutablePointer<Float>

  init() {
    let room = Self.capacity + 64
    unsafe documents = .allocate(capacity: 4 * room)
    unsafe documents.initialize(repeating: 0, count: 4 * room)
    unsafe found = documents + room
    unsafe frequencies = found + room
    unsafe places = frequencies + room
    unsafe scores = .allocate(capacity: 2 * room)
    unsafe scores.initialize(repeating: 0, count: 2 * room)
    unsafe values = scores + room
  }

  deinit {
    unsafe documents.deallocate()
    unsafe scores.deallocate()
  }

  /// Takes the window's candidates from word `word` on, as many as there is room for, and zeroes their bits.
  /// - Returns: the first word that was not taken.
  func take(_ window: Window, from word: Int) -> Int {
    var word = word
    var taken = 0
    while word < window.words, taken <= Self.capacity - 64 {
      var rest = unsafe window.bits[word]
      if rest != 0 {
        unsafe window.bits[word] = 0
        let base = window.base &+ UInt32(truncatingIfNeeded: word &<< 6)
        while rest != 0 {
          unsafe documents[taken] =
            base &+ UInt32(truncatingIfNeeded: rest.trailingZeroBitCount)
          taken &+= 1
          rest &= rest &- 1
        }
      }
      word &+= 1
    }
    unsafe scores.update(repeating: 0, count: taken)
    count = taken
    return word
  }

  func removeAll() { count = 0 }

  /// Replaces them by `number` documents, at most 128, with their scores.
  /// - Parameter accepted: documents that may be candidates; nil for all.
  func take(
    _ others: UnsafePointer<UInt32>, _ values: UnsafePointer<Float>, _ number: Int,
    _ accepted: BitSet?
  ) {
    unsafe documents.update(from: others, count: number)
    unsafe scores.update(from: values, count: number)
    count = number
    if let accepted { keep(accepted) }
  }

  /// The same without scores. They remember their places among the others, plus `start`, until `keep`.
  func take(
    _ others: UnsafePointer<UInt32>, _ number: Int, _ accepted: BitSet?, start: Int = 0
  ) {
    unsafe documents.update(from: others, count: number)
    unsafe scores.update(repeating: 0, count: number)
    for i in 0..<number { unsafe places[i] = UInt32(truncatingIfNeeded: start &+ i) }
    count = number
    if let accepted { keep(accepted) }
  }

  private func keep(_ accepted: BitSet) {
    var kept = 0
    for i in 0..<count {
      let document = unsafe documents[i]
      unsafe documents[kept] = document
      unsafe scores[kept] = scores[i]
      unsafe places[kept] = places[i]
      kept &+= accepted[Int(document)] ? 1 : 0
    }
    count = kept
  }

  /// Drops those whose score is not above `minimum`.
  func keep(above minimum: Float) {
    if minimum == unbounded { return }
    var kept = 0
    for i in 0..<count {
      let score = unsafe scores[i]
      unsafe documents[kept] = documents[i]
      unsafe scores[kept] = score
      kept &+= score > minimum ? 1 : 0
    }
    count = kept
  }

  /// Offers them, which ascend, and keeps none.
  /// - Parameter first: number of the segment's first document within the snapshot.
  func offer(to top: inout TopScores, first: UInt32) {
    for i in 0..<count { unsafe top.offer(first &+ documents[i], scores[i]) }
    count = 0
  }

  /// The same where others were offered before that come later.
  func offerOutOfOrder(to top: inout TopScores, first: UInt32) {
    for i in 0..<count { unsafe top.offerOutOfOrder(first &+ documents[i], scores[i]) }
    count = 0
  }

  /// Puts them back into their window with their scores.
  func put(_ window: Window) {
    guard let all = unsafe window.scores else { return }
    for i in 0..<count {
      let at = unsafe documents[i] &- window.base
      unsafe window.bits[Int(at &>> 6)] |= 1 &<< UInt64(at & 63)
      unsafe all[Int(at)] += scores[i]
    }
  }

  /// Adds the scores of a term to those that have it.
  func add(
    _ postings: inout FieldPostings, _ saturation: Saturation
  ) throws(IndexError) {
    let total = unsafe try postings.find(
      documents, count, saturation, into: found, frequencies: frequencies, scores: values)
    for i in 0..<total { unsafe scores[Int(found[i])] += values[i] }
  }

  /// Keeps those that have the term, and adds its scores.
  func require(
    _ postings: inout FieldPostings, _ saturation: Saturation
  ) throws(IndexError) {
    count = unsafe try postings.find(
      documents, count, saturation, into: found, frequencies: frequencies, scores: values)
    for i in 0..<count {
      let number = unsafe Int(found[i])
      unsafe documents[i] = documents[number]
      unsafe scores[i] = scores[number] + values[i]
      unsafe places[i] = places[number]
    }
  }

  /// Keeps those that have the term, without scores.
  func intersect(_ postings: inout FieldPostings) throws(IndexError) {
    count = unsafe try postings.find(documents, count, into: found)
    for i in 0..<count { unsafe documents[i] = documents[Int(found[i])] }
  }

  /// Drops those that have the term.
  func subtract(_ postings: inout FieldPostings) throws(IndexError) {
    let total = unsafe try postings.find(documents, count, into: found)
    if total == 0 { return }
    unsafe found[total] = .max
    var next = 0
    var kept = 0
    for i in 0..<count {
      unsafe documents[kept] = documents[i]
      unsafe scores[kept] = scores[i]
      let isFound = unsafe found[next] == UInt32(truncatingIfNeeded: i) ? 1 : 0
      next &+= isFound
      kept &+= 1 &- isFound
    }
    count = kept
  }

  /// Adds the scores of the term in whose block they have their places.
  func addOwn(_ postings: inout FieldPostings, _ saturation: Saturation) {
    unsafe postings.scores(at: places, count, saturation, into: values)
    for i in 0..<count { unsafe scores[i] += values[i] }
  }
}

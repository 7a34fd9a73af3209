// A stretch of documents that a scorer tree works on at one time.
//
//            base (a multiple of 64)                                 end
//   bits     1 0 0 1 1 0 …   one a document: still a candidate       (words of 64)
//   scores   s 0 0 s s 0 …   one a document: its score so far        (Float), or none when only matching is asked
//
// Scores are zero wherever nothing was added, so that nobody has to clear a window: whoever removes a
// candidate zeroes its score, and the collector zeroes those that it takes.

@safe
struct Window {
  let base: UInt32
  let end: UInt32
  let bits: UnsafeMutablePointer<UInt64>
  let scores: UnsafeMutablePointer<Float>?
  /// Every document of the window is known to be a candidate still.
  var isFull = false

  /// Words of `bits` in use.
  @inline(__always)
  var words: Int { Int((end &- base &+ 63) &>> 6) }

  @inline(__always)
  var count: Int { Int(end &- base) }

  /// Makes every document of the window a candidate.
  func fill() {
    let full = Int((end &- base) &>> 6)
    for word in 0..<full { unsafe bits[word] = ~0 }
    let rest = (end &- base) & 63
    if rest != 0 { unsafe bits[full] = (1 &<< UInt64(rest)) &- 1 }
  }

  func clear() {
    for word in 0..<words { unsafe bits[word] = 0 }
  }

  /// Candidates left.
  func population() -> Int {
    unsafe onesCount(bits, words)
  }

  /// The same bits alone.
  var withoutScores: Window {
    unsafe Window(base: base, end: end, bits: bits, scores: nil, isFull: isFull)
  }

  /// The same documents with other memory.
  func with(_ memory: WindowMemory, scored: Bool) -> Window {
    unsafe Window(
      base: base, end: end, bits: memory.bits, scores: scored ? memory.scores : nil)
  }

  /// Removes the candidates whose score is not above `minimum`, and zeroes their scores.
  func keep(above minimum: Float) {
    guard let scores = unsafe scores else { return }
    for word in 0..<words {
      var rest = unsafe bits[word]
      var kept = rest
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let at = word &<< 6 &+ bit
        if unsafe scores[at] <= minimum {
          unsafe scores[at] = 0
          kept &= ~(1 &<< UInt64(bit))
        }
      }
      unsafe bits[word] = kept
    }
  }

  /// Keeps the candidates whose score is above `minimum`, which is not negative; all other scores become zero. For
  /// scores that were added without marking candidates.
  func select(above minimum: Float) {
    guard let scores = unsafe scores else { return }
    let raw = UnsafeMutableRawPointer(scores)
    for word in 0..<words {
      let candidates = unsafe bits[word]
      var kept: UInt64 = 0
      for quarter in 0..<4 {
        let first = word &<< 6 &+ quarter &<< 4
        if unsafe anyAbove(scores + first, minimum) {
          for at in first..<first &+ 16 {
            let bit = UInt64(1) &<< UInt64(at & 63)
            if unsafe scores[at] > minimum, candidates & bit != 0 {
              kept |= bit
            } else {
              unsafe scores[at] = 0
            }
          }
        } else {
          unsafe raw.storeBytes(
            of: SIMD16<Float>.zero, toByteOffset: first &* 4, as: SIMD16<Float>.self)
        }
      }
      unsafe bits[word] = kept
    }
  }

  /// Zeroes the scores of the candidates that `previous` had and this window no longer has.
  func zeroScores(removedFrom previous: UnsafePointer<UInt64>) {
    guard let scores = unsafe scores else { return }
    for word in 0..<words {
      var gone = unsafe previous[word] & ~bits[word]
      while gone != 0 {
        unsafe scores[word &<< 6 &+ gone.trailingZeroBitCount] = 0
        gone &= gone &- 1
      }
    }
  }

  /// Adds the scores of `other`'s candidates to this window's, and zeroes them there.
  func addScores(of other: Window) {
    guard let scores = unsafe scores, let others = unsafe other.scores else { return }
    for word in 0..<words {
      var rest = unsafe other.bits[word]
      while rest != 0 {
        let at = word &<< 6 &+ rest.trailingZeroBitCount
        rest &= rest &- 1
        unsafe scores[at] += others[at]
        unsafe others[at] = 0
      }
    }
  }
}

/// Memory of one window; scores are zero when nobody works on them.
@safe
final class WindowMemory {
  let capacity: Int
  let bits: UnsafeMutablePointer<UInt64>
  /// Made when they are first wanted.
  var scores: UnsafeMutablePointer<Float> {
    if let made = unsafe made { return unsafe made }
    let new = UnsafeMutablePointer<Float>.allocate(capacity: capacity)
    unsafe new.initialize(repeating: 0, count: capacity)
    unsafe made = new
    return unsafe new
  }
  private var made: UnsafeMutablePointer<Float>? = nil

  /// - Parameter capacity: documents, a multiple of 64.
  init(capacity: Int) {
    self.capacity = capacity
    unsafe bits = .allocate(capacity: capacity / 64)
    unsafe bits.initialize(repeating: 0, count: capacity / 64)
  }

  deinit {
    unsafe bits.deallocate()
    unsafe made?.deallocate()
  }

  func window(_ base: UInt32, _ end: UInt32, scored: Bool) -> Window {
    precondition(Int(end - base) <= capacity, "a window within its memory")
    return unsafe Window(base: base, end: end, bits: bits, scores: scored ? scores : nil)
  }
}

// Bits.
extension Window {
  var isEmpty: Bool {
    var all: UInt64 = 0
    for word in 0..<words { unsafe all |= bits[word] }
    return all == 0
  }

  func copyBits(of other: Window) {
    unsafe bits.update(from: other.bits, count: words)
  }

  func intersect(_ other: Window) {
    for word in 0..<words { unsafe bits[word] &= other.bits[word] }
  }

  func unite(_ other: Window) {
    for word in 0..<words { unsafe bits[word] |= other.bits[word] }
  }

  /// Removes the candidates of `other`, and zeroes their scores.
  func subtract(_ other: Window) {
    for word in 0..<words {
      var gone = unsafe bits[word] & other.bits[word]
      unsafe bits[word] &= ~gone
      guard let scores = unsafe scores else { continue }
      while gone != 0 {
        unsafe scores[word &<< 6 &+ gone.trailingZeroBitCount] = 0
        gone &= gone &- 1
      }
    }
  }

  /// Adds the same score for every candidate.
  func addConstant(_ score: Float) {
    guard let scores = unsafe scores else { return }
    for word in 0..<words {
      var rest = unsafe bits[word]
      while rest != 0 {
        unsafe scores[word &<< 6 &+ rest.trailingZeroBitCount] += score
        rest &= rest &- 1
      }
    }
  }

  /// For each candidate of `other`: the larger of both scores here, and zero there.
  func takeLargerScores(of other: Window) {
    guard let scores = unsafe scores, let others = unsafe other.scores else { return }
    for word in 0..<words {
      var rest = unsafe other.bits[word]
      while rest != 0 {
        let at = word &<< 6 &+ rest.trailingZeroBitCount
        rest &= rest &- 1
        unsafe scores[at] = max(scores[at], others[at])
        unsafe others[at] = 0
      }
    }
  }
}

extension Window {
  /// The first candidate at or after place `place`.
  func next(from place: Int) -> Int? {
    var word = place &>> 6
    guard word < words else { return nil }
    var rest = unsafe bits[word] & (~0 &<< UInt64(place & 63))
    while rest == 0 {
      word &+= 1
      if word == words { return nil }
      rest = unsafe bits[word]
    }
    return word &<< 6 &+ rest.trailingZeroBitCount
  }

  /// Keeps the candidates that are in `set`, a set of the segment's documents.
  func intersect(_ set: BitSet) {
    let first = Int(base &>> 6)
    for word in 0..<words { unsafe bits[word] &= set.words[first &+ word] }
  }
}

/// A set of documents 0..<count, one bit each, in words of 64: document d is bit d % 64 of word d / 64.
///
/// Invariant: bits from `count` on are zero.
struct BitSet: Sendable, Equatable {
  let count: Int
  private(set) var words: [UInt64]

  init(count: Int, all: Bool = false) {
    self.count = count
    words = [UInt64](repeating: all ? ~0 : 0, count: (count + 63) / 64)
    if all { trim() }
  }

  /// `words` has (count + 63) / 64 elements; bits from `count` on are dropped.
  init(count: Int, words: [UInt64]) {
    precondition(words.count == (count + 63) / 64, "as many words as the count needs")
    self.count = count
    self.words = words
    trim()
  }

  subscript(_ document: Int) -> Bool {
    @inline(__always) get { words[document &>> 6] &>> UInt64(document & 63) & 1 != 0 }
    @inline(__always) set {
      let bit = UInt64(1) &<< UInt64(document & 63)
      if newValue { words[document &>> 6] |= bit } else { words[document &>> 6] &= ~bit }
    }
  }

  @inline(__always)
  mutating func insert(_ document: Int) { self[document] = true }

  @inline(__always)
  mutating func remove(_ document: Int) { self[document] = false }

  /// Documents in the set.
  var population: Int {
    var sum = 0
    for word in words { sum &+= word.nonzeroBitCount }
    return sum
  }

  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  /// Inserts the documents of `range`.
  mutating func insert(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "documents of the set")
    let first = range.lowerBound >> 6
    let last = (range.upperBound - 1) >> 6
    let low = ~UInt64(0) &<< UInt64(range.lowerBound & 63)
    let high = ~UInt64(0) &>> UInt64(63 &- (range.upperBound &- 1) & 63)
    if first == last {
      words[first] |= low & high
    } else {
      words[first] |= low
      for word in first + 1..<last { words[word] = ~0 }
      words[last] |= high
    }
  }

  /// Sets bits of a whole word at once: those of `mask` in word `index`. Bits from `count` on are dropped.
  @inline(__always)
  mutating func insert(word index: Int, mask: UInt64) {
    words[index] |= mask
    if index == words.count &- 1 { trim() }
  }

  mutating func formUnion(_ other: BitSet) {
    precondition(other.count == count, "sets of one segment")
    for index in words.indices { words[index] |= other.words[index] }
  }

  mutating func formIntersection(_ other: BitSet) {
    precondition(other.count == count, "sets of one segment")
    for index in words.indices { words[index] &= other.words[index] }
  }

  mutating func subtract(_ other: BitSet) {
    precondition(other.count == count, "sets of one segment")
    for index in words.indices { words[index] &= ~other.words[index] }
  }

  mutating func complement() {
    for index in words.indices { words[index] = ~words[index] }
    trim()
  }

  /// The first document of the set from `document` on; nil when there is none.
  func next(from document: Int) -> Int? {
    guard document < count else { return nil }
    var index = max(document, 0) >> 6
    var word = words[index] & (~0 &<< UInt64(max(document, 0) & 63))
    while word == 0 {
      index += 1
      if index == words.count { return nil }
      word = words[index]
    }
    return index &<< 6 &+ word.trailingZeroBitCount
  }

  /// Calls `body` with each document, ascending.
  func visit<E>(_ body: (Int) throws(E) -> Void) throws(E) {
    for index in words.indices {
      var word = words[index]
      while word != 0 {
        try body(index &<< 6 &+ word.trailingZeroBitCount)
        word &= word &- 1
      }
    }
  }

  private mutating func trim() {
    if count & 63 != 0 { words[words.count - 1] &= ~(~0 &<< UInt64(count & 63)) }
  }
}

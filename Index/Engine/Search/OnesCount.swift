// How many bits of many words are set. Where the processor may not be asked (the baseline of x86-64 has no popcnt), a
// word takes a dozen steps. Adders save most of them: they take words in and give the same number of ones as sums of
// bits, twos, fours and eights, and only one vector of sixteen is counted (Harley and Seal; Warren, Hacker's
// Delight, 2nd edition, 5-1; Muła, Kurz and Lemire, Faster Population Counts, 2018).
//
//   ones, a, b  →  low = ones ^ a ^ b       bits that are worth 1
//                  high = majority of them   bits that are worth 2

private typealias Words = SIMD2<UInt64>

/// The sum of three bits, a place of the vectors each.
@inline(__always)
private func add(_ low: inout Words, _ a: Words, _ b: Words) -> Words {
  let either = low ^ a
  let high = (low & a) | (either & b)
  low = either ^ b
  return high
}

/// Ones of each of both words.
@inline(__always)
private func ones(_ words: Words) -> Words {
  Words(
    UInt64(truncatingIfNeeded: words.x.nonzeroBitCount),
    UInt64(truncatingIfNeeded: words.y.nonzeroBitCount))
}

/// How many bits of `count` words are set.
func onesCount(_ bits: UnsafePointer<UInt64>, _ count: Int) -> Int {
  let raw = unsafe UnsafeRawPointer(bits)
  var (one, two, four, total) = (Words.zero, Words.zero, Words.zero, Words.zero)
  var word = 0
  while word &+ 16 <= count {
    @inline(__always) func load(_ place: Int) -> Words {
      unsafe raw.loadUnaligned(fromByteOffset: (word &+ 2 &* place) &* 8, as: Words.self)
    }
    let twoA = add(&one, load(0), load(1))
    let twoB = add(&one, load(2), load(3))
    let fourA = add(&two, twoA, twoB)
    let twoC = add(&one, load(4), load(5))
    let twoD = add(&one, load(6), load(7))
    let fourB = add(&two, twoC, twoD)
    total &+= ones(add(&four, fourA, fourB))
    word &+= 16
  }
  total = total &* Words(repeating: 8) &+ ones(four) &* Words(repeating: 4)
  total = total &+ ones(two) &* Words(repeating: 2) &+ ones(one)
  var result = Int(truncatingIfNeeded: total.x &+ total.y)
  while word < count {
    unsafe result &+= bits[word].nonzeroBitCount
    word &+= 1
  }
  return result
}

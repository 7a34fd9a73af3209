// Fingerprints: 64 bits by which nearly the same texts are found, since few of their bits differ (SimHash: Charikar, "Similarity
// estimation techniques from rounding algorithms", 2002; Manku, Jain, Das Sarma, "Detecting near-duplicates for web crawling",
// 2007). The features are the pairs of words that follow each other; bit i is set when more of their hashes have it than have not.
//
// They lie in files: hashes of words here have no seed of the process.

import Analysis

struct Fingerprint {
  /// Bit-sliced counters: bit b of slice s is bit s of how many hashes have bit b.
  private var slices = [20 of UInt64](repeating: 0)
  private var count = 0
  /// Of the word before; 0: there is none.
  private var last: UInt64 = 0

  /// Pairs counted; longer texts are judged by their beginning.
  private static let most = 1 << 20 - 1
  private static let seed: UInt64 = 0x6D61_7274_6C65_7421

  /// The words of a stretch of a value.
  mutating func add(_ tokens: borrowing TokenBuffer, from first: Int) {
    let all = unsafe tokens.tokenBase
    let forms = unsafe tokens.formBase
    for index in first..<tokens.count {
      let token = unsafe all[index]
      add(
        unsafe FormHash.of(
          forms + Int(token.form), count: Int(token.formLength), seed: Self.seed))
    }
  }

  mutating func add(_ word: UInt64) {
    if last != 0 { count(FormHash.mix(last, word)) }
    last = word | 1
  }

  /// No pair spans two values.
  mutating func endValue() { last = 0 }

  private mutating func count(_ hash: UInt64) {
    guard count < Self.most else { return }
    count &+= 1
    var carry = hash
    var slice = 0
    while carry != 0 {
      let bits = slices[slice]
      slices[slice] = bits ^ carry
      carry &= bits
      slice &+= 1
    }
  }

  /// The fingerprint of the document that ends; nil when it has no two words in a row.
  mutating func take() -> Int64? {
    defer { self = Fingerprint() }
    guard count > 0 else { return nil }
    var bits: UInt64 = 0
    for bit in 0..<64 {
      var having = 0
      for slice in 0..<20 { having |= Int(slices[slice] &>> UInt64(bit) & 1) &<< slice }
      if having * 2 > count { bits |= 1 &<< UInt64(bit) }
    }
    return Int64(bitPattern: bits)
  }
}

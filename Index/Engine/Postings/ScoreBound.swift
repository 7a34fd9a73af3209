// Bounds of x, what a posting adds to BM25F's saturation (Norms/Similarity.swift): the greatest of a block of
// postings, as a number of 15 bits, so that whole lists of blocks are looked through eight at a time.
//
// x is frequency × factor of the norm, and the factor depends on the field's average length, which changes with
// every commit. The bound is of x with weight 1 by the average of the segment itself, r. By another average a,
//
//   x_a / x_r = (1 − b + b·length/r) / (1 − b + b·length/a)        lies between 1 and a/r, whatever the length,
//
// so that bound · max(1, a/r) bounds x_a, and equals its greatest value where the averages agree: an index of one
// segment. (Pairs of frequency and norm, as Lucene keeps them, bound any average sharply, but take ten times the room
// and a multiplication each.)
//
// A code is the upper part of a Float, rounded up: 6 bits of exponent and 9 of fraction, 2^-32 … 2^32, at most 0.2 %
// above the value. Codes are in the order of their values.

enum ScoreBound {
  private static let shift: UInt32 = 14
  /// The code of 2^-32 would be 0: what lies below is rounded up to it.
  private static let offset: UInt32 = (127 - 32) << 9
  static let largest: UInt16 = 0x7fff

  /// The least code with a value of at least `x`, which is positive and below 2^31.
  @inline(__always)
  static func code(_ x: Float) -> UInt16 {
    let up = (x.bitPattern &+ (1 &<< shift) &- 1) &>> shift
    return UInt16(truncatingIfNeeded: min(max(up, offset) &- offset, UInt32(largest)))
  }

  @inline(__always)
  static func value(_ code: UInt16) -> Float {
    Float(bitPattern: (UInt32(code & largest) &+ offset) &<< shift)
  }

  /// What `code` was made of is larger than this, unless it is 0.
  @inline(__always)
  static func floor(_ code: UInt16) -> Float { code == 0 ? 0 : value(code &- 1) }

  /// Factors of the norms by a segment's own lengths; without lengths they do not count.
  static func factors(documents: Int, tokens: UInt64) -> [Float] {
    if documents == 0 { return Array(repeating: 1 / Similarity.k1, count: 256) }
    return Similarity.normFactors(
      weight: 1, averageLength: averageLength(documents: documents, tokens: tokens))
  }

  /// r, above.
  static func averageLength(documents: Int, tokens: UInt64) -> Float {
    max(Float(Double(tokens) / Double(documents)), 1e-3)
  }
}

/// A bound as a query sees it: by its average length and its weight of the field.
struct BoundScale: Sendable {
  /// Codes' values times this are no smaller than any x, and times `least` no larger than the greatest.
  private let most: Float
  private let least: Float

  /// - Parameters:
  ///   - weight: of the field.
  ///   - average: a, above; 0 where lengths do not count.
  ///   - reference: r, above; 0 where the segment knows no lengths.
  init(weight: Float, average: Float, reference: Float) {
    if (average > 0) == (reference > 0) {
      let ratio = average > 0 ? average / reference : 1
      // Factors and products were rounded, by less than 2^-20 in all.
      most = weight * max(1, ratio) * (1 + 0x1p-18)
      least = weight * min(1, ratio) * (1 - 0x1p-18)
    } else {
      // Lengths count for one of both: nothing is known.
      most = .infinity
      least = 0
    }
  }

  /// No x of the block is larger.
  @inline(__always)
  func bound(_ code: UInt16) -> Float { ScoreBound.value(code) * most }

  /// The block has a document with at least this x.
  @inline(__always)
  func greatest(_ code: UInt16) -> Float { ScoreBound.floor(code) * least }

  /// A code for an x that is known.
  func code(_ x: Float) -> UInt16 {
    most > 0 && most.isFinite ? ScoreBound.code(x / most * (1 + 0x1p-18)) : 0
  }
}

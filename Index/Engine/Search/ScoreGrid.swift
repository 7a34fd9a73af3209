// Sums without order. Floats added in another order give other bits, and pruning changes the order from
// document to document. So every score of a leaf is rounded to a multiple of a grid that is a property of the
// query: with 2^e at least the sum of all leaves' largest scores, the grid is 2^(e−23). All sums are then
// exact, hence equal in any order; the rounding is as fine as that of the sum's own Float.

/// Rounds scores to multiples of a power of two, so that sums of them are exact.
struct ScoreGrid: Sendable, Equatable {
  /// 2^e, at least the largest sum. Adding and subtracting it rounds to multiples of 2^(e−23), ties to even.
  let magnitude: Float

  /// - Parameter largestSum: no sum of scores of the query is larger.
  init(largestSum: Float) {
    guard largestSum > 0, largestSum.isFinite else {
      magnitude = 0
      return
    }
    let exponent = largestSum.exponent
    let power = Float(sign: .plus, exponent: exponent, significand: 1)
    magnitude = power == largestSum ? power : power * 2
  }

  /// The difference from one multiple to the next.
  var step: Float { magnitude * 0x1p-23 }

  @inline(__always)
  func round(_ score: Float) -> Float { (score + magnitude) - magnitude }
}

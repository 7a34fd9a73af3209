// Recency as a leaf of a query: largest × 2^(−age / half-life). What lies in the future is as new as can be; what has no date gets
// nothing.

import Bytes
import Glibc

struct RecencyWeight {
  let query: RecencyQuery
  /// Of something that is new.
  let largest: Float

  /// Halves with each half-life before the origin. Not rounded to the grid.
  func score(_ date: Int64) -> Float {
    let age = Double(query.origin) - Double(date)
    return age > 0 ? largest * Float(exp2(-age / Double(query.halfLife))) : largest
  }
}

final class RecencyScorer: Scorer {
  private let weight: RecencyWeight
  private let column: ColumnReader
  private let grid: ScoreGrid
  private var number = -1
  private var block: ColumnReader.Block?

  init(_ weight: RecencyWeight, _ column: ColumnReader, grid: ScoreGrid) {
    self.weight = weight
    self.column = column
    self.grid = grid
    super.init(cost: column.documentsWithValue)
  }

  override func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    var newest: Int64?
    let last = min(column.blockCount, (Int(end) + blockSize - 1) / blockSize)
    for index in Int(base) / blockSize..<max(last, Int(base) / blockSize) {
      if let range = try column.range(ofBlock: index) {
        newest = max(newest ?? .min, range.maximum)
      }
    }
    // A step more: nobody promises that exp2(3) falls wherever its argument does.
    return newest.map { grid.round(weight.score($0)) + grid.step } ?? unbounded
  }

  override func evaluate(
    _ window: Window, above minimum: Float, fresh: Bool
  ) throws(IndexError) {
    for word in 0..<window.words {
      var rest = unsafe window.bits[word]
      if rest == 0 { continue }
      let first = Int(window.base) &+ word &<< 6
      if first / blockSize != number {
        number = first / blockSize
        block = try column.block(number)
      }
      guard let block else { continue }
      var kept = rest
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let values = block.range((first &+ bit) % blockSize)
        guard var newest = values.first.map({ block.value($0) }) else {
          kept &= ~(1 &<< UInt64(bit))
          continue
        }
        for index in values.dropFirst() { newest = max(newest, block.value(index)) }
        if let scores = unsafe window.scores {
          unsafe scores[word &<< 6 &+ bit] += grid.round(weight.score(newest))
        }
      }
      unsafe window.bits[word] = kept
    }
  }
}

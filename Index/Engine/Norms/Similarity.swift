// BM25F, computed as Lucene 10 computes BM25 where one field is searched.
//
//   idf        = ln(1 + (N − n + 0.5) / (n + 0.5))        n = the largest document frequency over the fields
//   x          = Σ_f  tf_f · w_f / (k1 · (1 − b + b · length_f / averageLength_f))
//   score      = W − W / (1 + x)                            W = idf · boost
//
// x / (1 + x) is tf~ / (k1 + tf~) with tf~ = Σ_f w_f · tf_f / B_f: the formula of Robertson, Zaragoza and
// Taylor, "Simple BM25 extension to multiple weighted fields", 2004, and for one field that of Lucene's
// BM25Similarity, written so that it is monotonic in floating point as well: a bound computed by it is one.

import Glibc

enum Similarity {
  static let k1: Float = 1.2
  static let b: Float = 0.75

  /// - Parameters:
  ///   - documents: N, of the whole snapshot, deleted ones included.
  ///   - frequency: n, documents that have the term.
  static func idf(documents: Int, frequency: Int) -> Float {
    let count = Double(max(documents, frequency))
    let having = Double(frequency)
    return Float(log(1 + (count - having + 0.5) / (having + 0.5)))
  }

  /// For each norm byte: `weight / (k1 · B)`.
  static func normFactors(weight: Float, averageLength: Float) -> [Float] {
    Norm.lengths.map { length in
      weight * (1 / (k1 * ((1 - b) + b * Float(length) / averageLength)))
    }
  }
}

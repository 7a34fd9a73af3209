/// The last hit of one part of a search: where the next part goes on, in the same generation. What its sort keys are, its
/// document tells, so that this is enough however deep it lies.
public struct SearchPosition: Sendable, Equatable {
  /// Of an `IndexGroup`: which of its indexes, in the order of their names, the document is of.
  public var member = 0
  /// Number of its document within the generation.
  public var document: UInt32
  /// Bits of its score.
  public var score: UInt32
  /// Hits up to it, itself included.
  public var place: Int
  /// What date words and ages count from in all parts: milliseconds since 1970.
  public var now: Int64

  public init(member: Int = 0, document: UInt32, score: UInt32, place: Int, now: Int64) {
    self.member = member
    self.document = document
    self.score = score
    self.place = place
    self.now = now
  }
}

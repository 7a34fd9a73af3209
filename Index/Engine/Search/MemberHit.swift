// Hits of several indexes that answer together, each a member by the order of their names. What they are sorted by comes first, then
// the member, then the document: so hits of equal worth are in the same order in one index that holds all documents.

/// A hit of one of them.
struct MemberHit: Sendable {
  var member: Int
  var document: ScoredDocument
  /// What it is sorted by; nil where that is the score alone.
  var key: SortedHit?

  func precedes(_ other: MemberHit) -> Bool {
    if let key, let its = other.key {
      if let isBefore = key.isBefore(its) { return isBefore }
    } else if document.score != other.document.score {
      return document.score > other.document.score
    }
    return (member, document.document) < (other.member, other.document.document)
  }

  /// Those of one member.
  static func hits(of member: Int, _ found: RunResult, keyed: [SortedHit]) -> [MemberHit] {
    found.hits.enumerated().map { place, document in
      MemberHit(member: member, document: document, key: keyed.isEmpty ? nil : keyed[place])
    }
  }
}

/// What went wrong in one of them.
struct MemberFailure: Error {
  var member: Int
  var error: IndexError

  static func within<Value>(
    _ member: Int, _ body: () throws(IndexError) -> Value
  ) throws(MemberFailure) -> Value {
    do throws(IndexError) {
      return try body()
    } catch {
      throw MemberFailure(member: member, error: error)
    }
  }
}

/// Where a part of a search begins: behind the last hit of the part before. To each view that is a place among its own
/// documents, also where the hit is of another one.
struct SearchBound {
  /// Of the hit.
  var score: Float
  /// What the hit is sorted by; nil where that is the score alone.
  var key: SortedHit?
  /// Of documents that are worth as much as the hit, those up to this one lie before it; -1: none.
  var document: Int
  /// Hits of the parts before that are to be counted with those of this view.
  var place: Int

  /// As another member sees it.
  /// - Parameter comesFirst: before the hit's own member.
  func elsewhere(comesFirst: Bool) -> SearchBound {
    SearchBound(
      score: score, key: key, document: comesFirst ? Int(UInt32.max) : -1, place: 0)
  }
}

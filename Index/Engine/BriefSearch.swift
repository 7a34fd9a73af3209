// Searches that take about as long as it takes to hand them to another thread and back: a server answers them where they
// arrive. Whether a search is one is known before postings are touched: from the request, the shape of its query, and
// what the dictionaries say of its terms.

enum BriefSearch {
  /// Hits: each may cost a block of stored documents, up to 60 µs.
  static let hits = 10
  /// Bytes of query text.
  static let text = 256
  /// Terms looked up, over all segments: up to 1 µs each.
  static let lookups = 128
  /// Postings of all terms. Of 724 queries of a big corpus seven in ten have fewer, and take 76 µs at the median; one takes
  /// a millisecond. Time follows their number only roughly: the deadline is what bounds it.
  static let postings = 131_072
}

extension Searcher {
  /// Answers what nearly always takes some hundred microseconds at most while the index is in memory: few words without
  /// `*` and no very long lists, the best hits by score, no filters and no passages.
  /// - Parameter deadline: bounds what cannot be known beforehand: a cold index, large stored documents.
  /// - Returns: nil if it may take longer, or has not ended by the deadline.
  /// - Throws: as `search`.
  public func searchBriefly(
    _ request: SearchRequest, deadline: Deadline
  ) throws(IndexError) -> SearchResponse? {
    try searchBriefly(request, deadline: deadline, postings: BriefSearch.postings)
  }

  /// - Parameter postings: of all terms, at most.
  func searchBriefly(
    _ request: SearchRequest, deadline: Deadline, postings: Int
  ) throws(IndexError) -> SearchResponse? {
    guard request.isBrief else { return nil }
    do throws(IndexError) {
      let response = try search(request, deadline: deadline, briefPostings: postings)
      return response.timedOut ? nil : response
    } catch .cancelled {
      return nil
    }
  }
}

extension SearchRequest {
  fileprivate var isBrief: Bool {
    limit <= BriefSearch.hits && after == nil && recency == nil && collapse == nil
      && query.utf8.count <= BriefSearch.text
      && filters.isEmpty
      && sort.isEmpty && facets.isEmpty && highlight == nil && statistics == nil && !explain
  }
}

extension Query {
  /// Terms to be looked up in each segment; what is not a matter of single terms counts as many.
  var lookups: Int {
    switch self {
    case .none: 0
    case .all, .expansion, .terms, .range, .exists: Int(Int32.max)
    case .term(let term): term.parts.count
    case .phrase(let phrase):
      phrase.parts.reduce(0) { sum, part in
        part.slots.reduce(sum) { sum, slot in
          sum + (slot.patterns.isEmpty ? slot.terms.count : Int(Int32.max))
        }
      }
    case .and(let all, let optional, let none):
      (all + optional + none).reduce(0) { $0 + $1.lookups }
    case .near(let near):
      near.words.reduce(0) {
        $0 + ($1.patterns.isEmpty ? $1.terms.count : Int(Int32.max))
      }
    case .or(let queries), .best(let queries), .alternatives(let queries),
      .atLeast(_, let queries):
      queries.reduce(0) { $0 + $1.lookups }
    }
  }
}

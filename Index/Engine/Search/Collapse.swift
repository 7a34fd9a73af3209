// One hit a group: the best by the sort, and how many others there are.
//
// The best hits are searched as always, pruned, and gone through in order; a hit that belongs to a group already kept is folded. When
// they were not enough, all documents of the kept groups are taken out, and the best of the others searched. So memory is bounded by
// the hits wanted and a bit a document, whatever the number of groups. A later part begins again from the best hit: what was
// folded before has to be known.

struct CollapsedHits {
  var result: RunResult
  /// By hit: documents folded into it; nil when the time ran out before they were counted.
  var similar: [Int]?
  /// All matches belong to the hits so far.
  var isLast = false
}

extension QueryRun {
  /// - Parameters:
  ///   - sort: empty: by score.
  ///   - limit: groups wanted.
  ///   - place: groups passed over: those of the parts before.
  func collapsed(
    _ kind: CollapseGroups.Kind, by sort: [SortField], _ limit: Int, from place: Int
  ) throws(IndexError) -> CollapsedHits {
    var found = CollapsedHits(result: RunResult())
    found.result.isScored = sort.isEmpty || sort.contains { $0.isScore }
    var matches: [BitSet] = []
    for segment in view.segments {
      guard let documents = try documents(segment) else {
        found.result.timedOut = true
        found.result.total.exact = false
        return found
      }
      found.result.total.value += documents.population
      matches.append(documents)
    }
    let wanted = place + limit
    var groups = CollapseGroups(kind)
    var kept: [ScoredDocument] = []
    var rest = self
    rest.accepted = matches
    while kept.count < wanted {
      let count = min(2 * (wanted - kept.count) + 16, SearchRequest.maxLimit)
      let best =
        sort.isEmpty ? try rest.top(count, total: .atLeast) : try rest.sorted(by: sort, count)
      for hit in best.hits where kept.count < wanted {
        let segment = view.segment(of: hit.document)
        if try !groups.join(segment, Int(hit.document - segment.first)) { kept.append(hit) }
      }
      if best.timedOut || best.hits.count < count || kept.count == wanted {
        found.result.timedOut = best.timedOut
        break
      }
      guard let others = try documents(matches, without: groups, kept) else {
        found.result.timedOut = true
        break
      }
      rest.accepted = others
    }
    found.result.hits = Array(kept.dropFirst(place))
    if found.result.timedOut {
      found.result.total.exact = false
    } else {
      try count(groups, kept, matches, from: place, &found)
    }
    return found
  }

  /// nil when the deadline passed first.
  private func documents(
    _ matches: [BitSet], without groups: CollapseGroups, _ kept: [ScoredDocument]
  ) throws(IndexError) -> [BitSet]? {
    var others = matches
    for (ordinal, segment) in view.segments.enumerated() {
      var left = matches[ordinal]
      guard
        try groups.visit(
          segment, matches[ordinal], deadline: deadline, { document, _ in left.remove(document) })
      else { return nil }
      others[ordinal] = left
    }
    // Those without a value are in no group.
    for hit in kept {
      let segment = view.segment(of: hit.document)
      others[segment.ordinal].remove(Int(hit.document - segment.first))
    }
    return others
  }

  private func count(
    _ groups: CollapseGroups, _ kept: [ScoredDocument], _ matches: [BitSet], from place: Int,
    _ found: inout CollapsedHits
  ) throws(IndexError) {
    var counts = [Int](repeating: 0, count: groups.count)
    for (ordinal, segment) in view.segments.enumerated() {
      guard
        try groups.visit(
          segment, matches[ordinal], deadline: deadline, { _, group in counts[group] += 1 })
      else {
        found.result.timedOut = true
        found.result.total.exact = false
        return
      }
    }
    // A hit without a value is alone.
    let similar = counts.map { max(0, $0 - 1) }
    found.similar = Array(similar.dropFirst(place))
    found.isLast = similar.reduce(kept.count, +) == found.result.total.value
  }
}

extension SearchRequest {
  /// Bits of fingerprints that may differ between texts that are nearly the same.
  static let nearDistance = 10

  /// What the request's `collapse` means.
  /// - Throws: `request`, with the place.
  func groups(_ schema: Schema) throws(IndexError) -> CollapseGroups.Kind? {
    switch collapse {
    case nil: return nil
    case .field(let name):
      let (number, field) = try schema.column(name, at: "/collapse", "collapse")
      return .value(field: number, type: field.type)
    case .near:
      guard let number = schema.nearField else {
        throw .request(
          at: "/collapse",
          "the index has no fingerprints: `martlet schema NAME > FILE`, add \"near_duplicates\": true to it, "
            + "and `martlet rebuild NAME --schema FILE`")
      }
      return .near(field: number, distance: Self.nearDistance)
    }
  }
}

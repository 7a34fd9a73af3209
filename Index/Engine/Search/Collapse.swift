// One hit a group: the best by the sort, and how many others there are. In one index, or in several that answer together.
//
// The best hits are searched as always, pruned, and gone through in order; a hit that belongs to a group already kept is folded. When
// they were not enough, all documents of the kept groups are taken out, and the best of the others searched. So memory is bounded by
// the hits wanted and a bit a document, whatever the number of groups. A later part begins again from the best hit: what was
// folded before has to be known.

struct CollapsedHits {
  var hits: [MemberHit] = []
  var isScored: Bool
  var total = Total(value: 0, exact: true)
  var timedOut = false
  /// By hit: documents folded into it; nil when the time ran out before they were counted.
  var similar: [Int]?
  /// All matches belong to the hits so far.
  var isLast = false

  fileprivate mutating func cut() {
    timedOut = true
    total.exact = false
  }
}

struct CollapsedSearch {
  struct Member {
    var run: QueryRun
    /// Of the column that groups, in this index.
    var field: Int
    /// Empty: by score.
    var sort: [SortField]
  }

  let kind: CollapseGroups.Kind
  /// In the order of their names.
  let members: [Member]

  /// - Parameters:
  ///   - limit: groups wanted.
  ///   - place: groups passed over: those of the parts before.
  func hits(_ limit: Int, from place: Int) throws(MemberFailure) -> CollapsedHits {
    let sort = members[0].sort
    var found = CollapsedHits(isScored: sort.isEmpty || sort.contains { $0.isScore })
    guard let matches = try matches(&found) else { return found }
    let wanted = place + limit
    var groups = CollapseGroups(kind)
    var kept: [MemberHit] = []
    var rest = matches
    while kept.count < wanted {
      let count = min(2 * (wanted - kept.count) + 16, SearchRequest.maxLimit)
      let (best, timedOut) = try best(count, of: rest)
      for hit in best where kept.count < wanted {
        let member = members[hit.member]
        let segment = member.run.view.segment(of: hit.document.document)
        let isFolded = try MemberFailure.within(hit.member) { () throws(IndexError) in
          try groups.join(
            segment, Int(hit.document.document - segment.first), column: member.field)
        }
        if !isFolded { kept.append(hit) }
      }
      if timedOut { found.cut() }
      if timedOut || best.count < count || kept.count == wanted { break }
      guard let others = try documents(matches, without: groups, kept) else {
        found.cut()
        break
      }
      rest = others
    }
    found.hits = Array(kept.dropFirst(place))
    if !found.timedOut { try count(groups, kept, matches, from: place, &found) }
    return found
  }

  /// By member and segment; nil when the deadline passed first.
  private func matches(
    _ found: inout CollapsedHits
  ) throws(MemberFailure) -> [[BitSet]]? {
    var matches: [[BitSet]] = []
    for (number, member) in members.enumerated() {
      var sets: [BitSet] = []
      for segment in member.run.view.segments {
        let documents = try MemberFailure.within(number) { () throws(IndexError) in
          try member.run.documents(segment)
        }
        guard let documents else {
          found.cut()
          return nil
        }
        found.total.value += documents.population
        sets.append(documents)
      }
      matches.append(sets)
    }
    return matches
  }

  /// The best of all members.
  private func best(
    _ count: Int, of accepted: [[BitSet]]
  ) throws(MemberFailure) -> (hits: [MemberHit], timedOut: Bool) {
    var hits: [MemberHit] = []
    var timedOut = false
    for (number, member) in members.enumerated() {
      var run = member.run
      run.accepted = accepted[number]
      var keyed: [SortedHit] = []
      let result = try MemberFailure.within(number) { () throws(IndexError) in
        member.sort.isEmpty
          ? try run.top(count, total: .atLeast)
          : try run.sorted(by: member.sort, count, after: nil, keyed: &keyed)
      }
      timedOut = timedOut || result.timedOut
      hits += MemberHit.hits(of: number, result, keyed: keyed)
    }
    if members.count > 1 { hits.sort { $0.precedes($1) } }
    return (Array(hits.prefix(count)), timedOut)
  }

  /// nil when the deadline passed first.
  private func documents(
    _ matches: [[BitSet]], without groups: CollapseGroups, _ kept: [MemberHit]
  ) throws(MemberFailure) -> [[BitSet]]? {
    var others = matches
    for (number, member) in members.enumerated() {
      for (ordinal, segment) in member.run.view.segments.enumerated() {
        var left = matches[number][ordinal]
        let isWhole = try MemberFailure.within(number) { () throws(IndexError) in
          try groups.visit(
            segment, matches[number][ordinal], column: member.field, deadline: member.run.deadline
          ) { document, _ in left.remove(document) }
        }
        guard isWhole else { return nil }
        others[number][ordinal] = left
      }
    }
    // Those without a value are in no group.
    for hit in kept {
      let segment = members[hit.member].run.view.segment(of: hit.document.document)
      others[hit.member][segment.ordinal].remove(Int(hit.document.document - segment.first))
    }
    return others
  }

  private func count(
    _ groups: CollapseGroups, _ kept: [MemberHit], _ matches: [[BitSet]], from place: Int,
    _ found: inout CollapsedHits
  ) throws(MemberFailure) {
    var counts = [Int](repeating: 0, count: groups.count)
    for (number, member) in members.enumerated() {
      for (ordinal, segment) in member.run.view.segments.enumerated() {
        let isWhole = try MemberFailure.within(number) { () throws(IndexError) in
          try groups.visit(
            segment, matches[number][ordinal], column: member.field, deadline: member.run.deadline
          ) { _, group in counts[group] += 1 }
        }
        guard isWhole else { return found.cut() }
      }
    }
    // A hit without a value is alone.
    let similar = counts.map { max(0, $0 - 1) }
    found.similar = Array(similar.dropFirst(place))
    found.isLast = similar.reduce(kept.count, +) == found.total.value
  }
}

extension SearchRequest {
  /// Bits of fingerprints that may differ between texts that are nearly the same.
  static let nearDistance = 10

  /// What the request's `collapse` means: what is compared, and its column in an index.
  /// - Throws: `request`, with the place.
  func groups(_ schema: Schema) throws(IndexError) -> (kind: CollapseGroups.Kind, field: Int)? {
    switch collapse {
    case nil: return nil
    case .field(let name):
      let (number, field) = try schema.column(name, at: "/collapse", "collapse")
      return (.value(field.type), number)
    case .near:
      guard let number = schema.nearField else {
        throw .request(
          at: "/collapse",
          "the index has no fingerprints: `martlet schema NAME > FILE`, add \"near_duplicates\": true to it, "
            + "and `martlet rebuild NAME --schema FILE`")
      }
      return (.near(distance: Self.nearDistance), number)
    }
  }
}

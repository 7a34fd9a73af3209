// A search over several indexes: each step is taken in all of them before the next one is.

import QueryLanguage

extension IndexGroup {
  /// The best hits of all indexes; of equals those of the index that comes first by name, then by document number.
  /// - Throws: as `Searcher.search`.
  public func search(
    _ request: SearchRequest, deadline: Deadline = .never
  ) throws(Failure) -> SearchResponse {
    let start = Deadline.now()
    try check(request)
    var request = request
    // The same for all.
    let now = request.after?.now ?? request.now ?? PreparedQuery.clock()
    request.now = now
    var steps: [SearchSteps] = []
    for member in views.indices {
      steps.append(
        try within(member) { () throws(IndexError) in
          try SearchSteps(request, views[member], deadline: deadline)
        })
    }
    let facets = try facets(request, now: now)
    var found = FoundTogether()
    let runs = try runs(of: steps, request, deadline, &found)
    if runs.isEmpty { facets?.cut() } else { try find(steps, runs, facets, request, &found) }
    let hits = try show(request, deadline, &steps, runs, &found)
    if found.timedOut { found.total.exact = false }
    var response = SearchResponse(
      tookMicroseconds: 0, timedOut: found.timedOut,
      generation: readers.count == 1 ? readers[0].generation : 0, total: found.total,
      interpreted: steps.first?.prepared.interpreted ?? "",
      warnings: Self.distinct(steps.map(\.prepared.warnings)), hits: hits,
      indexes: searched, facets: try counts(facets, deadline))
    if !found.timedOut {
      response.next = request.next(
        behind: found.hits.last, hits.count, of: found.total, isLast: found.isLast, now: now)
    }
    if let first = steps.first,
      let relaxed = request.relaxed(after: response, first.prepared, first.view)
    {
      response.add(relaxed: try search(relaxed, deadline: deadline))
    }
    response.tookMicroseconds = Int((Deadline.now() - start) / 1_000)
    return response
  }

  private func facets(
    _ request: SearchRequest, now: Int64
  ) throws(Failure) -> FacetCollector? {
    if request.facets.isEmpty || views.isEmpty { return nil }
    do throws(IndexError) {
      return try FacetCollector(request.facets, views, now: now)
    } catch {
      throw Failure(error: error)
    }
  }

  private func counts(
    _ facets: FacetCollector?, _ deadline: Deadline
  ) throws(Failure) -> [FacetCounts] {
    do throws(IndexError) {
      return try facets?.counts(deadline: deadline) ?? []
    } catch {
      throw Failure(error: error)
    }
  }

  // MARK: Finding

  /// The runs of all indexes by the statistics of all; none when the time ran out before they were known.
  private func runs(
    of steps: [SearchSteps], _ request: SearchRequest, _ deadline: Deadline,
    _ found: inout FoundTogether
  ) throws(Failure) -> [QueryRun] {
    var sum = CollectionStatistics(documents: 0)
    if let given = request.statistics {
      sum = given
    } else {
      for (member, steps) in steps.enumerated() {
        do throws(IndexError) {
          sum =
            sum + (try views[member].statistics(of: steps.prepared.query, deadline: deadline))
        } catch .cancelled {
          found.timedOut = true
          return []
        } catch {
          throw Failure(index: names[member], error: error)
        }
      }
    }
    var runs: [QueryRun] = []
    for (member, steps) in steps.enumerated() {
      runs.append(
        try within(member) { () throws(IndexError) in
          try steps.run(try GivenStatistics(sum, views[member].schema))
        })
    }
    return runs
  }

  private func find(
    _ steps: [SearchSteps], _ runs: [QueryRun], _ facets: FacetCollector?,
    _ request: SearchRequest, _ found: inout FoundTogether
  ) throws(Failure) {
    let bounds = try bounds(steps, request)
    let collapsing = steps.indices.compactMap { steps[$0].collapsing(runs[$0]) }
    if let kind = collapsing.first?.kind {
      do throws(MemberFailure) {
        found = FoundTogether(
          try CollapsedSearch(kind: kind, members: collapsing.map(\.member))
            .hits(request.groupsOfPart, from: request.after?.place ?? 0))
      } catch {
        throw Failure(index: names[error.member], error: error.error)
      }
      let (total, isCut) = (found.total, found.timedOut)
      found.total.value = 0
      for (member, run) in runs.enumerated() {
        var result = RunResult(timedOut: isCut)
        try within(member) { () throws(IndexError) in
          try steps[member].finish(&result, run, facets, member: member)
        }
        found.add(result)
      }
      found.total.value = max(total.value, found.total.value)
      return
    }
    for (member, run) in runs.enumerated() {
      let part = try within(member) { () throws(IndexError) in
        try steps[member].find(run, behind: bounds[member], facets, member: member)
      }
      found.add(part.result)
      found.hits += MemberHit.hits(of: member, part.result, keyed: part.keyed)
    }
    found.hits.sort { $0.precedes($1) }
    if found.hits.count > request.limit { found.hits.removeSubrange(request.limit...) }
  }

  /// By member: behind what its hits are wanted.
  private func bounds(
    _ steps: [SearchSteps], _ request: SearchRequest
  ) throws(Failure) -> [SearchBound?] {
    guard let after = request.after else { return steps.map { _ in nil } }
    guard steps.indices.contains(after.member) else {
      throw Failure(error: .request(at: "/cursor", "is none of these indexes"))
    }
    var bound = try within(after.member) { () throws(IndexError) in
      try steps[after.member].bound()
    }
    // Facets count all matches; and the hits before are not of this index alone.
    if !request.facets.isEmpty { bound?.place = 0 }
    return steps.indices.map { member in
      member == after.member ? bound : bound?.elsewhere(comesFirst: member < after.member)
    }
  }

  // MARK: Showing

  private func show(
    _ request: SearchRequest, _ deadline: Deadline, _ steps: inout [SearchSteps],
    _ runs: [QueryRun], _ found: inout FoundTogether
  ) throws(Failure) -> [Hit] {
    var hits: [Hit] = []
    var size = 0
    for place in found.hits {
      if !hits.isEmpty, deadline.isPassed {
        found.timedOut = true
        break
      }
      let member = place.member
      do throws(IndexError) {
        var hit = try steps[member].show(
          place.document, isScored: found.isScored, runs[member])
        hit.index = names[member]
        hit.similar = found.similar?[hits.count]
        size += hit.sizeInBytes
        hits.append(hit)
      } catch .cancelled {
        found.timedOut = true
        break
      } catch {
        throw Failure(index: names[member], error: error)
      }
      guard size <= request.maximumBytes else {
        throw Failure(error: request.tooLarge(hits.count, of: found.hits.count))
      }
    }
    return hits
  }
}

/// What several indexes found together, before any document is read.
struct FoundTogether {
  /// In their order.
  var hits: [MemberHit] = []
  var total = Total(value: 0, exact: true)
  var timedOut = false
  var isScored = true
  /// Of a collapsed search: as `CollapsedHits`.
  var similar: [Int]?
  var isLast: Bool?

  init() {}

  init(_ collapsed: CollapsedHits) {
    hits = collapsed.hits
    total = collapsed.total
    timedOut = collapsed.timedOut
    isScored = collapsed.isScored
    similar = collapsed.similar
    isLast = collapsed.isLast
  }

  /// What one of them counted.
  mutating func add(_ result: RunResult) {
    isScored = isScored && result.isScored
    total.value += result.total.value
    total.exact = total.exact && result.total.exact
    timedOut = timedOut || result.timedOut
  }
}

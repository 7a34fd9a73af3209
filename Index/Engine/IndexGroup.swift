// Several indexes that answer as one. What each knows of a query's terms is added up and given to each, so that scores are
// those of one index (DECISIONS, "Shards rank as one index"); their best are merged, and only what is left is read from
// the disk.
//
// Each index gets the fields of the others behind its own, without values: a name means the same everywhere, and what an
// index does not have is missing there as it is missing in a document. So a word over the fields of one is as rare as over those
// of all.

import QueryLanguage

/// Generations of several indexes, held open and searched together. Safe to share among threads.
public struct IndexGroup: Sendable {
  /// What went wrong, and in which index if it was in one of them.
  public struct Failure: Error, Sendable {
    public var index: String?
    public var error: IndexError
  }

  let names: [String]
  let readers: [IndexReader]
  private let views: [SearchView]

  /// - Parameter members: each name once.
  public init(_ members: [(name: String, reader: IndexReader)]) throws(Failure) {
    let sorted = members.sorted { $0.name < $1.name }
    names = sorted.map(\.name)
    readers = sorted.map(\.reader)
    views = try Self.views(of: sorted)
  }

  private var searched: [SearchedIndex] {
    zip(names, readers).map { SearchedIndex(name: $0, generation: $1.generation) }
  }

  // MARK: Searching

  /// The best hits of all indexes; of equals those of the index that comes first by name, then by document number.
  /// - Throws: as `Searcher.search`.
  public func search(
    _ request: SearchRequest, deadline: Deadline = .never
  ) throws(Failure) -> SearchResponse {
    let start = Deadline.now()
    try check(request)
    var request = request
    // The same for all.
    let now = request.now ?? PreparedQuery.clock()
    request.now = now
    var steps: [SearchSteps] = []
    for member in views.indices {
      steps.append(
        try within(member) { () throws(IndexError) in
          try SearchSteps(request, views[member], deadline: deadline)
        })
    }
    let facets = try facets(request, now: now)
    var found = Found()
    let runs = try runs(of: steps, request, deadline, &found)
    if runs.isEmpty { facets?.cut() }
    for (member, run) in runs.enumerated() {
      try within(member) { () throws(IndexError) in
        try found.add(steps[member], run, facets, member)
      }
    }
    let hits = try show(found.best(request), request, deadline, &steps, runs, &found)
    if found.timedOut { found.total.exact = false }
    var response = SearchResponse(
      tookMicroseconds: 0, timedOut: found.timedOut,
      generation: readers.count == 1 ? readers[0].generation : 0, total: found.total,
      interpreted: steps.first?.prepared.interpreted ?? "",
      warnings: Self.distinct(steps.map(\.prepared.warnings)), hits: hits, indexes: searched,
      facets: try counts(facets, deadline))
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

  /// How many documents of all indexes match.
  public func count(
    _ request: SearchRequest, deadline: Deadline = .never
  ) throws(Failure) -> CountResponse {
    let start = Deadline.now()
    try check(request)
    var response = CountResponse(
      tookMicroseconds: 0, timedOut: false,
      generation: readers.count == 1 ? readers[0].generation : 0,
      total: Total(value: 0, exact: true), interpreted: "", warnings: [], indexes: searched)
    var warnings: [[QueryWarning]] = []
    for member in views.indices {
      let counted = try within(member) { () throws(IndexError) in
        try Searcher.count(request, views[member], deadline: deadline)
      }
      response.total.value += counted.total.value
      response.total.exact = response.total.exact && counted.total.exact
      response.timedOut = response.timedOut || counted.timedOut
      if member == 0 { response.interpreted = counted.interpreted }
      warnings.append(counted.warnings)
    }
    response.warnings = Self.distinct(warnings)
    response.tookMicroseconds = Int((Deadline.now() - start) / 1_000)
    return response
  }

  /// What the found documents of all indexes are, before any is read.
  private struct Found {
    struct Place {
      var member: Int
      var document: ScoredDocument
      /// Where a sort needs keys.
      var key: SortedHit?
    }

    var places: [Place] = []
    var total = Total(value: 0, exact: true)
    var timedOut = false
    var isScored = true

    mutating func add(
      _ steps: SearchSteps, _ run: QueryRun, _ facets: FacetCollector?, _ member: Int
    ) throws(IndexError) {
      let found = try steps.find(run, facets, member: member)
      let (result, keyed) = (found.result, found.keyed)
      isScored = result.isScored
      total.value += result.total.value
      total.exact = total.exact && result.total.exact
      timedOut = timedOut || result.timedOut
      for (place, document) in result.hits.enumerated() {
        places.append(
          Place(
            member: member, document: document, key: keyed.isEmpty ? nil : keyed[place]))
      }
    }

    /// In their order.
    func best(_ request: SearchRequest) -> [Place] {
      let sorted = places.sorted { a, b in
        if let mine = a.key, let other = b.key {
          if let isBefore = mine.isBefore(other) { return isBefore }
        } else if a.document.score != b.document.score {
          return a.document.score > b.document.score
        }
        return (a.member, a.document.document) < (b.member, b.document.document)
      }
      return Array(sorted.prefix(request.limit))
    }
  }

  /// The runs of all indexes by the statistics of all; none when the time ran out before they were known.
  private func runs(
    of steps: [SearchSteps], _ request: SearchRequest, _ deadline: Deadline, _ found: inout Found
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

  private func show(
    _ places: [Found.Place], _ request: SearchRequest, _ deadline: Deadline,
    _ steps: inout [SearchSteps], _ runs: [QueryRun], _ found: inout Found
  ) throws(Failure) -> [Hit] {
    var hits: [Hit] = []
    var size = 0
    for place in places {
      if !hits.isEmpty, deadline.isPassed {
        found.timedOut = true
        break
      }
      let member = place.member
      do throws(IndexError) {
        var hit = try steps[member].show(
          place.document, isScored: found.isScored, runs[member])
        hit.index = names[member]
        size += hit.sizeInBytes
        hits.append(hit)
      } catch .cancelled {
        found.timedOut = true
        break
      } catch {
        throw Failure(index: names[member], error: error)
      }
      guard size <= request.maximumBytes else {
        throw Failure(error: request.tooLarge(hits.count, of: places.count))
      }
    }
    return hits
  }

  private func within<Value>(
    _ member: Int, _ body: () throws(IndexError) -> Value
  ) throws(Failure) -> Value {
    do throws(IndexError) {
      return try body()
    } catch .request(let place, let detail, let hint) {
      // The same of every index, or of the one whose schema makes it so.
      throw Failure(
        error: .request(at: place, detail: "\(detail) (index \(names[member]))", hint: hint))
    } catch {
      throw Failure(index: names[member], error: error)
    }
  }

  private static func distinct(_ warnings: [[QueryWarning]]) -> [QueryWarning] {
    var seen: Set<QueryWarning> = []
    return warnings.joined().filter { seen.insert($0).inserted }
  }
}

extension SearchResponse {
  /// As an index group of this index alone would answer: for a name that came to mean it.
  public func naming(_ index: String) -> SearchResponse {
    var response = self
    response.indexes = [SearchedIndex(name: index, generation: generation)]
    for place in response.hits.indices { response.hits[place].index = index }
    for place in response.relaxed?.hits.indices ?? 0..<0 {
      response.relaxed?.hits[place].index = index
    }
    return response
  }
}

extension CountResponse {
  /// As an index group of this index alone would answer.
  public func naming(_ index: String) -> CountResponse {
    var response = self
    response.indexes = [SearchedIndex(name: index, generation: generation)]
    return response
  }
}

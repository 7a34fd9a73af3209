// One request on one view, step by step: it is prepared, run, and its hits are shown. One index takes the steps one after the
// other (`Searcher`); several that answer together take each step in turn.

struct SearchSteps {
  let request: SearchRequest
  let view: SearchView
  let sort: [SortField]
  var prepared: PreparedQuery
  /// One hit a group is wanted.
  let groups: (kind: CollapseGroups.Kind, field: Int)?
  private let deadline: Deadline
  private var fields: StoredFieldsReader
  private var highlighter: Highlighter?
  private var ids = IDReader()

  /// - Parameter lookups: `cancelled` is thrown where more terms than that are to be looked up in each segment.
  /// - Throws: as `Searcher.search`.
  init(
    _ request: SearchRequest, _ view: SearchView, deadline: Deadline, lookups: Int = .max
  ) throws(IndexError) {
    guard (0...SearchRequest.maxLimit).contains(request.limit) else {
      throw .request(
        at: "/limit", "\(request.limit) is not within 0 and \(SearchRequest.maxLimit)")
    }
    self.request = request
    self.view = view
    self.deadline = deadline
    sort = try SortField.keys(request.sort, view.schema)
    fields = try StoredFieldsReader(schema: view.schema, select: request.select)
    groups = try request.groups(view.schema)
    prepared = try PreparedQuery(request, view, deadline: deadline, lookups: lookups)
    if let highlight = request.highlight {
      highlighter = try Highlighter(
        query: prepared.query, schema: view.schema, highlight: highlight)
    }
  }

  /// - Parameter given: statistics to rank by; nil: those of the view.
  func run(_ given: GivenStatistics?) throws(IndexError) -> QueryRun {
    try QueryRun(
      view, prepared.query, filters: prepared.filters, given: given, recency: prepared.recency,
      deadline: deadline)
  }

  private var isByScore: Bool { sort.isEmpty || (sort.count == 1 && sort[0].isScore) }

  /// Behind what hits are wanted; nil: from the best on.
  /// - Throws: `request` for a position that is none of the view.
  func bound() throws(IndexError) -> SearchBound? {
    guard let after = request.after else { return nil }
    guard after.document < view.documentCount, after.place >= 0,
      groups == nil || after.place <= SearchRequest.maxLimit
    else { throw .request(at: "/cursor", "is none of this generation") }
    let last = ScoredDocument(document: after.document, score: Float(bitPattern: after.score))
    return SearchBound(
      score: last.score, key: isByScore ? nil : try SortedHit.hit(last, by: sort, view),
      document: Int(last.document), place: after.place)
  }

  /// The best documents.
  /// - Parameters:
  ///   - bound: behind which.
  ///   - facets: count the matches.
  ///   - member: which of the indexes it is, for the facets.
  func find(
    _ run: QueryRun, behind bound: SearchBound?, _ facets: FacetCollector?, member: Int = 0
  ) throws(IndexError) -> FoundHits {
    var found = FoundHits(result: RunResult())
    if let collapsing = collapsing(run) {
      do throws(MemberFailure) {
        let collapsed = try CollapsedSearch(kind: collapsing.kind, members: [collapsing.member])
          .hits(request.groupsOfPart, from: request.after?.place ?? 0)
        found = FoundHits(collapsed)
      } catch {
        throw error.error
      }
    } else if isByScore {
      found.result = try run.top(
        request.limit, total: facets == nil ? request.total : .atLeast, after: bound)
    } else {
      found.result = try run.sorted(by: sort, request.limit, after: bound, keyed: &found.keyed)
    }
    try finish(&found.result, run, facets, member: member)
    return found
  }

  /// What the facets count, and what concerns the time.
  func finish(
    _ result: inout RunResult, _ run: QueryRun, _ facets: FacetCollector?, member: Int
  ) throws(IndexError) {
    if let facets { try run.count(facets, member: member, into: &result) }
    if prepared.timedOut { result.timedOut = true }
    if result.timedOut { result.total.exact = false }
  }

  /// Where one hit a group is wanted.
  func collapsing(
    _ run: QueryRun
  ) -> (kind: CollapseGroups.Kind, member: CollapsedSearch.Member)? {
    groups.map { ($0.kind, .init(run: run, field: $0.field, sort: isByScore ? [] : sort)) }
  }

  /// Fills hits with what the request wants to see of them. When the deadline passes, those done so far.
  mutating func show(
    _ documents: ArraySlice<ScoredDocument>, of found: inout FoundHits, _ run: QueryRun
  ) throws(IndexError) -> [Hit] {
    var hits: [Hit] = []
    var size = 0
    for document in documents {
      // Hits cost a block of stored documents each: they are looked at again.
      if !hits.isEmpty, deadline.isPassed {
        found.cut()
        break
      }
      do throws(IndexError) {
        hits.append(try show(document, isScored: found.result.isScored, run))
      } catch .cancelled {
        found.cut()
        break
      }
      hits[hits.count - 1].similar = found.collapsed?.similar?[hits.count - 1]
      size += hits[hits.count - 1].sizeInBytes
      guard size <= request.maximumBytes else {
        throw request.tooLarge(hits.count, of: found.result.hits.count)
      }
    }
    return hits
  }

  /// - Throws: `cancelled` when the deadline passed while the score was explained.
  mutating func show(
    _ found: ScoredDocument, isScored: Bool, _ run: QueryRun
  ) throws(IndexError) -> Hit {
    let segment = view.segment(of: found.document)
    let document = Int(found.document - segment.first)
    var stored: StoredFields
    // Passages want the stored document anyway.
    if fields.isIDAlone, highlighter == nil, let id = try ids.id(segment.reader, document) {
      stored = fields.alone(id)
    } else {
      stored = try fields.read(segment.reader, document)
    }
    let explanation = request.explain ? try run.explain(found.document) : nil
    let passages = try highlighter?.passages(
      document: document, in: segment.reader, beginning: fields.bytes, deadline: deadline)
    return Hit(
      id: stored.id, score: isScored ? found.score : nil, fields: stored.fields,
      omitted: stored.omitted, passages: passages ?? [], explanation: explanation)
  }
}

/// What a search found, before any document is read.
struct FoundHits {
  var result: RunResult
  /// The hits with what they are sorted by, if it is more than the score.
  var keyed: [SortedHit] = []
  /// Where one hit a group was wanted.
  var collapsed: CollapsedHits?

  init(result: RunResult) { self.result = result }

  init(_ collapsed: CollapsedHits) {
    result = RunResult(
      hits: collapsed.hits.map(\.document), isScored: collapsed.isScored, total: collapsed.total,
      timedOut: collapsed.timedOut)
    self.collapsed = collapsed
  }

  /// The time ran out.
  mutating func cut() {
    result.timedOut = true
    result.total.exact = false
  }
}

extension SearchRequest {
  /// Of a collapsed search.
  var groupsOfPart: Int { min(limit, Self.maxLimit - (after?.place ?? 0)) }

  /// Where the next part goes on; nil when it is known that there is none.
  /// - Parameters:
  ///   - last: of the part.
  ///   - count: hits of the part.
  ///   - isLast: all groups of a collapsed search are known; nil of another search.
  func next(
    behind last: MemberHit?, _ count: Int, of total: Total, isLast: Bool?, now: Int64
  ) -> SearchPosition? {
    guard let last, count == limit else { return nil }
    let place = (after?.place ?? 0) + count
    if total.exact, total.value <= place { return nil }
    if let isLast, isLast || place >= Self.maxLimit { return nil }
    return SearchPosition(
      member: last.member, document: last.document.document,
      score: last.document.score.bitPattern, place: place, now: now)
  }

  func tooLarge(_ shown: Int, of found: Int) -> IndexError {
    .tooLarge(
      "\(shown) of \(found) hits have more than \(maximumBytes) bytes: ask for fewer hits (limit) or "
        + "fields (select)")
  }
}

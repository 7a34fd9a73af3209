// The searching door: a request in, an answer out. It joins what lies below: the text is read (QueryLanguage),
// built into a query (Query), run (Search), and the hits are filled with stored fields and passages.

import Glibc
import QueryLanguage

/// Searches one generation. Safe to share among threads; each search runs on its caller's thread.
public final class Searcher: Sendable {
  public let reader: IndexReader

  public init(_ reader: IndexReader) { self.reader = reader }

  /// - Throws: `query` in strict mode, with the warnings; `request` for names and values that the schema does not
  ///   know; `corrupt`. A deadline that passes is no error: the answer says `timedOut` and has what was found.
  public func search(
    _ request: SearchRequest, deadline: Deadline = .never
  ) throws(IndexError) -> SearchResponse {
    try search(request, deadline: deadline, briefPostings: nil)
  }

  /// - Parameter briefPostings: given for a brief search: `cancelled` is thrown before postings are touched if the terms
  ///   have more, or too many lookups.
  /// - Parameter excluded: id of a document that is no hit.
  func search(
    _ request: SearchRequest, deadline: Deadline, briefPostings: Int?,
    without excluded: String? = nil
  ) throws(IndexError) -> SearchResponse {
    let start = Deadline.now()
    if let mismatch = reader.snapshot.analyzerMismatch { throw mismatch }
    let view = reader.view
    let given = try request.givenStatistics(view.schema)
    var steps = try SearchSteps(
      request, view, deadline: deadline,
      lookups: briefPostings == nil ? .max : BriefSearch.lookups / max(1, view.segments.count))
    if let excluded { steps.prepared.exclude(id: excluded) }
    let run = try steps.run(given)
    if let briefPostings, run.postings > briefPostings { throw .cancelled }
    let facets =
      request.facets.isEmpty
      ? nil : try FacetCollector(request.facets, [view], now: steps.prepared.now)
    var found = try steps.find(run, behind: try steps.bound(), facets)
    var correction: String?
    if Self.wantsCorrection(request, found.result),
      try mayCorrect(request, steps.prepared.root, run)
    {
      if briefPostings != nil { throw .cancelled }
      correction = try self.correction(
        request, steps.prepared.root, total: found.result.total.value, deadline: deadline)
    }
    let hits = try steps.show(found.result.hits[...], of: &found, run)
    let result = found.result
    let counts = try facets?.counts(deadline: deadline) ?? []
    var response = SearchResponse(
      tookMicroseconds: 0, timedOut: result.timedOut,
      generation: view.generation, total: result.total, interpreted: steps.prepared.interpreted,
      warnings: steps.prepared.warnings, hits: hits,
      didYouMean: correction, facets: counts,
      next: result.timedOut
        ? nil
        : request.next(
          behind: result.hits.last.map { MemberHit(member: 0, document: $0) }, result.hits.count,
          of: result.total, isLast: found.collapsed?.isLast, now: steps.prepared.now))
    if let relaxed = request.relaxed(after: response, steps.prepared, view) {
      response.add(
        relaxed: try search(relaxed, deadline: deadline, briefPostings: briefPostings))
    }
    response.tookMicroseconds = Int((Deadline.now() - start) / 1_000)
    return response
  }

  /// How many documents match; what concerns hits is not looked at.
  public func count(
    _ request: SearchRequest, deadline: Deadline = .never
  ) throws(IndexError) -> CountResponse {
    if let mismatch = reader.snapshot.analyzerMismatch { throw mismatch }
    return try Self.count(request, reader.view, deadline: deadline)
  }

  static func count(
    _ request: SearchRequest, _ view: SearchView, deadline: Deadline
  ) throws(IndexError) -> CountResponse {
    let start = Deadline.now()
    let prepared = try PreparedQuery(request, view, deadline: deadline)
    let run = try QueryRun(
      view, prepared.query, filters: prepared.filters, deadline: deadline)
    var result = try run.count()
    if prepared.timedOut {
      result.timedOut = true
      result.total.exact = false
    }
    return CountResponse(
      tookMicroseconds: Int((Deadline.now() - start) / 1_000), timedOut: result.timedOut,
      generation: view.generation, total: result.total, interpreted: prepared.interpreted,
      warnings: prepared.warnings)
  }

  /// The live documents of one segment that match, for deleting by query. Expansions are those of the segment.
  static func matches(
    _ request: SearchRequest, in segment: SnapshotSegment, schema: Schema,
    deadline: Deadline = .never
  ) throws(IndexError) -> BitSet {
    let alone = SearchSegment(
      reader: segment.reader, live: segment.live?.bits, first: 0, ordinal: 0)
    let view = SearchView(segments: [alone], schema: schema, generation: 0)
    let prepared = try PreparedQuery(request, view, deadline: deadline)
    let run = try QueryRun(
      view, prepared.query, filters: prepared.filters, deadline: deadline)
    guard !prepared.timedOut, let documents = try run.documents(alone) else { throw .cancelled }
    return documents
  }
}

/// A request's query and filters, read, built and expanded over a view.
struct PreparedQuery {
  var query: Query
  var filters: [Query]
  /// As it was read.
  var root: QueryNode
  var interpreted: String
  var warnings: [QueryWarning]
  /// What words such as `today` count from: milliseconds since 1970.
  var now: Int64
  var recency: RecencyQuery?
  /// The deadline passed while words were expanded.
  var timedOut: Bool

  /// From now on the document of this id does not match.
  mutating func exclude(id: String) {
    if query == .none { return }
    let document = TermQuery(
      parts: [.init(term: FieldTerm(field: 0, space: .value, bytes: Array(id.utf8)))])
    query = .and(all: [query], none: [.term(document)])
  }

  /// - Parameter lookups: `cancelled` is thrown where more terms than that are to be looked up in each segment.
  init(
    _ request: SearchRequest, _ view: SearchView, deadline: Deadline, lookups: Int = .max
  ) throws(IndexError) {
    let schema = view.schema
    let scope =
      request.fields.isEmpty
      ? view.defaultScope : try QueryBuilder.scope(request.fields, schema)
    let analysis = view.takeAnalysis()
    defer { view.giveBack(analysis) }
    let parser = QueryParser(
      fields: view.fieldKinds,
      defaultOperator: request.defaultOperator == .and ? .and : .or,
      mode: request.mode == .simple ? .simple : .lenient
    ) { text, names in
      func hasTokens(_ number: Int) -> Bool {
        schema.isRaw(number) ? !text.isEmpty : !analysis.tokens(of: text, field: number).isEmpty
      }
      return names.isEmpty
        ? scope.contains { hasTokens($0.number) }
        : names.contains { schema.number(of: $0).map(hasTokens) ?? false }
    }
    let parsed = parser.parse(request.query)
    let milliseconds = request.after?.now ?? request.now ?? Self.clock()
    self.now = milliseconds
    recency = try request.recency.map { (recency) throws(IndexError) in
      try RecencyQuery(recency, schema, now: milliseconds)
    }
    let filterBuilder = FilterBuilder(schema: schema, now: milliseconds)
    filters = try filterBuilder.queries(request.filters)
    warnings = parsed.warnings
    root = parsed.root
    if request.isRelaxed, let relaxed = root.relaxed(view.holdsWords) { root = relaxed }
    var builder = QueryBuilder(
      schema: schema, analysis: analysis, now: milliseconds,
      isBagOfWords: request.mode == .simple && request.defaultOperator == .or,
      minimumShouldMatch: request.minimumShouldMatch, proximity: request.proximity,
      synonyms: request.synonyms ? view.synonyms : nil)
    if parsed.isBlank, !filters.isEmpty {
      // All that pass the filters.
      root = .all
      query = .all(boost: 1)
      warnings.removeAll { $0.code == .emptyQuery }
    } else {
      query = builder.build(root, scope: scope)
    }
    if lookups < .max, query.lookups > lookups { throw .cancelled }
    var rewriter = QueryRewriter(segments: view.segments.map(\.reader), deadline: deadline)
    query = try rewriter.rewrite(query)
    warnings += builder.warnings + rewriter.warnings
    timedOut = rewriter.timedOut
    interpreted = root.printed()
    if request.mode == .strict, !warnings.isEmpty { throw .query(warnings: warnings) }
  }

  /// Milliseconds since 1970.
  static func clock() -> Int64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
  }
}

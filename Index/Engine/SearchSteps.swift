// One request on one view, step by step: it is prepared, run, and its hits are shown. One index takes the steps one after the
// other (`Searcher`); several that answer together take each step in turn.

struct SearchSteps {
  let request: SearchRequest
  let view: SearchView
  let sort: [SortField]
  let prepared: PreparedQuery
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
    guard (0...SearchRequest.maxLimit - request.limit).contains(request.offset) else {
      throw .request(
        at: "/offset", "\(request.offset) with limit \(request.limit) is too far")
    }
    self.request = request
    self.view = view
    self.deadline = deadline
    sort = try SortField.keys(request.sort, view.schema)
    fields = try StoredFieldsReader(schema: view.schema, select: request.select)
    prepared = try PreparedQuery(request, view, deadline: deadline, lookups: lookups)
    if let highlight = request.highlight {
      highlighter = try Highlighter(
        query: prepared.query, schema: view.schema, highlight: highlight)
    }
  }

  var isByScore: Bool { sort.isEmpty || (sort.count == 1 && sort[0].isScore) }

  /// - Parameter given: statistics to rank by; nil: those of the view.
  func run(_ given: GivenStatistics?) throws(IndexError) -> QueryRun {
    try QueryRun(view, prepared.query, filters: prepared.filters, given: given, deadline: deadline)
  }

  /// The best documents, those passed over included.
  func find(_ run: QueryRun) throws(IndexError) -> RunResult {
    var keyed: [SortedHit] = []
    return try find(run, keyed: &keyed)
  }

  /// - Parameter keyed: gets the documents with what they are sorted by, if it is more than the score.
  func find(_ run: QueryRun, keyed: inout [SortedHit]) throws(IndexError) -> RunResult {
    let places = request.offset + request.limit
    var result =
      isByScore
      ? try run.top(places, total: request.total)
      : try run.sorted(by: sort, places, keyed: &keyed)
    if prepared.timedOut { result.timedOut = true }
    return result
  }

  /// Fills hits with what the request wants to see of them. When the deadline passes, those done so far.
  mutating func show(
    _ documents: ArraySlice<ScoredDocument>, of result: inout RunResult, _ run: QueryRun
  ) throws(IndexError) -> [Hit] {
    var hits: [Hit] = []
    var size = 0
    for found in documents {
      // Hits cost a block of stored documents each: they are looked at again.
      if !hits.isEmpty, deadline.isPassed {
        result.timedOut = true
        break
      }
      do throws(IndexError) {
        hits.append(try show(found, isScored: result.isScored, run))
      } catch .cancelled {
        result.timedOut = true
        break
      }
      size += hits[hits.count - 1].sizeInBytes
      guard size <= request.maximumBytes else {
        throw request.tooLarge(hits.count, of: result.hits.count)
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

extension SearchRequest {
  func tooLarge(_ shown: Int, of found: Int) -> IndexError {
    .tooLarge(
      "\(shown) of \(found) hits have more than \(maximumBytes) bytes: ask for fewer hits (limit) or "
        + "fields (select)")
  }
}

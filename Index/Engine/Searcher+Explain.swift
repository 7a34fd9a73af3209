// Questions about a request rather than its answer: how it judges one document, and what it would be ranked by.

extension Searcher {
  /// How a request judges the document of an id: where its score comes from, or what it lacks. What concerns the
  /// hits of an answer is not looked at.
  /// - Returns: nil when there is no such document.
  /// - Throws: as `search`, and `cancelled` when the deadline passed first.
  public func explain(
    _ request: SearchRequest, id: String, deadline: Deadline = .never
  ) throws(IndexError) -> ExplainResponse? {
    let start = Deadline.now()
    if let mismatch = reader.snapshot.analyzerMismatch { throw mismatch }
    let view = reader.view
    let given = try request.givenStatistics(view.schema)
    let prepared = try PreparedQuery(request, view, deadline: deadline)
    if prepared.timedOut || deadline.isPassed { throw .cancelled }
    guard let document = try view.document(id: id) else { return nil }
    let run = try QueryRun(
      view, prepared.query, filters: prepared.filters, given: given, recency: prepared.recency,
      deadline: deadline)
    let explanation = try run.explain(document)
    return ExplainResponse(
      tookMicroseconds: Int((Deadline.now() - start) / 1_000), generation: view.generation,
      id: id, interpreted: prepared.interpreted, warnings: prepared.warnings,
      explanation: explanation)
  }

  /// The counts of this index that the request's scores are made of. The sum of those of all shards of a collection,
  /// given as `SearchRequest.statistics`, makes them rank as one index.
  ///
  /// Only where a word with `*` stands for more than 1,024 words, of which each shard keeps its own most frequent ones, can a
  /// difference remain.
  /// - Throws: as `search`, and `cancelled` when the deadline passed first.
  public func statistics(
    _ request: SearchRequest, deadline: Deadline = .never
  ) throws(IndexError) -> CollectionStatistics {
    if let mismatch = reader.snapshot.analyzerMismatch { throw mismatch }
    let prepared = try PreparedQuery(request, reader.view, deadline: deadline)
    if prepared.timedOut || deadline.isPassed { throw .cancelled }
    return try reader.view.statistics(of: prepared.query, deadline: deadline)
  }
}

extension SearchRequest {
  /// - Throws: `invalid` for counts that cannot be.
  func givenStatistics(_ schema: Schema) throws(IndexError) -> GivenStatistics? {
    guard let statistics else { return nil }
    return try GivenStatistics(statistics, schema)
  }
}

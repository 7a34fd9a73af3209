// The searching door without what surrounds the ranking: for benchmarks and checks that compare rankings.

/// A ranking alone: global document numbers and scores, best first.
package struct Ranking: Sendable {
  package let total: Total
  package let hits: [(document: UInt32, score: Float)]
}

extension Searcher {
  /// What `search` ranks by score, without stored fields and passages.
  package func rank(
    _ request: SearchRequest, deadline: Deadline = .never
  ) throws(IndexError) -> Ranking {
    let prepared = try PreparedQuery(request, reader.view, deadline: deadline)
    let run = try QueryRun(
      reader.view, prepared.query, filters: prepared.filters,
      given: try request.givenStatistics(reader.view.schema), deadline: deadline)
    let found = try run.top(request.limit, total: request.total)
    return Ranking(total: found.total, hits: found.hits.map { ($0.document, $0.score) })
  }

  /// The id of a document by its global number.
  package func id(of document: UInt32) throws(IndexError) -> String {
    let segment = reader.view.segment(of: document)
    let number = Int(document - segment.first)
    var ids = IDReader()
    if let id = try ids.id(segment.reader, number) { return id }
    var fields = try StoredFieldsReader(schema: reader.view.schema, select: [])
    return try fields.read(segment.reader, number).id
  }
}

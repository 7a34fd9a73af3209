extension QueryRun {
  /// Counts all matches by the facets; the total is theirs.
  /// - Parameter member: which of the collector's views it is.
  func count(
    _ facets: FacetCollector, member: Int = 0, into result: inout RunResult
  ) throws(IndexError) {
    var total = 0
    var isWhole = !result.timedOut
    for segment in view.segments where isWhole {
      guard let documents = try documents(segment) else {
        isWhole = false
        break
      }
      total += documents.population
      isWhole = try facets.collect(segment, documents, member: member, deadline: deadline)
    }
    if !isWhole { facets.cut() }
    result.timedOut = !isWhole
    result.total = Total(value: max(total, result.total.value), exact: isWhole)
  }
}

// When nothing has all the words: the same search with them joined by OR, shown apart.

extension SearchRequest {
  /// What to ask next, if the answer has nothing and the query is an AND of words.
  ///
  /// Not in strict mode, which is for programs that mean what they say, and not in the parts after the first.
  func relaxed(
    after response: SearchResponse, _ prepared: PreparedQuery, _ view: SearchView
  ) -> SearchRequest? {
    guard relax, !isRelaxed, response.total == Total(value: 0, exact: true), !response.timedOut,
      limit > 0, after == nil, mode != .strict, prepared.root.relaxed(view.holdsWords) != nil
    else { return nil }
    var request = self
    request.isRelaxed = true
    // Best first, and no total.
    request.sort = []
    request.facets = []
    request.didYouMean = false
    request.total = .atLeast
    request.minimumShouldMatch = nil
    return request
  }
}

extension SearchResponse {
  mutating func add(relaxed response: SearchResponse) {
    if response.timedOut { timedOut = true }
    if response.hits.isEmpty { return }
    relaxed = RelaxedHits(interpreted: response.interpreted, hits: response.hits)
  }
}

extension SearchView {
  /// Whether a field's text is words; those of other fields are values.
  func holdsWords(_ field: String) -> Bool {
    guard let number = schema.number(of: field), !schema.isRaw(number) else { return false }
    return [.text, .keyword].contains(schema.fields[number].type)
  }
}

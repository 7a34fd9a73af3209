// Documents like a document or a text: a search by its strongest terms. The query is written as a user could have
// written it, so that everything else (filters, passages, explanations) is that of a search.

import QueryLanguage

/// What is asked of `Searcher.similar`.
public struct SimilarRequest: Sendable, Equatable {
  public enum Source: Sendable, Equatable {
    /// A document of the index, which is no hit itself.
    case document(id: String)
    case text(String)
  }

  public var source: Source
  /// Its `fields` are the text fields that are compared, the default ones where there are none; `query`, operators and
  /// how many terms must match are not asked for.
  public var request: SearchRequest

  /// - Parameter source: of what.
  public init(_ source: Source, request: SearchRequest = SearchRequest()) {
    self.source = source
    self.request = request
  }
}

extension Searcher {
  /// Share of the chosen terms that a document must have, in percent; where fewer than `fewSimilar` have it, the next one does, and in
  /// the end one term: of a long document the terms are so many things that hardly another one is about three in ten of them.
  static let similarShares = [30, 15, nil]
  static let fewSimilar = 5
  /// Bytes of a document that are looked at.
  static let similarBytes = 1 << 20

  /// What is most like a document or a text, best first. `interpreted` shows the terms and how much each weighs.
  /// - Returns: nil when there is no such document.
  /// - Throws: as `search`.
  public func similar(
    _ similar: SimilarRequest, deadline: Deadline = .never
  ) throws(IndexError) -> SearchResponse? {
    let start = Deadline.now()
    if let mismatch = reader.snapshot.analyzerMismatch { throw mismatch }
    let scope = try similarScope(similar.request.fields)
    var request = similar.request
    request.fields = scope
    request.mode = .lenient
    request.defaultOperator = .and
    request.didYouMean = false
    var excluded: String?
    var timedOut = false
    do throws(IndexError) {
      var terms = StrongTerms(
        reader.view, scope: scope.compactMap { reader.schema.number(of: $0.name) },
        deadline: deadline)
      switch similar.source {
      case .text(let text): try terms.add(unsafe Array(text.utf8).span.bytes)
      case .document(let id):
        guard try add(id, scope, to: &terms) else { return nil }
        excluded = id
      }
      // What no other document has finds nothing.
      request.query = Self.query(try terms.strongest(least: excluded == nil ? 1 : 2))
    } catch .cancelled {
      timedOut = true
      request.query = ""
    }
    // Without a term nothing is alike, whatever passes the filters.
    if request.query.isEmpty { request.filters = [] }
    var shares = Self.similarShares[...]
    var response: SearchResponse
    repeat {
      request.minimumShouldMatch = shares.popFirst()?.map { .percent($0) }
      response = try search(request, deadline: deadline, briefPostings: nil, without: excluded)
    } while !shares.isEmpty && !request.query.isEmpty && !response.timedOut
      && response.total.value < min(Self.fewSimilar, request.limit)
    response.timedOut = response.timedOut || timedOut
    if timedOut { response.total.exact = false }
    response.tookMicroseconds = Int((Deadline.now() - start) / 1_000)
    return response
  }

  /// The text fields that are compared.
  private func similarScope(
    _ asked: [SearchRequest.FieldWeight]
  ) throws(IndexError) -> [SearchRequest.FieldWeight] {
    let schema = reader.schema
    guard asked.isEmpty else {
      for field in try QueryBuilder.scope(asked, schema)
      where schema.fields[field.number].type != .text {
        let name = schema.fields[field.number].name
        throw .request(
          at: "/fields/\(asked.firstIndex { $0.name == name } ?? 0)", "\(name) is no text field")
      }
      return asked
    }
    return reader.view.defaultScope.map { schema.fields[$0.number] }.filter { $0.type == .text }
      .map { SearchRequest.FieldWeight($0.name) }
  }

  /// Adds the texts of a document, as far as they are stored.
  /// - Returns: false when there is no such document.
  private func add(
    _ id: String, _ scope: [SearchRequest.FieldWeight], to terms: inout StrongTerms
  ) throws(IndexError) -> Bool {
    guard let document = try reader.view.document(id: id) else { return false }
    let wanted = Set(scope.compactMap { reader.schema.number(of: $0.name) })
    let segment = reader.view.segment(of: document)
    let number = Int(document - segment.first)
    let name = segment.reader.name
    var bytes: [UInt8] = []
    try segment.reader.stored.window(number, 0..<Self.similarBytes, into: &bytes)
    if try StoredDocumentReader.headEnd(unsafe bytes.span.bytes, file: name) > bytes.count {
      try segment.reader.stored.document(number, into: &bytes)
    }
    var values = try StoredDocumentReader(unsafe bytes.span.bytes, length: .max, file: name)
    while let value = try values.next() {
      guard wanted.contains(value.field), value.text.lowerBound < bytes.count else { continue }
      let range = value.text.lowerBound..<min(value.text.upperBound, bytes.count)
      try terms.add(unsafe bytes.span.bytes.extracting(range), field: value.field)
    }
    return true
  }

  /// The terms as a query; empty for none.
  private static func query(_ terms: [StrongTerms.Term]) -> String {
    let nodes = terms.map { term -> QueryNode in
      // Two digits are enough to rank by, and can be read.
      let weight = (term.weight * 100).rounded() / 100
      let word = QueryNode.term(QueryNode.Term(term.word))
      return weight == 1 ? word : .boosted(word, weight)
    }
    guard nodes.count > 1 else { return nodes.first?.printed() ?? "" }
    return QueryNode.or(nodes).printed()
  }
}

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
  let views: [SearchView]

  /// - Parameter members: each name once.
  public init(_ members: [(name: String, reader: IndexReader)]) throws(Failure) {
    let sorted = members.sorted { $0.name < $1.name }
    names = sorted.map(\.name)
    readers = sorted.map(\.reader)
    views = try Self.views(of: sorted)
  }

  var searched: [SearchedIndex] {
    zip(names, readers).map { SearchedIndex(name: $0, generation: $1.generation) }
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

  func within<Value>(
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

  static func distinct(_ warnings: [[QueryWarning]]) -> [QueryWarning] {
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

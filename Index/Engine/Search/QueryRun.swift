// One query through all segments of a view: weight once, then per segment scorers and a collector. The ways
// to the same answer, chosen by what they cost:
//
//   best by score           pruned; the total by a pass of its own that only matches, where that is cheaper than
//                           scoring everything (unions), or from the dictionary (one term)
//   best by score, and AND  one pass that scores and counts, but of plain words: its matches are few; so too where all
//                           lists are short
//   sorted by columns       one pass over all matches

struct RunResult: Sendable {
  var hits: [ScoredDocument] = []
  /// Scores were computed.
  var isScored = true
  var total = Total(value: 0, exact: true)
  var timedOut = false
}

struct QueryRun {
  let view: SearchView
  let weight: Weight
  /// The same without what bears on scores alone.
  private let matching: Weight
  private let filters: [Query]
  let deadline: Deadline
  /// N.
  private let documentCount: Int
  let grid: ScoreGrid
  /// By segment: the documents that may be found, where that is known: live, passing the filters.
  var accepted: [BitSet]?
  /// The deadline passed before there was a weight.
  private let isCut: Bool

  /// - Parameters:
  ///   - query: rewritten.
  ///   - filters: rewritten; all must hold.
  ///   - given: statistics to rank by; nil: those of the view.
  ///   - recency: added to the scores.
  init(
    _ view: SearchView, _ query: Query, filters: [Query] = [], given: GivenStatistics? = nil,
    recency: RecencyQuery? = nil, deadline: Deadline
  ) throws(IndexError) {
    self.view = view
    self.filters = filters
    self.deadline = deadline
    var builder = WeightBuilder(view, given: given, deadline: deadline)
    matching = try builder.weight(of: query)
    let largest = matching.largestScore
    if let recency, recency.weight > 0, largest > 0 {
      let part = RecencyWeight(query: recency, largest: recency.weight * largest)
      weight = .and(all: [matching], optional: [.recency(part)], none: [])
    } else {
      weight = matching
    }
    documentCount = builder.documentCount
    isCut = builder.timedOut
    grid = ScoreGrid(largestSum: weight.largestScore)
  }

  // MARK: Runs

  /// The best `limit` documents by score.
  /// - Parameter after: the last hit of the part before.
  func top(
    _ limit: Int, total mode: SearchRequest.TotalMode, after: SearchBound? = nil
  ) throws(IndexError) -> RunResult {
    var result = RunResult()
    var top = TopScores(limit: limit, after: after)
    let isOnePass = mode == .exact && !countsApart
    var count = 0
    for segment in view.segments {
      guard let search = try search(segment, &result) else { continue }
      let finished =
        isOnePass ? try search.collectAll(&top, count: &count) : try search.collectTop(&top)
      if !finished { result.timedOut = true }
      if result.timedOut { break }
    }
    result.hits = top.sorted()
    if isOnePass {
      result.total = Total(value: count, exact: !result.timedOut)
    } else if mode == .exact, !result.timedOut {
      let counted = try self.count()
      result.total = counted.total
      result.timedOut = counted.timedOut
    } else {
      result.total = Total(
        value: result.hits.count + (after?.place ?? 0), exact: result.hits.count < limit)
      if result.timedOut { result.total.exact = false }
    }
    result.total.value = max(result.total.value, result.hits.count)
    return result
  }

  func count() throws(IndexError) -> RunResult {
    var result = RunResult()
    result.isScored = false
    for segment in view.segments {
      guard let search = try search(segment, isScored: false, &result) else { continue }
      if try !search.count(&result.total.value) { result.timedOut = true }
      if result.timedOut { break }
    }
    result.total.exact = !result.timedOut
    return result
  }

  func sorted(by fields: [SortField], _ limit: Int) throws(IndexError) -> RunResult {
    var keyed: [SortedHit] = []
    return try sorted(by: fields, limit, after: nil, keyed: &keyed)
  }

  /// - Parameters:
  ///   - after: the last hit of the part before.
  ///   - keyed: gets the hits with their keys.
  func sorted(
    by fields: [SortField], _ limit: Int, after: SearchBound?, keyed: inout [SortedHit]
  ) throws(IndexError) -> RunResult {
    var result = RunResult()
    result.isScored = fields.contains { $0.isScore }
    var top = SortedTop(fields: fields, limit: limit, after: after)
    for segment in view.segments {
      guard let search = try search(segment, &result) else { continue }
      if try !top.collect(search, segment, count: &result.total.value) { result.timedOut = true }
      if result.timedOut { break }
    }
    keyed = top.sorted()
    result.hits = keyed.map { ScoredDocument(document: $0.document, score: $0.score) }
    result.total.exact = !result.timedOut
    return result
  }

  /// The accepted documents of one segment that match; nil when the deadline passed first.
  func documents(_ segment: SearchSegment) throws(IndexError) -> BitSet? {
    var result = RunResult()
    guard let search = try search(segment, isScored: false, &result) else {
      return result.timedOut ? nil : BitSet(count: segment.documentCount)
    }
    return try search.documents()
  }

  /// Whether a pruned pass and one that only counts are cheaper than one that scores every match.
  private var countsApart: Bool {
    switch matching {
    case .all, .set, .none: true
    case .term(let term) where term.parts.count == 1: true
    case .term, .or, .best, .alternatives, .atLeast: postings > Self.fewPostings
    case .and(let all, let optional, let none):
      // Plain words are counted by bits.
      optional.isEmpty && none.isEmpty && all.allSatisfy(\.isPlainTerm)
        && postings > Self.fewPostings
    case .phrase, .near, .recency: false
    }
  }

  /// Postings that are scored in less time than a second pass takes to begin.
  private static let fewPostings = 8_192

  /// Of all lists; a set counts as long.
  var postings: Int {
    view.segments.indices.reduce(0) { $0 + matching.postings($1) }
  }

  // MARK: Segments

  /// nil: nothing in the segment can match, or the deadline passed.
  private func search(
    _ segment: SearchSegment, isScored: Bool = true, _ result: inout RunResult
  ) throws(IndexError) -> SegmentSearch? {
    guard segment.documentCount > 0 else { return nil }
    if isCut {
      result.timedOut = true
      return nil
    }
    let lease = view.memory.lease(
      windowCapacity: isScored ? windowCapacity(segment) : Self.unscoredCapacity)
    var builder = ScorerBuilder(
      segment: segment, grid: grid, memory: lease.memory, deadline: deadline)
    guard let scorer = try builder.scorer(isScored ? weight : matching) else {
      if builder.timedOut { result.timedOut = true }
      return nil
    }
    var accepted = self.accepted?[segment.ordinal] ?? segment.live
    for filter in filters where self.accepted == nil {
      guard let set = try documents(filter, segment) else {
        result.timedOut = true
        return nil
      }
      if accepted == nil { accepted = set } else { accepted?.formIntersection(set) }
    }
    if let accepted, accepted.isEmpty { return nil }
    return SegmentSearch(
      segment, scorer, accepted: accepted, lease: lease, deadline: deadline)
  }

  /// The documents of the segment that pass a filter; nil when the deadline passed first.
  private func documents(_ filter: Query, _ segment: SearchSegment) throws(IndexError) -> BitSet? {
    if let known = view.filters.set(filter, segment: segment.ordinal) { return known }
    var builder = WeightBuilder(view, deadline: deadline)
    let weight = try builder.weight(of: filter)
    if builder.timedOut { return nil }
    let lease = view.memory.lease(windowCapacity: Self.unscoredCapacity)
    var scorers = ScorerBuilder(
      segment: segment, grid: ScoreGrid(largestSum: 0), memory: lease.memory, deadline: deadline)
    var set = BitSet(count: segment.documentCount)
    if let scorer = try scorers.scorer(weight) {
      let search = SegmentSearch(
        segment, scorer, accepted: nil, lease: lease, deadline: deadline)
      guard let found = try search.documents() else { return nil }
      set = found
    }
    if scorers.timedOut { return nil }
    view.filters.insert(set, filter, segment: segment.ordinal)
    return set
  }

  /// Documents of a window without scores.
  private static let unscoredCapacity = 1 << 15

  /// Documents of a window: 4,096, and more where postings of a large segment are so thin that the work of a window
  /// would outweigh that of its postings.
  private func windowCapacity(_ segment: SearchSegment) -> Int {
    var capacity = 4096
    let densest = max(1, weight.largestFrequency(segment.ordinal))
    while capacity < 16_384, capacity * 16 < segment.documentCount,
      densest * capacity / segment.documentCount < 128
    { capacity *= 2 }
    return capacity
  }

  // MARK: Single documents

  /// Why a document has its score, or why it is not found.
  /// - Throws: `cancelled` when the deadline passed first.
  func explain(_ document: UInt32) throws(IndexError) -> Explanation {
    if isCut { throw .cancelled }
    let segment = view.segment(of: document)
    let explainer = Explainer(
      schema: view.schema, segment: segment, documentCount: documentCount, grid: grid,
      deadline: deadline)
    let explanation = try explainer.explain(weight, document - segment.first)
    var failed: [Explanation] = []
    for (place, filter) in filters.enumerated() {
      guard let passing = try documents(filter, segment) else { throw .cancelled }
      if passing[Int(document - segment.first)] { continue }
      failed.append(.missing("filter \(place + 1) of \(filters.count) does not hold"))
    }
    if failed.isEmpty { return explanation }
    return .missing("filtered out", failed + [explanation])
  }
}

extension Weight {
  /// One word in one field.
  fileprivate var isPlainTerm: Bool {
    if case .term(let term) = self { term.parts.count == 1 } else { false }
  }

  /// Postings of all lists in a segment; a set counts as long.
  func postings(_ segment: Int) -> Int {
    switch self {
    case .none, .recency: 0
    case .all, .set: Int(Int32.max)
    case .term(let term):
      term.parts.reduce(0) { $0 + ($1.entries[segment]?.documentFrequency ?? 0) }
    case .phrase(let phrase):
      phrase.parts.reduce(0) { sum, part in
        part.entries.reduce(sum) {
          $1.segment == segment ? $0 + $1.entry.documentFrequency : $0
        }
      }
    case .and(let all, let optional, let none):
      (all + optional + none).reduce(0) { $0 + $1.postings(segment) }
    case .near(let near):
      near.entries(segment).reduce(0) { $0 + $1.documentFrequency }
    case .or(let weights), .best(let weights), .alternatives(let weights),
      .atLeast(_, let weights):
      weights.reduce(0) { $0 + $1.postings(segment) }
    }
  }

  /// Postings of the longest list in a segment.
  func largestFrequency(_ segment: Int) -> Int {
    switch self {
    case .none, .recency: 0
    case .all, .set: Int(Int32.max)
    case .term(let term):
      term.parts.reduce(0) { max($0, $1.entries[segment]?.documentFrequency ?? 0) }
    case .phrase(let phrase):
      phrase.parts.reduce(0) { largest, part in
        part.entries.reduce(largest) {
          $1.segment == segment ? max($0, $1.entry.documentFrequency) : $0
        }
      }
    case .and(let all, let optional, let none):
      (all + optional + none).reduce(0) { max($0, $1.largestFrequency(segment)) }
    case .near(let near):
      near.entries(segment).reduce(0) { max($0, $1.documentFrequency) }
    case .or(let weights), .best(let weights), .alternatives(let weights),
      .atLeast(_, let weights):
      weights.reduce(0) { max($0, $1.largestFrequency(segment)) }
    }
  }
}

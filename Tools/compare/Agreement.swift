/// Whether both engines find the same documents, query by query: the whole sets, not their sizes.
struct Agreement {
  /// A query whose answers do not fit together.
  struct Disagreement: Equatable {
    var type: String
    var query: String
    /// As FTS5 was asked.
    var expression: String
    var difference: Difference
    /// Ids, some.
    var oursOnly: [String] = []
    var theirsOnly: [String] = []
    /// Codes of what Martlet said about the query.
    var warnings: [String] = []
    /// An engine that contradicts itself: its number, its set and its best 10.
    var contradictions: [String] = []
  }

  private(set) var compared = 0
  private(set) var disagreements: [Disagreement] = []
  /// Matches of each query, in the order in which they were compared.
  private(set) var matches: [Int] = []
  /// Of each query: the share of the best 10 that both have; nil where no more than 10 match.
  private(set) var overlaps: [Double?] = []

  /// Ids shown of each side.
  private static let examples = 5

  struct Difference: Equatable {
    /// Ordinals, ascending.
    var oursOnly: [Int]
    var theirsOnly: [Int]

    var isEmpty: Bool { oursOnly.isEmpty && theirsOnly.isEmpty }

    /// - Parameters: ascending, each once.
    init(ours: [Int], theirs: [Int]) {
      oursOnly = []
      theirsOnly = []
      var i = 0
      var j = 0
      while i < ours.count || j < theirs.count {
        if j == theirs.count || (i < ours.count && ours[i] < theirs[j]) {
          oursOnly.append(ours[i])
          i += 1
        } else if i == ours.count || theirs[j] < ours[i] {
          theirsOnly.append(theirs[j])
          j += 1
        } else {
          i += 1
          j += 1
        }
      }
    }
  }

  /// What one engine answers to one query.
  struct Answer {
    var count: Int
    var set: [Int]
    /// Ordinals, best first.
    var top: [Int]

    /// What does not fit together, said of `engine`.
    func contradictions(_ engine: String) -> [String] {
      var all: [String] = []
      if count != set.count { all.append("\(engine) counts \(count) and finds \(set.count)") }
      if top.count != min(10, set.count) || Set(top).count != top.count {
        all.append("\(engine) ranks \(top.count) of \(set.count)")
      }
      let found = Set(set)
      if top.contains(where: { !found.contains($0) }) {
        all.append("\(engine) ranks documents that it does not find")
      }
      return all
    }
  }

  /// - Parameter id: of an ordinal.
  mutating func add(
    _ paired: PairedQuery, ours: Answer, theirs: Answer, warnings: [String], id: (Int) -> String
  ) {
    compared += 1
    matches.append(ours.set.count)
    let most = max(ours.set.count, theirs.set.count)
    overlaps.append(
      most > 10 ? Double(Set(ours.top).intersection(theirs.top).count) / 10 : nil)
    let difference = Difference(ours: ours.set, theirs: theirs.set)
    let contradictions = ours.contradictions("Martlet") + theirs.contradictions("FTS5")
    guard !difference.isEmpty || !contradictions.isEmpty else { return }
    disagreements.append(
      Disagreement(
        type: paired.query.type, query: paired.query.text, expression: paired.expression,
        difference: difference,
        oursOnly: difference.oursOnly.prefix(Self.examples).map(id),
        theirsOnly: difference.theirsOnly.prefix(Self.examples).map(id), warnings: warnings,
        contradictions: contradictions))
  }

  /// Asks both everything and compares.
  /// - Parameter progress: told the share that is done.
  static func of(
    _ queries: [PairedQuery], _ scan: DocumentScan, _ martlet: MartletIndex, _ fts5: FTS5Index,
    progress: (Double) -> Void = { _ in }
  ) throws(Failure) -> Agreement {
    var agreement = Agreement()
    var ids: [Int: String] = [:]
    for (id, ordinal) in scan.ordinals { ids[ordinal] = id }
    let ordinals = { (found: [String]) in found.map { scan.ordinals[$0] ?? -1 } }
    for (place, paired) in queries.enumerated() {
      try Interruption.check()
      progress(Double(place) / Double(queries.count))
      let ours = Answer(
        count: try martlet.count(paired.request),
        set: try martlet.matches(paired.request, ordinals: scan.ordinals),
        top: ordinals(try martlet.top(paired.request)))
      let theirs = Answer(
        count: try fts5.count(paired.expression), set: try fts5.matches(paired.expression),
        top: ordinals(try fts5.top(paired.expression)))
      agreement.add(
        paired, ours: ours, theirs: theirs, warnings: try martlet.answer(paired.request).warnings,
        id: { ids[$0] ?? "?" })
    }
    return agreement
  }
}

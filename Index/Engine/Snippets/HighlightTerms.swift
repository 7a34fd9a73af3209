// What is to be marked in one field: the terms that a query looks for there, each with its part in the query.

/// The terms of one field by their bytes.
///
/// A *clause* is what a reader sees as one thing that was asked for: a word, all that a prefix stands for, a phrase. Passages
/// are judged by how many clauses they show. A term may have several parts (a word that is also in a phrase).
struct HighlightTerms: Sendable {
  /// The part that a term plays.
  struct Role: Sendable, Hashable {
    /// Index into `clauses`.
    var clause: Int
    /// nil: the term alone; else a place in the phrase of that number.
    var slot: Slot?
    /// nil: the term alone; else a leaf of the words close together of that number.
    var leaf: Leaf?

    struct Leaf: Sendable, Hashable {
      /// Index into `spans`.
      var spans: Int
      var number: Int
    }
    /// Of a bigram the first character alone was asked for.
    var isCharacter = false

    struct Slot: Sendable, Hashable {
      /// Index into `phrases`.
      var phrase: Int
      /// Index into the phrase's offsets.
      var index: Int
    }
  }

  struct Phrase: Sendable, Equatable {
    var clause: Int
    /// Of the places, in positions from the first; ascending.
    var offsets: [Int]
  }

  /// Words close together: phrases with slop, NEAR.
  struct Spans: Sendable, Equatable {
    var clause: Int
    var tree: SpanTree<Int>
    var leaves: Int
  }

  /// What each clause is worth in a passage: 1 for a word, the number of words for a phrase.
  private(set) var clauses: [Int] = []
  private(set) var phrases: [Phrase] = []
  private(set) var spans: [Spans] = []
  private(set) var roles: [TermSpace: [[UInt8]: [Role]]] = [:]

  var isEmpty: Bool { roles.isEmpty }

  /// A new clause.
  mutating func addClause(worth: Int = 1) -> Int {
    clauses.append(worth)
    return clauses.count - 1
  }

  mutating func add(
    _ term: [UInt8], _ space: TermSpace, clause: Int, isCharacter: Bool = false
  ) {
    add(term, space, Role(clause: clause, isCharacter: isCharacter))
  }

  /// - Parameters:
  ///   - slots: each place with its offset from the first and the terms that may stand there.
  ///   - endsInCharacter: of a bigram in the last place, its first character alone was asked for.
  mutating func add(
    phrase slots: [(offset: Int, terms: [(TermSpace, [UInt8])])], clause: Int,
    endsInCharacter: Bool = false
  ) {
    let number = phrases.count
    phrases.append(Phrase(clause: clause, offsets: slots.map(\.offset)))
    clauses[clause] = max(clauses[clause], slots.count)
    for (index, slot) in slots.enumerated() {
      for (space, term) in slot.terms {
        add(
          term, space,
          Role(
            clause: clause, slot: .init(phrase: number, index: index),
            isCharacter: endsInCharacter && index == slots.count - 1))
      }
    }
  }

  /// - Parameter tree: with the terms of each leaf, and whether of bigrams the first character alone was asked for.
  mutating func add(
    spans tree: SpanTree<(terms: [FieldTerm], isCharacter: Bool)>, clause: Int
  ) {
    var leaves = 0
    let numbered = tree.mapped { word in
      for term in word.terms {
        let leaf = Role.Leaf(spans: spans.count, number: leaves)
        add(
          term.bytes, term.space,
          Role(clause: clause, leaf: leaf, isCharacter: word.isCharacter))
      }
      leaves += 1
      return leaves - 1
    }
    spans.append(Spans(clause: clause, tree: numbered, leaves: leaves))
    clauses[clause] = max(clauses[clause], Int(tree.least { _ in 1 }))
  }

  private mutating func add(_ term: [UInt8], _ space: TermSpace, _ role: Role) {
    var known = roles[space, default: [:]][term, default: []]
    if !known.contains(role) { known.append(role) }
    roles[space, default: [:]][term] = known
  }

  func roles(of term: [UInt8], _ space: TermSpace) -> [Role] { roles[space]?[term] ?? [] }
}

/// A place of a text, or of a field's positions, where a clause matches.
struct Occurrence: Sendable, Equatable {
  /// Bytes of the text, or token positions.
  var range: Range<Int>
  /// Index into `HighlightTerms.clauses`.
  var clause: Int
}

/// Tokens that play a role, while a text is read.
struct TermHits {
  struct Hit {
    var position: Int
    var range: Range<Int>
    var roles: [HighlightTerms.Role]
  }

  /// More are not looked at: enough for any choice of passages.
  static let limit = 100_000

  private(set) var hits: [Hit] = []

  var isFull: Bool { hits.count >= Self.limit }

  mutating func add(_ roles: [HighlightTerms.Role], position: Int, _ range: Range<Int>) {
    if !roles.isEmpty, !isFull { hits.append(Hit(position: position, range: range, roles: roles)) }
  }

  /// Where clauses match, in the order of the text: words alone, and the words of phrases where they stand as the phrase
  /// says. When the deadline passes, without words close together.
  func occurrences(_ terms: HighlightTerms, deadline: Deadline = .never) -> [Occurrence] {
    var result: [Occurrence] = []
    var places = terms.phrases.map { Array(repeating: [Int](), count: $0.offsets.count) }
    for (index, hit) in hits.enumerated() {
      for role in hit.roles {
        if let slot = role.slot {
          places[slot.phrase][slot.index].append(index)
        } else if role.leaf == nil {
          result.append(Occurrence(range: hit.range, clause: role.clause))
        }
      }
    }
    for (phrase, slots) in zip(terms.phrases, places) {
      add(phrase, slots.map { $0.sorted { hits[$0].position < hits[$1].position } }, to: &result)
    }
    for number in terms.spans.indices { add(terms, spans: number, deadline, to: &result) }
    result.sort {
      ($0.range.lowerBound, $0.range.upperBound, $0.clause)
        < ($1.range.lowerBound, $1.range.upperBound, $1.clause)
    }
    return result
  }

  private func add(
    _ terms: HighlightTerms, spans number: Int, _ deadline: Deadline,
    to result: inout [Occurrence]
  ) {
    let spans = terms.spans[number]
    var kernel = SpanKernel(spans.tree, leaves: spans.leaves, deadline: deadline)
    var own: [(hit: Int, leaf: Int)] = []
    for (index, hit) in hits.enumerated() {
      for case let leaf? in hit.roles.map(\.leaf) where leaf.spans == number {
        own.append((index, leaf.number))
        kernel.positions[leaf.number].append(hit.position)
      }
    }
    // Positions of postings come term by term.
    for leaf in kernel.positions.indices {
      kernel.positions[leaf] = Set(kernel.positions[leaf]).sorted()
    }
    guard let marks = try? kernel.marks().map(Set.init) else { return }
    for (index, leaf) in own where marks[leaf].contains(hits[index].position) {
      result.append(Occurrence(range: hits[index].range, clause: spans.clause))
    }
  }

  /// - Parameter slots: hits for each place, by position.
  private func add(
    _ phrase: HighlightTerms.Phrase, _ slots: [[Int]], to result: inout [Occurrence]
  ) {
    // One pass: the first place leads, the others follow.
    var at = Array(repeating: 0, count: slots.count)
    for first in slots.first ?? [] {
      let start = hits[first].position - phrase.offsets[0]
      let isWhole = slots.indices.allSatisfy { slot in
        let target = start + phrase.offsets[slot]
        while at[slot] < slots[slot].count, hits[slots[slot][at[slot]]].position < target {
          at[slot] += 1
        }
        return at[slot] < slots[slot].count && hits[slots[slot][at[slot]]].position == target
      }
      guard isWhole else { continue }
      for slot in slots.indices {
        let hit = hits[slots[slot][at[slot]]]
        result.append(Occurrence(range: hit.range, clause: phrase.clause))
      }
    }
  }
}

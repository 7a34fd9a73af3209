// What stands close together in a text: words, phrases with room in them, NEAR and ADJ, as a tree over *leaves*. The
// same tree carries the terms of a query, their entries in a snapshot, and the positions of one document.
//
// A *stretch* is a run of positions, from the first word of a match to its last. What a node matches is a set of
// stretches; `SpanKernel` (Search/SpanKernel.swift) finds them and says how they are counted:
//
//   word         each of its positions
//   phrase       places p_i of its words, no two the same, with max(p_i − offset_i) − min(p_i − offset_i) ≤ slop: as
//                many moves of a word as Lucene's slop allows. With slop 0 the words stand at their offsets.
//   any          those of all its children
//   chain        one stretch of each child, each with at most `gap` positions between itself and that of the child
//                before it, on either side or, where ordered, behind it; neighbours have no position in common.
//                Their hulls, and of these the minimal ones: those in which no other lies.

/// How far the next operand may be from the one before it.
struct SpanGap: Sendable, Hashable {
  /// At most so many positions between.
  var distance: Int
  /// At least so many.
  var least: Int
  /// The next one comes behind.
  var isOrdered: Bool

  init(_ distance: Int, least: Int = 0, isOrdered: Bool = false) {
    self.distance = max(least, min(distance, Self.limit))
    self.least = least
    self.isOrdered = isOrdered
  }

  /// No text has so many positions. Sums of a few do not overflow.
  static let limit = 1 << 40
}

indirect enum SpanTree<Leaf> {
  struct Place {
    /// Positions from the first; ascending.
    var offset: Int
    var leaf: Leaf

    init(offset: Int, _ leaf: Leaf) {
      self.offset = offset
      self.leaf = leaf
    }
  }

  case word(Leaf)
  /// Two places at least.
  case phrase([Place], slop: Int)
  case any([SpanTree])
  /// Two children at least; `gaps[i]` lies between children i and i + 1.
  case chain([SpanTree], gaps: [SpanGap])
}

extension SpanTree.Place: Sendable where Leaf: Sendable {}
extension SpanTree.Place: Equatable where Leaf: Equatable {}
extension SpanTree.Place: Hashable where Leaf: Hashable {}
extension SpanTree: Sendable where Leaf: Sendable {}
extension SpanTree: Equatable where Leaf: Equatable {}
extension SpanTree: Hashable where Leaf: Hashable {}

extension SpanTree {
  /// The tree with other leaves. A leaf for which `transform` gives nil is one that nothing has: what needs it vanishes.
  /// - Returns: nil: nothing can match.
  func map<New>(
    _ transform: (Leaf) throws(IndexError) -> New?
  ) throws(IndexError) -> SpanTree<New>? {
    switch self {
    case .word(let leaf):
      guard let leaf = try transform(leaf) else { return nil }
      return .word(leaf)
    case .phrase(let places, let slop):
      var new: [SpanTree<New>.Place] = []
      for place in places {
        guard let leaf = try transform(place.leaf) else { return nil }
        new.append(.init(offset: place.offset, leaf))
      }
      return .phrase(new, slop: slop)
    case .any(let children):
      var new: [SpanTree<New>] = []
      for child in children {
        if let child = try child.map(transform) { new.append(child) }
      }
      return new.count > 1 ? .any(new) : new.first
    case .chain(let children, let gaps):
      var new: [SpanTree<New>] = []
      for child in children {
        guard let child = try child.map(transform) else { return nil }
        new.append(child)
      }
      return .chain(new, gaps: gaps)
    }
  }

  /// As `map`, of leaves none of which vanishes.
  func mapped<New>(_ transform: (Leaf) -> New) -> SpanTree<New> {
    switch self {
    case .word(let leaf): .word(transform(leaf))
    case .phrase(let places, let slop):
      .phrase(places.map { .init(offset: $0.offset, transform($0.leaf)) }, slop: slop)
    case .any(let children): .any(children.map { $0.mapped(transform) })
    case .chain(let children, let gaps):
      .chain(children.map { $0.mapped(transform) }, gaps: gaps)
    }
  }

  /// In the order of the query.
  var leaves: [Leaf] {
    switch self {
    case .word(let leaf): [leaf]
    case .phrase(let places, _): places.map(\.leaf)
    case .any(let children), .chain(let children, _): children.flatMap(\.leaves)
    }
  }

  /// Positions of the shortest stretch that could match.
  var width: Int {
    switch self {
    case .word: 1
    case .phrase(let places, _): (places.last?.offset ?? 0) + 1
    case .any(let children): children.reduce(Int.max) { Swift.min($0, $1.width) }
    case .chain(let children, _): children.reduce(0) { $0 + $1.width }
    }
  }

  /// A value of the whole, of those of the leaves: the sum over what must be there, and of alternatives the least.
  func least(_ value: (Leaf) -> Float) -> Float {
    switch self {
    case .word(let leaf): value(leaf)
    case .phrase(let places, _): places.reduce(0) { $0 + value($1.leaf) }
    case .any(let children): children.reduce(Float.infinity) { Swift.min($0, $1.least(value)) }
    case .chain(let children, _): children.reduce(0) { $0 + $1.least(value) }
    }
  }
}

/// Words close together, in one field or several (BM25F over the fields, with the frequency of the matches).
struct NearQuery: Sendable, Hashable {
  /// A word: any of its terms.
  struct Word: Sendable, Hashable {
    /// Where there are patterns, once rewritten: those that fit one of them.
    var terms: FieldTerms
    var patterns: [TermPattern]
    var boost: Float
    /// As the query has it, for the warning of a cut.
    var text: String

    init(
      _ terms: FieldTerms, patterns: [TermPattern] = [], boost: Float = 1,
      text: String = "a phrase's last word"
    ) {
      self.terms = terms
      self.patterns = patterns
      self.boost = boost
      self.text = text
    }
  }

  struct Part: Sendable, Hashable {
    var field: Int
    var weight: Float
    var spans: SpanTree<Word>

    init(field: Int, weight: Float = 1, spans: SpanTree<Word>) {
      self.field = field
      self.weight = weight
      self.spans = spans
    }
  }

  /// In ascending order of field.
  var parts: [Part]
  var boost: Float

  init(parts: [Part], boost: Float = 1) {
    self.parts = parts
    self.boost = boost
  }

  /// The words of all parts.
  var words: [Word] { parts.flatMap(\.spans.leaves) }
}

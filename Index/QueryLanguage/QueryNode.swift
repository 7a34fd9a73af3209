// The tree that a query text is read into.
//
// It holds no source positions, so that two readings are equal when they mean the same: positions are in the
// warnings. Depth is bounded by the parser's limits (64 groups, at most seven nodes each), so that walking it
// recursively is safe. `printed()` gives the text that reads back as the same tree.

public indirect enum QueryNode: Hashable, Sendable {
  /// Nothing to search for: no hits. Only ever the whole tree.
  case empty
  /// `*`: every document; under `scoped`, those that have a value in the field.
  case all
  case term(Term)
  case wildcard(Wildcard)
  case phrase(Phrase)
  /// A regular expression over whole terms, without its slashes. Its syntax has been checked.
  case regex(String)
  /// Only under `scoped`: `[a TO b]`, `>=a` and `a..b` alike.
  case interval(Interval)
  case near(Near)
  /// At least two operands; all must match. `not` takes documents away.
  case and([QueryNode])
  /// At least two operands; any may match, `required` ones must. A `not` in it is everything without.
  case or([QueryNode])
  case not(QueryNode)
  /// `+`: must match, also where its neighbours need not.
  case required(QueryNode)
  /// These fields instead of the default ones; the innermost scope counts.
  case scoped([String], QueryNode)
  /// Its score times a factor, 0 or more.
  case boosted(QueryNode, Double)

  /// One word as it was written; what its tokens are is up to the field's analyzer. In a scope of number, date or
  /// boolean fields alone it is one value, whose shape has been checked.
  public struct Term: Hashable, Sendable {
    public var text: String
    /// `=`: marks and endings count, case does not.
    public var isExact: Bool
    /// `*` at the end.
    public var isPrefix: Bool
    /// `~`: edits allowed, 0…2.
    public var edits: Int

    public init(_ text: String, isExact: Bool = false, isPrefix: Bool = false, edits: Int = 0) {
      self.text = text
      self.isExact = isExact
      self.isPrefix = isPrefix
      self.edits = edits
    }
  }

  /// A word with `*` or `?` in other places than one `*` at its end.
  public struct Wildcard: Hashable, Sendable {
    public enum Part: Hashable, Sendable {
      case text(String)
      /// `*`: any characters, none too.
      case any
      /// `?`: one character.
      case one
    }
    public var parts: [Part]
    public var isExact: Bool

    public init(_ parts: [Part], isExact: Bool = false) {
      self.parts = parts
      self.isExact = isExact
    }
  }

  public struct Phrase: Hashable, Sendable {
    public enum Part: Hashable, Sendable {
      /// A run of words as written, without white space at its ends.
      case text(String)
      /// `*`: one word, whatever it is.
      case gap
    }
    public var parts: [Part]
    public var isExact: Bool
    /// Lucene's slop: how many moves of a word still match.
    public var slop: Int
    /// The last word is the beginning of one.
    public var isPrefix: Bool
    /// So many of the words suffice, in any place.
    public var quorum: Int?

    public init(
      _ parts: [Part], isExact: Bool = false, slop: Int = 0, isPrefix: Bool = false,
      quorum: Int? = nil
    ) {
      self.parts = parts
      self.isExact = isExact
      self.slop = slop
      self.isPrefix = isPrefix
      self.quorum = quorum
    }

    public init(_ text: String) { self.init([.text(text)]) }
  }

  public struct Interval: Hashable, Sendable {
    public enum Bound: Hashable, Sendable {
      case open
      case inclusive(String)
      case exclusive(String)
    }
    public var lower: Bound
    public var upper: Bound

    public init(from lower: Bound, to upper: Bound) {
      self.lower = lower
      self.upper = upper
    }
  }

  /// Operands one after the other, each close to the one before it; which comes first in the text does not matter, but for ADJ.
  public struct Near: Hashable, Sendable {
    public struct Gap: Hashable, Sendable {
      /// At most so many tokens between.
      public var distance: Int
      /// ADJ: in this order.
      public var isOrdered: Bool

      public init(_ distance: Int = Gap.defaultDistance, isOrdered: Bool = false) {
        self.distance = distance
        self.isOrdered = isOrdered
      }

      public static let defaultDistance = 10
    }
    /// At least two; none holds a `not`.
    public var operands: [QueryNode]
    /// `gaps[i]` lies between operands i and i + 1.
    public var gaps: [Gap]

    public init(_ operands: [QueryNode], gaps: [Gap]) {
      self.operands = operands
      self.gaps = gaps
    }
  }
}

extension QueryNode {
  /// Matches by what it leaves out alone.
  var isNegative: Bool {
    switch self {
    case .not: true
    case .and(let operands): operands.allSatisfy(\.isNegative)
    case .required(let inner), .scoped(_, let inner), .boosted(let inner, _): inner.isNegative
    default: false
    }
  }

  static func joined(_ operands: [QueryNode], by node: ([QueryNode]) -> QueryNode) -> QueryNode? {
    operands.count > 1 ? node(operands) : operands.first
  }
}

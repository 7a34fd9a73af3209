// What is asked of a Searcher. Plain values: the wire, the tool and the tests build the same ones.

public struct SearchRequest: Sendable, Equatable {
  /// What becomes of text that the grammar has no place for.
  public enum Mode: String, Sendable {
    /// Read as well as can be, each oddity a warning.
    case lenient
    /// Any warning refuses the query (`IndexError.query`).
    case strict
    /// Every character is text: no operators.
    case simple
  }

  /// What joins words side by side.
  public enum Operator: String, Sendable { case and, or }

  /// A field to search, and how much its occurrences weigh against the others'.
  public struct FieldWeight: Sendable, Equatable {
    public var name: String
    /// nil: the field's own weight.
    public var boost: Float?

    public init(_ name: String, boost: Float? = nil) {
      self.name = name
      self.boost = boost
    }
  }

  /// What documents have in common of which only the best is a hit.
  public enum Collapse: Sendable, Equatable {
    /// The value of a field; of several the least. Documents without one stay by themselves.
    case field(String)
    /// Nearly the same text, by the fingerprints of an index with `nearDuplicates`.
    case near
  }

  public enum TotalMode: String, Sendable {
    case exact
    /// At least as many as were looked at: pruning may stop counting.
    case atLeast = "atleast"
  }

  /// Passages wanted with each hit.
  public struct Highlight: Sendable, Equatable {
    public enum Unit: String, Sendable { case utf8, utf16 }

    /// nil: the text fields that the query searches.
    public var fields: [String]?
    /// At most so many a field.
    public var passages: Int
    /// What `start` and `ranges` of a passage count.
    public var unit: Unit
    /// Texts are escaped as HTML and matches marked with `<mark>`.
    public var html: Bool

    public init(
      fields: [String]? = nil, passages: Int = 3, unit: Unit = .utf8, html: Bool = false
    ) {
      self.fields = fields
      self.passages = passages
      self.unit = unit
      self.html = html
    }
  }

  public var query: String
  public var mode: Mode = .lenient
  public var defaultOperator: Operator = .and
  /// How many words of an OR at the top must match; nil: one.
  public var minimumShouldMatch: MinimumShouldMatch?
  /// Fields that words without `field:` search. Empty: the schema's default fields.
  public var fields: [FieldWeight] = []
  /// Synonyms of the index are looked for as well.
  public var synonyms = true
  /// All must hold; they do not change the scores.
  public var filters: [Filter] = []
  /// What two words add to the score that stand side by side as they do in the query, in shares of what the words
  /// themselves score at most: 0 nothing, up to `maxProximity`. nil: `usualProximity` for plain text of which any word may match, else 0.
  public var proximity: Float?
  /// Empty: best score first. Ties are by document number.
  public var sort: [SortKey] = []
  /// Hits wanted, 0…`maxLimit`.
  public var limit: Int = 10
  /// The last hit of the part before; nil: from the best hit on. In another generation it means nothing.
  public var after: SearchPosition?
  /// Stored fields wanted. nil: all but texts over 1 KiB, which `Hit.omitted` names.
  public var select: [String]?
  public var highlight: Highlight?
  /// Each with a name of its own.
  public var facets: [Facet] = []
  public var total: TotalMode = .exact
  /// Added to the scores.
  public var recency: Recency?
  /// One hit a group. Parts of such a search end at `maxLimit` groups.
  public var collapse: Collapse?
  public var explain: Bool = false
  /// Look for unknown words' neighbours where little is found.
  public var didYouMean: Bool = true
  /// Where nothing has all the words of an AND, the answer has hits apart that have some of them.
  public var relax: Bool = true
  /// The words of an AND at the top are joined by OR.
  var isRelaxed = false
  /// What to rank by in place of the index's own counts: the sum of what all shards of a collection answer
  /// (`Searcher.statistics`). What it does not say is taken from the index.
  public var statistics: CollectionStatistics?
  /// What date words and ages count from, in milliseconds since 1970; nil: the moment of the search, or that of the first part.
  public var now: Int64?
  /// Stored fields and passages of all hits may have so many bytes; more is `IndexError.tooLarge`.
  public var maximumBytes: Int = .max

  public static let maxProximity: Float = 10
  /// Of shares from .2 to .6 the collections of `martlet-bench relevance` hardly tell one from the other.
  public static let usualProximity: Float = 0.4

  /// More hits than that are several parts.
  public static let maxLimit = 10_000

  public init(query: String = "") { self.query = query }
}

/// A condition on documents that bears on no score.
public indirect enum Filter: Sendable, Equatable {
  case equals(field: String, FilterValue)
  /// Any of the values.
  case isIn(field: String, [FilterValue])
  case range(field: String, FilterRange)
  /// The field has a value.
  case exists(field: String)
  /// The field has no value.
  case missing(field: String)
  case not(Filter)
  case any([Filter])
  case all([Filter])
}

/// A value as the request gives it; it is read by the field's type (a date is a string such as
/// `2018-05`, which means the whole month).
public enum FilterValue: Sendable, Equatable {
  case string(String)
  case integer(Int64)
  case double(Double)
  case boolean(Bool)
}

/// Bounds of a range; those left out do not bound.
public struct FilterRange: Sendable, Equatable {
  public var gte: FilterValue?
  public var gt: FilterValue?
  public var lte: FilterValue?
  public var lt: FilterValue?

  public init(
    gte: FilterValue? = nil, gt: FilterValue? = nil, lte: FilterValue? = nil,
    lt: FilterValue? = nil
  ) {
    self.gte = gte
    self.gt = gt
    self.lte = lte
    self.lt = lt
  }
}

/// One key of a sort. Documents without a value come last, whatever the direction.
public struct SortKey: Sendable, Equatable {
  /// nil: the score, best first.
  public var field: String?
  /// Largest value first. Not for the score: it is always best first.
  public var descending: Bool

  public init(field: String, descending: Bool = false) {
    self.field = field
    self.descending = descending
  }

  public static let score = SortKey()

  private init() {
    field = nil
    descending = true
  }
}

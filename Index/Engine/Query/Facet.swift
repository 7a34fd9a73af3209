// Facets: how the matches of a search are spread over the values of a field. What is asked, and what is answered.

/// Counts of the matches by one field.
public struct Facet: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// The commonest values, or the first in order. Not of dates.
    case values(limit: Int, order: Order)
    /// Of numbers and dates; ranges may overlap.
    case ranges([Range])
    /// Of dates, by the calendar and the clocks of a zone (`Europe/Helsinki`, `+02:00`; nil: UTC).
    /// - Parameter showsEmpty: between the first and the last.
    case intervals(Interval, zone: String?, showsEmpty: Bool)
  }

  public enum Order: String, Sendable, CaseIterable {
    /// Most documents first; of equals the lesser value.
    case count
    case value
  }

  public enum Interval: String, Sendable, CaseIterable {
    case year, quarter, month, week, day, hour
  }

  public struct Range: Sendable, Equatable {
    public var name: String?
    /// The first value that belongs to it; nil does not bound. A date stands for its beginning.
    public var from: FilterValue?
    /// The first that no longer does.
    public var to: FilterValue?

    public init(name: String? = nil, from: FilterValue? = nil, to: FilterValue? = nil) {
      self.name = name
      self.from = from
      self.to = to
    }
  }

  /// What the answer calls it.
  public var name: String
  public var field: String
  /// nil: by the field's type, ten values.
  public var kind: Kind

  public init(_ field: String, name: String? = nil, _ kind: Kind) {
    self.field = field
    self.name = name ?? field
    self.kind = kind
  }

  /// Facets of a request.
  public static let most = 32
  public static let defaultLimit = 10
  /// Values of a facet; intervals that have documents.
  public static let maximumBuckets = 10_000
  public static let maximumRanges = 256
}

/// The matches of a search by one field. Counts are of documents, each once a bucket.
public struct FacetCounts: Sendable, Equatable {
  public struct Bucket: Sendable, Equatable {
    /// The value, the name of the range, or the beginning of the interval by the clocks of the zone.
    public var value: FieldValue
    /// Of a range, as they were given.
    public var from: FilterValue?
    public var to: FilterValue?
    public var count: Int
  }

  public var name: String
  public var buckets: [Bucket]
  /// The sum of the counts of values that are not shown; documents with a value in none of the ranges.
  public var other: Int
  /// Documents without a value.
  public var missing: Int
  /// false: the time ran out before all matches were counted.
  public var exact: Bool
}

// Recency: a bounded part of the score that halves with age. It is added to what the words give, at most `weight` times the
// largest score that they can give: so it means the same whatever the query, and a weight below 1 never makes the words
// unimportant.

import QueryLanguage

/// What is asked for.
public struct Recency: Sendable, Equatable {
  /// A date field; of several values the newest counts.
  public var field: String
  /// Age at which half of it is left, in milliseconds; above zero.
  public var halfLife: Int64
  /// Of the largest score of the query's words: 0 … `maximumWeight`.
  public var weight: Float
  /// What ages count from, a date as the query language writes it; nil: now.
  public var origin: String?

  public static let maximumWeight: Float = 10
  public static let defaultWeight: Float = 0.3

  public init(
    field: String, halfLife: Int64, weight: Float = Recency.defaultWeight, origin: String? = nil
  ) {
    self.field = field
    self.halfLife = halfLife
    self.weight = weight
    self.origin = origin
  }
}

/// The same in terms of the index.
struct RecencyQuery: Sendable, Equatable {
  /// Of a column of milliseconds.
  var field: Int
  var halfLife: Int64
  var weight: Float
  var origin: Int64

  /// - Throws: `request`, with the place.
  init(_ recency: Recency, _ schema: Schema, now: Int64) throws(IndexError) {
    let (number, field) = try schema.column(
      recency.field, at: "/recency/field", "recency", types: "date")
    guard field.type == .date else {
      throw .request(
        at: "/recency/field",
        "\(field.name) is of type \(field.type.name); recency is that of a date field")
    }
    guard recency.halfLife > 0 else {
      throw .request(at: "/recency/half_life", "must be above zero")
    }
    guard recency.weight >= 0, recency.weight <= Recency.maximumWeight else {
      throw .request(
        at: "/recency/weight", "\(recency.weight) is not within 0 and \(Recency.maximumWeight)")
    }
    var origin = now
    if let text = recency.origin {
      guard let range = DateLiteral.range(text, now: now) else {
        throw .request(at: "/recency/origin", "\"\(text)\" is no date")
      }
      origin = range.lowerBound
    }
    self.init(
      field: number, halfLife: recency.halfLife, weight: recency.weight, origin: origin)
  }

  init(field: Int, halfLife: Int64, weight: Float, origin: Int64) {
    self.field = field
    self.halfLife = halfLife
    self.weight = weight
    self.origin = origin
  }
}

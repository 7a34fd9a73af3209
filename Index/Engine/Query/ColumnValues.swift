// What literals mean as values of a column, which are Int64 in the order of the field's type: integers, milliseconds
// since 1970, 0 and 1, doubles by `SortableDouble`.

import QueryLanguage

enum ColumnValues {
  /// An end of an interval. nil does not bound.
  typealias Bound = (literal: Literal, isIncluded: Bool)?

  enum Literal {
    case text(String)
    case integer(Int64)
    case double(Double)
    case boolean(Bool)
  }

  /// The values that a literal stands for: `2018` of a date field is the whole year.
  /// - Returns: nil when the field cannot have such a value.
  static func interval(_ literal: Literal, in type: FieldType, now: Int64) -> ClosedRange<Int64>? {
    switch (type, literal) {
    case (.date, .text(let text)):
      guard let range = DateLiteral.range(text, now: now), !range.isEmpty else { return nil }
      return range.lowerBound...range.upperBound - 1
    case (.boolean, .text("true")), (.boolean, .boolean(true)): return 1...1
    case (.boolean, .text("false")), (.boolean, .boolean(false)): return 0...0
    case (.integer, _):
      guard case .integer(let value)? = number(literal) else { return nil }
      return value...value
    case (.double, _):
      guard let number = number(literal) else { return nil }
      let value = number.double
      // Both zeros are one number.
      if value == 0 { return SortableDouble.encode(-0.0)...SortableDouble.encode(0) }
      return SortableDouble.encode(value)...SortableDouble.encode(value)
    case (.date, _), (.boolean, _), (.text, _), (.keyword, _): return nil
    }
  }

  /// The values between two literals.
  /// - Returns: nil when none can be.
  static func interval(
    from lower: Bound, to upper: Bound, in type: FieldType, now: Int64
  ) -> ClosedRange<Int64>? {
    var low = Int64.min
    var high = Int64.max
    if let lower {
      guard let bound = lowest(lower.literal, lower.isIncluded, type, now) else { return nil }
      low = bound
    }
    if let upper {
      guard let bound = highest(upper.literal, upper.isIncluded, type, now) else { return nil }
      high = bound
    }
    return low <= high ? low...high : nil
  }

  private static func lowest(
    _ literal: Literal, _ isIncluded: Bool, _ type: FieldType, _ now: Int64
  ) -> Int64? {
    if type == .integer, case .double(let value)? = number(literal) {
      return rounded(value.rounded(.up))
    }
    guard let values = interval(literal, in: type, now: now) else { return nil }
    if isIncluded { return values.lowerBound }
    return values.upperBound == .max ? nil : values.upperBound + 1
  }

  private static func highest(
    _ literal: Literal, _ isIncluded: Bool, _ type: FieldType, _ now: Int64
  ) -> Int64? {
    if type == .integer, case .double(let value)? = number(literal) {
      return rounded(value.rounded(.down))
    }
    guard let values = interval(literal, in: type, now: now) else { return nil }
    if isIncluded { return values.upperBound }
    return values.lowerBound == .min ? nil : values.lowerBound - 1
  }

  private static func rounded(_ value: Double) -> Int64 {
    Int64(exactly: value) ?? (value < 0 ? .min : .max)
  }

  private enum Number {
    case integer(Int64)
    /// Not a whole number, or beyond 64 bits.
    case double(Double)

    var double: Double {
      switch self {
      case .integer(let value): Double(value)
      case .double(let value): value
      }
    }
  }

  private static func number(_ literal: Literal) -> Number? {
    switch literal {
    case .boolean: return nil
    case .integer(let value): return .integer(value)
    case .double(let value):
      guard value.isFinite else { return nil }
      return Int64(exactly: value).map { .integer($0) } ?? .double(value)
    case .text(let text):
      if let value = NumberLiteral.integer(Array(text.utf8)) { return .integer(value) }
      return NumberLiteral.double(Array(text.utf8)).flatMap { number(.double($0)) }
    }
  }
}

extension ColumnValues.Literal {
  init(_ value: FilterValue) {
    switch value {
    case .string(let text): self = .text(text)
    case .integer(let value): self = .integer(value)
    case .double(let value): self = .double(value)
    case .boolean(let value): self = .boolean(value)
    }
  }
}

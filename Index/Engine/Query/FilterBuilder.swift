// Filters of a request as queries whose scores nobody asks for. A program writes them, so what does not fit is
// an error that names the field, never a warning.

struct FilterBuilder {
  private let schema: Schema
  private let now: Int64

  init(schema: Schema, now: Int64) {
    self.schema = schema
    self.now = now
  }

  func query(_ filter: Filter) throws(IndexError) -> Query {
    switch filter {
    case .equals(let name, let value): return try any(name, [value])
    case .isIn(let name, let values): return try any(name, values)
    case .range(let name, let range): return try self.range(name, range)
    case .exists(let name):
      let (number, field) = try self.field(name)
      guard field.type != .text || field.indexed else {
        throw .invalid("filter: \(name) is not indexed")
      }
      return .exists(field: number, boost: 0)
    case .not(let inner): return .and(all: [.all(boost: 0)], none: [try query(inner)])
    case .any(let filters): return Query.disjunction(try queries(filters)) ?? .none
    case .all(let filters):
      return Query.conjunction(all: try queries(filters)) ?? .all(boost: 0)
    }
  }

  private func queries(_ filters: [Filter]) throws(IndexError) -> [Query] {
    var result: [Query] = []
    for filter in filters { result.append(try query(filter)) }
    return result
  }

  private func field(_ name: String) throws(IndexError) -> (Int, Field) {
    guard let number = schema.number(of: name) else {
      throw .invalid("filter: there is no field \(name)")
    }
    return (number, schema.fields[number])
  }

  private func any(_ name: String, _ values: [FilterValue]) throws(IndexError) -> Query {
    let (number, field) = try field(name)
    if field.type == .keyword {
      guard field.indexed else { throw .invalid("filter: \(name) is not indexed") }
      let terms = try texts(values, name).map {
        FieldTerm(field: number, space: .value, bytes: $0)
      }
      return terms.isEmpty ? .none : .terms(terms, boost: 0)
    }
    try checkColumn(field)
    var queries: [Query] = []
    for value in values {
      let literal = ColumnValues.Literal(value)
      try check(literal, field)
      if let interval = ColumnValues.interval(literal, in: field.type, now: now) {
        queries.append(.range(.integers(field: number, interval), boost: 0))
      }
    }
    return Query.disjunction(queries) ?? .none
  }

  private func range(_ name: String, _ range: FilterRange) throws(IndexError) -> Query {
    let (number, field) = try field(name)
    if range.gte != nil && range.gt != nil || range.lte != nil && range.lt != nil {
      throw .invalid("filter: \(name): two bounds on the same side")
    }
    let lower = range.gte ?? range.gt
    let upper = range.lte ?? range.lt
    if field.type == .keyword {
      guard field.indexed else { throw .invalid("filter: \(name) is not indexed") }
      let low = try texts(lower.map { [$0] } ?? [], name).first
      let high = try texts(upper.map { [$0] } ?? [], name).first
      return .range(
        .keywords(
          field: number,
          lower: low.map { KeywordBound(bytes: $0, included: range.gte != nil) },
          upper: high.map { KeywordBound(bytes: $0, included: range.lte != nil) }), boost: 0)
    }
    try checkColumn(field)
    for bound in [lower, upper] {
      if let bound { try check(ColumnValues.Literal(bound), field) }
    }
    let interval = ColumnValues.interval(
      from: lower.map { (ColumnValues.Literal($0), range.gte != nil) },
      to: upper.map { (ColumnValues.Literal($0), range.lte != nil) }, in: field.type, now: now)
    return interval.map { .range(.integers(field: number, $0), boost: 0) } ?? .none
  }

  private func checkColumn(_ field: Field) throws(IndexError) {
    guard field.type != .text else {
      throw .invalid(
        "filter: \(field.name) is a text field; filters take keyword, number, date and boolean fields"
      )
    }
    guard field.column else { throw .invalid("filter: \(field.name) has no column") }
  }

  /// Whether the literal is of the field's type at all.
  private func check(_ literal: ColumnValues.Literal, _ field: Field) throws(IndexError) {
    let fits =
      switch (field.type, literal) {
      case (.integer, .integer), (.integer, .double), (.double, .integer), (.double, .double): true
      case (.boolean, .boolean): true
      case (_, .text): ColumnValues.isLiteral(literal, of: field.type, now: now)
      default: false
      }
    guard fits else {
      throw .invalid("filter: \(field.name) is of type \(field.type.name); the value is not")
    }
  }

  private func texts(_ values: [FilterValue], _ name: String) throws(IndexError) -> [[UInt8]] {
    var result: [[UInt8]] = []
    for value in values {
      switch value {
      case .string(let text): result.append(Array(text.utf8))
      case .integer(let number): result.append(Array(String(number).utf8))
      case .boolean(let flag): result.append(Array(String(flag).utf8))
      case .double:
        throw .invalid("filter: \(name) is of type keyword; the value is not")
      }
    }
    return result
  }
}

extension ColumnValues {
  /// Whether a text is a value of that type, be it one that the field cannot have (3.5 for an integer).
  static func isLiteral(_ literal: Literal, of type: FieldType, now: Int64) -> Bool {
    if type == .integer { return interval(literal, in: .double, now: now) != nil }
    return interval(literal, in: type, now: now) != nil
  }
}

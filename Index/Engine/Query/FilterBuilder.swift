// Filters of a request as queries whose scores nobody asks for. A program writes them, so what does not fit is
// an error that names the field, never a warning.

struct FilterBuilder {
  private let schema: Schema
  private let now: Int64

  init(schema: Schema, now: Int64) {
    self.schema = schema
    self.now = now
  }

  /// All filters of a request.
  /// - Throws: `request`, naming the place.
  func queries(_ filters: [Filter]) throws(IndexError) -> [Query] {
    try queries(filters, at: "/filter")
  }

  private func queries(_ filters: [Filter], at place: String) throws(IndexError) -> [Query] {
    var result: [Query] = []
    for (number, filter) in filters.enumerated() {
      result.append(try query(filter, at: "\(place)/\(number)"))
    }
    return result
  }

  /// - Parameter place: JSON Pointer of the condition in the request.
  private func query(_ filter: Filter, at place: String) throws(IndexError) -> Query {
    switch filter {
    case .equals(let name, let value):
      return try any([value], of: field(name, at: place)) { _ in "\(place)/equals" }
    case .isIn(let name, let values):
      return try any(values, of: field(name, at: place)) { "\(place)/in/\($0)" }
    case .range(let name, let range): return try self.range(range, of: field(name, at: place))
    case .exists(let name): return try exists(field(name, at: place))
    case .missing(let name):
      return .and(all: [.all(boost: 0)], none: [try exists(field(name, at: place))])
    case .not(let inner):
      return .and(all: [.all(boost: 0)], none: [try query(inner, at: "\(place)/not")])
    case .any(let filters):
      return Query.disjunction(try queries(filters, at: "\(place)/any")) ?? .none
    case .all(let filters):
      return Query.conjunction(all: try queries(filters, at: "\(place)/all")) ?? .all(boost: 0)
    }
  }

  /// A field that a condition names, and the place of the condition.
  private struct Named {
    var number: Int
    var field: Field
    var place: String

    func fault(_ detail: String) -> IndexError {
      .request(at: "\(place)/field", "\(field.name) \(detail)")
    }
  }

  private func field(_ name: String, at place: String) throws(IndexError) -> Named {
    guard let number = schema.number(of: name) else {
      throw .noField(name, at: "\(place)/field", schema)
    }
    return Named(number: number, field: schema.fields[number], place: place)
  }

  private func exists(_ named: Named) throws(IndexError) -> Query {
    guard named.field.type != .text || named.field.indexed else {
      throw named.fault("is not indexed")
    }
    return .exists(field: named.number, boost: 0)
  }

  /// - Parameter place: of the value of a number.
  private func any(
    _ values: [FilterValue], of named: Named, at place: (Int) -> String
  ) throws(IndexError) -> Query {
    if named.field.type == .keyword {
      guard named.field.indexed else { throw named.fault("is not indexed") }
      var terms: [FieldTerm] = []
      for (number, value) in values.enumerated() {
        terms.append(
          FieldTerm(
            field: named.number, space: .value, bytes: try text(value, named, at: place(number))))
      }
      return terms.isEmpty ? .none : .terms(terms, boost: 0)
    }
    try checkColumn(named)
    var queries: [Query] = []
    for (number, value) in values.enumerated() {
      let literal = ColumnValues.Literal(value)
      try check(literal, named, at: place(number))
      if let interval = ColumnValues.interval(literal, in: named.field.type, now: now) {
        queries.append(.range(.integers(field: named.number, interval), boost: 0))
      }
    }
    return Query.disjunction(queries) ?? .none
  }

  private func range(_ range: FilterRange, of named: Named) throws(IndexError) -> Query {
    if range.gte != nil && range.gt != nil || range.lte != nil && range.lt != nil {
      throw .request(at: named.place, "\(named.field.name): two bounds on the same side")
    }
    let lower = range.gte ?? range.gt
    let upper = range.lte ?? range.lt
    let lowerPlace = "\(named.place)/\(range.gte != nil ? "gte" : "gt")"
    let upperPlace = "\(named.place)/\(range.lte != nil ? "lte" : "lt")"
    if named.field.type == .keyword {
      guard named.field.indexed else { throw named.fault("is not indexed") }
      var bounds: [KeywordBound?] = [nil, nil]
      if let lower {
        bounds[0] = KeywordBound(
          bytes: try text(lower, named, at: lowerPlace), included: range.gte != nil)
      }
      if let upper {
        bounds[1] = KeywordBound(
          bytes: try text(upper, named, at: upperPlace), included: range.lte != nil)
      }
      return .range(
        .keywords(field: named.number, lower: bounds[0], upper: bounds[1]), boost: 0)
    }
    try checkColumn(named)
    if let lower { try check(ColumnValues.Literal(lower), named, at: lowerPlace) }
    if let upper { try check(ColumnValues.Literal(upper), named, at: upperPlace) }
    let interval = ColumnValues.interval(
      from: lower.map { (ColumnValues.Literal($0), range.gte != nil) },
      to: upper.map { (ColumnValues.Literal($0), range.lte != nil) }, in: named.field.type,
      now: now)
    return interval.map { .range(.integers(field: named.number, $0), boost: 0) } ?? .none
  }

  private func checkColumn(_ named: Named) throws(IndexError) {
    guard named.field.type != .text else {
      throw named.fault(
        "is a text field; filters take keyword, number, date and boolean fields")
    }
    guard named.field.column else { throw named.fault("has no column") }
  }

  /// Whether the literal is of the field's type at all.
  private func check(
    _ literal: ColumnValues.Literal, _ named: Named, at place: String
  ) throws(IndexError) {
    let fits =
      switch (named.field.type, literal) {
      case (.integer, .integer), (.integer, .double), (.double, .integer), (.double, .double): true
      case (.boolean, .boolean): true
      case (_, .text): ColumnValues.isLiteral(literal, of: named.field.type, now: now)
      default: false
      }
    guard fits else { throw unfit(named, at: place) }
  }

  private func unfit(_ named: Named, at place: String) -> IndexError {
    .request(at: place, "\(named.field.name) is of type \(named.field.type.name); the value is not")
  }

  private func text(
    _ value: FilterValue, _ named: Named, at place: String
  ) throws(IndexError) -> [UInt8] {
    switch value {
    case .string(let text): return Array(text.utf8)
    case .integer(let number): return Array(String(number).utf8)
    case .boolean(let flag): return Array(String(flag).utf8)
    case .double: throw unfit(named, at: place)
    }
  }
}

extension ColumnValues {
  /// Whether a text is a value of that type, be it one that the field cannot have (3.5 for an integer).
  static func isLiteral(_ literal: Literal, of type: FieldType, now: Int64) -> Bool {
    if type == .integer { return interval(literal, in: .double, now: now) != nil }
    return interval(literal, in: type, now: now) != nil
  }
}

// Values of a query: ranges of columns, and of keywords in the order of their bytes.

import QueryLanguage

extension QueryBuilder {
  // MARK: Values

  mutating func value(_ text: String, _ number: Int, _ context: Context) -> Query? {
    range(number, context) { type, now in
      ColumnValues.interval(.text(text), in: type, now: now)
    }
  }

  mutating func interval(_ interval: QueryNode.Interval, _ context: Context) -> Query? {
    var queries: [Query] = []
    for field in context.scope {
      let type = schema.field(at: field.number).type
      if type == .keyword {
        queries.append(
          .range(
            .keywords(
              field: field.number, lower: KeywordBound(interval.lower),
              upper: KeywordBound(interval.upper)), boost: context.boost))
      } else if type == .text {
        wrongField(field.number, "a text field has no ranges")
      } else if let query = range(
        field.number, context,
        { type, now in
          ColumnValues.interval(
            from: ColumnValues.bound(interval.lower), to: ColumnValues.bound(interval.upper),
            in: type, now: now)
        })
      {
        queries.append(query)
      }
    }
    return Query.best(of: queries)
  }

  mutating func range(
    _ number: Int, _ context: Context, _ interval: (FieldType, Int64) -> ClosedRange<Int64>?
  ) -> Query? {
    let field = schema.field(at: number)
    guard field.column else {
      wrongField(number, "its values have no column")
      return nil
    }
    guard let values = interval(field.type, now) else { return Query.none }
    return .range(.integers(field: number, values), boost: context.boost)
  }

  mutating func wrongField(_ number: Int, _ why: String) {
    warnings.append(
      QueryWarning(.wrongField, detail: "field \(schema.field(at: number).name): \(why)"))
  }
}

extension ColumnValues {
  static func bound(_ bound: QueryNode.Interval.Bound) -> Bound {
    switch bound {
    case .open: nil
    case .inclusive(let text): (.text(text), true)
    case .exclusive(let text): (.text(text), false)
    }
  }
}

extension KeywordBound {
  /// nil for an open end.
  init?(_ bound: QueryNode.Interval.Bound) {
    switch bound {
    case .open: return nil
    case .inclusive(let text): self.init(bytes: Array(text.utf8), included: true)
    case .exclusive(let text): self.init(bytes: Array(text.utf8), included: false)
    }
  }
}

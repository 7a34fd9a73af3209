// Groups of queries, put together so that a group of one is that one.

extension Query {
  static func best(of queries: [Query]) -> Query? {
    queries.count > 1 ? .best(queries) : queries.first
  }

  /// Joins groups of the same kind into one.
  static func disjunction(_ queries: [Query]) -> Query? {
    var flat: [Query] = []
    for query in queries {
      if case .or(let inner) = query { flat += inner } else { flat.append(query) }
    }
    return flat.count > 1 ? .or(flat) : flat.first
  }

  /// Documents that match so many of the queries.
  static func atLeast(_ count: Int, of queries: [Query]) -> Query {
    if count > queries.count { return .none }
    if count <= 1 { return disjunction(queries) ?? .none }
    if count == queries.count { return conjunction(all: queries) ?? .none }
    return .atLeast(count, queries)
  }

  static func conjunction(
    all: [Query], optional: [Query] = [], none: [Query] = []
  ) -> Query? {
    var required: [Query] = []
    var some = optional
    var excluded = none
    for query in all {
      if case .and(let inner, let innerOptional, let innerNone) = query {
        required += inner
        some += innerOptional
        excluded += innerNone
      } else {
        required.append(query)
      }
    }
    if required.count > 1 { required.removeAll { $0 == .all(boost: 0) } }
    if required.isEmpty {
      guard !all.isEmpty || !excluded.isEmpty else { return nil }
      required = [.all(boost: 0)]
    }
    if required.count == 1, some.isEmpty, excluded.isEmpty { return required[0] }
    return .and(all: required, optional: some, none: excluded)
  }
}

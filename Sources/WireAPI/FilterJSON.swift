// Filters as JSON: an array of conditions that must all hold.
//
//   {"field": f, "equals": v}          {"field": f, "in": [v, …]}        {"field": f, "exists": true}
//   {"field": f, "gte": v, "lt": v}    also "gt" and "lte": a range
//   {"not": c}    {"any": [c, …]}    {"all": [c, …]}

import InvertedIndex
import JSON

enum FilterJSON {
  private static let forms =
    "a condition is \"field\" with one of \"equals\", \"in\", \"exists\" or a range of \"gte\", "
    + "\"gt\", \"lte\", \"lt\", or else one of \"not\", \"any\", \"all\""

  static func filters(_ members: Members) throws(Problem) -> [Filter] {
    guard let values = try members.array("filter") else { return [] }
    return try filters(values, at: members.pointer("filter"))
  }

  private static func filters(_ values: [JSONValue], at pointer: String) throws(Problem) -> [Filter]
  {
    var filters: [Filter] = []
    for (place, value) in values.enumerated() {
      filters.append(try filter(value, at: "\(pointer)/\(place)"))
    }
    return filters
  }

  /// Recursion is bounded by the depth of the JSON.
  private static func filter(_ value: JSONValue, at pointer: String) throws(Problem) -> Filter {
    let members = try Members(
      value, at: pointer,
      known: ["field", "equals", "in", "gte", "gt", "lte", "lt", "exists", "not", "any", "all"])
    let names = members.object.members.filter { $0.value != .null }.map(\.name)
    let bounds = ["gte", "gt", "lte", "lt"]
    guard let field = try members.string("field") else {
      guard names.count == 1, let name = names.first else {
        throw Members.invalid(at: pointer, forms)
      }
      switch name {
      case "not": return .not(try filter(members.value("not") ?? .null, at: members.pointer("not")))
      case "any":
        return .any(try filters(try members.array("any") ?? [], at: members.pointer("any")))
      case "all":
        return .all(try filters(try members.array("all") ?? [], at: members.pointer("all")))
      default: throw Members.invalid(at: pointer, "\"\(name)\" needs a \"field\"")
      }
    }
    let conditions = names.filter { $0 != "field" }
    if !conditions.isEmpty, conditions.allSatisfy(bounds.contains) {
      return .range(
        field: field,
        FilterRange(
          gte: try scalar(members, "gte"), gt: try scalar(members, "gt"),
          lte: try scalar(members, "lte"), lt: try scalar(members, "lt")))
    }
    guard conditions.count == 1 else { throw Members.invalid(at: pointer, forms) }
    switch conditions[0] {
    case "equals":
      guard let value = try scalar(members, "equals") else { break }
      return .equals(field: field, value)
    case "in":
      var values: [FilterValue] = []
      for (place, value) in (try members.array("in") ?? []).enumerated() {
        values.append(try scalar(value, at: "\(members.pointer("in"))/\(place)"))
      }
      return .isIn(field: field, values)
    case "exists":
      return try members.bool("exists") ?? true
        ? .exists(field: field) : .missing(field: field)
    default: break
    }
    throw Members.invalid(at: pointer, forms)
  }

  static func scalar(_ members: Members, _ name: String) throws(Problem) -> FilterValue? {
    guard let value = members.value(name) else { return nil }
    return try scalar(value, at: members.pointer(name))
  }

  private static func scalar(_ value: JSONValue, at pointer: String) throws(Problem) -> FilterValue
  {
    switch value {
    case .string(let text): .string(text)
    case .integer(let number): .integer(number)
    case .double(let number): .double(number)
    case .bool(let flag): .boolean(flag)
    case .null, .array, .object:
      throw Members.wrongKind(value, wanted: "a string, a number, true or false", at: pointer)
    }
  }
}

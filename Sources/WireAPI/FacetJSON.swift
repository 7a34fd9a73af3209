// Facets as JSON: an object whose names are those of fields, or of facets that name their field.
//
//   {"tags": {"limit": 10, "sort": "value"},
//    "date": {"interval": "month", "time_zone": "Europe/Helsinki", "empty": false},
//    "price": {"ranges": [{"to": 10}, {"from": 10, "to": 20, "name": "mid"}]},
//    "by year": {"field": "date", "interval": "year"}}

import InvertedIndex
import JSON

public enum FacetJSON {
  static func facets(_ members: Members) throws(Problem) -> [Facet] {
    guard let value = members.value("facets") else { return [] }
    let pointer = members.pointer("facets")
    guard let object = value.object else {
      throw Members.wrongKind(value, wanted: "an object of fields", at: pointer)
    }
    guard object.count <= Facet.most else {
      throw Members.invalid(at: pointer, "there may be \(Facet.most) facets, not \(object.count)")
    }
    var facets: [Facet] = []
    for member in object.members {
      facets.append(
        try facet(member.name, member.value, at: pointer + "/" + Members.escaped(member.name)))
    }
    return facets
  }

  private static func facet(
    _ name: String, _ value: JSONValue, at pointer: String
  ) throws(Problem) -> Facet {
    let members = try Members(
      value, at: pointer,
      known: ["field", "limit", "sort", "interval", "time_zone", "empty", "ranges"])
    let field = try members.string("field") ?? name
    let interval = try members.choice("interval", Facet.Interval.allCases)
    /// What belongs to another kind of facet.
    func refuse(_ names: [String], _ why: String) throws(Problem) {
      for name in names where members.value(name) != nil {
        throw members.invalid(name, why)
      }
    }
    if let interval {
      try refuse(["limit", "sort", "ranges"], "does not go with \"interval\"")
      return Facet(
        field, name: name,
        .intervals(
          interval, zone: try members.string("time_zone"),
          showsEmpty: try members.bool("empty") ?? true))
    }
    try refuse(["time_zone", "empty"], "goes with \"interval\"")
    if let values = try members.array("ranges") {
      try refuse(["limit", "sort"], "does not go with \"ranges\"")
      var ranges: [Facet.Range] = []
      for (place, value) in values.enumerated() {
        ranges.append(try range(value, at: "\(members.pointer("ranges"))/\(place)"))
      }
      return Facet(field, name: name, .ranges(ranges))
    }
    return Facet(
      field, name: name,
      .values(
        limit: try members.integer("limit", in: 0...Facet.maximumBuckets) ?? Facet.defaultLimit,
        order: try members.choice("sort", Facet.Order.allCases) ?? .count))
  }

  private static func range(_ value: JSONValue, at pointer: String) throws(Problem) -> Facet.Range {
    let members = try Members(value, at: pointer, known: ["name", "from", "to"])
    let range = Facet.Range(
      name: try members.string("name"), from: try FilterJSON.scalar(members, "from"),
      to: try FilterJSON.scalar(members, "to"))
    guard range.from != nil || range.to != nil else {
      throw Members.invalid(at: pointer, "a range has \"from\", \"to\" or both")
    }
    return range
  }

  // MARK: As a parameter

  /// `tags,tags:25,date:month,date:month:Europe/Helsinki` as the member of a body.
  public static func value(_ text: String, at pointer: String) throws(Problem) -> JSONValue {
    var object = JSONObject()
    for item in text.split(separator: ",") {
      let parts = item.split(separator: ":", maxSplits: 2).map(String.init)
      guard let name = parts.first else { continue }
      var facet = JSONObject()
      if parts.count > 1 {
        if let limit = Int64(parts[1]) {
          facet["limit"] = .integer(limit)
        } else {
          facet["interval"] = .string(parts[1])
        }
      }
      if parts.count > 2 { facet["time_zone"] = .string(parts[2]) }
      guard object[name] == nil else {
        throw Members.invalid(at: pointer, "\"\(name)\" is given twice")
      }
      object[name] = .object(facet)
    }
    return .object(object)
  }
}

extension Wire {
  static func write(_ facets: [FacetCounts], into writer: inout JSONWriter) {
    writer.name("facets")
    writer.object { writer in
      for facet in facets {
        writer.name(facet.name)
        writer.object { writer in write(facet, into: &writer) }
      }
    }
  }

  private static func write(_ facet: FacetCounts, into writer: inout JSONWriter) {
    writer.name("buckets")
    writer.array { writer in
      for bucket in facet.buckets {
        writer.object { writer in
          writer.name("value")
          write(bucket.value, into: &writer)
          if let from = bucket.from {
            writer.name("from")
            write(from, into: &writer)
          }
          if let to = bucket.to {
            writer.name("to")
            write(to, into: &writer)
          }
          writer.field("count", bucket.count)
        }
      }
    }
    writer.field("other", facet.other)
    writer.field("missing", facet.missing)
    if !facet.exact { writer.field("exact", false) }
  }

  private static func write(_ value: FilterValue, into writer: inout JSONWriter) {
    switch value {
    case .string(let text): writer.string(text)
    case .integer(let value): writer.integer(value)
    case .double(let value): writer.double(value)
    case .boolean(let flag): writer.bool(flag)
    }
  }
}

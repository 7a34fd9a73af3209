// Recency as JSON: {"field": "date", "half_life": "30d", "weight": 0.3, "origin": "2020-01-01"}

import InvertedIndex
import JSON

public enum RecencyJSON {
  static func recency(_ members: Members) throws(Problem) -> Recency? {
    guard let value = members.value("recency") else { return nil }
    let own = try Members(
      value, at: members.pointer("recency"), known: ["field", "half_life", "weight", "origin"])
    for name in ["field", "half_life"] where own.value(name) == nil {
      throw Problem(
        .missingMember, "\(own.pointer(name)) has to be there",
        errors: [.init(pointer: own.pointer(name), code: Problem.Code.missingMember.rawValue)])
    }
    let text = try own.string("half_life") ?? ""
    guard let halfLife = duration(text) else {
      throw own.invalid(
        "half_life",
        "\"\(text)\" is no duration: a whole number of h, d, w, m (months) or y, as 30d")
    }
    var weight = Recency.defaultWeight
    if let value = own.value("weight") {
      guard let number = value.number else {
        throw Members.wrongKind(value, wanted: "a number", at: own.pointer("weight"))
      }
      guard number >= 0, number <= Double(Recency.maximumWeight) else {
        throw own.invalid("weight", "\(number) is not within 0 and \(Recency.maximumWeight)")
      }
      weight = Float(number)
    }
    return Recency(
      field: try own.string("field") ?? "", halfLife: halfLife, weight: weight,
      origin: try own.string("origin"))
  }

  /// `12h`, `30d`, `2w`, `6m` (months of 365.25 / 12 days), `1y`, in milliseconds. nil: no duration, or over 10,000 years.
  public static func duration(_ text: String) -> Int64? {
    let units: [Character: Int64] = [
      "h": 3_600_000, "d": 86_400_000, "w": 604_800_000, "m": 2_629_800_000, "y": 31_557_600_000,
    ]
    guard let last = text.last, let unit = units[last], text.utf8.count <= 12,
      text.utf8.dropLast().allSatisfy({ (0x30...0x39).contains($0) }),
      let count = Int64(text.dropLast()), count > 0
    else { return nil }
    let (milliseconds, isOver) = count.multipliedReportingOverflow(by: unit)
    return isOver || milliseconds > 315_576_000_000_000 ? nil : milliseconds
  }

  /// `date:30d` or `date:30d:0.5` as the member of a body.
  public static func value(_ text: String, at pointer: String) throws(Problem) -> JSONValue {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 || parts.count == 3 else {
      throw Members.invalid(at: pointer, "is a field, a half-life and a weight: date:30d:0.3")
    }
    var object: JSONObject = ["field": .string(parts[0]), "half_life": .string(parts[1])]
    if parts.count == 3 {
      guard let weight = Double(parts[2]), weight.isFinite else {
        throw Members.invalid(at: pointer, "\"\(parts[2])\" is no number")
      }
      object["weight"] = .double(weight)
    }
    return .object(object)
  }
}

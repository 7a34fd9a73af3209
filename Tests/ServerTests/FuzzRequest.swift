import JSON

/// A request drawn at random: a good one of some path, changed in a place or two.
struct FuzzRequest: CustomStringConvertible {
  var method: String
  var target: [UInt8]
  var body: [UInt8]?

  var bytes: [UInt8] {
    var bytes = Array("\(method) ".utf8) + target + Array(" HTTP/1.1\r\nHost: x\r\n".utf8)
    if let body { bytes += Array("Content-Length: \(body.count)\r\n".utf8) }
    return bytes + Array("\r\n".utf8) + (body ?? [])
  }

  var description: String {
    "\(method) \(String(decoding: target, as: UTF8.self)) \(String(decoding: body ?? [], as: UTF8.self))"
  }

  // MARK: What is good

  private static let search =
    #"{"query": "nuclear OR herring", "mode": "lenient", "default_operator": "and", "fields": ["title^3", "body"], "filter": [{"field": "date", "gte": "2015-06", "lt": "2022"}, {"any": [{"field": "tags", "in": ["NATO", "market"]}, {"not": {"field": "n", "equals": 3}}]}], "sort": ["-date", "_score"], "limit": 3, "select": ["title"], "highlight": {"fields": ["body"], "passages": 2, "unit": "utf16", "html": true}, "total": "exact", "explain": true, "timeout_ms": 20, "statistics": {"documents": 10, "fields": {"body": {"documents": 3, "tokens": 9, "terms": [{"term": "nuclear", "documents": 2}]}}}}"#

  private static let routes: [(method: String, path: String, bodies: [String])] = [
    (
      "POST", "/v1/indexes/news/search",
      [search, #"{"query": "\"the price\" -tea", "cursor": "*", "limit": 1}"#]
    ),
    ("POST", "/v1/search", [#"{"query": "herring", "index": "news", "pretty": true}"#]),
    (
      "POST", "/v1/indexes/news/count",
      [
        #"{"query": "deter*", "filter": [{"field": "n", "exists": true}], "min_generation": 1, "timeout_ms": 20}"#
      ]
    ),
    ("POST", "/v1/indexes/news/explain", [#"{"query": "nuclear", "id": "a/1", "timeout_ms": 20}"#]),
    ("POST", "/v1/indexes/news/statistics", [#"{"query": "nuclear", "fields": ["body"]}"#]),
    (
      "POST", "/v1/indexes/news/analyze",
      [
        #"{"text": "Niinistö's COVID-19", "field": "title"}"#,
        #"{"text": "a", "analyzer": "english"}"#,
      ]
    ),
    ("POST", "/v1/indexes/news/reload", []),
    ("GET", "/v1/search?q=nuclear&index=news&limit=2&highlight=title&sort=-date&timeout_ms=20", []),
    ("GET", "/v1/indexes/news/statistics?query=nuclear&fields=title^2,body&mode=strict", []),
    ("GET", "/v1/indexes/news/export?limit=1&skip=0", []),
    ("GET", "/v1/indexes/news/docs/a/1?pretty", []), ("GET", "/v1/indexes/news/docs/b", []),
    ("GET", "/v1/indexes/news", []), ("GET", "/v1/indexes", []), ("GET", "/v1/", []),
    ("GET", "/v1/live", []), ("GET", "/v1/ready", []), ("GET", "/metrics", []),
    ("GET", "/v1/requests", []), ("DELETE", "/v1/requests/none", []),
  ]

  static func draw(_ random: inout FuzzRandom) -> FuzzRequest {
    let route = random.one(of: routes)
    var request = FuzzRequest(method: route.method, target: Array(route.path.utf8), body: nil)
    if !route.bodies.isEmpty { request.body = Array(random.one(of: route.bodies).utf8) }
    if random.chance(5) {
      request.method = random.one(of: ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "BREW"])
    }
    if random.chance(30) { request.target = changed(target: request.target, &random) }
    if random.chance(5) {
      request.body = random.one(of: [nil, [], Array("null".utf8), Array(search.utf8)])
    }
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      guard let body = request.body else { break }
      if random.chance(25) {
        request.body = changed(bytes: body, &random, printable: false)
      } else if let value = try? JSONValue.parse(body) {
        request.body = Array("\(changed(value, &random))".utf8)
      }
    }
    return request
  }

  // MARK: What is changed

  private static let values: [JSONValue] = [
    .null, true, false, 0, -1, 1, 3, 10_001, .integer(.max), .integer(.min), 0.5, -1e308, "", "*",
    "title", "-", "_score", "^", "title^", "title^nan", "\u{0}", "💥 e\u{301}", "\"", "((((", "/(/",
    "date:..", "2018-13-45", "a NEAR/3 b", "strict", "id", [], [[]], ["title", 1], ["a": "b"],
    .string(String(repeating: "herring ", count: 300)), .string(String(repeating: "(", count: 900)),
    .array(Array(repeating: "x", count: 1_500)),
  ]

  private static let names = [
    "query", "limti", "cursor", "facets", "field", "in", "gte", "not", "any", "id", "index", "",
    "min_generation", "a/b~c", "statistics", "documents", "text", "\u{0}", "💥",
  ]

  private static func changed(_ value: JSONValue, _ random: inout FuzzRandom) -> JSONValue {
    if random.chance(20) { return random.one(of: values) }
    switch value {
    case .object(let object) where !object.isEmpty:
      let target = random.one(of: object.names)
      var result = JSONObject()
      for member in object.members {
        guard member.name == target else {
          result[member.name] = member.value
          continue
        }
        switch Int.random(in: 0..<10, using: &random) {
        case 0: break
        case 1: result[random.one(of: names)] = member.value
        case 2:
          result[member.name] = member.value
          result[random.one(of: names)] = random.one(of: values)
        default: result[member.name] = changed(member.value, &random)
        }
      }
      return .object(result)
    case .array(var array) where !array.isEmpty:
      let place = Int.random(in: 0..<array.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: array.remove(at: place)
      case 1: array.append(array[place])
      default: array[place] = changed(array[place], &random)
      }
      return .array(array)
    case .string(let text) where random.chance(50):
      return .string(
        String(decoding: changed(bytes: Array(text.utf8), &random, printable: false), as: UTF8.self)
      )
    default: return random.one(of: values)
    }
  }

  private static func changed(target: [UInt8], _ random: inout FuzzRandom) -> [UInt8] {
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return changed(bytes: target, &random, printable: false)
    case 1:
      return target
        + Array(random.one(of: ["?", "&", "?pretty", "&pretty=x", "/", "%", "%00"]).utf8)
    case 2:
      return target
        + [UInt8](repeating: UInt8(ascii: "a"), count: random.one(of: [500, 9_000, 20_000]))
    case 3:
      // A segment or a parameter's value becomes something else.
      let other = random.one(of: [
        "..", "%2e%2e", "%2F", "%ff", "%", "none", "x%00y", "n%C3%BC", "99999999999999999999", "-1",
        "+", "%0d%0aX:y",
      ])
      var parts = target.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      parts[Int.random(in: 1..<parts.count, using: &random)] = Array(other.utf8)[...]
      return Array(parts.joined(separator: [UInt8(ascii: "/")]))
    default: return changed(bytes: target, &random, printable: true)
    }
  }

  private static func changed(
    bytes: [UInt8], _ random: inout FuzzRandom, printable: Bool
  ) -> [UInt8] {
    var bytes = bytes
    for _ in 0...Int.random(in: 0...3, using: &random) {
      let byte = UInt8.random(in: printable ? 0x21...0x7e : 0...255, using: &random)
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes.insert(byte, at: place)
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2 where place < bytes.count: bytes[place] = byte
      default:
        let end = min(bytes.count, place + 10)
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      }
    }
    return bytes
  }
}

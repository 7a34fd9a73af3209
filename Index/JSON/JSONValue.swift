/// A JSON value as a tree: for requests, schemas and settings. Bulk documents are read by `JSONReader`.
public enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// Always finite when parsed.
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// The members of an object in the order in which their names first came, each name once.
public struct JSONObject: Equatable, Sendable {
  public struct Member: Equatable, Sendable {
    public let name: String
    public var value: JSONValue
  }

  public private(set) var members: [Member]

  public init() { members = [] }

  public var names: [String] { members.map(\.name) }

  public var isEmpty: Bool { members.isEmpty }

  public var count: Int { members.count }

  /// The value of a name; setting nil removes the member. Looks through the members one by one.
  public subscript(name: String) -> JSONValue? {
    get { members.first { $0.name == name }?.value }
    set {
      let index = members.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  /// Members of one name: the last value wins, at the place of the first.
  fileprivate init(keepingLast all: [Member]) {
    // Requests have a handful: to compare them costs less than to hash them.
    if all.count <= 8 {
      members = []
      members.reserveCapacity(all.count)
      for member in all { self[member.name] = member.value }
      return
    }
    var places: [String: Int] = [:]
    places.reserveCapacity(all.count)
    members = []
    members.reserveCapacity(all.count)
    for member in all {
      if let place = places[member.name] {
        members[place].value = member.value
      } else {
        places[member.name] = members.count
        members.append(member)
      }
    }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(keepingLast: elements.map { Member(name: $0.0, value: $0.1) })
  }
}

extension JSONValue {
  /// Reads one value with nothing but white space around it. A number beyond the doubles is an error.
  public static func parse(
    _ text: RawSpan, maxDepth: Int = JSONReader.maximumDepth
  ) throws(JSONError) -> JSONValue {
    var reader = JSONReader(text, maxDepth: maxDepth)
    var arena: [UInt8] = []
    let first = try reader.next(into: &arena)
    let value = try read(first, from: &reader, &arena)
    _ = try reader.next(into: &arena)
    return value
  }

  public static func parse(
    _ text: [UInt8], maxDepth: Int = JSONReader.maximumDepth
  ) throws(JSONError) -> JSONValue {
    try parse(unsafe text.span.bytes, maxDepth: maxDepth)
  }

  public static func parse(
    _ text: String, maxDepth: Int = JSONReader.maximumDepth
  ) throws(JSONError) -> JSONValue {
    try parse(Array(text.utf8), maxDepth: maxDepth)
  }

  /// The value that begins with `token`. Recursion is bounded by the reader's depth limit.
  private static func read(
    _ token: JSONReader.Token, from reader: inout JSONReader, _ arena: inout [UInt8]
  ) throws(JSONError) -> JSONValue {
    switch token {
    case .string: return .string(takeText(&arena))
    case .integer: return .integer(reader.integer)
    case .double:
      guard reader.double.isFinite else { throw reader.error("a number out of range") }
      return .double(reader.double)
    case .true: return .bool(true)
    case .false: return .bool(false)
    case .null: return .null
    case .beginArray:
      var elements: [JSONValue] = []
      while true {
        let next = try reader.next(into: &arena)
        if next == .endArray { return .array(elements) }
        elements.append(try read(next, from: &reader, &arena))
        arena.removeAll(keepingCapacity: true)
      }
    case .beginObject:
      var members: [JSONObject.Member] = []
      while true {
        arena.removeAll(keepingCapacity: true)
        if try reader.next(into: &arena) == .endObject {
          return .object(JSONObject(keepingLast: members))
        }
        let name = takeText(&arena)
        let next = try reader.next(into: &arena)
        members.append(.init(name: name, value: try read(next, from: &reader, &arena)))
      }
    case .name, .endObject, .endArray, .end:
      throw reader.error("expected a value")
    }
  }

  private static func takeText(_ arena: inout [UInt8]) -> String {
    defer { arena.removeAll(keepingCapacity: true) }
    return String(decoding: arena, as: UTF8.self)
  }
}

extension JSONValue {
  /// The member of an object; nil for other values too.
  public subscript(name: String) -> JSONValue? { object?[name] }

  public var isNull: Bool { self == .null }

  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// An integer, or a double without fraction that is exactly one.
  public var int: Int? {
    switch self {
    case .integer(let value): Int(exactly: value)
    case .double(let value): Int(exactly: value)
    default: nil
    }
  }

  /// Any number.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  public var string: String? { if case .string(let value) = self { value } else { nil } }

  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// What kind of value this is, as a message says it: "a string".
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer, .double: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (name, value) in elements { object[name] = value }
    self = .object(object)
  }
  public init(nilLiteral: ()) { self = .null }
}

extension JSONValue: CustomStringConvertible {
  /// The value as compact JSON.
  public var description: String {
    var writer = JSONWriter()
    writer.value(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

// The member `min_generation`: a number, of one index; or of several an object of their names.

import JSON

public struct AwaitedGenerations: Equatable, Sendable {
  private static let member = "min_generation"

  private var single: UInt64?
  private var byIndex: [(name: String, generation: UInt64)] = []

  public static func == (a: AwaitedGenerations, b: AwaitedGenerations) -> Bool {
    a.single == b.single && a.byIndex.elementsEqual(b.byIndex) { $0 == $1 }
  }

  /// Any will do.
  public init() {}

  init(_ members: Members) throws(Problem) {
    guard let value = members.value(Self.member) else { return }
    guard let object = value.object else {
      single = try members.integer(Self.member, in: 0...Int.max).map { UInt64($0) }
      return
    }
    let own = try Members(object, at: members.pointer(Self.member), known: object.names)
    for name in object.names {
      guard let generation = try own.integer(name, in: 0...Int.max) else { continue }
      byIndex.append((name, UInt64(generation)))
    }
  }

  /// Of a parameter: `42`, or `news:42,wire:7`.
  static func value(_ parameter: Parameters.Parameter) throws(Problem) -> JSONValue {
    if !parameter.text.utf8.contains(UInt8(ascii: ":")) {
      return .integer(try parameter.integer())
    }
    var object = JSONObject()
    for part in parameter.text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let colon = part.lastIndex(of: ":"), colon > part.startIndex,
        let generation = Int64(part[part.index(after: colon)...]),
        object[String(part[..<colon])] == nil
      else {
        throw parameter.invalid("\"\(part)\" is not the name of an index, a colon and a generation")
      }
      object[String(part[..<colon])] = .integer(generation)
    }
    return .object(object)
  }

  public var isEmpty: Bool { single == nil && byIndex.isEmpty }

  /// What each of the indexes that are asked has to be at.
  /// - Throws: `invalid_value` for one that is not asked, and for a number where there are several.
  public func of(
    _ names: [String]
  ) throws(Problem) -> [(name: String, generation: UInt64)] {
    if let single {
      guard names.count == 1 else {
        throw Members.invalid(
          at: "/" + Self.member,
          "a generation belongs to one index; of several: {\"\(names[0])\": \(single), …}")
      }
      return [(names[0], single)]
    }
    for (name, _) in byIndex where !names.contains(name) {
      throw Members.invalid(
        at: "/\(Self.member)/\(Members.escaped(name))",
        "\"\(name)\" is none of the indexes that are asked; "
          + Nearest.hint(name, among: Array(names.prefix(20))))
    }
    return byIndex
  }
}

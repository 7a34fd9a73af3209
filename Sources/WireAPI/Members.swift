import JSON

/// The members of one JSON object of a request, read by name and kind. `null` is the same as absent.
///
/// Nothing is ignored silently: a member that is not known is refused by the initializer.
struct Members {
  let object: JSONObject
  /// JSON Pointer of the object: empty for the whole body.
  let pointer: String

  /// - Parameter known: names that the caller reads.
  init(_ object: JSONObject, at pointer: String = "", known: [String]) throws(Problem) {
    self.object = object
    self.pointer = pointer
    var unknown: [Problem.Fault] = []
    for member in object.members where !known.contains(member.name) {
      unknown.append(
        .init(
          pointer: pointer + "/" + Self.escaped(member.name),
          code: Problem.Code.unknownMember.rawValue,
          hint: Nearest.hint(member.name, among: known)))
    }
    if let first = unknown.first {
      let name = unknown.count == 1 ? "\(first.pointer ?? "") is" : "\(unknown.count) members are"
      throw Problem(.unknownMember, "\(name) not known; \(first.hint ?? "")", errors: unknown)
    }
  }

  /// `value` as an object with these members.
  init(_ value: JSONValue, at pointer: String, known: [String]) throws(Problem) {
    guard let object = value.object else {
      throw Self.wrongKind(value, wanted: "an object", at: pointer)
    }
    try self.init(object, at: pointer, known: known)
  }

  func value(_ name: String) -> JSONValue? {
    guard let value = object[name], value != .null else { return nil }
    return value
  }

  func pointer(_ name: String) -> String { pointer + "/" + Self.escaped(name) }

  func string(_ name: String) throws(Problem) -> String? {
    try read(name, "a string") { $0.string }
  }

  func bool(_ name: String) throws(Problem) -> Bool? {
    try read(name, "true or false") { $0.bool }
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
    var wanted: String { "an integer from \(range.lowerBound) to \(range.upperBound)" }
    guard let value = try read(name, wanted, { $0.int }) else { return nil }
    guard range.contains(value) else { throw invalid(name, "\(value) is not \(wanted)") }
    return value
  }

  func number(_ name: String, in range: ClosedRange<Double>) throws(Problem) -> Double? {
    var wanted: String { "a number from \(range.lowerBound) to \(range.upperBound)" }
    guard let value = try read(name, wanted, { $0.number }) else { return nil }
    guard range.contains(value) else { throw invalid(name, "\(value) is not \(wanted)") }
    return value
  }

  func array(_ name: String) throws(Problem) -> [JSONValue]? {
    try read(name, "an array") { $0.array }
  }

  func strings(_ name: String) throws(Problem) -> [String]? {
    guard let values = try array(name) else { return nil }
    var strings: [String] = []
    for (index, value) in values.enumerated() {
      guard let string = value.string else {
        throw Self.wrongKind(value, wanted: "a string", at: "\(pointer(name))/\(index)")
      }
      strings.append(string)
    }
    return strings
  }

  /// One of the words of an enumeration.
  func choice<Choice: RawRepresentable<String>>(
    _ name: String, _ choices: [Choice]
  ) throws(Problem) -> Choice? {
    guard let word = try string(name) else { return nil }
    if let choice = Choice(rawValue: word) { return choice }
    let words = choices.map(\.rawValue)
    throw invalid(name, "\"\(word)\" is none of \(words.joined(separator: ", "))")
  }

  func invalid(_ name: String, _ detail: String) -> Problem {
    Self.invalid(at: pointer(name), detail)
  }

  static func invalid(at pointer: String, _ detail: String) -> Problem {
    Problem(
      .invalidValue, "\(pointer): \(detail)",
      errors: [.init(pointer: pointer, code: Problem.Code.invalidValue.rawValue, hint: detail)])
  }

  static func wrongKind(_ value: JSONValue, wanted: String, at pointer: String) -> Problem {
    invalid(at: pointer, "must be \(wanted), not \(value.kind)")
  }

  private func read<Value>(
    _ name: String, _ wanted: @autoclosure () -> String, _ convert: (JSONValue) -> Value?
  ) throws(Problem) -> Value? {
    guard let value = value(name) else { return nil }
    guard let converted = convert(value) else {
      throw Self.wrongKind(value, wanted: wanted(), at: pointer(name))
    }
    return converted
  }

  /// A name within a JSON Pointer (RFC 6901, section 3).
  static func escaped(_ name: String) -> String {
    guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
      return name
    }
    return name.reduce(into: "") { $0 += $1 == "~" ? "~0" : $1 == "/" ? "~1" : String($1) }
  }
}

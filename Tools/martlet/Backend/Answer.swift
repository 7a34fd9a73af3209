import JSON

/// The JSON of an answer, with the few shapes that the renderers read.
struct Answer {
  let json: JSONValue

  init(_ bytes: [UInt8]) throws(Failure) {
    do {
      json = try JSONValue.parse(bytes)
    } catch {
      throw Failure(.software, "an answer that is not JSON: \(error)")
    }
  }

  subscript(name: String) -> JSONValue? { json[name] }

  /// A value of a document on one line: arrays with commas.
  static func text(_ value: JSONValue?) -> String {
    switch value {
    case nil, .null: ""
    case .string(let text): text
    case .array(let values): values.map { text($0) }.joined(separator: ", ")
    case .some(let other): "\(other)"
    }
  }
}

// What an index is asked to do besides its schema. Kept in the manifest as a JSON object, so that a change is a commit like
// any other and every reader of a generation has the same:
//
//     {"synonyms": "usa, united states of america\n"}
//
// A member that this program does not know is refused: it may be one that restricts what may be seen.

import JSON

public struct IndexSettings: Sendable, Equatable {
  /// nil: none.
  public var synonyms: SynonymRules?

  public init() {}

  /// - Parameter text: a JSON object, as the manifest has it.
  /// - Throws: `invalid`.
  public init(text: String) throws(IndexError) {
    if text == "{}" { return }
    let value: JSONValue
    do { value = try JSONValue.parse(text) } catch { throw .invalid("settings: \(error)") }
    guard let object = value.object else {
      throw .invalid("settings: an object, not \(value.kind)")
    }
    if let stranger = object.names.first(where: { $0 != "synonyms" }) {
      throw .invalid(
        "settings: this version does not know \"\(stranger)\": a newer one has written it")
    }
    if let value = object["synonyms"], !value.isNull {
      guard let rules = value.string else {
        throw .invalid("settings: \"synonyms\" is a string, not \(value.kind)")
      }
      synonyms = try SynonymRules(rules)
    }
  }

  /// `init(text:)` reads it back the same.
  public var text: String {
    var object = JSONObject()
    if let synonyms { object["synonyms"] = .string(synonyms.text) }
    var writer = JSONWriter()
    writer.value(.object(object))
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

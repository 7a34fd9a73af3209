// What a request asks wrongly, said with the place.

import QueryLanguage

extension IndexError {
  /// A name that is no field.
  /// - Parameter place: JSON Pointer of the name in the request.
  static func noField(_ name: String, at place: String, _ schema: Schema) -> IndexError {
    let nearest = NearestName.of(
      name, among: schema.fields.lazy.filter { !$0.isHidden }.map(\.name))
    return .request(
      at: place, detail: "there is no field \"\(name)\"",
      hint: nearest.map { "did you mean \"\($0)\"?" })
  }

  /// A value or a field that cannot be at its place.
  static func request(at place: String, _ detail: String) -> IndexError {
    .request(at: place, detail: detail, hint: nil)
  }
}

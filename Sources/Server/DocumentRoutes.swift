import InvertedIndex
import WireAPI

/// Documents as they are stored: one by its id, or all of them (Export.swift).
struct DocumentRoutes: Sendable {
  let registry: IndexRegistry

  func document(_ call: Call) throws(Problem) -> Response {
    let (name, id) = (call.path[0], call.path[1])
    let pretty = try call.pretty()
    let opened = try registry.open(name)
    let generation = opened.reader.generation
    if let response = Response.unchanged(generation, call.request) { return response }
    let document = try registry.guarding(name, opened) { () throws(IndexError) in
      try opened.reader.document(id: id)
    }
    guard let document else { throw .noSuchDocument(id, in: name) }
    return .json(
      Wire.answer(id: id, document, generation: generation, pretty: pretty),
      generation: generation)
  }
}

extension Problem {
  static func noSuchDocument(_ id: String, in index: String) -> Problem {
    Problem(.noSuchDocument, "index \"\(index)\" has no document \"\(id)\"")
  }
}

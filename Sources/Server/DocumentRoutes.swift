import InvertedIndex
import WireAPI

/// Documents as they are stored: one by its id, or all of them (Export.swift).
struct DocumentRoutes: Sendable {
  let registry: IndexRegistry

  func document(_ call: Call) throws(Problem) -> Response {
    let selection = try registry.selectOne(path: call.path[0])
    let (name, id) = (selection.names[0], call.path[1])
    let pretty = try call.pretty()
    let opened = try registry.open(name)
    let tag = Response.tag(selection, [opened])
    if let response = Response.unchanged(tag, call.request) { return response }
    let document = try registry.guarding(name, opened) { () throws(IndexError) in
      try opened.reader.document(id: id)
    }
    guard let document else { throw .noSuchDocument(id, in: name) }
    return .json(
      Wire.answer(id: id, document, generation: opened.reader.generation, pretty: pretty),
      tag: tag)
  }
}

extension Problem {
  static func noSuchDocument(_ id: String, in index: String) -> Problem {
    Problem(.noSuchDocument, "index \"\(index)\" has no document \"\(id)\"")
  }
}

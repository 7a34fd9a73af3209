import InvertedIndex
import JSON
import WireAPI

/// The indexes of a folder, opened here: the same answers as the daemon's, by the same module.
struct LocalBackend: Backend {
  let store: IndexStore

  func ask(_ question: Question) throws(Failure) -> [UInt8] {
    switch question {
    case .indexes:
      let names = try engine { () throws(IndexError) in try store.list() }
      return Wire.answer(
        names.map { name in
          do throws(IndexError) {
            return IndexDescription(name: name, reader: try open(name))
          } catch {
            return IndexDescription(
              name: name, status: .unavailable, fault: "\(error)", reader: nil)
          }
        })
    case .index(let name):
      let reader = try engine { () throws(IndexError) in try open(name) }
      return Wire.answer(IndexDescription(name: name, reader: reader))
    case .search(let name, let body):
      let call = try wire { () throws(Problem) in try SearchCall(json: Array("\(body)".utf8)) }
      let response = try engine { () throws(IndexError) in
        try Searcher(try open(name)).search(
          call.request, deadline: .after(milliseconds: call.timeoutMilliseconds))
      }
      return Wire.answer(response)
    case .count(let name, let body):
      let call = try wire { () throws(Problem) in
        try SearchCall(json: Array("\(body)".utf8), form: .count)
      }
      let response = try engine { () throws(IndexError) in
        try Searcher(try open(name)).count(
          call.request, deadline: .after(milliseconds: call.timeoutMilliseconds))
      }
      return Wire.answer(response)
    case .document(let name, let id):
      let reader = try engine { () throws(IndexError) in try open(name) }
      let fields = try engine { () throws(IndexError) in try reader.document(id: id) }
      guard let fields else {
        throw Failure(.noInput, "\(name): there is no document \"\(printable(id))\"")
      }
      return Wire.answer(id: id, fields, generation: reader.generation)
    case .analyze(let name, let body):
      let schema = try name.map { name throws(Failure) in
        try engine { () throws(IndexError) in try open(name).schema }
      }
      return try wire { () throws(Problem) in
        try AnalyzeCall(json: Array("\(body)".utf8), schema: schema).answer()
      }
    }
  }

  private func open(_ name: String) throws(IndexError) -> IndexReader {
    try IndexReader.open(try store.open(name))
  }
}

import InvertedIndex
import JSON
import WireAPI

/// The indexes of a folder, opened here: the same answers as the daemon's, by the same module.
struct LocalBackend: Backend {
  let store: IndexStore

  func ask(_ question: Question) throws(Failure) -> [UInt8] {
    switch question {
    case .indexes:
      let names = try answering { () throws(IndexError) in try store.list() }
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
      let reader = try reader(name)
      return Wire.answer(IndexDescription(name: name, reader: reader))
    case .search(let name, let body):
      let call = try wire { () throws(Problem) in try SearchCall(json: Array("\(body)".utf8)) }
      let reader = try reader(name)
      let response = try answering { () throws(IndexError) in
        try Searcher(reader).search(
          call.request, deadline: .after(milliseconds: call.timeoutMilliseconds))
      }
      return Wire.answer(response)
    case .count(let name, let body):
      let call = try wire { () throws(Problem) in
        try SearchCall(json: Array("\(body)".utf8), form: .count)
      }
      let reader = try reader(name)
      let response = try answering { () throws(IndexError) in
        try Searcher(reader).count(
          call.request, deadline: .after(milliseconds: call.timeoutMilliseconds))
      }
      return Wire.answer(response)
    case .document(let name, let id):
      let reader = try reader(name)
      let fields = try answering { () throws(IndexError) in try reader.document(id: id) }
      guard let fields else { throw noSuchDocument(name, id) }
      return Wire.answer(id: id, fields, generation: reader.generation)
    case .explain(let name, let body):
      let call = try wire { () throws(Problem) in
        try SearchCall(json: Array("\(body)".utf8), form: .explain)
      }
      let id = call.id ?? ""
      let reader = try reader(name)
      let response = try answering { () throws(IndexError) in
        try Searcher(reader).explain(
          call.request, id: id, deadline: .after(milliseconds: call.timeoutMilliseconds))
      }
      guard let response else { throw noSuchDocument(name, id) }
      return Wire.answer(response)
    case .analyze(let name, let body):
      let schema = try name.map { name throws(Failure) in
        try reader(name).schema
      }
      return try wire { () throws(Problem) in
        try AnalyzeCall(json: Array("\(body)".utf8), schema: schema).answer()
      }
    }
  }

  func export(_ index: String, _ piece: (ArraySlice<UInt8>) throws(Failure) -> Void) throws(Failure)
  {
    let reader = try reader(index)
    var documents = reader.documents()
    var isAtEnd = false
    while !isAtEnd {
      var lines: [UInt8] = []
      try answering { () throws(IndexError) in
        while lines.count < 64 << 10 {
          guard let document = try documents.next() else {
            isAtEnd = true
            return
          }
          lines += Wire.line(id: document.id, document.fields)
        }
      }
      try piece(lines[...])
    }
  }

  private func noSuchDocument(_ index: String, _ id: String) -> Failure {
    Failure(Problem(.noSuchDocument, "index \"\(index)\" has no document \"\(id)\""))
  }

  private func open(_ name: String) throws(IndexError) -> IndexReader {
    try IndexReader.open(try store.open(name))
  }

  private func reader(_ name: String) throws(Failure) -> IndexReader {
    do throws(IndexError) {
      return try open(name)
    } catch {
      var failure = Failure(error)
      if case .notFound = error {
        failure.problem = Problem(.noSuchIndex, "there is no index \"\(name)\"").json()
      } else {
        failure.problem = Problem(error).json()
      }
      throw failure
    }
  }
}

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
      // A damaged file of aliases hides no index.
      let aliases = (try? store.aliases()) ?? IndexAliases()
      return Wire.answer(
        names.map { name in
          var description: IndexDescription
          do throws(IndexError) {
            description = IndexDescription(name: name, reader: try open(name))
          } catch {
            description = IndexDescription(
              name: name, status: .unavailable, fault: "\(error)", reader: nil)
          }
          description.aliases = aliases.names(of: name)
          return description
        })
    case .aliases:
      return Wire.answer(try answering { () throws(IndexError) in try store.aliases() })
    case .index(let name):
      let name = try one(name)
      var description = IndexDescription(name: name, reader: try reader(name))
      description.aliases = ((try? store.aliases()) ?? IndexAliases()).names(of: name)
      return Wire.answer(description)
    case .search(let name, let body):
      let call = try wire { () throws(Problem) in try SearchCall(json: Array("\(body)".utf8)) }
      let deadline = Deadline.after(milliseconds: call.timeoutMilliseconds)
      let (names, isPlain) = try select(name)
      guard names.count == 1 else {
        return Wire.answer(
          try group(names) { (group) throws(IndexGroup.Failure) in
            try group.search(call.request, deadline: deadline)
          })
      }
      let reader = try reader(names[0])
      let response = try answering { () throws(IndexError) in
        try Searcher(reader).search(call.request, deadline: deadline)
      }
      return Wire.answer(isPlain ? response : response.naming(names[0]))
    case .count(let name, let body):
      let call = try wire { () throws(Problem) in
        try SearchCall(json: Array("\(body)".utf8), form: .count)
      }
      let deadline = Deadline.after(milliseconds: call.timeoutMilliseconds)
      let (names, isPlain) = try select(name)
      guard names.count == 1 else {
        return Wire.answer(
          try group(names) { (group) throws(IndexGroup.Failure) in
            try group.count(call.request, deadline: deadline)
          })
      }
      let reader = try reader(names[0])
      let response = try answering { () throws(IndexError) in
        try Searcher(reader).count(call.request, deadline: deadline)
      }
      return Wire.answer(isPlain ? response : response.naming(names[0]))
    case .document(let name, let id):
      let name = try one(name)
      let reader = try reader(name)
      let fields = try answering { () throws(IndexError) in try reader.document(id: id) }
      guard let fields else { throw noSuchDocument(name, id) }
      return Wire.answer(id: id, fields, generation: reader.generation)
    case .explain(let name, let body):
      let call = try wire { () throws(Problem) in
        try SearchCall(json: Array("\(body)".utf8), form: .explain)
      }
      let id = call.id ?? ""
      let name = try one(name)
      let reader = try reader(name)
      let response = try answering { () throws(IndexError) in
        try Searcher(reader).explain(
          call.request, id: id, deadline: .after(milliseconds: call.timeoutMilliseconds))
      }
      guard let response else { throw noSuchDocument(name, id) }
      return Wire.answer(response)
    case .suggest(let name, let body):
      let call = try wire { () throws(Problem) in try SuggestCall(json: Array("\(body)".utf8)) }
      let reader = try reader(try one(name))
      return Wire.answer(
        try answering { () throws(IndexError) in
          try Searcher(reader).suggest(
            call.request, deadline: .after(milliseconds: call.timeoutMilliseconds))
        })
    case .similar(let name, let body):
      let call = try wire { () throws(Problem) in
        try SearchCall(json: Array("\(body)".utf8), form: .similar)
      }
      let deadline = Deadline.after(milliseconds: call.timeoutMilliseconds)
      let isPlain = try select(name).isPlain
      let name = try one(name)
      let reader = try reader(name)
      let response = try answering { () throws(IndexError) in
        try Searcher(reader).similar(call.similar, deadline: deadline)
      }
      guard let response else { throw noSuchDocument(name, call.id ?? "") }
      return Wire.answer(isPlain ? response : response.naming(name))
    case .analyze(let name, let body):
      let named = try name.map { name throws(Failure) -> IndexReader in
        try reader(try one(name))
      }
      return try wire { () throws(Problem) in
        try AnalyzeCall(json: Array("\(body)".utf8), schema: named?.schema).answer(named)
      }
    }
  }

  func export(_ index: String, _ piece: (ArraySlice<UInt8>) throws(Failure) -> Void) throws(Failure)
  {
    let reader = try reader(try one(index))
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

  // MARK: Names

  /// What a name means: the index of that name, else those of an alias, a list, a pattern.
  private func select(_ text: String) throws(Failure) -> (names: [String], isPlain: Bool) {
    let names = try wire { () throws(Problem) in try IndexNames(text) }
    let indexes = try answering { () throws(IndexError) in try store.list() }
    if let name = names.single, indexes.contains(name) { return ([name], true) }
    let aliases = try answering { () throws(IndexError) in try store.aliases() }
    // What is said of a name that is no index's is for the opening to say.
    if let name = names.single, aliases[name] == nil { return ([name], true) }
    return (
      try wire { () throws(Problem) in try names.resolve(among: indexes, aliases: aliases) }, false
    )
  }

  private func one(_ text: String) throws(Failure) -> String {
    let names = try select(text).names
    guard names.count == 1 else {
      throw Failure(
        Problem(
          .indexRequired,
          "\"\(text)\" stands for \(names.count) indexes: name one of "
            + names.prefix(20).joined(separator: ", ")))
    }
    return names[0]
  }

  private func group<Value>(
    _ names: [String], _ body: (IndexGroup) throws(IndexGroup.Failure) -> Value
  ) throws(Failure) -> Value {
    var members: [(name: String, reader: IndexReader)] = []
    for name in names { members.append((name, try reader(name))) }
    do throws(IndexGroup.Failure) {
      return try body(try IndexGroup(members))
    } catch {
      let error = error.error
      return try answering { () throws(IndexError) in throw error }
    }
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

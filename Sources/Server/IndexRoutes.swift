import Glibc
import InvertedIndex
import WireAPI

/// The indexes themselves: which there are, how they are, what they make of a text.
struct IndexRoutes: Sendable {
  let registry: IndexRegistry

  func list(_ call: Call) throws(Problem) -> Response {
    let pretty = try call.pretty()
    try registry.mustBeScanned()
    let aliases = registry.aliases.aliases
    let descriptions = registry.entries.map { entry in
      var description = entry.description
      description.aliases = aliases.names(of: entry.name)
      return description
    }
    return .json(Wire.answer(descriptions, pretty: pretty))
  }

  func aliases(_ call: Call) throws(Problem) -> Response {
    let pretty = try call.pretty()
    try registry.mustBeScanned()
    let aliases = registry.aliases
    return .json(Wire.answer(aliases.aliases, fault: aliases.fault, pretty: pretty))
  }

  func describe(_ call: Call) throws(Problem) -> Response {
    let pretty = try call.pretty()
    let selection = try registry.selectOne(path: call.path[0])
    let name = selection.names[0]
    guard let entry = registry.entry(name) else {
      _ = try registry.open(name)
      throw Problem(.noSuchIndex, "there is no index \"\(name)\"")
    }
    return try answer(entry, isPlain: selection.isPlain, call, pretty: pretty)
  }

  /// An index with a fault has no `ETag`: faults come and go within a generation.
  private func answer(
    _ entry: IndexRegistry.Entry, isPlain: Bool, _ call: Call, pretty: Bool
  ) throws(Problem) -> Response {
    var description = entry.description
    description.aliases = registry.aliases.aliases.names(of: entry.name)
    let body = Wire.answer(description, pretty: pretty)
    // Nor has one with aliases: they change while the generation does not.
    guard entry.fault == nil, isPlain, description.aliases.isEmpty,
      let generation = entry.opened?.reader.generation
    else { return .json(body) }
    return .unchanged(generation, call.request) ?? .json(body, generation: generation)
  }

  func analyze(_ call: Call) throws(Problem) -> Response {
    let pretty = try call.pretty()
    let opened = try registry.open(try registry.selectOne(path: call.path[0]).names[0])
    var question = try AnalyzeCall(json: call.request.body, schema: opened.reader.schema)
    if pretty { question.pretty = true }
    return .json(question.answer(opened.reader))
  }

  /// Opens the newest generation now. For root and the user that the daemon runs as.
  func reload(_ call: Call) throws(Problem) -> Response {
    let pretty = try call.pretty()
    let uid = call.request.peer.uid
    guard uid == 0 || uid == geteuid() else {
      throw Problem(
        .forbidden,
        "reload is for root and the user of the daemon (uid \(geteuid())); you are \(uid)")
    }
    guard call.request.body.isEmpty else {
      throw Problem(.badJSON, "a reload has no body")
    }
    let entry = try registry.reload(try registry.selectOne(path: call.path[0]).names[0])
    return .json(Wire.answer(entry.description, pretty: pretty))
  }
}

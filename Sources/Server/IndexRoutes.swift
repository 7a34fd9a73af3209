import Glibc
import InvertedIndex
import WireAPI

/// The indexes themselves: which there are, how they are, what they make of a text.
struct IndexRoutes: Sendable {
  let registry: IndexRegistry

  func list(_ call: Call) throws(Problem) -> Response {
    let pretty = try call.pretty()
    try registry.mustBeScanned()
    return .json(Wire.answer(registry.entries.map(\.description), pretty: pretty))
  }

  func describe(_ call: Call) throws(Problem) -> Response {
    let pretty = try call.pretty()
    let name = call.path[0]
    guard let entry = registry.entry(name) else {
      _ = try registry.open(name)
      throw Problem(.noSuchIndex, "there is no index \"\(name)\"")
    }
    return try answer(entry, call, pretty: pretty)
  }

  /// An index with a fault has no `ETag`: faults come and go within a generation.
  private func answer(
    _ entry: IndexRegistry.Entry, _ call: Call, pretty: Bool
  ) throws(Problem) -> Response {
    let body = Wire.answer(entry.description, pretty: pretty)
    guard entry.fault == nil, let generation = entry.opened?.reader.generation else {
      return .json(body)
    }
    return .unchanged(generation, call.request) ?? .json(body, generation: generation)
  }

  func analyze(_ call: Call) throws(Problem) -> Response {
    let pretty = try call.pretty()
    let opened = try registry.open(call.path[0])
    var question = try AnalyzeCall(json: call.request.body, schema: opened.reader.schema)
    if pretty { question.pretty = true }
    return .json(question.answer())
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
    let entry = try registry.reload(call.path[0])
    return .json(Wire.answer(entry.description, pretty: pretty))
  }
}

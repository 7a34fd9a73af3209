// All documents of an index as JSON lines, a piece at a time: a client that reads slowly holds no worker, one that was cut
// off goes on where it was.

import InvertedIndex
import Synchronization
import WireAPI

extension DocumentRoutes {
  /// All documents of one generation, or a part of them, as JSON lines.
  func export(_ call: Call) throws(Problem) -> Response {
    let selection = try registry.selectOne(path: call.path[0])
    var name = selection.names[0]
    var cursor: ExportCursor?
    var skip = 0
    var limit = Int.max
    for parameter in try Parameters(call.request.query, known: ["cursor", "skip", "limit"]) {
      switch parameter.name {
      case "cursor": cursor = try ExportCursor(parameter)
      case "skip": skip = try parameter.integer(in: 0...Int.max)
      default: limit = try parameter.integer(in: 1...Int.max)
      }
    }
    let opened: IndexRegistry.Opened
    if let cursor {
      (name, opened) = try registry.open(
        IndexGeneration(uuid: cursor.uuid, generation: cursor.generation),
        of: selection.isPlain ? name : nil)
    } else {
      opened = try registry.open(name)
      let tag = Response.tag(selection, [opened])
      if let response = Response.unchanged(tag, call.request) { return response }
    }
    registry.pinned.use([name], [opened], now: Deadline.now())
    let reader = opened.reader
    let start = reader.documentNumber(passing: skip, from: cursor?.place ?? 0)
    let end = reader.documentNumber(passing: limit, from: start)
    var here = ExportCursor(reader, place: start)
    var headers = [
      Response.etag(Response.tag(selection, [opened])), ("X-Cursor", here.description),
    ]
    if end < reader.documentCount + reader.deletedCount {
      here.place = end
      headers.append(("X-Next-Cursor", here.description))
    }
    let lines = ExportLines(reader, from: start, limit: limit)
    return .stream(contentType: "application/x-ndjson", headers: headers) {
      [registry, name] () throws(Problem) in
      registry.pinned.use([name], [opened], now: Deadline.now())
      return try registry.guarding(name, opened) { () throws(IndexError) in try lines.next() }
    }
  }
}

/// Where an export goes on: `generation.place.uuid`. Opaque to clients.
struct ExportCursor: CustomStringConvertible {
  var generation: UInt64
  /// Of the index: a name may come to mean another one.
  var uuid: String
  /// A document number.
  var place: Int

  init(_ reader: IndexReader, place: Int) {
    generation = reader.generation
    uuid = reader.uuid
    self.place = place
  }

  init(_ parameter: Parameters.Parameter) throws(Problem) {
    let parts = parameter.text.split(
      separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let generation = UInt64(parts[0]), let place = Int(parts[1]), place >= 0
    else { throw parameter.invalid("is not a cursor of an export") }
    self.generation = generation
    self.place = place
    uuid = String(parts[2])
  }

  var description: String { "\(generation).\(place).\(uuid)" }
}

/// The lines of an export, in pieces of about the same size.
final class ExportLines: Sendable {
  /// A document may be longer: it then comes in several pieces.
  static let pieceBytes = 128 << 10

  private struct State {
    var documents: DocumentIterator
    var left: Int
    /// Written and not yet given out.
    var lines: ArraySlice<UInt8> = []
  }

  private let state: Mutex<State>

  /// - Parameters:
  ///   - place: a document number.
  ///   - limit: documents, at least 1.
  init(_ reader: IndexReader, from place: Int, limit: Int) {
    state = Mutex(State(documents: reader.documents(from: place), left: limit))
  }

  /// nil at the end.
  func next() throws(IndexError) -> [UInt8]? {
    try state.withLock { (state) throws(IndexError) in
      while state.lines.count < Self.pieceBytes, state.left > 0,
        let document = try state.documents.next()
      {
        state.left -= 1
        state.lines += Wire.line(id: document.id, document.fields)
      }
      let piece = Array(state.lines.prefix(Self.pieceBytes))
      state.lines = state.lines.dropFirst(Self.pieceBytes)
      return piece.isEmpty ? nil : piece
    }
  }
}

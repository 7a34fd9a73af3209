// What the paths of the API do. The protocol itself is described in PROTOCOL.md.

import InvertedIndex
import JSON
import Logging
import NIOHTTP1
import Synchronization
import WireAPI

/// Answers requests from the registry's indexes. Knows nothing of connections.
final class Service: Sendable {
  private let registry: IndexRegistry
  private let currentLimits: CurrentLimits
  private let logger: Logger
  private let isDraining = Atomic<Bool>(false)
  private var limits: Limits { currentLimits.value }

  init(registry: IndexRegistry, limits: CurrentLimits, logger: Logger) {
    self.registry = registry
    currentLimits = limits
    self.logger = logger
  }

  /// From now on `/v1/ready` says no.
  func beginDraining() { isDraining.store(true, ordering: .relaxed) }

  func routes() -> Router<Endpoint> {
    var router = Router<Endpoint>()
    router.add(.GET, "/v1/indexes/{index}/docs/{*id}", queued(document))
    router.add(.POST, "/v1/indexes/{index}/search", queued(searchIndex))
    router.add(.GET, "/v1/search", queued(searchByParameters))
    router.add(.POST, "/v1/search", queued(search))
    router.add(.POST, "/v1/indexes/{index}/count", queued(count))
    router.add(.GET, "/v1/indexes", queued(list))
    router.add(.GET, "/v1/indexes/{index}", queued(describe))
    router.add(.GET, "/v1/live", .immediate { _, _ in Self.live })
    router.add(.GET, "/v1/ready", .immediate { [self] _, _ in ready() })
    router.add(.GET, "/v1/", .immediate { [self] _, _ in about() })
    router.add(.GET, "/v1", .immediate { [self] _, _ in about() })
    return router
  }

  /// A request, what was captured of its path (decoded), and its cancel flag.
  private typealias Answer =
    @Sendable (Request, [String], CancelFlag) throws(Problem) -> [UInt8]

  private func queued(_ answer: @escaping Answer) -> Endpoint {
    .queued { [self] request, captures, flag in
      let limits = limits
      do throws(Problem) {
        var parts: [String] = []
        for capture in captures {
          guard let part = PercentCoding.decode(capture) else {
            throw Problem(.badPath, "\"\(capture)\" is not percent-encoded UTF-8")
          }
          parts.append(part)
        }
        let body = try answer(request, parts, flag)
        guard body.count <= limits.answerBytes else {
          throw Problem(
            .answerTooLarge,
            "the answer has \(body.count) bytes; \(limits.answerBytes) are allowed: ask for fewer hits "
              + "(limit) or fields (select)")
        }
        return .json(body)
      } catch {
        if error.status == 500 {
          logger.error(
            "internal error", metadata: ["id": "\(request.id)", "detail": "\(error.detail)"])
        }
        return .problem(error)
      }
    }
  }

  // MARK: Search

  private func searchIndex(
    _ request: Request, _ path: [String], _ flag: CancelFlag
  ) throws(Problem) -> [UInt8] {
    var call = try SearchCall(json: request.body)
    if try Self.pretty(request) { call.pretty = true }
    return try run(call, on: path[0], request, flag)
  }

  private func search(
    _ request: Request, _ path: [String], _ flag: CancelFlag
  ) throws(Problem) -> [UInt8] {
    var call = try SearchCall(json: request.body, form: .searchNamingIndex)
    if try Self.pretty(request) { call.pretty = true }
    return try run(call, on: index(call), request, flag)
  }

  private func searchByParameters(
    _ request: Request, _ path: [String], _ flag: CancelFlag
  ) throws(Problem) -> [UInt8] {
    let call = try SearchCall(parameters: request.query)
    return try run(call, on: index(call), request, flag)
  }

  private func run(
    _ call: SearchCall, on name: String, _ request: Request, _ flag: CancelFlag
  ) throws(Problem) -> [UInt8] {
    let opened = try registry.open(name)
    let deadline = deadline(call, request, flag)
    var bounded = call.request
    bounded.maximumBytes = limits.answerBytes
    let response = try guarding(name, opened) { () throws(IndexError) in
      try opened.searcher.search(bounded, deadline: deadline)
    }
    return Wire.answer(response, pretty: call.pretty)
  }

  private func count(
    _ request: Request, _ path: [String], _ flag: CancelFlag
  ) throws(Problem) -> [UInt8] {
    var call = try SearchCall(json: request.body, form: .count)
    if try Self.pretty(request) { call.pretty = true }
    let opened = try registry.open(path[0])
    let deadline = deadline(call, request, flag)
    let response = try guarding(path[0], opened) { () throws(IndexError) in
      try opened.searcher.count(call.request, deadline: deadline)
    }
    return Wire.answer(response, pretty: call.pretty)
  }

  /// The index that a call without one in its path means: named, or the only one.
  private func index(_ call: SearchCall) throws(Problem) -> String {
    if let name = call.index { return name }
    let names = registry.entries.map(\.name)
    if names.count == 1 { return names[0] }
    guard registry.isScanned else {
      throw Problem(.starting, "the indexes are being opened", retryAfter: 1)
    }
    if names.isEmpty { throw Problem(.noSuchIndex, "there is no index yet in \(registry.path)") }
    throw Problem(
      .indexRequired,
      "name one of the \(names.count) indexes: \(names.prefix(20).joined(separator: ", "))",
      errors: [.init(pointer: "/index", code: Problem.Code.missingMember.rawValue)])
  }

  private func deadline(_ call: SearchCall, _ request: Request, _ flag: CancelFlag) -> Deadline {
    let limit = UInt64(call.timeoutMilliseconds) * 1_000_000
    return Deadline(nanoseconds: request.arrived &+ limit, cancel: flag)
  }

  /// Runs the engine; damage is also told to whoever looks after the daemon.
  private func guarding<Result>(
    _ name: String, _ opened: IndexRegistry.Opened, _ body: () throws(IndexError) -> Result
  ) throws(Problem) -> Result {
    do throws(IndexError) {
      return try body()
    } catch {
      if case .corrupt = error { registry.report(name, opened.reader, error) }
      throw Problem(error)
    }
  }

  // MARK: Documents and indexes

  private func document(
    _ request: Request, _ path: [String], _ flag: CancelFlag
  ) throws(Problem) -> [UInt8] {
    let (name, id) = (path[0], path[1])
    let pretty = try Self.pretty(request)
    let opened = try registry.open(name)
    let document = try guarding(name, opened) { () throws(IndexError) in
      try opened.reader.document(id: id)
    }
    guard let document else {
      throw Problem(.noSuchDocument, "index \"\(name)\" has no document \"\(id)\"")
    }
    return Wire.answer(
      id: id, document, generation: opened.reader.generation, pretty: pretty)
  }

  private func list(
    _ request: Request, _ path: [String], _ flag: CancelFlag
  ) throws(Problem) -> [UInt8] {
    let pretty = try Self.pretty(request)
    guard registry.isScanned else {
      throw Problem(.starting, "the indexes are being opened", retryAfter: 1)
    }
    return Wire.answer(registry.entries.map(\.description), pretty: pretty)
  }

  private func describe(
    _ request: Request, _ path: [String], _ flag: CancelFlag
  ) throws(Problem) -> [UInt8] {
    let pretty = try Self.pretty(request)
    if let entry = registry.entries.first(where: { $0.name == path[0] }) {
      return Wire.answer(entry.description, pretty: pretty)
    }
    _ = try registry.open(path[0])
    throw Problem(.noSuchIndex, "there is no index \"\(path[0])\"")
  }

  /// The one parameter of paths that have no others, POST included: nothing behind `?` is ignored.
  private static func pretty(_ request: Request) throws(Problem) -> Bool {
    try PrettyParameter.read(request.query)
  }

  // MARK: The daemon itself

  private static let live = Response.json(Array("{\"status\":\"live\"}\n".utf8))

  private func ready() -> Response {
    let entries = registry.entries
    let faults = entries.filter { $0.fault != nil }
    let status =
      isDraining.load(ordering: .relaxed)
      ? "stopping"
      : !registry.isScanned
        ? "starting" : !faults.isEmpty || registry.fault != nil ? "degraded" : "ready"
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("status", status)
      if let fault = registry.fault { writer.field("fault", fault) }
      writer.name("indexes")
      writer.array { writer in
        for entry in entries {
          writer.object { writer in
            writer.field("name", entry.name)
            writer.field("status", entry.description.status.rawValue)
            if let reader = entry.opened?.reader { writer.field("generation", reader.generation) }
            if let fault = entry.fault { writer.field("fault", fault) }
          }
        }
      }
    }
    writer.newline()
    return .json(writer.bytes, status: status == "ready" ? 200 : 503)
  }

  private func about() -> Response {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("name", Product.name)
      writer.field("version", Product.version)
      writer.field("api", Product.api)
      writer.name("limits")
      writer.object { writer in
        writer.field("header_bytes", limits.headerBytes)
        writer.field("body_bytes", limits.bodyBytes)
        writer.field("answer_bytes", limits.answerBytes)
        writer.field("connections", limits.connections)
        writer.field("waiting_requests", limits.waitingRequests)
        writer.field("limit", SearchRequest.maxLimit)
        writer.field("timeout_ms", SearchCall.maximumTimeout)
        writer.field("default_timeout_ms", SearchCall.defaultTimeout)
      }
      writer.name("indexes")
      writer.array { writer in
        for entry in registry.entries { writer.string(entry.name) }
      }
    }
    writer.newline()
    return .json(writer.bytes)
  }
}

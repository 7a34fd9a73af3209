import InvertedIndex
import JSON
import WireAPI

/// How the daemon is and what it can do. Answered from memory: no index is touched.
struct HealthRoutes: Sendable {
  let registry: IndexRegistry
  let limits: CurrentLimits

  func live(_ call: Call) throws(Problem) -> Response {
    var writer = JSONWriter(pretty: try call.pretty())
    writer.object { $0.field("status", "live") }
    writer.newline()
    return .json(writer.bytes)
  }

  func ready(_ call: Call, isStopping: Bool) throws(Problem) -> Response {
    let pretty = try call.pretty()
    let entries = registry.entries
    let fault = registry.fault ?? registry.aliases.fault
    let isFaulty = fault != nil || entries.contains { $0.fault != nil }
    let status =
      isStopping
      ? "stopping" : !registry.isScanned ? "starting" : isFaulty ? "degraded" : "ready"
    var writer = JSONWriter(pretty: pretty)
    writer.object { writer in
      writer.field("status", status)
      if let fault { writer.field("fault", fault) }
      writer.name("indexes")
      writer.array { writer in
        for entry in entries {
          writer.object { writer in
            writer.field("name", entry.name)
            writer.field("status", entry.status.rawValue)
            if let reader = entry.opened?.reader { writer.field("generation", reader.generation) }
            if let fault = entry.fault { writer.field("fault", fault) }
          }
        }
      }
    }
    writer.newline()
    return .json(writer.bytes, status: status == "ready" ? 200 : 503)
  }

  func about(_ call: Call) throws(Problem) -> Response {
    let limits = limits.value
    var writer = JSONWriter(pretty: try call.pretty())
    writer.object { writer in
      writer.field("name", Product.name)
      writer.field("version", Product.version)
      writer.field("api", Product.api)
      writer.name("limits")
      writer.object { writer in
        writer.field("header_bytes", limits.headerBytes)
        writer.field("header_fields", limits.headerFields)
        writer.field("body_bytes", limits.bodyBytes)
        writer.field("answer_bytes", limits.answerBytes)
        writer.field("connections", limits.connections)
        writer.field("connections_per_user", limits.connectionsPerUser)
        writer.field("waiting_requests", limits.waitingRequests)
        writer.field("requests_per_user", limits.requestsPerUser)
        writer.field("limit", SearchRequest.maxLimit)
        writer.field("timeout_ms", SearchCall.maximumTimeout)
        writer.field("default_timeout_ms", SearchCall.defaultTimeout)
        writer.field("analyze_bytes", AnalyzeCall.maximumText)
        writer.field("pinned_generations", PinnedGenerations.most)
        writer.field("pinned_seconds", PinnedGenerations.seconds)
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

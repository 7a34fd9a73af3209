import InvertedIndex
import JSON
import WireAPI

/// What runs, for those whose it is; root sees all of it.
struct RequestRoutes: Sendable {
  let running: RunningRequests

  func list(_ call: Call) throws(Problem) -> Response {
    let now = Deadline.now()
    let requests = running.list(for: call.request.peer)
    var writer = JSONWriter(pretty: try call.pretty())
    writer.object { writer in
      writer.name("requests")
      writer.array { writer in
        for request in requests {
          writer.object { writer in
            writer.field("id", request.id)
            writer.field("status", request.isRunning ? "running" : "waiting")
            writer.field("method", request.method)
            writer.field("path", request.path)
            writer.field("uid", Int(request.peer.uid))
            writer.field("pid", Int(request.peer.pid))
            writer.field("age_us", (now &- min(now, request.started)) / 1_000)
            if request.cancel.isCancelled { writer.field("cancelled", true) }
          }
        }
      }
    }
    writer.newline()
    return .json(writer.bytes)
  }

  func cancel(_ call: Call) throws(Problem) -> Response {
    let pretty = try call.pretty()
    let id = call.path[0]
    guard running.cancel(id, by: call.request.peer) else {
      throw Problem(.noSuchRequest, "no request \"\(id)\" of yours is running")
    }
    var writer = JSONWriter(pretty: pretty)
    writer.object { writer in
      writer.field("id", id)
      writer.field("cancelled", true)
    }
    writer.newline()
    return .json(writer.bytes)
  }
}

import Glibc
import InvertedIndex
public import Logging
import WireAPI

/// The daemon put together: a socket, HTTP, the API, the indexes, whoever looks after it. Serves from `start` to `stop`.
public final class Daemon: Sendable {
  private let socket: ListeningSocket
  private let registry: IndexRegistry
  private let service: Service
  private let server: HTTPServer
  private let limits: CurrentLimits
  private let supervision: Supervision

  /// Serves the indexes below `data` on `socket`, which it owns from now on.
  /// - Parameters:
  ///   - workers: searches at once.
  ///   - manager: is told when all indexes have been looked at, and from then on that the daemon works.
  public static func start(
    socket: ListeningSocket, data: String, workers: Int, limits: Limits = Limits(),
    manager: ServiceManager = .none, logger: Logger
  ) throws(StartError) -> Daemon {
    do throws(StartError) {
      return try Daemon(socket, data, workers, limits, manager, logger)
    } catch {
      socket.remove()
      throw error
    }
  }

  private init(
    _ socket: ListeningSocket, _ data: String, _ workers: Int, _ limits: Limits,
    _ manager: ServiceManager, _ logger: Logger
  ) throws(StartError) {
    self.socket = socket
    let limits = CurrentLimits(limits)
    self.limits = limits
    let registry = try IndexRegistry(path: data, logger: logger)
    self.registry = registry
    let running = RunningRequests()
    let metrics = Metrics()
    service = Service(
      registry: registry, limits: limits, running: running, metrics: metrics, logger: logger)
    try registry.start()
    // Connections wait in the socket meanwhile: better than to be told that it is starting.
    registry.awaitScan(milliseconds: 5_000)
    do throws(StartError) {
      let server = try HTTPServer(
        descriptor: socket.descriptor, router: service.routes(), workers: workers, limits: limits,
        running: running, metrics: metrics, logger: logger)
      self.server = server
      do throws(StartError) {
        supervision = try Supervision(
          manager: manager,
          subject: Supervision.Subject(
            probe: { server.probe(loop: $0, worker: $1) }, lastBegun: { server.lastBegun },
            status: { (registry.isScanned, registry.summary) }),
          workerPatience: UInt64(SearchCall.maximumTimeout + 10_000) * 1_000_000, logger: logger)
      } catch {
        server.stop()
        throw error
      }
    } catch {
      registry.stop()
      throw error
    }
  }

  /// Settings are read again, and all indexes looked at at once.
  /// - Parameter settings: reads them; nil if they are bad, so that those before stay.
  public func reload(_ settings: () -> Limits?) {
    supervision.reload {
      let limits = settings()
      if let limits { apply(limits) }
      registry.reload()
      return limits == nil ? "the settings could not be read again, see the log" : nil
    }
  }

  /// Limits for what comes from now on.
  func apply(_ limits: Limits) { self.limits.replace(limits) }

  /// Takes the socket away, lets running requests finish, and gives everything back. Once.
  /// - Parameter processEnds: what the system takes back need not be given back.
  public func stop(processEnds: Bool = false) {
    supervision.beginStopping()
    service.beginDraining()
    server.beginStopping()
    socket.remove()
    server.drain()
    supervision.stop()
    server.stop(processEnds: processEnds)
    registry.stop()
  }
}

extension IndexRegistry {
  /// Waits until all indexes have been looked at once, so long at most.
  func awaitScan(milliseconds: Int) {
    let end = Deadline.after(milliseconds: milliseconds)
    while !isScanned, !end.isPassed { usleep(500) }
  }

  /// For people, in one line.
  var summary: String {
    let entries = entries
    if let fault { return "cannot read the data directory: \(fault)" }
    if !isScanned { return "opening indexes" }
    if entries.isEmpty { return "no index in \(path) yet" }
    let most = 8
    var names = entries.prefix(most).map { entry in
      var text = entry.name
      if let reader = entry.opened?.reader { text += " at generation \(reader.generation)" }
      if entry.fault != nil { text += entry.opened == nil ? " (unavailable)" : " (degraded)" }
      return text
    }
    if entries.count > most { names.append("\(entries.count - most) more") }
    let documents = entries.reduce(0) { $0 + ($1.opened?.reader.documentCount ?? 0) }
    func counted(_ count: Int, _ one: String, _ several: String) -> String {
      "\(count) \(count == 1 ? one : several)"
    }
    return "serving \(counted(entries.count, "index", "indexes")) with "
      + "\(counted(documents, "document", "documents")): " + names.joined(separator: ", ")
  }
}

public import Logging

/// The daemon put together: a socket, HTTP, the API, the indexes. Serves from `start` to `stop`.
public final class Daemon: Sendable {
  private let socket: ListeningSocket
  private let registry: IndexRegistry
  private let service: Service
  private let server: HTTPServer
  private let limits: CurrentLimits

  /// Serves the indexes below `data` on `socket`, which it owns from now on.
  /// - Parameter workers: searches at once.
  public static func start(
    socket: ListeningSocket, data: String, workers: Int, limits: Limits = Limits(), logger: Logger
  ) throws(StartError) -> Daemon {
    do throws(StartError) {
      return try Daemon(socket, data, workers, limits, logger)
    } catch {
      socket.remove()
      throw error
    }
  }

  private init(
    _ socket: ListeningSocket, _ data: String, _ workers: Int, _ limits: Limits, _ logger: Logger
  ) throws(StartError) {
    self.socket = socket
    let limits = CurrentLimits(limits)
    self.limits = limits
    registry = try IndexRegistry(path: data, logger: logger)
    service = Service(registry: registry, limits: limits, logger: logger)
    try registry.start()
    do throws(StartError) {
      server = try HTTPServer(
        descriptor: socket.descriptor, router: service.routes(), workers: workers, limits: limits,
        running: RunningRequests(), metrics: Metrics(), logger: logger)
    } catch {
      registry.stop()
      throw error
    }
  }

  /// Has the indexes looked at now, not within a second.
  public func reload() { registry.lookNow() }

  /// Limits for what comes from now on.
  public func apply(_ limits: Limits) { self.limits.replace(limits) }

  /// Takes the socket away, lets running requests finish, and gives everything back. Once.
  public func stop() {
    service.beginDraining()
    server.beginStopping()
    socket.remove()
    server.stop()
    registry.stop()
  }
}

import Logging
import Synchronization
import WireAPI

/// The API over the registry's indexes: which path leads where. The protocol is described in PROTOCOL.md. Knows nothing of
/// connections.
final class Service: Sendable {
  private let registry: IndexRegistry
  private let limits: CurrentLimits
  private let running: RunningRequests
  private let metrics: Metrics
  private let logger: Logger
  private let isDraining = Atomic<Bool>(false)

  init(
    registry: IndexRegistry, limits: CurrentLimits, running: RunningRequests, metrics: Metrics,
    logger: Logger
  ) {
    self.registry = registry
    self.limits = limits
    self.running = running
    self.metrics = metrics
    self.logger = logger
  }

  /// From now on `/v1/ready` says no, and nobody waits for a generation.
  func beginDraining() {
    isDraining.store(true, ordering: .relaxed)
    registry.beginDraining()
  }

  /// The first that fits is taken: what is asked most stands first.
  func routes() -> Router<Endpoint> {
    let search = SearchRoutes(registry: registry, limits: limits)
    let documents = DocumentRoutes(registry: registry)
    let indexes = IndexRoutes(registry: registry)
    let requests = RequestRoutes(running: running)
    let health = HealthRoutes(registry: registry, limits: limits)
    let metrics = MetricsRoute(registry: registry, running: running, metrics: metrics)

    var routes = Routes(limits: limits, logger: logger)
    routes.add(
      .POST, "/v1/indexes/{index}/search", search.searchIndex, brief: search.searchIndexBriefly)
    routes.add(
      .GET, "/v1/search", search.searchByParameters, brief: search.searchByParametersBriefly)
    routes.add(.POST, "/v1/search", search.search, brief: search.searchBriefly)
    routes.add(.GET, "/v1/indexes/{index}/docs/{*id}", documents.document)
    routes.add(.POST, "/v1/indexes/{index}/count", search.count)
    routes.add(.POST, "/v1/indexes/{index}/explain", search.explain)
    routes.add(.POST, "/v1/indexes/{index}/similar", search.similar)
    routes.add(.GET, "/v1/indexes/{index}/similar", search.similarByParameters)
    routes.add(.GET, "/v1/indexes/{index}/statistics", search.statisticsByParameters)
    routes.add(.POST, "/v1/indexes/{index}/statistics", search.statistics)
    routes.add(.POST, "/v1/indexes/{index}/analyze", indexes.analyze)
    routes.add(.GET, "/v1/indexes/{index}/export", documents.export)
    routes.add(.POST, "/v1/indexes/{index}/reload", indexes.reload)
    routes.add(.GET, "/v1/indexes", indexes.list)
    routes.add(.GET, "/v1/aliases", indexes.aliases)
    routes.add(.GET, "/v1/indexes/{index}", indexes.describe)

    routes.addImmediate(.GET, "/v1/requests", requests.list)
    routes.addImmediate(.DELETE, "/v1/requests/{id}", requests.cancel)
    routes.addImmediate(.GET, "/metrics", metrics.text)
    routes.addImmediate(.GET, "/v1/live", health.live)
    routes.addImmediate(.GET, "/v1/ready") { [self] call throws(Problem) in
      try health.ready(call, isStopping: isDraining.load(ordering: .relaxed))
    }
    routes.addImmediate(.GET, "/v1/", health.about)
    routes.addImmediate(.GET, "/v1", health.about)
    return routes.router
  }
}

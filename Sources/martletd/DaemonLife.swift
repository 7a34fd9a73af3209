import Glibc
import Logging
import Server
import WireAPI

/// The daemon's life, from its settings to the signal that ends it.
struct DaemonLife {
  /// Reads them, at the start and at each SIGHUP.
  let settings: () throws(StartError) -> Settings
  let manager: ServiceManager

  func serve() throws(StartError) {
    // Before there are other threads: they inherit the mask, and only `sigwait` below gets these.
    let signals = Signals(SIGTERM, SIGINT, SIGHUP)
    signals.block()
    signal(SIGPIPE, SIG_IGN)
    Descriptors.raiseLimit(to: 4_096)

    let passed = try ListeningSocket.passed()
    var current = try settings()
    let threshold = StandardErrorLog.Threshold(current.logLevel)
    let logger = Logger(label: "martletd") { _ in StandardErrorLog(threshold: threshold) }
    let data = if let path = current.data { path } else { try DefaultPath.data() }
    let workers = current.workers ?? DefaultPath.workers()
    let socket = if let passed { passed } else { try bind(current) }
    if passed != nil, let origin = current.origins["socket"], current.socket != socket.path {
      logger.notice(
        "the service manager passes a socket; the setting is not used",
        metadata: ["socket": "\(socket.path)", "setting": "\(origin)"])
    }
    let path = socket.path
    let daemon = try Daemon.start(
      socket: socket, data: data, workers: workers, limits: current.limits, manager: manager,
      logger: logger)
    logger.notice(
      "serving",
      metadata: [
        "version": "\(Product.version)", "socket": "\(path)", "data": "\(data)",
        "workers": "\(workers)", "from": passed == nil ? "bind" : "service manager",
      ])
    while true {
      let signal = signals.wait()
      if signal == SIGHUP {
        daemon.reload { renew(&current, threshold, logger) }
        continue
      }
      logger.notice("stopping", metadata: ["signal": "\(signal)"])
      // Whoever asks twice does not want to wait.
      signals.restoreDefaults()
      daemon.stop(processEnds: true)
      logger.notice("stopped")
      return
    }
  }

  private func bind(_ settings: Settings) throws(StartError) -> ListeningSocket {
    if let path = settings.socket {
      return try ListeningSocket.bind(path: path, mode: settings.socketMode)
    }
    let path = try DefaultPath.socket()
    try DefaultPath.makeParent(of: path)
    return try ListeningSocket.bind(path: path, mode: settings.socketMode)
  }

  /// Reads the settings again and tells what has changed.
  /// - Returns: the limits that hold now; nil if the settings are bad and nothing has changed.
  private func renew(
    _ current: inout Settings, _ threshold: StandardErrorLog.Threshold, _ logger: Logger
  ) -> Limits? {
    let new: Settings
    do throws(StartError) {
      new = try settings()
    } catch {
      logger.error(
        "settings are not read again; those before stay", metadata: ["error": "\(error)"])
      return nil
    }
    // What needs a restart is told at every reload until then.
    let changes = Settings.changes(from: current, to: new)
    // That it has changed is told at any level.
    threshold.level = min(new.logLevel, .notice)
    for (key, before, after) in changes {
      let values: Logger.Metadata = [
        "name": "\(key.name)", "before": "\(before)", "after": "\(after)",
      ]
      if key.isLive {
        logger.notice("setting changed", metadata: values)
      } else {
        logger.warning("setting changed in the file; it needs a restart", metadata: values)
      }
    }
    if changes.isEmpty { logger.notice("settings read again; none has changed") }
    threshold.level = new.logLevel
    current.logLevel = new.logLevel
    current.limits = new.limits
    return new.limits
  }
}

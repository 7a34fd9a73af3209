import ArgumentParser
import Glibc
import Logging
import Server
import WireAPI

/// The query daemon: it answers over a Unix socket and never writes to the indexes.
@main
struct Martletd: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "martletd",
    abstract: "Serve full-text searches over a Unix socket.",
    discussion: """
      It serves all indexes below the data directory, which the tool martlet makes; it starts without any, \
      follows commits by itself, and never writes there. On SIGTERM or SIGINT running requests finish; SIGHUP \
      has it look for new commits at once.

      EXAMPLES
        martletd --socket /tmp/martlet.sock --data ~/archive
        curl --unix-socket /tmp/martlet.sock 'http://localhost/v1/search?q=nuclear+deterrent'
        curl --unix-socket /tmp/martlet.sock http://localhost/v1/indexes

      EXIT CODES
        0 stopped as asked; 64 wrong option or socket path; 69 no place for the socket; 71 the system \
      refuses; 73 the socket cannot be made; 75 another daemon has it; 77 no permission.
      """,
    version: "martletd \(Product.version)")

  @Option(
    help: ArgumentHelp(
      "The socket, at most 107 bytes long.",
      discussion:
        "Default: /run/martlet/martlet.sock for root, else $XDG_RUNTIME_DIR/martlet/martlet.sock.",
      valueName: "path"))
  var socket: String?

  @Option(help: ArgumentHelp("Permission bits of the socket, octal.", valueName: "mode"))
  var socketMode = "0660"

  @Option(
    help: ArgumentHelp(
      "The directory of the indexes.",
      discussion:
        "Default: $MARTLET_DATA, else /var/lib/martlet for root, else $XDG_DATA_HOME/martlet.",
      valueName: "directory"))
  var data: String?

  @Option(help: ArgumentHelp("Searches at once. Default: the number of cores.", valueName: "count"))
  var workers: Int?

  @Option(
    help: ArgumentHelp(
      "trace, debug (a line for each request), info, notice, warning, error or critical.",
      valueName: "level"))
  var logLevel = "info"

  func validate() throws {
    guard Logger.Level(rawValue: logLevel) != nil else {
      throw ValidationError("--log-level: there is no level \"\(logLevel)\".")
    }
    guard mode != nil else {
      throw ValidationError("--socket-mode: \"\(socketMode)\" is not octal from 0 to 0777.")
    }
    if let workers, !(1...1_024).contains(workers) {
      throw ValidationError("--workers: from 1 to 1024.")
    }
  }

  func run() throws {
    do throws(StartError) {
      try serve()
    } catch {
      var line = "martletd: \(error)\n"
      line.withUTF8 { _ = unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
      throw ExitCode(error.code.rawValue)
    }
  }

  private var mode: mode_t? { mode_t(socketMode, radix: 8).flatMap { $0 <= 0o777 ? $0 : nil } }

  private func serve() throws(StartError) {
    // Before there are other threads: they inherit the mask, and only `sigwait` below gets these.
    let signals = Signals(SIGTERM, SIGINT, SIGHUP)
    signals.block()
    signal(SIGPIPE, SIG_IGN)
    Descriptors.raiseLimit(to: 4_096)

    let level = Logger.Level(rawValue: logLevel) ?? .info
    let logger = Logger(label: "martletd") { _ in StandardErrorLog(level: level) }
    let path = if let socket { socket } else { try DefaultPath.socket() }
    let directory = if let data { data } else { try DefaultPath.data() }
    if socket == nil { try DefaultPath.makeParent(of: path) }
    let listening = try ListeningSocket.bind(path: path, mode: mode ?? 0o660)
    let workers = workers ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let daemon = try Daemon.start(
      socket: listening, data: directory, workers: workers, logger: logger)
    logger.notice(
      "serving",
      metadata: [
        "version": "\(Product.version)", "socket": "\(path)", "data": "\(directory)",
        "workers": "\(workers)",
      ])
    while true {
      let signal = signals.wait()
      if signal == SIGHUP {
        daemon.reload()
        continue
      }
      logger.notice("stopping", metadata: ["signal": "\(signal)"])
      // Whoever asks twice does not want to wait.
      signals.restoreDefaults()
      daemon.stop()
      logger.notice("stopped")
      return
    }
  }
}

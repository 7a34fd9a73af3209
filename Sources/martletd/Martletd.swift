import ArgumentParser
import Configuration
import Glibc
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
      follows commits by itself, and never writes there. It takes its socket from the service manager when that \
      passes one (systemd's LISTEN_FDS), else it binds one itself.

      Settings are read from /etc/martlet/martletd.conf (else from where $MARTLET_CONFIG says), lines of \
      `name = value`; options win over them. On SIGTERM or SIGINT running requests finish; on SIGHUP it reads the \
      settings again and looks at all indexes at once.

      EXAMPLES
        martletd --socket /tmp/martlet.sock --data ~/archive
        martletd --check-config
        martletd --config ./martletd.conf --set slow-query=200ms --set connections=64
        curl --unix-socket /tmp/martlet.sock 'http://localhost/v1/search?q=nuclear+deterrent'

      EXIT CODES
        0 stopped as asked; 64 wrong option or socket path; 69 no place for the socket; 71 the system \
      refuses; 73 the socket cannot be made; 75 another daemon has it; 77 no permission; 78 the file of settings is \
      wrong.
      """,
    version: "martletd \(Product.version)")

  @Option(
    help: ArgumentHelp(
      "The file of settings.",
      discussion:
        "Default: $MARTLET_CONFIG, else /etc/martlet/martletd.conf, where it may be missing.",
      valueName: "file"))
  var config: String?

  @Flag(help: "Print the settings that hold, each with where it comes from, and end.")
  var checkConfig = false

  @Option(
    help: ArgumentHelp(
      "The socket, at most 107 bytes long.",
      discussion:
        "Default: /run/martlet/martlet.sock for root, else $XDG_RUNTIME_DIR/martlet/martlet.sock.",
      valueName: "path"))
  var socket: String?

  @Option(
    help: ArgumentHelp("Permission bits of the socket, octal. Default: 0660.", valueName: "mode"))
  var socketMode: String?

  @Option(
    help: ArgumentHelp(
      "The directory of the indexes.",
      discussion:
        "Default: $MARTLET_DATA, else /var/lib/martlet for root, else $XDG_DATA_HOME/martlet.",
      valueName: "directory"))
  var data: String?

  @Option(help: ArgumentHelp("Searches at once. Default: the number of cores.", valueName: "count"))
  var workers: String?

  @Option(
    help: ArgumentHelp(
      "trace, debug (a line for each request), info (the default), notice, warning, error or critical.",
      valueName: "level"))
  var logLevel: String?

  @Option(
    help: ArgumentHelp(
      "Any setting of the file, as connections=64; --check-config names them all. May be repeated.",
      valueName: "name=value"))
  var set: [String] = []

  func run() throws {
    Descriptors.holdStandardStreams()
    // Before anything can fail, so that nothing is left in the environment.
    let manager: ServiceManager
    do throws(StartError) {
      manager = try ServiceManager.fromEnvironment()
    } catch {
      throw end(error, .none)
    }
    do throws(StartError) {
      if checkConfig {
        try printSettings()
      } else {
        try DaemonLife(settings: settings, manager: manager).serve()
      }
    } catch {
      throw end(error, manager)
    }
  }

  /// Says why it ends.
  private func end(_ error: StartError, _ manager: ServiceManager) -> ExitCode {
    manager.status("cannot start: \(error)")
    StandardErrorLog.complain("martletd", error.description)
    return ExitCode(error.code.rawValue)
  }

  /// From the file as it is now, and the options.
  private func settings() throws(StartError) -> Settings {
    do throws(Settings.Fault) {
      return try Settings(file: file(), options: options())
    } catch {
      switch error {
      case .file(let error): throw StartError(.configuration, error.description)
      case .option(let error): throw StartError(.usage, "\(error.place): \(error.detail)")
      }
    }
  }

  private func file() throws(Settings.Fault) -> Configuration? {
    do throws(ConfigurationError) {
      if let config {
        guard let file = try Configuration.read(config) else {
          throw ConfigurationError(place: config, detail: "there is no such file")
        }
        return file
      }
      return try Configuration.read(DefaultPath.settings())
    } catch {
      throw .file(error)
    }
  }

  private func options() throws(Settings.Fault) -> [Configuration.Entry] {
    do throws(ConfigurationError) {
      var entries: [Configuration.Entry] = []
      for text in set { entries.append(try Configuration.Entry(text, place: "--set \(text)")) }
      let own = [
        ("socket", socket), ("socket-mode", socketMode), ("data", data), ("workers", workers),
        ("log-level", logLevel),
      ]
      for case (let name, let value?) in own {
        entries.append(Configuration.Entry(name: name, value: value, place: "--\(name)"))
      }
      return entries
    } catch {
      throw .option(error)
    }
  }

  private func printSettings() throws(StartError) {
    let settings = try settings()
    let path = config ?? DefaultPath.settings()
    let isThere = unsafe access(path, F_OK) == 0
    print("# martletd \(Product.version), \(isThere ? path : "\(path) is not there: defaults")")
    print(settings.listing(), terminator: "")
  }
}

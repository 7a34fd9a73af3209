import CSpawn
import Glibc
import InvertedIndex
import JSON
import SocketClient
import Testing

/// The built daemon in a process of its own. Killed, not left behind, when the test drops it.
final class DaemonProcess {
  let id: pid_t
  let socket: String
  private let log: String
  private var ended: Int32?

  /// What ended it: an exit code, or a signal as a negative number.
  struct Ending: Equatable {
    var code: Int32
    var log: String
  }

  /// - Parameters:
  ///   - wrapper: a command that runs the daemon.
  ///   - binds: it is told to bind the socket; else somebody passes it to it.
  ///   - log: where its standard error goes.
  init(
    socket: String, binds: Bool = true, log: String, arguments: [String], wrapper: [String] = [],
    environment: [String: String] = [:]
  ) throws {
    self.socket = socket
    self.log = log
    let program = "\(ToolProcess.programs)/martletd"
    guard unsafe access(program, X_OK) == 0 else {
      throw Missing(description: "\(program) is not built: run `swift build` first")
    }
    let line =
      wrapper + [program] + (binds && !socket.isEmpty ? ["--socket", socket] : []) + arguments
    // Whatever settings this machine has are not the test's.
    var variables = [
      "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
      "MARTLET_CONFIG": "/nonexistent/martletd.conf",
    ]
    variables.merge(environment) { $1 }

    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    let flags = O_WRONLY | O_CREAT | O_APPEND
    unsafe posix_spawn_file_actions_addopen(&actions, 1, log, flags, 0o600)
    unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // Servers in this process have connections by the hundred, and NIO's would be inherited.
    unsafe posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    var argv = unsafe line.map { unsafe strdup($0) } + [nil]
    var envp = unsafe variables.map { unsafe strdup("\($0)=\($1)") } + [nil]
    defer {
      for place in unsafe argv.indices { unsafe free(argv[place]) }
      for place in unsafe envp.indices { unsafe free(envp[place]) }
    }
    var child: pid_t = 0
    let code = unsafe posix_spawnp(&child, line[0], &actions, &attributes, &argv, &envp)
    id = child
    guard code == 0 else {
      ended = 0
      throw Missing(description: "\(line[0]): \(unsafe String(cString: strerror(code)))")
    }
  }

  struct Missing: Error, CustomStringConvertible { let description: String }

  deinit {
    if ended == nil {
      Glibc.kill(id, SIGKILL)
      var status: Int32 = 0
      unsafe waitpid(id, &status, 0)
    }
  }

  func kill(_ signal: Int32) { if ended == nil { Glibc.kill(id, signal) } }

  var hasEnded: Bool {
    if ended != nil { return true }
    var status: Int32 = 0
    if unsafe waitpid(id, &status, WNOHANG) == id { ended = status }
    return ended != nil
  }

  /// Waits for its end; after `seconds` it is killed.
  func wait(seconds: Int = 30) throws -> Ending {
    let end = Deadline.after(milliseconds: seconds * 1_000)
    while !hasEnded {
      if end.isPassed {
        Glibc.kill(id, SIGKILL)
        throw Missing(description: "martletd does not end; its log: \(text)")
      }
      usleep(2_000)
    }
    let status = ended ?? 0
    let signal = status & 0x7f
    return Ending(code: signal == 0 ? (status >> 8) & 0xff : -signal, log: text)
  }

  /// What it has logged.
  var text: String {
    let file = unsafe open(log, O_RDONLY)
    defer { close(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(file, &part, part.count)
      if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += part.prefix(count)
    }
  }

  // MARK: Asking it

  func client(seconds: Int = 20) throws -> SocketClient {
    try SocketClient(socket, seconds: seconds)
  }

  func ask(_ method: String, _ target: String, _ body: String? = nil) throws -> SocketClient.Answer
  {
    try client().request(method, target, body: body)
  }

  func json(_ method: String, _ target: String, _ body: String? = nil) throws -> JSONValue {
    try JSONValue.parse(try ask(method, target, body).body)
  }

  /// Waits until it answers and is ready.
  func awaitReady() throws {
    try until {
      guard !hasEnded else { throw Missing(description: "martletd ended: \(text)") }
      return (try? ask("GET", "/v1/ready").status) == 200
    }
  }

  /// Waits for something that will happen soon.
  func until(seconds: Int = 30, _ condition: () throws -> Bool) throws {
    let end = Deadline.after(milliseconds: seconds * 1_000)
    while try !condition() {
      if end.isPassed { throw Missing(description: "it took too long; the daemon's log: \(text)") }
      usleep(5_000)
    }
  }
}

extension ToolBench {
  /// A daemon over this bench's indexes.
  func daemon(
    _ arguments: [String] = [], name: String = "s", binds: Bool = true, wrapper: [String] = [],
    environment: [String: String] = [:]
  ) throws -> DaemonProcess {
    try DaemonProcess(
      socket: "\(path)/\(name)", binds: binds, log: "\(path)/\(name).log",
      arguments: ["--data", data] + arguments,
      wrapper: wrapper, environment: environment)
  }
}

import CLinux
import Glibc
import Measuring

/// The daemon under load: one started here, or one that runs already.
final class Target {
  let socket: String
  private let id: pid_t
  private let child: Child?
  private let folder: TemporaryDirectory?

  /// - Parameters:
  ///   - socket: of a running daemon; nil: one is started.
  ///   - program: martletd; nil: the one beside this program.
  ///   - directory: of the index.
  init(socket: String?, program: String?, workers: Int?, directory: String?) throws {
    if let socket {
      self.socket = socket
      child = nil
      folder = nil
      id = try Self.owner(of: socket)
      return
    }
    let own = RunRecord.programPath
    let program = program ?? (own.lastIndex(of: "/").map { own[...$0] } ?? "") + "martletd"
    guard unsafe access(program, X_OK) == 0 else { throw Fault(path: program, errno: errno) }
    let folder = try TemporaryDirectory()
    let path = "\(folder.path)/socket"
    let log = "\(folder.path)/log"
    try writeFile(log, [])
    let output = unsafe open(log, O_WRONLY | O_APPEND | O_CLOEXEC)
    defer { close(output) }
    // No limit of the daemon's is what is measured here.
    let arguments =
      [
        program, "--data", IndexPath.split(directory ?? ".").parent, "--socket", path,
        "--set", "connections=30000", "--set", "connections-per-user=30000",
        "--set", "requests-per-user=30000", "--set", "waiting-requests=30000",
      ] + (workers.map { ["--workers", "\($0)"] } ?? [])
    let child = try Child(arguments, output: output, errors: output)
    self.socket = path
    self.child = child
    self.folder = folder
    id = child.id
    let end = Clock.wall() + 30_000_000_000
    while true {
      if let client = try? Connection(path), client.isReady() { break }
      guard child.isRunning, Clock.wall() < end else {
        let text = String(decoding: try readFile(log), as: UTF8.self)
        throw Fault("\(program) does not serve; it says:\n\(text)")
      }
      usleep(20_000)
    }
  }

  func stop() { child?.stop(seconds: 15) }

  /// CPU that the daemon has used so far.
  func processNanoseconds() throws -> UInt64 {
    guard child?.isRunning ?? true, let time = Clock.process(id) else {
      throw Fault("the daemon (process \(id)) has ended")
    }
    return time
  }

  var memory: ProcessMemory { ProcessMemory(of: id) }

  /// The process that listens on a socket.
  private static func owner(of socket: String) throws -> pid_t {
    let connection = try Connection(socket)
    var (process, user, group) = (pid_t(), uid_t(), gid_t())
    guard
      unsafe martlet_peer_credentials(connection.descriptor, &process, &user, &group) == 0
    else { throw Fault(path: socket, errno: errno) }
    guard Clock.process(process) != nil else {
      throw Fault("\(socket): its process \(process) cannot be seen from here")
    }
    return process
  }
}

/// How many files this process may have open.
enum Descriptors {
  static func allow(_ count: Int) throws(Fault) {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < UInt(count) else { return }
    limit.rlim_cur = min(UInt(count), limit.rlim_max)
    guard unsafe setrlimit(resource, &limit) == 0, limit.rlim_cur >= UInt(count) else {
      throw Fault("\(count) open files are needed, \(limit.rlim_max) allowed (ulimit -n)")
    }
  }
}

import CSpawn
import Glibc
import Testing

/// The tool as a user runs it: the built program, in a process of its own, with its output gathered.
struct ToolResult {
  /// The exit code; nil when a signal ended it.
  var status: Int32?
  var signal: Int32?
  var output: String
  var errors: String
}

/// A running tool. Killed, not left behind, when the test drops it.
final class ToolProcess {
  let id: pid_t
  private var input: Int32
  private var output: Int32
  private var errors: Int32
  private var ended: Int32?

  /// A tool that ends before it has read its input must not end the test process.
  private static let ignoresBrokenPipes: Void = { signal(SIGPIPE, SIG_IGN) }()

  /// Where `swift build` put the programs: beside the test bundle.
  static let programs: String = {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe readlink(
        "/proc/self/exe", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    let path = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }()

  /// - Parameters:
  ///   - wrapper: a command that runs the tool, as `setpriv --reuid 65534`.
  ///   - environment: added to PATH and HOME, which is the folder `home`.
  init(
    _ arguments: [String], program: String = "martlet", wrapper: [String] = [],
    environment: [String: String] = [:], home: String = "/nonexistent"
  ) throws {
    Self.ignoresBrokenPipes
    let line = wrapper + ["\(ToolProcess.programs)/\(program)"] + arguments
    var variables = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": home, "LC_ALL": "C.UTF-8"]
    variables.merge(environment) { $1 }
    var pipes: [[Int32]] = []
    for _ in 0..<3 {
      var ends: [Int32] = [0, 0]
      guard unsafe pipe(&ends) == 0 else { throw ToolFault(what: "pipe", code: errno) }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      pipes.append(ends)
    }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, pipes[0][0], 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, pipes[1][1], 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, pipes[2][1], 2)
    unsafe posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    // The test process ignores or blocks signals that the tool must hear.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var child: pid_t = 0
    var argv = unsafe line.map { unsafe strdup($0) } + [nil]
    var envp = unsafe variables.map { unsafe strdup("\($0)=\($1)") } + [nil]
    defer {
      for i in unsafe argv.indices { unsafe free(argv[i]) }
      for i in unsafe envp.indices { unsafe free(envp[i]) }
    }
    let code = unsafe posix_spawnp(&child, line[0], &actions, &attributes, &argv, &envp)
    for end in [pipes[0][0], pipes[1][1], pipes[2][1]] { close(end) }
    (input, output, errors) = (pipes[0][1], pipes[1][0], pipes[2][0])
    id = child
    guard code == 0 else { throw ToolFault(what: "posix_spawn \(line[0])", code: code) }
  }

  deinit {
    if ended == nil {
      Glibc.kill(id, SIGKILL)
      var status: Int32 = 0
      unsafe waitpid(id, &status, 0)
    }
    for descriptor in [input, output, errors] where descriptor >= 0 { close(descriptor) }
  }

  func kill(_ signal: Int32) { if ended == nil { Glibc.kill(id, signal) } }

  /// Has it ended? Does not wait.
  var hasEnded: Bool {
    if ended != nil { return true }
    var status: Int32 = 0
    if unsafe waitpid(id, &status, WNOHANG) == id { ended = status }
    return ended != nil
  }

  /// Writes to its standard input, and leaves it open.
  func write(_ text: String) {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(input, $0.baseAddress! + done, bytes.count - done)
      }
      if count <= 0 { return }
      done += count
    }
  }

  /// Closes its standard input, gathers its output until it ends.
  /// - Parameter seconds: after these it is killed, and the test fails.
  func wait(seconds: Int = 120, closingInput: Bool = true) throws -> ToolResult {
    if closingInput, input >= 0 {
      close(input)
      input = -1
    }
    var texts: [[UInt8]] = [[], []]
    var open = [output, errors]
    let deadline = time(nil) + seconds
    // A pipe may stay open in a child that another test started at the wrong moment: the end of the process counts.
    while true {
      let last = hasEnded
      var waiting = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      let ready = unsafe poll(&waiting, nfds_t(waiting.count), last ? 0 : 20)
      for i in 0..<2 where waiting[i].revents != 0 {
        var part = [UInt8](repeating: 0, count: 64 << 10)
        let count = unsafe read(open[i], &part, part.count)
        if count > 0 { texts[i] += part.prefix(count) } else { open[i] = -1 }
      }
      if last, ready <= 0 { break }
      if time(nil) > deadline {
        Glibc.kill(id, SIGKILL)
        throw ToolFault(what: "martlet does not end", code: ETIMEDOUT)
      }
    }
    let status = ended ?? 0
    let signal = status & 0x7F
    return ToolResult(
      status: signal == 0 ? (status >> 8) & 0xFF : nil, signal: signal == 0 ? nil : signal,
      output: String(decoding: texts[0], as: UTF8.self),
      errors: String(decoding: texts[1], as: UTF8.self))
  }
}

struct ToolFault: Error {
  var what: String
  var code: Int32
}

/// A folder for one test, gone afterwards; and the tool run on indexes in it.
final class ToolBench {
  let path: String

  init() throws {
    var template = Array("/tmp/martlet-test-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw ToolFault(what: "mkdtemp", code: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { ToolBench.remove(path) }

  var data: String { "\(path)/data" }

  func start(
    _ arguments: String..., wrapper: [String] = [], environment: [String: String] = [:]
  ) throws -> ToolProcess {
    var variables = ["MARTLET_DATA": data]
    variables.merge(environment) { $1 }
    return try ToolProcess(arguments, wrapper: wrapper, environment: variables, home: path)
  }

  func run(
    _ arguments: String..., input: String? = nil, wrapper: [String] = [],
    environment: [String: String] = [:]
  ) throws -> ToolResult {
    var variables = ["MARTLET_DATA": data]
    variables.merge(environment) { $1 }
    let process = try ToolProcess(arguments, wrapper: wrapper, environment: variables, home: path)
    if let input { process.write(input) }
    return try process.wait()
  }

  /// Writes a file below the bench, with the folders that lead to it.
  @discardableResult
  func file(_ name: String, _ text: String) throws -> String {
    try file(name, bytes: Array(text.utf8))
  }

  @discardableResult
  func file(_ name: String, bytes: [UInt8]) throws -> String {
    let full = "\(path)/\(name)"
    for (i, byte) in full.utf8.enumerated() where byte == 0x2F && i > path.utf8.count {
      unsafe mkdir(String(decoding: full.utf8.prefix(i), as: UTF8.self), 0o755)
    }
    let descriptor = unsafe open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw ToolFault(what: "open \(full)", code: errno) }
    defer { close(descriptor) }
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress! + done, bytes.count - done)
      }
      guard count > 0 else { throw ToolFault(what: "write \(full)", code: errno) }
      done += count
    }
    return full
  }

  func bytes(_ name: String) throws -> [UInt8] {
    let descriptor = unsafe open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ToolFault(what: "open \(name)", code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while true {
      var part = [UInt8](repeating: 0, count: 64 << 10)
      let count = unsafe Glibc.read(descriptor, &part, part.count)
      guard count > 0 else { return bytes }
      bytes += part.prefix(count)
    }
  }

  func read(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func size(_ name: String) -> Int {
    var status = stat()
    return unsafe stat("\(path)/\(name)", &status) == 0 ? Int(status.st_size) : 0
  }

  /// Lets other users look into the bench.
  func openForAll() throws {
    guard unsafe chmod(path, 0o755) == 0 else {
      throw ToolFault(what: "chmod \(path)", code: errno)
    }
  }

  /// The names in a folder below the bench, sorted.
  func names(in folder: String) -> [String] { ToolBench.names("\(path)/\(folder)") }

  private static func names(_ folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func remove(_ path: String) {
    if unsafe unlink(path) == 0 { return }
    for name in names(path) { remove("\(path)/\(name)") }
    unsafe rmdir(path)
  }
}

/// The sample data beside the checkout, if it is there.
enum ToolSamples {
  static func path(_ name: String) -> String? {
    var roots: [String] = []
    if let variable = unsafe getenv("MARTLET_SHARED") {
      roots.append(unsafe String(cString: variable))
    }
    // Tests/EndToEndTests/ToolProcess.swift → the checkout's sibling
    let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    roots.append("/\(here)/../shared")
    return roots.map { "\($0)/\(name)" }.first { unsafe access($0, R_OK) == 0 }
  }
}

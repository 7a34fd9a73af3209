import Glibc
import JSON
import Measuring

/// Work done by this program as a child of itself, so that its memory is its own.
///
/// The child is told its task by `--child`, writes one line of JSON to its standard output, and errors to its
/// standard error, which is the parent's.
enum Child {
  enum Task: String, CaseIterable {
    case buildMartlet = "build-martlet"
    case buildFTS5 = "build-fts5"
    case searchMartlet = "search-martlet"
    case searchFTS5 = "search-fts5"
  }

  /// Runs a task in a child and returns what it says.
  /// - Parameter folder: the task's folder, where its plan and its queries are.
  static func run(
    _ task: Task, folder: String, threads: Int
  ) throws(Failure) -> JSONValue {
    let output = try run(
      program: "/proc/self/exe",
      ["--child", task.rawValue, "--dir", folder, "--threads", "\(threads)", "--rounds", "1"])
    do throws(JSONError) {
      return try JSONValue.parse(output)
    } catch {
      throw Failure(.software, "\(task.rawValue): \(error.message)")
    }
  }

  /// Runs a program and returns its standard output.
  /// - Throws: the program's own code, without a message, when it says something other than 0.
  static func run(program: String, _ arguments: [String]) throws(Failure) -> [UInt8] {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { throw Failure("pipe", program, errno: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    var strings = unsafe ([program] + arguments).map { unsafe strdup($0) }
    defer {
      for number in unsafe strings.indices { unsafe free(strings[number]) }
    }
    unsafe strings.append(nil)
    var process: pid_t = 0
    let code = unsafe posix_spawnp(&process, program, &actions, nil, strings, environ)
    close(ends[1])
    guard code == 0 else { throw Failure("spawn", program, errno: code) }
    let output = readAll(ends[0])
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    try Interruption.check()
    guard status & 0x7F == 0 else {
      throw Failure(.software, "\(program) was killed by signal \(status & 0x7F)")
    }
    let exit = (status >> 8) & 0xFF
    guard exit == 0 else {
      throw Failure(ExitStatus(rawValue: exit) ?? .software, "")
    }
    guard let output else { throw Failure("read", program, errno: errno) }
    return output
  }

  /// The child's side: does the task, and returns what is to be said.
  /// - Parameter rounds: how often each query is asked.
  static func perform(
    _ task: Task, folder: String, threads: Int, rounds: Int
  ) throws(Failure) -> JSONValue {
    let plan = try Plan(json: try read("\(folder)/\(Work.planFile)"))
    switch task {
    case .buildMartlet:
      return try MartletIndex.build(plan, folder: folder, threads: threads).json
    case .buildFTS5:
      return try FTS5Index.build(plan, folder: folder).json
    case .searchMartlet:
      let queries = try queries(in: folder, plan)
      let index = try MartletIndex(folder: folder)
      for _ in 0..<rounds {
        for query in queries {
          _ = try index.count(query.request)
          _ = try index.top(query.request)
        }
      }
      return ProcessMemory.now().json
    case .searchFTS5:
      let queries = try queries(in: folder, plan)
      let index = try FTS5Index(folder: folder)
      for _ in 0..<rounds {
        for query in queries {
          _ = try index.count(query.expression)
          _ = try index.top(query.expression)
        }
      }
      return ProcessMemory.now().json
    }
  }

  private static func queries(
    in folder: String, _ plan: Plan
  ) throws(Failure) -> [PairedQuery] {
    let json = try read("\(folder)/\(Work.queriesFile)")
    let queries = (json.array ?? []).map { query in
      ComparedQuery(
        type: query["type"]?.string ?? "", text: query["text"]?.string ?? "",
        isUnion: query["union"]?.bool ?? false)
    }
    return try PairedQueries(queries, plan).all
  }

  private static func read(_ path: String) throws(Failure) -> JSONValue {
    let bytes = try readBytes(path)
    do throws(JSONError) {
      return try JSONValue.parse(bytes)
    } catch {
      throw Failure(.data, "\(path): \(error.message)")
    }
  }
}

extension ProcessMemory {
  init(json: JSONValue) {
    self.init(peak: json["peak"]?.int ?? 0, anonymous: json["anonymous"]?.int ?? 0)
  }

  var json: JSONValue {
    ["peak": .integer(Int64(peak)), "anonymous": .integer(Int64(anonymous))]
  }
}

import Glibc
import Measuring

/// An engine as a process that answers passes over a list of queries: the protocol of `serve`.
///
/// It says `READY open_ns first_query_ns …`; for each line `PASS COMMAND` it says a line a query, `number TAB count TAB
/// wall_ns TAB cpu_ns`, for DUMP also `TAB docno:score,…`, and then END. Lines before READY that are something else are passed over.
final class EngineProcess {
  let name: String
  /// Nanoseconds of opening the index.
  private(set) var openNanoseconds: Double?
  private let child: Child
  private let input: Int32
  private let output: Int32
  private var held: [UInt8] = []
  private var taken = 0

  struct Line: Equatable {
    var number: String
    var count: Int
    /// Nanoseconds.
    var wall: Double
    var cpu: Double
    /// Scores, best first.
    var scores: [Double] = []
  }

  /// Starts it and waits until it is ready.
  /// - Parameter command: as a shell takes it.
  init(name: String, command: String) throws(Fault) {
    self.name = name
    var toChild: [Int32] = [-1, -1]
    var fromChild: [Int32] = [-1, -1]
    guard unsafe pipe(&toChild) == 0, unsafe pipe(&fromChild) == 0 else {
      throw Fault(path: name, errno: errno)
    }
    for end in toChild + fromChild { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    input = toChild[1]
    output = fromChild[0]
    child = try Child(
      ["sh", "-c", command], input: toChild[0], output: fromChild[1], errors: STDERR_FILENO)
    // Its ends are its own alone, so that its end is seen here.
    close(toChild[0])
    close(fromChild[1])
    while true {
      let line: String
      do { line = try self.line() } catch { throw Fault("\(name) does not start: \(command)") }
      guard line.hasPrefix("READY") else { continue }
      openNanoseconds = line.split(separator: " ").dropFirst().first.flatMap { Double($0) }
      return
    }
  }

  deinit {
    close(input)
    close(output)
  }

  func pass(_ pass: String) throws(Fault) -> [Line] {
    try writeAll(Array("PASS \(pass)\n".utf8), to: input, name)
    var lines: [Line] = []
    while true {
      let text = try line()
      if text == "END" { return lines }
      guard let line = Self.parse(text) else { throw Fault("\(name): not an answer: \(text)") }
      lines.append(line)
    }
  }

  /// Of the process and all that it started.
  var memory: ProcessMemory {
    var sum = ProcessMemory()
    for process in Self.family(child.id) {
      let memory = ProcessMemory(of: process)
      sum.peak += memory.peak
      sum.resident += memory.resident
      sum.anonymous += memory.anonymous
    }
    return sum
  }

  static func parse(_ text: String) -> Line? {
    let cells = text.split(separator: "\t", omittingEmptySubsequences: false)
    guard cells.count >= 4, let count = Int(cells[1]), let wall = Double(cells[2]),
      let cpu = Double(cells[3])
    else { return nil }
    var line = Line(number: String(cells[0]), count: count, wall: wall, cpu: cpu)
    if cells.count > 4 {
      line.scores = cells[4].split(separator: ",").compactMap { hit in
        hit.lastIndex(of: ":").flatMap { Double(hit[hit.index(after: $0)...]) }
      }
    }
    return line
  }

  private func line() throws(Fault) -> String {
    var searched = taken
    while true {
      if let end = held[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { taken = end + 1 }
        return String(decoding: held[taken..<end], as: UTF8.self)
      }
      held.removeSubrange(..<taken)
      taken = 0
      searched = held.count
      var part = [UInt8](repeating: 0, count: 1 << 16)
      let count = unsafe read(output, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Fault("\(name) has ended") }
      held += part[..<count]
    }
  }

  /// A process and those below it.
  private static func family(_ id: pid_t) -> [pid_t] {
    let processes = Child.output(of: ["sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null; true"])
    var children: [pid_t: [pid_t]] = [:]
    for line in (processes ?? "").split(separator: "\n") {
      // PID (NAME) STATE PARENT …, and a name may hold anything.
      guard let end = line.lastIndex(of: ")") else { continue }
      let rest = line[line.index(after: end)...].split(separator: " ")
      guard rest.count > 1, let parent = pid_t(rest[1]),
        let process = line.split(separator: " ").first.flatMap({ pid_t($0) })
      else { continue }
      children[parent, default: []].append(process)
    }
    var all = [id]
    var next = 0
    while next < all.count {
      all += children[all[next]] ?? []
      next += 1
    }
    return all
  }
}

import Glibc
import JSON

/// What a figure is worth nothing without: the machine, the day, the commit, and the command that measures it again.
package struct RunRecord: Sendable {
  package var command = Self.commandLine
  package var date = Clock.date()
  package var commit = Self.commitOfProgram
  package var cpu = Self.cpuModel
  package var cores = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  /// Bytes.
  package var memory = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
  package var kernel = Self.kernelRelease
  /// Processes that wanted to run over the last minute: whether the machine was free.
  package var load = Self.loadAverage

  package init() {}

  /// As members of an object that is being written.
  package func writeMembers(to writer: inout JSONWriter) {
    writer.field("command", command)
    writer.field("date", date)
    writer.field("commit", commit)
    writer.name("machine")
    writer.object { writer in
      writer.field("cpu", cpu)
      writer.field("cores", cores)
      writer.field("memory_bytes", memory)
      writer.field("kernel", kernel)
      writer.field("load", load)
    }
  }

  package var machine: String { "\(cpu), \(cores) cores, \(memory >> 30) GiB, \(kernel)" }

  /// Two lines for people.
  package var summary: String {
    """
    \(machine); load \(decimal(load, 1)); \(date); commit \(commit)
    again: \(command)
    """
  }

  /// As a shell takes it.
  private static var commandLine: String {
    CommandLine.arguments.map { argument in
      let isPlain = argument.utf8.allSatisfy { byte in
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || "-_./=:,+%@".utf8.contains(byte)
      }
      return isPlain && !argument.isEmpty
        ? argument
        : "'"
          + argument.split(separator: "'", omittingEmptySubsequences: false)
          .joined(separator: "'\\''") + "'"
    }.joined(separator: " ")
  }

  /// Of the checkout that the program lies in (`.build` does), with `-dirty` when files of it have changed; else
  /// "unknown".
  private static var commitOfProgram: String {
    let program = programPath
    guard let slash = program.lastIndex(of: "/") else { return "unknown" }
    let output = Child.output(of: [
      "git", "-C", String(program[..<slash]), "describe", "--always", "--dirty", "--abbrev=40",
      "--exclude=*",
    ])
    return output?.split(separator: "\n").first.map(String.init) ?? "unknown"
  }

  /// Where this program lies.
  package static var programPath: String {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink("/proc/self/exe", &path, path.count)
    return String(decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static var cpuModel: String {
    let text = String(decoding: (try? readFile("/proc/cpuinfo")) ?? [], as: UTF8.self)
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let name = parts[0].split(whereSeparator: \.isWhitespace).joined(separator: " ")
      if ["model name", "Model", "cpu model"].contains(name) {
        return parts[1].split(whereSeparator: \.isWhitespace).joined(separator: " ")
      }
    }
    return "unknown"
  }

  private static var kernelRelease: String {
    var name = utsname()
    guard unsafe uname(&name) == 0 else { return "unknown" }
    return unsafe withUnsafeBytes(of: name.release) { bytes in
      "Linux " + (unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
    }
  }

  private static var loadAverage: Double {
    let text = String(decoding: (try? readFile("/proc/loadavg")) ?? [], as: UTF8.self)
    return text.split(separator: " ").first.flatMap { Double($0) } ?? 0
  }
}

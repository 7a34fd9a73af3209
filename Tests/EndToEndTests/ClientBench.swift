import Glibc
import JSON
import Testing

/// Other people's HTTP clients, run as programs against a daemon of their own.
final class ClientBench {
  let tool: ToolBench
  let daemon: DaemonProcess

  /// Where programs are looked for, the built ones first.
  static let path = "\(ToolProcess.programs):/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

  /// Documents of the index `many`, beside the dozen of `harbour`.
  static let many = 1_500

  /// - Parameters:
  ///   - harbour: whether there is the index of that name.
  ///   - many: whether there is.
  init(harbour: Bool = true, many: Bool = false) throws {
    tool = try ToolBench()
    if harbour {
      let harbour = try tool.run("index", "harbour", "-q", "-", input: ToolDocuments.harbour)
      #expect(harbour.status == 0, "\(harbour.errors)")
    }
    if many {
      let lines = try tool.file("many.jsonl", Self.lines)
      let many = try tool.run("index", "many", "-q", lines)
      #expect(many.status == 0, "\(many.errors)")
    }
    daemon = try tool.daemon()
    try daemon.awaitReady()
  }

  /// A kilobyte and a half each, about 2 MB in all; every id has something to be encoded.
  static var lines: String {
    let filling = (0..<120).map { "word\($0) Hämeenlinna" }.joined(separator: " ")
    var lines = ""
    for number in 0..<many {
      lines +=
        #"{"id":"dir \#(number)/ä?#%","title":"Document \#(number)","body":"all \#(filling)","n":\#(number)}"#
        + "\n"
    }
    return lines
  }

  /// Runs a shell script in a folder that goes with the bench; `$S` is the daemon's socket, `martlet` the built tool.
  func shell(_ script: String, input: String? = nil) throws -> ToolResult {
    let process = try ToolProcess(
      [], wrapper: ["/bin/sh", "-euc", "cd '\(tool.path)'\n" + script],
      environment: ["S": daemon.socket, "MARTLET_DATA": tool.data, "PATH": Self.path],
      home: tool.path)
    if let input { process.write(input) }
    return try process.wait()
  }

  /// Runs a script in the language of its name's ending; its only argument is the socket.
  func run(_ name: String, _ script: String) throws -> ToolResult {
    let file = try tool.file(name, script)
    let interpreter = name.hasSuffix(".py") ? "python3" : "node"
    return try shell("exec \(interpreter) '\(file)' \"$S\"")
  }

  /// Whether a program is installed.
  static func has(_ program: String) -> Bool {
    path.split(separator: ":").contains { unsafe access("\($0)/\(program)", X_OK) == 0 }
  }

  /// Expects that it went well and left the daemon in health.
  func expectFine(_ result: ToolResult, printed: String) throws {
    #expect(
      result.status == 0 && result.output == printed,
      "\(result.output)\n\(result.errors)\n\(daemon.text.suffix(2_000))")
    #expect(try daemon.ask("GET", "/v1/ready").status == 200)
    #expect(!daemon.text.contains("status=500"))
  }
}

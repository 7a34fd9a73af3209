import ArgumentParser
import Glibc
import JSON
import Measuring

/// Where the results go: the same options for every subcommand.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Print JSON instead of a table.") var json = false
  @Option(help: ArgumentHelp("Write the JSON to this file as well.", valueName: "file"))
  var output: String?

  func validate() throws { try Self.check(output) }

  /// That the file can be written is known before minutes are spent, not after.
  static func check(_ output: String?) throws {
    guard let output else { return }
    if unsafe access(output, W_OK) == 0 { return }
    var code = errno
    if code == ENOENT {
      if unsafe access(IndexPath.split(output).parent, W_OK | X_OK) == 0 { return }
      code = errno
    }
    throw ValidationError("--output: \(Fault(path: output, errno: code))")
  }

  /// Prints the table, or the JSON; writes the JSON to the file that was asked for.
  func publish(_ table: @autoclosure () -> String, json bytes: [UInt8]) throws {
    let line = bytes + [0x0a]
    if let output { try writeFile(output, line) }
    try writeAll(json ? line : Array(table().utf8), to: STDOUT_FILENO, "standard output")
  }

  /// A report: the run, then what `body` writes, a member each.
  static func report(_ record: RunRecord, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter(pretty: true)
    writer.object { writer in
      writer.name("run")
      writer.object { record.writeMembers(to: &$0) }
      body(&writer)
    }
    return writer.bytes
  }
}

/// Rows of cells for people; the first row is the head.
struct Table {
  private var rows: [[String]]
  /// Columns of words, which begin at their left; numbers end at their right.
  private let left: Int

  init(head: [String], left: Int = 1) {
    rows = [head]
    self.left = left
  }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// Its lines, each with its newline.
  var text: String {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.count)
      }
    }
    var text = ""
    for row in rows {
      var line = ""
      for (column, cell) in row.enumerated() {
        let space = String(repeating: " ", count: widths[column] - cell.count)
        line += (column > 0 ? "  " : "") + (column < left ? cell + space : space + cell)
      }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }
}

import Glibc
import JSON
import Measuring

/// SQLite FTS5 on the same corpus, by `martlet-compare`, which builds both with the same words and stores the documents in
/// both.
enum BesideFTS5 {
  /// The types that are asked, as that program calls them, with those of the race.
  static let types = [
    ("or", "union"), ("and", "intersection"), ("phrase", "phrase"), ("term", "term"),
  ]

  /// - Parameters:
  ///   - scale: the documents.
  ///   - count: queries of each type, evenly from the race's.
  /// - Returns: the program's report.
  static func run(
    _ scale: ScaledCorpus, queries path: String, count: Int, isQuick: Bool, work: String,
    progress: (String) -> Void
  ) throws -> JSONValue {
    let program = OwnProgram.neighbour("martlet-compare")
    guard unsafe access(program, X_OK) == 0 else {
      throw Fault("\(program) is not there: swift build -c release --product martlet-compare")
    }
    let documents = "\(work)/fts5.jsonl"
    progress("writing \(documents)")
    try scale.writeJSONLines(documents)
    let queries = "\(work)/fts5-queries.jsonl"
    try writeFile(queries, lines(try PeerQuery.read(path), count: count))
    let report = "\(work)/fts5.json"
    let output = unsafe open(report, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard output >= 0 else { throw Fault(path: report, errno: errno) }
    defer { close(output) }
    let child = try Child(
      [
        program, documents, "--queries", queries, "--analyzer", "whitespace", "--fields", "text",
        "--rounds", isQuick ? "1" : "3", "--threads", "1,2", "--memory", "1024", "--dir",
        "\(work)/fts5", "--json",
      ], output: output, errors: STDERR_FILENO)
    let usage = try child.wait()
    // 1: match sets differ, which the report tells.
    guard usage.status <= 1 else { throw Fault("\(program) ends with \(usage.status)") }
    DiskUse.remove(documents)
    guard var json = try JSONValue.parse(try readFile(report)).object else {
      throw Fault("\(report): not a report")
    }
    json["typed"] = nil
    return .object(json)
  }

  /// Queries as that program reads them.
  static func lines(_ queries: [PeerQuery], count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for (name, type) in types {
      let all = queries.filter { $0.type == type }
      for place in 0..<min(count, all.count) {
        let query = all[place * all.count / min(count, all.count)]
        var writer = JSONWriter()
        writer.object { writer in
          writer.field("type", name)
          writer.field("text", query.text)
        }
        bytes += writer.bytes + [0x0A]
      }
    }
    return bytes
  }
}

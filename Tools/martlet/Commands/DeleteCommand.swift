import ArgumentParser
import InvertedIndex
import JSON
import WireAPI

struct DeleteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Delete documents, by id or by query.",
    discussion: """
      A query that deletes is read strictly: where a search would warn, nothing is deleted. A query that only excludes,
      `*`, and a filter without a query need --all. --dry-run says how many documents would go.

      Examples:
        martlet delete news reut2-000-17 reut2-000-18
        martlet delete news --query 'date:..1999' --dry-run
        martlet delete news --query 'tags:obsolete'
        martlet delete news --query '*' --all
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The index.") var name: String
  @Argument(help: ArgumentHelp("Ids of documents.", valueName: "id")) var ids: [String] = []
  @Option(
    name: .customLong("query"), parsing: .unconditional,
    help: ArgumentHelp("Delete what this query finds.", valueName: "query"))
  var text: String?
  @OptionGroup var query: QueryOptions
  @Flag(help: "Yes, also everything.") var all = false
  @Flag(help: "Say how many documents would be deleted, and delete nothing.") var dryRun = false

  mutating func validate() throws {
    let byQuery = text != nil || !query.filter.isEmpty
    if ids.isEmpty, !byQuery { throw ValidationError("which documents? give ids, or --query") }
    if !ids.isEmpty, byQuery { throw ValidationError("either ids or --query") }
    if query.mode != nil, query.mode != .strict {
      throw ValidationError("--mode: a query that deletes is always read strictly")
    }
  }

  mutating func run() throws {
    name = try common.index(named: name)
    try carryOut()
  }

  private func carryOut() throws {
    let store = try common.store()
    let directory = try engine { () throws(IndexError) in try store.open(name) }
    if dryRun {
      report(try count(directory), generation: nil)
      return
    }
    let writer = try engine { () throws(IndexError) in try IndexWriter.open(directory) }
    defer { writer.close() }
    if ids.isEmpty {
      let request = try strictRequest()
      try engine { () throws(IndexError) in try writer.delete(matching: request, all: all) }
    } else {
      for id in ids { try engine { () throws(IndexError) in try writer.delete(id: id) } }
    }
    let result = try engine { () throws(IndexError) in try writer.commit() }
    report(result.deleted, generation: result.generation)
  }

  /// How many would go.
  private func count(_ directory: any Directory) throws(Failure) -> Int {
    let reader = try engine { () throws(IndexError) in try IndexReader.open(directory) }
    guard ids.isEmpty else {
      return try engine { () throws(IndexError) in
        var count = 0
        for id in Set(ids) where try reader.document(id: id) != nil { count += 1 }
        return count
      }
    }
    let request = try strictRequest()
    return try engine { () throws(IndexError) in
      try IndexWriter.countMatching(request, all: all, in: reader)
    }
  }

  private func strictRequest() throws(Failure) -> SearchRequest {
    var body = try query.request(query: text ?? "")
    body["mode"] = "strict"
    let bytes = Array("\(JSONValue.object(body))".utf8)
    return try wire { () throws(Problem) in try SearchCall(json: bytes, form: .count).request }
  }

  private func report(_ count: Int, generation: UInt64?) {
    let output = Output(1)
    if common.json {
      var writer = JSONWriter()
      writer.object { writer in
        if let generation { writer.field("generation", generation) }
        writer.field(dryRun ? "would_delete" : "deleted", count)
      }
      writer.newline()
      output.write(writer.bytes)
    } else if dryRun {
      output.line("\(counted(count, "document")) would be deleted")
    } else {
      common.note("\(name): \(counted(count, "document")) deleted")
    }
    output.flush()
  }
}

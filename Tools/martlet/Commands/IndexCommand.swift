import ArgumentParser
import Extraction
import Glibc
import InvertedIndex
import JSON

struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract: "Add documents to an index, which is made if it is not there.",
    discussion: """
      Reads JSON lines (.jsonl, .ndjson, standard input), plain text and saved news pages, each also gzipped; folders are
      walked. A document of an id that is there replaces it. The id of a file is its absolute path: indexing a folder again
      reads only files whose size or time has changed.

      Without --schema the types of fields are inferred from the first 1,000 documents and then kept. Everything is
      committed at the end, or every --commit-every documents; Ctrl-C loses only what came after.

      What cannot be indexed is named and left out; the exit code then is 65 (documents) or 66 (files that cannot be read).

      Examples:
        martlet index news articles.jsonl more.jsonl.gz
        martlet index notes ~/notes --prune
        zcat dump.gz | martlet index news -
        martlet index news --schema news.json --rejects bad.jsonl articles.jsonl
        martlet index news stream.jsonl --commit-every 10000 --memory 1G
        martlet index notes --config /etc/martlet/notes.conf
      """)

  @OptionGroup var common: CommonOptions
  @Option(
    help: ArgumentHelp(
      "A file with the paths and options of this command, which those given here win over.",
      discussion:
        "Lines of `name = value`: `paths = /srv/notes`, `memory = 512M`, switches yes or no.",
      valueName: "file"))
  var config: String?
  @Argument(help: "The index.") var name: String
  @Argument(
    help: ArgumentHelp(
      "Files and folders; - for standard input, which is also read when no path is given.",
      valueName: "path"))
  var paths: [String] = []

  @Option(help: ArgumentHelp("The schema of an index that is made, as JSON.", valueName: "file"))
  var schema: String?
  @Option(
    help: ArgumentHelp(
      "What becomes of fields that the schema does not name, in an index that is made: add, ignore, reject.",
      valueName: "how"))
  var dynamic: Dynamic?
  @Option(
    help: ArgumentHelp(
      "The analyzer of text fields, in an index that is made without --schema: standard, english, …",
      valueName: "name"))
  var analyzer: String?
  @Option(
    help: ArgumentHelp(
      "Keep what is refused, as JSON lines with place, reason and text (indexing then runs on one thread).",
      valueName: "file"))
  var rejects: String?
  @Flag(help: "Delete the documents of files that are gone from the given folders.") var prune =
    false
  @Option(help: ArgumentHelp("Commit every so many documents.", valueName: "n")) var commitEvery:
    Int?
  @OptionGroup var build: BuildOptions

  enum Dynamic: String, ExpressibleByArgument, CaseIterable { case add, ignore, reject }

  mutating func validate() throws {
    if let commitEvery, commitEvery < 1 { throw ValidationError("--commit-every: 1 or more") }
    if analyzer != nil, schema != nil { throw ValidationError("either --schema or --analyzer") }
  }

  func run() throws {
    Interruption.install()
    let store = try common.store()
    try checkName()
    let schema = try self.schema.map { path throws(Failure) in try SchemaFile.read(path) }
    let refusals = try Refusals(path: rejects, quiet: common.quiet)
    let reading = Reading(refusals: refusals, label: "index", quiet: common.quiet)
    let ingestion = try Ingestion(
      store: store, name: name,
      made: .init(
        schema: schema, dynamic: dynamic.flatMap { Schema.Dynamic(rawValue: $0.rawValue) },
        analyzer: analyzer),
      reading: reading, commitEvery: commitEvery,
      options: build.writerOptions(rejects: rejects != nil, reading: reading))
    let sync = try FileSync(store: store, name: name, exists: ingestion.existed)
    var summary: Ingestion.Summary
    do throws(Failure) {
      try reading.run(paths, isUnchanged: sync.isUnchanged) { (document, origin) throws(Failure) in
        try ingestion.add(document, from: origin)
      }
      if prune {
        try sync.forEachVanished(below: paths) { (id) throws(Failure) in
          try ingestion.delete(id: id)
        }
      }
      summary = try ingestion.finish()
    } catch {
      ingestion.abandon()
      guard Interruption.isRequested else { throw error }
      throw Failure(
        Interruption.status,
        "\(name): stopped; \(counted(ingestion.committed, "document")) committed, "
          + "\(counted(ingestion.count - ingestion.committed, "document")) not")
    }
    report(summary, reading)
    try refusals.finish()
  }

  /// Before anything is made or read.
  private func checkName() throws(Failure) {
    guard IndexName.isValid(name) else {
      throw Failure(
        .usage, "\"\(printable(name))\" is not allowed as the name of an index",
        hint: "a to z, 0 to 9, - and _, at most 64, beginning with a letter or digit")
    }
  }

  private func report(_ summary: Ingestion.Summary, _ reading: Reading) {
    let done = reading.done
    if common.json {
      let output = Output(1)
      var writer = JSONWriter()
      writer.object { writer in
        writer.field("generation", summary.generation)
        writer.field("added", summary.added)
        writer.field("replaced", summary.replaced)
        writer.field("deleted", summary.deleted)
        writer.field("unchanged", done.unchanged)
        reading.refusals.write(into: &writer)
        writer.field("took_us", Int(reading.elapsed * 1e6))
      }
      writer.newline()
      output.write(writer.bytes)
      output.flush()
      return
    }
    var parts = ["\(grouped(summary.added)) added"]
    if summary.replaced > 0 { parts.append("\(grouped(summary.replaced)) replaced") }
    if summary.deleted > 0 { parts.append("\(grouped(summary.deleted)) deleted") }
    if done.unchanged > 0 { parts.append("\(grouped(done.unchanged)) unchanged") }
    let seconds = max(reading.elapsed, 0.001)
    var line = "\(name): \(parts.joined(separator: ", "))\(reading.refusals.summary)"
    line += " in \(Progress.duration(seconds))"
    if done.documents > 0 {
      line +=
        " (\(grouped(Int(Double(done.documents) / seconds)))/s, \(oneDecimal(Double(done.bytes) / seconds / 1e6)) MB/s)"
    }
    common.note(line)
  }
}

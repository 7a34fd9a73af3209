import ArgumentParser
import Extraction
import Glibc
import InvertedIndex

struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract: "Add documents to an index, which is made if it is not there.",
    discussion: """
      Reads JSON lines (.jsonl, .ndjson, standard input), CSV and TSV (the first row names the fields), Markdown, HTML,
      saved news pages and plain text, each also gzipped; folders are walked. A document of an id that is there replaces it.
      The id of a file is its absolute path: indexing a folder again reads only files whose size or time has changed.

      In folders, files named by .martletignore, .ignore or .gitignore are passed over, and so are hidden files, links,
      other file systems and what is no text; the summary counts them by reason, --verbose names them. --dry-run tells
      what would happen to each file, and touches nothing.

      Without --schema the types of fields are inferred from the first 1,000 documents and then kept. Everything is
      committed at the end, or every --commit-every documents; Ctrl-C loses only what came after.

      What cannot be indexed is named and left out; the exit code then is 65 (documents) or 66 (files that cannot be read).

      Examples:
        martlet index news articles.jsonl more.jsonl.gz
        martlet index notes ~/notes --prune
        martlet index notes ~/notes --include '*.md' --exclude 'drafts/' --dry-run
        martlet index cities cities.csv --id-column geonameid
        zcat dump.gz | martlet index news -
        curl -s https://example.org/table.tsv | martlet index table - --format tsv
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
      "The analyzer of text fields, in an index that is made without --schema: standard, english, fi, cjk, … (martlet help analyze); auto: by the language of each document",
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
  @Flag(help: "Read everything, tell what would happen to each file, and write nothing.")
  var dryRun = false
  @OptionGroup var sources: SourceOptions
  @OptionGroup var build: BuildOptions

  enum Dynamic: String, ExpressibleByArgument, CaseIterable { case add, ignore, reject }

  mutating func validate() throws {
    if let commitEvery, commitEvery < 1 { throw ValidationError("--commit-every: 1 or more") }
    if analyzer != nil, schema != nil { throw ValidationError("either --schema or --analyzer") }
  }

  mutating func run() throws {
    name = try common.index(named: name)
    try carryOut()
  }

  private func carryOut() throws {
    Interruption.install()
    let store = try common.store()
    try checkName()
    let schema = try self.schema.map { path throws(Failure) in try SchemaFile.read(path) }
    let refusals = try Refusals(path: rejects, quiet: common.quiet, verbose: sources.verbose)
    let reading = Reading(
      try sources.reading(), refusals: refusals, label: "index", quiet: common.quiet)
    if dryRun { return try tell(store, schema, reading) }
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
        try sync.forEachVanished(below: paths, rows: reading.rows) { (id) throws(Failure) in
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

  /// `--dry-run`: opens the index, if it is there, as a search does.
  private func tell(_ store: IndexStore, _ given: Schema?, _ reading: Reading) throws {
    let exists = try engine { () throws(IndexError) in try store.list() }.contains(name)
    var schema = given
    if exists {
      schema = try engine { () throws(IndexError) in
        try IndexReader.open(try store.open(name)).schema
      }
    }
    let sync = try FileSync(store: store, name: name, exists: exists)
    let run = DryRun(
      name: name, sync: sync, schema: schema, reading: reading, json: common.json,
      verbose: sources.verbose)
    try reading.run(paths, isUnchanged: sync.isUnchanged, observe: run.observe) {
      (document, origin) throws(Failure) in try run.add(document, origin)
    }
    if prune {
      try sync.forEachVanished(below: paths, rows: reading.rows) { (id) throws(Failure) in
        run.remove(id)
      }
    }
    try run.finish().print(reading, common)
    try reading.refusals.finish()
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
    let unchanged = reading.done.unchanged
    RunReport(
      name: name,
      members: [
        ("generation", Int(summary.generation)), ("added", summary.added),
        ("replaced", summary.replaced), ("deleted", summary.deleted), ("unchanged", unchanged),
      ],
      words: RunReport.words([
        (summary.added, "added"), (summary.replaced, "replaced"), (summary.deleted, "deleted"),
        (unchanged, "unchanged"),
      ])
    ).print(reading, common)
  }
}

import ArgumentParser
import Glibc
import InvertedIndex

struct RebuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract:
      "Make an index anew, from files or from its stored documents, while it goes on answering.",
    discussion: """
      Searches see the old content until the new one is complete, and writers go on: what they add or delete meanwhile
      holds. A path that is not there, or paths without any document, leave the index as it was. Without paths every document is taken from what is stored, which is refused where a needed field is
      not stored. With --reorder the new index is then reordered, as by `martlet merge --reorder`, which see.

      Examples:
        martlet rebuild news
        martlet rebuild news --reorder
        martlet rebuild news --schema news.json
        martlet rebuild notes ~/notes
        martlet rebuild notes ~/notes --include '*.md' --exclude 'drafts/'
        zcat dump.gz | martlet rebuild news -
        martlet rebuild notes --config /etc/martlet/notes.conf
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
      "Files and folders; - for standard input. None: the stored documents.", valueName: "path"))
  var paths: [String] = []
  @Option(help: ArgumentHelp("Another schema from now on.", valueName: "file")) var schema: String?
  @Option(
    help: ArgumentHelp(
      "Keep what is refused, as JSON lines with place, reason and text.", valueName: "file"))
  var rejects: String?
  @Flag(help: "Put the documents in the order that makes searches fastest.")
  var reorder = false
  @OptionGroup var sources: SourceOptions
  @OptionGroup var build: BuildOptions

  mutating func run() throws {
    name = try common.index(named: name)
    try carryOut()
  }

  private func carryOut() throws {
    Interruption.install()
    let store = try common.store()
    let directory = try existing(store)
    try checkPaths()
    let schema = try self.schema.map { path throws(Failure) in try SchemaFile.read(path) }
    let refusals = try Refusals(path: rejects, quiet: common.quiet, verbose: sources.verbose)
    let reading = Reading(
      try sources.reading(), refusals: refusals, label: "rebuild", quiet: common.quiet)
    var options = build.writerOptions(rejects: rejects != nil, reading: reading)
    if reorder { options.merges = false }
    let rebuild = try engine { () throws(IndexError) in
      try Rebuild.begin(directory, schema: schema, options: options)
    }
    var result: IndexWriter.CommitResult
    do throws(Failure) {
      if paths.isEmpty {
        let progress = SharedProgress(
          "rebuild", unit: .documents, total: rebuild.baseDocumentCount, quiet: common.quiet)
        let total = rebuild.baseDocumentCount
        try engine { () throws(IndexError) in
          try rebuild.addStoredDocuments { done in
            progress.update(done: done, total: total)
            // The commit is yet to come: ending here loses nothing that was there.
            if Interruption.isRequested { Interruption.end() }
          }
        }
        progress.clear()
      } else {
        try reading.run(paths) { (document, origin) throws(Failure) in
          reading.isAdding(origin)
          try engine { () throws(IndexError) in try rebuild.add(document, tag: origin.tag) }
        }
        guard reading.done.documents > 0 || rebuild.baseDocumentCount == 0 else {
          throw Failure(
            .noInput,
            "\(name): no document was found in the given paths; the index stays as it was",
            hint: "if it is to go: martlet drop \(name)")
        }
      }
      result = try engine { () throws(IndexError) in try rebuild.commit() }
    } catch {
      rebuild.cancel()
      throw error
    }
    if reorder { result.mergeFailure = order(directory, memory: options.memory) }
    if let failure = result.mergeFailure {
      complain("warning: everything is committed, but merging stopped: \(failure)")
    }
    report(result, reading)
    try refusals.finish()
  }

  /// Reorders what was rebuilt and committed.
  private func order(_ directory: FileSystemDirectory, memory: Int) -> IndexError? {
    let progress = SharedProgress("reorder", unit: .documents, total: nil, quiet: common.quiet)
    defer { progress.clear() }
    do throws(IndexError) {
      let isDone = try Merging.reorder(directory, memory: memory, threads: build.threadCount) {
        done, all in
        progress.update(done: done, total: all)
        if Interruption.isRequested { Interruption.end() }
      }
      if !isDone, try !IndexReader.open(directory).segments.isEmpty {
        return .superseded(
          "another merge is at work; `martlet merge --reorder \(name)` reorders later")
      }
      return nil
    } catch {
      return error
    }
  }

  private func existing(_ store: IndexStore) throws(Failure) -> FileSystemDirectory {
    do throws(IndexError) {
      return try store.open(name)
    } catch {
      var failure = Failure(error)
      if case .notFound = error, !paths.isEmpty {
        failure.hint = "`martlet index` makes it, with the same paths and options"
      }
      throw failure
    }
  }

  /// A folder that is not there now, as on a disk that is not mounted, does not mean that its documents are to go.
  private func checkPaths() throws(Failure) {
    for path in paths where path != "-" {
      guard unsafe access(path, R_OK) == 0 else {
        throw Failure("access", path: path, errno: errno)
      }
    }
  }

  private func report(_ result: IndexWriter.CommitResult, _ reading: Reading) {
    RunReport(
      name: name,
      members: [
        ("generation", Int(result.generation)), ("documents", result.added),
        ("before", result.deleted),
      ],
      words: "rebuilt, \(counted(result.added, "document")) (before: \(grouped(result.deleted)))",
      hasRate: false
    ).print(reading, common)
  }
}

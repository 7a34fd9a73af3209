import ArgumentParser

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write all documents as JSON lines, as they are stored.",
    discussion: """
      What comes out can be indexed again. Fields that are not stored are not there. All of it is of one
      generation, whatever is committed meanwhile.

      Examples:
        martlet export news > news.jsonl
        martlet export news | gzip > news.jsonl.gz
        martlet export news --socket /run/martlet/martlet.sock > news.jsonl
      """)

  @OptionGroup var ask: AskOptions
  @Argument(help: "The index.") var name: String

  func run() throws {
    let backend = try ask.backend()
    let documents = try Answer(try backend.ask(.index(name)))["documents"]?.int
    let output = Output(1)
    let progress = Progress(
      "export", unit: .documents, total: documents,
      quiet: ask.common.quiet || output.terminal.isTerminal)
    var done = 0
    try backend.export(name) { (lines) throws(Failure) in
      output.write(Array(lines))
      done += lines.count { $0 == 0x0A }
      progress.update(done: done, documents: done)
    }
    progress.clear()
    output.flush()
  }
}

import ArgumentParser
import InvertedIndex
import JSON

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Read every byte of an index and check that it is what it should be.",
    discussion: """
      Checksums first, then the structure of every file, then what holds between them. Names each damage by file and \
      byte. Exit code 65: something is damaged.

      Examples:
        martlet verify news
        martlet verify news --quiet && echo sound
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The index.") var name: String

  mutating func run() throws {
    name = try common.index(named: name)
    try carryOut()
  }

  private func carryOut() throws {
    let store = try common.store()
    let directory = try engine { () throws(IndexError) in try store.open(name) }
    try checkReadable(directory)
    let progress = SharedProgress("verify", unit: .bytes, total: nil, quiet: common.quiet)
    let report = try engine { () throws(IndexError) in
      try IndexCheck.run(directory) { done, all in progress.update(done: done, total: all) }
    }
    progress.clear()
    if common.json {
      printJSON(report)
    } else {
      for finding in report.findings { complain("\(finding)") }
      let size = Size.describe(report.byteCount)
      if report.isSound {
        common.note(
          "\(name): sound: \(counted(report.fileCount, "file")), \(size), "
            + "\(counted(report.documentCount, "document")), generation \(report.generation ?? 0)")
      }
      if !report.orphans.isEmpty {
        common.note(
          "\(counted(report.orphans.count, "file")) of writers at work, or of dead ones: the next "
            + "command that writes removes what is left over")
      }
    }
    guard report.isSound else {
      throw Failure(
        .data, "\(name): \(counted(report.findings.count, "damage"))",
        hint: "martlet rebuild makes an index anew")
    }
  }

  /// Another version and missing rights are no damage.
  private func checkReadable(_ directory: any Directory) throws(Failure) {
    do throws(IndexError) {
      _ = try IndexReader.open(directory)
    } catch {
      switch error {
      case .version, .system, .notFound: throw Failure(error)
      default: break
      }
    }
  }

  private func printJSON(_ report: IndexCheck.Report) {
    let output = Output(1)
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("sound", report.isSound)
      if let generation = report.generation { writer.field("generation", generation) }
      writer.field("files", report.fileCount)
      writer.field("bytes", report.byteCount)
      writer.field("documents", report.documentCount)
      writer.name("findings")
      writer.array { writer in
        for finding in report.findings {
          writer.object { writer in
            writer.field("file", finding.file)
            writer.field("offset", finding.offset)
            writer.field("detail", finding.detail)
          }
        }
      }
      writer.name("orphans")
      writer.array { writer in
        for name in report.orphans { writer.string(name) }
      }
    }
    writer.newline()
    output.write(writer.bytes)
    output.flush()
  }
}

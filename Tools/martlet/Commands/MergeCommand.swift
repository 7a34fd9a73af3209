import ArgumentParser
import InvertedIndex
import JSON

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Merge the segments of an index into fewer.",
    discussion: """
      Writers merge by themselves as an index grows; this brings it down to one segment, which is smallest and
      fastest, and lets go of deleted documents. Searching and writing go on meanwhile.

      Examples:
        martlet merge news
        martlet merge news --segments 4
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The index.") var name: String
  @Option(help: ArgumentHelp("Segments that may be left.", valueName: "n")) var segments = 1
  @Option(help: ArgumentHelp("Memory that may be used, as 512M or 2G.", valueName: "size"))
  var memory = Size(bytes: 256 << 20)

  mutating func validate() throws {
    if segments < 1 { throw ValidationError("--segments: 1 or more") }
    try BuildOptions.check(memory)
  }

  func run() throws {
    let store = try common.store()
    let directory = try engine { () throws(IndexError) in try store.open(name) }
    let before = try engine { () throws(IndexError) in try IndexReader.open(directory) }
    let progress = SharedProgress("merge", unit: .documents, total: nil, quiet: common.quiet)
    let merges = try engine { () throws(IndexError) in
      try Merging.run(
        directory, maxSegments: segments, memory: memory.bytes, threads: availableCores()
      ) { done, all in
        progress.update(done: done, total: all)
      }
    }
    progress.clear()
    let after = try engine { () throws(IndexError) in try IndexReader.open(directory) }
    if common.json {
      let output = Output(1)
      var writer = JSONWriter()
      writer.object { writer in
        writer.field("generation", after.generation)
        writer.field("merges", merges)
        writer.field("segments", after.segments.count)
        writer.field("size_bytes", after.sizeInBytes)
      }
      writer.newline()
      output.write(writer.bytes)
      output.flush()
    } else if merges == 0, after.segments.count > segments {
      throw Failure(
        .temporary,
        "\(name): nothing could be merged: another merge or a rebuild is at work; try again later")
    } else {
      common.note(
        "\(name): \(counted(before.segments.count, "segment")) to \(counted(after.segments.count, "segment")), "
          + "\(Size.describe(before.sizeInBytes)) to \(Size.describe(after.sizeInBytes)), in "
          + Progress.duration(progress.elapsed))
    }
  }
}

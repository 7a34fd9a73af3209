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

      With --reorder, documents that share words come to stand together: the ten best are found in 0.6 to 0.8 of the
      time, and the index is a little smaller. Answers stay the same, but equally good hits may come in another order. It
      takes about half a minute for a million short documents on two cores, and 50 to 200 bytes of memory a
      document. Documents that are added afterwards keep the order they came in, until the next time.

      Examples:
        martlet merge news
        martlet merge news --segments 4
        martlet merge news --reorder --memory 1G
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The index.") var name: String
  @Option(help: ArgumentHelp("Segments that may be left.", valueName: "n")) var segments = 1
  @Flag(help: "Put the documents of all segments in the order that makes searches fastest.")
  var reorder = false
  @Option(help: ArgumentHelp("Memory that may be used, as 512M or 2G.", valueName: "size"))
  var memory = Size(bytes: 256 << 20)

  mutating func validate() throws {
    if segments < 1 { throw ValidationError("--segments: 1 or more") }
    if reorder, segments > 1 { throw ValidationError("--reorder makes one segment") }
    try BuildOptions.check(memory)
  }

  mutating func run() throws {
    name = try common.index(named: name)
    try carryOut()
  }

  private func carryOut() throws {
    let store = try common.store()
    let directory = try engine { () throws(IndexError) in try store.open(name) }
    let before = try engine { () throws(IndexError) in try IndexReader.open(directory) }
    let progress = SharedProgress("merge", unit: .documents, total: nil, quiet: common.quiet)
    let merges = try engine { () throws(IndexError) in
      let report: @Sendable (Int, Int) -> Void = { done, all in
        progress.update(done: done, total: all)
      }
      let (memory, threads) = (memory.bytes, availableCores())
      if reorder {
        return try Merging.reorder(directory, memory: memory, threads: threads, progress: report)
          ? 1 : 0
      }
      return try Merging.run(
        directory, maxSegments: segments, memory: memory, threads: threads, progress: report)
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
    } else if merges == 0, after.segments.count > (reorder ? 0 : segments) {
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

import ArgumentParser
import Glibc
import InvertedIndex

/// Builds an index of the peers' corpus: one text field split at white space, with positions; only the docno is stored.
struct IndexCorpus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Index a corpus, merged to one segment.")

  @Argument(help: "The corpus: `docno TAB words` a line.") var corpus: String
  @Argument(help: "A directory for the index; it must not hold one.") var directory: String
  @Option(help: "Indexing threads.") var threads = 1
  @Option(help: "Memory in MiB for everything that is held.") var memory = 256
  @Flag(help: "Leave the segments as they were written.") var noMerge = false

  func run() throws {
    let schema = try Schema(
      fields: [
        Field(name: "text", type: .text, analyzer: "whitespace", stored: false)
      ], dynamic: .reject)
    let store = IndexStore(path: parent(of: directory))
    let index = try store.create(name(of: directory))
    var options = IndexWriter.Options()
    options.memory = memory << 20
    options.threads = threads
    options.merges = false
    let start = Clock.wall()
    let startCPU = Clock.process()
    let writer = try IndexWriter.open(index, create: schema, options: options)
    guard var lines = CorpusReader(path: corpus) else {
      throw ValidationError("\(corpus): \(unsafe String(cString: strerror(errno)))")
    }
    var document = Document()
    var count = 0
    var bytes = 0
    while try lines.next({ line in
      document.removeAll()
      let tab = unsafe line.withUnsafeBytes { bytes in
        unsafe bytes.firstIndex(of: UInt8(ascii: "\t")) ?? bytes.count
      }
      document.append("id", utf8: line.extracting(0..<tab))
      document.append("text", utf8: line.extracting(min(tab + 1, line.byteCount)..<line.byteCount))
      try writer.add(document)
      count += 1
      bytes += line.byteCount + 1
    }) {}
    let result = try writer.commit()
    let committed = Clock.wall()
    writer.close()
    if !noMerge { _ = try Merging.run(index, maxSegments: 1, memory: memory << 20) }
    let end = Clock.wall()
    let reader = try IndexReader.open(index)
    print(
      """
      documents   \(count), \(bytes >> 20) MiB, generation \(result.generation)
      commit_s    \(Clock.seconds(committed - start))
      merged_s    \(Clock.seconds(end - start))
      cpu_s       \(Clock.seconds(Clock.process() - startCPU))
      size        \(reader.sizeInBytes) bytes, \(reader.segments.count) segments
      peak_rss    \(Clock.peakMemory() >> 20) MiB
      """)
  }

  private func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private func name(of path: String) -> String {
    String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
  }
}

/// Clocks in nanoseconds.
enum Clock {
  static func wall() -> UInt64 { read(CLOCK_MONOTONIC) }
  static func thread() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }
  static func process() -> UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

  static func seconds(_ nanoseconds: UInt64) -> Double {
    Double(nanoseconds / 1_000_000) / 1_000
  }

  /// Bytes of the largest resident set so far.
  static func peakMemory() -> Int {
    var usage = rusage()
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

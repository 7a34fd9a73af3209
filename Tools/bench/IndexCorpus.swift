import ArgumentParser
import Glibc
import InvertedIndex
import Measuring

/// Builds an index of the peers' corpus: one text field split at white space, with positions; only the docno is stored.
struct IndexCorpus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Index a corpus, merged to one segment, and say what it took.",
    discussion: """
      The corpus is a text file of one document a line, `docno TAB words`. Words are split at white space and taken as \
      they are, with their positions; of a document only its docno is stored. Documents are added to a new index, \
      committed once, and merged to one segment; with --reorder its documents are put in the order of recursive graph \
      bisection.

      EXAMPLES
        martlet-bench index data/big/corpus.txt /tmp/big --threads 2 --memory 512M
        martlet-bench index corpus.txt /tmp/corpus --json --output corpus-index.json
      """)

  @Argument(help: "The corpus: `docno TAB words` a line.") var corpus: String
  @Argument(help: "A directory for the index, made if need be; there must not be an index in it.")
  var directory: String
  @Option(help: "Indexing threads.") var threads = 1
  @Option(help: ArgumentHelp("Memory for all that is held, as 512M or 2G.", valueName: "size"))
  var memory = ByteCount(bytes: 432 << 20)
  @Flag(help: "Leave the segments as they were written.") var noMerge = false
  @Flag(help: "Put the documents in the order that makes searches fastest.") var reorder = false
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard (1...256).contains(threads) else { throw ValidationError("--threads: from 1 to 256.") }
    if reorder, noMerge { throw ValidationError("--reorder merges: not with --no-merge.") }
    guard memory.bytes >= 16 << 20 else {
      throw ValidationError("--memory: \(memory.bytes) bytes are too few; 16M at least.")
    }
  }

  func run() throws {
    guard var lines = CorpusReader(path: corpus) else { throw Fault(path: corpus, errno: errno) }
    try IndexPath.make(directory)
    let index = try FileSystemDirectory(path: directory)
    if let there = try? IndexReader.open(index) {
      throw Fault("\(directory): there is an index of \(there.documentCount) documents already")
    }
    let schema = try Schema(
      fields: [Field(name: "text", type: .text, analyzer: "whitespace", stored: false)],
      dynamic: .reject)
    var options = IndexWriter.Options()
    options.memory = memory.bytes
    options.threads = threads
    options.merges = false
    let record = RunRecord()
    let start = Clock.wall()
    let startCPU = Clock.process()
    let writer = try IndexWriter.open(index, create: schema, options: options)
    var figures = IndexingFigures()
    var document = Document()
    var hasTab = true
    while try lines.next({ line in
      figures.documents += 1
      figures.bytes += line.byteCount + 1
      let tab = unsafe line.withUnsafeBytes { unsafe $0.firstIndex(of: UInt8(ascii: "\t")) }
      guard let tab else {
        hasTab = false
        return
      }
      document.removeAll()
      document.append("id", utf8: line.extracting(0..<tab))
      document.append("text", utf8: line.extracting((tab + 1)..<line.byteCount))
      try writer.add(document)
    }), hasTab {}
    guard hasTab else { throw Fault("\(corpus):\(figures.documents): a line without a tab") }
    if let code = lines.failure { throw Fault(path: corpus, errno: code) }
    try writer.commit()
    figures.committed = Clock.seconds(Clock.wall() - start)
    writer.close()
    if reorder {
      try Merging.reorder(index, memory: memory.bytes, threads: threads)
    } else if !noMerge {
      _ = try Merging.run(index, maxSegments: 1, memory: memory.bytes, threads: threads)
    }
    figures.merged = Clock.seconds(Clock.wall() - start)
    figures.cpu = Clock.seconds(Clock.process() - startCPU)
    figures.peakMemory = ProcessMemory.now().peak
    let reader = try IndexReader.open(index)
    figures.size = reader.sizeInBytes
    figures.segments = reader.segments.count
    guard reader.documentCount == figures.documents else {
      throw Fault(
        "\(corpus): \(figures.documents) lines, but \(reader.documentCount) documents: a docno comes twice"
      )
    }
    try report.publish(figures.text(record), json: figures.json(record))
  }
}

/// What a build took.
struct IndexingFigures {
  var documents = 0
  /// Of the corpus.
  var bytes = 0
  /// Seconds from the opening of the writer to the commit, and to the end of the merge.
  var committed = 0.0
  var merged = 0.0
  /// Seconds of all threads.
  var cpu = 0.0
  /// Bytes of the index.
  var size = 0
  var segments = 0
  var peakMemory = 0

  func text(_ record: RunRecord) -> String {
    """
    documents   \(documents), \(bytes >> 20) MiB
    commit_s    \(decimal(committed, 3))
    merged_s    \(decimal(merged, 3))
    cpu_s       \(decimal(cpu, 3))
    MB/s        \(decimal(Double(bytes) / merged / 1e6, 1)), \
    \(decimal(Double(bytes) / cpu / 1e6, 1)) a second of CPU
    size        \(size) bytes, \(segments) segments
    peak_rss    \(peakMemory >> 20) MiB

    \(record.summary)

    """
  }

  func json(_ record: RunRecord) -> [UInt8] {
    ReportOptions.report(record) { writer in
      writer.field("documents", documents)
      writer.field("corpus_bytes", bytes)
      writer.field("commit_s", committed)
      writer.field("merged_s", merged)
      writer.field("cpu_s", cpu)
      writer.field("index_bytes", size)
      writer.field("segments", segments)
      writer.field("peak_rss_bytes", peakMemory)
    }
  }
}

/// An index by the path of its directory.
enum IndexPath {
  /// Makes the directory and what is missing above it.
  static func make(_ path: String) throws(Fault) {
    if unsafe mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, path.contains("/") else { throw Fault(path: path, errno: errno) }
    try make(split(path).parent)
    guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw Fault(path: path, errno: errno)
    }
  }

  /// The data directory and the index's name in it.
  static func split(_ path: String) -> (parent: String, name: String) {
    var path = Substring(path)
    while path.count > 1, path.last == "/" { path.removeLast() }
    guard let slash = path.lastIndex(of: "/") else { return (".", String(path)) }
    let parent = slash == path.startIndex ? "/" : String(path[..<slash])
    return (parent, String(path[path.index(after: slash)...]))
  }
}

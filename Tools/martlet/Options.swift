import ArgumentParser
import InvertedIndex

/// Options that every command has.
struct CommonOptions: ParsableArguments {
  @Option(
    name: .customLong("data"),
    help: ArgumentHelp(
      "The folder of the indexes.",
      discussion:
        "Else $MARTLET_DATA, else /var/lib/martlet for root, else $XDG_DATA_HOME/martlet.",
      valueName: "dir"))
  var dataPath: String?

  @Flag(help: "The answer as JSON, exactly as the wire API gives it.")
  var json = false

  @Flag(
    name: .shortAndLong,
    help: "Print nothing but the answer and errors: no progress, no summary, no warnings.")
  var quiet = false

  func store() throws(Failure) -> IndexStore {
    IndexStore(path: try DataFolder.path(option: dataPath))
  }

  /// The index that is meant by a name, which may be an alias of it.
  func index(named name: String) throws(Failure) -> String {
    let store = try store()
    return try engine { () throws(IndexError) in try store.index(named: name) }
  }

  /// A word for people, on standard error, unless `--quiet`.
  func note(_ text: String) {
    if !quiet { complain(text) }
  }
}

/// Options of the commands that ask an index.
struct AskOptions: ParsableArguments {
  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp(
      "Ask the daemon at this Unix socket instead of opening the index here.", valueName: "path"))
  var socket: String?

  mutating func validate() throws {
    if socket != nil, common.dataPath != nil {
      throw ValidationError(
        "--socket asks the daemon, which knows its own folder: leave out --data")
    }
  }

  func backend(timeout: Int = 70) throws(Failure) -> any Backend {
    if let socket { return DaemonBackend(path: socket, timeout: timeout) }
    return LocalBackend(store: try common.store())
  }

  /// Asks, and prints the answer: its bytes with `--json`, else what `render` makes of it.
  func answer(
    _ question: Question, timeout: Int = 70, render: (Answer, Output) throws(Failure) -> Void
  ) throws(Failure) -> Answer {
    let bytes = try backend(timeout: timeout).ask(question)
    let answer = try Answer(bytes)
    let output = Output(1)
    if common.json {
      output.write(bytes)
    } else {
      try render(answer, output)
    }
    output.flush()
    return answer
  }
}

/// Options of the commands that build segments.
struct BuildOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Memory that may be used, as 512M or 2G.", valueName: "size"))
  var memory = Size(bytes: 256 << 20)

  @Option(help: ArgumentHelp("Indexing threads; all cores when not given.", valueName: "n"))
  var threads: Int?

  /// Below this the buffers of one thread and one merge do not fit.
  static let leastMemory = 32 << 20

  mutating func validate() throws {
    try BuildOptions.check(memory)
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads: a number from 1 to 256")
    }
  }

  static func check(_ memory: Size) throws {
    guard memory.bytes >= leastMemory else {
      throw ValidationError("--memory: at least \(Size.describe(leastMemory)) are needed")
    }
  }

  /// - Parameter rejects: the text of a refused document is kept: it must be at hand when the engine refuses.
  func writerOptions(rejects: Bool, reading: Reading) -> IndexWriter.Options {
    var options = IndexWriter.Options()
    // The rest is for the program itself and its tables, the line or file being read and its document, and
    // the documents that wait for a schema.
    options.memory = memory.bytes - max(memory.bytes / 8, 16 << 20)
    options.threads = rejects ? 1 : threadCount
    options.onReject = { tag, error in reading.refuse(tag, error) }
    return options
  }

  var threadCount: Int { threads ?? availableCores() }
}

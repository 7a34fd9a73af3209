import ArgumentParser
import Glibc
import Measuring

/// Counts the instructions of some operations, and compares them with what a file says.
struct Instructions: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "instructions",
    abstract: "Count instructions of queries, indexing and merging, and compare them.",
    discussion: """
      Builds a small index of synthetic text that is the same everywhere, and runs each type of query, indexing, merging and \
      opening under `valgrind --tool=callgrind`. Instructions are the same from run to run where times are not: a tenth \
      more than the file says is a fault. With --update the file is written anew. Counts are of one architecture and of one \
      compiler; the file names them.

      EXAMPLES
        martlet-bench instructions Tools/instructions.txt
        martlet-bench instructions Tools/instructions.txt --update
      """)

  @Argument(help: "The file of the counts.") var file: String
  @Flag(help: "Write what was counted to the file.") var update = false
  @Option(help: "The share that a count may be higher.") var tolerance = 0.1
  @Flag(help: .hidden) var child = false

  #if arch(x86_64)
    private static let architecture = "x86_64"
  #elseif arch(arm64)
    private static let architecture = "arm64"
  #else
    private static let architecture = "another architecture"
  #endif

  func validate() throws {
    guard (0.001...10).contains(tolerance) else {
      throw ValidationError("--tolerance: 0.001 to 10.")
    }
  }

  func run() throws {
    if child { return try Operations(folder: file).run() }
    guard Child.output(of: ["valgrind", "--version"]) != nil else {
      throw Fault("valgrind is not installed: Tools/setup valgrind")
    }
    let counts = try count()
    if update {
      try writeFile(
        file,
        Array(
          counts.text([
            "Instructions of each operation of `martlet-bench instructions`, by callgrind.",
            "\(Self.architecture), \(Self.compiler). Tools/check-instructions compares; --update writes.",
          ]).utf8))
      return print("instructions: \(file) is written, \(counts.operations.count) operations")
    }
    let text = String(decoding: try readFile(file), as: UTF8.self)
    let expected = try InstructionCounts(text: text, path: file)
    let head = text.split(separator: "\n").prefix(2).joined(separator: " ")
    guard head.contains(" \(Self.architecture), ") else {
      return print("instructions: skipped: \(file) is not of \(Self.architecture)")
    }
    try judge(counts.changes(from: expected, tolerance: tolerance), head: head)
  }

  /// Runs the operations under callgrind.
  private func count() throws -> InstructionCounts {
    let folder = try TemporaryDirectory()
    let operations = Operations(folder: folder.path)
    try operations.prepare()
    // Valgrind reads symbols, but stumbles over debugging information that is newer than it.
    let program = "\(folder.path)/program"
    let strip = ["strip", "--strip-debug", "-o", program, RunRecord.programPath]
    guard Child.output(of: strip) != nil else { throw Fault("strip failed: it is in binutils") }
    // The same hashes, and the same variants of the C library's functions whatever the processor has.
    let command = Peer.fill(
      """
      export SWIFT_DETERMINISTIC_HASHING=1 GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX512F,-ERMS,-FSRM
      exec valgrind --tool=callgrind --callgrind-out-file={folder}/callgrind \
      --dump-before='*instructionMark*' {program} instructions --child {folder} >{folder}/log 2>&1
      """, ["folder": folder.path, "program": program])
    let run = try Child(["sh", "-c", command], output: STDERR_FILENO, errors: STDERR_FILENO)
    guard try run.wait().status == 0 else {
      let log = String(decoding: try readFile("\(folder.path)/log"), as: UTF8.self)
      throw Fault("the program failed under valgrind:\n\(log)")
    }
    return try operations.counts(parts: "\(folder.path)/callgrind")
  }

  private func judge(_ changes: [InstructionCounts.Change], head: String) throws {
    let again = "if that is meant: Tools/check-instructions --update"
    var isFault = false
    for change in changes {
      let times = "\(decimal(change.ratio, 3)) times the instructions of \(file)"
      switch change.kind {
      case .steady: continue
      case .more:
        print("instructions: \(change.name): \(times); \(again)")
        isFault = true
      case .fewer: print("instructions: \(change.name): \(times): better; keep it with --update")
      case .unknown:
        print("instructions: \(change.name) is not in \(file); \(again)")
        isFault = true
      case .missing:
        print("instructions: \(change.name) is in \(file) and was not measured; \(again)")
        isFault = true
      }
    }
    if isFault {
      if !head.contains(" \(Self.compiler). ") {
        print("instructions: \(head); this is \(Self.compiler)")
      }
      throw ExitCode(1)
    }
    let ratios = changes.map(\.ratio)
    let range = "\(decimal(ratios.min() ?? 0, 3)) to \(decimal(ratios.max() ?? 0, 3))"
    print("instructions: \(changes.count) operations, \(range) times what \(file) says")
  }

  private static let compiler: String = {
    #if compiler(>=6.4)
      "Swift 6.4 or later"
    #elseif compiler(>=6.3)
      "Swift 6.3"
    #else
      "Swift 6.2"
    #endif
  }()
}

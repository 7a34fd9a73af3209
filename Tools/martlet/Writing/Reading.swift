import Extraction
import Glibc
import InvertedIndex
import JSON
import Synchronization

/// Documents from paths, one after the other, with what they need besides: progress, refusals, Ctrl-C.
///
/// A document carries a tag into the engine, so that one that does not fit is named by its place, whichever thread finds out:
/// the number of the file of lines or rows and the line in it, or 0 for a file that is one document and whose id is its path.
final class Reading: Sendable {
  let refusals: Refusals
  private let label: String
  private let quiet: Bool
  private let options: DocumentSource.Options
  private let start = Progress.now

  private struct Lines {
    /// Paths of files of lines and rows; a tag's upper half is the place in it, from 1.
    var paths: [String] = []
    /// The line that is being added, where somebody keeps rejects.
    var text: [UInt8]?
  }
  private let lines = Mutex(Lines())
  /// Files of lines and rows that were read to their ends, with the rows that have made their ids.
  private let ends = Mutex([String: Int]())

  /// Where a document came from.
  struct Origin {
    var tag: Int
    /// It is a file of its own, not a line of one.
    var isFile: Bool
    /// The line, where somebody keeps rejects.
    var text: [UInt8]?
  }

  struct Counts {
    var documents = 0
    var unchanged = 0
    /// Read, as they lie on disk.
    var bytes = 0
  }
  private let counts = Mutex(Counts())

  init(
    _ options: DocumentSource.Options, refusals: Refusals, label: String, quiet: Bool
  ) {
    self.options = options
    self.refusals = refusals
    self.label = label
    self.quiet = quiet
  }

  /// How many rows each table has whose ids are made from row numbers; 0 for other files of records.
  var rows: [String: Int] { ends.withLock { $0 } }

  /// Seconds since the run began.
  var elapsed: Double { Double(Progress.now &- start) / 1e9 }
  var done: Counts { counts.withLock { $0 } }

  /// - Parameters:
  ///   - paths: files, folders, `-`. None: standard input.
  ///   - isUnchanged: passes a file over.
  ///   - observe: told of every outcome, before anything is made of it.
  ///   - accept: takes a document.
  func run(
    _ paths: [String], isUnchanged: @escaping (SourceFile) -> Bool = { _ in false },
    observe: (DocumentSource.Outcome, DocumentSource) -> Void = { _, _ in },
    accept: (Document, Origin) throws(Failure) -> Void
  ) throws(Failure) {
    let paths = try Reading.input(paths)
    let given = Set(paths.compactMap(Reading.realPath))
    let progress = Progress(
      label, unit: .bytes, total: total(paths), quiet: quiet)
    let source = DocumentSource(paths: paths, options: options, isUnchanged: isUnchanged)
    var document = Document()
    var count = Counts()
    defer {
      progress.clear()
      counts.withLock { [count] in $0 = count }
    }
    while let outcome = source.next(into: &document) {
      if Interruption.isRequested { break }
      observe(outcome, source)
      switch outcome {
      case .document(let warning):
        if let warning {
          progress.clear()
          refusals.add(.warning, place: source.path, line: nil, reason: warning, text: nil)
        }
        try accept(document, origin(source))
        count.documents += 1
      case .unchanged: count.unchanged += 1
      case .rejected(let rejected):
        progress.clear()
        let column = rejected.column > 0 ? ":\(rejected.column)" : ""
        refusals.add(
          .refused, place: "\(rejected.path):\(rejected.line)\(column)", line: rejected.line,
          reason: rejected.reason, text: source.line)
      case .end(let rows): ends.withLock { $0[source.path] = rows ?? 0 }
      case .skipped(let skipped):
        let kind = Reading.kind(skipped, isGiven: given.contains(skipped.path))
        progress.clear()
        refusals.add(kind, place: skipped.path, line: nil, reason: skipped.reason, text: nil)
      }
      count.bytes = Int(source.bytesRead)
      progress.update(done: count.bytes, documents: count.documents)
    }
    if Interruption.isRequested { throw Failure(Interruption.status, "stopped") }
  }

  /// For the engine: a document that does not fit.
  func refuse(_ tag: Int, _ error: IndexError) {
    let (path, text) = lines.withLock { lines in
      (tag >> 40 > 0 ? lines.paths[(tag >> 40) - 1] : nil, lines.text)
    }
    let line = tag & (1 << 40 - 1)
    guard let path else {
      guard case .document(let id?, let field, let detail) = error else {
        return refusals.add(.refused, place: label, line: nil, reason: "\(error)", text: nil)
      }
      return refusals.add(
        .refused, place: id, line: nil, reason: (field.map { "field \($0): " } ?? "") + detail,
        text: nil)
    }
    refusals.add(.refused, place: "\(path):\(line)", line: line, reason: "\(error)", text: text)
  }

  /// To be told before a document goes into the engine on this thread.
  func isAdding(_ origin: Origin) {
    if refusals.keepsText { lines.withLock { $0.text = origin.text } }
  }

  private func origin(_ source: DocumentSource) -> Origin {
    guard source.lineNumber > 0 else { return Origin(tag: 0, isFile: true) }
    let file = lines.withLock { lines in
      if lines.paths.last != source.path { lines.paths.append(source.path) }
      return lines.paths.count
    }
    return Origin(
      tag: file << 40 | source.lineNumber, isFile: false,
      text: refusals.keepsText ? source.line : nil)
  }

  /// A file that is named is asked for: that it cannot be indexed is a fault. In a folder, pictures and the like are
  /// only counted.
  private static func kind(_ skipped: Skipped, isGiven: Bool) -> Refusals.Kind {
    switch skipped.kind {
    case .unreadable: .unreadable
    case .damaged, .tooLarge, .unsupported: .refused
    case .binary, .notRegular, .empty, .name, .noText:
      isGiven ? .refused : .skipped(skipped.kind.code)
    case .hidden, .ignored, .excluded, .link, .otherFileSystem, .vanished:
      .skipped(skipped.kind.code)
    }
  }

  /// Without paths, standard input; not when it is a terminal, where somebody forgot the paths.
  private static func input(_ paths: [String]) throws(Failure) -> [String] {
    if paths.isEmpty {
      guard isatty(STDIN_FILENO) == 0 else {
        throw Failure(.usage, "nothing to read: give files or folders, or - for standard input")
      }
      return ["-"]
    }
    return paths
  }

  /// Bytes to read, when somebody watches and it can be known.
  private func total(_ paths: [String]) -> Int? {
    guard !quiet, isatty(STDERR_FILENO) == 1, !paths.contains("-") else { return nil }
    return Int(DocumentSource.measure(paths: paths, options: options).bytes)
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }
}

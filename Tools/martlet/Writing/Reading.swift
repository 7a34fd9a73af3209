import Extraction
import Glibc
import InvertedIndex
import JSON
import Synchronization

/// Documents from paths, one after the other, with what they need besides: progress, refusals, Ctrl-C.
///
/// A document carries a tag into the engine, so that one that does not fit is named by its place, whichever thread finds out:
/// the number of the file of JSON lines and the line in it, or 0 for a file that is one document and whose id is its path.
final class Reading: Sendable {
  let refusals: Refusals
  private let label: String
  private let quiet: Bool
  private let start = Progress.now

  private struct Lines {
    /// Paths of files of JSON lines; a tag's upper half is the place in it, from 1.
    var paths: [String] = []
    /// The line that is being added, where somebody keeps rejects.
    var text: [UInt8]?
  }
  private let lines = Mutex(Lines())

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

  init(refusals: Refusals, label: String, quiet: Bool) {
    self.refusals = refusals
    self.label = label
    self.quiet = quiet
  }

  /// Seconds since the run began.
  var elapsed: Double { Double(Progress.now &- start) / 1e9 }
  var done: Counts { counts.withLock { $0 } }

  /// - Parameters:
  ///   - paths: files, folders, `-`. None: standard input.
  ///   - isUnchanged: passes a file over.
  ///   - accept: takes a document.
  func run(
    _ paths: [String], isUnchanged: @escaping (SourceFile) -> Bool = { _ in false },
    accept: (Document, Origin) throws(Failure) -> Void
  ) throws(Failure) {
    let paths = try Reading.input(paths)
    let given = Set(paths.compactMap(Reading.realPath))
    let progress = Progress(
      label, unit: .bytes, total: Reading.total(paths, quiet: quiet), quiet: quiet)
    let source = DocumentSource(paths: paths, isUnchanged: isUnchanged)
    var document = Document()
    var count = Counts()
    defer {
      progress.clear()
      counts.withLock { [count] in $0 = count }
    }
    while let outcome = source.next(into: &document) {
      if Interruption.isRequested { break }
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
        refusals.add(
          .refused, place: "\(rejected.path):\(rejected.line):\(rejected.column)",
          line: rejected.line,
          reason: rejected.reason, text: source.line)
      case .skipped(let skipped):
        let kind = Reading.kind(skipped, isGiven: given.contains(skipped.path))
        if kind != .skipped { progress.clear() }
        let what = skipped.kind == .binary ? "binary, not text: " : ""
        refusals.add(kind, place: skipped.path, line: nil, reason: what + skipped.reason, text: nil)
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
    case .damaged, .tooLarge: .refused
    case .binary, .notRegular, .empty, .name: isGiven ? .refused : .skipped
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
  private static func total(_ paths: [String], quiet: Bool) -> Int? {
    guard !quiet, isatty(STDERR_FILENO) == 1, !paths.contains("-") else { return nil }
    return Int(DocumentSource.measure(paths: paths).bytes)
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }
}

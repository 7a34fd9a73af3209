import InvertedIndex
import JSON

/// Documents from paths: the door of this module. Files are found, read, recognised, and come one at a time.
///
///     let source = DocumentSource(paths: ["/usr/share/doc", "news.jsonl", "-"])
///     var document = Document()
///     while let outcome = source.next(into: &document) { … }
///
/// Files named `.jsonl` or `.ndjson` (and standard input, `-`) hold a document a line; any other file is one
/// document: a saved news page or plain text. Each may be compressed by gzip. Nothing ends the run: what is no
/// document is an outcome with its reason. Not thread-safe.
public final class DocumentSource {
  public struct Options: Sendable {
    /// Names that begin with a dot, below the given paths.
    public var includesHidden = false
    public var crossesFileSystems = false
    /// Bytes of text of one document; at most `Document.maximumSize`.
    public var maximumSize = Document.maximumSize

    public init() {}
  }

  /// A line that is no document.
  public struct Rejected: Equatable, Sendable {
    public let path: String
    /// From 1.
    public let line: Int
    /// From 1, in characters.
    public let column: Int
    public let reason: String
  }

  public enum Outcome: Equatable, Sendable {
    /// The document is there; `warning` tells what was done to read it.
    case document(warning: String?)
    /// The caller said that it knows this file.
    case unchanged(SourceFile)
    case skipped(Skipped)
    /// `line` holds the bytes of the line.
    case rejected(Rejected)
  }

  /// Where the last document came from: a file's path, or `-`.
  public private(set) var path = ""
  /// The file of the last outcome; nil for standard input and what could not be looked at.
  public private(set) var file: SourceFile?
  /// Number of the last line of JSONL, from 1; 0 for a file that is one document.
  public var lineNumber: Int { lines?.number ?? 0 }
  /// Bytes read so far, as they lie on disk.
  public var bytesRead: Int64 { finishedBytes + (lines?.bytesRead ?? 0) }

  private var paths: ArraySlice<String>
  private let options: Options
  private let isUnchanged: (SourceFile) -> Bool
  private var walker: FileWalker
  private var isWalking = false
  private var lines: LineReader?
  private var currentLine: Range<Int> = 0..<0
  private var finishedBytes: Int64 = 0

  /// - Parameters:
  ///   - paths: files, directories, or `-` for standard input.
  ///   - isUnchanged: asked for each file before it is opened; true passes it over. Files of JSONL are
  ///     asked for as well.
  public init(
    paths: [String], options: Options = Options(),
    isUnchanged: @escaping (SourceFile) -> Bool = { _ in false }
  ) {
    self.paths = paths[...]
    self.options = options
    self.isUnchanged = isUnchanged
    walker = FileWalker(
      includesHidden: options.includesHidden, crossesFileSystems: options.crossesFileSystems)
  }

  /// The bytes of the last line of JSONL; empty where it was too long to hold, or there is none.
  public var line: [UInt8] { lines.map { Array($0.buffer[currentLine]) } ?? [] }

  /// The next outcome; nil at the end. `document` is replaced when there is one.
  public func next(into document: inout Document) -> Outcome? {
    while true {
      if lines != nil {
        if let outcome = nextLine(into: &document) { return outcome }
        finishedBytes += lines?.bytesRead ?? 0
        lines = nil
        currentLine = 0..<0
      }
      let step: FileWalker.Step?
      if isWalking {
        step = walker.next()
        if step == nil { isWalking = false }
      } else {
        guard let path = paths.popFirst() else { return nil }
        if path == "-" {
          if let outcome = openLines(path: "-", file: nil) { return outcome }
          continue
        }
        isWalking = true
        step = walker.start(path)
      }
      switch step {
      case nil: continue
      case .skipped(let skipped):
        (file, path) = (nil, skipped.path)
        return .skipped(skipped)
      case .file(let found):
        if let outcome = visit(found, &document) { return outcome }
      }
    }
  }

  /// Counts what `paths` hold, for a progress bar: looks at names and sizes alone.
  public static func measure(
    paths: [String], options: Options = Options()
  ) -> (files: Int, bytes: Int64) {
    var walker = FileWalker(
      includesHidden: options.includesHidden, crossesFileSystems: options.crossesFileSystems)
    var files = 0
    var bytes: Int64 = 0
    for path in paths where path != "-" {
      var step = walker.start(path)
      repeat {
        if case .file(let file) = step {
          files += 1
          bytes += file.size
        }
        step = walker.next()
      } while step != nil
    }
    return (files, bytes)
  }

  private func visit(_ found: SourceFile, _ document: inout Document) -> Outcome? {
    (file, path) = (found, found.path)
    if isUnchanged(found) {
      finishedBytes += found.size
      return .unchanged(found)
    }
    if Self.isLines(found.path) { return openLines(path: found.path, file: found) }
    return readFile(found, &document)
  }

  static func isLines(_ path: String) -> Bool {
    let name = path.hasSuffix(".gz") ? path.dropLast(3) : path[...]
    return name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson")
  }

  /// Begins a file of JSONL. Returns an outcome only when that fails.
  private func openLines(path: String, file: SourceFile?) -> Outcome? {
    (self.file, self.path) = (file, path)
    do throws(ByteStream.Failure) {
      let stream = try file == nil ? ByteStream(descriptor: 0) : ByteStream(path: path)
      lines = LineReader(stream, limit: options.maximumSize)
      return nil
    } catch {
      return .skipped(Self.skipped(path, error))
    }
  }

  /// The next document or rejected line of the open JSONL file; nil at its end. Blank lines are passed over.
  private func nextLine(into document: inout Document) -> Outcome? {
    while true {
      let line: LineReader.Line
      do throws(ByteStream.Failure) {
        guard let next = try lines?.next() else { return nil }
        line = next
      } catch {
        finishedBytes += lines?.bytesRead ?? 0
        lines = nil
        return .skipped(Self.skipped(path, error))
      }
      guard case .line(let range) = line, let lines else {
        currentLine = 0..<0
        return .rejected(
          Rejected(
            path: path, line: lineNumber, column: 1,
            reason: "a line of more than \(options.maximumSize) bytes"))
      }
      currentLine = range
      if lines.isBlank(range) { continue }
      do throws(JSONError) {
        try lines.read(range, into: &document)
        return .document(warning: nil)
      } catch {
        return .rejected(
          Rejected(path: path, line: lineNumber, column: error.column, reason: error.message))
      }
    }
  }

  /// Reads a file that is one document.
  private func readFile(_ found: SourceFile, _ document: inout Document) -> Outcome {
    defer { finishedBytes += found.size }
    func skip(_ kind: Skipped.Kind, _ reason: String) -> Outcome {
      .skipped(Skipped(path: found.path, kind: kind, reason: reason))
    }
    guard found.path.utf8.count <= Document.maximumIDSize else {
      return skip(.name, "its path has more than \(Document.maximumIDSize) bytes")
    }
    var bytes: [UInt8] = []
    do throws(ByteStream.Failure) {
      let stream = try ByteStream(path: found.path)
      bytes.reserveCapacity(min(Int(found.size), options.maximumSize))
      while try stream.read(into: &bytes) {
        guard bytes.count <= options.maximumSize else {
          return skip(.tooLarge, "more than \(options.maximumSize) bytes of text")
        }
      }
    } catch {
      return .skipped(Self.skipped(found.path, error))
    }
    guard !bytes.isEmpty else { return skip(.empty, "empty") }
    switch TextDecoding.decode(bytes) {
    case .binary(let kind): return skip(.binary, kind)
    case .text(let text, let warning):
      guard text.count <= options.maximumSize else {
        return skip(.tooLarge, "more than \(options.maximumSize) bytes of text")
      }
      FileDocument.fill(&document, with: text, of: found)
      return .document(warning: warning)
    }
  }

  private static func skipped(_ path: String, _ failure: ByteStream.Failure) -> Skipped {
    let kind: Skipped.Kind
    if let code = failure.code {
      kind = .unreadable(errno: code)
    } else {
      kind = failure.message.hasPrefix("not a regular") ? .notRegular : .damaged
    }
    return Skipped(path: path, kind: kind, reason: failure.message)
  }
}

extension LineReader {
  func isBlank(_ range: Range<Int>) -> Bool {
    buffer[range].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
  }

  func read(_ range: Range<Int>, into document: inout Document) throws(JSONError) {
    try document.read(json: unsafe buffer.span.bytes.extracting(range))
  }
}

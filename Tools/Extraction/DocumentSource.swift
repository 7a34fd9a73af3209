import Glibc
import InvertedIndex
import JSON

/// Documents from paths: the door of this module. Files are found, chosen, read, recognised, and come one document at a time.
///
///     let source = DocumentSource(paths: ["/usr/share/doc", "news.jsonl", "-"])
///     var document = Document()
///     while let outcome = source.next(into: &document) { … }
///
/// What a file is taken for (`FileKind`) is told by its extension, else by its content: JSON lines and rows of tables are a
/// document each, any other file is one. Each may be compressed by gzip. Nothing ends the run: what is no document is an
/// outcome with its reason. Not thread-safe.
public final class DocumentSource {
  public struct Options: Sendable {
    /// Names that begin with a dot, below the given paths.
    public var includesHidden = false
    public var crossesFileSystems = false
    /// Files named by `.martletignore`, `.ignore` and `.gitignore` are passed over.
    public var usesIgnoreFiles = true
    /// A file must match one of these, or lie in a folder that does; none: any file.
    public var includes: [PathPattern] = []
    public var excludes: [PathPattern] = []
    /// Every file is taken for this; nil: each for what it looks like, standard input for JSON lines.
    public var kind: FileKind?
    /// Between the fields of a table; nil: by extension and header.
    public var delimiter: UInt8?
    /// The column with the ids of a table; nil: `id`, if there is one.
    public var idColumn: String?
    /// Bytes of text of one document; at most `Document.maximumSize`.
    public var maximumSize = Document.maximumSize

    public init() {}

    var rules: FileWalker.Rules {
      FileWalker.Rules(
        includes: includes, excludes: excludes, usesIgnoreFiles: usesIgnoreFiles,
        includesHidden: includesHidden, crossesFileSystems: crossesFileSystems)
    }
  }

  /// A line or row that is no document.
  public struct Rejected: Equatable, Sendable {
    public let path: String
    /// From 1.
    public let line: Int
    /// From 1, in characters; 0 where the whole row is meant.
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
    /// A file of lines or rows has been read to its end. `rows`: how many rows it has, where their ids are made from their
    /// numbers.
    case end(rows: Int?)
  }

  /// Where the last document came from: a file's path, or `-`.
  public private(set) var path = ""
  /// The file of the last outcome; nil for standard input and what could not be looked at.
  public private(set) var file: SourceFile?
  /// What the file of the last outcome is taken for; nil where it was not opened.
  public private(set) var kind: FileKind?
  /// Number of the last line or row's first line, from 1; 0 for a file that is one document.
  public var lineNumber: Int { lines?.number ?? table?.line ?? 0 }
  /// Bytes read so far, as they lie on disk.
  public var bytesRead: Int64 {
    finishedBytes + (lines?.bytesRead ?? 0) + (table?.bytesRead ?? 0)
  }

  private var paths: ArraySlice<String>
  private let options: Options
  private let isUnchanged: (SourceFile) -> Bool
  private var walker: FileWalker
  private var isWalking = false
  /// The file is named by a path, not found below one.
  private var isGiven = false
  private var lines: LineReader?
  private var currentLine: Range<Int> = 0..<0
  private var table: Table?
  private var finishedBytes: Int64 = 0

  /// - Parameters:
  ///   - paths: files, directories, or `-` for standard input.
  ///   - isUnchanged: asked for each file before it is opened; true passes it over. Files of lines and rows are
  ///     asked for as well.
  public init(
    paths: [String], options: Options = Options(),
    isUnchanged: @escaping (SourceFile) -> Bool = { _ in false }
  ) {
    self.paths = paths[...]
    self.options = options
    self.isUnchanged = isUnchanged
    walker = FileWalker(options.rules)
  }

  /// The bytes of the last line or row; empty where it was too long to hold, or there is none.
  public var line: [UInt8] {
    lines.map { Array($0.buffer[currentLine]) } ?? table.map { Array($0.rawRow) } ?? []
  }

  /// The next outcome; nil at the end. `document` is replaced when there is one.
  public func next(into document: inout Document) -> Outcome? {
    if lines != nil { return nextLine(into: &document) }
    if table != nil { return nextRow(into: &document) }
    while true {
      let step: FileWalker.Step?
      if isWalking {
        isGiven = false
        step = walker.next()
        if step == nil { isWalking = false }
      } else {
        guard let path = paths.popFirst() else { return nil }
        if path == "-" { return readStandardInput(&document) }
        isWalking = true
        isGiven = true
        step = walker.start(path)
      }
      switch step {
      case nil: continue
      case .skipped(let skipped):
        (file, path, kind) = (nil, skipped.path, nil)
        return .skipped(skipped)
      case .file(let found): return visit(found, &document)
      }
    }
  }

  /// Counts what `paths` hold, for a progress bar: looks at names and sizes alone.
  public static func measure(
    paths: [String], options: Options = Options()
  ) -> (files: Int, bytes: Int64) {
    var walker = FileWalker(options.rules)
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

  private func visit(_ found: SourceFile, _ document: inout Document) -> Outcome {
    (file, path, kind) = (found, found.path, options.kind ?? FileKind(path: found.path))
    if isUnchanged(found) {
      finishedBytes += found.size
      return .unchanged(found)
    }
    let stream: ByteStream
    do throws(ByteStream.Failure) {
      stream = try ByteStream(path: found.path)
    } catch {
      finishedBytes += found.size
      if error.code == ENOENT, !isGiven { return skip(.vanished, "gone since it was found") }
      return skip(error)
    }
    return open(stream, found, &document)
  }

  private func readStandardInput(_ document: inout Document) -> Outcome {
    (file, path, kind) = (nil, "-", options.kind ?? .jsonl)
    do throws(ByteStream.Failure) {
      return open(try ByteStream(descriptor: 0), nil, &document)
    } catch {
      return skip(error)
    }
  }

  /// The first outcome of a file that has been opened.
  private func open(
    _ stream: ByteStream, _ found: SourceFile?, _ document: inout Document
  ) -> Outcome {
    if let what = TextDecoding.binaryKind(head: stream.head) {
      finishedBytes += found?.size ?? stream.bytesRead
      return skip(.binary, "binary, not text (\(what))")
    }
    switch kind {
    case .jsonl:
      stream.decodeUTF16()
      lines = LineReader(stream, limit: options.maximumSize)
      return nextLine(into: &document)
    case .csv, .tsv:
      let kind = kind == .tsv ? FileKind.tsv : .csv
      do throws(Table.Fault) {
        table = try Table(
          stream, kind: kind, path: path,
          options: .init(
            delimiter: options.delimiter, idColumn: options.idColumn, limit: options.maximumSize))
      } catch {
        finishedBytes += stream.bytesRead
        return skip(error.kind, error.reason)
      }
      return nextRow(into: &document)
    case .markdown, .html, .page, .text, nil:
      return read(stream, found, &document)
    }
  }

  /// The next document or rejected line of the open file of lines; blank lines are passed over.
  private func nextLine(into document: inout Document) -> Outcome {
    while true {
      let line: LineReader.Line
      do throws(ByteStream.Failure) {
        guard let next = try lines?.next() else { return close(.end(rows: nil)) }
        line = next
      } catch {
        return close(skip(error))
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

  /// The next document or rejected row of the open table.
  private func nextRow(into document: inout Document) -> Outcome {
    do throws(ByteStream.Failure) {
      switch try table?.next(into: &document) {
      case .document(let warning): return .document(warning: warning)
      case .rejected(let reason):
        return .rejected(Rejected(path: path, line: lineNumber, column: 0, reason: reason))
      case nil: return close(.end(rows: table?.idColumn == nil ? table?.rowCount : nil))
      }
    } catch {
      return close(skip(error))
    }
  }

  /// The last outcome of a file of lines or rows.
  private func close(_ outcome: Outcome) -> Outcome {
    finishedBytes = bytesRead
    lines = nil
    table = nil
    currentLine = 0..<0
    return outcome
  }

  /// Reads a file that is one document.
  private func read(
    _ stream: ByteStream, _ found: SourceFile?, _ document: inout Document
  ) -> Outcome {
    defer { finishedBytes += found?.size ?? stream.bytesRead }
    guard path.utf8.count <= Document.maximumIDSize else {
      return skip(.name, "its path has more than \(Document.maximumIDSize) bytes")
    }
    let tooLarge = "more than \(options.maximumSize) bytes of text"
    if let found, !stream.isCompressed, found.size > Int64(options.maximumSize) {
      return skip(.tooLarge, tooLarge)
    }
    var bytes: [UInt8] = []
    do throws(ByteStream.Failure) {
      bytes.reserveCapacity(min(Int(found?.size ?? 0), options.maximumSize))
      while try stream.read(into: &bytes) {
        guard bytes.count <= options.maximumSize else { return skip(.tooLarge, tooLarge) }
      }
    } catch {
      return skip(error)
    }
    guard !bytes.isEmpty else { return skip(.empty, "empty") }
    let reading = FileDocument.read(
      bytes, as: kind, path: path, file: found, maximumSize: options.maximumSize, into: &document)
    switch reading {
    case .document(let kind, let warning):
      self.kind = kind
      return .document(warning: warning)
    case .none(let kind, let reason): return skip(kind, reason)
    }
  }

  private func skip(_ kind: Skipped.Kind, _ reason: String) -> Outcome {
    .skipped(Skipped(path: path, kind: kind, reason: reason))
  }

  private func skip(_ failure: ByteStream.Failure) -> Outcome {
    if let code = failure.code { return skip(.unreadable(errno: code), failure.message) }
    return skip(
      failure.message.hasPrefix("not a regular") ? .notRegular : .damaged, failure.message)
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

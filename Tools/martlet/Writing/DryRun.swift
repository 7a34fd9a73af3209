import Extraction
import InvertedIndex
import JSON

/// `--dry-run`: everything is read as it would be, nothing is written, and what would happen to each file is printed: a line, or an
/// object of NDJSON.
///
/// Documents are checked as a writer would check them: against the schema of the index, or that which it would get.
final class DryRun {
  private let name: String
  private let sync: FileSync
  private let reading: Reading
  private let json: Bool
  private let verbose: Bool
  private let output = Output(1)

  /// nil: inferred from the first documents, which wait for it.
  private var schema: Schema?
  private var inference = FieldInference()
  private var waiting: [(document: Document, origin: Reading.Origin, isKnown: Bool?)] = []
  private var waitingBytes = 0

  private struct Counts: Equatable {
    var added = 0
    var replaced = 0
    var refused = 0
  }
  private var total = Counts()
  private var removed = 0
  private var unchanged = 0
  /// Of the file of lines or rows that is being read.
  private var records = Counts()
  /// Hashes of the ids so far.
  private var ids: Set<Int> = []
  private var place = (path: "", kind: FileKind?.none)

  /// Documents that wait hold at most so many bytes.
  private static let mostWaiting = 64 << 20

  /// - Parameter schema: of the index, or given; nil: the index is not there.
  init(
    name: String, sync: FileSync, schema: Schema?, reading: Reading, json: Bool, verbose: Bool
  ) {
    self.name = name
    self.sync = sync
    self.schema = schema
    self.reading = reading
    self.json = json
    self.verbose = verbose
  }

  func observe(_ outcome: DocumentSource.Outcome, _ source: DocumentSource) {
    place = (source.path, source.kind)
    switch outcome {
    case .document: break
    case .rejected: records.refused += 1
    case .unchanged(let file):
      unchanged += 1
      if verbose || json { tell("unchanged", file.path, kind: source.kind) }
    case .skipped(let skipped):
      if records != Counts() { finishRecords() }
      // What the caller leaves out himself is no news.
      if verbose || json || skipped.kind != .excluded {
        tell("skip", skipped.path, code: skipped.kind.code, reason: skipped.reason)
      }
    case .end: finishRecords()
    }
  }

  func add(_ document: Document, _ origin: Reading.Origin) throws(Failure) {
    let id: String
    do throws(IndexError) {
      id = document.string(try document.id())
      try schema?.check(document)
    } catch {
      refuse(origin, error)
      if origin.isFile {
        tell("skip", place.path, kind: place.kind, code: "refused", reason: "\(error)")
      } else {
        records.refused += 1
      }
      return
    }
    // The last document of an id is the one that counts.
    let isKnown = try ids.insert(id.hashValue).inserted ? sync.has(id: id) : nil
    count(1, isKnown: isKnown)
    if origin.isFile {
      tell(isKnown == false ? "add" : "replace", place.path, kind: place.kind)
    } else if let isKnown {
      if isKnown { records.replaced += 1 } else { records.added += 1 }
    }
    guard schema == nil else { return }
    inference.observe(document, isFile: origin.isFile)
    waiting.append((document, origin, isKnown))
    waitingBytes += document.bytes.count
    if waiting.count >= SchemaInference.documentCount || waitingBytes > Self.mostWaiting {
      try inferSchema()
    }
  }

  func remove(_ id: String) {
    removed += 1
    tell("remove", id)
  }

  /// What would have happened, as the report of a run.
  func finish() throws(Failure) -> RunReport {
    if schema == nil { try inferSchema() }
    output.flush()
    return RunReport(
      name: "\(name) (dry run)",
      members: [
        ("added", total.added), ("replaced", total.replaced), ("deleted", removed),
        ("unchanged", unchanged),
      ],
      words: RunReport.words([
        (total.added, "to add"), (total.replaced, "to replace"), (removed, "to delete"),
        (unchanged, "unchanged"),
      ]), isDry: true)
  }

  private func inferSchema() throws(Failure) {
    let fields = try engine { () throws(IndexError) in try inference.fields(analyzer: nil) }
    schema = try engine { () throws(IndexError) in try Schema(fields: fields, nearDuplicates: true)
    }
    for (document, origin, isKnown) in waiting {
      do throws(IndexError) {
        try schema?.check(document)
      } catch {
        refuse(origin, error)
        count(-1, isKnown: isKnown)
      }
    }
    waiting = []
  }

  private func count(_ change: Int, isKnown: Bool?) {
    guard let isKnown else { return }
    if isKnown { total.replaced += change } else { total.added += change }
  }

  private func refuse(_ origin: Reading.Origin, _ error: IndexError) {
    reading.isAdding(origin)
    reading.refuse(origin.tag, error)
  }

  private func finishRecords() {
    defer { records = Counts() }
    guard place.kind?.holdsRecords == true else { return }
    let verb = records.added > 0 ? "add" : records.replaced > 0 ? "replace" : "read"
    tell(verb, place.path, kind: place.kind, records: records)
  }

  private func tell(
    _ verb: String, _ path: String, kind: FileKind? = nil, code: String? = nil,
    reason: String? = nil, records: Counts? = nil
  ) {
    guard json else {
      var line = column(verb, 10) + column(kind?.rawValue ?? "", 9) + path
      if let reason { line += ": \(reason)" }
      if let records {
        line +=
          " (\(RunReport.words([(records.added, "new"), (records.replaced, "replaced"), (records.refused, "refused")])))"
      }
      output.line(printable(line))
      return
    }
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("action", verb)
      writer.field("path", path)
      if let kind { writer.field("kind", kind.rawValue) }
      if let code { writer.field("why", code) }
      if let reason { writer.field("reason", reason) }
      if let records {
        writer.field("added", records.added)
        writer.field("replaced", records.replaced)
        writer.field("refused", records.refused)
      }
    }
    writer.newline()
    output.write(writer.bytes)
  }

  private func column(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.utf8.count))
  }
}

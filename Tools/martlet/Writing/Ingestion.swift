import Extraction
import InvertedIndex

/// Documents on their way into an index: makes the index when it is not there, commits now and then and at the end.
///
/// Where fields may be new, the first documents wait until 1,000 have come (or so many bytes that waiting would cost
/// too much memory): the types of fields without a schema are inferred from them.
final class Ingestion {
  struct Summary {
    var generation: UInt64 = 0
    var added = 0
    var replaced = 0
    var deleted = 0
    var commits = 0
  }

  /// What an index that is made will be like; one that is there keeps its own schema.
  struct Made {
    /// nil: inferred.
    var schema: Schema?
    var dynamic: Schema.Dynamic?
    /// Of text fields, where they are inferred.
    var analyzer: String?
  }

  private let reading: Reading
  private let store: IndexStore
  private let name: String
  private let options: IndexWriter.Options
  private let commitEvery: Int?
  private let made: Made
  private var writer: IndexWriter?
  /// Whether documents wait for the types of their fields.
  private var isInferring: Bool
  private var inference = FieldInference()
  private var waiting: [(document: Document, origin: Reading.Origin)] = []
  private var waitingBytes = 0
  /// Documents since the last commit.
  private var uncommitted = 0
  private(set) var summary = Summary()
  /// The index was there when the run began.
  let existed: Bool
  /// Documents taken.
  private(set) var count = 0
  /// Of those, handed on to the writer.
  private var fed = 0
  /// Of those, in a commit.
  private(set) var committed = 0

  init(
    store: IndexStore, name: String, made: Made, reading: Reading, commitEvery: Int?,
    options: IndexWriter.Options
  ) throws(Failure) {
    self.reading = reading
    self.store = store
    self.name = name
    self.made = made
    self.commitEvery = commitEvery
    self.options = options
    existed = try engine { () throws(IndexError) in try store.list() }.contains(name)
    isInferring = made.schema == nil
    if existed {
      writer = try engine { () throws(IndexError) in
        try IndexWriter.open(try store.open(name), options: options)
      }
      isInferring = writer?.schema.dynamic == .add
    }
  }

  func add(_ document: Document, from origin: Reading.Origin) throws(Failure) {
    count += 1
    if !isInferring {
      try feed(document, origin, to: try opened())
    } else {
      inference.observe(document, isFile: origin.isFile)
      waiting.append((document, origin))
      waitingBytes +=
        document.bytes.count + document.values.count * MemoryLayout<Document.Value>.stride
        + (origin.text?.count ?? 0)
      if waiting.count >= SchemaInference.documentCount || waitingBytes > options.memory / 8 {
        try begin()
      }
    }
  }

  func delete(id: String) throws(Failure) {
    if isInferring, !waiting.isEmpty { try begin() }
    guard let writer else { return }
    try engine { () throws(IndexError) in try writer.delete(id: id) }
    uncommitted += 1
  }

  /// Commits everything. An index that was not there is made if there was a document or a schema for it.
  func finish() throws(Failure) -> Summary {
    if !waiting.isEmpty || (writer == nil && made.schema != nil) { try begin() }
    guard let writer else { return summary }
    try commit(writer)
    writer.close()
    return summary
  }

  /// Gives up what is not committed.
  func abandon() { writer?.close() }

  private func begin() throws(Failure) {
    isInferring = false
    let writer = try opened()
    if existed, !waiting.isEmpty {
      try engine { () throws(IndexError) in
        try writer.add(fields: try inference.fields(analyzer: made.analyzer))
      }
    }
    let first = waiting
    waiting = []
    waitingBytes = 0
    for (document, origin) in first { try feed(document, origin, to: writer) }
  }

  private func opened() throws(Failure) -> IndexWriter {
    if let writer { return writer }
    return try make()
  }

  private func make() throws(Failure) -> IndexWriter {
    let schema = try engine { () throws(IndexError) in try newSchema() }
    let writer = try engine { () throws(IndexError) in
      try IndexWriter.open(try store.create(name), create: schema, options: options)
    }
    self.writer = writer
    return writer
  }

  private func newSchema() throws(IndexError) -> Schema {
    var schema: Schema
    if let given = made.schema {
      schema = given
    } else {
      schema = try Schema(
        fields: try inference.fields(analyzer: made.analyzer), nearDuplicates: true)
    }
    if let dynamic = made.dynamic { schema.dynamic = dynamic }
    return schema
  }

  private func feed(
    _ document: Document, _ origin: Reading.Origin, to writer: IndexWriter
  ) throws(Failure) {
    reading.isAdding(origin)
    try engine { () throws(IndexError) in try writer.add(document, tag: origin.tag) }
    fed += 1
    uncommitted += 1
    if let commitEvery, uncommitted >= commitEvery { try commit(writer) }
  }

  private func commit(_ writer: IndexWriter) throws(Failure) {
    let result = try engine { () throws(IndexError) in try writer.commit() }
    uncommitted = 0
    committed = fed
    summary.generation = result.generation
    summary.added += result.added
    summary.replaced += result.replaced
    summary.deleted += result.deleted
    summary.commits += 1
    if let failure = result.mergeFailure {
      complain("warning: everything is committed, but merging stopped: \(failure)")
    }
  }
}

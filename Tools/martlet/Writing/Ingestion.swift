import Glibc
import InvertedIndex

/// Documents on their way into an index: makes the index when it is not there, commits now and then and at the end.
///
/// Without a schema the first documents wait until 1,000 have come (or so many bytes that waiting would cost too
/// much memory): the fields' types are inferred from them.
final class Ingestion {
  struct Summary {
    var generation: UInt64 = 0
    var added = 0
    var replaced = 0
    var deleted = 0
    var commits = 0
  }

  private let store: IndexStore
  private let name: String
  private let options: IndexWriter.Options
  private let commitEvery: Int?
  private let dynamic: Schema.Dynamic?
  private var schema: Schema?
  private var writer: IndexWriter?
  private var inference = SchemaInference()
  private var waiting: [(document: Document, tag: Int)] = []
  private var waitingBytes = 0
  /// Documents since the last commit.
  private var uncommitted = 0
  private(set) var summary = Summary()
  /// Documents taken.
  private(set) var count = 0

  /// - Parameters:
  ///   - schema: of an index that is made; one that is there keeps its own.
  ///   - dynamic: what becomes of unknown fields, where the index is made without a schema.
  init(
    store: IndexStore, name: String, schema: Schema?, dynamic: Schema.Dynamic?, commitEvery: Int?,
    options: IndexWriter.Options
  ) throws(Failure) {
    self.store = store
    self.name = name
    self.schema = schema
    self.dynamic = dynamic
    self.commitEvery = commitEvery
    self.options = options
    if try engine({ () throws(IndexError) in try store.list() }).contains(name) {
      writer = try engine { () throws(IndexError) in
        try IndexWriter.open(try store.open(name), options: options)
      }
    }
  }

  /// The index was there when the run began.
  private(set) lazy var existed = writer != nil

  func add(_ document: Document, tag: Int) throws(Failure) {
    count += 1
    if let writer {
      try feed(document, tag, to: writer)
    } else if schema != nil {
      try feed(document, tag, to: try make())
    } else {
      inference.observe(document)
      waiting.append((document, tag))
      waitingBytes +=
        document.bytes.count + document.values.count * MemoryLayout<Document.Value>.stride
      if waiting.count >= SchemaInference.documentCount || waitingBytes > options.memory / 8 {
        try begin()
      }
    }
  }

  func delete(id: String) throws(Failure) {
    guard let writer else { return }
    try engine { () throws(IndexError) in try writer.delete(id: id) }
    uncommitted += 1
  }

  /// Commits everything. An index that was not there is made if there was a document or a schema for it.
  func finish() throws(Failure) -> Summary {
    if writer == nil, schema != nil || !waiting.isEmpty { try begin() }
    guard let writer else { return summary }
    try commit(writer)
    writer.close()
    return summary
  }

  /// Gives up what is not committed.
  func abandon() { writer?.close() }

  private func begin() throws(Failure) {
    let writer = try make()
    let first = waiting
    waiting = []
    waitingBytes = 0
    for (document, tag) in first { try feed(document, tag, to: writer) }
  }

  private func make() throws(Failure) -> IndexWriter {
    var schema = self.schema ?? inference.schema()
    if let dynamic { schema.dynamic = dynamic }
    let made = try engine { () throws(IndexError) in
      try IndexWriter.open(try store.create(name), create: schema, options: options)
    }
    writer = made
    return made
  }

  private func feed(_ document: Document, _ tag: Int, to writer: IndexWriter) throws(Failure) {
    try engine { () throws(IndexError) in try writer.add(document, tag: tag) }
    uncommitted += 1
    if let commitEvery, uncommitted >= commitEvery { try commit(writer) }
  }

  private func commit(_ writer: IndexWriter) throws(Failure) {
    let result = try engine { () throws(IndexError) in try writer.commit() }
    uncommitted = 0
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

import Analysis
import InvertedIndex
import Measuring

/// SQLite's side: one FTS5 table with a column a field and the documents in it, at its best.
///
/// The row's number is the document's ordinal plus one.
final class FTS5Index {
  private let connection: SQLiteConnection
  private let counting: SQLiteStatement
  private let ranking: SQLiteStatement
  private let matching: SQLiteStatement

  static let table = "documents"
  static let file = "fts5.db"

  /// What was done for SQLite, for the reader of the figures.
  static let settings = [
    "one transaction for everything; journal_mode=OFF, synchronous=OFF, locking_mode=EXCLUSIVE,"
      + " secure_delete=OFF, temp_store=MEMORY",
    "half of the memory as page cache, half as FTS5's hash (hashsize), so that it writes few segments",
    "Martlet's analyzer as its tokenizer, words looked up once each; 'optimize' after the build",
    "searching: prepared statements, a read transaction left open, page cache 256 MiB, the file mapped;"
      + " query words come analyzed",
  ]

  init(folder: String) throws(Failure) {
    connection = try SQLiteConnection(path: "\(folder)/\(Self.file)", mode: .read)
    try FTS5Tokenizer.register(on: connection)
    try connection.execute(
      "PRAGMA cache_size=-262144; PRAGMA mmap_size=4294967296; PRAGMA query_only=ON; BEGIN")
    counting = try connection.prepare(
      "SELECT count(*) FROM \(Self.table) WHERE \(Self.table) MATCH ?1")
    ranking = try connection.prepare(
      "SELECT id FROM \(Self.table) WHERE \(Self.table) MATCH ?1 ORDER BY rank LIMIT 10")
    matching = try connection.prepare(
      "SELECT rowid FROM \(Self.table) WHERE \(Self.table) MATCH ?1")
  }

  static func build(_ plan: Plan, folder: String) throws(Failure) -> Build {
    var build = Build()
    let watch = Stopwatch()
    let connection = try SQLiteConnection(path: "\(folder)/\(file)", mode: .create)
    try FTS5Tokenizer.register(on: connection)
    try connection.execute(
      """
      PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;
      PRAGMA secure_delete=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-\(plan.memory >> 11);
      BEGIN;
      CREATE VIRTUAL TABLE \(table) USING fts5(\(columnList(plan)), \
      tokenize='\(FTS5Tokenizer.name) \(plan.analyzer)');
      INSERT INTO \(table)(\(table), rank) VALUES('hashsize', \(min(plan.memory / 2, 1 << 30)));
      """)
    let marks = (1...plan.columns.count + 2).map { "?\($0)" }.joined(separator: ",")
    let insert = try connection.prepare(
      "INSERT INTO \(table)(rowid,id\(plan.columns.map { "," + quoted($0.sqlName) }.joined()))"
        + " VALUES(\(marks))")
    var row = RowBuilder(plan)
    try plan.forEachDocument { (ordinal, document) throws(Failure) in
      try insert.bind(1, ordinal + 1)
      try row.fill(document)
      try insert.run(row.bytes, row.texts, from: 2)
      build.documents += 1
    }
    try connection.execute("COMMIT")
    build.elapsed = watch.elapsed
    let optimizing = Stopwatch()
    try connection.execute("INSERT INTO \(table)(\(table)) VALUES('optimize')")
    build.optimizing = optimizing.elapsed
    build.memory = ProcessMemory.now()
    let page = try connection.integer("PRAGMA page_size")
    let pages = try connection.integer("PRAGMA page_count")
    build.size = page * (pages - (try connection.integer("PRAGMA freelist_count")))
    let stored = try connection.integer(
      "SELECT pgsize FROM dbstat WHERE name='\(table)_content' AND aggregate=TRUE")
    build.indexSize = stored > 0 ? build.size - stored : nil
    return build
  }

  private static func columnList(_ plan: Plan) -> String {
    (["id UNINDEXED"]
      + plan.columns.map { quoted($0.sqlName) + ($0.isSearched ? "" : " UNINDEXED") })
      .joined(separator: ", ")
  }

  static func quoted(_ name: String) -> String { "\"\(name)\"" }

  func count(_ expression: String) throws(Failure) -> Int {
    try counting.bind(1, expression)
    guard try counting.step() else { return 0 }
    let count = counting.integer(0)
    counting.reset()
    return count
  }

  /// Ids of the best 10.
  func top(_ expression: String) throws(Failure) -> [String] {
    try ranking.bind(1, expression)
    var ids: [String] = []
    while try ranking.step() { ids.append(ranking.text(0)) }
    return ids
  }

  /// Ordinals of all documents that match, ascending.
  func matches(_ expression: String) throws(Failure) -> [Int] {
    try matching.bind(1, expression)
    var ordinals: [Int] = []
    while try matching.step() { ordinals.append(matching.integer(0) - 1) }
    return ordinals.sorted()
  }

  /// What a person's text gives: how many match, or the error.
  func answer(_ text: String) -> Result<Int, Failure> {
    do throws(Failure) {
      return .success(try count(text))
    } catch {
      return .failure(Failure(.data, connection.message))
    }
  }
}

/// A document as a row: the texts of its columns in one buffer.
private struct RowBuilder {
  private(set) var bytes: [UInt8] = []
  /// The id, then a text a column; nil where the document has no value.
  private(set) var texts: [Range<Int>?]
  private let numbers: [[UInt8]: Int]
  private let isSearched: [Bool]
  private var values: [[Range<UInt32>]]

  init(_ plan: Plan) {
    texts = Array(repeating: nil, count: plan.columns.count + 1)
    values = Array(repeating: [], count: plan.columns.count)
    isSearched = plan.columns.map(\.isSearched)
    var numbers: [[UInt8]: Int] = [:]
    for (number, column) in plan.columns.enumerated() { numbers[Array(column.name.utf8)] = number }
    self.numbers = numbers
  }

  mutating func fill(_ document: borrowing Document) throws(Failure) {
    bytes.removeAll(keepingCapacity: true)
    for column in values.indices { values[column].removeAll(keepingCapacity: true) }
    for value in document.values where value.kind != .null {
      let path = value.path
      let name = Array(document.bytes[Int(path.lowerBound)..<Int(path.upperBound)])
      if let number = numbers[name] { values[number].append(value.text) }
    }
    let id = try engine { () throws(IndexError) in try document.id() }
    texts[0] = append([id], document, isSearched: false)
    for column in values.indices {
      texts[column + 1] = append(values[column], document, isSearched: isSearched[column])
    }
  }

  /// Puts the values of one column behind each other, with the mark between them that the tokenizer knows.
  private mutating func append(
    _ values: [Range<UInt32>], _ document: borrowing Document, isSearched: Bool
  ) -> Range<Int>? {
    guard !values.isEmpty else { return nil }
    let start = bytes.count
    for (place, value) in values.enumerated() {
      if place > 0 { bytes.append(FTS5Tokenizer.valueEnd) }
      let from = bytes.count
      bytes += document.bytes[Int(value.lowerBound)..<Int(value.upperBound)]
      guard isSearched else { continue }
      for at in from..<bytes.count where bytes[at] < 0x20 {
        bytes[at] = FTS5Tokenizer.admitted(bytes[at])
      }
    }
    return start..<bytes.count
  }
}

import Analysis
import Testing

@testable import InvertedIndex

@Suite("Inversion")
struct SegmentBuilderTests {
  private static func schema() throws -> Schema {
    try Schema(fields: [
      Field(name: "body", type: .text), Field(name: "lead", type: .text, analyzer: "english"),
      Field(name: "tags", type: .keyword), Field(name: "year", type: .integer),
    ])
  }

  private static func build(
    _ documents: [(id: String, values: [(String, String)])], schema: Schema? = nil
  ) throws -> (SegmentReader, BuiltSegment, Schema) {
    let directory = ScratchDirectory()
    var builder = try SegmentBuilder(
      directory: directory, name: "s", schema: schema ?? Self.schema(),
      onNewField: { (name, _) throws(IndexError) in throw .invalid("new field \(name)") })
    for (id, values) in documents {
      var document = Document()
      document.append("id", id)
      for (path, text) in values { document.append(path, text) }
      try builder.add(document)
    }
    let built = try #require(try builder.finish())
    return (try SegmentReader.open(directory.open("s"), name: "s"), built, builder.schema)
  }

  /// Documents and positions of a term.
  private static func postings(
    _ segment: SegmentReader, _ field: Int, _ space: TermSpace, _ term: String
  ) throws -> [UInt32: [UInt32]]? {
    guard let dictionary = segment.terms(field, space) else { return nil }
    guard var entry = try dictionary.lookup(Array(term.utf8)) else { return nil }
    if entry.isAlias {
      entry = try #require(try segment.terms(field, .index)?.entry(ordinal: entry.indexOrdinal))
    }
    var cursor = try PostingsCursor.open(segment.file, entry)
    var found: [UInt32: [UInt32]] = [:]
    while !cursor.isAtEnd {
      found[cursor.document] =
        entry.detail == .positions ? unsafe Array(try cursor.positions()) : []
      try cursor.next()
    }
    return found
  }

  @Test("words become index terms, and forms that differ have lists of their own")
  func spaces() throws {
    let (segment, _, schema) = try Self.build([
      ("a", [("body", "Niinistö met Niinisto"), ("lead", "Running runs")]),
      ("b", [("body", "Finland’s president, Niinisto"), ("lead", "they run")]),
    ])
    let body = try #require(schema.number(of: "body"))
    let lead = try #require(schema.number(of: "lead"))
    #expect(try Self.postings(segment, body, .index, "niinisto") == [0: [0, 2], 1: [2]])
    #expect(try Self.postings(segment, body, .exact, "niinistö") == [0: [0]])
    #expect(try Self.postings(segment, body, .exact, "niinisto") == [0: [2], 1: [2]])
    #expect(try Self.postings(segment, body, .index, "finland") == [1: [0]])
    #expect(try Self.postings(segment, body, .exact, "finland's") == [1: [0]])
    #expect(try Self.postings(segment, body, .exact, "met") == nil)
    #expect(try Self.postings(segment, lead, .index, "run") == [0: [0, 1], 1: [1]])
    #expect(try Self.postings(segment, lead, .exact, "running") == [0: [0]])
  }

  @Test("values of an array lie 100 positions apart")
  func gap() throws {
    let (segment, _, schema) = try Self.build([
      ("a", [("body", "one two"), ("body", "three")])
    ])
    let body = try #require(schema.number(of: "body"))
    #expect(try Self.postings(segment, body, .index, "three") == [0: [102]])
    let norms = try #require(try segment.norms(body))
    #expect(norms.documents == 1 && norms.tokens == 3)
  }

  @Test("a keyword has its raw value, its words and a column of ordinals")
  func keyword() throws {
    let (segment, _, schema) = try Self.build([
      ("a", [("tags", "Vladimir Putin"), ("tags", "NATO")]), ("b", [("tags", "NATO")]), ("c", []),
    ])
    let tags = try #require(schema.number(of: "tags"))
    #expect(try Self.postings(segment, tags, .value, "NATO") == [0: [], 1: []])
    #expect(try Self.postings(segment, tags, .value, "nato") == nil)
    #expect(try Self.postings(segment, tags, .index, "putin") == [0: [1]])
    #expect(try Self.postings(segment, 0, .value, "b") == [1: []])
    let column = try #require(segment.column(tags))
    var values: [Int64] = []
    try column.values(0, into: &values)
    #expect(values == [0, 1])
    try column.values(1, into: &values)
    #expect(values == [0])
    try column.values(2, into: &values)
    #expect(values == [])
  }

  @Test("a later document of the same id replaces the earlier one")
  func replaced() throws {
    let (_, built, _) = try Self.build([
      ("a", [("body", "old")]), ("b", [("body", "x")]), ("a", [("body", "new")]),
      ("a", [("body", "newest")]),
    ])
    #expect(built.deadDocuments == [0, 2])
    #expect(built.info.documentCount == 4)
  }

  @Test("a document that does not fit leaves the segment as it was")
  func refused() throws {
    let directory = ScratchDirectory()
    var builder = try SegmentBuilder(
      directory: directory, name: "s", schema: Self.schema(),
      onNewField: { (name, _) throws(IndexError) in throw .invalid("new field \(name)") })
    var document = Document()
    document.append("id", "a")
    document.append("body", "fine words")
    document.append("year", "not a year")
    #expect(throws: IndexError.self) { try builder.add(document) }
    #expect(builder.documentCount == 0)
    document = Document()
    document.append("id", "b")
    document.append("body", "other")
    try builder.add(document)
    _ = try #require(try builder.finish())
    let segment = try SegmentReader.open(directory.open("s"), name: "s")
    #expect(try Self.postings(segment, 1, .index, "fine") == nil)
    #expect(try Self.postings(segment, 1, .index, "other") == [0: [0]])
  }

  @Test("a new field is asked for once, and known from then on")
  func newField() throws {
    var asked: [String] = []
    var schema = Schema()
    let directory = ScratchDirectory()
    var builder = try SegmentBuilder(
      directory: directory, name: "s", schema: schema,
      onNewField: { (name, type) throws(IndexError) in
        asked.append(name)
        schema = try schema.adding(try Field(name: name, type: type))
        return schema
      })
    for id in ["a", "b"] {
      var document = Document()
      document.append("id", id)
      document.append("note", "hello \(id)")
      try builder.add(document)
    }
    #expect(asked == ["note"])
    #expect(builder.schema.fields.count == 2)
    builder.abandon()
    #expect(directory.list() == [])
  }

  @Test(
    "many documents, with chains over many slices, come back as they went in",
    arguments: [1, 127, 128, 129, 5_000])
  func many(count: Int) throws {
    var generator = SplitMix(UInt64(count))
    var expected: [String: [UInt32: [UInt32]]] = [:]
    var documents: [(id: String, values: [(String, String)])] = []
    for number in 0..<count {
      let words = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
        "w\(min(Int.random(in: 0..<40, using: &generator), Int.random(in: 0..<40, using: &generator)))"
      }
      for (position, word) in words.enumerated() {
        expected[word, default: [:]][UInt32(number), default: []].append(UInt32(position))
      }
      documents.append(("\(number)", [("body", words.joined(separator: " "))]))
    }
    let (segment, built, _) = try Self.build(documents)
    #expect(built.deadDocuments == [])
    for (word, postings) in expected {
      #expect(try Self.postings(segment, 1, .index, word) == postings, "\(word), \(count)")
    }
    #expect(segment.terms(1, .index)?.count == expected.count)
  }
}

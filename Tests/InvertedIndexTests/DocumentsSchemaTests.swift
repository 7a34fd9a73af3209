import Bytes
import JSON
import Testing

@testable import InvertedIndex

@Suite struct SchemaTests {
  let json = """
    {"fields": [{"name": "title", "type": "text", "analyzer": "english"},
      {"name": "when", "type": "date", "stored": false},
      {"name": "n", "type": "integer", "column": false}],
     "dynamic": "reject", "default_fields": ["title"]}
    """

  @Test func readsItsJSONForm() throws {
    let schema = try Schema(json: try JSONValue.parse(json))
    #expect(schema.fields.map(\.name) == ["id", "title", "when", "n"])
    #expect(schema.field(named: "title")?.analyzer == "english")
    #expect(schema.field(named: "title")?.column == false)
    #expect(schema.field(named: "when")?.column == true)
    #expect(schema.field(named: "when")?.stored == false)
    #expect(schema.dynamic == .reject)
    #expect(schema.defaultFields == ["title"])
    #expect(schema.number(of: "n") == 3)
    #expect(schema.number(of: "x") == nil)
  }

  @Test func writesWhatItReads() throws {
    let schema = try Schema(json: try JSONValue.parse(json))
    #expect(try Schema(json: schema.json()) == schema)
    #expect(try Schema(json: Schema().json()) == Schema())
  }

  @Test(arguments: [
    ("[]", "a schema is an object, not an array"),
    ("{}", "schema: \"fields\" must be an array of fields"),
    (
      #"{"fields": [], "dynamik": "add"}"#,
      "schema: unknown member \"dynamik\"; known are fields, dynamic, default_fields, near_duplicates"
    ),
    (
      #"{"fields": [], "dynamic": "maybe"}"#,
      "schema: \"dynamic\" must be \"add\", \"ignore\" or \"reject\""
    ),
    (#"{"fields": [1]}"#, "schema: fields[0] must be an object, not a number"),
    (#"{"fields": [{}]}"#, "schema: fields[0] needs a \"name\""),
    (
      #"{"fields": [{"name": "a"}]}"#,
      "field a: \"type\" must be one of text, keyword, integer, double, date, boolean"
    ),
    (
      #"{"fields": [{"name": "a", "type": "string"}]}"#,
      "field a: \"type\" must be one of text, keyword, integer, double, date, boolean"
    ),
    (
      #"{"fields": [{"name": "a", "type": "text", "boost": 2}]}"#,
      "field a: unknown member \"boost\"; known are name, type, analyzer, language_field, stored, indexed, column, weight"
    ),
    (
      #"{"fields": [{"name": "a", "type": "text", "stored": 1}]}"#,
      "field a: \"stored\" must be true or false"
    ),
    (
      #"{"fields": [{"name": "a", "type": "text", "column": true}]}"#,
      "field a: a text field cannot be a column; use keyword"
    ),
    (
      #"{"fields": [{"name": "a", "type": "date", "analyzer": "english"}]}"#,
      "field a: a date field has no analyzer"
    ),
    (
      #"{"fields": [{"name": "a", "type": "text", "stored": false, "indexed": false}]}"#,
      "field a: neither stored, indexed nor a column: it would hold nothing"
    ),
    (
      #"{"fields": [{"name": "a", "type": "text"}, {"name": "a", "type": "date"}]}"#,
      "field a: named twice"
    ),
    (
      #"{"fields": [{"name": "id", "type": "text"}]}"#,
      "field id: always a keyword that is stored, indexed and a column"
    ),
    (#"{"fields": [], "default_fields": ["b"]}"#, "default_fields: there is no field b"),
    (
      #"{"fields": [{"name": "b", "type": "date"}], "default_fields": ["b"]}"#,
      "default_fields: b is not an indexed text or keyword field"
    ),
    (#"{"fields": [{"name": "a b", "type": "text"}]}"#, "field \"a b\": \(FieldName.rule)"),
  ])
  func whatIsNoSchemaIsRefusedWithTheReason(_ json: String, _ message: String) throws {
    let value = try JSONValue.parse(json)
    #expect(throws: IndexError.invalid(message)) { try Schema(json: value) }
  }

  @Test func anUnknownAnalyzerIsRefused() throws {
    let value = try JSONValue.parse(
      #"{"fields": [{"name": "a", "type": "text", "analyzer": "klingon"}]}"#)
    #expect { try Schema(json: value) } throws: {
      "\($0)".hasPrefix("field a: there is no analyzer \"klingon\"; there are")
    }
  }

  @Test func analyzersHaveTheirEnglishNameWhicheverTheSchemaSays() throws {
    for (said, name) in [("fi", "finnish"), ("Finnish", "finnish"), ("pt-BR", "portuguese")] {
      let field = try Field(name: "body", type: .text, analyzer: said)
      #expect(field.analyzer == name)
    }
    #expect {
      try Field(name: "body", type: .text, analyzer: "finish")
    } throws: {
      "\($0)" == "field body: there is no analyzer \"finish\"; did you mean finnish?"
    }
  }

  @Test func numbersStayWhenFieldsAreAdded() throws {
    var schema = Schema()
    for number in 1..<Schema.maximumFieldCount {
      try schema.add(Field(name: "f\(number).x", type: .text))
    }
    for number in 1..<Schema.maximumFieldCount {
      #expect(schema.number(of: "f\(number).x") == number)
    }
    #expect(throws: IndexError.self) { try schema.add(Field(name: "more", type: .text)) }
    #expect(schema.extends(Schema()))
    #expect(!Schema().extends(schema))
  }

  @Test(arguments: ["a", "A", "_a", "a.b", "@type", "a-b", "9", String(repeating: "a", count: 64)])
  func namesThatAreAllowed(_ name: String) { #expect(FieldName.isValid(name)) }

  @Test(arguments: [
    "", ".", "a.", ".a", "a..b", "-a", "a b", "ä", "a:b", "a/b", "a\0", "_score",
    String(repeating: "a", count: 65),
    String(repeating: "aaaa.", count: 60) + "a",
  ])
  func namesThatAreNotAllowed(_ name: String) { #expect(!FieldName.isValid(name)) }

  @Test func indexNames() {
    for name in ["a", "0", "news", "a-b_c", String(repeating: "a", count: 64)] {
      #expect(IndexName.isValid(name))
    }
    for name in ["", "A", "-a", "_a", "a.b", "../x", "a/b", "ä", String(repeating: "a", count: 65)]
    {
      #expect(!IndexName.isValid(name))
      #expect(throws: IndexError.self) { try IndexName.check(name) }
    }
  }
}

@Suite struct SchemaInferenceTests {
  func infer(_ documents: String...) throws -> [String: FieldType] {
    var inference = SchemaInference()
    for text in documents { inference.observe(try document(text)) }
    let schema = inference.schema()
    return Dictionary(uniqueKeysWithValues: schema.fields.dropFirst().map { ($0.name, $0.type) })
  }

  @Test func typesByWhatWasSeen() throws {
    #expect(
      try infer(
        #"{"id": 1, "t": "words", "d": "2021-01-26", "n": 1, "x": 1, "b": true, "k": ["a", "b"], "z": null}"#,
        #"{"id": "b", "t": "2021-01-26", "d": "2021-01-26T07:10Z", "n": null, "x": 1.5, "b": false, "k": [], "o": {"p": 2}}"#
      )
        == [
          "t": .text, "d": .date, "n": .integer, "x": .double, "b": .boolean, "k": .keyword,
          "o.p": .integer,
        ])
  }

  @Test func aYearAloneIsNoDate() throws {
    #expect(try infer(#"{"y": "1984"}"#) == ["y": .text])
  }

  @Test func arraysOfDatesAreDatesAndArraysOfLongTextsAreText() throws {
    let long = String(repeating: "word ", count: 60)
    #expect(
      try infer(#"{"d": ["2021-01-26", "2021-01-27"], "p": ["short", "\#(long)"]}"#)
        == ["d": .date, "p": .text])
  }

  @Test func mixedKindsAreText() throws {
    #expect(
      try infer(
        #"{"a": 1, "b": true, "c": "x", "d": "2021-01-26"}"#, #"{"a": "x", "b": 1, "c": 1, "d": 2}"#
      )
        == ["a": .text, "b": .text, "c": .text, "d": .text])
  }

  @Test func namesThatNoFieldCanHaveAreLeftOut() throws {
    #expect(try infer(#"{"first name": "x", "_score": 1, "ok": 1}"#) == ["ok": .integer])
  }
}

@Suite struct StoredDocumentTests {
  typealias Checkpoint = StoredDocument.Checkpoint

  func stored(_ document: Document, _ schema: Schema, checkpoints: [Checkpoint] = []) throws
    -> [UInt8]
  {
    var encoder = StoredDocumentEncoder()
    for value in document.values {
      let number = try #require(schema.number(of: document.string(value.path)))
      guard let content = try schema.fields[number].content(of: value, in: document) else {
        continue
      }
      encoder.append(
        content, field: number, inArray: value.inArray, of: document,
        checkpoints: checkpoints.span)
    }
    var writer = ByteWriter()
    encoder.finish(into: &writer)
    return writer.bytes
  }

  let text = #"""
    {"id": "é1", "t": "some words", "n": -7, "x": 2.5, "d": "2021-01-26T07:10Z", "b": true, "c": false,
     "k": ["a", "", "b"]}
    """#

  func schema(_ document: Document) -> Schema {
    var inference = SchemaInference()
    inference.observe(document)
    return inference.schema()
  }

  @Test func valuesComeBack() throws {
    let document = try document(text)
    let schema = schema(document)
    let checkpoints = [Checkpoint(position: 256, offset: 3), Checkpoint(position: 600, offset: 9)]
    let bytes = try stored(document, schema, checkpoints: checkpoints)
    let span = unsafe bytes.span.bytes
    var reader = try StoredDocumentReader(span)
    var found: [FieldValue] = []
    while let value = try reader.next() {
      found.append(try StoredDocument.value(value, of: span))
      if value.type == .text {
        let bytes = span.extracting(value.checkpoints)
        #expect(try StoredDocument.checkpoint(before: 255, in: bytes) == nil)
        #expect(try StoredDocument.checkpoint(before: 256, in: bytes) == checkpoints[0])
        #expect(try StoredDocument.checkpoint(before: 599, in: bytes) == checkpoints[0])
        #expect(try StoredDocument.checkpoint(before: 9_999, in: bytes) == checkpoints[1])
      }
    }
    #expect(
      found == [
        .keyword("é1"), .text("some words"), .integer(-7), .double(2.5),
        .date(1_611_645_000_000, text: "2021-01-26T07:10Z"), .boolean(true), .boolean(false),
        .keyword("a"), .keyword(""), .keyword("b"),
      ])
  }

  @Test func theHeadAloneTellsWhereTextsAre() throws {
    let document = try document(text)
    let bytes = try stored(document, schema(document))
    let end = try StoredDocumentReader.headEnd(unsafe bytes.span.bytes.extracting(first: 10))
    var whole = try StoredDocumentReader(unsafe bytes.span.bytes)
    var part = try StoredDocumentReader(
      unsafe bytes.span.bytes.extracting(first: end), length: bytes.count)
    while let value = try whole.next() { #expect(try part.next() == value) }
    #expect(try part.next() == nil)
  }

  @Test func aStoredDocumentIsTheDocumentAgain() throws {
    let document = try document(text)
    let schema = schema(document)
    let bytes = try stored(document, schema)
    var again = Document()
    try again.read(stored: unsafe bytes.span.bytes, fields: schema.fields)
    #expect(listing(again) == listing(document))
    #expect(try stored(again, schema) == bytes)
  }

  @Test func damagedBytesAreAnErrorOrAnotherValueNeverATrap() throws {
    let document = try document(text)
    let schema = schema(document)
    let bytes = try stored(
      document, schema, checkpoints: [Checkpoint(position: 256, offset: 3)])
    func readAll(_ bytes: [UInt8]) {
      var again = Document()
      _ = try? again.read(stored: unsafe bytes.span.bytes, fields: schema.fields)
      guard var reader = try? StoredDocumentReader(unsafe bytes.span.bytes) else { return }
      while let value = try? reader.next() {
        _ = try? StoredDocument.value(value, of: unsafe bytes.span.bytes)
        _ = try? StoredDocument.checkpoint(
          before: 9, in: unsafe bytes.span.bytes.extracting(value.checkpoints))
      }
    }
    for length in 0..<bytes.count { readAll(Array(bytes[..<length])) }
    for place in bytes.indices {
      for value in UInt8.min ... .max {
        var damaged = bytes
        damaged[place] = value
        readAll(damaged)
      }
    }
  }
}

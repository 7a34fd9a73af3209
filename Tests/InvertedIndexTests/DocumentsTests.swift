import JSON
import Testing

@testable import InvertedIndex

func document(_ json: String) throws(JSONError) -> Document {
  var document = Document()
  let bytes = Array(json.utf8)
  try document.read(json: unsafe bytes.span.bytes)
  return document
}

/// The values as `path kind text`, `[]` behind a path in an array.
func listing(_ document: Document) -> [String] {
  document.values.map { value in
    "\(document.string(value.path))\(value.inArray ? "[]" : "") \(value.kind) "
      + document.string(value.text)
  }
}

@Suite struct DocumentTests {
  @Test func objectsAreFlattenedWithDots() throws {
    let document = try document(
      #"{"id": 7, "a": {"b": "x", "c": {"d": 1.5}}, "e": ["y", "z"], "f": [{"g": true}, {"g": null}]}"#
    )
    #expect(
      listing(document) == [
        "id integer 7", "a.b string x", "a.c.d double 1.5", "e[] string y", "e[] string z",
        "f.g[] boolean true", "f.g[] null null",
      ])
    #expect(document.string(try document.id()) == "7")
  }

  @Test func emptyContainersHoldNothing() throws {
    #expect(
      listing(try document(#"{"id": "x", "a": [], "b": {}, "c": [[], {}]}"#)) == ["id string x"])
  }

  @Test func nestedArraysAreOneArray() throws {
    #expect(
      listing(try document(#"{"a": [1, [2, [3]], 4]}"#)) == [
        "a[] integer 1", "a[] integer 2", "a[] integer 3", "a[] integer 4",
      ])
  }

  @Test func ofMembersWithOneNameTheLastWinsWithAllBelow() throws {
    #expect(
      listing(try document(#"{"id": 1, "a": {"b": 1, "c": 2}, "x": 0, "a": {"d": [3]}, "id": 2}"#))
        == ["x integer 0", "a.d[] integer 3", "id integer 2"])
    #expect(
      listing(try document(#"{"f": [{"a": 1}, {"a": 2, "a": 3}], "a": 1, "a": []}"#))
        == ["f.a[] integer 1", "f.a[] integer 3"])
    let many = (0..<3_000).map { "\"m\($0 % 1_000)\": \($0)" }.joined(separator: ",")
    let found = try document("{\(many)}").values.map(\.integer)
    #expect(found == Array(2_000..<3_000))
  }

  @Test(arguments: ["[]", "1", "\"x\"", "null", "", "{", "{}}", "{\"a\":1} x"])
  func whatIsNoObjectIsRefused(_ text: String) {
    #expect(throws: JSONError.self) { try document(text) }
  }

  @Test func aDocumentIsEmptyAfterAnErrorAndReadsOn() throws {
    var document = Document()
    for _ in 0..<3 {
      let bad = Array(#"{"id": 1, "a": [1, 2, }"#.utf8)
      #expect(throws: JSONError.self) { try document.read(json: unsafe bad.span.bytes) }
      #expect(document.values.isEmpty)
      let good = Array(#"{"id": 2}"#.utf8)
      try document.read(json: unsafe good.span.bytes)
      #expect(listing(document) == ["id integer 2"])
    }
  }

  @Test func aDocumentOver64MebibytesIsRefused() {
    let bytes = [UInt8](repeating: 0x20, count: Document.maximumSize + 1)
    var document = Document()
    #expect {
      try document.read(json: unsafe bytes.span.bytes)
    } throws: { "\($0)" == "line 1, column 1: a document of 67108865 bytes; at most 67108864" }
  }

  @Test func moreValuesThanThereMayBeAreRefused() {
    let text = "{\"a\":[" + String(repeating: "1,", count: Document.maximumValueCount) + "1]}"
    #expect { try document(text) } throws: { "\($0)".contains("too large once flattened") }
  }

  @Test func anEndlessPathIsRefused() {
    let name = String(repeating: "n", count: 300)
    #expect { try document("{\"\(name)\":{\"\(name)\":1}}") } throws: {
      "\($0)".contains("a field's path of more than 512 bytes")
    }
  }

  @Test(arguments: [
    ("{}", "missing: every document needs an id"),
    (#"{"id": null}"#, "must be a string or an integer"),
    (#"{"id": 1.5}"#, "must be a string or an integer"),
    (#"{"id": true}"#, "must be a string or an integer"),
    (#"{"id": ["a"]}"#, "must be a string or an integer"),
    (#"{"id": {"x": 1}}"#, "missing: every document needs an id"),
    (#"{"id": ""}"#, "empty"),
    ("{\"id\": \"\(String(repeating: "x", count: 513))\"}", "513 bytes; at most 512"),
  ])
  func anIDThatIsNoneIsRefused(_ json: String, _ detail: String) throws {
    let document = try document(json)
    #expect(throws: IndexError.document(id: nil, field: "id", detail: detail)) { try document.id() }
  }

  @Test func documentsAreBuiltByHand() throws {
    var built = Document()
    built.append("id", "é")
    built.append("n", Int64(-3))
    built.append("d", 2.5)
    built.append("b", true)
    built.append("t", "x", inArray: true)
    #expect(
      listing(built) == [
        "id string é", "n integer -3", "d double 2.5", "b boolean true", "t[] string x",
      ])
    #expect(built.string(try built.id()) == "é")
  }

  @Test func anyBytesAreReadOrRefused() {
    let seed = UInt64.random(in: 0 ... .max)
    print("seed \(seed)")
    var random = SystemRandomNumberGenerator()
    let pieces = [
      "{", "}", "[", "]", ",", ":", "\"a\"", "\"id\"", "1", "\"b.c\"", "null", "{\"a\":", "[{",
      "}]",
    ]
    var document = Document()
    for _ in 0..<20_000 {
      var text = "{"
      for _ in 0..<Int.random(in: 0..<12, using: &random) {
        text += pieces.randomElement(using: &random)!
      }
      let bytes = Array(text.utf8)
      _ = try? document.read(json: unsafe bytes.span.bytes)
    }
  }
}

@Suite struct CoercionTests {
  func content(_ json: String, _ type: FieldType) throws -> FieldContent? {
    let document = try document("{\"f\": \(json)}")
    return try Field(name: "f", type: type).content(of: document.values[0], in: document)
  }

  @Test func valuesThatFit() throws {
    #expect(try content("12", .integer) == .integer(12))
    #expect(try content("12.0", .integer) == .integer(12))
    #expect(try content("\"-12\"", .integer) == .integer(-12))
    #expect(try content("12", .double) == .double(12))
    #expect(try content("\"1.5e3\"", .double) == .double(1500))
    #expect(try content("true", .boolean) == .boolean(true))
    #expect(try content("\"false\"", .boolean) == .boolean(false))
    if case .date(let time, _) = try content("\"2021-01-26T07:10Z\"", .date) {
      #expect(time == 1_611_645_000_000)
    } else {
      Issue.record("no date")
    }
    for type in FieldType.allCases { #expect(try content("null", type) == nil) }
  }

  @Test func textAndKeywordTakeLiterals() throws {
    for json in ["1984", "true", "2.50"] {
      let document = try document("{\"f\": \(json)}")
      let content = try Field(name: "f", type: .text).content(of: document.values[0], in: document)
      guard case .text(let range) = content else { throw IndexError.invalid("no text") }
      #expect(document.string(range) == json)
    }
  }

  @Test(arguments: [
    ("\"twelve\"", FieldType.integer, "expected an integer, found the string \"twelve\""),
    ("1.5", .integer, "expected an integer, found 1.5"),
    ("1e400", .integer, "expected an integer, found 1e400"),
    ("99999999999999999999", .integer, "expected an integer, found 99999999999999999999"),
    ("true", .integer, "expected an integer, found true"),
    ("1e400", .double, "expected a number, found 1e400"),
    ("\"\"", .double, "expected a number, found the string \"\""),
    ("\" 1\"", .double, "expected a number, found the string \" 1\""),
    ("1", .boolean, "expected true or false, found 1"),
    ("\"falsehood\"", .boolean, "expected true or false, found the string \"falsehood\""),
  ])
  func aValueOfTheWrongTypeIsRefused(_ json: String, _ type: FieldType, _ detail: String) {
    #expect(throws: IndexError.document(id: nil, field: "f", detail: detail)) {
      try content(json, type)
    }
  }

  @Test func aDateOfAnotherFormIsRefusedAndSaysWhichDocument() throws {
    let document = try document(#"{"id": "x", "f": "26 January 2021"}"#)
    #expect {
      try Field(name: "f", type: .date).content(of: document.values[1], in: document)
    } throws: {
      "\($0)".hasPrefix("document x: field f: expected a date as ISO 8601 writes it")
        && "\($0)".hasSuffix("found the string \"26 January 2021\"")
    }
  }

  @Test func aKeywordTooLongIsRefused() {
    let long = String(repeating: "k", count: 32_767)
    #expect { try content("\"\(long)\"", .keyword) } throws: {
      "\($0)" == "field f: 32767 bytes; a keyword has at most 32766"
    }
  }
}

@Suite struct ISODateTests {
  @Test(
    arguments: [
      ("1970", 0), ("1970-01", 0), ("1970-01-01", 0), ("1970-01-02", 86_400_000),
      ("2021-01-26T07:10Z", 1_611_645_000_000), ("2021-01-26T07:10", 1_611_645_000_000),
      ("2021-01-26 07:10:00", 1_611_645_000_000),
      ("2021-01-26t10:10:00.000+03:00", 1_611_645_000_000),
      ("2021-01-26T03:40:00-0330", 1_611_645_000_000),
      ("2021-01-26T07:10:00.1239Z", 1_611_645_000_123),
      ("1969-12-31T23:59:59.999Z", -1), ("2000-02-29", 951_782_400_000),
      ("0000-01-01", -62_167_219_200_000),
      ("9999-12-31T23:59:59Z", 253_402_300_799_000), ("2016-12-31T23:59:60Z", 1_483_228_800_000),
    ] as [(String, Int64)])
  func reads(_ text: String, _ milliseconds: Int64) {
    #expect(ISODate.parse(text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "20", "201", "20210126", "2021-1-26", "2021-13", "2021-00-01", "2021-02-29", "1900-02-29",
    "2021-01-32",
    "2021-01-26T", "2021-01-26T7:10", "2021-01-26T24:00", "2021-01-26T07:60", "2021-01-26T07:10:61",
    "2021-01-26T07:10:00.", "2021-01-26T07:10ZZ", "2021-01-26T07:10+3", " 2021-01-26",
    "2021-01-26 ", "+2021-01-26",
    "-2021-01-26", "2021/01/26", "26.01.2021", "２０２１",
  ])
  func refuses(_ text: String) { #expect(ISODate.parse(text) == nil) }

  @Test func writesWhatItReads() {
    let seed = UInt64.random(in: 0 ... .max)
    var state = seed
    for _ in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let time = Int64(state >> 16) % 315_569_520_000_000 - 62_167_219_200_000
      guard time < 253_402_300_800_000 else { continue }
      let text = ISODate.string(time)
      #expect(ISODate.parse(text)?.milliseconds == time, "seed \(seed), \(text)")
    }
  }
}

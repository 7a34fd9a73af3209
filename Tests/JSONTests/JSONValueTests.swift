import Testing

@testable import JSON

@Suite struct JSONValueTests {
  @Test func parsesATree() throws {
    let value = try JSONValue.parse(#"{"a": [1, 2.5, "x"], "b": {"c": true, "d": null}}"#)
    #expect(value == ["a": [1, 2.5, "x"], "b": ["c": true, "d": nil]])
    #expect(value["a"]?.array?.count == 3)
    #expect(value["b"]?["c"]?.bool == true)
    #expect(value["x"] == nil)
    #expect(value.object?.names == ["a", "b"])
  }

  @Test func ofMembersWithOneNameTheLastWins() throws {
    let value = try JSONValue.parse(#"{"a": 1, "b": 2, "a": 3}"#)
    #expect(value == ["a": 3, "b": 2])
    #expect(value.object?.names == ["a", "b"])
  }

  @Test func aNumberBeyondTheDoublesIsAnError() {
    #expect(throws: JSONError.self) { try JSONValue.parse("[1e400]") }
  }

  @Test func objectsOfManyMembersTakeLinearTime() throws {
    let members = (0..<50_000).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
    #expect(try JSONValue.parse("{\(members)}").object?.count == 50_000)
  }

  @Test func membersAreSetAndRemoved() {
    var object: JSONObject = ["a": 1]
    object["b"] = 2
    object["a"] = 3
    object["c"] = nil
    #expect(object == ["a": 3, "b": 2])
    object["a"] = nil
    #expect(object == ["b": 2])
  }
}

@Suite struct JSONWriterTests {
  @Test func writesCompactly() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.field("a", 1)
    writer.name("b")
    writer.array {
      $0.string("x")
      $0.double(0.1)
      $0.float(7.31)
      $0.null()
      $0.object { _ in }
    }
    writer.field("c", true)
    writer.endObject()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"a":1,"b":["x",0.1,7.31,null,{}],"c":true}"#)
  }

  @Test func writesPrettily() {
    var writer = JSONWriter(pretty: true)
    writer.value(["a": [1, 2], "b": [:], "c": []])
    #expect(
      String(decoding: writer.bytes, as: UTF8.self) == """
        {
          "a": [
            1,
            2
          ],
          "b": {},
          "c": []
        }
        """)
  }

  @Test func escapesWhatMustBe() {
    var writer = JSONWriter()
    writer.string("a\"b\\c\n\r\t\u{1}\u{1f}\u{7f}é😀/")
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #""a\"b\\c\n\r\t\u0001\u001f"# + "\u{7f}é😀/\"")
  }

  @Test func whatMustBeEscapedIsFoundAtEveryPlace() throws {
    for special in ["", "\"", "\\", "\n", "\u{1f}", "\u{7f}", "é", "😀"] {
      for count in 0..<40 {
        let text = String(repeating: " ", count: count) + special + String(repeating: "~", count: 7)
        let value: JSONValue = [.string(text), .object([text: 1])]
        #expect(try JSONValue.parse(value.description) == value)
      }
    }
  }

  @Test func bytesThatAreNotUTF8AreReplaced() {
    var writer = JSONWriter()
    let bytes: [UInt8] = [0x61, 0xff, 0x62, 0xc3, 0xa9, 0xe2, 0x82]
    unsafe writer.string(utf8: bytes.span.bytes)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "\"a\u{fffd}bé\u{fffd}\u{fffd}\"")
  }

  @Test func whatJSONCannotSayIsNull() {
    var writer = JSONWriter()
    writer.value([.double(.nan), .double(.infinity), .double(-0.0), .double(1e300)])
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "[null,null,-0.0,1e+300]")
  }

  @Test func everyValueReadsBackTheSame() throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("seed \(seed)")
    var random = Generator(state: seed)
    for _ in 0..<2_000 {
      let value = Self.value(&random, depth: 4)
      for pretty in [false, true] {
        var writer = JSONWriter(pretty: pretty)
        writer.value(value)
        #expect(try JSONValue.parse(writer.bytes) == value, "seed \(seed)")
      }
    }
  }

  static func value(_ random: inout Generator, depth: Int) -> JSONValue {
    switch random.next() % (depth > 0 ? 8 : 6) {
    case 0: return .null
    case 1: return .bool(random.next() % 2 == 0)
    case 2: return .integer(Int64(bitPattern: random.next()))
    case 3:
      let double = Double(bitPattern: random.next())
      return .double(double.isFinite ? double : 0.5)
    case 4, 5: return .string(text(&random))
    case 6: return .array((0..<random.next() % 4).map { _ in value(&random, depth: depth - 1) })
    default:
      var object = JSONObject()
      for _ in 0..<random.next() % 4 { object[text(&random)] = value(&random, depth: depth - 1) }
      return .object(object)
    }
  }

  static func text(_ random: inout Generator) -> String {
    var text = ""
    for _ in 0..<random.next() % 12 {
      let scalar = UInt32(random.next() % [0x20, 0x80, 0x800, 0x10000, 0x110000].randomElement()!)
      text.unicodeScalars.append(Unicode.Scalar(scalar) ?? "?")
    }
    return text
  }
}

@Suite struct UTF8ValidationTests {
  @Test func agreesWithTheStandardLibrary() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Generator(state: seed)
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<random.next() % 12 {
        let byte = UInt8(truncatingIfNeeded: random.next())
        bytes.append(random.next() % 2 == 0 ? byte | 0x80 : byte)
      }
      let valid = String(validating: bytes, as: UTF8.self) != nil
      let fault = unsafe UTF8Validation.firstFault(in: bytes.span.bytes)
      #expect((fault == bytes.count) == valid, "seed \(seed), \(bytes)")
      var repaired: [UInt8] = []
      unsafe UTF8Validation.appendRepaired(bytes.span.bytes, to: &repaired)
      #expect(String(validating: repaired, as: UTF8.self) != nil, "seed \(seed), \(bytes)")
    }
  }
}

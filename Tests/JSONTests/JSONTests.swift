import Testing

@testable import JSON

/// Reads a text to its end, as a list of what came.
func tokens(_ text: String) throws(JSONError) -> [String] { try tokens(Array(text.utf8)) }

func tokens(_ bytes: [UInt8]) throws(JSONError) -> [String] {
  var reader = unsafe JSONReader(bytes.span.bytes)
  var arena: [UInt8] = []
  var all: [String] = []
  while true {
    let start = arena.count
    let token = try reader.next(into: &arena)
    let text = String(decoding: arena[start...], as: UTF8.self)
    switch token {
    case .end: return all
    case .name, .string: all.append("\(token) \(text)")
    case .integer: all.append("integer \(reader.integer)")
    case .double: all.append("double \(reader.double)")
    default: all.append("\(token)")
    }
  }
}

func failure(_ text: String) -> JSONError? {
  do throws(JSONError) {
    _ = try tokens(text)
    return nil
  } catch { return error }
}

@Suite struct JSONReaderTests {
  @Test func readsEveryKindOfValue() throws {
    let text = #" {"a": [1, -2.5, "x", true, false, null, {}, []], "b": {"c": ""}} "#
    #expect(
      try tokens(text) == [
        "beginObject", "name a", "beginArray", "integer 1", "double -2.5", "string x", "true",
        "false", "null", "beginObject", "endObject", "beginArray", "endArray", "endArray",
        "name b", "beginObject", "name c", "string ", "endObject", "endObject",
      ])
  }

  @Test func decodesEscapes() throws {
    #expect(
      try tokens(#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00""#) == [
        "string \"\\/\u{8}\u{c}\n\r\tAé€😀"
      ])
  }

  @Test(arguments: [
    (#""\ud83d""#, "\u{fffd}"), (#""\ude00""#, "\u{fffd}"), (#""\ud83dx""#, "\u{fffd}x"),
    (#""\ud83d\n""#, "\u{fffd}\n"), (#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
  ])
  func replacesLoneSurrogates(_ text: String, _ expected: String) throws {
    #expect(try tokens(text) == ["string \(expected)"])
  }

  /// Runs of every length around the eight bytes that are taken at once, with a stop at each place.
  @Test func findsTheEndOfPlainRunsAtEveryPlace() throws {
    for length in 0...40 {
      for stop in ["\\n", "é", "€", "😀", "\\\""] {
        for place in 0...length {
          let plain = String(repeating: "a", count: place)
          let rest = String(repeating: "b", count: length - place)
          let decoded = stop == "\\n" ? "\n" : stop == "\\\"" ? "\"" : stop
          #expect(try tokens("\"\(plain)\(stop)\(rest)\"") == ["string \(plain)\(decoded)\(rest)"])
        }
      }
    }
  }

  @Test(
    arguments: [
      [0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80],
      [0xf0, 0x80, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff], [0xc3], [0xe2, 0x82],
      [0xf0, 0x9f, 0x98],
      [0xc3, 0x28],
    ] as [[UInt8]])
  func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
    let text = Array("[\"ab".utf8) + bytes + Array("\"]".utf8)
    #expect {
      _ = try tokens(text)
    } throws: { error in
      (error as? JSONError)?.message == "not UTF-8" && (error as? JSONError)?.offset == 4
    }
  }

  @Test(arguments: [
    "", " ", "{", "[", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "[1", "[1,", "\"", "\"\\",
    "\"\\u12",
    "\"a", "tru", "-", "1.", "1e", "1e+",
  ])
  func saysThatTheTextEndsEarly(_ text: String) throws {
    let error = try #require(failure(text))
    #expect(error.offset <= text.utf8.count)
  }

  @Test(arguments: [
    "{a:1}", "{'a':1}", "[1,]", "{\"a\":1,}", "[,1]", "01", "+1", ".5", "1.e5", "NaN", "Infinity",
    "0x10",
    "[1 2]", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "]", "}", "[}", "{]", "\"\\x\"", "\"\\u12g4\"",
    "nul", "True",
    "1 2", "{} {}", "\"\u{1}\"", "\"a\nb\"", "//x\n1",
  ])
  func refusesWhatIsNotJSON(_ text: String) {
    #expect(failure(text) != nil)
  }

  @Test func errorsNameLineAndColumn() throws {
    let error = try #require(failure("{\"a\": 1,\n \"é\": x}"))
    #expect(error.line == 2)
    #expect(error.column == 7)
    #expect(error.description == "line 2, column 7: expected a value")
  }

  @Test func nestingIsLimited() throws {
    let deep = { (depth: Int) in
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(failure(deep(64)) == nil)
    #expect(failure(deep(65))?.message == "nested deeper than 64")
    #expect(failure(String(repeating: "[", count: 1_000_000)) != nil)
    #expect(failure(String(repeating: "{\"a\":", count: 1_000_000)) != nil)
  }

  @Test(arguments: [
    ("0", "integer 0"), ("-0", "integer 0"), ("9223372036854775807", "integer 9223372036854775807"),
    ("-9223372036854775808", "integer -9223372036854775808"),
    ("9223372036854775808", "double 9.223372036854775807e+18"),
    ("18446744073709551616", "double 1.8446744073709552e+19"), ("1.5", "double 1.5"),
    ("1e2", "double 100.0"), ("1E-2", "double 0.01"), ("0.1", "double 0.1"),
    ("0.000001", "double 1e-06"),
    ("123456789012345678901234567890", "double 1.2345678901234568e+29"),
    ("2.2250738585072011e-308", "double 2.225073858507201e-308"), ("5e-324", "double 5e-324"),
    ("1e-400", "double 0.0"), ("1.7976931348623157e308", "double 1.7976931348623157e+308"),
    ("1e400", "double inf"), ("-1e99999999999999999999", "double -inf"),
    ("1e-99999999999999999999", "double 0.0"),
    ("0.30000000000000004", "double 0.30000000000000004"),
    ("1.00000000000000000000001", "double 1.0"),
  ])
  func readsNumbers(_ text: String, _ expected: String) throws {
    let value = expected.split(separator: " ")
    let found = try tokens(text)[0].split(separator: " ")
    #expect(found[0] == value[0])
    #expect(Double(found[1]) == Double(value[1]))
  }

  @Test func readsRandomDoublesAsTheStandardLibraryDoes() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Generator(state: seed)
    for _ in 0..<20_000 {
      let number = Double(bitPattern: random.next())
      guard number.isFinite else { continue }
      let long = number.description
      let found = try tokens(long)[0].split(separator: " ")[1]
      #expect(Double(found) == number, "seed \(seed), \(long)")
      let short = "\(random.next() % 100_000_000).\(random.next() % 1_000_000)"
      #expect(try tokens(short)[0] == "double \(Double(short)!)", "seed \(seed), \(short)")
    }
  }

  /// Any bytes are read or refused; nothing traps.
  @Test func anyBytesAreReadOrRefused() {
    let seed = UInt64.random(in: 0 ... .max)
    print("seed \(seed)")
    var random = Generator(state: seed)
    let pieces = Array(#"{}[]",:\u0dé19.e-+tfn x"#.utf8)
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<random.next() % 24 {
        bytes.append(
          random.next() % 8 == 0
            ? UInt8(truncatingIfNeeded: random.next())
            : pieces[Int(random.next() % UInt64(pieces.count))])
      }
      _ = try? tokens(bytes)
      _ = try? JSONValue.parse(bytes)
    }
  }
}

/// SplitMix64.
struct Generator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z &>> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z &>> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z &>> 31
  }
}

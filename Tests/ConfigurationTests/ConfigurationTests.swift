import Testing

@testable import Configuration

@Suite("Files of settings")
struct ConfigurationTests {
  private static func parse(_ text: String) throws -> Configuration {
    try Configuration.parse(Array(text.utf8), path: "x.conf")
  }

  private static func entry(_ value: String) throws -> Configuration.Entry {
    try #require(try parse("name = \(value)").entry("name"))
  }

  private static func fault(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch let error as ConfigurationError {
      return error.description
    } catch {
      return "another error: \(error)"
    }
  }

  @Test("lines are settings; comments, empty lines, tabs, CRLF and a BOM are no trouble")
  func lines() throws {
    let configuration = try Self.parse(
      "\u{feff}# first\r\n\n  a=1\r\n\tb-2 \t=  x y  z  # why\n   # no\nc = /p#q\nd=e=f")
    #expect(configuration.entries.map(\.name) == ["a", "b-2", "c", "d"])
    #expect(configuration.entries.map(\.words) == [["1"], ["x", "y", "z"], ["/p#q"], ["e=f"]])
    #expect(
      configuration.entries.map(\.place) == ["x.conf:3", "x.conf:4", "x.conf:6", "x.conf:7"])
    #expect(try configuration.entry("b-2")?.string() == "x y  z")
    #expect(try configuration.entry("none") == nil)
    #expect(try Self.parse("").entries.isEmpty)
  }

  @Test("double quotes keep white space, # and quotes")
  func quotes() throws {
    #expect(try Self.entry(#""a # b""#).string() == "a # b")
    #expect(try Self.entry(#""say \"x\" \\ \\""# + " # y").string() == #"say "x" \ \"#)
    #expect(try Self.entry(#"a "b c" d"e"#).words == ["a", "b c", #"d"e"#])
    #expect(try Self.entry(#""""#).string() == "")
  }

  @Test(
    "what is not understood is an error with its place",
    arguments: [
      ("a", "x.conf:2: not a setting"), ("= 1", "x.conf:2: \"\" is not the name"),
      ("a b = 1", "x.conf:2: \"a b\" is not the name"), ("[section]", "x.conf:2: not a setting"),
      ("a =", "x.conf:2: a: has no value"), ("a = # b", "x.conf:2: a: has no value"),
      ("a = \"b", "x.conf:2: a: a double quote is not closed"),
      ("a = \"b\"c", "x.conf:2: a: something stands right behind"),
      ("a = \"\\n\"", "x.conf:2: a: within quotes"), ("a = b\u{1b}[2J", "x.conf:2: has a control"),
      ("a = b\u{0}", "x.conf:2: has a control"), ("é = 1", "x.conf:2: \"é\" is not the name"),
    ])
  func faults(line: String, message: String) {
    let fault = Self.fault { _ = try Self.parse("x = 1\n\(line)\ny = 2") }
    #expect(fault.hasPrefix(message), "\(fault)")
  }

  @Test("bytes that are not UTF-8 are refused")
  func encoding() {
    let fault = Self.fault { _ = try Configuration.parse([0x61, 0x3d, 0xff], path: "x.conf") }
    #expect(fault == "x.conf:1: is not UTF-8")
  }

  @Test("a name that is not known is an error that tells the nearest, or all")
  func names() throws {
    let configuration = try Self.parse("log-level = info\nconections = 4")
    let known = ["log-level", "connections"]
    #expect(
      Self.fault { try configuration.check(known: known) }
        == "x.conf:2: conections: there is no such setting; did you mean \"connections\"?")
    #expect(
      Self.fault { try Self.parse("zebra = 1").check(known: known) }.contains(
        "known are connections, log-level"))
    try Self.parse("log-level = info").check(known: known)
  }

  @Test("the same name twice is an error, but for lists, which go on")
  func twice() throws {
    let configuration = try Self.parse("a = 1 2\nb = x\na = \"3 4\"")
    #expect(
      Self.fault { _ = try configuration.entry("a") }
        == "x.conf:3: a: is already set at x.conf:1")
    #expect(configuration.list("a") == ["1", "2", "3 4"])
    #expect(configuration.list("c").isEmpty)
  }

  @Test("numbers, sizes, times, truths and paths")
  func values() throws {
    #expect(try Self.entry("017").integer(in: 0...20) == 17)
    for (text, bytes) in [
      ("0", 0), ("65536", 65_536), ("64K", 65_536), ("64k", 65_536), ("64 KiB", 65_536),
      ("3MB", 3 << 20), ("2G", 2 << 30), ("1T", 1 << 40),
    ] {
      #expect(try Self.entry(text).size(in: 0...1 << 50) == bytes)
    }
    for (text, milliseconds) in [
      ("0", 0), ("250ms", 250), ("10s", 10_000), ("2min", 120_000), ("2m", 120_000),
      ("1 h", 3_600_000), ("1d", 86_400_000),
    ] {
      #expect(try Self.entry(text).milliseconds(in: 0...1 << 40) == milliseconds)
    }
    #expect(try Self.entry("2min").seconds(in: 1...3_600) == 120)
    for text in ["yes", "true", "On", "1"] { #expect(try Self.entry(text).boolean()) }
    for text in ["no", "FALSE", "off", "0"] { #expect(try !Self.entry(text).boolean()) }
    #expect(try Self.entry("/var/lib").path() == "/var/lib")
    #expect(try Self.entry("\"/a b\"").path() == "/a b")
    #expect(try Self.entry("/a b").path() == "/a b")
  }

  @Test("values that are not what they should be say what would be")
  func wrongValues() {
    for (text, message) in [
      ("ten", "\"ten\" is not a whole number"), ("-1", "\"-1\" is not a whole number"),
      ("1.5", "\"1.5\" is not a whole number"), ("+4", "\"+4\" is not a whole number"),
      ("٣", "\"٣\" is not a whole number"),
      ("99999999999999999999", "is not a whole number"), ("101", "101 is not from 1 to 100"),
      ("4 5", "\"4 5\" is not a whole number"), ("\"4\" 5", "is more than one word"),
    ] {
      let fault = Self.fault { _ = try Self.entry(text).integer(in: 1...100) }
      #expect(fault.hasPrefix("x.conf:1: name: ") && fault.contains(message), "\(fault)")
    }
    for text in ["K", "64X", "-1K", "1.5G", "9223372036854775807K"] {
      #expect(Self.fault { _ = try Self.entry(text).size(in: 0...9) }.contains("is not a size"))
    }
    #expect(
      Self.fault { _ = try Self.entry("1G").size(in: 1_024...1 << 20) }.contains(
        "1G is not from 1K to 1M"))
    for text in ["10", "s", "1w", "1.5s", "9223372036854775807d"] {
      #expect(
        Self.fault { _ = try Self.entry(text).milliseconds(in: 0...9) }.contains("is not a time"))
    }
    #expect(
      Self.fault { _ = try Self.entry("2h").seconds(in: 1...3_600) }.contains(
        "2h is not from 1s to 1h"))
    #expect(
      Self.fault { _ = try Self.entry("1500ms").seconds(in: 1...3_600) }.contains("whole seconds"))
    #expect(Self.fault { _ = try Self.entry("maybe").boolean() }.contains("neither yes nor no"))
    #expect(Self.fault { _ = try Self.entry("a/b").path() }.contains("not an absolute path"))
  }

  @Test("what is described can be read again")
  func describe() throws {
    for bytes in [0, 1, 1_000, 1_024, 65_536, 1 << 20, 3 << 30] {
      let text = Configuration.Entry.describe(size: bytes)
      #expect(try Self.entry(text).size(in: 0...1 << 50) == bytes)
    }
    for time in [0, 1, 999, 1_000, 90_000, 120_000, 3_600_000, 86_400_000] {
      let text = Configuration.Entry.describe(milliseconds: time)
      #expect(try Self.entry(text).milliseconds(in: 0...1 << 40) == time)
    }
  }

  @Test("any bytes are either settings or an error")
  func anything() {
    var random = SystemRandomNumberGenerator()
    let alphabet = Array(" \t\n\r=#\"\\ab-_1é/\u{0}".utf8) + [0xff]
    for _ in 0..<2_000 {
      let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
        alphabet.randomElement(using: &random) ?? 0
      }
      guard let configuration = try? Configuration.parse(bytes, path: "x") else { continue }
      for entry in configuration.entries {
        #expect(!entry.words.isEmpty, "\(bytes)")
        _ = try? entry.string()
      }
    }
  }

  @Test("what is not a file of settings is refused; one that is missing is none")
  func reading() throws {
    #expect(try Configuration.read("/nonexistent/x.conf") == nil)
    #expect(Self.fault { _ = try Configuration.read("/tmp") }.contains("/tmp: is not a regular"))
    #expect(
      Self.fault { _ = try Configuration.read("/dev/zero") }.contains("is not a regular file"))
  }
}

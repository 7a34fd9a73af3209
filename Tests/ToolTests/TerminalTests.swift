import JSON
import Testing

@testable import martlet

@Suite("What the tool prints")
struct TerminalTests {
  @Test(
    "terminal orders are taken out of text",
    arguments: [
      ("plain", "plain"),
      ("\u{1B}[31mred\u{1B}[0m", "red"),
      ("\u{1B}[2J\u{1B}[1;1Hcleared", "cleared"),
      ("\u{1B}]0;title\u{07}after", "after"),
      ("\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"),
      ("\u{1B}Pdevice\u{1B}\\after", "after"),
      ("\u{1B}c\u{1B}(0reset", "reset"),
      ("a\u{9B}31mb", "ab"),
      ("bell\u{07} back\u{08} del\u{7F} nul\u{00}", "bell back del nul"),
      ("a\u{202E}txt.exe", "atxt.exe"),
      ("tab\tline\nend\r", "tab line end "),
      ("\u{1B}[31", ""),
      ("\u{1B}", ""),
      ("\u{1B}]0;never ends\nnext", " next"),
      ("Niinistö, Łódź, 日本 — fine", "Niinistö, Łódź, 日本 — fine"),
    ])
  func printing(text: String, expected: String) {
    #expect(printable(text) == expected)
  }

  @Test("no control character is left, whatever comes")
  func totality() {
    var generator = SystemRandomNumberGenerator()
    let pieces: [Unicode.Scalar] = [
      "\u{1B}", "[", "]", "\u{07}", "\\", "3", ";", "m", "\u{9B}", "\u{9C}", "ä", "\n", "(",
    ]
    for _ in 0..<2_000 {
      var text = ""
      for _ in 0..<Int.random(in: 0..<30, using: &generator) {
        text.unicodeScalars.append(pieces.randomElement(using: &generator)!)
      }
      let clean = printable(text)
      #expect(
        clean.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) },
        "\(Array(text.utf8))")
    }
  }

  @Test("line feeds stay where lines are wanted")
  func lines() { #expect(printable("one\n\u{1B}[1mtwo", lines: true) == "one\ntwo") }

  @Test("long text is shortened by an ellipsis, within the width")
  func shortening() {
    #expect(shortened("short", to: 10) == "short")
    #expect(shortened("exactly ten", to: 11) == "exactly ten")
    #expect(shortened("much too long", to: 6) == "much …")
    #expect(shortened("öööööö", to: 6) == "öööööö")
  }

  @Test("passages mark their ranges, and ill ranges do no harm")
  func passages() throws {
    let rendering = SearchRendering(output: Output(1), select: false, quiet: true)
    func text(_ ranges: String) throws -> String {
      rendering.highlighted(
        try JSONValue.parse(#"{"text":"the nuclear arms","ranges":\#(ranges)}"#))
    }
    #expect(try text("[[4,11]]") == "the nuclear arms")
    #expect(try text("[[4,99],[-1,2],[5,4],[3],7]") == "the nuclear arms")
  }

  @Test("sizes are read as people write them")
  func sizes() {
    #expect(Size(argument: "268435456")?.bytes == 256 << 20)
    #expect(Size(argument: "512M")?.bytes == 512 << 20)
    #expect(Size(argument: "1.5GiB")?.bytes == 3 << 29)
    #expect(Size(argument: "64kb")?.bytes == 64 << 10)
    for bad in ["", "M", "-1", "1X", "nan", "inf", "1e300", "0x10", " 1", "99999999T"] {
      #expect(Size(argument: bad) == nil, "\(bad)")
    }
    #expect(Size.describe(999) == "999 bytes")
    #expect(Size.describe(256 << 20) == "256.0 MiB")
    #expect(Size(argument: "1023K").map { Size.describe($0.bytes) } == "1.0 MiB")
  }

  @Test("durations and numbers are short")
  func durations() {
    #expect(Progress.duration(0.0123) == "12 ms")
    #expect(Progress.duration(0.00081, fine: true) == "0.8 ms")
    #expect(Progress.duration(2.34) == "2.3 s")
    #expect(Progress.duration(75) == "1 min 15 s")
    #expect(Progress.duration(7_380) == "2 h 3 min")
    #expect(Progress.duration(.infinity) == "long")
    #expect(grouped(0) == "0")
    #expect(grouped(-1_234_567) == "-1,234,567")
    #expect(grouped(.min) == "-9,223,372,036,854,775,808")
    #expect(counted(1, "document") == "1 document")
  }

  @Test("the bar fills in eighths of a cell")
  func bar() {
    #expect(Progress.bar(0, cells: 4) == "▕    ▏")
    #expect(Progress.bar(1, cells: 4) == "▕████▏")
    #expect(Progress.bar(0.5, cells: 3) == "▕█▌ ▏")
    for cells in [1, 7, 20] {
      for share in stride(from: 0.0, through: 1.0, by: 0.01) {
        #expect(Progress.bar(share, cells: cells).count == cells + 2)
      }
    }
  }

  @Test("filters become filters of the wire API")
  func filters() throws {
    func filter(_ text: String) throws -> String { "\(try FilterArgument.parse(text))" }
    #expect(try filter("tags=NATO") == #"{"field":"tags","equals":"NATO"}"#)
    #expect(try filter("date>=2015-06-01") == #"{"field":"date","gte":"2015-06-01"}"#)
    #expect(try filter("words<100") == #"{"field":"words","lt":"100"}"#)
    #expect(try filter("url=http://x/?a=b") == #"{"field":"url","equals":"http://x/?a=b"}"#)
    #expect(try filter(#"{"field":"tags","in":["a","b"]}"#) == #"{"field":"tags","in":["a","b"]}"#)
    for bad in ["", "tags", "=x", "{broken"] {
      #expect(throws: Failure.self) { try filter(bad) }
    }
  }
}

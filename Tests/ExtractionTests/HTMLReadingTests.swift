import Testing

@testable import Extraction

@Suite struct HTMLEncodingTests {
  private func text(_ bytes: [UInt8]) throws -> (String, String?) {
    let page = try HTMLPage.read(bytes)
    return (page.body, page.warning)
  }

  private func latin(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8($0.value) }
  }

  @Test(arguments: [
    "<meta charset=iso-8859-1><p>caf\u{e9} \u{96} Stra\u{df}e",
    "<META HTTP-EQUIV='Content-Type' content='text/html; charset=ISO-8859-1'><p>caf\u{e9} \u{96} Stra\u{df}e",
    "<?xml version='1.0' encoding='windows-1252'?><html><p>caf\u{e9} \u{96} Stra\u{df}e",
    "<!-- <meta charset=utf-8> --><meta charset = \"latin1\"><p>caf\u{e9} \u{96} Stra\u{df}e",
  ])
  func declaredLatinOneIsWindows1252(_ page: String) throws {
    let (body, warning) = try text(latin(page))
    #expect(body == "café – Straße")
    #expect(warning == nil)
  }

  @Test func otherDeclaredEncodings() throws {
    let pages: [(String, [UInt8], String)] = [
      ("windows-1251", [0xcc, 0xe0, 0xff, 0xea], "Маяк"),
      ("koi8-r", [0xed, 0xc1, 0xd1, 0xcb], "Маяк"),
      ("shift_jis", [0x93, 0x94, 0x91, 0xe4], "灯台"), ("euc-jp", [0xc5, 0xf4, 0xc2, 0xe6], "灯台"),
      ("iso-2022-jp", [0x1b, 0x24, 0x42, 0x45, 0x74, 0x42, 0x66, 0x1b, 0x28, 0x42], "灯台"),
      ("gb2312", [0xb5, 0xc6, 0xcb, 0xfe], "灯塔"), ("big5", [0xbf, 0x4f, 0xb6, 0xf0], "燈塔"),
      ("euc-kr", [0xb5, 0xee, 0xb4, 0xeb], "등대"), ("iso-8859-2", [0xb3, 0xf3, 0x64, 0xbc], "łódź"),
      ("iso-8859-9", [0x64, 0xfd, 0xfe], "dış"), ("UTF-8", Array("łódź".utf8), "łódź"),
    ]
    for (name, bytes, expected) in pages {
      let (body, warning) = try text(Array("<meta charset=\(name)><p>".utf8) + bytes)
      #expect(body == expected, "\(name)")
      #expect(warning == nil, "\(name)")
    }
  }

  @Test func undeclaredEncodingsAreTold() throws {
    #expect(try text(Array("<p>łódź".utf8)) == ("łódź", nil))
    let (body, warning) = try text(latin("<p>\u{93}caf\u{e9}\u{94}"))
    #expect(body == "“café”")
    #expect(warning == "not UTF-8 at byte 3; read as Windows-1252")
  }

  @Test func marksBeforeThePageDecide() throws {
    #expect(try text([0xef, 0xbb, 0xbf] + Array("<meta charset=koi8-r><p>é".utf8)) == ("é", nil))
    for (mark, isBig) in [([0xff, 0xfe], false), ([0xfe, 0xff], true), ([], false), ([], true)]
      as [([UInt8], Bool)]
    {
      let units = "<p>灯 é".utf16.flatMap { unit -> [UInt8] in
        let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xff))
        return isBig ? [high, low] : [low, high]
      }
      #expect(try text(mark + units) == ("灯 é", nil))
    }
  }

  @Test func aPageInUTF8ThatDeclaresAnotherEncoding() throws {
    let (body, warning) = try text(Array("<meta charset=iso-8859-1><p>łódź".utf8))
    #expect(body == "łódź")
    #expect(warning == "declared as WINDOWS-1252, but is UTF-8")
  }

  @Test func bytesThatTheEncodingDoesNotHave() throws {
    let (body, _) = try text(Array("<meta charset=shift_jis><p>a".utf8) + [0x93, 0x94, 0xff, 0x62])
    #expect(body == "a灯\u{fffd}b")
    let damaged = Array("<p>łódź łódź łódź".utf8) + [0xc5] + Array(" end".utf8)
    let (repaired, warning) = try text(damaged)
    #expect(repaired == "łódź łódź łódź\u{fffd} end")
    #expect(warning?.hasPrefix("not UTF-8 at byte") == true)
  }

  @Test func labelsThatAreNone() {
    for label in ["x-user-defined", "utf-7", "", "😀", "iso-8859-99", "\"", "../../etc"] {
      #expect(
        HTMLEncoding.declaration(Array("<meta charset=\"\(label)\">".utf8)) == nil, "\(label)")
    }
    #expect(HTMLEncoding.declaration(Array("<meta charset=utf-16>".utf8)) == "UTF-8")
  }
}

@Suite struct HTMLCleanerTests {
  @Test(arguments: [
    ("a < b <c", "a &lt; b "), ("a<!-- x --!>b<!-->c<!--->d", "abcd"),
    ("<P CLASS=x class=y onclick='z' id=\"a'b\">t</P >", "<p class=\"x\" id=\"a'b\">t</p>"),
    ("<title>a <b> c</title>", "<title>a &lt;b> c</title>"),
    ("<script>if (a</b) '</scripty>'</script\n>x", "x"), ("<a href='\"'>", "<a href=\"&quot;\">"),
    ("<my-card id=x>y</my-card><o:p>z</o:p>", "<div id=\"x\">y</div>z"), ("</>a</ b>c", "ac"),
    ("<p\0 id=a\0b>c\0d", "<p id=\"a\">cd"), ("<img src=x><input><svg/>t", "t"), ("<br/>", "<br>"),
    ("<?xml version='1.0'?><script/><a id='x'/>t", "t"), ("<a x>", "<a>"), ("<a", "<a>"),
    ("<a id=\"x", "<a id=\"x\">"), ("<![CDATA[x]]>y", "y"), ("<style>a{}", ""),
  ])
  func markup(_ page: String, _ cleaned: String) {
    #expect(String(decoding: HTMLCleaner(Array(page.utf8)).output, as: UTF8.self) == cleaned)
  }
}

/// What hostile pages do: they end, with the text that can be had, and nothing is printed.
@Suite struct HTMLHostileTests {
  private func times(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
  }

  @Test func nestingOfAnyDepth() throws {
    let page = try HTMLPage.read(
      Array((times("<div>", 100_000) + "deep" + times("</div>", 100_000) + "<p>behind").utf8))
    #expect(page.body == "deep\n\nbehind")
    #expect(page.warning == nil)
    for tag in [
      "<div>", "<b>", "<ul><li>", "<table><tr><td>", "<font>", "<span class=byline>", "<form>",
    ] {
      let page = try HTMLPage.read(Array((times(tag, 30_000) + "text").utf8))
      #expect(page.body == "text", "\(tag)")
    }
  }

  @Test func aMillionAttributes() throws {
    let attributes = (0..<1_000_000).map { "a\($0)" }.joined(separator: " ")
    let page = try HTMLPage.read(Array("<p \(attributes) id=x>text</p>".utf8))
    #expect(page.body == "text")
  }

  /// An end tag that fits nothing is compared with every open element.
  @Test func endTagsThatFitNothingAreBounded() throws {
    let page = try HTMLPage.read(
      Array(("<p>before</p>" + times("<div>", 60_000) + times("</span>", 200_000) + "x").utf8))
    #expect(page.body == "before")
    #expect(page.warning == "its markup is too tangled; read in part")
  }

  @Test func entitiesDoNotExpandAndNothingIsFetched() throws {
    let bomb = """
      <!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>
      <p>&b;&f;</p>
      """
    let page = try HTMLPage.read(Array(bomb.utf8))
    #expect(page.body.hasSuffix("&b;&f;"))
    #expect(page.body.utf8.count < 40)
    let long = try HTMLPage.read(Array(("<p>&" + times("a", 1_000_000) + ";").utf8))
    #expect(long.body.utf8.count >= 1_000_000)
  }

  @Test func thingsThatNeverEnd() throws {
    for piece in [
      "<", "</", "<!--", "<p a=\"", "<p a", "<script>", "<title>", "&", "&#", "&#x", "<![CDATA[",
      "<?",
      "<a href=x>y", "<p>", "<option>", "<meta", "<meta charset=", "\0", "<h1>", "<svg>",
      "<html><body>",
      "<time datetime=2020-01-01>", "<link rel=canonical href=", "]]>", "<frameset>", "\u{feff}",
      "<br>",
    ] {
      let text = Array(times(piece, 20_000).utf8)
      // Refused or read, but never more than what came.
      if let page = try? HTMLPage.read(text) { #expect(page.body.utf8.count <= text.count) }
    }
  }

  /// Fixtures with bytes changed, cut out, repeated and cut off: nothing of it may crash or hang.
  @Test func damagedPages() throws {
    let seed = UInt64(20_211_126)
    var random = SplitMix(state: seed)
    print("seed \(seed)")
    let pieces = [
      "<", ">", "\"", "&", "</div>", "<table>", "<!--", "-->", "<script>", "\0", "<a href=", "é",
    ]
    for fixture in HTMLFixtures.all {
      let whole = Array(fixture.utf8)
      for _ in 0..<60 {
        var bytes = whole
        for _ in 0..<(1 + random.next() % 12) {
          guard !bytes.isEmpty else { break }
          let at = Int(random.next() % UInt64(bytes.count))
          switch random.next() % 5 {
          case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
          case 1: bytes[at] ^= 1 << UInt8(random.next() % 8)
          case 2: bytes.removeSubrange(at..<min(bytes.count, at + Int(random.next() % 50)))
          case 3:
            bytes.insert(contentsOf: pieces[Int(random.next() % UInt64(pieces.count))].utf8, at: at)
          default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 200)], at: at)
          }
        }
        if random.next() % 3 == 0 {
          bytes = Array(bytes[..<Int(random.next() % UInt64(bytes.count + 1))])
        }
        guard let page = try? HTMLPage.read(bytes) else { continue }
        #expect(page.body.utf8.count <= 4 * bytes.count + 10)
      }
    }
  }

  @Test func pagesAreReadByManyThreadsAtOnce() async throws {
    let alone = try HTMLFixtures.all.map { try HTMLPage.read(Array($0.utf8)) }
    let together = try await withThrowingTaskGroup(of: [HTMLPage].self) { group in
      for _ in 0..<8 {
        group.addTask { try HTMLFixtures.all.map { try HTMLPage.read(Array($0.utf8)) } }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    for pages in together { #expect(pages == alone) }
  }

  private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
  }
}

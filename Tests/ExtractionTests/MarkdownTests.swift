import Testing

@testable import Extraction

@Suite struct MarkdownTests {
  private func body(_ text: String) -> String {
    String(decoding: Markdown(Array(text.utf8)).body, as: UTF8.self)
  }

  @Test(arguments: [
    (
      "Some *emphasis*, **strong**, ***both***, _this_, __that__ and ~~gone~~.",
      "Some emphasis, strong, both, this, that and gone."
    ),
    ("snake_case_name, 2 * 3 * 4, a*b", "snake_case_name, 2 * 3 * 4, a*b"),
    ("un*frigging*believable", "unfriggingbelievable"),
    ("[text](http://x.y), [text](<a b> \"title\"), [a [b] c](x)", "text, text, a [b] c"),
    ("![picture of gulls](gulls.png) and [![alt](i.png)](http://x.y)", "picture of gulls and alt"),
    ("[not a link] and [x] (y)", "[not a link] and [x] (y)"),
    ("`code_with_*stars*` and ``a ` b``", "code_with_*stars* and a ` b"),
    ("<https://example.org/a_b> <me@example.org>", "https://example.org/a_b me@example.org"),
    ("a <b>bold</b> <br> H<sub>2</sub>O <!-- hidden --> z", "a bold   H2O  z"),
    ("1 < 2 and 3 > 2 and a<b", "1 < 2 and 3 > 2 and a<b"),
    ("&lt;tag&gt; &amp; &eacute; &#8364; &#x41; &nope; AT&T", "<tag> & é € A &nope; AT&T"),
    ("\\*not emphasis\\* \\[x\\] a\\b", "*not emphasis* [x] a\\b"),
    ("[[Page]] and [[Page|shown]]", "Page and shown"),
    ("A note[^1] here.\n\n[^1]: The note itself.", "A note here.\n\n The note itself."),
    (
      "[text][ref] and [ref] and [other][nope]\n\n[ref]: http://x.y \"T\"",
      "text and ref and [other][nope]"
    ),
  ])
  func inlineMarkup(_ text: String, _ plain: String) { #expect(body(text) == plain) }

  @Test(arguments: [
    ("para one\nsame para\n\npara two", "para one\nsame para\n\npara two"),
    ("- one\n- two\n  more\n- three", "one\ntwo\nmore\nthree"),
    ("1. one\n2) two\n   - deep\n", "one\ntwo\ndeep"),
    ("- [ ] to do\n- [x] done", "to do\ndone"),
    ("> quoted\n> more\n>> deep", "quoted\nmore\ndeep"),
    (
      "```swift\nlet a_b = *c*\n\n# no heading\n```\nafter",
      "let a_b = *c*\n\n# no heading\n\nafter"
    ),
    ("~~~\n```\n~~~\nx", "```\n\nx"),
    ("text\n\n    indented *code*\n\nmore", "text\n\nindented *code*\n\nmore"),
    ("> ```\n> code\n> ```\n> text", "code\n\ntext"),
    (
      "| Name | Price |\n|------|:-----:|\n| Rope | 12 |\n| `a\\|b` | x |",
      "Name\tPrice\nRope\t12\na\\|b\tx"
    ),
    ("one\n\n---\n\ntwo\n* * *\nthree", "one\n\ntwo\n\nthree"),
    ("<!-- a\n\ncomment -->\ntext\n<style>\np { x: y }\n</style>\nmore", "text\n\nmore"),
    ("<div align=\"center\">\n\n**x**\n\n</div>", "x"),
    ("#hashtag and C# text", "#hashtag and C# text"),
    ("unclosed ```\nx", "unclosed ```\nx"),
  ])
  func blocks(_ text: String, _ plain: String) { #expect(body(text) == plain) }

  @Test(arguments: [
    ("# The *Title* #\n\ntext", "The Title", "text"),
    ("The Title\n=========\n\ntext", "The Title", "text"),
    ("intro\n\n## Later\n\ntext", "Later", "intro\n\nLater\n\ntext"),
    ("no heading at all", nil, "no heading at all"),
    ("#\n\n## Second", "Second", ""),
  ])
  func titles(_ text: String, _ title: String?, _ plain: String) {
    #expect(Markdown(Array(text.utf8)).title == title)
    #expect(body(text) == plain)
  }

  @Test func frontMatterOfYAML() {
    let note = Markdown(
      Array(
        """
        ---
        title: "It's: \\"quoted\\""   # comment
        date: 2021-01-26 10:00:00 +0200
        author:
          - Jane Roe
          - 'John O''Doe'
        tags: [nato, "arms, control", nato]
        description: >
          Two lines
          of it
        layout: post
        nested:
          title: no
        ---
        # Heading

        text
        """.utf8))
    #expect(note.title == "It's: \"quoted\"")
    #expect(note.matter.date == "2021-01-26T10:00:00+0200")
    #expect(note.matter.authors == ["Jane Roe", "John O'Doe"])
    #expect(note.matter.tags == ["nato", "arms, control"])
    #expect(note.matter.description == "Two lines of it")
    // The heading is not the title here, and stays.
    #expect(String(decoding: note.body, as: UTF8.self) == "Heading\n\ntext")
  }

  @Test func frontMatterOfTOML() {
    let note = Markdown(
      Array(
        """
        +++
        title = 'A title'
        date = 2021-01-26T10:00:00Z
        tags = [
          "a",
          "b",
        ]
        [params]
        title = "another"
        +++
        text
        """.utf8))
    #expect(note.title == "A title")
    #expect(note.matter.date == "2021-01-26T10:00:00Z")
    #expect(note.matter.tags == ["a", "b"])
    #expect(String(decoding: note.body, as: UTF8.self) == "text")
  }

  @Test(arguments: [
    ("2021-01-26", "2021-01-26"), ("January 26, 2021", "2021-01-26"), ("26.01.2021", "2021-01-26"),
    ("soon", nil), ("2021-13-45", nil),
  ])
  func datesThatAreNoneAreLeftOut(_ written: String, _ date: String?) {
    let front = FrontMatter.read(Array("---\ndate: \(written)\n---\n".utf8))
    #expect(front?.0.date == date)
  }

  @Test(arguments: [
    "---\n\nA text between rules, it has a colon: yes.\n\n---\n\nmore",
    "---\ntitle: x\nnever closed",
    "----\ntitle: x\n---\n", "text\n---\ntitle: x\n---\n",
  ])
  func noFrontMatter(_ text: String) { #expect(FrontMatter.read(Array(text.utf8)) == nil) }

  /// Whatever takes quadratic time in so many of them would hardly end here.
  @Test(arguments: [
    "[", "![", "]", "[a](", "[a](b", "[a](b \"", "[a](u (", "[a][", "[a]: ", "`", "`a", "``a` ",
    "*", "*a",
    "*a_", "**a_", "_", "<", "<a ", "<a \"", "<a '", "<!", "<!--", "<!-->", "<?", "&", "&#", "\\",
    "> ",
    "- ", "1. ", "\n- ", "\n> ", "|", "|-", "\n|-|", "[[", "[[a|", "[^", "~~a", "# ", "\n#", "```",
    "\n```\n",
    "<script>", "\n<script>", "\t", "\r", "a\n===\n", "---\n",
  ])
  func hostileTextsTakeLinearTime(_ piece: String) {
    let text = Array(String(repeating: piece, count: 150_000 / piece.utf8.count).utf8)
    #expect(Markdown(text).body.count <= text.count)
    let matter = Array("---\na: \(String(repeating: piece, count: 10_000))\n---\n".utf8)
    #expect(Markdown(matter).body.count <= matter.count)
  }

  @Test func anyBytesAreText() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SmallRandom(seed: seed)
    let pieces = [
      "# ", "- ", "> ", "```\n", "[", "]", "(", ")", "![", "*", "**", "_", "`", "<", ">", "<!--",
      "-->",
      "&amp;", "\\", "\n", "\n\n", "    ", "\t", "|", "|--|\n", "---\n", "+++\n", "a: b\n", "word ",
      "é",
      "[x]: y\n", "<script>", "[^1]", "~~", "=\n", "\r\n", ":",
    ]
    for _ in 0..<2_000 {
      var bytes: [UInt8] = []
      for _ in 0..<random.below(60) {
        bytes += Array(pieces[random.below(pieces.count)].utf8)
        if random.below(30) == 0 { bytes.append(UInt8(random.below(256))) }
      }
      #expect(Markdown(bytes).body.count <= 2 * bytes.count, "seed \(seed)")
    }
  }
}

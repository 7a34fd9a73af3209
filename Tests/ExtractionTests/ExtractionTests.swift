import Glibc
import InvertedIndex
import Testing

@testable import Extraction

@Suite struct LinesTests {
  let folder = Folder()

  @Test func aBrokenLineIsRejectedWithItsPlaceAndTheRunGoesOn() {
    let path = folder.write(
      "a.jsonl",
      """
      {"id": 1}
      {"id": 2, "é": x}

      [1]
      {"id": 3
      {"id": "4"}
      """)
    #expect(
      outcomes([path]) == [
        "1", "reject 2:16 expected a value", "reject 4:1 a document is an object: {\"id\": …}",
        "reject 5:9 the text ends early: expected ',' or '}'", "4",
      ])
  }

  @Test func theRawLineIsThereForARejectsFile() {
    let path = folder.write("a.jsonl", "{\"id\": 1}\n{bad\r\n{\"id\": 2}\n")
    let source = DocumentSource(paths: [path])
    var document = Document()
    var lines: [String] = []
    while let outcome = source.next(into: &document), outcome != .end(rows: nil) {
      lines.append("\(source.lineNumber) \(String(decoding: source.line, as: UTF8.self))")
    }
    #expect(lines == ["1 {\"id\": 1}", "2 {bad", "3 {\"id\": 2}"])
  }

  @Test func lineEndsMarksAndAMissingLastNewline() {
    let path = folder.write("a.ndjson", "\u{feff}{\"id\":1}\r\n\r\n  \n{\"id\":2}")
    #expect(outcomes([path]) == ["1", "2"])
  }

  @Test func compressedLinesInSeveralMembers() {
    let path = folder.write(
      "a.jsonl.gz", gzip("{\"id\":1}\n{\"id\":") + gzip("2}\n") + gzip("") + gzip("{\"id\":3}\n"))
    #expect(outcomes([path]) == ["1", "2", "3"])
  }

  @Test func paddingBehindTheLastMemberIsIgnored() {
    let path = folder.write("a.jsonl.gz", gzip("{\"id\":1}\n") + [0, 0, 0, 0])
    #expect(outcomes([path]) == ["1"])
  }

  @Test func compressedDataThatEndsTooEarlyOrIsDamaged() {
    var lines = ""
    for id in 0..<20_000 { lines += "{\"id\":\(id),\"n\":\(id &* 2_654_435_761 % 1_000_003)}\n" }
    let whole = gzip(lines)
    let cut = folder.write("cut.jsonl.gz", Array(whole[..<(whole.count / 2)]))
    let result = outcomes([cut])
    #expect(result.count > 100)
    #expect(result.last == "skip cut.jsonl.gz: its compressed data ends too early")
    var damaged = whole
    for place in stride(from: whole.count / 2, to: whole.count / 2 + 64, by: 1) {
      damaged[place] ^= 0x55
    }
    let bad = folder.write("bad.jsonl.gz", damaged)
    #expect(outcomes([bad]).last == "skip bad.jsonl.gz: its compressed data is damaged")
  }

  @Test func aLineThatIsTooLongIsRejectedAndPassedOver() {
    let path = folder.write(
      "a.jsonl",
      "{\"id\":1}\n{\"id\":2,\"t\":\"" + String(repeating: "x", count: 2_000_000)
        + "\"}\n{\"id\":3}\n"
        + "{\"id\":4,\"t\":\"" + String(repeating: "x", count: 2_000_000) + "\"}")
    var options = DocumentSource.Options()
    options.maximumSize = 1_000_000
    #expect(
      outcomes([path], options: options) == [
        "1", "reject 2:1 a line of more than 1000000 bytes", "3",
        "reject 4:1 a line of more than 1000000 bytes",
      ])
  }

  @Test func aDocumentMayHave64Mebibytes() {
    #expect(DocumentSource.Options().maximumSize == 64 << 20)
  }

  @Test func linesThatAreNotUTF8AreRejected() {
    let path = folder.write(
      "a.jsonl", Array("{\"id\":\"a".utf8) + [0xff] + Array("\"}\n{\"id\":2}\n".utf8))
    #expect(outcomes([path]) == ["reject 1:9 not UTF-8", "2"])
  }
}

@Suite struct FilesTests {
  let folder = Folder()

  @Test func aFileIsADocumentWithItsPathSizeAndTime() {
    let path = folder.write("note.txt", "A Title\n\nSome text.\n")
    let found = fields(path)
    #expect(found["id"] == [path])
    #expect(found["path"] == [path])
    #expect(found["size"] == ["20"])
    #expect(found["title"] == ["A Title"])
    #expect(found["body"] == ["A Title\n\nSome text.\n"])
    #expect(found["modified"].flatMap { ISODate.parse($0[0]) } != nil)
  }

  @Test func theWalkIsSortedAndPassesOverHiddenFilesAndLinks() {
    folder.makeDirectory("b")
    folder.makeDirectory(".git")
    folder.write("b/two", "x")
    folder.write("b/one", "x")
    folder.write("c", "x")
    folder.write("a", "x")
    folder.write(".hidden", "x")
    folder.write(".git/config", "x")
    unsafe symlink(folder.path + "/a", folder.path + "/link")
    unsafe symlink(folder.path, folder.path + "/b/loop")
    unsafe mkfifo(folder.path + "/pipe", 0o644)
    func found(_ options: DocumentSource.Options = .init()) -> [String] {
      outcomes([folder.path], options: options).filter { !$0.hasPrefix("skip") }
    }
    #expect(found() == ["a", "one", "two", "c"])
    var options = DocumentSource.Options()
    options.includesHidden = true
    #expect(found(options) == ["config", ".hidden", "a", "one", "two", "c"])
    let hidden = "hidden (--hidden takes such files)"
    #expect(
      outcomes([folder.path]).filter { $0.hasPrefix("skip") } == [
        "skip .git: \(hidden)", "skip .hidden: \(hidden)", "skip loop: a symbolic link",
        "skip link: a symbolic link", "skip pipe: not a regular file",
      ])
    #expect(outcomes([folder.path + "/link"]) == ["a"])
    #expect(outcomes([folder.path + "/.hidden"]) == [".hidden"])
    #expect(outcomes([folder.path + "/pipe"]) == ["skip pipe: not a regular file"])
    let (files, bytes) = DocumentSource.measure(paths: [folder.path])
    #expect(files == 4)
    #expect(bytes == 4)
  }

  @Test func whatTheCallerKnowsIsPassedOver() {
    folder.write("a", "x")
    folder.write("b", "xy")
    #expect(outcomes([folder.path], isUnchanged: { $0.size == 1 }) == ["same a", "b"])
  }

  @Test func aFileThatCannotBeReadIsSkipped() {
    folder.write("a", "x")
    #expect(
      outcomes([folder.path + "/none", folder.path + "/a"]) == [
        "skip none: No such file or directory", "a",
      ])
    guard geteuid() != 0 else { return }
    unsafe chmod(folder.write("secret", "x"), 0)
    folder.makeDirectory("shut")
    unsafe chmod(folder.path + "/shut", 0)
    #expect(
      outcomes([folder.path]) == [
        "a", "skip secret: Permission denied", "skip shut: Permission denied",
      ])
  }

  @Test func binaryFilesAreRefused() {
    folder.write("elf", [0x7f, 0x45, 0x4c, 0x46, 1, 2, 3])
    folder.write("nul", Array("text".utf8) + [0] + Array("text".utf8))
    folder.write("controls", [1, 2, 3, 4, 5, 6, 7])
    folder.write("paper.pdf", "%PDF-1.4\n")
    folder.write("empty", "")
    folder.write("packed.gz", gzip([0, 1, 2]))
    #expect(
      outcomes([folder.path]) == [
        "skip controls: binary, not text (it has control characters)",
        "skip elf: binary, not text (a program)", "skip empty: empty",
        "skip nul: binary, not text (it has NUL bytes)",
        "skip packed.gz: binary, not text (it has NUL bytes)",
        "skip paper.pdf: binary, not text (a PDF document)",
      ])
  }

  @Test func textThatIsNotUTF8IsRecoveredWithAWarning() {
    let latin = folder.write(
      "latin", Array("Caf".utf8) + [0xe9, 0x20, 0x93] + Array("x".utf8) + [0x94, 0x80])
    #expect(outcomes([latin]) == ["latin !not UTF-8 at byte 3; read as Windows-1252"])
    #expect(fields(latin)["body"] == ["Café “x”€"])
    let damaged = folder.write(
      "damaged", Array("Niinistö ja Õunapuu, Łódź, straße, ".utf8) + [0xff])
    #expect(
      outcomes([damaged]) == ["damaged !not UTF-8 at byte 41; 1 bad bytes replaced by U+FFFD"])
    #expect(fields(damaged)["body"] == ["Niinistö ja Õunapuu, Łódź, straße, \u{fffd}"])
    let wide = folder.write("wide", [0xff, 0xfe, 0x41, 0, 0xe9, 0, 0x3d, 0xd8, 0, 0xde])
    #expect(outcomes([wide]) == ["wide !not UTF-8; read as UTF-16"])
    #expect(fields(wide)["body"] == ["Aé😀"])
    let marked = folder.write("marked", [0xef, 0xbb, 0xbf, 0x41])
    #expect(fields(marked)["body"] == ["A"])
  }

  @Test func compressedText() {
    let path = folder.write("changelog.gz", gzip("one ") + gzip("two"))
    #expect(fields(path)["body"] == ["one two"])
    #expect(fields(path)["id"] == [path])
  }

  @Test func aTextThatInflatesBeyondTheLimitIsRefused() {
    let path = folder.write("bomb.gz", gzip([UInt8](repeating: 0x61, count: 3_000_000)))
    var options = DocumentSource.Options()
    options.maximumSize = 1_000_000
    #expect(
      outcomes([path], options: options) == [
        "skip bomb.gz: more than 1000000 bytes of text"
      ])
  }

  @Test func aStreamThatSwellsTooMuchEndsWithThatReason() {
    // 80 MB of one letter: a thousandth of it compressed.
    let member = gzip([UInt8](repeating: 0x61, count: 8 << 20))
    let path = folder.write("bomb.jsonl.gz", (0..<10).flatMap { _ in member })
    #expect(
      outcomes([path]) == [
        "skip bomb.jsonl.gz: its compressed data swells to more than 250 times its size"
      ])
  }

  @Test func kindsByNameAndContent() {
    let files = [
      ("a.jsonl", FileKind.jsonl), ("a.NDJSON.gz", .jsonl), ("a.csv", .csv), ("a.TAB", .tsv),
      ("x.md", .markdown), ("x.markdown.gz", .markdown), ("x.htm", .html), ("x.HTML.GZ", .html),
    ]
    for (name, kind) in files { #expect(FileKind(path: "/d.md/\(name)") == kind) }
    for name in ["a.txt", "a", "a.gz", ".md/a", "md", "a.html5"] {
      #expect(FileKind(path: "/d/\(name)") == nil)
    }
    let page = folder.write(
      "saved", "\n<!-- x --><!DOCTYPE HTML><title>T</title><p>Some words of a page.</p>")
    #expect(fields(page)["title"] == ["T"])
    #expect(fields(page)["body"]?.first?.contains("Some words") == true)
    var options = DocumentSource.Options()
    options.kind = .text
    #expect(fields(page, options: options)["body"]?.first?.contains("<p>") == true)
  }

  @Test func aMarkdownFileIsADocument() {
    let path = folder.write(
      "note.md", "---\ntitle: T\ndate: 2021-01-26\ntags: [a, b]\nauthor: J\n---\n\nSome *text*.\n")
    let found = fields(path)
    #expect(found["title"] == ["T"] && found["date"] == ["2021-01-26"] && found["author"] == ["J"])
    #expect(found["tags"] == ["a", "b"])
    #expect(found["body"] == ["Some text."])
    #expect(
      outcomes([folder.write("none.md", "<!-- nothing -->\n")]) == ["skip none.md: no text in it"])
  }

  @Test func aFileThatGrowsWhileItIsReadEndsWhereItEndedWhenItWasOpened() {
    let line = "{\"id\":1}\n"
    let path = folder.write("a.jsonl", String(repeating: line, count: 60_000))
    let source = DocumentSource(paths: [path])
    var document = Document()
    var count = 0
    while case .document? = source.next(into: &document) {
      count += 1
      if count % 10_000 == 1 {
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND)
        let more = Array(String(repeating: line, count: 60_000).utf8)
        _ = unsafe more.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress!, $0.count) }
        close(descriptor)
      }
    }
    #expect(count == 60_000)
  }

  @Test func aSparseGigabyteIsToldByItsFirstBytes() {
    let path = folder.write("sparse", "")
    unsafe truncate(path, 1 << 30)
    #expect(outcomes([path]) == ["skip sparse: binary, not text (it has NUL bytes)"])
    let long = folder.write("long.txt", String(repeating: "text ", count: 4_000))
    unsafe truncate(long, 1 << 30)
    #expect(outcomes([long]) == ["skip long.txt: more than 67108864 bytes of text"])
  }

  @Test func aPathThatIsNoIDIsRefused() {
    let part = String(repeating: "d", count: 200)
    folder.makeDirectory(part)
    folder.makeDirectory("\(part)/\(part)")
    folder.write("\(part)/\(part)/\(part)", "x")
    #expect(outcomes([folder.path]) == ["skip \(part): its path has more than 512 bytes"])
  }

  @Test func aNameThatIsNotUTF8IsReported() {
    folder.write("a", "x")
    let path: [CChar] = folder.path.utf8.map { CChar(bitPattern: $0) } + [0x2f, -1, 0]
    close(unsafe creat(path, 0o644))
    #expect(outcomes([folder.path]) == ["skip \u{fffd}: its name is not UTF-8", "a"])
    unsafe unlink(path)
  }

  @Test func anyBytesAreADocumentOrASkip() {
    let seed = UInt64.random(in: 0 ... .max)
    print("seed \(seed)")
    var state = seed
    func random(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    let pieces = [
      "Share\n", "Tweet\n", "MOSCOW (Sputnik) — x.\n", "A (12)\n", "07:10 GMT26 January 2021\n",
      "\n\n",
      "Tags: a, b\n", "a, b, c\n", "(", ")", "—", "\u{a0}",
      "Some words that make a sentence, truly.\n",
      "99 January 9999999999999999999999\n", "31 February 2020\n", "# ", "===\n", "\r\n",
      "(99999999999999999999999)\n",
    ]
    for round in 0..<300 {
      var bytes: [UInt8] = []
      for _ in 0..<random(30) {
        bytes += Array(pieces[Int(random(UInt64(pieces.count)))].utf8)
        if random(10) == 0 { bytes.append(UInt8(random(256))) }
      }
      if random(5) == 0 { bytes = Array(gzip(bytes).dropLast(Int(random(12)))) }
      let path = folder.write("r\(round % 7)\(random(2) == 0 ? ".jsonl" : "")", bytes)
      _ = outcomes([path])
    }
  }
}

@Suite struct PlainTextTests {
  @Test(arguments: [
    ("Title of It\n===========\n\ntext", "Title of It"), ("# Read Me\ntext", "Read Me"),
    ("\n\n  The Name  \n\ntext", "The Name"), ("README\n\nx", "README"),
    ("Žluťoučký kůň\n\nx", "Žluťoučký kůň"),
    ("What is it?\n\nx", "What is it?"),
    (".\\\" comment\n.TH \"GIT\\-LOG\" \"1\" \"2021\"\n.SH NAME\n", "GIT-LOG(1)"),
    ("\n.Dd May 1\n.Dt LS 1\n", "LS(1)"),
  ])
  func firstLinesThatAreTitles(_ text: String, _ title: String) {
    #expect(PlainText.title(of: Array(text.utf8)) == title)
  }

  @Test(arguments: [
    "", "\n\n\n", "This sentence goes on\nin the next line", "A sentence that stands alone.\n\nx",
    "Package: martlet\nVersion: 1",
    ".TH GREP\n\nx", "# one\n# two\n", "2022-09-02  A B  <a@b.c>\n\n\t* x",
    "curl (7.88) stable; urgency=low\n\n  * x", "#!/bin/sh\necho", "{\n\n}", "-----\n\nx",
    "1.0\n\nx", "/* C */\n\nx",
    "martlet (1.0) unstable; urgency=low\n  * x",
  ])
  func firstLinesThatAreNone(_ text: String) {
    #expect(PlainText.title(of: Array(text.utf8)) == nil)
  }
}

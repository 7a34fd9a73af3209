import Glibc
import JSON
import Testing

@Suite("The tool and bad input")
struct ToolFaultTests {
  private static let good = #"{"id":"a","title":"good","words":1}"#
  private static let isRoot = geteuid() == 0

  @Test("a broken JSON line is named by line and column; the run goes on; --rejects keeps the line")
  func brokenLine() throws {
    let bench = try ToolBench()
    let lines = [
      ToolFaultTests.good, #"{"id":"b","title":"cut"#, "", #"{"id":"c","title":"fine"}"#, "[1]",
      "nonsense",
    ]
    let file = try bench.file("in.jsonl", lines.joined(separator: "\n"))
    let rejects = "\(bench.path)/rejects.jsonl"
    let result = try bench.run("index", "news", file, "--rejects", rejects)
    #expect(result.status == 65)
    #expect(result.errors.contains("in.jsonl:2:"), "\(result.errors)")
    #expect(result.errors.contains("in.jsonl:5:"))
    #expect(try bench.run("count", "news").output == "2\n")
    let kept = try bench.read("rejects.jsonl").split(separator: "\n").map {
      try JSONValue.parse(String($0))
    }
    #expect(kept.map { $0["line"]?.int } == [2, 5, 6])
    #expect(kept.map { $0["text"]?.string } == [lines[1], lines[4], lines[5]])
    #expect(kept.allSatisfy { $0["reason"]?.string?.isEmpty == false })
  }

  @Test("a field of the wrong type is that document's error, with field and reason")
  func wrongType() throws {
    let bench = try ToolBench()
    _ = try bench.run("index", "news", "-q", "-", input: ToolFaultTests.good)
    let more =
      #"{"id":"b","words":"many"}"# + "\n" + #"{"id":"c","words":3}"# + "\n" + #"{"title":"no id"}"#
    let result = try bench.run("index", "news", "-", "--rejects", "\(bench.path)/r", input: more)
    #expect(result.status == 65)
    #expect(result.errors.contains("words"))
    #expect(result.errors.contains("id"))
    #expect(try bench.run("count", "news").output == "2\n")
    #expect(try bench.read("r").split(separator: "\n").count == 2)
  }

  @Test("many bad lines are counted, not all printed")
  func manyBadLines() throws {
    let bench = try ToolBench()
    let result = try bench.run(
      "index", "news", "-", input: String(repeating: "bad\n", count: 5_000) + ToolFaultTests.good)
    #expect(result.status == 65)
    #expect(result.errors.contains("5,000"))
    #expect(result.errors.split(separator: "\n").count < 40)
  }

  @Test("a file that is not there, and one that may not be read: 66, and the others are in")
  func unreadable() throws {
    let bench = try ToolBench()
    let good = try bench.file("good.jsonl", ToolFaultTests.good)
    let result = try bench.run("index", "news", "\(bench.path)/none.jsonl", good)
    #expect(result.status == 66)
    #expect(result.errors.contains("none.jsonl"))
    #expect(try bench.run("count", "news").output == "1\n")
  }

  @Test("a binary file is refused by name: 65; in a folder it is passed over")
  func binary() throws {
    let bench = try ToolBench()
    let bytes = (0..<4_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let picture = try bench.file("in/picture.png", bytes: [0x89, 0x50, 0x4E, 0x47] + bytes)
    try bench.file("in/note.txt", "A note about terns.\n")
    let named = try bench.run("index", "one", picture)
    #expect(named.status == 65)
    #expect(named.errors.contains("picture.png") && named.errors.contains("binary"))
    let folder = try bench.run("index", "news", "\(bench.path)/in")
    #expect(folder.status == 0, "\(folder.errors)")
    #expect(try bench.run("count", "news").output == "1\n")
  }

  @Test("text that is not UTF-8 is recovered, with a warning")
  func notUTF8() throws {
    let bench = try ToolBench()
    let latin = try bench.file(
      "old.txt",
      bytes: Array("A caf".utf8) + [0xE9] + Array(" by the harbour, ".utf8) + [0xFC]
        + Array("ber alles.\n".utf8))
    let result = try bench.run("index", "news", latin)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("old.txt") && result.errors.contains("warning"))
    #expect(try ToolIndexTests.ids(bench, "cafe harbour").count == 1)
  }

  @Test("a document over 64 MiB is refused, and the next one is in")
  func tooLarge() throws {
    let bench = try ToolBench()
    var text = Array(#"{"id":"big","body":""#.utf8)
    text += [UInt8](repeating: 0x61, count: 65 << 20)
    text += Array("\"}\n\(ToolFaultTests.good)\n".utf8)
    let file = try bench.file("big.jsonl", bytes: text)
    let result = try bench.run("index", "news", file)
    #expect(result.status == 65)
    #expect(
      result.errors.contains("big.jsonl:1") && result.errors.contains("67108864"),
      "\(result.errors)")
    #expect(try bench.run("count", "news").output == "1\n")
  }

  @Test("a schema that cannot be is a configuration error: 78; one that is not there: 66")
  func badSchema() throws {
    let bench = try ToolBench()
    for text in [
      "{", #"{"fields":[{"name":"x","type":"colour"}]}"#, #"{"fields":[{"name":"x"}]}"#, "[]",
    ] {
      let file = try bench.file("schema.json", text)
      let result = try bench.run("index", "news", "--schema", file, "-", input: ToolFaultTests.good)
      #expect(result.status == 78, "\(text): \(result.errors)")
      #expect(result.errors.contains("schema.json"))
    }
    let none = try bench.run(
      "index", "news", "--schema", "\(bench.path)/none", "-", input: ToolFaultTests.good)
    #expect(none.status == 66)
    #expect(bench.names(in: "data").isEmpty)
  }

  @Test(
    "no permission to write: 77 and a hint at the daemon; what is there can still be read",
    .enabled(if: isRoot, "needs root"))
  func noPermission() throws {
    let bench = try ToolBench()
    try bench.openForAll()
    _ = try bench.run("index", "news", "-q", "-", input: ToolFaultTests.good)
    _ = unsafe chmod("\(bench.data)", 0o755)
    _ = unsafe chmod("\(bench.data)/news", 0o755)
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    let write = try bench.run("index", "news", "-", input: ToolFaultTests.good, wrapper: nobody)
    #expect(write.status == 77, "\(write.errors)")
    #expect(write.errors.contains("Permission denied") && write.errors.contains("--socket"))
    let create = try bench.run("index", "other", "-", input: ToolFaultTests.good, wrapper: nobody)
    #expect(create.status == 77, "\(create.errors)")
    // Files are 0640: they are not for everyone.
    let read = try bench.run("search", "news", "good", wrapper: nobody)
    #expect(read.status == 77, "\(read.errors)")
    #expect(try bench.run("count", "news").output == "1\n")
  }

  @Test(
    "no space left: 74 with the path; what was committed is there, and the next run succeeds",
    .enabled(if: isRoot, "needs root"))
  func noSpace() throws {
    let bench = try ToolBench()
    let small = "\(bench.path)/small"
    unsafe mkdir(small, 0o755)
    guard unsafe mount("none", small, "tmpfs", 0, "size=64k") == 0 else { return }
    defer { unsafe umount2(small, Int32(MNT_DETACH)) }
    let first = try bench.run("index", "news", "--data", small, "-", input: ToolFaultTests.good)
    try #require(first.status == 0, "\(first.errors)")
    var lots = ""
    for i in 0..<3_000 {
      lots += #"{"id":"n\#(i)","title":"word\#(i) other\#(i * 7) third\#(i * 13)"}"# + "\n"
    }
    let full = try bench.run("index", "news", "--data", small, "-", input: lots)
    #expect(full.status == 74, "\(full.errors)")
    #expect(full.errors.contains("No space left on device") && full.errors.contains(small))
    #expect(try bench.run("count", "news", "--data", small).output == "1\n")
    #expect(try bench.run("verify", "news", "--data", small).status == 0)
    let next = try bench.run(
      "index", "news", "--data", small, "-", input: #"{"id":"z","title":"room"}"#)
    #expect(next.status == 0, "\(next.errors)")
    #expect(try bench.run("count", "news", "--data", small).output == "2\n")
  }

  @Test("a manifest of another format version: 78; a damaged file: 65; verify says where")
  func damage() throws {
    let bench = try ToolIndexTests.harbour()
    let manifest = try bench.bytes("data/news/MANIFEST")
    var other = manifest
    // Behind the eight bytes of magic and kind stands the version.
    other[8] = 200
    try bench.file("data/news/MANIFEST", bytes: other)
    let version = try bench.run("search", "news", "crane")
    #expect(version.status == 78, "\(version.errors)")
    #expect(version.errors.contains("version"))
    try bench.file("data/news/MANIFEST", bytes: manifest)

    let segment = try #require(
      bench.names(in: "data/news").max {
        bench.size("data/news/\($0)") < bench.size("data/news/\($1)")
      })
    var bytes = try bench.bytes("data/news/\(segment)")
    bytes[bytes.count / 3] ^= 0x10
    try bench.file("data/news/\(segment)", bytes: bytes)
    let verify = try bench.run("verify", "news")
    #expect(verify.status == 65)
    #expect((verify.errors + verify.output).contains(segment))
  }

  @Test("terminal orders in documents do not reach the terminal")
  func escapes() throws {
    let bench = try ToolBench()
    let evil =
      #"{"id":"e\u001b[2J","title":"red \u001b[31malert\u001b]0;owned\u0007","body":"alert \u009b31m body\u0007"}"#
    _ = try bench.run("index", "news", "-q", "-", input: evil)
    for arguments in [["search", "news", "alert"], ["get", "news", "e\u{1B}[2J"]] {
      let result = try ToolProcess(arguments, environment: ["MARTLET_DATA": bench.data]).wait()
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.contains("alert"))
      let controls = (result.output + result.errors).unicodeScalars.filter {
        $0 != "\n" && ($0.value < 0x20 || (0x7F..<0xA0).contains($0.value))
      }
      #expect(controls.isEmpty, "\(arguments): \(controls)")
    }
  }

  @Test("Ctrl-C ends a run with 130 and keeps what was committed", arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) throws {
    let bench = try ToolBench()
    let process = try bench.start("index", "news", "-", "--commit-every", "100")
    var number = 0
    func feed(_ count: Int) {
      var lines = ""
      for _ in 0..<count {
        lines += #"{"id":"n\#(number)","title":"word \#(number)"}"# + "\n"
        number += 1
      }
      process.write(lines)
    }
    feed(1_500)
    // Until something is committed.
    var committed = 0
    for _ in 0..<600 where committed == 0 {
      committed = Int(try bench.run("count", "news").output.dropLast()) ?? 0
      if committed == 0 { usleep(50_000) }
    }
    #expect(committed > 0)
    process.kill(signal)
    feed(10)
    let result = try process.wait()
    #expect(result.status == 128 + signal, "\(result)")
    let count = Int(try bench.run("count", "news").output.dropLast()) ?? 0
    #expect(count >= committed && count <= number)
    #expect(try bench.run("verify", "news").status == 0)
  }

  @Test("Ctrl-C also ends a run that waits for standard input")
  func interruptedWaiting() throws {
    let bench = try ToolBench()
    let process = try bench.start("index", "news", "-", "--commit-every", "100")
    process.write((0..<1_100).map { #"{"id":"n\#($0)","title":"word"}"# + "\n" }.joined())
    for _ in 0..<600 {
      if try bench.run("count", "news").output == "1100\n" { break }
      usleep(20_000)
    }
    process.kill(SIGINT)
    let result = try process.wait(seconds: 30, closingInput: false)
    #expect(result.status == 130)
    #expect(result.errors.contains("stopped"))
    #expect(try bench.run("count", "news").output == "1100\n")
  }

  @Test("a reader that goes away ends export quietly")
  func brokenPipe() throws {
    let bench = try ToolIndexTests.harbour()
    let tool = "\(ToolProcess.programs)/martlet export news --data \(bench.data) | head -n 1"
    let result = try ToolProcess([], wrapper: ["sh", "-c", tool]).wait()
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("{"))
    #expect(result.errors == "")
  }
}

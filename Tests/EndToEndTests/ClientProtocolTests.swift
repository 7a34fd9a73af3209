// What Sources/PROTOCOL.md and SEARCH.md show is what happens: their examples are run, and the answers compared with what
// they print.

import Glibc
import JSON
import Testing

@Suite("The examples of the protocol")
struct ClientProtocolTests {
  /// PROTOCOL.md makes the index that SEARCH.md asks.
  static let examples = ["PROTOCOL.md", "SEARCH.md"].flatMap { name in
    ProtocolText(markdown: text(name)).examples.map { (place: "\(name), line \($0.line)", $0) }
  }

  private static func text(_ name: String) -> String {
    // Tests/EndToEndTests/ClientProtocolTests.swift → the checkout
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let file = unsafe open("/\(root)/Sources/\(name)", O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(file, &part, part.count)
      if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += part.prefix(count)
    }
  }

  @Test("give the answers that are printed", .enabled(if: ClientBench.has("curl"), "needs curl"))
  func run() throws {
    let bench = try ClientBench(harbour: false)
    var ran = 0
    for (number, (place, example)) in Self.examples.enumerated() {
      let text = example.text.replacing("/run/martlet/martlet.sock", with: bench.daemon.socket)
      let result: ToolResult
      switch example.kind {
      case .json: continue
      case .console:
        result = try bench.shell(text)
        if text.hasPrefix("martlet index") {
          try bench.daemon.until {
            try bench.daemon.json("GET", "/v1/indexes/news")["documents"]?.int ?? 0 > 0
          }
        }
      case .python:
        guard ClientBench.has("python3") else { continue }
        result = try bench.run("example\(number).py", text)
      case .js:
        guard ClientBench.has("node") else { continue }
        result = try bench.run("example\(number).js", text)
      }
      ran += 1
      let place = "\(place): \(example.text)"
      #expect(result.status == 0, "\(place)\n\(result.output)\(result.errors)")
      if let printed = example.printed {
        let fault = ProtocolComparison.difference(printed, result.output)
        #expect(fault == nil, "\(place)")
      }
    }
    #expect(ran >= 5)
    #expect(try bench.daemon.ask("GET", "/v1/ready").status == 200)
  }

  @Test("that are only shown are JSON")
  func json() throws {
    for (place, example) in Self.examples where example.kind == .json {
      #expect(throws: Never.self, "\(place)") {
        try JSONValue.parse(example.text)
      }
    }
  }

  @Test("are read as they stand")
  func reading() {
    let text = ProtocolText(
      markdown: """
        words
        ```console
        $ one \\
          two
        {"a": 1,
         "b": 2}
        $ curl -d '
          {"b": 1}'
        3
        $ three <<'END'
        {"id": 1}
        END
        $ four
        ```
        ```
        $ not run
        ```
        ```python
        print(1)
        ```
        ```text
        1
        ```
        """)
    #expect(
      text.examples.map(\.text) == [
        "one \\\n  two", "curl -d '\n  {\"b\": 1}'", "three <<'END'\n{\"id\": 1}\nEND", "four",
        "print(1)",
      ])
    #expect(
      text.examples.map(\.printed) == ["{\"a\": 1,\n \"b\": 2}", "3", nil, nil, "1"])
    #expect(text.examples.map(\.line) == [3, 7, 10, 13, 19])
  }

  @Test(
    "are compared by members, with … for anything",
    arguments: [
      (#"{"a": 1}"#, #"{"b": 2, "a": 1.0}"#, true), (#"{"a": 1}"#, #"{"a": 2}"#, false),
      (#"{"took_us": 1}"#, #"{"took_us": 99}"#, true), (#"{"took_us": 1}"#, "{}", false),
      (#"{"took_us": 1}"#, #"{"took_us": "x"}"#, false),
      (#"{"size_bytes": 1}"#, #"{"size_bytes": 7}"#, true),
      (#"[{"a": "x…y"}, "…"]"#, #"[{"a": "x and y"}, 2, 3]"#, true),
      (#"[1]"#, #"[1, 2]"#, false), (#"[1, 2]"#, #"[1]"#, false),
      ("{\"a\": 1}\n{\"a\": 2}", "{\"a\":1}\n{\"a\":2}\n", true),
      ("{\"a\": 1}\n{\"a\": 2}", "{\"a\":1}\n", false),
      (
        "HTTP/1.1 200 OK\n…\nETag: \"…\"\n…", "HTTP/1.1 200 OK\r\nA: b\r\nETag: \"7\"\r\n\r\nx\n",
        true
      ),
      ("a\nc", "a\nb\nc\n", false), ("a\n…\nc", "a\nb\nc\n", true), ("a", "a\nb\n", false),
      ("{\"a\":\n 1}\n{\"b\": \"…\"}", "{\"a\": 1}\n{\"b\": 2.5}", true),
      (#"{"value": 2}"#, #"{"value": 3}"#, false), (#"{"value": 0.5}"#, #"{"value": 0.25}"#, true),
      ("['a', 'b']", "['a', 'b']\n", true), ("a…b…c", "a1b2c", true), ("a…b…c", "ac", false),
      ("…", "", true),
    ] as [(String, String, Bool)])
  func comparison(_ printed: String, _ found: String, _ isSame: Bool) {
    #expect((ProtocolComparison.difference(printed, found) == nil) == isSame)
  }
}

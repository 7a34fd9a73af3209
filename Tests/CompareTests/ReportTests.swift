import InvertedIndex
import JSON
import Measuring
import Testing

@testable import martlet_compare

@Suite struct ReportTests {
  /// A whole run in this process.
  private func report(_ arguments: [String] = [], in scratch: Scratch) throws -> Report {
    let file = try scratch.documents(TrickyDocuments.make(150, seed: 3))
    let options = try Compare.parse([file, "--rounds", "1", "--quiet"] + arguments)
    var comparison = Comparison(options: options, work: try Work(in: scratch.path))
    comparison.perform = { (task, folder, threads) throws(Failure) in
      try Child.perform(task, folder: folder, threads: threads, rounds: 1)
    }
    return try comparison.run()
  }

  @Test func `the JSON has everything a script asks for`() throws {
    let scratch = Scratch()
    let report = try report(["--count", "60", "--seed", "5"], in: scratch)
    let json = try JSONValue.parse(report.json())
    for name in [
      "machine", "date", "commit", "command", "documents", "build", "size", "memory", "queries",
      "disagreements", "typed",
    ] {
      #expect(json[name] != nil, "\(name)")
    }
    #expect(json["compared"]?.int == report.queries.count)
    #expect(json["documents"]?["count"]?.int == 150)
    #expect(json["build"]?["martlet"]?["threads"]?.int == 1)
    #expect(json["build"]?["martlet_2_threads"]?["documents"]?.int == 150)
    #expect((json["build"]?["ratio"]?["wall"]?.number ?? 0) > 0)
    #expect((json["size"]?["ratio"]?.number ?? 0) > 0)
    #expect(json["disagreements"]?.array != nil)
    for type in ["term", "and", "or", "not", "phrase", "prefix"] {
      for command in ["count", "top_10"] {
        let figures = try #require(json["queries"]?[type]?[command], "\(type)")
        for engine in ["martlet", "fts5", "ratio"] {
          for figure in ["p50", "p99", "mean"] {
            #expect((figures[engine]?[figure]?.number ?? 0) > 0, "\(type) \(engine) \(figure)")
          }
        }
      }
    }
    let typed = try #require(json["typed"]?["answers"]?.array)
    #expect(typed.count == Typed.texts.count)
    #expect(json["typed"]?["fts5_errors"]?.int == typed.count { $0["fts5_error"] != nil })
    #expect((json["typed"]?["fts5_errors"]?.int ?? 0) > 40)
    #expect(json["typed"]?["martlet_errors"]?.int == 0)
  }

  @Test func `the table is aligned and says what it says`() throws {
    let scratch = Scratch()
    let report = try report(["--count", "30"], in: scratch)
    let table = report.table()
    #expect(table.contains("Match sets"))
    #expect(table.contains("FTS5 answers \(report.errors) of \(report.typed.count)"))
    var rows = TextTable(["a", "b"])
    rows.add(["long name", "1"])
    rows.add(["x", "10,000"])
    #expect(
      rows.text() == "a               b\n─────────────────\nlong name       1\nx          10,000\n")
  }

  @Test func `the page is well-formed and fetches nothing`() throws {
    let scratch = Scratch()
    let page = try report(["--count", "60"], in: scratch).page()
    #expect(page.hasPrefix("<!DOCTYPE html>"))
    for banned in ["src=", "href=", "url(", "@import", "<script", "<link", "xmlns"] {
      #expect(!page.contains(banned), "\(banned)")
    }
    #expect(page.split(separator: "<svg").count == 4)
    try expectBalanced(page)
  }

  @Test func `text in the page is escaped`() {
    var markup = Markup()
    markup.element("p", [("class", "a\"b")], "<script>&\u{0}")
    #expect(markup.text == "<p class=\"a&quot;b\">&lt;script&gt;&amp;␀</p>\n")
  }

  /// Every element is closed, in order; `meta` has no end.
  private func expectBalanced(_ page: String) throws {
    var open: [Substring] = []
    var rest = page[...]
    var pictures = 0
    while let start = rest.firstIndex(of: "<") {
      rest = rest[rest.index(after: start)...]
      let end = try #require(rest.firstIndex(of: ">"))
      let tag = rest[..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("!") || tag.hasPrefix("meta") { continue }
      if tag.hasPrefix("/") {
        #expect(open.popLast() == tag.dropFirst())
      } else {
        let name = tag.prefix { $0 != " " }
        if name == "svg" {
          pictures += 1
          #expect(tag.contains("role=\"img\"") && tag.contains("aria-labelledby"))
          #expect(rest.hasPrefix("<title"))
        }
        open.append(name)
      }
    }
    #expect(open.isEmpty)
    #expect(pictures == 3)
  }

  // MARK: Figures

  @Test func `a percentile is the value below which that share lies`() {
    let values = (1...100).map(Double.init)
    #expect(values.percentile(0.5) == 51)
    #expect(values.percentile(0.99) == 100)
    #expect(values.percentile(1) == 100)
    #expect(values.percentile(0) == 1)
    #expect([7.0].percentile(0.5) == 7)
    let distribution = Distribution([3, 1, 2])
    #expect(distribution.p50 == 2 && distribution.p99 == 3 && distribution.mean == 2)
    #expect(Distribution([]).mean == 0)
  }

  @Test func `numbers are written for people`() {
    #expect(Figures.plain(0.456) == "0.46")
    #expect(Figures.plain(12.34) == "12.3")
    #expect(Figures.plain(1234.5) == "1235")
    #expect(Figures.bytes(1536) == "2 KiB")
    #expect(Figures.bytes(3 << 20) == "3.0 MiB")
    #expect(Figures.visible("a\u{1F}b") == "a␟b")
  }

  @Test func `a logarithmic axis holds its values between powers of ten`() {
    let scale = LogScale([0.5, 30, 0, .infinity], including: 1...10, start: 0, end: 300)
    #expect(scale.low == 0.1 && scale.high == 100)
    #expect(scale.ticks.count == 4)
    #expect(abs(scale.place(1) - 100) < 1e-9)
    #expect(scale.place(0) == 0 && scale.place(1e9) == 300)
  }

  @Test func `the seeded numbers stay the same`() {
    var random = SeededGenerator(seed: 0)
    #expect(random.next() == 0xE220_A839_7B1D_CDAF)
    #expect((0..<1_000).allSatisfy { _ in (0..<7).contains(random.next(below: 7)) })
  }
}

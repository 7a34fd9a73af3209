import Analysis
import InvertedIndex
import JSON
import Testing

import enum Measuring.Figures

@testable import martlet_compare

@Suite struct TokenizerTests {
  /// A token of FTS5's index.
  private struct Instance: Hashable, CustomStringConvertible {
    var form: String
    var position: Int
    var description: String { "\(Figures.visible(form))@\(position)" }
  }

  /// What FTS5 has in its index for one text.
  private func indexed(_ text: String, analyzer: String) throws -> Set<Instance> {
    let connection = try SQLiteConnection(path: ":memory:", mode: .create)
    try FTS5Tokenizer.register(on: connection)
    try connection.execute(
      """
      CREATE VIRTUAL TABLE t USING fts5(x, tokenize='martlet \(analyzer)');
      CREATE VIRTUAL TABLE v USING fts5vocab(t, instance);
      """)
    let insert = try connection.prepare("INSERT INTO t(x) VALUES(?1)")
    let bytes = Array(text.utf8)
    try insert.run(bytes, [0..<bytes.count], from: 1)
    let select = try connection.prepare("SELECT term, offset FROM v")
    var found: Set<Instance> = []
    while try select.step() {
      found.insert(Instance(form: select.text(0), position: select.integer(1)))
    }
    return found
  }

  /// The analyzer's own tokens of one value.
  private func expected(_ text: String, analyzer name: String) throws -> Set<Instance> {
    let analyzer = try #require(Analyzer.named(name))
    var buffer = TokenBuffer()
    let bytes = Array(text.utf8)
    _ = analyzer.tokenize(unsafe bytes.span.bytes, into: &buffer)
    var scratch = analyzer.makeScratch()
    var tokens: Set<Instance> = []
    for number in 0..<buffer.count {
      let exact = buffer.form(number)
      var index: [UInt8] = []
      analyzer.indexForm(unsafe exact.span.bytes, scratch: &scratch, into: &index)
      let position = Int(buffer[number].position)
      tokens.insert(
        Instance(form: String(decoding: index, as: UTF8.self), position: position))
      if analyzer.needsExactForm(unsafe exact.span.bytes, index: index) {
        tokens.insert(
          Instance(
            form: "\u{1D}" + String(decoding: exact, as: UTF8.self), position: position))
      }
    }
    return tokens
  }

  @Test(arguments: ["standard", "english", "whitespace", "keyword"])
  func `FTS5's index has the analyzer's tokens at their positions`(analyzer: String) throws {
    for document in TrickyDocuments.make(60, seed: 7) {
      let text = (document["title"]?.string ?? "") + " " + (document["body"]?.string ?? "")
      let bytes = text.utf8.map(FTS5Tokenizer.admitted)
      let plain = String(decoding: bytes, as: UTF8.self)
      #expect(
        try indexed(plain, analyzer: analyzer) == expected(plain, analyzer: analyzer),
        "\(Figures.visible(plain))")
    }
  }

  @Test func `words beyond one window go on at the next position`() throws {
    let text = (0..<10_000).map { "w\($0 % 97)" }.joined(separator: " ")
    #expect(try indexed(text, analyzer: "standard") == expected(text, analyzer: "standard"))
  }

  @Test func `the form cache gives what the analyzer gives, also after it was emptied`() throws {
    let analyzer = try #require(Analyzer.named("english"))
    var cache = FormCache(analyzer)
    var scratch = analyzer.makeScratch()
    for word in ["houses", "running", "finland's", "houses", "naïve"]
      + (0..<5_000).map({ "w\($0)s" })
    {
      let exact = Array(word.utf8)
      var index: [UInt8] = []
      analyzer.indexForm(unsafe exact.span.bytes, scratch: &scratch, into: &index)
      let found = unsafe exact.withUnsafeBytes { bytes in
        let entry = unsafe cache.entry(
          of: bytes, hash: Analyzer.hash(of: bytes.bytes))
        return unsafe cache.withForm(entry.index) { unsafe Array($0) }
      }
      #expect(found == index)
    }
  }

  @Test func `the values of an array lie a hundred positions apart`() throws {
    let found = try indexed("one two\u{1E}three\u{1E}\u{1E}four", analyzer: "standard")
    let words = found.filter { $0.form != "\u{1E}" }.map(\.description).sorted()
    #expect(words == ["four@303", "one@0", "three@102", "two@1"])
  }

  @Test func `a query that comes analyzed is taken as it is`() throws {
    let scratch = Scratch()
    let both = try BothIndexes(
      [["id": "1", "text": "running houses"], ["id": "2", "text": "run"]], analyzer: "english",
      in: scratch)
    #expect(try both.fts5.count("\"\u{1F}run\"") == 2)
    #expect(try both.fts5.count("\"\u{1F}running\"") == 0)
    #expect(try both.fts5.count("running") == 2)
    #expect(try both.fts5.count("\"\u{1F}run\u{1F}hous\"") == 1)
  }
}

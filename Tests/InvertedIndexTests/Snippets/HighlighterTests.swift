import Analysis
import Testing

@testable import InvertedIndex

/// One segment in memory with documents of two fields: `body` (text, several values or one) and `tags` (keyword).
struct PassageFixture {
  let schema: Schema
  let segment: SegmentReader
  /// Values of `body` by document, and their tokens.
  let bodies: [[String]]
  let tokens: [[[Analyzer.ExplainedToken]]]

  init(bodies: [[String]], tags: [String] = [], analyzer: String = "english") throws {
    self.bodies = bodies
    tokens = bodies.map { $0.map { Analyzer.named(analyzer)!.explain($0) } }
    schema = try Schema(
      fields: [
        Field(name: "body", type: .text, analyzer: analyzer), Field(name: "tags", type: .keyword),
      ], dynamic: .reject)
    let directory = FaultDirectory(FaultDisk(seed: 1))
    var builder = try SegmentBuilder(directory: directory, name: "one.seg", schema: schema) {
      (name, _) throws(IndexError) in
      throw .invalid(name)
    }
    for (number, values) in bodies.enumerated() {
      var document = Document()
      document.append("id", String(number))
      for value in values { document.append("body", value, inArray: values.count > 1) }
      for tag in tags { document.append("tags", tag, inArray: true) }
      try builder.add(document)
    }
    _ = try builder.finish()
    segment = try SegmentReader.open(try directory.open("one.seg"), name: "one.seg")
  }

  var body: Int { schema.number(of: "body")! }

  func passages(
    _ document: Int, _ terms: HighlightTerms, _ highlight: SearchRequest.Highlight = .init()
  ) throws -> [Passage] {
    try Highlighter(terms: [body: terms], schema: schema, highlight: highlight)
      .passages(document: document, in: segment, deadline: .never)
  }
}

@Suite("Passages of stored documents")
struct HighlighterTests {
  static let vocabulary = [
    "nuclear", "deterrents", "Finland's", "COVID-19", "president", "Niinistö", "alliance", "U.S.",
    "of", "the", "and", "price", "bread", "🙂", "naïve", "東京", "3.5", "x", "<b>", "&",
  ]

  static func text(_ words: Int, _ random: inout SplitMix) -> String {
    var text = ""
    for _ in 0..<words {
      text += vocabulary[random.below(vocabulary.count)]
      let end = random.below(40)
      text += end == 0 ? ".\n\n" : end < 4 ? ". The " : end < 6 ? ", " : " "
    }
    return text
  }

  /// Words and a phrase, at random.
  static func query(_ random: inout SplitMix) -> HighlightTerms {
    let words = ["deterrent", "finland", "niinisto", "president", "bread", "alliance", "covid19"]
    var terms = HighlightTerms()
    for _ in 0..<1 + random.below(3) {
      let clause = terms.addClause()
      let word = words[random.below(words.count)]
      let analyzed = Analyzer.named("english")!.explain(word)[0].index
      terms.add(Array(analyzed.utf8), .index, clause: clause)
    }
    if random.chance(50) {
      let pair = [words[random.below(words.count)], "the"].map {
        Analyzer.named("english")!.explain($0)[0].index
      }
      terms.add(
        phrase: pair.enumerated().map { (offset: $0, terms: [(.index, Array($1.utf8))]) },
        clause: terms.addClause())
    }
    return terms
  }

  /// Tokens of a text that stand for themselves in `terms`, or may be part of its phrases; by a reading of the whole text.
  static func naive(
    _ tokens: [Analyzer.ExplainedToken], _ terms: HighlightTerms
  ) -> (alone: [Range<Int>], any: [Range<Int>]) {
    var alone: [Range<Int>] = []
    var any: [Range<Int>] = []
    for token in tokens {
      let roles =
        terms.roles(of: Array(token.index.utf8), .index)
        + terms.roles(of: Array(token.exact.utf8), .exact)
      if !roles.isEmpty { any.append(token.start..<token.end) }
      if roles.contains(where: { $0.slot == nil }) { alone.append(token.start..<token.end) }
    }
    return (alone, any)
  }

  func check(_ fixture: PassageFixture, _ document: Int, _ terms: HighlightTerms, _ seed: UInt64)
    throws
  {
    let passages = try fixture.passages(document, terms)
    let values = fixture.bodies[document]
    let naive = fixture.tokens[document].map { Self.naive($0, terms) }
    #expect(passages.count <= 3, "seed \(seed)")
    if naive.contains(where: { !$0.alone.isEmpty }) { #expect(!passages.isEmpty, "seed \(seed)") }
    var seen: [(value: Int, extent: Range<Int>)] = []
    for passage in passages {
      let bytes = Array(values[passage.value].utf8)
      let extent = passage.start..<passage.start + passage.text.utf8.count
      #expect(extent.upperBound <= bytes.count, "seed \(seed)")
      #expect(Array(passage.text.utf8) == Array(bytes[extent]), "seed \(seed)")
      #expect(!passage.ranges.isEmpty, "seed \(seed)")
      #expect(
        !seen.contains { $0.value == passage.value && $0.extent.overlaps(extent) }, "seed \(seed)")
      seen.append((passage.value, extent))
      let (alone, any) = naive[passage.value]
      let marked = passage.ranges.map {
        $0.lowerBound + passage.start..<$0.upperBound + passage.start
      }
      for (range, next) in zip(marked, marked.dropFirst()) {
        #expect(range.upperBound < next.lowerBound, "seed \(seed)")
      }
      for range in marked {
        #expect(any.contains { $0.lowerBound == range.lowerBound }, "seed \(seed): \(passage)")
        #expect(any.contains { $0.upperBound == range.upperBound }, "seed \(seed): \(passage)")
      }
      for token in alone
      where token.lowerBound >= extent.lowerBound && token.upperBound <= extent.upperBound {
        #expect(
          marked.contains {
            $0.lowerBound <= token.lowerBound && $0.upperBound >= token.upperBound
          },
          "seed \(seed): \(token) of \(passage)")
      }
    }
    try checkForms(fixture, document, terms, passages, seed)
  }

  /// The same passages in UTF-16 and as HTML.
  func checkForms(
    _ fixture: PassageFixture, _ document: Int, _ terms: HighlightTerms, _ passages: [Passage],
    _ seed: UInt64
  ) throws {
    let wide = try fixture.passages(document, terms, .init(unit: .utf16))
    let html = try fixture.passages(document, terms, .init(html: true))
    #expect(wide.count == passages.count && html.count == passages.count, "seed \(seed)")
    for (index, passage) in passages.enumerated() {
      let units = Array(fixture.bodies[document][passage.value].utf16)
      let end = wide[index].start + wide[index].text.utf16.count
      #expect(
        Array(wide[index].text.utf16) == Array(units[wide[index].start..<end]), "seed \(seed)")
      let inUTF8 = passage.ranges.map {
        String(decoding: Array(passage.text.utf8)[$0], as: UTF8.self)
      }
      let inUTF16 = wide[index].ranges.map {
        String(decoding: Array(wide[index].text.utf16)[$0], as: UTF16.self)
      }
      #expect(inUTF8 == inUTF16, "seed \(seed)")
      #expect(html[index].text.split(separator: "<mark>").count >= passage.ranges.count)
      #expect(html[index].ranges.count == passage.ranges.count)
      #expect(html[index].start == passage.start)
    }
  }

  @Test(
    "ranges are what matches, and texts are pieces of the original",
    arguments: 0..<12 as Range<UInt64>)
  func short(seed: UInt64) throws {
    var random = SplitMix(seed)
    let bodies = (0..<8).map { _ in
      (0..<1 + random.below(3)).map { _ in Self.text(1 + random.below(300), &random) }
    }
    let fixture = try PassageFixture(bodies: bodies)
    for document in bodies.indices {
      for _ in 0..<3 { try check(fixture, document, Self.query(&random), seed) }
    }
  }

  @Test("long texts too, by positions and checkpoints", arguments: 0..<2 as Range<UInt64>)
  func long(seed: UInt64) throws {
    var random = SplitMix(seed &+ 100)
    let bodies = [
      [Self.text(8_000 + random.below(20_000), &random)],
      [Self.text(9_000, &random), Self.text(12_000, &random), Self.text(10, &random)],
    ]
    let fixture = try PassageFixture(bodies: bodies)
    for document in bodies.indices {
      for _ in 0..<3 { try check(fixture, document, Self.query(&random), seed) }
    }
  }

  @Test("the one place in a long text is found, and read through its window alone")
  func needle() throws {
    var words = Array(repeating: "filler", count: 200_000)
    words[150_000] = "Finland's"
    words[150_001] = "deterrent"
    let text = words.joined(separator: " ")
    let fixture = try PassageFixture(bodies: [[text]])
    var terms = HighlightTerms()
    terms.add(
      phrase: [
        (offset: 0, terms: [(.index, Array("finland".utf8))]),
        (offset: 1, terms: [(.index, Array("deterr".utf8))]),
      ], clause: terms.addClause())
    let passages = try fixture.passages(0, terms)
    #expect(passages.count == 1)
    #expect(passages.first?.text.contains("Finland's deterrent") == true)
    #expect(passages.first?.start ?? 0 > 1_000_000)
    #expect(passages.first?.ranges.count == 2)
  }

  @Test("keyword values are marked whole or by word when asked for")
  func keyword() throws {
    let fixture = try PassageFixture(bodies: [["x"]], tags: ["NATO", "Vladimir Putin"])
    let tags = fixture.schema.number(of: "tags")!
    var terms = HighlightTerms()
    terms.add(Array("NATO".utf8), .value, clause: terms.addClause())
    terms.add(Array("putin".utf8), .index, clause: terms.addClause())
    func passages(_ fields: [String]?) throws -> [Passage] {
      try Highlighter(
        terms: [tags: terms], schema: fixture.schema, highlight: .init(fields: fields)
      )
      .passages(document: 0, in: fixture.segment, deadline: .never)
    }
    #expect(try passages(nil).isEmpty)
    #expect(
      try passages(["tags"]) == [
        Passage(field: "tags", value: 0, start: 0, text: "NATO", ranges: [0..<4]),
        Passage(field: "tags", value: 1, start: 0, text: "Vladimir Putin", ranges: [9..<14]),
      ])
    #expect(throws: IndexError.self) { try passages(["tag"]) }
  }

  @Test("a deadline that has passed gives what there is")
  func deadline() throws {
    let fixture = try PassageFixture(bodies: [["the deterrent"]])
    let highlighter = try Highlighter(
      terms: [fixture.body: terms("deterrent")], schema: fixture.schema, highlight: .init())
    let passed = Deadline(nanoseconds: 1)
    #expect(
      try highlighter.passages(document: 0, in: fixture.segment, deadline: passed).isEmpty)
  }
}

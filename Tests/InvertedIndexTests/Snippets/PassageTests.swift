import Analysis
import Testing

@testable import InvertedIndex

/// What to mark, from words.
func terms(_ words: String..., phrases: [String] = [], analyzer: String = "english")
  -> HighlightTerms
{
  var terms = HighlightTerms()
  func tokens(_ text: String) -> [Analyzer.ExplainedToken] {
    Analyzer.named(analyzer)!.explain(text).filter { !$0.isJoined }
  }
  for word in words {
    let clause = terms.addClause()
    for token in tokens(word) { terms.add(Array(token.index.utf8), .index, clause: clause) }
  }
  for phrase in phrases {
    let slots = tokens(phrase).map {
      (offset: $0.position, terms: [(TermSpace.index, Array($0.index.utf8))])
    }
    terms.add(phrase: slots, clause: terms.addClause())
  }
  return terms
}

/// The passages of a text with marks, best first.
func marked(
  _ text: String, _ terms: HighlightTerms, limit: Int = 3, analyzer: String = "english"
) -> [String] {
  let matcher = FieldMatcher(terms: terms, analyzer: Analyzer.named(analyzer)!)
  let piece = PassageText(bytes: Array(text.utf8), isBeginning: true, isEnd: true)
  var hits = TermHits()
  let bytes = piece.bytes
  let isDone = matcher.find(in: unsafe bytes.span.bytes, deadline: .never, into: &hits)
  #expect(isDone)
  let occurrences = hits.occurrences(terms)
  return piece.passages(occurrences, clauses: terms.clauses, limit: limit, deadline: .never).map {
    let ranges = PassageText.merged(occurrences.map(\.range), in: $0.extent)
    return PassageText.written(bytes[$0.extent], ranges, html: true, unit: .utf8).text
  }
}

@Suite("Passages of a text")
struct PassageTests {
  @Test("a short text is its own passage, and every form of a word is marked")
  func short() {
    #expect(
      marked("NATO's deterrents were deterring.", terms("deterrent", "NATO"))
        == ["<mark>NATO&#39;s</mark> <mark>deterrents</mark> were deterring."])
    #expect(
      marked("Niinistö & Søren", terms("niinisto", analyzer: "standard"), analyzer: "standard") == [
        "<mark>Niinistö</mark> &amp; Søren"
      ])
    #expect(marked("nothing here", terms("elsewhere")) == [])
    #expect(marked("", terms("a")) == [])
  }

  @Test("an exact form marks that form alone")
  func exact() {
    var terms = HighlightTerms()
    terms.add(Array("niinistö".utf8), .exact, clause: terms.addClause())
    #expect(
      marked("Niinisto, Niinistö", terms, analyzer: "standard") == [
        "Niinisto, <mark>Niinistö</mark>"
      ])
  }

  @Test("the words of a phrase are marked where they stand as the phrase says")
  func phrase() {
    let phrase = terms(phrases: ["nuclear deterrent"])
    #expect(
      marked("A deterrent, a nuclear one: the nuclear deterrent.", phrase)
        == ["A deterrent, a nuclear one: the <mark>nuclear</mark> <mark>deterrent</mark>."])
    #expect(marked("nuclear or deterrent", phrase) == [])
    #expect(
      marked("a a a", terms(phrases: ["a a"], analyzer: "standard"), analyzer: "standard")
        == ["<mark>a</mark> <mark>a</mark> <mark>a</mark>"])
  }

  @Test("what overlaps is marked once")
  func overlap() {
    var terms = terms("covid", analyzer: "standard")
    terms.add(Array("covid19".utf8), .index, clause: terms.addClause())
    #expect(
      marked("the COVID-19 virus", terms, analyzer: "standard") == [
        "the <mark>COVID-19</mark> virus"
      ])
  }

  static let story = """
    Finland applied to join the alliance in May. The president spoke of a new era. Nobody in the \
    capital had expected the speed of it, and the papers wrote of little else for weeks.

    Far away, the parliament of another country debated the price of bread. It went on until the \
    small hours, and the price of bread stayed where it was, as the price of bread does.

    In the end Finland joined. The alliance now has a border of 1,300 kilometres more, and the \
    president of Finland said at the headquarters of the alliance that it was a good day.
    """

  @Test("the passage with most of what was asked for comes first, cut at sentences")
  func best() {
    let passages = marked(Self.story, terms("president", "alliance", "finland"), limit: 2)
    #expect(
      passages == [
        """
        In the end <mark>Finland</mark> joined. The <mark>alliance</mark> now has a border of 1,300 \
        kilometres more, and the <mark>president</mark> of <mark>Finland</mark> said at the \
        headquarters of the <mark>alliance</mark> that it was a good day.
        """,
        """
        <mark>Finland</mark> applied to join the <mark>alliance</mark> in May. The \
        <mark>president</mark> spoke of a new era. Nobody in the capital had expected the speed of \
        it, and the papers wrote of little else for weeks.
        """,
      ])
  }

  @Test("a later passage shows what the earlier ones did not")
  func novelty() {
    let passages = marked(Self.story, terms("bread", "alliance"), limit: 2)
    #expect(passages.count == 2)
    #expect(passages.contains { $0.contains("<mark>bread</mark>") })
    #expect(passages.contains { $0.contains("<mark>alliance</mark>") })
  }

  @Test("text without white space is cut between characters")
  func ideographic() {
    let text = String(repeating: "東京は日本の首都です", count: 60)
    let passages = marked(
      text, terms("首都", analyzer: "standard"), limit: 2, analyzer: "standard")
    #expect(passages.count == 2)
    for passage in passages {
      #expect(passage.contains("<mark>首都</mark>"))
      #expect(!passage.contains("\u{FFFD}"))
    }
  }

  @Test("a passage has an upper bound, whatever its words are")
  func bounded() {
    let long = String(repeating: "x", count: 5_000)
    let text = "a b " + long + " c d"
    var terms = HighlightTerms()
    terms.add(
      Array(repeating: UInt8(ascii: "x"), count: Analyzer.maxFormLength), .exact,
      clause: terms.addClause())
    let passages = marked(text, terms, analyzer: "standard")
    #expect(!passages.isEmpty)
    for passage in passages {
      let plain = passage.split(separator: "<mark>").flatMap { $0.split(separator: "</mark>") }
      #expect(plain.joined().utf8.count <= PassageText.maximumLength)
    }
  }

  @Test("UTF-16 counts units, and HTML is escaped with ranges inside its marks")
  func units() {
    let bytes = Array("🙂 <ö> & x".utf8)
    let ranges = [6..<8, 12..<13]
    let plain = PassageText.written(bytes[...], ranges, html: false, unit: .utf16)
    #expect(plain.text == "🙂 <ö> & x")
    #expect(plain.ranges == [4..<5, 9..<10])
    let html = PassageText.written(bytes[...], ranges, html: true, unit: .utf8)
    #expect(html.text == "🙂 &lt;<mark>ö</mark>&gt; &amp; <mark>x</mark>")
    let written = Array(html.text.utf8)
    #expect(html.ranges.map { String(decoding: written[$0], as: UTF8.self) } == ["ö", "x"])
  }
}

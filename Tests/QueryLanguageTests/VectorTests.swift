import Testing

@testable import QueryLanguage

@Suite("What people type")
struct VectorTests {
  @Test("is read as expected, with its warnings", arguments: Vectors.all)
  func reads(_ vector: Vector) {
    let parsed = Vectors.parser.parse(vector.query)
    #expect(parsed.root.printed() == vector.printed, "\(vector.query)")
    #expect(parsed.warnings.map(\.code) == vector.codes, "\(vector.query)")
  }

  @Test("reads back from its printed form without a warning", arguments: Vectors.all)
  func readsBack(_ vector: Vector) {
    let parsed = Vectors.parser.parse(vector.query)
    let again = Vectors.parser.parse(vector.printed)
    #expect(again.root == parsed.root)
    #expect(parsed.root == .empty || again.warnings.isEmpty)
  }

  @Test("warnings name their place in UTF-8 bytes, and what was probably meant")
  func places() {
    let parsed = Vectors.parser.parse("ö titel:x “y")
    #expect(
      parsed.warnings.map { [$0.at, $0.length] } == [[3, 5], [11, 3]])
    #expect(parsed.warnings[0].hint == "title")
    #expect(parsed.warnings[1].detail == "closed at the end")
    let cut = Vectors.parser.parse("a:(a^")
    #expect(cut.warnings.map { [$0.at, $0.length] } == [[0, 1], [2, 1], [4, 1]])
  }

  @Test("the default operator OR joins what stands side by side, and exclusions hold for all of it")
  func defaultOr() {
    let parser = QueryParser(fields: Vectors.fields, defaultOperator: .or)
    for (query, printed) in [
      ("a b", "a OR b"), ("a b AND c", "a OR b AND c"), ("a b -c", "(a OR b) AND NOT c"),
      ("+a b", "+a OR b"), ("a b OR c", "a OR b OR c"), ("+a b OR c", "(+a OR b) OR c"),
      ("-a", "* AND NOT a"), ("a -b c", "(a OR c) AND NOT b"), ("a AND -b c", "a AND NOT b OR c"),
      ("title:(a b) c", "title:(a OR b) OR c"),
    ] {
      let root = parser.parse(query).root
      #expect(root.printed() == printed)
      #expect(parser.parse(printed).root == root)
      #expect(Vectors.parser.parse(printed).root == root)
    }
  }

  @Test("simple mode takes every character as text")
  func simple() {
    let parser = QueryParser(fields: Vectors.fields, mode: .simple)
    let parsed = parser.parse(#" title:x  -"a" AND \( * "#)
    #expect(
      parsed.root
        == .and([
          .term(.init("title:x")), .term(.init("-\"a\"")), .term(.init("AND")),
          .term(.init("\\(")), .term(.init("*")),
        ]))
    #expect(parsed.warnings.isEmpty)
    #expect(Vectors.parser.parse(parsed.root.printed()).root == parsed.root)
  }

  @Test("words without tokens are dropped, and count as a side of their operators")
  func tokens() {
    let parser = QueryParser(
      fields: Vectors.fields,
      hasTokens: { text, fields in
        fields == ["tags"] || text.unicodeScalars.contains { $0.properties.isAlphabetic }
      })
    for (query, printed, dropped) in [
      ("MOSCOW (Sputnik) —", "MOSCOW AND Sputnik", 1), ("a & b", "a AND b", 1),
      ("a AND — AND b", "a AND b", 1), ("a OR —", "a", 1), ("— OR a", "a", 1),
      ("a OR — b", "a OR b", 1), ("-— a", "a", 1), ("tags:—", "tags:—", 0),
      ("\"— …\"", "()", 1), ("— …", "()", 2), ("a NEAR — NEAR b", "a NEAR b", 1),
      ("size:5", "size:5", 0), ("&", "()", 1), ("- - x -", "x", 3),
    ] {
      let parsed = parser.parse(query)
      #expect(parsed.root.printed() == printed)
      #expect(parsed.warnings.count { $0.code == .noTokens } == dropped)
      #expect(!parsed.warnings.contains { $0.code == .danglingOperator })
    }
  }

  @Test("bytes that are no UTF-8 are read, and positions stay those of the bytes")
  func broken() {
    let parsed = Vectors.parser.parse(utf8: [0x61, 0xFF, 0x20, 0xE2, 0x80, 0x20, 0x28])
    #expect(parsed.root == .and([.term(.init("a\u{FFFD}")), .term(.init("\u{FFFD}"))]))
    #expect(parsed.warnings.map(\.code) == [.invalidUTF8, .unclosedGroup, .emptyGroup])
    #expect(parsed.warnings.last?.at == 6)
  }
}

@Suite("Limits of a query", .timeLimit(.minutes(1)))
struct LimitTests {
  let parser = Vectors.parser

  func codes(_ text: String) -> Set<QueryWarning.Code> {
    Set(parser.parse(text).warnings.map(\.code))
  }

  @Test("huge inputs are read, cut, and it is said")
  func huge() {
    #expect(codes(String(repeating: "\"", count: 1 << 20)).contains(.textTooLong))
    #expect(codes(String(repeating: "(", count: 100_000)).contains(.tooDeep))
    #expect(codes(String(repeating: "a OR ", count: 100_000)).contains(.tooManyClauses))
    let nested = String(repeating: "(", count: 20_000) + "a" + String(repeating: ")", count: 20_000)
    #expect(codes(nested) == [.tooDeep, .nothingLeft])
    for piece in [
      ")", "\\", "a:", "title:", "title: ", "title:(", "-(", "~", "^", "a~", "a^", "/", "/a ",
      "\\/", "[",
      "date:[", "date:[a ", "NEAR ", "a NEAR b ", "NOT ", "- ", "|", "\"a ", "* ", "=\"", "“",
      "\u{0}",
      "ÿ", "a,", "titel:x ", "\"* ", "?", "a NEAR (", "+", "/(", "date:(", "size:>",
    ] {
      let text = String(repeating: piece, count: (1 << 20) / piece.utf8.count)
      let parsed = parser.parse(text)
      #expect(parsed.warnings.count <= QueryParser.Limits.warnings + 1)
      _ = parsed.root.printed()
    }
  }

  @Test("64 groups nest, 65 do not")
  func depth() {
    func nested(_ depth: Int) -> String {
      String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth)
    }
    #expect(parser.parse(nested(64)).root == .term(.init("a")))
    #expect(parser.parse(nested(64)).warnings.isEmpty)
    #expect(parser.parse("b " + nested(65)).root == .term(.init("b")))
    #expect(codes("b " + nested(65)) == [.tooDeep])
    #expect(parser.parse(nested(65) + " b").root == .term(.init("b")))
  }

  @Test("1,024 clauses are kept; each word of a phrase is one")
  func clauses() {
    let many = Array(repeating: "a", count: 1_024).joined(separator: " ")
    #expect(codes(many).isEmpty)
    let parsed = parser.parse("(" + many + " b) c")
    #expect(parsed.warnings.map(\.code) == [.tooManyClauses])
    guard case .and(let operands) = parsed.root else {
      Issue.record("not a conjunction")
      return
    }
    #expect(operands.count == 1_024)
    #expect(codes("\"" + many + "\"").isEmpty)
    #expect(codes("b \"" + many + "\"") == [.tooManyClauses])
    #expect(codes("\"" + many + "\" b") == [.tooManyClauses])
  }

  @Test("text is cut between characters")
  func text() {
    let text = "x" + String(repeating: "ö", count: 40_000)
    let parsed = parser.parse(text)
    #expect(parsed.warnings.map(\.code) == [.textTooLong])
    #expect(parsed.warnings[0].at == 65_535)
    guard case .term(let term) = parsed.root else {
      Issue.record("not a term")
      return
    }
    #expect(term.text.utf8.count == 65_535)
  }
}

import Testing

@testable import QueryLanguage

@Test("words side by side are joined, and the tree reads back from its printed form")
func printsAndReads() {
  let parser = QueryParser(fields: [("title", .text)])
  let parsed = parser.parse("nuclear deterrent -missile")
  #expect(parsed.root.printed() == "nuclear AND deterrent AND NOT missile")
  #expect(parsed.warnings.isEmpty)
  #expect(parser.parse(parsed.root.printed()).root == parsed.root)
}

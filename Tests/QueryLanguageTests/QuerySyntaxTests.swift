import Testing

@testable import QueryLanguage

@Suite("The table of the grammar")
struct QuerySyntaxTests {
  private static let parser = QueryParser(fields: QuerySyntax.exampleFields)

  @Test("its examples are read as it says", arguments: QuerySyntax.constructs.flatMap(\.examples))
  func examples(_ example: QuerySyntax.Example) {
    let parsed = Self.parser.parse(example.query)
    #expect(parsed.root.printed() == example.interpreted, "\(example.query)")
    #expect(parsed.warnings.map(\.code) == example.warnings, "\(example.query)")
  }

  @Test("every operator of the parser is in it, and every warning is explained")
  func complete() {
    let forms = QuerySyntax.constructs.flatMap(\.forms).map(\.form).joined(separator: "\n")
    for name in QueryScanner.OperatorName.allCases {
      #expect(forms.contains(" \(name.rawValue)"), "\(name)")
    }
    for code in QueryWarning.Code.allCases { #expect(!code.explanation.isEmpty, "\(code)") }
  }
}

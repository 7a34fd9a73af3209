import QueryLanguage

/// martlet-query(7): the query language, from the table that its parser is tested with.
struct QueryPage {
  let text: String

  init(version: String) {
    var page = ManPage(title: "MARTLET-QUERY", section: 7, version: version)
    page.section("NAME")
    page.paragraph("martlet-query - the query language of Martlet")
    page.section("DESCRIPTION")
    page.paragraph(
      """
      What martlet(1) and martletd(8) are asked. Any text is a query: what does not fit the grammar is read as well as can \
      be, and each oddity is told in a warning. An answer shows how the query was read (interpreted). With the mode \
      strict a warning is an error; with simple every character is text.
      """)
    for construct in QuerySyntax.constructs {
      page.section(construct.name.uppercased())
      for (form, meaning) in construct.forms { page.item(form, meaning + ".") }
      page.subsection("Examples")
      page.lines(construct.examples.flatMap(Self.lines))
    }
    page.section("LIMITS")
    page.paragraph(
      """
      A query has at most \(QueryParser.Limits.text >> 10) KiB of text, \(QueryParser.Limits.clauses) words and other clauses, \
      and groups \(QueryParser.Limits.depth) deep. What is beyond is left out, and said.
      """)
    page.section("WARNINGS")
    for code in QueryWarning.Code.allCases { page.item(code.rawValue, code.explanation + ".") }
    page.section("SEE ALSO")
    page.paragraph("martlet(1), martletd(8)")
    text = page.text
  }

  /// The query; below it how it is read, where that is not the same, and the warnings.
  private static func lines(_ example: QuerySyntax.Example) -> [String] {
    var lines = [example.query]
    if example.interpreted != example.query { lines.append("    read as  " + example.interpreted) }
    if !example.warnings.isEmpty {
      lines.append("    warns    " + example.warnings.map(\.rawValue).joined(separator: ", "))
    }
    return lines
  }
}

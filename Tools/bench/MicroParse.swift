import Measuring
import QueryLanguage

extension Micro {
  /// As long as a query may be.
  static let queryBytes = 64 << 10

  /// What a query may be made of that is hard to read: openings without ends, suffixes, fields, escapes, words.
  private static let pieces = [
    "a ", "a", "a OR ", "a AND ", "a NEAR b ", "NOT ", "- ", "+", ")", "(", "-(", "|", "\\", "\\/",
    "~", "^", "a~", "a^", "a~1 ",
    "a^2 ", "?", "*", "* ", "a*b ", "\"", "\"a ", "\"a\" ", "=\"", "“", "\"* ", "/", "/a ", "/(",
    "/(a|b)*/ ", "a:", "a,", "title:",
    "title: ", "title:(", "title:a ", "titel:x ", "size:>", "size:1..2 ", "date:[", "date:[a ",
    "date:(", "date:now-3d ", "[", "\u{0}",
    "ÿ", "日本",
  ]

  /// One element is the whole of a query: its tree and its printed form.
  static func parse(_ sampler: inout Sampler) throws {
    guard sampler.wants("parse") else { return }
    let parser = QueryParser(
      fields: [("title", .text), ("body", .text), ("date", .date), ("size", .number)])
    var queries = pieces.map { piece in
      (
        name: "\(piece.debugDescription) again and again",
        text: Array(String(repeating: piece, count: queryBytes / piece.utf8.count).utf8)
      )
    }
    let all = pieces.joined()
    let mixed = Array(String(repeating: all, count: 1 + queryBytes / all.utf8.count).utf8)
    queries.append(("all of these", Array(mixed.prefix(queryBytes))))
    var source = SyntheticText(seed: 5)
    queries.append(("words", source.ascii(queryBytes)))
    for query in queries {
      try sampler.measure("parse", query.name, unit: "query", elements: 1) {
        let parsed = parser.parse(utf8: query.text)
        return UInt64(parsed.root.printed().utf8.count) &* 31 &+ UInt64(parsed.warnings.count)
      }
    }
  }
}

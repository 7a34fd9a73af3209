import InvertedIndex

/// What people type, given as it is to both: an error there, an answer here.
struct Typed: Equatable {
  var text: String
  /// Documents that match, and the codes of Martlet's warnings; or its error, which there should never be.
  var ours = 0
  var warnings: [String] = []
  var fault: String?
  /// Documents that match, or FTS5's error.
  var theirs: Int?
  var error: String?

  /// The answer as one cell of a table.
  var oursShown: String {
    if let fault { return "ERROR  \(fault)" }
    return "\(ours)" + (warnings.isEmpty ? "" : "  (\(warnings.joined(separator: ", ")))")
  }

  var theirsShown: String { theirs.map { "\($0)" } ?? "ERROR  \(error ?? "")" }

  static func run(_ martlet: MartletIndex, _ fts5: FTS5Index) -> [Typed] {
    var all: [Typed] = []
    for text in texts {
      var typed = Typed(text: text)
      do throws(Failure) {
        (typed.ours, typed.warnings) = try martlet.answer(SearchRequest(query: text))
      } catch {
        typed.fault = error.message
      }
      switch fts5.answer(text) {
      case .success(let count): typed.theirs = count
      case .failure(let failure): typed.error = failure.message
      }
      all.append(typed)
    }
    return all
  }

  /// Ordinary words first, then operators with a side missing, patterns, phrases, fields, ranges, and what nobody means.
  static let texts: [String] = [
    "don't", "Finland’s", "U.S.", "COVID-19", "co-operate", "C++", "a/b", "50%", "#NATO",
    "@kremlin", "1.5", "3,5", "12:30", "http://x.y/z", "what?", "MOSCOW (Sputnik) —",
    "MOSCOW: x", "AT&T", "user@example.com", "/usr/share/doc", "e.g.", "rock'n'roll",
    "Niinisto", "Niinistö", "Soren", "Lodz", "strasse", "ISTANBUL", "İstanbul",
    "“curly quotes”", "or and near not", "balance of power",
    "\"unclosed", "(open", "close)", "AND", "foo AND", "OR", "NOT x", "-x", "---x",
    "- - x -", "NATO -Sweden", "( )", "\"\" | \"\"", "+ - | ( + - | star )",
    "title:", "title:nato", "titel:nato", "*", "**", "^", "~", "~1", "Niin*", "*isto",
    "N*sto", "N?inisto", "Niinsto~1", "Niinisto~9", "\"Finland president\"~3",
    "\"president * Niinistö\"", "\"a b c d\"/2", "NEAR(", "a NEAR b", "a NEAR/0 b",
    "a ADJ/3 \"b c\"", "date:2018-05", "date:2018..", "date:[2018 TO", "date:{* TO 2018}",
    "date:yesterday", "/unclosed", "/a(/", "a:(^", "a:(a^", "[a TO b]", "{", "}", "\\",
    "\\\\\"", "\u{0}",
  ]
}

// The grammar as a table: what can be written, what it means, and examples of which each is read by the parser in a
// test. The manual page martlet-query(7) is made of it.

/// What the query language has, for people.
public enum QuerySyntax {
  public struct Example: Sendable {
    public var query: String
    /// As answers show it (`interpreted`).
    public var interpreted: String
    /// What is said about it.
    public var warnings: [QueryWarning.Code]

    init(_ query: String, _ interpreted: String? = nil, _ warnings: QueryWarning.Code...) {
      self.query = query
      self.interpreted = interpreted ?? query
      self.warnings = warnings
    }
  }

  public struct Construct: Sendable {
    /// A section's heading.
    public var name: String
    /// Each with its meaning.
    public var forms: [(form: String, meaning: String)]
    public var examples: [Example]
  }

  /// The fields that the examples name.
  public static let exampleFields: [(name: String, kind: FieldKind)] = [
    ("title", .text), ("body", .text), ("tags", .keyword), ("date", .date), ("words", .number),
  ]

  public static let constructs = [words, operators, phrases, near, patterns, fields, values, signs]

  private static let words = Construct(
    name: "Words",
    forms: [
      (
        "word",
        "documents with this word in one of the fields, in whatever case, with or without accents, and with other endings where "
          + "the field's analyzer knows the language"
      ),
      ("=word", "exactly this form: accents and endings count, case does not; so =wor*"),
      (
        "COVID-19",
        "letters and digits joined by marks are one word: the parts in a row, or all of them joined (covid19)"
      ),
      ("\\c", "the character c as text, whatever it means elsewhere"),
    ],
    examples: [
      Example("Niinistö"), Example("=Niinistö"), Example("don’t"), Example("COVID-19"),
      Example(#"\(a"#),
      Example("C++"),
    ])

  private static let operators = Construct(
    name: "Several words",
    forms: [
      ("a b", "both, in any fields and any order (either, where the search asks for `or`)"),
      ("a AND b", "the same, whatever the search asks for"),
      ("a OR b, a | b", "either, or both"),
      ("a -b, a NOT b", "a without b; -b alone: every document without it"),
      ("a OR -b", "a, or every document without b"),
      ("a OR +b", "b must be there, a only adds to the score"),
      ("(a OR b) c", "groups"),
      ("a^2", "a counts twice as much; so after phrases and groups"),
      ("*", "every document"),
    ],
    examples: [
      Example("nuclear arms", "nuclear AND arms"), Example("nuclear OR atomic"),
      Example("nuclear | atomic arms", "nuclear OR atomic AND arms"),
      Example("nuclear -missile", "nuclear AND NOT missile"),
      Example("(nuclear OR atomic) arms", "(nuclear OR atomic) AND arms"),
      Example("nuclear^2 arms", "nuclear^2 AND arms"), Example("*"),
      Example("-sport", "* AND NOT sport", .onlyNegative),
      Example("cats and dogs", "cats AND and AND dogs"),
    ])

  private static let phrases = Construct(
    name: "Phrases",
    forms: [
      (
        "\"a b c\"",
        "the words in this order, side by side; any closing quote closes any opening one"
      ),
      ("\"a * c\"", "one word, whatever it is, between"),
      ("\"a b c\"*", "the last word may go on"),
      ("=\"a b c\"", "exactly these forms, as =word"),
      ("\"a b c\"~2", "so many moves of a word by one place are forgiven (slop)"),
      ("\"a b c d\"/2", "so many of the words, in any place (quorum)"),
    ],
    examples: [
      Example(#""balance of power""#), Example("“balance of power”", #""balance of power""#),
      Example(#""president * Niinistö""#), Example(#""nuclear deterr"*"#),
      Example(#""Finland president"~3"#), Example(#""red green blue white"/2"#),
    ])

  private static let near = Construct(
    name: "Nearness",
    forms: [
      (
        "a NEAR b, a NEAR/n b",
        "at most n words between the two (10 where nothing is said), in any order"
      ),
      ("a ADJ b, a ADJ/n b", "the same, a before b"),
    ],
    examples: [
      Example("nuclear NEAR deterrent"), Example("nuclear NEAR/3 deterrent"),
      Example(#"president ADJ/3 "Sauli Niinistö""#),
    ])

  private static let patterns = Construct(
    name: "Parts of words, spelling",
    forms: [
      ("wor*", "words that begin so"),
      ("w*rd, *word, w?rd", "* any characters, none too; ? one"),
      (
        "word~, word~2",
        "words that differ by one or two characters: one too many, missing, wrong, or two exchanged"
      ),
      ("wor*~", "words that begin so, with one error at most"),
      (
        "/w[oa]rd/",
        "words that a regular expression fits, as a whole: . [a-z] (a|b) * + ? {m,n} \\d \\w \\s; at the beginning of a word, and a space, "
          + "), ^ or the end behind it"
      ),
      (
        "東京?業, 東京*大学",
        "in text without spaces, as Japanese: ? one character, * ten at most between two parts"
      ),
    ],
    examples: [
      Example("deterren*"), Example("N*sto"), Example("N?inisto"), Example("*isto"),
      Example("Niinsto~1"),
      Example("/nii[nm]ist[oö]/"), Example("/usr/share/doc", #"\/usr/share/doc"#),
    ])

  private static let fields = Construct(
    name: "Fields",
    forms: [
      ("name:word", "in this field alone; name:\"…\", name:(…), name:=word and name:/…/ likewise"),
      ("name,other:word", "in one of these fields"),
      ("name:*", "documents that have a value in the field"),
    ],
    examples: [
      Example("title:nato"), Example("title,body:nato"),
      Example("title:(nato summit)", "title:(nato AND summit)"),
      Example(#"tags:"Vladimir Putin""#), Example("date:*"),
      Example("titel:nato", #"titel\:nato"#, .unknownField),
      Example("12:30", #"12\:30"#, .unknownField),
    ])

  private static let values = Construct(
    name: "Numbers and dates",
    forms: [
      (
        "date:2018, date:2018-05, date:2018-05-14",
        "the whole year, month, day; RFC 3339 for moments"
      ),
      (
        "date:yesterday",
        "today, yesterday, last-week, last-month, last-year; now-30d, with s, m, h, d, w, M (months), y"
      ),
      (
        "date:2018..2020, date:2018..", "from, to; each side may be missing; both ends belong to it"
      ),
      ("words:>=100", "> >= < <=, with dates as well; words:1..5 as with dates"),
      (
        "words:[1 TO 5], words:{1 TO 5}",
        "with the ends, without them, each side by itself; * on a side: no bound; tags:[a TO c] in the order of letters"
      ),
      ("open:true", "true or false"),
    ],
    examples: [
      Example("date:2018-05"), Example("date:yesterday"),
      Example("date:2018..2020", "date:[2018 TO 2020]"), Example("date:2018..", "date:[2018 TO *]"),
      Example("words:>=100", "words:[100 TO *]"), Example("words:{1 TO 5}"),
      Example("date:someday", "()", .nothingLeft, .badDate),
    ])

  private static let signs = Construct(
    name: "What is text",
    forms: [
      ("and, or, near", "operators are upper case only"),
      ("a-b, a - b, --option", "a sign means something only right before a word, and alone"),
      ("don't, ’", "apostrophes are never quotes"),
    ],
    examples: [
      Example("a - b", #"a AND \- AND b"#, .signAsText),
      Example("--verbose", #"\--verbose"#, .signAsText),
      Example("\"unclosed", #""unclosed""#, .unclosedQuote),
      Example("close)", "close", .extraParenthesis),
      Example("AND", #"\AND"#, .operatorAsWord), Example("nato AND", "nato", .danglingOperator),
    ])
}

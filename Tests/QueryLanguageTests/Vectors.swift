// What people and programs type, how each is read, and what is said about it. Fields: see `Vectors.parser`.

@testable import QueryLanguage

struct Vector: Sendable {
  let query: String
  let printed: String
  let codes: [QueryWarning.Code]

  init(_ query: String, _ printed: String, _ codes: QueryWarning.Code...) {
    self.query = query
    self.printed = printed
    self.codes = codes
  }
}

enum Vectors {
  static let parser = QueryParser(fields: fields)

  static let fields: [(name: String, kind: FieldKind)] = [
    ("title", .text), ("body", .text), ("date", .date), ("tags", .keyword), ("size", .number),
    ("open", .boolean), ("author.name", .keyword),
  ]

  static let words: [Vector] = [
    .init("don't", "don't"),
    .init("Finland’s", "Finland’s"),
    .init("http://x.y/z", #"http\://x.y/z"#, .unknownField),
    .init("12:30", #"12\:30"#, .unknownField),
    .init("MOSCOW: x", #"MOSCOW\: AND x"#, .unknownField),
    .init("MOSCOW (Sputnik) —", "MOSCOW AND Sputnik AND —"),
    .init("C++", "C++"),
    .init("a/b", "a/b"),
    .init("50%", "50%"),
    .init("#NATO", "#NATO"),
    .init("@kremlin", "@kremlin"),
    .init("1.5", "1.5"),
    .init("3,5", "3,5"),
    .init("U.S.", "U.S."),
    .init("COVID-19", "COVID-19"),
    .init("co-operate", "co-operate"),
    .init("Niinisto", "Niinisto"),
    .init("Niinistö", "Niinistö"),
    .init("Soren", "Soren"),
    .init("Lodz", "Lodz"),
    .init("strasse", "strasse"),
    .init("ISTANBUL", "ISTANBUL"),
    .init("İstanbul", "İstanbul"),
    .init("\\", "\\\\", .danglingEscape),
    .init(#"a\ b"#, #"a\ b"#),
    .init(#"\(a"#, #"\(a"#),
    .init("\u{0}", "()", .emptyQuery),
    .init(" \t\u{3000}\n", "()", .emptyQuery),
    .init("a\u{A0}b", "a AND b"),
    .init("=foo", "=foo"),
    .init("=foo*", "=foo*"),
    .init("a=b", "a=b"),
    .init("=", #"\="#, .literalSymbol),
    .init("or and near not", "or AND and AND near AND not"),
    .init("ANDREW NEARBY", "ANDREW AND NEARBY"),
  ]

  static let operators: [Vector] = [
    .init("(open", "open", .unclosedGroup),
    .init("close)", "close", .extraParenthesis),
    .init("AND", #"\AND"#, .operatorAsWord),
    .init("foo AND", "foo", .danglingOperator),
    .init("AND foo", "foo", .danglingOperator),
    .init("OR", #"\OR"#, .operatorAsWord),
    .init("a AND OR b", "a OR b", .danglingOperator),
    .init("a (AND)", #"a AND \AND"#, .operatorAsWord),
    .init("NOT", #"\NOT"#, .operatorAsWord),
    .init("NOT x", "* AND NOT x", .onlyNegative),
    .init("NOT NOT x", "* AND NOT x", .danglingOperator, .onlyNegative),
    .init("-x", "* AND NOT x", .onlyNegative),
    .init("-a -b", "* AND NOT a AND NOT b", .onlyNegative),
    .init("(-a)", "* AND NOT a", .onlyNegative),
    .init("a (-b)", "a AND NOT b"),
    .init("---x", #"\---x"#, .signAsText),
    .init("- - x -", #"\- AND \- AND x AND \-"#, .signAsText, .signAsText, .signAsText),
    .init("a - b", #"a AND \- AND b"#, .signAsText),
    .init("NATO -Sweden", "NATO AND NOT Sweden"),
    .init("-(a b) c", "NOT (a AND b) AND c"),
    .init("-NOT a", #"NOT \NOT AND a"#),
    .init("a OR -b", "a OR NOT b"),
    .init("+a OR b", "+a OR b"),
    .init("a b OR c AND d", "a AND b OR c AND d"),
    .init("(a OR b) c", "(a OR b) AND c"),
    .init("a|b || c", "a OR b OR c"),
    .init("( )", "()", .emptyGroup, .nothingLeft),
    .init("a () b", "a AND b", .emptyGroup),
    .init(
      "+ - | ( + - | star )", #"\+ AND \- OR (\+ AND \- OR star)"#, .signAsText, .signAsText,
      .signAsText, .signAsText),
    .init("NEAR(", "()", .danglingOperator, .nothingLeft, .unclosedGroup, .emptyGroup),
    .init("a NEAR b", "a NEAR b"),
    .init("a NEAR/0 b", "a NEAR/0 b"),
    .init("a NEAR/10 b", "a NEAR b"),
    .init("a NEAR/x b", "a NEAR b", .badSuffix),
    .init("a ADJ/3 \"b c\"", "a ADJ/3 \"b c\""),
    .init("a NEAR b ADJ/1 c d", "a NEAR b ADJ/1 c AND d"),
    .init("a NEAR -b", "a", .notInNear),
    .init("a NEAR (b -c)", "a NEAR b", .notInNear),
    .init("a NEAR +b", "a NEAR b"),
    .init("a^2 (b c)^0.5", "a^2 AND (b AND c)^0.5"),
    .init("a^b", "a", .badSuffix),
    .init("a^-1", "a", .badSuffix),
    .init("a^2^3", "a^2", .badSuffix),
    .init("(a b)~2", "a AND b", .badSuffix),
  ]

  static let patterns: [Vector] = [
    .init("*", "*"),
    .init("**", #"\*\*"#, .literalWildcard),
    .init("^", #"\^"#, .literalSymbol),
    .init("~", #"\~"#, .literalSymbol),
    .init("~1", #"\~1"#, .literalSymbol),
    .init("Niin*", "Niin*"),
    .init("Niin**", "Niin*"),
    .init("*isto", "*isto"),
    .init("N*sto", "N*sto"),
    .init("N?inisto", "N?inisto"),
    .init("what?", #"what\?"#, .literalWildcard),
    .init("Niinsto~1", "Niinsto~1"),
    .init("Niinsto~", "Niinsto~1"),
    .init("Niinsto~0", "Niinsto"),
    .init("Niinisto~9", "Niinisto", .badSuffix),
    .init("N*sto~1", "N*sto", .badSuffix),
    .init("/us*r/ x", "/us*r/ AND x"),
    .init(#"/a\/b/"#, #"/a\/b/"#),
    .init("/usr/share/doc", #"\/usr/share/doc"#),
    .init("/unclosed", #"\/unclosed"#),
    .init("/a(/", #"\/a\(/"#, .badRegex),
    .init("(/ab/)^2", "/ab/^2"),
    .init("he / she / it", #"he AND \/ AND she AND \/ AND it"#),
  ]

  static let phrases: [Vector] = [
    .init("\"unclosed", "\"unclosed\"", .unclosedQuote),
    .init("\"Finland president\"~3", "\"Finland president\"~3"),
    .init("\"president * Niinistö\"", "\"president * Niinistö\""),
    .init("\"a b c d\"/2", "\"a b c d\"/2"),
    .init("\"x y\"~2*/3", "\"x y\"~2*/3"),
    .init("\"x y\"*", "\"x y\"*"),
    .init("\"x\"~a b", "\"x\" AND b", .badSuffix),
    .init("\"x\"/0", "\"x\"", .badSuffix),
    .init("=\"Niinistö\"", "=\"Niinistö\""),
    .init(#"\\""#, #"\\"#, .unclosedQuote, .emptyPhrase),
    .init("“curly quotes”", "\"curly quotes\""),
    .init("«x y„", "\"x y\""),
    .init("\"\" | \"\"", "()", .emptyPhrase, .nothingLeft, .emptyPhrase),
    .init("\"*\" a", "a", .emptyPhrase),
    .init("\"a*b\"", #""a\*b""#, .literalWildcard),
    .init(#""a \"b\" c""#, #""a \"b\" c""#),
    .init("foo\"bar\"", "foo AND \"bar\""),
  ]

  static let scopes: [Vector] = [
    .init("title:", #"title\:"#, .operatorAsWord),
    .init("a title:", "a", .emptyField),
    .init("title: AND x", "x", .emptyField, .danglingOperator),
    .init("title:nato", "title:nato"),
    .init("title: nato", "title:nato"),
    .init("author.name:Smith", "author.name:Smith"),
    .init("titel:nato", #"titel\:nato"#, .unknownField),
    .init("title,body:nato^2", "title,body:nato^2"),
    .init("titel,body:nato", "body:nato", .unknownField),
    .init("title:body:x", #"title:body\:x"#, .fieldAsText),
    .init("title:(a OR b)^1.5", "title:(a OR b)^1.5"),
    .init("title:(a body:b)", "title:(a AND body:b)"),
    .init("-title:x", "* AND NOT title:x", .onlyNegative),
    .init("tags:*", "tags:*"),
    .init("date:2018-05", "date:2018-05"),
    .init("date:2018-05..2018-07", "date:[2018-05 TO 2018-07]"),
    .init("date:2018..", "date:[2018 TO *]"),
    .init("date:..2018", "date:[* TO 2018]"),
    .init("date:[2018 TO", "date:[2018 TO *]", .unclosedRange),
    .init("date:{* TO 2018}", "date:[* TO 2018}"),
    .init("date:[2018 2019] x", "x", .badRange),
    .init("date:yesterday", "date:yesterday"),
    .init("date:now-30d", "date:now-30d"),
    .init("date:>=\"2018-05\"", "date:[2018-05 TO *]"),
    .init("date:2018-02-30", "()", .nothingLeft, .badDate),
    .init("date:soon OR a", "a", .badDate),
    .init("-date:soon", "()", .nothingLeft, .badDate),
    .init("date:(2018 OR soon)", "date:2018", .badDate),
    .init("size:>5", "size:{5 TO *]"),
    .init("size:(<5 OR >7)", "size:([* TO 5} OR {7 TO *])"),
    .init("size:-5..7", "size:[-5 TO 7]"),
    .init("size:big", "()", .nothingLeft, .badNumber),
    .init("size:>", "()", .nothingLeft, .badRange),
    .init("open:true", "open:true"),
    .init("open:yes", "()", .nothingLeft, .badBoolean),
    .init("a:(^", #"a\: AND \^"#, .unknownField, .unclosedGroup, .literalSymbol),
    .init("a:(a^", #"a\: AND a"#, .unknownField, .unclosedGroup, .badSuffix),
    .init("[a TO b]", #"\[a AND TO AND b]"#, .literalSymbol),
    .init("tags:[a TO b}", "tags:[a TO b}"),
    .init("{", #"\{"#, .literalSymbol),
    .init("}", "}"),
  ]

  static let all = words + operators + patterns + phrases + scopes
}

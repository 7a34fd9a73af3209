extension QueryWarning.Code {
  /// What the code means, for manuals.
  public var explanation: String {
    switch self {
    case .unclosedQuote: "a quote that is not closed: closed at the end"
    case .unclosedGroup: "a bracket that is not closed: closed at the end"
    case .unclosedRange: "a range that is not closed: closed where it ends"
    case .extraParenthesis: "a closing bracket without an opening one: dropped"
    case .emptyGroup: "a group with nothing in it: dropped"
    case .emptyPhrase: "a phrase with nothing in it: dropped"
    case .danglingOperator: "an operator with a side missing: dropped"
    case .operatorAsWord: "an operator that stands alone: read as a word"
    case .unknownField: "name: of no field: read as text; the hint is the nearest name"
    case .fieldAsText: "a:b:c: the second name is text"
    case .emptyField: "a field with nothing behind it: dropped"
    case .signAsText: "a sign that is not right before a word: read as text"
    case .literalSymbol: "a character that means something elsewhere: read as text"
    case .literalWildcard: "a * or ? that cannot stand for anything here: read as text"
    case .danglingEscape: "a backslash at the end: read as text"
    case .badSuffix: "what follows ~, ^ or / is no number that can stand there: dropped"
    case .badRegex: "a regular expression that cannot be: read as text"
    case .badRange: "a range without bounds: dropped"
    case .badDate: "not a date: the clause is dropped"
    case .badNumber: "not a number: the clause is dropped"
    case .badBoolean: "neither true nor false: the clause is dropped"
    case .notInNear: "an exclusion beside NEAR or ADJ: dropped"
    case .onlyNegative: "only exclusions: all documents less those"
    case .noTokens: "nothing that the fields' analyzers take for a word: dropped"
    case .emptyQuery: "nothing is asked for: no hits"
    case .nothingLeft: "every clause was dropped: no hits"
    case .invalidUTF8: "bytes that are no UTF-8 stand for U+FFFD"
    case .textTooLong: "over \(QueryParser.Limits.text >> 10) KiB: the rest is not read"
    case .tooDeep: "groups deeper than \(QueryParser.Limits.depth): left out"
    case .tooManyClauses: "more than \(QueryParser.Limits.clauses) words and other clauses: cut"
    case .tooManyWarnings: "more than are told"
    case .tooManyExpansions: "more words fit than are looked for: the most frequent are"
    case .wildcardInRun:
      "in text without spaces, as Japanese, * between two parts is ten characters at most, and other patterns fit pairs of "
        + "characters alone"
    case .wrongField: "a field of another type: the clause is dropped for it"
    }
  }
}

// What a query's reader had to decide. Codes are part of the protocol: they are added, never changed.

/// How a place in the query was read where it does not fit the grammar, or could not be carried out.
public struct QueryWarning: Hashable, Sendable {
  public enum Code: String, Hashable, Sendable, CaseIterable {
    // Reading.
    case unclosedQuote = "unclosed_quote"
    case unclosedGroup = "unclosed_group"
    case unclosedRange = "unclosed_range"
    case extraParenthesis = "extra_parenthesis"
    case emptyGroup = "empty_group"
    case emptyPhrase = "empty_phrase"
    /// An operator with a side missing, dropped.
    case danglingOperator = "dangling_operator"
    /// An operator alone, read as a word.
    case operatorAsWord = "operator_as_word"
    case unknownField = "unknown_field"
    /// `a:b:c`: the second is no field.
    case fieldAsText = "field_as_text"
    /// `name:` and nothing after it.
    case emptyField = "empty_field"
    case signAsText = "sign_as_text"
    /// A character that means something elsewhere, read as text.
    case literalSymbol = "literal_symbol"
    case literalWildcard = "literal_wildcard"
    case danglingEscape = "dangling_escape"
    case badSuffix = "bad_suffix"
    case badRegex = "bad_regex"
    case badRange = "bad_range"
    case badDate = "bad_date"
    case badNumber = "bad_number"
    case badBoolean = "bad_boolean"
    case notInNear = "not_in_near"
    case onlyNegative = "only_negative"
    /// A word or phrase that the fields' analyzers make no token of, dropped.
    case noTokens = "no_tokens"
    case emptyQuery = "empty_query"
    /// Every clause was dropped: no hits.
    case nothingLeft = "nothing_left"
    case invalidUTF8 = "invalid_utf8"
    // Limits.
    case textTooLong = "text_too_long"
    case tooDeep = "too_deep"
    case tooManyClauses = "too_many_clauses"
    case tooManyWarnings = "too_many_warnings"
    // Carrying out; these are the engine's.
    case tooManyExpansions = "too_many_expansions"
    case wrongField = "wrong_field"
    case wildcardInRun = "wildcard_in_run"
  }

  public var code: Code
  /// Where in the query, in UTF-8 bytes.
  public var at: Int
  public var length: Int
  /// For people.
  public var detail: String
  /// What was probably meant: a field's name.
  public var hint: String?

  public init(
    _ code: Code, at: Int = 0, length: Int = 0, detail: String = "", hint: String? = nil
  ) {
    self.code = code
    self.at = at
    self.length = length
    self.detail = detail
    self.hint = hint
  }
}

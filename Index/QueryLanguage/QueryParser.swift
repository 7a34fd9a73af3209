// The door of the query language: any text in, a tree and warnings out. It never fails.
//
// The text is read once, left to right, over its UTF-8 bytes; nothing is read twice but a regular expression
// that turns out to be none and the letters before a colon, so time and memory are linear. Groups are an
// explicit stack (`QueryReader`), so no input makes it recurse.

public struct ParsedQuery: Hashable, Sendable {
  public var root: QueryNode
  /// In the order of their places. Empty: the text is what the grammar says, and `mode=strict` takes it.
  public var warnings: [QueryWarning]
  /// Nothing but white space was asked: with a filter that means all that pass it.
  public var isBlank: Bool
}

/// What a field holds, as coarse as reading its values needs.
public enum FieldKind: Hashable, Sendable {
  case text, keyword, number, date, boolean

  var isTyped: Bool { self != .text && self != .keyword }
}

public struct QueryParser: Sendable {
  public enum Operator: Sendable { case and, or }
  public enum Mode: Sendable { case lenient, simple }

  /// Bounds of what one query may ask for; beyond them it is cut, and the warnings say so.
  public enum Limits {
    /// Bytes of text.
    public static let text = 64 << 10
    /// Terms, ranges and other leaves; each word of a phrase is one.
    public static let clauses = 1_024
    /// Groups in each other.
    public static let depth = 64
    /// Warnings kept.
    static let warnings = 128
  }

  /// Whether the analyzers of these fields (none: the default fields) make a token of a word. Words without are
  /// dropped.
  public typealias TokenTest = @Sendable (_ text: String, _ fields: [String]) -> Bool

  let fields: [String: FieldKind]
  let defaultOperator: Operator
  let mode: Mode
  let hasTokens: TokenTest?

  /// - Parameters:
  ///   - fields: the names that `name:` may stand for. Of equal names the first counts.
  ///   - hasTokens: nil takes every word.
  public init(
    fields: [(name: String, kind: FieldKind)], defaultOperator: Operator = .and,
    mode: Mode = .lenient, hasTokens: TokenTest? = nil
  ) {
    self.init(
      fields: Dictionary(fields.lazy.map { ($0.name, $0.kind) }) { first, _ in first },
      defaultOperator: defaultOperator, mode: mode, hasTokens: hasTokens)
  }

  /// The same with fields by name, which costs nothing.
  public init(
    fields: [String: FieldKind], defaultOperator: Operator = .and, mode: Mode = .lenient,
    hasTokens: TokenTest? = nil
  ) {
    self.fields = fields
    self.defaultOperator = defaultOperator
    self.mode = mode
    self.hasTokens = hasTokens
  }

  public func parse(_ text: String) -> ParsedQuery { parse(utf8: Array(text.utf8)) }

  /// Bytes that are no UTF-8 stand for U+FFFD; positions in the warnings are those of the bytes.
  public func parse(utf8 bytes: [UInt8]) -> ParsedQuery {
    var reader = QueryReader(parser: self, bytes: bytes)
    return mode == .simple ? reader.readSimple() : reader.read()
  }
}

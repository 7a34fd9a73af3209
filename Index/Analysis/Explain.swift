/// What an analyzer makes of a text, step by step, for people.
extension Analyzer {
  public struct ExplainedToken: Sendable, Equatable {
    /// What stands in the text.
    public let text: String
    /// NFC, in lower case: what `="…"` finds.
    public let exact: String
    /// The exact form without its marks; nil where the analyzer does not fold.
    public let folded: String?
    /// Without endings: what words find.
    public let index: String
    public let position: Int
    /// UTF-8 bytes in the text.
    public let start: Int
    public let end: Int
    /// The joined form of a compound.
    public let isJoined: Bool
    /// Two neighbouring characters of a script that is written without spaces.
    public let isBigram: Bool
    /// The last character of a run of these, by itself: for queries of one character, and not a part of longer ones.
    public let isLastOfRun: Bool
    public let isStopWord: Bool
  }

  /// The tokens of `text` with both forms.
  public func explain(_ text: String) -> [ExplainedToken] {
    let bytes = Array(text.utf8)
    var buffer = TokenBuffer()
    var scratch = makeScratch()
    _ = tokenize(unsafe bytes.span.bytes, into: &buffer)
    var index: [UInt8] = []
    var folded: [UInt8] = []
    var tokens: [ExplainedToken] = []
    for i in 0..<buffer.count {
      let token = buffer[i]
      let exact = buffer.form(i)
      indexForm(unsafe exact.span.bytes, scratch: &scratch, into: &index)
      Normalization.folded(unsafe exact.span.bytes, into: &folded)
      tokens.append(
        ExplainedToken(
          text: String(decoding: bytes[Int(token.start)..<Int(token.end)], as: UTF8.self),
          exact: String(decoding: exact, as: UTF8.self),
          folded: kind.isOfWords ? String(decoding: folded, as: UTF8.self) : nil,
          index: String(decoding: index, as: UTF8.self),
          position: Int(token.position), start: Int(token.start), end: Int(token.end),
          isJoined: token.isJoined, isBigram: token.isBigram, isLastOfRun: token.isLastOfRun,
          isStopWord: isStopWord(unsafe exact.span.bytes)))
    }
    return tokens
  }
}

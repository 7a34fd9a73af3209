// Operands: words, phrases, fields and what may follow a colon, regular expressions, suffixes.

extension QueryReader {
  /// An operand, or an operator in letters.
  /// - Parameters:
  ///   - fields: those written before it, with a colon.
  ///   - start: where these begin.
  mutating func readOperand(in fields: [String]?, from start: Int) -> Bool {
    if fields == nil {
      if readOperator() { return true }
      if let isRead = readField() { return isRead }
    }
    guard takeClauses(1) else { return false }
    let scope = fields ?? self.scope
    let node = readPrimary(in: fields, scope: scope)
    place(
      withBoost(fields.flatMap { names in node.map { .scoped(names, $0) } } ?? node), from: start)
    return true
  }

  /// What follows a colon, or stands alone. nil: dropped, and said.
  private mutating func readPrimary(in fields: [String]?, scope: [String]) -> QueryNode? {
    let at = scanner.position
    let next = scanner.byte(at)
    let isTyped = isTyped(scope)
    if scanner.quoteLength(at) > 0 { return readPhrase(isExact: false, scope: scope) }
    if fields != nil || isTyped {
      switch next {
      case ascii("["), ascii("{"): return readRange(scope: scope)
      case ascii("<"), ascii(">"): return readComparison(scope: scope)
      default: break
      }
    }
    switch next {
    case ascii("="):
      if scanner.quoteLength(at + 1) > 0 {
        scanner.position += 1
        return readPhrase(isExact: true, scope: scope)
      }
      if !scanner.isDelimiter(at + 1) {
        scanner.position += 1
        return readWord(isExact: true, in: fields, scope: scope)
      }
      warn(.literalSymbol, at..<at + 1, "“=” before nothing is text")
    case ascii("/") where !isTyped:
      if let pattern = scanner.scanRegex() {
        let regex = String(decoding: pattern, as: UTF8.self)
        let text = at..<scanner.position
        do throws(RegexSyntax.Fault) {
          _ = try RegexSyntax.parse(regex)
          return .regex(regex)
        } catch {
          warn(
            .badRegex, text,
            error == .tooLarge
              ? "more than \(RegexSyntax.maxSize) characters with its repeats written out: read as text"
              : "not a regular expression: read as text")
        }
        return term(.init(scanner.string(text)), from: at, scope: scope)
      }
    case ascii("["), ascii("{"):
      warn(
        .literalSymbol, at..<at + 1, "a range follows a field (date:[2018 TO 2019]): read as text")
    default: break
    }
    return readWord(isExact: false, in: fields, scope: scope)
  }

  // MARK: Words

  private mutating func readWord(isExact: Bool, in fields: [String]?, scope: [String]) -> QueryNode?
  {
    let at = scanner.position
    var word = scanner.scanWord()
    if word.isCutEscape {
      warn(
        .danglingEscape, scanner.position - 1..<scanner.position, "nothing follows: read as text")
    }
    if word.isForced { warn(.literalSymbol, at..<at + 1, "follows no word: read as text") }
    if fields == nil, !isExact, case let first = scanner.byte(at),
      first == ascii("-") || first == ascii("+")
    {
      warn(.signAsText, at..<at + 1, "a sign touches the one word after it: read as text")
    }
    if isTyped(scope) { return readValue(word, scope: scope) }
    if word.text == [ascii("*")], !word.wildcards.isEmpty, !isExact {
      dropSuffix()
      return .all
    }
    literalWildcards(&word, at..<scanner.position)
    let stars = word.wildcards.reversed().enumerated().prefix { index, place in
      place == word.text.count - 1 - index && word.text[place] == ascii("*")
    }.count
    if word.wildcards.count > stars {
      dropSuffix()
      return .wildcard(.init(parts(word), isExact: isExact))
    }
    word.text.removeLast(stars)
    let edits = readEdits()
    return term(
      .init(word.string, isExact: isExact, isPrefix: stars > 0, edits: edits), from: at,
      scope: scope)
  }

  /// Question marks at the end are punctuation; a word of nothing but wildcards is text.
  private mutating func literalWildcards(_ word: inout QueryScanner.Word, _ range: Range<Int>) {
    let count = word.wildcards.count
    if count == word.text.count {
      word.wildcards = []
    } else {
      var last = word.text.count - 1
      while word.wildcards.last == last, word.text[last] == ascii("?") {
        word.wildcards.removeLast()
        last -= 1
      }
    }
    if word.wildcards.count < count {
      warn(.literalWildcard, range, "a wildcard with nothing to stand for: read as text")
    }
  }

  private func parts(_ word: QueryScanner.Word) -> [QueryNode.Wildcard.Part] {
    var parts: [QueryNode.Wildcard.Part] = []
    var start = 0
    func add(_ end: Int) {
      if start < end {
        parts.append(.text(String(decoding: word.text[start..<end], as: UTF8.self)))
      }
    }
    for place in word.wildcards {
      add(place)
      start = place + 1
      let part: QueryNode.Wildcard.Part = word.text[place] == ascii("*") ? .any : .one
      if part == .one || parts.last != .any { parts.append(part) }
    }
    add(word.text.count)
    return parts
  }

  /// The term, unless no analyzer makes a token of it.
  mutating func term(_ term: QueryNode.Term, from start: Int, scope: [String]? = nil) -> QueryNode?
  {
    let scope = scope ?? self.scope
    if !isTyped(scope), !hasTokens(term.text, scope, start..<scanner.position) { return nil }
    return .term(term)
  }

  private mutating func hasTokens(_ text: String, _ scope: [String], _ range: Range<Int>) -> Bool {
    guard let test = parser.hasTokens, !test(text, scope) else { return true }
    warn(.noTokens, range, "nothing in it can be searched for: dropped")
    return false
  }

  // MARK: Phrases

  private mutating func readPhrase(isExact: Bool, scope: [String]) -> QueryNode? {
    let at = scanner.position
    let text = scanner.scanPhrase(limit: clausesLeft + 1)
    _ = text.words > 1 && takeClauses(text.words - 1)
    let quote = at..<at + scanner.quoteLength(at)
    if !text.isClosed { warn(.unclosedQuote, quote, "closed at the end") }
    if let cut = text.cut {
      warn(
        .tooManyClauses, cut..<scanner.position,
        "only the first \(QueryParser.Limits.clauses) clauses are read")
    }
    if let star = text.literalStar {
      warn(
        .literalWildcard, star..<star + 1, "text inside a phrase; \"…\"* completes its last word")
    }
    let whole = at..<scanner.position
    var phrase = QueryNode.Phrase(text.parts, isExact: isExact)
    readPhraseSuffixes(&phrase)
    let words = text.parts.compactMap { if case .text(let run) = $0 { run } else { nil } }
    if words.isEmpty {
      warn(.emptyPhrase, whole, "dropped")
      return nil
    }
    let joined = words.joined(separator: " ")
    if isTyped(scope) { return value(joined, whole, scope: scope) }
    guard hasTokens(joined, scope, whole) else { return nil }
    return .phrase(phrase)
  }

  private mutating func readPhraseSuffixes(_ phrase: inout QueryNode.Phrase) {
    var hasSlop = false
    while true {
      let at = scanner.position
      switch scanner.byte(at) {
      case ascii("~"):
        scanner.position += 1
        let number = scanner.scanSuffix()
        // `"a b"~3*`: the star is a suffix of its own.
        let digits = digits(number)
        if !hasSlop, let slop = scanner.integer(digits), isSuffixEnd(digits, of: number) {
          hasSlop = true
          phrase.slop = slop
          scanner.position = digits.upperBound
        } else {
          badSuffix(at)
        }
      case ascii("*") where !phrase.isPrefix:
        scanner.position += 1
        phrase.isPrefix = true
      case ascii("/"):
        scanner.position += 1
        let number = scanner.scanSuffix()
        let digits = digits(number)
        if phrase.quorum == nil, let quorum = scanner.integer(digits), quorum > 0,
          isSuffixEnd(digits, of: number)
        {
          phrase.quorum = quorum
          scanner.position = digits.upperBound
        } else {
          badSuffix(at)
        }
      default: return
      }
    }
  }

  private func digits(_ range: Range<Int>) -> Range<Int> {
    var end = range.lowerBound
    while end < range.upperBound, (ascii("0")...ascii("9")).contains(scanner.byte(end)) { end += 1 }
    return range.lowerBound..<end
  }

  private func isSuffixEnd(_ digits: Range<Int>, of range: Range<Int>) -> Bool {
    digits.upperBound == range.upperBound || scanner.byte(digits.upperBound) == ascii("*")
      || scanner.byte(digits.upperBound) == ascii("/")
  }

  // MARK: Suffixes

  /// `~`, `~1`, `~2` after a word; 0 if there is none.
  private mutating func readEdits() -> Int {
    let at = scanner.position
    guard scanner.byte(at) == ascii("~") else { return 0 }
    scanner.position += 1
    let number = scanner.scanSuffix()
    if number.isEmpty { return 1 }
    if let edits = scanner.integer(number), number.count == 1, edits <= 2 { return edits }
    badSuffix(at)
    return 0
  }

  /// A `~…` where none belongs.
  private mutating func dropSuffix() {
    while case let at = scanner.position, scanner.byte(at) == ascii("~") {
      scanner.position += 1
      _ = scanner.scanSuffix()
      badSuffix(at)
    }
  }

  private mutating func badSuffix(_ at: Int) {
    let range = at..<scanner.position
    warn(.badSuffix, range, "“\(scanner.string(range))” does not belong there: dropped")
  }

  /// `^2` after an operand.
  mutating func withBoost(_ node: QueryNode?) -> QueryNode? {
    var factor: Double?
    while true {
      dropSuffix()
      let at = scanner.position
      guard scanner.byte(at) == ascii("^") else { break }
      scanner.position += 1
      let number = scanner.scanSuffix()
      if factor == nil, let value = NumberLiteral.double(scanner.bytes[number]), value >= 0 {
        factor = value
      } else {
        badSuffix(at)
      }
    }
    guard let node, let factor else { return node }
    return .boosted(node, factor)
  }
}

// Reads a query: tokens from the scanner, operators and operands into the open groups, warnings beside.

struct QueryReader {
  let parser: QueryParser
  var scanner: QueryScanner
  var groups: [QueryGroup]
  private var clauses = 0
  private var warnings: [QueryWarning] = []

  init(parser: QueryParser, bytes: [UInt8]) {
    self.parser = parser
    scanner = QueryScanner(bytes, limit: QueryParser.Limits.text)
    groups = [
      QueryGroup(at: 0, fields: [], scope: [], joinsByAnd: parser.defaultOperator == .and)
    ]
    if String(validating: bytes, as: UTF8.self) == nil {
      warn(.invalidUTF8, 0..<bytes.count, "bytes that are no UTF-8 stand for U+FFFD")
    }
    if scanner.end < bytes.count {
      warn(
        .textTooLong, scanner.end..<bytes.count,
        "only the first \(scanner.end) bytes of \(bytes.count) are read")
    }
  }

  mutating func read() -> ParsedQuery {
    scanner.skipSpace()
    let isBlank = scanner.isAtEnd
    var isCut = false
    while !scanner.isAtEnd, !isCut {
      isCut = !readToken()
      scanner.skipSpace()
    }
    if groups.count > 1, !isCut {
      warn(.unclosedGroup, groups[1].at..<groups[1].at + 1, "closed at the end")
    }
    while groups.count > 1 { closeGroup() }
    return result(finish(groups.removeLast()), isBlank: isBlank)
  }

  /// Every word is text.
  mutating func readSimple() -> ParsedQuery {
    scanner.skipSpace()
    let isBlank = scanner.isAtEnd
    while !scanner.isAtEnd, takeClauses(1) {
      let start = scanner.position
      while !scanner.isSpaceOrEnd(scanner.position) { scanner.position += 1 }
      place(term(.init(scanner.string(start..<scanner.position)), from: start), from: start)
      scanner.skipSpace()
    }
    return result(finish(groups.removeLast()), isBlank: isBlank)
  }

  private mutating func result(_ node: QueryNode?, isBlank: Bool) -> ParsedQuery {
    var root = node ?? .empty
    let all = 0..<scanner.end
    if isBlank {
      warn(.emptyQuery, all, "nothing is asked for")
    } else if root == .empty {
      warn(.nothingLeft, all, "no clause is left: no hits")
    } else if root.isNegative {
      warn(.onlyNegative, all, "all documents less those")
      if case .and(let operands) = root {
        root = .and([.all] + operands)
      } else {
        root = .and([.all, root])
      }
    }
    // Few are out of order, and the order of one place is that of their coming.
    let ordered =
      warnings.count < 2
      ? warnings
      : warnings.enumerated().sorted { ($0.1.at, $0.0) < ($1.1.at, $1.0) }.map(\.1)
    return ParsedQuery(root: root, warnings: ordered, isBlank: isBlank)
  }

  // MARK: Tokens

  var scope: [String] { groups[groups.count - 1].scope }

  /// False: a limit is reached, and the rest is not read.
  private mutating func readToken() -> Bool {
    let at = scanner.position
    switch scanner.byte(at) {
    case ascii("("):
      openGroup(at: at, fields: [])
    case ascii(")"):
      if groups.count > 1 {
        scanner.position += 1
        closeGroup()
      } else {
        warn(.extraParenthesis, at..<at + 1, "dropped")
        scanner.position += 1
      }
    case ascii("|"):
      scanner.position += scanner.byte(at + 1) == ascii("|") ? 2 : 1
      addOperator(.or, from: at)
    case ascii("-") where scanner.isSign(at):
      scanner.position += 1
      addSign(.not, from: at)
    case ascii("+") where scanner.isSign(at):
      scanner.position += 1
      addSign(.required, from: at)
    default:
      return readOperand(in: nil, from: at)
    }
    return true
  }

  func token(from start: Int) -> QueryGroup.Token {
    let range = start..<scanner.position
    return .init(text: scanner.string(range), at: start, length: range.count)
  }

  private mutating func addOperator(_ operation: QueryGroup.Operator, from start: Int) {
    groups[groups.count - 1].add(operation, token(from: start))
  }

  private mutating func addSign(_ sign: QueryGroup.Sign, from start: Int) {
    groups[groups.count - 1].add(sign, token(from: start))
  }

  mutating func dangle(_ code: QueryWarning.Code, from start: Int) {
    var token = token(from: start)
    token.code = code
    groups[groups.count - 1].dangle(token)
  }

  /// AND, OR, NOT, NEAR or ADJ here, unless a sign touches it or something is glued to it.
  mutating func readOperator() -> Bool {
    let start = scanner.position
    if let sign = groups[groups.count - 1].sign?.token, sign.length == 1, sign.at == start - 1 {
      return false
    }
    guard let (name, end) = scanner.operatorName() else { return false }
    scanner.position = end
    switch name {
    case .and: addOperator(.and, from: start)
    case .or: addOperator(.or, from: start)
    case .not: addSign(.not, from: start)
    case .near, .adjacent:
      var gap = QueryNode.Near.Gap(isOrdered: name == .adjacent)
      if scanner.byte(end) == ascii("/") {
        let suffix = scanner.scanSuffix()
        if let distance = scanner.integer(suffix.dropFirst()) {
          gap.distance = distance
        } else {
          warn(.badSuffix, suffix, "takes a whole number; \(gap.distance) is used")
        }
      }
      addOperator(.near(gap), from: start)
    }
    return true
  }

  // MARK: Groups

  mutating func openGroup(at bracket: Int, fields: [String]) {
    scanner.position = bracket + 1
    if groups.count > QueryParser.Limits.depth {
      scanner.skipGroup()
      warn(
        .tooDeep, bracket..<scanner.position,
        "a group in more than \(QueryParser.Limits.depth) others is left out")
      place(withBoost(nil), from: bracket)
      return
    }
    groups.append(
      QueryGroup(
        at: bracket, fields: fields, scope: fields.isEmpty ? scope : fields,
        joinsByAnd: parser.defaultOperator == .and))
  }

  private mutating func closeGroup() {
    let closed = groups.removeLast()
    var node = finish(closed)
    if !closed.isTouched, closed.dangling.isEmpty, closed.pending == nil, closed.sign == nil {
      warn(.emptyGroup, closed.at..<scanner.position, "dropped")
    }
    if let inner = node, !closed.fields.isEmpty { node = .scoped(closed.fields, inner) }
    place(withBoost(node), from: closed.at)
  }

  private mutating func finish(_ group: QueryGroup) -> QueryNode? {
    var group = group
    let (node, loneOperator) = group.finish()
    if let token = loneOperator {
      let range = token.at..<token.at + token.length
      // Where values are asked for, a word is none.
      if isTyped(group.scope) { return value(token.text, range, scope: group.scope) }
      warn(.operatorAsWord, range, "“\(token.text)” is read as a word")
    }
    for token in group.dangling {
      let range = token.at..<token.at + token.length
      if token.code == .emptyField {
        warn(.emptyField, range, "nothing follows “\(token.text)”: dropped")
      } else {
        warn(token.code, range, "“\(token.text)” has a side missing: dropped")
      }
    }
    for token in group.notInNear {
      warn(.notInNear, token.at..<token.at + token.length, "NEAR takes no exclusion: dropped")
    }
    guard let node else { return nil }
    if case .term(let term) = node, loneOperator != nil {
      return self.term(term, from: loneOperator!.at, scope: group.scope)
    }
    return node
  }

  mutating func place(_ node: QueryNode?, from start: Int) {
    groups[groups.count - 1].place(node, token(from: start))
  }

  // MARK: Limits and warnings

  mutating func takeClauses(_ count: Int) -> Bool {
    clauses += count
    if clauses <= QueryParser.Limits.clauses { return true }
    warn(
      .tooManyClauses, scanner.position..<scanner.end,
      "only the first \(QueryParser.Limits.clauses) clauses are read")
    return false
  }

  var clausesLeft: Int { max(0, QueryParser.Limits.clauses - clauses) }

  /// Whether one more warning is kept: else nothing need be found out for it.
  var takesWarnings: Bool { warnings.count < QueryParser.Limits.warnings }

  mutating func warn(
    _ code: QueryWarning.Code, _ range: Range<Int>, _ detail: String, hint: String? = nil
  ) {
    if takesWarnings {
      warnings.append(
        .init(code, at: range.lowerBound, length: range.count, detail: detail, hint: hint))
    } else if warnings.count == QueryParser.Limits.warnings {
      warnings.append(
        .init(
          .tooManyWarnings, at: range.lowerBound, length: range.count,
          detail: "warnings from here on are left out"))
    }
  }
}

// `name:` and the values of number, date and boolean fields, whose shape is checked here.

extension QueryReader {
  /// All fields of the scope take values of a type instead of text.
  func isTyped(_ scope: [String]) -> Bool {
    !scope.isEmpty && scope.allSatisfy { parser.fields[$0]?.isTyped ?? false }
  }

  /// `name:` here and what it governs. nil: no field is named here, all is text.
  mutating func readField() -> Bool? {
    let start = scanner.position
    guard let list = scanner.fieldList() else { return nil }
    var known: [String] = []
    for (name, range) in list.names {
      if parser.fields[name] == nil {
        warn(
          .unknownField, range, "no field is named “\(name)”",
          hint: takesWarnings ? NearestName.of(name, among: parser.fields.keys) : nil)
      } else if !known.contains(name) {
        known.append(name)
      }
    }
    if known.isEmpty { return nil }
    scanner.position = list.end
    scanner.skipSpace()
    let at = scanner.position
    let isApart = at > list.end
    let next = scanner.byte(at)
    if scanner.isAtEnd || next == ascii(")") || next == ascii("|")
      || (isApart && (scanner.isSign(at) || scanner.operatorName() != nil))
    {
      scanner.position = list.end
      dangle(.emptyField, from: start)
      return true
    }
    if next == ascii("(") {
      openGroup(at: at, fields: known)
      return true
    }
    if let inner = scanner.fieldList(), inner.names.allSatisfy({ parser.fields[$0.name] != nil }) {
      warn(.fieldAsText, at..<inner.end, "a field inside a field: read as text")
    }
    return readOperand(in: known, from: start)
  }

  // MARK: Values

  /// A word in a scope of typed fields: a value, or `a..b`.
  mutating func readValue(_ word: QueryScanner.Word, scope: [String]) -> QueryNode? {
    let range = word.start..<scanner.position
    if word.text == [ascii("*")], !word.wildcards.isEmpty { return .all }
    if !word.hasEscape,
      let dots = word.text.indices.dropLast().first(where: {
        word.text[$0] == ascii(".") && word.text[$0 + 1] == ascii(".")
      })
    {
      let lower = String(decoding: word.text[..<dots], as: UTF8.self)
      let upper = String(decoding: word.text[(dots + 2)...], as: UTF8.self)
      return interval(
        .init(
          from: lower.isEmpty ? .open : .inclusive(lower),
          to: upper.isEmpty ? .open : .inclusive(upper)), range, scope: scope)
    }
    return value(word.string, range, scope: scope)
  }

  mutating func value(_ text: String, _ range: Range<Int>, scope: [String]) -> QueryNode? {
    if scope.contains(where: { isValue(text, of: parser.fields[$0]) }) { return .term(.init(text)) }
    warnBadValue(text, range, scope)
    return nil
  }

  private func isValue(_ text: String, of kind: FieldKind?) -> Bool {
    switch kind {
    case .number: NumberLiteral.double(text.utf8) != nil
    case .date: DateLiteral.range(text, now: 0) != nil
    case .boolean: text == "true" || text == "false"
    default: true
    }
  }

  private mutating func warnBadValue(_ text: String, _ range: Range<Int>, _ scope: [String]) {
    let (code, what): (QueryWarning.Code, String) =
      switch parser.fields[scope[0]] {
      case .date: (.badDate, "a date (2018, 2018-05, 2018-05-14, now-30d, …)")
      case .boolean: (.badBoolean, "true or false")
      default: (.badNumber, "a number")
      }
    warn(code, range, "“\(text)” is not \(what): dropped")
  }

  // MARK: Ranges

  /// `[a TO b]`, with `{` or `}` where the bound itself is out.
  mutating func readRange(scope: [String]) -> QueryNode? {
    let start = scanner.position
    let includesLower = scanner.byte(start) == ascii("[")
    scanner.position += 1
    scanner.skipSpace()
    let lower = scanner.scanBound()
    scanner.skipSpace()
    let hasTo =
      scanner.byte(scanner.position) == ascii("T")
      && scanner.byte(scanner.position + 1) == ascii("O")
      && (scanner.isSpaceOrEnd(scanner.position + 2)
        || scanner.isClosingRange(scanner.position + 2))
    guard let lower, hasTo else {
      scanner.skipRange()
      warn(.badRange, start..<scanner.position, "a range is [a TO b]: dropped")
      return nil
    }
    scanner.position += 2
    scanner.skipSpace()
    let upper = scanner.scanBound()
    scanner.skipSpace()
    let isClosed = scanner.isClosingRange(scanner.position)
    let includesUpper = scanner.byte(scanner.position) != ascii("}")
    if isClosed {
      scanner.position += 1
    } else {
      warn(.unclosedRange, start..<start + 1, "closed after its second bound")
    }
    return interval(
      .init(
        from: includesLower ? lower : lower.exclusive,
        to: includesUpper ? upper ?? .open : (upper ?? .open).exclusive),
      start..<scanner.position, scope: scope)
  }

  /// `>=a`, `<a`, ….
  mutating func readComparison(scope: [String]) -> QueryNode? {
    let start = scanner.position
    let isLower = scanner.byte(start) == ascii(">")
    let includes = scanner.byte(start + 1) == ascii("=")
    scanner.position += includes ? 2 : 1
    scanner.skipSpace()
    var text: String?
    if scanner.quoteLength(scanner.position) > 0 {
      if case .inclusive(let quoted)? = scanner.scanBound() { text = quoted }
    } else {
      let word = scanner.scanWord()
      if !word.text.isEmpty { text = word.string }
    }
    let range = start..<scanner.position
    guard let text else {
      warn(.badRange, range, "nothing to compare with: dropped")
      return nil
    }
    let bound: QueryNode.Interval.Bound = includes ? .inclusive(text) : .exclusive(text)
    return interval(
      .init(from: isLower ? bound : .open, to: isLower ? .open : bound), range, scope: scope)
  }

  private mutating func interval(
    _ interval: QueryNode.Interval, _ range: Range<Int>, scope: [String]
  ) -> QueryNode? {
    let values = [interval.lower.text, interval.upper.text].compactMap(\.self)
    let kinds = scope.map { parser.fields[$0] }
    if kinds.contains(where: { kind in values.allSatisfy { isValue($0, of: kind) } }) {
      return .interval(interval)
    }
    let bad = values.first { text in !kinds.contains { isValue(text, of: $0) } } ?? values[0]
    warnBadValue(bad, range, scope)
    return nil
  }
}

extension QueryNode.Interval.Bound {
  public var text: String? {
    switch self {
    case .open: nil
    case .inclusive(let text), .exclusive(let text): text
    }
  }

  fileprivate var exclusive: Self {
    if case .inclusive(let text) = self { .exclusive(text) } else { self }
  }
}

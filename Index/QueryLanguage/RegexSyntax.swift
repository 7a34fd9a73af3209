// What a regular expression may hold, checked in one pass: literals, `.`, classes, groups, `|`, `* + ?`, `{m,n}`.
//
// The dialect is the one that compiles to an automaton over characters: no anchors (an expression is over whole
// terms), no look-around, no back-references.

enum RegexSyntax {
  static let maxDepth = 64
  static let maxRepeat = 1_000

  static func isValid(_ pattern: [UInt8]) -> Bool {
    var at = 0
    var depth = 0
    /// Something stands before that a quantifier can repeat.
    var canRepeat = false
    while at < pattern.count {
      switch pattern[at] {
      case ascii("\\"):
        guard at + 1 < pattern.count else { return false }
        // \1 would be a back-reference.
        if (ascii("1")...ascii("9")).contains(pattern[at + 1]) { return false }
        at += 2
        canRepeat = true
        continue
      case ascii("("):
        depth += 1
        if depth > maxDepth { return false }
        // (?: is a group; other (? are look-around and options.
        if at + 1 < pattern.count, pattern[at + 1] == ascii("?") {
          guard at + 2 < pattern.count, pattern[at + 2] == ascii(":") else { return false }
          at += 2
        }
        canRepeat = false
      case ascii(")"):
        depth -= 1
        if depth < 0 { return false }
        canRepeat = true
      case ascii("|"): canRepeat = false
      case ascii("*"), ascii("+"), ascii("?"):
        if !canRepeat { return false }
        canRepeat = false
      case ascii("{"):
        guard canRepeat, let end = endOfRepeat(pattern, at) else { return false }
        at = end
        canRepeat = false
        continue
      case ascii("["):
        guard let end = endOfClass(pattern, at) else { return false }
        at = end
        canRepeat = true
        continue
      case ascii("]"), ascii("}"): return false
      default: canRepeat = true
      }
      at += 1
    }
    return depth == 0
  }

  /// After `{m}`, `{m,}` or `{m,n}`, m ≤ n.
  private static func endOfRepeat(_ pattern: [UInt8], _ start: Int) -> Int? {
    var numbers: [Int?] = [nil]
    var at = start + 1
    while at < pattern.count {
      switch pattern[at] {
      case ascii("0")...ascii("9"):
        let value = (numbers[numbers.count - 1] ?? 0) * 10 + Int(pattern[at] - ascii("0"))
        if value > maxRepeat { return nil }
        numbers[numbers.count - 1] = value
      case ascii(","):
        if numbers.count == 2 { return nil }
        numbers.append(nil)
      case ascii("}"):
        guard let least = numbers[0] else { return nil }
        if numbers.count == 2, let most = numbers[1], most < least { return nil }
        return at + 1
      default: return nil
      }
      at += 1
    }
    return nil
  }

  /// After `[…]`; not empty, ranges ascending.
  private static func endOfClass(_ pattern: [UInt8], _ start: Int) -> Int? {
    var at = start + 1
    if at < pattern.count, pattern[at] == ascii("^") { at += 1 }
    var isEmpty = true
    while at < pattern.count {
      if pattern[at] == ascii("]"), !isEmpty { return at + 1 }
      if pattern[at] == ascii("["), !isEmpty { return nil }
      let isEscape = pattern[at] == ascii("\\")
      if isEscape { at += 1 }
      guard at < pattern.count else { return nil }
      // ASCII ranges are compared here; others by whoever compiles them.
      if at + 2 < pattern.count, pattern[at + 1] == ascii("-"), pattern[at + 2] != ascii("]"),
        pattern[at + 2] != ascii("\\"), pattern[at] < 0x80, pattern[at + 2] < 0x80, !isEscape,
        pattern[at + 2] < pattern[at]
      {
        return nil
      }
      isEmpty = false
      at += 1
    }
    return nil
  }
}

// Random texts and trees, from a seed that a failing test prints.

@testable import QueryLanguage

struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64 (Steele, Lea, Flood 2014).
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func pick<T>(_ values: [T]) -> T {
    values[Int.random(in: 0..<values.count, using: &self)]
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

struct RandomQueries {
  var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  static let pieces = [
    "a", "b", "foo", "Niinistö", "don't", "C++", "12:30", "AND", "OR", "NOT", "NEAR", "ADJ/2",
    "NEAR/", "NEAR/3", "or",
    "(", ")", "(", ")", " ", " ", " ", "  ", "\"", "\"", "“", "»", "*", "?", "~", "~1", "~9", "^",
    "^2", "^1e-7", "/", "/2",
    "/a+/", "/a(/", "+", "-", "-", "=", "=\"", "|", "||", "\\", "\\\\", "\\ ", ":", "title:",
    "title,body:", "titel:", "date:",
    "size:", "tags:", "open:", "[", "]", "{", "}", "TO", " TO ", "..", ">=", "<", "2018", "2018-05",
    "now-3d", "5", "-5.5",
    "true", "\u{0}", "\u{A0}", "\u{3000}", "—", "&", "é", "日本", "🙂", "\t", ",", ".", "'",
  ]

  mutating func text(pieces: Int) -> String {
    (0..<Int.random(in: 0...pieces, using: &random)).map { _ in random.pick(Self.pieces) }.joined()
  }

  mutating func bytes(count: Int) -> [UInt8] {
    let special = Array("()\"*?~^/+-=|\\:[]{}<>. \u{0}aTO“".utf8)
    return (0..<Int.random(in: 0...count, using: &random)).map { _ in
      random.chance(50) ? random.pick(special) : UInt8.random(in: 0...255, using: &random)
    }
  }

  /// Not empty; any characters.
  mutating func word() -> String {
    if random.chance(50) {
      return random.pick(["a", "foo", "Niinistö", "AND", "NEAR/3", "ADJ", "x:y", "-", "+a", "/a/"])
    }
    let word = text(pieces: 3)
    return word.isEmpty ? "x" : word
  }

  // MARK: Trees, such as the parser makes

  mutating func tree(depth: Int) -> QueryNode {
    let node = node(depth: depth, scope: [], inNear: false)
    guard node.isNegative else { return node }
    if case .and(let operands) = node { return .and([.all] + operands) }
    return .and([.all, node])
  }

  private mutating func node(depth: Int, scope: [String], inNear: Bool) -> QueryNode {
    if depth == 0 || random.chance(30) { return leaf(scope) }
    func operands(_ queries: inout RandomQueries, inNear: Bool) -> [QueryNode] {
      (0..<Int.random(in: 2...4, using: &queries.random)).map { _ in
        queries.node(depth: depth - 1, scope: scope, inNear: inNear)
      }
    }
    switch Int.random(in: 0..<7, using: &random) {
    case 0: return .and(operands(&self, inNear: inNear))
    case 1: return .or(operands(&self, inNear: inNear))
    case 2 where !inNear: return .not(node(depth: depth - 1, scope: scope, inNear: false))
    case 3: return .required(node(depth: depth - 1, scope: scope, inNear: inNear))
    case 4:
      let factor = random.pick([0, 0.5, 2, 1e-7, 123_456.789, 1e21])
      return .boosted(node(depth: depth - 1, scope: scope, inNear: inNear), factor)
    case 5:
      let near = operands(&self, inNear: true).map { operand in
        var operand = operand
        while case .required(let inner) = operand { operand = inner }
        return operand
      }
      return .near(
        .init(
          near,
          gaps: near.dropFirst().map { _ in
            .init(Int.random(in: 0...12, using: &random), isOrdered: random.chance(50))
          }))
    default: return scoped(depth: depth - 1, inNear: inNear)
    }
  }

  private mutating func scoped(depth: Int, inNear: Bool) -> QueryNode {
    let fields = random.pick([
      ["title"], ["title", "body"], ["date"], ["size"], ["tags"], ["open"], ["author.name"],
    ])
    if random.chance(30), fields != ["open"] {
      return .scoped(fields, .interval(.init(from: bound(fields), to: bound(fields))))
    }
    return .scoped(fields, node(depth: depth, scope: fields, inNear: inNear))
  }

  private mutating func bound(_ scope: [String]) -> QueryNode.Interval.Bound {
    switch Int.random(in: 0..<3, using: &random) {
    case 0: .open
    case 1: .inclusive(value(scope) ?? word())
    default: .exclusive(value(scope) ?? word())
    }
  }

  private mutating func value(_ scope: [String]) -> String? {
    switch scope {
    case ["date"]:
      random.pick(["2018", "2018-05", "2018-05-14T10:00:00+02:00", "today", "2018-05-14 10:00"])
    case ["size"]: random.pick(["5", "-5.5", "1e9", "+3"])
    case ["open"]: random.pick(["true", "false"])
    default: nil
    }
  }

  private mutating func leaf(_ scope: [String]) -> QueryNode {
    if let value = value(scope) { return random.chance(20) ? .all : .term(.init(value)) }
    switch Int.random(in: 0..<8, using: &random) {
    case 0: return .all
    case 1:
      return .regex(
        random.pick(["a+", "(a|b)*c", "[^a-z]{2,3}", "a/b", "\\.x", "\"(?:x)", "\\\\/"]))
    case 2: return .wildcard(wildcard())
    case 3, 4: return .phrase(phrase())
    default:
      return .term(
        .init(
          word(), isExact: random.chance(20), isPrefix: random.chance(20),
          edits: random.chance(20) ? Int.random(in: 1...2, using: &random) : 0))
    }
  }

  private mutating func wildcard() -> QueryNode.Wildcard {
    let parts: [QueryNode.Wildcard.Part] =
      switch Int.random(in: 0..<5, using: &random) {
      case 0: [.any, .text(word())]
      case 1: [.text(word()), .any, .text(word())]
      case 2: [.text(word()), .one, .one, .text(word()), .any]
      case 3: [.one, .text(word())]
      default: [.text(word()), .one, .any]
      }
    return .init(parts, isExact: random.chance(20))
  }

  private mutating func phrase() -> QueryNode.Phrase {
    func run(_ queries: inout RandomQueries) -> QueryNode.Phrase.Part {
      .text(queries.random.chance(30) ? queries.word() : queries.word() + " " + queries.word())
    }
    let parts: [QueryNode.Phrase.Part] =
      switch Int.random(in: 0..<4, using: &random) {
      case 0: [run(&self), .gap, run(&self)]
      case 1: [.gap, .gap, run(&self)]
      default: [run(&self)]
      }
    return .init(
      parts, isExact: random.chance(20),
      slop: random.chance(30) ? Int.random(in: 1...20, using: &random) : 0,
      isPrefix: random.chance(20),
      quorum: random.chance(20) ? Int.random(in: 1...5, using: &random) : nil)
  }
}

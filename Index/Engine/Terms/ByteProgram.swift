// Wildcards and regular expressions as a nondeterministic automaton over bytes of UTF-8 (Thompson 1968): no step looks
// back, so that nothing is ever tried twice.

import QueryLanguage

struct ByteProgram: Hashable, Sendable {
  enum Instruction: Hashable, Sendable {
    /// One byte of these, then on.
    case bytes(UInt8, UInt8, next: Int32)
    /// On from both.
    case split(Int32, Int32)
    /// The text may end here.
    case match
    /// It fits, whatever follows.
    case matchAll
  }

  /// More are too many: a program of that size takes some hundred KiB.
  static let limit = 16_384

  private(set) var instructions: [Instruction] = []
  private(set) var start: Int32 = 0

  /// - Returns: nil if it would be too large.
  init?(_ regex: RegexNode) {
    // Built from its end: each piece knows what follows it.
    guard let end = add(.match), let start = compile(regex, before: end) else { return nil }
    self.start = start
  }

  init?(_ pieces: [TermPattern.Piece]) {
    var rest = pieces[...]
    var next: Int32?
    if rest.last == .any {
      next = add(.matchAll)
      while rest.last == .any { rest.removeLast() }
    } else {
      next = add(.match)
    }
    for piece in rest.reversed() {
      guard let after = next else { return nil }
      switch piece {
      case .bytes(let bytes): next = literal(bytes, before: after)
      case .one: next = anyCharacter(before: after)
      case .any:
        next = loop(before: after) { program, back in program.add(.bytes(0, 255, next: back)) }
      }
    }
    guard let next else { return nil }
    start = next
  }

  private mutating func add(_ instruction: Instruction) -> Int32? {
    guard instructions.count < Self.limit else { return nil }
    instructions.append(instruction)
    return Int32(instructions.count - 1)
  }

  private mutating func literal(_ bytes: some Collection<UInt8>, before next: Int32) -> Int32? {
    var next = next
    for byte in Array(bytes).reversed() {
      guard let added = add(.bytes(byte, byte, next: next)) else { return nil }
      next = added
    }
    return next
  }

  /// A choice between what `body` makes, which leads back to the choice, and going on.
  private mutating func loop(
    before next: Int32, _ body: (inout ByteProgram, Int32) -> Int32?
  ) -> Int32? {
    guard let split = add(.split(next, next)), let inner = body(&self, split) else { return nil }
    instructions[Int(split)] = .split(inner, next)
    return split
  }

  private mutating func choice(_ all: [Int32]) -> Int32? {
    guard var result = all.last else { return nil }
    for one in all.dropLast().reversed() {
      guard let split = add(.split(one, result)) else { return nil }
      result = split
    }
    return result
  }

  // MARK: Regular expressions

  private mutating func compile(_ node: RegexNode, before next: Int32) -> Int32? {
    switch node {
    case .set(let ranges, let isNegated):
      return characters(isNegated ? Self.complement(ranges) : ranges, before: next)
    case .sequence(let nodes):
      var next = next
      for node in nodes.reversed() {
        guard let start = compile(node, before: next) else { return nil }
        next = start
      }
      return next
    case .alternatives(let nodes):
      var all: [Int32] = []
      for node in nodes {
        guard let start = compile(node, before: next) else { return nil }
        all.append(start)
      }
      return choice(all)
    case .repeated(let inner, let from, let to):
      var next: Int32? = next
      if let to {
        // a{2,4} is aa(a(a)?)?
        let end = next!
        for _ in from..<max(from, to) {
          guard let after = next, let one = compile(inner, before: after),
            let split = add(.split(one, end))
          else { return nil }
          next = split
        }
      } else {
        next = loop(before: next!) { program, back in program.compile(inner, before: back) }
      }
      for _ in 0..<from {
        guard let after = next else { return nil }
        next = compile(inner, before: after)
      }
      return next
    }
  }

  /// What a set leaves out, surrogates aside.
  private static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    var first: UInt32 = 0
    for range in ranges {
      if range.lowerBound > first { result.append(first...range.lowerBound - 1) }
      first = range.upperBound + 1
    }
    if first <= 0x10_FFFF { result.append(first...0x10_FFFF) }
    return result
  }

  /// One character of UTF-8, by its shape alone.
  private mutating func anyCharacter(before next: Int32) -> Int32? {
    guard let one = add(.bytes(0x80, 0xBF, next: next)),
      let two = add(.bytes(0x80, 0xBF, next: one)),
      let three = add(.bytes(0x80, 0xBF, next: two)),
      let short = add(.bytes(0, 0x7F, next: next)), let pair = add(.bytes(0xC2, 0xDF, next: one)),
      let triple = add(.bytes(0xE0, 0xEF, next: two)),
      let long = add(.bytes(0xF0, 0xF4, next: three))
    else { return nil }
    return choice([short, pair, triple, long])
  }

  /// nil where there are none, too: nothing can follow.
  private mutating func characters(
    _ ranges: [ClosedRange<UInt32>], before next: Int32
  ) -> Int32? {
    if ranges == [0...0x10_FFFF] { return anyCharacter(before: next) }
    var all: [Int32] = []
    for range in ranges {
      for sequence in UTF8Ranges.sequences(range) {
        var after = next
        for bytes in sequence.reversed() {
          guard let added = add(.bytes(bytes.lowerBound, bytes.upperBound, next: after)) else {
            return nil
          }
          after = added
        }
        all.append(after)
      }
    }
    // Bytes 1 to 0 are none: a set of no character leads nowhere.
    return all.isEmpty ? add(.bytes(1, 0, next: next)) : choice(all)
  }
}

/// Ranges of code points as sequences of ranges of bytes, one for each length and shape.
enum UTF8Ranges {
  static func sequences(_ range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
    var result: [[ClosedRange<UInt8>]] = []
    for (low, high) in [(0, 0x7F), (0x80, 0x7FF), (0x800, 0xFFFF), (0x10000, 0x10_FFFF)] {
      let first = max(range.lowerBound, UInt32(low))
      let last = min(range.upperBound, UInt32(high))
      if first <= last { split(encoded(first), encoded(last), [], &result) }
    }
    return result
  }

  private static func encoded(_ scalar: UInt32) -> [UInt8] {
    func last(_ shift: UInt32) -> UInt8 { UInt8(0x80 | scalar >> shift & 0x3F) }
    switch scalar {
    case ..<0x80: return [UInt8(scalar)]
    case ..<0x800: return [UInt8(0xC0 | scalar >> 6), last(0)]
    case ..<0x10000: return [UInt8(0xE0 | scalar >> 12), last(6), last(0)]
    default: return [UInt8(0xF0 | scalar >> 18), last(12), last(6), last(0)]
    }
  }

  /// From `low` to `high`, of one length, behind bytes that are settled.
  private static func split(
    _ low: [UInt8], _ high: [UInt8], _ before: [ClosedRange<UInt8>],
    _ result: inout [[ClosedRange<UInt8>]]
  ) {
    guard low.count > 1 else {
      result.append(before + [low[0]...high[0]])
      return
    }
    let least = [UInt8](repeating: 0x80, count: low.count - 1)
    let most = [UInt8](repeating: 0xBF, count: low.count - 1)
    let (lowRest, highRest) = (Array(low.dropFirst()), Array(high.dropFirst()))
    if low[0] == high[0] {
      split(lowRest, highRest, before + [low[0]...low[0]], &result)
      return
    }
    var first = low[0]
    var last = high[0]
    if lowRest != least {
      split(lowRest, most, before + [first...first], &result)
      first += 1
    }
    if highRest != most { last -= 1 }
    if first <= last {
      result.append(before + [first...last] + least.map { _ in 0x80...0xBF })
    }
    if highRest != most { split(least, highRest, before + [high[0]...high[0]], &result) }
  }
}

// Regular expressions, read into a tree: literals, `.`, classes, groups, `|`, `* + ?`, `{m,n}`, `\d \w \s` and their
// opposites.
//
// The dialect is the one that compiles to an automaton over characters: an expression is over whole terms, so that `^` in
// front and `$` at the end say nothing new; no look-around, no back-references, no lazy repeats.

/// A regular expression over code points.
public indirect enum RegexNode: Hashable, Sendable {
  /// One character of these, or of all others. Ranges ascend and do not touch.
  case set([ClosedRange<UInt32>], isNegated: Bool)
  /// One after the other; of none: the empty text.
  case sequence([RegexNode])
  case alternatives([RegexNode])
  /// So many times; `to` nil: without end.
  case repeated(RegexNode, from: Int, to: Int?)

  public static let anyCharacter = RegexNode.set([], isNegated: true)

  public static func character(_ scalar: UInt32) -> RegexNode {
    .set([scalar...scalar], isNegated: false)
  }

  /// A class of ranges in any order.
  public static func characters(
    _ ranges: [ClosedRange<UInt32>], isNegated: Bool = false
  ) -> RegexNode {
    var merged: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return .set(merged, isNegated: isNegated)
  }
}

public enum RegexSyntax {
  public enum Fault: Error {
    case malformed
    /// Repeats written out are more than `maxSize` characters.
    case tooLarge
  }

  static let maxDepth = 64
  static let maxRepeat = 1_000
  /// Characters, classes and groups, those in repeats as often as they may come.
  public static let maxSize = 2_000

  public static func parse(_ pattern: String) throws(Fault) -> RegexNode {
    var reader = RegexReader(pattern)
    return try reader.read()
  }
}

private struct RegexReader {
  private let pattern: [UInt32]
  private var at = 0

  typealias Fault = RegexSyntax.Fault
  private typealias Sized = (node: RegexNode, size: Int)

  init(_ pattern: String) {
    var scalars = pattern.unicodeScalars.map(\.value)
    if scalars.first == code("^") { scalars.removeFirst() }
    if scalars.last == code("$"), scalars.dropLast().last != code("\\") { scalars.removeLast() }
    self.pattern = scalars
  }

  mutating func read() throws(Fault) -> RegexNode {
    let result = try alternatives(depth: 0)
    guard at == pattern.count else { throw .malformed }
    return result.node
  }

  private var next: UInt32? { at < pattern.count ? pattern[at] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar.value else { return false }
    at += 1
    return true
  }

  private mutating func alternatives(depth: Int) throws(Fault) -> Sized {
    guard depth <= RegexSyntax.maxDepth else { throw .malformed }
    var all: [RegexNode] = []
    var size = 0
    repeat {
      let one = try sequence(depth: depth)
      all.append(one.node)
      size = try checked(size + one.size)
    } while take("|")
    return (all.count == 1 ? all[0] : .alternatives(all), size)
  }

  private mutating func sequence(depth: Int) throws(Fault) -> Sized {
    var all: [RegexNode] = []
    var size = 0
    while let next, next != code("|"), next != code(")") {
      let one = try repeated(try atom(depth: depth))
      all.append(one.node)
      size = try checked(size + one.size)
    }
    return (all.count == 1 ? all[0] : .sequence(all), size)
  }

  private mutating func atom(depth: Int) throws(Fault) -> Sized {
    let first = pattern[at]
    at += 1
    switch first {
    case code("("):
      // (?: is a group; other (? are look-around and options.
      if take("?"), !take(":") { throw .malformed }
      let inner = try alternatives(depth: depth + 1)
      guard take(")") else { throw .malformed }
      return (inner.node, try checked(inner.size + 1))
    case code("."): return (.anyCharacter, 1)
    case code("["): return (try characterClass(), 1)
    case code("\\"): return (try escape().node, 1)
    case code("*"), code("+"), code("?"), code("{"), code("}"), code("]"): throw .malformed
    default: return (.character(first), 1)
    }
  }

  // MARK: Repeats

  private mutating func repeated(_ atom: Sized) throws(Fault) -> Sized {
    let from: Int
    let to: Int?
    switch next {
    case code("*"): (from, to) = (0, nil)
    case code("+"): (from, to) = (1, nil)
    case code("?"): (from, to) = (0, 1)
    case code("{"):
      at += 1
      guard let least = number() else { throw .malformed }
      from = least
      to = take(",") ? number() : least
      // After the number or the comma the bracket.
      guard next == code("}"), least <= to ?? least else { throw .malformed }
    default: return atom
    }
    at += 1
    if let next, next == code("*") || next == code("+") || next == code("?") || next == code("{") {
      throw .malformed
    }
    let size = try checked(atom.size * max(1, to ?? from + (from == 0 ? 1 : 0)))
    return (.repeated(atom.node, from: from, to: to), size)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let next, (code("0")...code("9")).contains(next) {
      value = (value ?? 0) * 10 + Int(next - code("0"))
      if value! > RegexSyntax.maxRepeat { return nil }
      at += 1
    }
    return value
  }

  private func checked(_ size: Int) throws(Fault) -> Int {
    guard size <= RegexSyntax.maxSize else { throw .tooLarge }
    return size
  }

  // MARK: Classes

  private static let classes: [UInt32: [ClosedRange<UInt32>]] = [
    code("d"): [code("0")...code("9")],
    // What words are made of, all letters beyond ASCII included.
    code("w"): [
      code("0")...code("9"), code("A")...code("Z"), code("_")...code("_"),
      code("a")...code("z"), 0x80...0x10_FFFF,
    ],
    code("s"): [9...13, 32...32],
  ]

  /// After a backslash: a class, or the one character that it stands for.
  private mutating func escape() throws(Fault) -> (node: RegexNode, character: UInt32?) {
    guard let next else { throw .malformed }
    at += 1
    if let ranges = Self.classes[next] { return (.set(ranges, isNegated: false), nil) }
    if let ranges = Self.classes[next | 0x20], next < 0x80 {
      return (.set(ranges, isNegated: true), nil)
    }
    // \1 would be a back-reference, \b an anchor: letters and digits are kept for what they mean elsewhere.
    if next < 0x80, let scalar = Unicode.Scalar(next),
      scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
    {
      throw .malformed
    }
    return (.character(next), next)
  }

  /// After `[`; not empty, ranges ascending.
  private mutating func characterClass() throws(Fault) -> RegexNode {
    let isNegated = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    var isFirst = true
    while true {
      guard let first = next else { throw .malformed }
      if first == code("]"), !isFirst { break }
      if first == code("["), !isFirst { throw .malformed }
      isFirst = false
      guard let low = try member(&ranges) else { continue }
      var high = low
      if next == code("-"), at + 1 < pattern.count, pattern[at + 1] != code("]") {
        at += 1
        guard let end = try member(&ranges), end >= low else { throw .malformed }
        high = end
      }
      ranges.append(low...high)
    }
    at += 1
    return .characters(ranges, isNegated: isNegated)
  }

  /// One character of a class; nil: an escape that stands for several, whose ranges were added.
  private mutating func member(_ ranges: inout [ClosedRange<UInt32>]) throws(Fault) -> UInt32? {
    let first = pattern[at]
    at += 1
    guard first == code("\\") else { return first }
    let (node, character) = try escape()
    if let character { return character }
    guard case .set(let more, let isNegated) = node, !isNegated else { throw .malformed }
    ranges += more
    return nil
  }
}

private func code(_ scalar: Unicode.Scalar) -> UInt32 { scalar.value }

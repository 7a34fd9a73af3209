// Patterns of terms by trying everything: the automata are compared with it.

import QueryLanguage

@testable import InvertedIndex

enum NaivePattern {
  /// The edits at which a term fits; nil: it does not.
  static func edits(_ shape: TermPattern.Shape, _ text: String) -> Int? {
    let scalars = Array(text.unicodeScalars.map(\.value))
    switch shape {
    case .prefix(let prefix): return text.utf8.starts(with: prefix) ? 0 : nil
    case .wildcard(let pieces): return edits(.regex(.sequence(pieces.map(regex))), text)
    case .regex(let regex): return ends(regex, scalars, 0).contains(scalars.count) ? 0 : nil
    case .fuzzy(let word, let most, let isPrefix):
      let word = String(decoding: word, as: UTF8.self).unicodeScalars.map(\.value)
      let beginnings = isPrefix ? Array(0...scalars.count) : [scalars.count]
      let fewest = beginnings.map { distance(word, Array(scalars[..<$0])) }.min()!
      return fewest <= most ? fewest : nil
    }
  }

  /// Optimal string alignment, the whole matrix.
  static func distance(_ a: [UInt32], _ b: [UInt32]) -> Int {
    var d = Array(repeating: Array(repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in 0...a.count { d[i][0] = i }
    for j in 0...b.count { d[0][j] = j }
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    for i in 1...a.count {
      for j in 1...b.count {
        d[i][j] = min(
          d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1)
        }
      }
    }
    return d[a.count][b.count]
  }

  private static func regex(_ piece: TermPattern.Piece) -> RegexNode {
    switch piece {
    case .one: .anyCharacter
    case .any: .repeated(.anyCharacter, from: 0, to: nil)
    case .bytes(let bytes):
      .sequence(String(decoding: bytes, as: UTF8.self).unicodeScalars.map { .character($0.value) })
    }
  }

  /// Where a match that begins at `start` may end.
  private static func ends(_ regex: RegexNode, _ text: [UInt32], _ start: Int) -> Set<Int> {
    switch regex {
    case .set(let ranges, let isNegated):
      guard start < text.count else { return [] }
      return ranges.contains { $0.contains(text[start]) } != isNegated ? [start + 1] : []
    case .sequence(let nodes):
      return nodes.reduce([start]) { starts, node in
        Set(starts.flatMap { ends(node, text, $0) })
      }
    case .alternatives(let nodes): return Set(nodes.flatMap { ends($0, text, start) })
    case .repeated(let inner, let from, let to):
      var reached: Set<Int> = from == 0 ? [start] : []
      var last: Set<Int> = [start]
      // A repeat that goes nowhere new has ended.
      for round in 1...max(1, min(to ?? .max, from + text.count + 1)) where round <= to ?? round {
        last = Set(last.flatMap { ends(inner, text, $0) })
        if round >= from { reached.formUnion(last) }
      }
      return reached
    }
  }
}

// Finds the terms of a query in a text, by the analyzer of the text's field: what is marked is what matches.

import Analysis

/// Reads texts of one field. Keeps its memory from text to text; not thread-safe.
///
/// The words of a text are few and come again: what a word is to the query is remembered by the hash of its exact form, in a
/// table where each hash has one place and the latest stays.
final class FieldMatcher {
  let terms: HighlightTerms
  private let analyzer: Analyzer
  private var scratch: Analyzer.Scratch
  private var buffer = TokenBuffer()
  private var indexForm: [UInt8] = []
  /// Roles by number; the first is none.
  private var roleSets: [[HighlightTerms.Role]] = [[]]
  /// Roles of the terms of each space, by the hashes of their forms.
  private let exact: [UInt64: [HighlightTerms.Role]]
  private let index: [UInt64: [HighlightTerms.Role]]
  private var remembered: [(hash: UInt64, roles: Int)]

  /// Tokens taken at a time; the deadline is looked at between.
  private static let chunk = 256
  /// 64 KiB: the words of some ten documents.
  private static let tableSize = 1 << 12

  init(terms: HighlightTerms, analyzer: Analyzer) {
    self.terms = terms
    self.analyzer = analyzer
    scratch = analyzer.makeScratch()
    func hashed(_ space: TermSpace) -> [UInt64: [HighlightTerms.Role]] {
      Dictionary((terms.roles[space] ?? [:]).map { (Self.hash($0.key), $0.value) }) { $0 + $1 }
    }
    exact = hashed(.exact)
    index = hashed(.index)
    // Place 0 is not that of hash 1, so that no place holds a hash of its own at first.
    remembered = Array(repeating: (0, 0), count: Self.tableSize)
    remembered[0].hash = 1
  }

  private static func hash(_ form: [UInt8]) -> UInt64 {
    Analyzer.hash(of: unsafe form.span.bytes)
  }

  /// Adds the tokens of `text` that play a role to `hits`, their ranges in bytes of `text`.
  /// - Parameters:
  ///   - position: of the first token.
  ///   - last: tokens after this position are of no interest.
  /// - Returns: false if the deadline passed before the end.
  func find(
    in text: RawSpan, position: Int = 0, through last: Int = .max, deadline: Deadline,
    into hits: inout TermHits
  ) -> Bool {
    var start = 0
    var position = position
    while start < text.byteCount, position <= last, !hits.isFull {
      if deadline.isPassed { return false }
      buffer.removeAll()
      position += analyzer.tokenize(
        text, from: &start, positionBase: position, limit: Self.chunk, into: &buffer)
      for i in 0..<buffer.count {
        let token = buffer[i]
        let roles = roles(of: i, hash: token.hash)
        guard roles != 0 else { continue }
        let range = Int(token.start)..<Int(token.end)
        if token.isBigram, roleSets[roles].contains(where: \.isCharacter) {
          let first = range.lowerBound..<analyzer.characterEnd(text, at: range.lowerBound)
          let (characters, others) = roleSets[roles].partitioned(by: \.isCharacter)
          hits.add(characters, position: Int(token.position), first)
          hits.add(others, position: Int(token.position), range)
        } else {
          hits.add(roleSets[roles], position: Int(token.position), range)
        }
      }
    }
    return true
  }

  private func roles(of index: Int, hash: UInt64) -> Int {
    let place = Int(truncatingIfNeeded: hash & UInt64(Self.tableSize - 1))
    if remembered[place].hash == hash { return remembered[place].roles }
    var roles = exact[hash] ?? []
    if !self.index.isEmpty {
      let form = buffer.form(index)
      analyzer.indexForm(unsafe form.span.bytes, scratch: &scratch, into: &indexForm)
      roles += self.index[Self.hash(indexForm)] ?? []
    }
    var number = 0
    if !roles.isEmpty {
      number = roleSets.firstIndex(of: roles) ?? roleSets.count
      if number == roleSets.count { roleSets.append(roles) }
    }
    remembered[place] = (hash, number)
    return number
  }
}

extension [HighlightTerms.Role] {
  fileprivate func partitioned(by isFirst: (Element) -> Bool) -> (Self, Self) {
    (filter(isFirst), filter { !isFirst($0) })
  }
}

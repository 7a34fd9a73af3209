// What stands for the words of a text by the synonyms of an index: for people who ask why something is found.

import Analysis

/// Words side by side, and what is looked for in their place.
public struct AnalyzedSynonym: Sendable, Equatable {
  /// The words, in UTF-8 bytes of the text.
  public var start: Int
  public var end: Int
  /// What is looked for, as the rules write it.
  public var alternatives: [String]
  /// The words themselves are looked for, too.
  public var keepsWords: Bool
}

extension IndexReader {
  /// What stands for the words of a text, as one analyzer reads them, from left to right and the longest entry first: as for words
  /// side by side in a query. nil: the index has no synonyms.
  public func synonyms(of text: String, by analyzer: Analyzer) -> [AnalyzedSynonym]? {
    guard let synonyms = view.synonyms else { return nil }
    let table = synonyms.table(analyzer)
    let units = Self.units(analyzer.explain(text))
    var found: [AnalyzedSynonym] = []
    var place = 0
    while place < units.count {
      let rest = units[place...].prefix(SynonymRules.maximumWords)
      guard let match = table.longest(rest.map(\.unit)[...]) else {
        place += 1
        continue
      }
      found.append(
        AnalyzedSynonym(
          start: units[place].range.lowerBound,
          end: units[place + match.count - 1].range.upperBound,
          alternatives: match.entry.alternatives, keepsWords: match.entry.keepsWords))
      place += match.count
    }
    return found
  }

  /// Words and compounds, with their bytes.
  private static func units(
    _ tokens: [Analyzer.ExplainedToken]
  ) -> [(unit: SynonymUnit, range: Range<Int>)] {
    var units: [(unit: SynonymUnit, range: Range<Int>)] = []
    let compounds = tokens.filter(\.isJoined)
    var next = 0
    var before: Analyzer.ExplainedToken?
    for token in tokens where !token.isJoined {
      defer { before = token }
      // The bigram before holds it already.
      if token.isLastOfRun, before?.isBigram == true { continue }
      while next < compounds.count, compounds[next].end <= token.start { next += 1 }
      let word = Array(token.index.utf8)
      if let last = units.last, last.range.upperBound >= token.end {
        units[units.count - 1].unit.words.append(word)
        continue
      }
      var unit = SynonymUnit([])
      unit.words = [word]
      var range = token.start..<token.end
      if next < compounds.count, compounds[next].start <= token.start {
        unit.joined = Array(compounds[next].index.utf8)
        range = compounds[next].start..<compounds[next].end
      }
      units.append((unit, range))
    }
    return units
  }
}

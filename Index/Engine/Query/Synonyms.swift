// Synonyms of an index as queries ask for them: what a run of words stands for, by the analyzer of each field.

import Analysis
import Synchronization

/// The rules of one generation, or of several that have the same. A table is made for each analyzer when it is first asked
/// for. Safe to share among threads.
final class Synonyms: Sendable {
  let rules: SynonymRules
  private let tables = Mutex<[(analyzer: Analyzer, table: SynonymTable)]>([])

  init(_ rules: SynonymRules) { self.rules = rules }

  func table(_ analyzer: Analyzer) -> SynonymTable {
    tables.withLock { tables in
      if let known = tables.first(where: { $0.analyzer === analyzer }) { return known.table }
      let made = SynonymTable(rules, analyzer)
      tables.append((analyzer, made))
      return made
    }
  }
}

/// What runs of words stand for, words being what one analyzer makes of them.
final class SynonymTable: Sendable {
  struct Entry: Sendable {
    /// Index forms.
    var words: [[UInt8]]
    /// Texts that are looked for as well, in the order of the rules; each is other words.
    var alternatives: [String]
    /// The words themselves are looked for, too.
    var keepsWords: Bool
  }

  /// By the first word; longest first.
  private let entries: [[UInt8]: [Entry]]
  /// Of the entries that are one compound, by their joined form: `covid19` is `covid-19`.
  private let compounds: [[UInt8]: Entry]

  init(_ rules: SynonymRules, _ analyzer: Analyzer) {
    var words = EntryWords(analyzer)
    var entries: [[[UInt8]]: Entry] = [:]
    var joinedForms: [[UInt8]: [[UInt8]]] = [:]
    for rule in rules.rules {
      let outputs = rule.outputs.map { (text: $0, words: words.of($0).words) }
      for input in rule.inputs {
        let (key, joined) = words.of(input)
        if key.isEmpty { continue }
        if let joined { joinedForms[joined] = key }
        var entry = entries[key] ?? Entry(words: key, alternatives: [], keepsWords: false)
        for output in outputs where !output.words.isEmpty {
          if output.words == key {
            entry.keepsWords = true
          } else if entry.alternatives.count < SynonymRules.maximumEntries,
            !entry.alternatives.contains(where: { words.of($0).words == output.words })
          {
            entry.alternatives.append(output.text)
          }
        }
        entries[key] = entry
      }
    }
    var byFirst: [[UInt8]: [Entry]] = [:]
    for entry in entries.values where !entry.alternatives.isEmpty {
      byFirst[entry.words[0], default: []].append(entry)
    }
    for first in byFirst.keys { byFirst[first]?.sort { $0.words.count > $1.words.count } }
    self.entries = byFirst
    compounds = joinedForms.compactMapValues { key in
      entries[key].flatMap { $0.alternatives.isEmpty ? nil : $0 }
    }
  }

  /// The longest entry that begins with the first unit and ends with a unit.
  /// - Parameter units: the words of what stands side by side: one, or several of a compound.
  /// - Returns: with the number of units.
  func longest(_ units: ArraySlice<SynonymUnit>) -> (entry: Entry, count: Int)? {
    guard let first = units.first, let word = first.words.first else { return nil }
    for entry in entries[word] ?? [] {
      var place = 0
      var count = 0
      for unit in units {
        guard entry.words[place...].starts(with: unit.words) else { break }
        place += unit.words.count
        count += 1
        if place == entry.words.count { return (entry, count) }
      }
    }
    if first.words.count == 1, let entry = compounds[word] { return (entry, 1) }
    if let joined = first.joined,
      let entry = entries[joined]?.last(where: { $0.words.count == 1 })
    {
      return (entry, 1)
    }
    return nil
  }
}

/// One word as it was typed.
struct SynonymUnit {
  /// Index forms: several of a compound, none of what has no word.
  var words: [[UInt8]]
  /// The joined form of a compound.
  var joined: [UInt8]?

  init(_ tokens: [QueryAnalysis.Token]) {
    words = tokens.filter { !$0.isJoined }.map(\.index)
    let joined = tokens.filter(\.isJoined)
    self.joined = joined.count == 1 ? joined[0].index : nil
  }
}

/// The words of entries, each text once.
private struct EntryWords: ~Copyable {
  private let analyzer: Analyzer
  private var scratch: Analyzer.Scratch
  private var buffer = TokenBuffer(capacity: 64)
  private var known: [String: (words: [[UInt8]], joined: [UInt8]?)] = [:]

  init(_ analyzer: Analyzer) {
    self.analyzer = analyzer
    scratch = analyzer.makeScratch()
  }

  /// - Returns: index forms, and the joined one where the text is one compound.
  mutating func of(_ text: String) -> (words: [[UInt8]], joined: [UInt8]?) {
    if let words = known[text] { return words }
    buffer.removeAll()
    let bytes = Array(text.utf8)
    _ = analyzer.tokenize(unsafe bytes.span.bytes, into: &buffer)
    var words: [[UInt8]] = []
    var joined: [UInt8]?
    /// Words and compounds.
    var units = 0
    for index in 0..<buffer.count {
      // As of a query's words: the bigram before holds it already.
      if buffer[index].isLastOfRun, index > 0, buffer[index - 1].isBigram { continue }
      let exact = buffer.form(index)
      var form: [UInt8] = []
      analyzer.indexForm(unsafe exact.span.bytes, scratch: &scratch, into: &form)
      if buffer[index].isJoined {
        joined = form
      } else {
        words.append(form)
        if buffer[index].isRestartPoint { units += 1 }
      }
    }
    if units > 1 { joined = nil }
    known[text] = (words, joined)
    return (words, joined)
  }
}

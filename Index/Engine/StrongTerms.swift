// The words that say what a text is about: frequent in it and rare elsewhere. Chosen by the statistics of one view; a query
// made of them finds texts that are alike.

import Analysis
import QueryLanguage

/// Collects words of texts, and chooses the strongest.
struct StrongTerms: ~Copyable {
  struct Term: Equatable {
    /// An exact form, as the text most often has it.
    var word: String
    /// How much a match counts: 1 for a word that occurs once, towards k + 1 for one that occurs often (BM25's k3).
    var weight: Double
  }

  /// Terms chosen at most.
  static let most = 25
  /// What more of the documents have says too little.
  static let largestShare = 0.25
  /// Words that occur so often, and in so many documents, say what a text is about; names and numbers that occur once are
  /// mostly chance. (More Like This of Lucene has the same thresholds.)
  static let usualCount = 2
  static let usualFrequency = 5
  /// With fewer usual words than that the others count, too: of a short text, and in a small collection.
  static let fewest = 5
  private static let k3 = 2.2
  /// Words of a text that are looked at.
  static let tokenLimit = 1 << 16

  private let view: SearchView
  /// Fields whose terms are counted, each with its analyzer's place.
  private let fields: [(number: Int, analyzer: Int)]
  private let analyzers: [Analyzer]
  private let deadline: Deadline
  /// By exact form.
  private var counts: [[UInt8]: Int] = [:]
  private var tokens = 0

  /// - Parameter scope: text fields.
  init(_ view: SearchView, scope: [Int], deadline: Deadline) {
    self.view = view
    self.deadline = deadline
    var analyzers: [Analyzer] = []
    var fields: [(number: Int, analyzer: Int)] = []
    for number in scope.flatMap({ [$0] + view.variants.of($0) }) {
      guard let analyzer = view.analyzer(of: number) else { continue }
      if let place = analyzers.firstIndex(where: { $0 === analyzer }) {
        fields.append((number, place))
      } else {
        fields.append((number, analyzers.count))
        analyzers.append(analyzer)
      }
    }
    self.analyzers = analyzers
    self.fields = fields
  }

  /// Adds the words of a text as the field's analyzer finds them.
  /// - Parameter field: nil: the analyzer of the first field.
  /// - Throws: `cancelled`.
  mutating func add(_ text: RawSpan, field: Int? = nil) throws(IndexError) {
    guard let analyzer = field == nil ? analyzers.first : view.analyzers[field ?? 0] else { return }
    var buffer = TokenBuffer(capacity: 1_024)
    var start = 0
    while start < text.byteCount, tokens < Self.tokenLimit {
      if deadline.isPassed { throw .cancelled }
      buffer.removeAll()
      _ = analyzer.tokenize(
        text, from: &start, positionBase: 0, limit: min(1_024, Self.tokenLimit - tokens),
        into: &buffer)
      for place in 0..<buffer.count where !buffer[place].isJoined {
        counts[buffer.form(place), default: 0] += 1
        tokens += 1
      }
    }
  }

  /// A word with the forms that make it one: those of all analyzers.
  private struct Word {
    var forms: [[UInt8]]
    var count = 0
    /// The exact form that occurs most, and how often.
    var exact: [UInt8] = []
    var largest = 0
  }

  /// The strongest terms by frequency times idf, the strongest first; of equals the first in the order of bytes.
  /// - Parameter least: documents that must have a word.
  /// - Throws: `cancelled`.
  func strongest(least: Int) throws(IndexError) -> [Term] {
    let most = max(Self.usualFrequency, Int(Double(view.documentCount) * Self.largestShare))
    var found: [(strength: Double, frequency: Int, word: Word)] = []
    for (number, word) in words().enumerated() {
      if number % 64 == 0, deadline.isPassed { throw .cancelled }
      var frequency = 0
      for field in fields {
        let term = FieldTerm(field: field.number, bytes: word.forms[field.analyzer])
        frequency = max(frequency, try view.frequency(of: term))
      }
      guard frequency >= least, frequency <= most else { continue }
      let idf = Similarity.idf(documents: view.documentCount, frequency: frequency)
      found.append((Double(word.count) * Double(idf), frequency, word))
    }
    let usual = found.filter {
      $0.word.count >= Self.usualCount && $0.frequency >= Self.usualFrequency
    }
    if usual.count >= Self.fewest { found = usual }
    found.sort { a, b in
      a.strength != b.strength
        ? a.strength > b.strength : a.word.exact.lexicographicallyPrecedes(b.word.exact)
    }
    return found.prefix(Self.most).map { found in
      let count = Double(found.word.count)
      return Term(
        word: String(decoding: found.word.exact, as: UTF8.self),
        weight: (Self.k3 + 1) * count / (Self.k3 + count))
    }
  }

  /// Without stop words and single characters.
  private func words() -> [Word] {
    var words: [[[UInt8]]: Word] = [:]
    let scratches = analyzers.map { Scratch($0) }
    for (exact, count) in counts where standsAlone(exact) {
      let forms = scratches.indices.map { scratches[$0].indexForm(exact) }
      var word = words[forms] ?? Word(forms: forms)
      word.count += count
      if count > word.largest
        || count == word.largest && exact.lexicographicallyPrecedes(word.exact)
      {
        word.exact = exact
        word.largest = count
      }
      words[forms] = word
    }
    return Array(words.values)
  }

  private func standsAlone(_ exact: [UInt8]) -> Bool {
    exact.count(where: { $0 & 0xC0 != 0x80 }) > 1
      && !analyzers.contains { $0.isStopWord(unsafe exact.span.bytes) }
  }

  /// An analyzer with its working memory.
  private final class Scratch {
    private let analyzer: Analyzer
    private var scratch: Analyzer.Scratch

    init(_ analyzer: Analyzer) {
      self.analyzer = analyzer
      scratch = analyzer.makeScratch()
    }

    func indexForm(_ exact: [UInt8]) -> [UInt8] {
      var form: [UInt8] = []
      analyzer.indexForm(unsafe exact.span.bytes, scratch: &scratch, into: &form)
      return form
    }
  }
}

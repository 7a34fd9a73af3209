/// What an analyzer knows of a language. A further language is a further row of `all`.
struct Language: Sendable {
  let name: String
  /// libstemmer's name of the algorithm.
  let algorithm: String
  /// Whether diacritics are dropped before stemming (they mean nothing to the stemmer) or after it (its rules need them).
  let foldsFirst: Bool
  /// In exact form.
  let stopWords: [[UInt8]]
  let longestStopWord: Int

  init(_ name: String, algorithm: String, foldsFirst: Bool, stopWords: String) {
    self.name = name
    self.algorithm = algorithm
    self.foldsFirst = foldsFirst
    self.stopWords = stopWords.split(separator: " ").map { Array($0.utf8) }
    longestStopWord = self.stopWords.map(\.count).max() ?? 0
  }

  static let all: [Language] = [
    // The stop words are the 33 of Lucene's EnglishAnalyzer.
    Language(
      "english", algorithm: "english", foldsFirst: true,
      stopWords: """
        a an and are as at be but by for if in into is it no not of on or such that the their then there \
        these they this to was will with
        """)
  ]

  /// A hash of what the installed stemmer makes of some words: another version of its rules gives another one.
  /// Nil if libstemmer does not know the algorithm.
  func fingerprint() -> UInt64? {
    let scratch = Analyzer.Scratch(name: name, algorithm: algorithm)
    guard scratch.hasStemmer else { return nil }
    var hash = FormHash.mix(foldsFirst ? 1 : 2, UInt64(stopWords.count))
    let probes = """
      running flies happily nationalization relational conditional generously skis dying news \
      university universal consigned knightly proceeding succeed exceed inning outing cosmos andes \
      hopping hoping sized bleed fluently agreement adjustable irritant replacement effective kaveri \
      hevosten kauniimpi häuser schönheit mangeons советский читающий corriendo bellissimo falando
      """
    for probe in probes.split(separator: " ").map({ Array($0.utf8) }) + stopWords {
      var word = probe
      scratch.stem(&word)
      hash = unsafe FormHash.mix(hash, FormHash.of(word, count: word.count, seed: 0))
    }
    return hash
  }
}

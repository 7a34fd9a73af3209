import CStemmer

/// What an analyzer knows of a language: its names, its stemmer, its words that say little.
///
/// The rows are in Languages.swift; a further language is a further row there.
struct Language: Sendable {
  /// In English, lower case: the analyzer's name.
  let name: String
  /// ISO 639-1; the first is the usual one.
  let codes: [String]
  /// libstemmer's name of the algorithm.
  let algorithm: String
  /// Whether diacritics are dropped before stemming (they mean nothing to the stemmer) or after it (its rules need them).
  let foldsFirst: Bool
  /// In exact form.
  let stopWords: [[UInt8]]
  /// Stop words in all forms that they are looked up by.
  private let stopForms: Set<[UInt8]>
  private let longestStopForm: Int

  init(
    _ name: String, _ codes: String..., algorithm: String? = nil, foldsFirst: Bool = true,
    stopWords: String = ""
  ) {
    self.name = name
    self.codes = codes
    self.algorithm = algorithm ?? name
    self.foldsFirst = foldsFirst
    self.stopWords = stopWords.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) }
    var forms = Set(self.stopWords)
    var folded: [UInt8] = []
    for word in self.stopWords {
      Normalization.folded(unsafe word.span.bytes, into: &folded)
      forms.insert(folded)
    }
    stopForms = forms
    longestStopForm = forms.map(\.count).max() ?? 0
  }

  func isStopWord(_ form: RawSpan) -> Bool {
    guard form.byteCount <= longestStopForm else { return false }
    return unsafe form.withUnsafeBytes { raw in stopForms.contains(unsafe Array(raw)) }
  }

  /// A hash of what the installed stemmer makes of some words: another version of its rules gives another one.
  /// Nil if libstemmer does not know the algorithm.
  func fingerprint() -> UInt64? {
    let scratch = Analyzer.Scratch(name: name, algorithm: algorithm)
    guard scratch.hasStemmer else { return nil }
    var hash = FormHash.mix(foldsFirst ? 1 : 2, UInt64(stopWords.count))
    let names = Array(algorithm.utf8)
    hash = unsafe FormHash.mix(hash, FormHash.of(names, count: names.count, seed: 0))
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

  /// The algorithms of the installed libstemmer.
  static let installed: Set<String> = {
    var names: Set<String> = []
    guard var entry = unsafe sb_stemmer_list() else { return names }
    while let name = unsafe entry.pointee {
      names.insert(unsafe String(cString: name))
      unsafe entry += 1
    }
    return names
  }()
}

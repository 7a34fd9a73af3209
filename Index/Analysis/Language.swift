import CStemmer

/// What an analyzer knows of a language: its names, its stemmer, its words that say little.
///
/// The rows are in Languages.swift; a further language is a further row there. How a word becomes its stem is in
/// Stemming.swift.
struct Language: Sendable {
  /// In English, lower case: the analyzer's name.
  let name: String
  /// ISO 639-1; the first is the usual one.
  let codes: [String]
  /// libstemmer's name of the algorithm.
  let algorithm: String
  /// Endings that the stemmer knows by their marks, in exact form and folded: see `stem(_:_:)`.
  let endings: [(marked: [UInt8], plain: [UInt8])]
  /// Shortened words that are written together with the next, with the apostrophe: `l'`.
  let elisions: [[UInt8]]
  /// What may be written for one letter, and that letter without its mark: `ue` for ü is u.
  let digraphs: [(written: [UInt8], letter: UInt8)]
  /// What follows an apostrophe is an ending of a name.
  let endsAtApostrophe: Bool
  /// Cyrillic is read as the Latin letters that are as usual.
  let isInTwoScripts: Bool
  /// In exact form.
  let stopWords: [[UInt8]]
  /// Words on which the stemmer's rules show.
  let probes: [[UInt8]]

  /// - Parameters: lists of words apart by white space. `digraphs`: such as `ae`, which stands for its first letter.
  init(
    _ name: String, _ codes: String..., algorithm: String? = nil, endings: String = "",
    elisions: String = "", digraphs: String = "", endsAtApostrophe: Bool = false,
    isInTwoScripts: Bool = false, stopWords: String = "", probes: String
  ) {
    self.name = name
    self.codes = codes
    self.algorithm = algorithm ?? name
    self.endings = Self.words(endings).map { ending in
      var plain: [UInt8] = []
      Normalization.folded(unsafe ending.span.bytes, into: &plain)
      return (ending, plain)
    }
    self.elisions = Self.words(elisions)
    self.digraphs = Self.words(digraphs).map { ($0, $0[0]) }
    self.endsAtApostrophe = endsAtApostrophe
    self.isInTwoScripts = isInTwoScripts
    self.stopWords = Self.words(stopWords).map { word in
      // As tokens have them: ς is σ, ß is ss.
      var exact: [UInt8] = []
      Normalization.foldedExact(unsafe word.span.bytes, into: &exact)
      return exact
    }
    self.probes = Self.words(probes)
  }

  private static func words(_ text: String) -> [[UInt8]] {
    text.utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }.map { Array($0) }
  }

  /// A hash of the rules, of the stop words, and of what the installed stemmer makes of some words: another version of it
  /// gives another one.
  func fingerprint(_ scratch: borrowing Analyzer.Scratch) -> UInt64 {
    var hash = FormHash.mix(endsAtApostrophe ? 1 : 2, isInTwoScripts ? 1 : 2)
    func add(_ bytes: [UInt8]) {
      hash = unsafe FormHash.mix(hash, FormHash.of(bytes, count: bytes.count, seed: 0))
    }
    add(Array(algorithm.utf8))
    for list in [endings.map(\.marked), elisions, digraphs.map(\.written), stopWords] {
      hash = FormHash.mix(hash, UInt64(list.count))
      for word in list { add(word) }
    }
    for probe in probes + stopWords {
      var word = probe
      scratch.stem(&word)
      add(word)
      word = probe
      Normalization.folded(unsafe probe.span.bytes, into: &word)
      stem(&word, scratch)
      add(word)
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

import Testing

@testable import Analysis

/// What an analyzer knows of a language.
struct LanguageTests {
  @Test(
    arguments: [
      ("fi", "finnish"), ("FI", "finnish"), ("Finnish", "finnish"), ("nb", "norwegian"),
      ("nn", "norwegian"), ("no", "norwegian"), ("pt-BR", "portuguese"), ("sr_Latn_RS", "serbian"),
      ("zh-cn", "cjk"), ("Japanese", "cjk"), ("ko", "cjk"), ("STANDARD", "standard"),
    ])
  func oneAnalyzerHasManyNames(said: String, name: String) {
    #expect(Analyzer.named(said)?.name == name)
    #expect(Analyzer.named(said) === Analyzer.named(name))
  }

  @Test(arguments: ["", "-", "klingon", "fi ", "fin", "porter", "pl", "standard-x"])
  func noAnalyzerHasAnotherName(said: String) { #expect(Analyzer.named(said) == nil) }

  @Test func everyAlgorithmOfTheInstalledStemmerHasALanguage() {
    let duplicates: Set = ["porter", "lovins", "kraaij_pohlmann", "dutch_porter", "german2"]
    let known = Set(Language.all.map(\.algorithm))
    // Later versions of libstemmer have more; those of 2.2 are all here.
    let newer: Set = ["estonian", "esperanto", "polish", "czech", "persian", "sesotho"]
    #expect(Language.installed.subtracting(duplicates).subtracting(newer).isSubset(of: known))
    #expect(Set(Language.all.flatMap(\.codes)).count == Language.all.flatMap(\.codes).count)
  }

  @Test(
    arguments: [
      ("fr", "l’homme", "homm"), ("fr", "aujourd'hui", "aujourd'hui"), ("fr", "qu’il", "il"),
      ("it", "dell'università", "univers"), ("ca", "l'escola", "esc"),
      ("en", "l'homme", "l'homm"),
      ("de", "Mueller", "mull"), ("de", "Müller", "mull"), ("de", "neue", "neu"),
      ("de", "Quelle", "quell"), ("de", "Straße", "strass"), ("da", "Aarhus", "arhus"),
      ("da", "Århus", "arhus"), ("tr", "Türkiye'nin", "turki"),
      ("sr", "ноћ", "noc"), ("sr", "noć", "noc"), ("sr", "Његош", "negos"), ("ru", "ёлка", "елк"),
      ("fr", "publiées", "publi"), ("fr", "publiees", "publi"), ("pt", "informacao", "inform"),
      ("pt", "informações", "inform"), ("ro", "școală", "scoal"), ("ro", "şcoală", "scoal"),
    ])
  func stems(analyzer: String, word: String, stem: String) {
    #expect(Analyzer.named(analyzer)!.indexForms(word) == [stem])
  }

  /// The promise of every analyzer of words: what is typed without marks finds what has them.
  @Test(arguments: Analyzer.names.filter { !["whitespace", "keyword"].contains($0) })
  func marksMakeNoDifferenceToTheIndexForm(name: String) {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("marks, \(name): seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let analyzer = Analyzer.named(name)!
    let letters = Array(
      "aàáâäåãăąbcçćčdđeèéêëęėfgğhiìíîïıİjklłmnñńoòóôöøõőpqrřsśšşșßtţțuùúûüűůvwxyýzźżæœ'’бвгђежзијћцчшёйѓαάεέιίϊσς"
        .unicodeScalars.map(\.value))
    for _ in 0..<2000 {
      var word: [UInt8] = []
      for _ in 0...Int.random(in: 1..<10, using: &random) {
        appendUTF8(letters.randomElement(using: &random)!, to: &word)
      }
      if let ending = analyzer.language?.endings.randomElement(using: &random) {
        word += ending.marked
      }
      for token in analyzer.tokens(word) where token.flags == 0 {
        var plain: [UInt8] = []
        Normalization.folded(unsafe token.exact.span.bytes, into: &plain)
        let typed = exactForm(plain)
        guard !typed.isEmpty else { continue }
        #expect(
          analyzer.indexForm(typed) == analyzer.indexForm(token.exact),
          "\(String(decoding: token.exact, as: UTF8.self))")
      }
    }
  }

  @Test func fingerprintsAreThoseOfWhatMakesTheForms() {
    let english = Language.all.first { $0.name == "english" }!
    let scratch = Analyzer.Scratch(name: "english", algorithm: "english")
    let other = Language(
      "english", "en", endings: "é", stopWords: StopWords.english,
      probes: english.probes.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " "))
    let fewer = Language(
      "english", "en", stopWords: StopWords.english + " x",
      probes: english.probes.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " "))
    let prints = [english, other, fewer].map { $0.fingerprint(scratch) }
    #expect(Set(prints).count == 3)
    #expect(english.fingerprint(Analyzer.Scratch(name: "x", algorithm: "porter")) != prints[0])
  }

  /// A stop word is one whichever way it is written.
  @Test func stopWordsAreFoundInEveryForm() {
    for language in Language.all where !language.stopWords.isEmpty {
      let analyzer = Analyzer.named(language.name)!
      for word in language.stopWords {
        #expect(exactForm(word) == word, "\(String(decoding: word, as: UTF8.self))")
        var folded: [UInt8] = []
        Normalization.folded(unsafe word.span.bytes, into: &folded)
        let index = analyzer.indexForm(word)
        for form in [word, folded, index] {
          #expect(analyzer.isStopWord(unsafe form.span.bytes), "\(form)")
        }
      }
    }
  }
}

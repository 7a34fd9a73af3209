extension Language {
  /// The languages that libstemmer 2.2 has a stemmer for, in the order of their names; which of them there are is up to
  /// the installed one (`installed`).
  static let all: [Language] = [
    Language("arabic", "ar"),
    Language("armenian", "hy"),
    Language("basque", "eu"),
    Language("catalan", "ca"),
    Language("danish", "da"),
    Language("dutch", "nl"),
    Language("english", "en", stopWords: StopWords.english),
    Language("finnish", "fi"),
    Language("french", "fr"),
    Language("german", "de"),
    Language("greek", "el"),
    Language("hindi", "hi"),
    Language("hungarian", "hu"),
    Language("indonesian", "id"),
    Language("irish", "ga"),
    Language("italian", "it"),
    Language("lithuanian", "lt"),
    Language("nepali", "ne"),
    Language("norwegian", "no", "nb", "nn"),
    Language("portuguese", "pt"),
    Language("romanian", "ro"),
    Language("russian", "ru"),
    Language("serbian", "sr"),
    Language("spanish", "es"),
    Language("swedish", "sv"),
    Language("tamil", "ta"),
    Language("turkish", "tr"),
    Language("yiddish", "yi"),
  ]
}

/// Function words, in exact form. A long OR query can leave them out; everything is indexed.
enum StopWords {
  /// The 33 of Lucene's EnglishAnalyzer.
  static let english = """
    a an and are as at be but by for if in into is it no not of on or such that the their then there \
    these they this to was will with
    """
}

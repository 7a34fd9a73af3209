/// The language of a text, by its script and its frequent words: enough to choose an analyzer.
///
/// A script that one language is written in decides by itself. Where several share one, each word, ending and letter that is
/// known of some of them speaks for these, the less the more they are. Bounded: of a document's texts the first
/// `sampleSize` bytes are looked at.
@safe
public struct LanguageDetector: ~Copyable {
  /// Bytes of text that are looked at: some hundred words.
  public static let sampleSize = 2 << 10

  /// Less is nothing: a word may be a name.
  private static let leastEvidence: Float = 0.9

  private static let known = KnownWords()
  private var sample: [UInt8] = []
  private var tokens = TokenBuffer(capacity: 512)

  public init() {}

  /// The codes of the languages that are known to it.
  public static let languages: Set<String> = Set(
    KnownWords.languages.map(\.code) + Script.allCases.compactMap(\.language) + ["ja", "zh"])

  /// Whether more text would be passed over.
  public var isFull: Bool { sample.count >= Self.sampleSize }

  /// Takes the beginning of a text in UTF-8, as far as there is room.
  public mutating func add(_ text: RawSpan) {
    let room = Self.sampleSize - sample.count
    guard room > 0, text.byteCount > 0 else { return }
    unsafe text.withUnsafeBytes { unsafe sample.append(contentsOf: $0.prefix(room)) }
    sample.append(0x20)
  }

  /// The code of ISO 639-1 of what was added, which is forgotten; nil when there is too little to tell, or the script is one
  /// that nothing is known of.
  public mutating func takeLanguage() -> String? {
    defer {
      sample.removeAll(keepingCapacity: true)
      tokens.removeAll()
    }
    guard !sample.isEmpty, let analyzer = Analyzer.named("standard") else { return nil }
    let text = sample
    _ = analyzer.tokenize(unsafe text.span.bytes, into: &tokens)
    var scripts = ScriptCounts()
    var scores = [Float](repeating: 0, count: KnownWords.languages.count)
    for index in 0..<tokens.count where !tokens[index].isJoined {
      let token = tokens[index]
      let form = unsafe UnsafeBufferPointer(
        start: tokens.formBase + Int(token.form), count: Int(token.formLength))
      guard let script = unsafe scripts.add(form) else { continue }
      if script.language == nil, script != .han, script != .kana {
        unsafe Self.known.judge(form, hash: token.hash, &scores)
      }
    }
    guard let script = scripts.main else { return nil }
    if let only = script.language { return only }
    if script == .han || script == .kana {
      return scripts[.kana] * 20 >= scripts[.han] ? "ja" : "zh"
    }
    var best: Int?
    for (place, language) in KnownWords.languages.enumerated() where language.script == script {
      if scores[place] > best.map({ scores[$0] }) ?? 0 { best = place }
    }
    guard let best, scores[best] >= Self.leastEvidence else { return nil }
    return KnownWords.languages[best].code
  }

  /// The language of one text.
  public static func language(of text: String) -> String? {
    var detector = LanguageDetector()
    let bytes = Array(text.utf8)
    detector.add(unsafe bytes.span.bytes)
    return detector.takeLanguage()
  }
}

/// Scripts, as far as they bear on languages.
private enum Script: Int, CaseIterable {
  case latin, cyrillic, arabic, devanagari, hebrew
  case han, kana
  // One language each, or one that is meant nearly always.
  case greek, armenian, tamil, thai, lao, khmer, myanmar, hangul, georgian

  /// nil: no letter, or of another script.
  init?(_ scalar: UInt32) {
    switch scalar {
    case 0x41...0x5A, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F, 0x1E00...0x1EFF:
      self = .latin
    case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
    case 0x400...0x52F: self = .cyrillic
    case 0x530...0x58F: self = .armenian
    case 0x591...0x5F4, 0xFB1D...0xFB4F: self = .hebrew
    case 0x620...0x65F, 0x66E...0x6D3, 0x6FA...0x6FF, 0x750...0x77F: self = .arabic
    case 0x900...0x963, 0x970...0x97F: self = .devanagari
    case 0xB80...0xBE5: self = .tamil
    case 0xE01...0xE3A, 0xE40...0xE4E: self = .thai
    case 0xE81...0xECD: self = .lao
    case 0x1000...0x103F: self = .myanmar
    case 0x10A0...0x10FF: self = .georgian
    case 0x1780...0x17D3: self = .khmer
    case 0x1100...0x11FF, 0x3131...0x318E, 0xAC00...0xD7A3: self = .hangul
    case 0x3041...0x30FA, 0x30FC...0x30FF, 0xFF66...0xFF9D: self = .kana
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: self = .han
    default: return nil
    }
  }

  /// What a text of this script is written in, if that is one language.
  var language: String? {
    switch self {
    case .latin, .cyrillic, .arabic, .devanagari, .hebrew, .han, .kana: nil
    case .greek: "el"
    case .armenian: "hy"
    case .tamil: "ta"
    case .thai: "th"
    case .lao: "lo"
    case .khmer: "km"
    case .myanmar: "my"
    case .hangul: "ko"
    case .georgian: "ka"
    }
  }

  /// Names and terms of others stand between the words of any script; nearly always they are Latin. A Han letter
  /// says as much as several of an alphabet.
  var weight: Int {
    switch self {
    case .latin: 1
    case .han, .kana, .hangul: 4
    default: 2
    }
  }
}

/// Letters by script.
private struct ScriptCounts {
  private var counts = [Int](repeating: 0, count: Script.allCases.count)

  subscript(_ script: Script) -> Int { counts[script.rawValue] }

  /// Counts the letters of a word.
  /// - Returns: the script of its first letter.
  mutating func add(_ form: UnsafeBufferPointer<UInt8>) -> Script? {
    var first: Script?
    unsafe form.eachScalar { scalar in
      guard let script = Script(scalar) else { return }
      first = first ?? script
      counts[script.rawValue] += 1
    }
    return first
  }

  /// The one that the text is written in; nil when there are no letters. Han and kana are one.
  var main: Script? {
    func weight(_ script: Script) -> Int {
      var count = self[script]
      if script == .han { count += self[.kana] }
      return count * script.weight
    }
    var best: Script?
    for script in Script.allCases where weight(script) > best.map(weight) ?? 0 { best = script }
    return best
  }
}

/// The lists by word, ending and letter. Made once.
private struct KnownWords {
  static let languages: [(code: String, script: Script, words: LanguageWords)] =
    LanguageWords.latin.map { ($0.code, .latin, $0) }
    + LanguageWords.cyrillic.map { ($0.code, .cyrillic, $0) }
    + LanguageWords.arabic.map { ($0.code, .arabic, $0) }
    + LanguageWords.devanagari.map { ($0.code, .devanagari, $0) }
    + LanguageWords.hebrew.map { ($0.code, .hebrew, $0) }

  /// For which languages something speaks, and how much for each.
  private struct Evidence {
    var languages: [Int] = []
    var weight: Float = 0
  }

  /// By `Analyzer.hash(of:)`.
  private var words: [UInt64: Evidence] = [:]
  private var endings: [UInt64: Evidence] = [:]
  private var letters: [UInt32: Evidence] = [:]

  /// Bytes of an ending, and what must stand before it.
  private static let longestEnding = 12
  private static let shortestEnding = 2
  private static let shortestStem = 2

  init() {
    for (place, language) in Self.languages.enumerated() {
      for word in Set(language.words.words.split(whereSeparator: \.isWhitespace)) {
        words[Self.hash(word), default: Evidence()].languages.append(place)
      }
      for ending in Set(language.words.endings.split(whereSeparator: \.isWhitespace)) {
        endings[Self.hash(ending), default: Evidence()].languages.append(place)
      }
      for letter in Set(language.words.letters.unicodeScalars) {
        letters[letter.value, default: Evidence()].languages.append(place)
      }
    }
    // What five languages have says little of any. A word says more than its ending, and that more than a letter.
    words = words.mapValues { Self.weighed($0, 1) }
    endings = endings.mapValues { Self.weighed($0, 0.5) }
    letters = letters.mapValues { Self.weighed($0, 0.3) }
  }

  private static func weighed(_ evidence: Evidence, _ weight: Float) -> Evidence {
    Evidence(
      languages: evidence.languages,
      weight: weight / Float(evidence.languages.count).squareRoot())
  }

  private static func hash(_ word: Substring) -> UInt64 {
    let bytes = Array(word.utf8)
    return unsafe Analyzer.hash(of: bytes.span.bytes)
  }

  /// Adds what one word says.
  func judge(_ form: UnsafeBufferPointer<UInt8>, hash: UInt64, _ scores: inout [Float]) {
    guard let base = form.baseAddress else { return }
    if let word = words[hash] {
      take(word, &scores)
    } else if let apostrophe = unsafe form.prefix(6).firstIndex(of: 0x27) {
      // An elided article: l'utente, dell'uomo.
      take(words[unsafe FormHash.of(base, count: apostrophe + 1)], &scores)
    }
    var length = min(Self.longestEnding, form.count - Self.shortestStem)
    while length >= Self.shortestEnding {
      // Of the endings that fit, the longest.
      let start = form.count - length
      if unsafe form[start] & 0xC0 != 0x80,
        let ending = endings[unsafe FormHash.of(base + start, count: length)]
      {
        take(ending, &scores)
        break
      }
      length -= 1
    }
    unsafe form.eachScalar { scalar in
      if scalar >= 0x80 { take(letters[scalar], &scores) }
    }
  }

  private func take(_ evidence: Evidence?, _ scores: inout [Float]) {
    guard let evidence else { return }
    for language in evidence.languages { scores[language] += evidence.weight }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Calls `body` with each scalar of well-formed UTF-8.
  fileprivate func eachScalar(_ body: (UInt32) -> Void) {
    var at = 0
    while at < count {
      let first = unsafe UInt32(self[at])
      let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      guard at + length <= count else { return }
      var scalar = length == 1 ? first : first & (0x7F >> UInt32(length))
      for next in 1..<length {
        scalar = unsafe scalar << 6 | UInt32(self[at + next] & 0x3F)
      }
      body(scalar)
      at += length
    }
  }
}

/// Numbers that are the same in every run and on every machine (splitmix64: Steele, Lea and Flood, 2014).
struct FixedRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed &>> 31)
  }

  /// Below `bound`, which is above zero.
  mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// From zero to below one, in steps of 2^-24, so that it is exact as a `Float`.
  mutating func unit() -> Double { Double(next() &>> 40) / 16_777_216 }

  /// True once in `count` times.
  mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }
}

/// Text made of a fixed seed that is like text where it matters here: lengths of words, how often each comes (about as
/// 1/rank, Zipf's law), punctuation, scripts.
struct SyntheticText {
  private var random: FixedRandom
  let vocabulary: [String]

  static let vocabularyCount = 1 << 17

  init(seed: UInt64) {
    random = FixedRandom(seed: seed)
    vocabulary = (0..<Self.vocabularyCount).map { Self.word($0) }
  }

  /// A word for each number, no two alike: syllables for the digits to base 95, the last one first.
  static func word(_ number: Int) -> String {
    let consonants = Array("bcdfghjklmnprstvwyz")
    let vowels = Array("aeiou")
    let endings = ["", "s", "n", "r", "l"]
    var rest = number
    var word = ""
    repeat {
      word += "\(consonants[rest % 19])\(vowels[rest / 19 % 5])"
      rest /= 95
    } while rest > 0
    // Short words are few, and often used.
    return word + endings[number % 5]
  }

  /// Ranks 2^n … 2^(n+1) come as often together as each other such range.
  mutating func word() -> String {
    let range = 1 << random.below(17)
    return vocabulary[range - 1 + random.below(range)]
  }

  /// About `bytes` bytes of sentences in ASCII.
  mutating func ascii(_ bytes: Int) -> [UInt8] {
    var text: [UInt8] = []
    while text.count < bytes {
      let length = 5 + random.below(20)
      for place in 0..<length {
        var word = Array(word().utf8)
        if place == 0 || random.oneIn(20) { word[0] -= 32 }
        text += word
        if place < length - 1 { text += random.oneIn(12) ? [0x2C, 0x20] : [0x20] }
      }
      text += random.oneIn(8) ? [0x2E, 0x0A] : [0x2E, 0x20]
    }
    return text
  }

  /// The same with what real text has besides: accents, other scripts, compounds, numbers, quotes.
  mutating func mixed(_ bytes: Int) -> [UInt8] {
    let others = [
      "café", "naïve", "Zürich", "Łódź", "Niinistö", "straße", "señor", "état", "съезд", "народ",
      "Москва", "договор", "Ελλάδα", "λόγος", "搜索引擎", "全文検索", "도서관", "co-operate", "e.g.",
      "U.S.", "COVID-19", "don’t", "3.14", "2016-03-01", "1,000", "“quoted”", "x_1", "a/b",
    ]
    var text: [UInt8] = []
    while text.count < bytes {
      let length = 5 + random.below(20)
      for place in 0..<length {
        let word = random.below(5) < 3 ? word() : others[random.below(others.count)]
        text += Array(word.utf8)
        if place < length - 1 { text += [0x20] }
      }
      text += [0x2E, 0x20]
    }
    return text
  }

  /// The words of a document of a synthetic index: `words` drawn ones, then a marker for each `period` that comes with
  /// one document in so many, three times where `random` says so.
  mutating func document(words: Int, periods: [Int]) -> String {
    var text = ""
    for _ in 0..<words { text += word() + " " }
    for period in periods where random.oneIn(period) {
      text += "in\(period) "
      while random.oneIn(3) { text += "in\(period) " }
    }
    return text
  }

  /// So many tokens for a document: from 4 to 256, short ones oftener.
  mutating func documentLength() -> Int {
    let scale = 4 << random.below(7)
    return min(256, scale + random.below(scale))
  }
}

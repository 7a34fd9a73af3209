import QueryLanguage
import Testing

@testable import InvertedIndex

@Suite("Automata over dictionaries")
struct AutomatonTests {
  /// A dictionary of the terms, which are sorted.
  private func dictionary(_ terms: [String]) throws -> TermDictionary {
    let directory = ScratchDirectory()
    let writer = try SegmentWriter(directory: directory, name: "s")
    try writer.addStored([])
    try writer.beginFields(documentCount: 1)
    try writer.beginField(2, type: 2)
    try writer.beginTerms(space: .value, detail: .documents)
    for term in terms {
      _ = try writer.beginTerm(Array(term.utf8))
      try writer.addPosting(document: 0)
      try writer.endTerm()
    }
    try writer.endTerms()
    _ = try writer.finish()
    return try #require(try SegmentReader.open(directory.open("s"), name: "s").terms(2, .value))
  }

  private static let letters = ["a", "b", "c", "1", "ä", "é", "日", "本", "😀"]

  /// Words of few letters, so that many are near each other; some that share long beginnings, some much longer.
  private func words(_ count: Int, _ random: inout FormatRandom) -> [String] {
    var all: Set<String> = []
    let beginnings = ["", "", "a", "abba", "the same ", "日本"]
    while all.count < count {
      let length = Int.random(in: 0..<50, using: &random) == 0 ? 60 : 7
      let rest = (0..<Int.random(in: 0...length, using: &random)).map { _ in
        Self.letters[
          min(
            Int.random(in: 0..<9, using: &random), Int.random(in: 0..<9, using: &random))]
      }
      all.insert(beginnings.randomElement(using: &random)! + rest.joined())
    }
    return all.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// A word as it stands, or with up to three errors.
  private func near(_ word: String, _ random: inout FormatRandom) -> String {
    var letters = Array(word.unicodeScalars)
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      let new = Unicode.Scalar(Self.letters.randomElement(using: &random)!)!
      let place = Int.random(in: 0...letters.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: letters.insert(new, at: place)
      case 1 where place < letters.count: letters.remove(at: place)
      case 2 where place < letters.count: letters[place] = new
      case 3 where place + 1 < letters.count: letters.swapAt(place, place + 1)
      default: break
      }
    }
    return String(String.UnicodeScalarView(letters))
  }

  private func regex(_ depth: Int, _ random: inout FormatRandom) -> RegexNode {
    func letter() -> UInt32 {
      Self.letters.randomElement(using: &random)!.unicodeScalars.first!.value
    }
    switch Int.random(in: 0..<(depth == 0 ? 4 : 8), using: &random) {
    case 0, 1: return .character(letter())
    case 2: return .anyCharacter
    case 3:
      let ranges = (0..<2).map { _ in
        let (a, b) = (letter(), letter())
        return min(a, b)...max(a, b)
      }
      return .characters(ranges, isNegated: Bool.random(using: &random))
    case 4, 5:
      return .sequence((0...2).map { _ in regex(depth - 1, &random) })
    case 6: return .alternatives((0...1).map { _ in regex(depth - 1, &random) })
    default:
      let from = Int.random(in: 0...2, using: &random)
      let to = Bool.random(using: &random) ? nil : from + Int.random(in: 0...2, using: &random)
      return .repeated(regex(depth - 1, &random), from: from, to: to)
    }
  }

  private func shape(_ words: [String], _ random: inout FormatRandom) -> TermPattern.Shape {
    let word = near(words.randomElement(using: &random) ?? "ab", &random)
    switch Int.random(in: 0..<8, using: &random) {
    case 0: return .prefix(Array(word.prefix(3).utf8))
    case 1:
      let pieces = word.map { letter -> TermPattern.Piece in
        switch Int.random(in: 0..<5, using: &random) {
        case 0: .any
        case 1: .one
        default: .bytes(Array(String(letter).utf8))
        }
      }
      return .wildcard(Bool.random(using: &random) ? pieces : [.any] + pieces)
    case 2, 3: return .regex(regex(3, &random))
    default:
      // Longer ones have no automaton.
      let word = String(
        String.UnicodeScalarView(word.unicodeScalars.prefix(FuzzyAutomaton.maxLength)))
      return .fuzzy(
        Array(word.utf8), edits: Int.random(in: 0...2, using: &random),
        isPrefix: Int.random(in: 0..<4, using: &random) == 0)
    }
  }

  private func found(_ shape: TermPattern.Shape, _ dictionary: TermDictionary) throws -> [String] {
    let pattern = TermPattern(field: 2, space: .value, shape: shape)
    let matches = try #require(pattern.matches(in: dictionary))
    var result: [String] = []
    while true {
      switch try matches.next() {
      case .match:
        let text = unsafe String(decoding: matches.term, as: UTF8.self)
        #expect(try matches.entry().documentFrequency == 1)
        result.append("\(text) ~\(matches.edits)")
      case .end: return result
      case .pause: continue
      }
    }
  }

  @Test(
    "find what trying every term finds, and the edits",
    arguments: [0, 1, 31, 32, 33, 64, 65, 1_500])
  func asByTrying(count: Int) throws {
    let seed = UInt64.random(in: 0..<1_000_000)
    var random = FormatRandom(state: seed)
    let words = words(count, &random)
    let dictionary = try dictionary(words)
    for round in 0..<(count > 1_000 ? 20 : 100) {
      let shape = shape(words, &random)
      let expected = words.compactMap { word in
        NaivePattern.edits(shape, word).map { "\(word) ~\($0)" }
      }
      let matches = TermPattern(field: 2, space: .value, shape: shape).matcher()
      let matching = words.compactMap { word in matches(Array(word.utf8)).map { "\(word) ~\($0)" } }
      let place = "seed \(seed), round \(round): \(shape)"
      let isEqualOneByOne = matching == expected
      try #require(isEqualOneByOne, "\(place)")
      let isEqual = try found(shape, dictionary) == expected
      try #require(isEqual, "\(place)")
    }
  }

  @Test("an exchange of neighbours is one edit, and nothing is edited twice")
  func edits() {
    func edits(_ a: String, _ b: String) -> Int? {
      TermPattern(
        field: 0, space: .index, shape: .fuzzy(Array(a.utf8), edits: 2, isPrefix: false)
      ).matcher()(Array(b.utf8))
    }
    #expect(edits("nato", "nato") == 0)
    #expect(edits("nato", "anto") == 1)
    #expect(edits("nato", "anot") == 2)
    #expect(edits("ca", "abc") == nil)
    #expect(edits("niinistö", "niinisto") == 1)
    #expect(edits("日本語", "本日語") == 1)
    #expect(edits("", "ab") == 2)
    #expect(edits("ab", "") == 2)
    #expect(edits("abc", "") == nil)
    let long = String(repeating: "ab", count: FuzzyAutomaton.maxLength / 2)
    #expect(edits(long, long + "c") == 1)
    #expect(edits(long, String(long.dropLast(3))) == nil)
  }

  @Test("ranges of characters are ranges of bytes")
  func ranges() throws {
    let borders: [UInt32] = [
      0, 0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x3FFFF,
      0x10_FFFF, 0x41, 0xE9, 0x65E5, 0x1F600,
    ]
    for low in borders {
      for high in borders where low <= high {
        let matches = TermPattern(
          field: 0, space: .index, shape: .regex(.characters([low...high]))
        ).matcher()
        for value in borders.flatMap({ [$0 &- 1, $0, $0 &+ 1] }) {
          guard let scalar = Unicode.Scalar(value) else { continue }
          let fits = matches(Array(String(scalar).utf8)) != nil
          #expect(fits == (low...high).contains(value), "\(value) in \(low)...\(high)")
        }
      }
    }
  }

  @Test("an automaton that grows forgets its states, and finds the same")
  func manyStates() throws {
    // Each state says which of the last eleven letters were an a.
    let regex = try RegexSyntax.parse("[ab]*a[ab]{11}")
    var random = FormatRandom(state: 7)
    var words: Set<String> = []
    while words.count < 3_000 {
      words.insert(
        String((0..<24).map { _ in Bool.random(using: &random) ? Character("a") : "b" }))
    }
    let sorted = words.sorted()
    let expected = sorted.filter { Array($0)[12] == "a" }
    #expect(try found(.regex(regex), try dictionary(sorted)) == expected.map { "\($0) ~0" })
  }

  @Test("what is written short and means much is refused")
  func tooLarge() throws {
    #expect(throws: RegexSyntax.Fault.tooLarge) { try RegexSyntax.parse("((a{100}){100}){100}") }
    #expect(throws: RegexSyntax.Fault.tooLarge) {
      try RegexSyntax.parse(String(repeating: "a", count: 2_001))
    }
    // Of a class of many scripts each character is many ranges of bytes.
    let odd = try RegexSyntax.parse(
      "[" + stride(from: 0x100, to: 0x3000, by: 2).map { String(Unicode.Scalar($0)!) }.joined()
        + "]{900}")
    #expect(!TermPattern(field: 0, space: .index, shape: .regex(odd)).isPossible)
  }

  @Test("hard expressions take no more than their place")
  func hard() throws {
    var random = FormatRandom(state: 3)
    let dictionary = try dictionary(words(500, &random))
    for text in ["(a?){200}a{200}", "(a*)*b", "((a|b|ab)*){50}c", ".{0,1000}", "(.*a){30}", "()*"] {
      _ = try found(.regex(try RegexSyntax.parse(text)), dictionary)
    }
  }
}

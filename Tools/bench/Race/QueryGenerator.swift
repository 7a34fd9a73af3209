import Glibc
import Measuring

/// Queries drawn from a corpus, the same for the same corpus and seed.
///
/// *Terms* by five bands of document frequency, as many of each. *N-grams* of two to four different words that follow each
/// other in a document, each asked as intersection, union and phrase. Four in five are about something (*content*): their
/// first and last word are in at most a twentieth of the documents, are three letters long and begin with one; one in five is
/// as it comes (*natural*), with the words that every document has. Now and then the first two words make a
/// negated query, and three or more one of the first word and any of the rest.
struct QueryGenerator {
  /// How many of each; `full` has 724 queries.
  struct Counts {
    /// Of each band.
    var terms: Int
    /// N-grams by their length.
    var grams: [Int: Int]

    static let full = Counts(terms: 16, grams: [2: 132, 3: 55, 4: 13])
    static let quick = Counts(terms: 5, grams: [2: 24, 3: 9, 4: 3])
  }

  /// Bounds of the bands, as shares of the documents.
  private static let bands: [(low: Double, high: Double)] = [
    (0.1, 1.01), (0.01, 0.1), (0.001, 0.01), (0.0001, 0.001), (0, 0.0001),
  ]
  private static let sampleCount = 1 << 14
  /// Of a document in the sample.
  private static let longestSample = 1 << 13
  private static let attempts = 200_000

  private var frequencies = DocumentFrequencies()
  /// Documents of four words or more, drawn evenly.
  private var sample: [[UInt8]] = []
  private var random: FixedRandom

  /// Reads a corpus: `docno TAB words` a line.
  init(corpus: String, seed: UInt64) throws {
    random = FixedRandom(seed: seed)
    guard var lines = CorpusReader(path: corpus) else { throw Fault(path: corpus, errno: errno) }
    var line: [UInt8] = []
    var eligible = 0
    while lines.next({ span in
      line.removeAll(keepingCapacity: true)
      unsafe span.withUnsafeBytes { unsafe line.append(contentsOf: $0) }
    }) {
      guard let tab = line.firstIndex(of: UInt8(ascii: "\t")) else {
        throw Fault("\(corpus):\(frequencies.documentCount + 1): a line without a tab")
      }
      frequencies.add(line, from: tab + 1)
      let text = line[(tab + 1)...].prefix(Self.longestSample)
      guard text.split(separator: 0x20, maxSplits: 3).count >= 4 else { continue }
      eligible += 1
      // Reservoir sampling (Vitter's algorithm R).
      let place = sample.count < Self.sampleCount ? sample.count : random.below(eligible)
      if place == sample.count {
        sample.append(Array(text))
      } else if place < Self.sampleCount {
        sample[place] = Array(text)
      }
    }
    if let code = lines.failure { throw Fault(path: corpus, errno: code) }
    guard !sample.isEmpty else { throw Fault("\(corpus): no document has four words") }
  }

  /// Lines as `serve` and the peers read them: `number TAB type TAB words`.
  mutating func draw(_ counts: Counts) -> [String] {
    var queries: [(type: String, words: [String])] = []
    for band in Self.bands {
      queries += terms(band, counts.terms).map { ("term", [$0]) }
    }
    var seen: Set<[String]> = []
    for (length, count) in counts.grams.sorted(by: { $0.key < $1.key }) {
      var made = 0
      for _ in 0..<Self.attempts where made < count {
        let isNatural = made % 5 == 4
        guard let gram = gram(length, isNatural: isNatural), seen.insert(gram).inserted else {
          continue
        }
        made += 1
        for type in ["intersection", "union", "phrase"] { queries.append((type, gram)) }
        if made % 6 == 0 { queries.append(("negated", Array(gram.prefix(2)))) }
        if made % 6 == 3, length >= 3 { queries.append(("and_or", gram)) }
      }
    }
    return queries.enumerated().map { number, query in
      "\(number)\t\(query.type)\t\(query.words.joined(separator: " "))"
    }
  }

  private mutating func terms(_ band: (low: Double, high: Double), _ count: Int) -> [String] {
    let documents = Double(frequencies.documentCount)
    var words = frequencies.words(
      from: max(3, Int((band.low * documents).rounded(.up))),
      below: Int((band.high * documents).rounded(.up)))
    words.removeAll { !Self.isPlain($0.utf8) }
    for place in words.indices.prefix(count) {
      words.swapAt(place, place + random.below(words.count - place))
    }
    return Array(words.prefix(count))
  }

  /// Words that follow each other somewhere; nil when what was looked at is not wanted.
  private mutating func gram(_ length: Int, isNatural: Bool) -> [String]? {
    let text = sample[random.below(sample.count)]
    var words = text.split { $0 <= 0x20 }
    // The last may have been cut.
    if text.count == Self.longestSample { words.removeLast() }
    guard words.count >= length else { return nil }
    let first = random.below(words.count - length + 1)
    let gram = words[first..<first + length]
    guard gram.allSatisfy({ $0.count <= DocumentFrequencies.longestWord && Self.isPlain($0) }),
      Set(gram.map(Array.init)).count == length
    else { return nil }
    if !isNatural {
      let counts = gram.map { frequencies.count(of: $0) }
      let documents = frequencies.documentCount
      let ends = [gram[first], gram[first + length - 1]]
      guard counts[0] * 20 <= documents, counts[length - 1] * 20 <= documents,
        counts.allSatisfy({ $0 >= min(20, documents / 1_000) }),
        ends.allSatisfy({ $0.count >= 3 && $0.first! &- 0x30 >= 10 })
      else { return nil }
    }
    return gram.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Small letters and digits: no engine's query language makes anything else of them.
  private static func isPlain(_ word: some Collection<UInt8>) -> Bool {
    word.allSatisfy { $0 &- 0x30 < 10 || $0 &- 0x61 < 26 || $0 >= 0x80 }
  }
}

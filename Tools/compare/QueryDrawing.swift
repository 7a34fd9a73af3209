import Analysis
import InvertedIndex
import QueryLanguage

/// Queries drawn from the documents' own words, the same for the same seed and documents.
///
/// Each query's words come from one document, so that they belong together, and each word from one of three bands of
/// frequency, chosen evenly: *frequent* in at least a 50th of the documents, *medium* in at least a 500th, *rare* in
/// fewer. Words are taken as they are written, compounds and all.
struct QueryDrawing {
  static let types = ["term", "and", "or", "not", "phrase", "prefix", "near", "column"]
  static let bands = ["frequent", "medium", "rare"]

  /// How many documents have the query's words, and whether its words are too many to look for all.
  typealias Frequency = (_ query: String) throws(Failure) -> (count: Int, isCut: Bool)

  private let documents: [[String]]
  private let documentCount: Int
  /// Names of the searched fields.
  private let fields: [String]
  private let analyzer: Analyzer
  private let frequency: Frequency
  private var random: SeededGenerator
  private var known: [String: Int] = [:]
  private var drawn: Set<String> = []

  /// Attempts at one query before its type is given up.
  private static let attempts = 400
  /// Words of a document looked at for one of a band.
  private static let looks = 24

  init(
    sample: [[String]], documentCount: Int, fields: [String], analyzer: Analyzer, seed: UInt64,
    frequency: @escaping Frequency
  ) {
    documents = sample
    self.documentCount = documentCount
    self.fields = fields
    self.analyzer = analyzer
    self.frequency = frequency
    random = SeededGenerator(seed: seed)
  }

  /// `count` queries, as many of each type.
  mutating func draw(_ count: Int, types: [String]) throws(Failure) -> [ComparedQuery] {
    guard !documents.isEmpty else { return [] }
    var queries: [ComparedQuery] = []
    for (place, type) in types.enumerated() {
      let share = count / types.count + (place < count % types.count ? 1 : 0)
      var made = 0
      var failures = 0
      while made < share, failures < Self.attempts {
        let band = Self.bands[made % Self.bands.count]
        // A band that has no words, or none left, is filled from the others.
        guard let node = try query(type, band: band, isLax: failures > Self.attempts / 2) else {
          failures += 1
          continue
        }
        let text = node.printed()
        guard drawn.insert(text).inserted else {
          failures += 1
          continue
        }
        var query = ComparedQuery(type: type, text: text)
        if case .term(let term) = node, !term.isPrefix { query.band = try self.band(of: term.text) }
        queries.append(query)
        made += 1
        failures = 0
      }
    }
    return queries
  }

  private mutating func query(_ type: String, band: String, isLax: Bool) throws(Failure)
    -> QueryNode?
  {
    let document = random.pick(documents)
    let words = self.words(of: document[random.next(below: document.count)])
    guard !words.isEmpty else { return nil }
    switch type {
    case "term":
      return try word(of: words, band: band, isStrict: !isLax).map { .term(.init($0)) }
    case "and", "or":
      let more = type == "or" ? [2, 2, 3, 4] : [2, 2, 2, 3]
      let chosen = try self.words(random.pick(more), of: words)
      guard let chosen else { return nil }
      let nodes = chosen.map { QueryNode.term(.init($0)) }
      return type == "or" ? .or(nodes) : .and(nodes)
    case "not":
      guard let chosen = try self.words(2, of: words) else { return nil }
      return .and([.term(.init(chosen[0])), .not(.term(.init(chosen[1])))])
    case "phrase":
      let length = random.pick([2, 2, 3, 4])
      guard words.count >= length else { return nil }
      let first = random.next(below: words.count - length + 1)
      return .phrase(.init(words[first..<first + length].joined(separator: " ")))
    case "prefix":
      return try prefix(of: try word(of: words, band: band, isStrict: false))
    case "near":
      return near(of: words)
    case "column":
      let inner = try query(
        random.pick(["term", "and", "or", "phrase", "prefix", "near"]), band: band, isLax: isLax)
      let chosen = fields.filter { _ in random.next(below: 2) == 0 }
      return inner.map { .scoped(chosen.isEmpty ? [random.pick(fields)] : chosen, $0) }
    default: return nil
    }
  }

  /// Two words of the text, or a word and a phrase, close to each other there; all different.
  private mutating func near(of words: [String]) -> QueryNode? {
    let length = random.pick([1, 1, 1, 2])
    guard words.count > length else { return nil }
    let first = random.next(below: words.count - length)
    let second = first + length + random.next(below: min(8, words.count - first - length))
    let all = Array(words[first..<first + length]) + [words[second]]
    guard all.allSatisfy(isPlain), areApart(all) else { return nil }
    var operands: [QueryNode] = [
      length == 1 ? .term(.init(all[0])) : .phrase(.init(all.dropLast().joined(separator: " "))),
      .term(.init(words[second])),
    ]
    if random.next(below: 2) == 0 { operands.reverse() }
    return .near(.init(operands, gaps: [.init(random.pick([0, 1, 3, 10, 10, 20]))]))
  }

  /// No two of the words can be one word of a text.
  private func areApart(_ words: [String]) -> Bool {
    let forms = words.flatMap { FTS5Expression.tokens(of: $0, analyzer).map(\.index) }
    return forms.indices.allSatisfy { number in
      forms[..<number].allSatisfy { !FTS5Expression.mayStandTogether($0, forms[number]) }
    }
  }

  private func isPlain(_ word: String) -> Bool {
    word.utf8.allSatisfy { $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 26 || $0 >= 0x80 }
  }

  /// The beginning of a word that stands for at most as many words as the engine looks for.
  private mutating func prefix(of word: String?) throws(Failure) -> QueryNode? {
    guard let word else { return nil }
    let letters = Array(word.prefix { $0.isLetter || $0.isNumber })
    guard letters.count >= 3 else { return nil }
    let length = min(3 + random.next(below: 3), letters.count)
    let node = QueryNode.term(.init(String(letters[..<length]), isPrefix: true))
    let found = try frequency(node.printed())
    return found.count > 0 && !found.isCut ? node : nil
  }

  /// Different words, each of a band drawn by itself.
  private mutating func words(_ count: Int, of all: [String]) throws(Failure) -> [String]? {
    var chosen: [String] = []
    for _ in 0..<count * 3 where chosen.count < count {
      let band = random.pick(Self.bands)
      if let word = try word(of: all, band: band, isStrict: false), !chosen.contains(word) {
        chosen.append(word)
      }
    }
    return chosen.count == count ? chosen : nil
  }

  /// A word of a band; if there is none within some looks, nil when strict, else any word.
  private mutating func word(
    of all: [String], band: String, isStrict: Bool
  ) throws(Failure) -> String? {
    var any: String?
    for _ in 0..<Self.looks {
      let word = random.pick(all)
      if try self.band(of: word) == band { return word }
      any = word
    }
    return isStrict ? nil : any
  }

  private mutating func band(of word: String) throws(Failure) -> String {
    let count: Int
    if let known = known[word] {
      count = known
    } else {
      count = try frequency(QueryNode.term(.init(word)).printed()).count
      known[word] = count
    }
    if count * 50 >= documentCount { return Self.bands[0] }
    return count * 500 >= documentCount ? Self.bands[1] : Self.bands[2]
  }

  /// Words as written: a compound is one.
  private func words(of text: String) -> [String] {
    var tokens = TokenBuffer()
    var text = text
    let bytes = Array(text.utf8)
    _ = text.withUTF8 { unsafe analyzer.tokenize($0.span.bytes, into: &tokens) }
    var words: [String] = []
    var first = 0
    while first < tokens.count {
      var end = tokens[first].end
      var next = first + 1
      while next < tokens.count, !tokens[next].isRestartPoint {
        end = max(end, tokens[next].end)
        next += 1
      }
      let range = Int(tokens[first].start)..<Int(end)
      if range.count <= 64 { words.append(String(decoding: bytes[range], as: UTF8.self)) }
      first = next
    }
    return words
  }
}

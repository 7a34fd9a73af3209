// Texts in all languages are found by their own words: in capitals, composed or decomposed, without accents.

import Analysis
import Glibc
import JSON
import Testing

@testable import InvertedIndex

@Suite("Languages")
struct LanguageSearchTests {
  /// A searcher over texts, their numbers as ids, read by that analyzer.
  static func searcher(_ texts: [String], analyzer: String) throws -> Searcher {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(fields: [Field(name: "body", type: .text, analyzer: analyzer)])
    let writer = try IndexWriter.open(directory, create: schema)
    let lines = texts.enumerated().map {
      "\(JSONValue.object(["id": .string("\($0)"), "body": .string($1)]))"
    }
    try SearcherTests.add(lines, to: writer)
    writer.close()
    return Searcher(try IndexReader.open(directory))
  }

  static func found(
    _ words: String, _ searcher: Searcher, among id: String? = nil
  ) throws -> [String] {
    var request = SearchRequest(query: words)
    request.mode = .simple
    request.filters = id.map { [.equals(field: "id", .string($0))] } ?? []
    return try searcher.search(request).hits.map(\.id)
  }

  /// The ways in which a word may be typed.
  static func spellings(_ word: String) -> [String] {
    let bytes = Array(word.utf8)
    var plain: [UInt8] = []
    var exact: [UInt8] = []
    Normalization.foldedExact(unsafe bytes.span.bytes, into: &exact)
    Normalization.folded(unsafe exact.span.bytes, into: &plain)
    let decomposed = Normalization.nfd(unsafe bytes.span.bytes)
    let composed = Normalization.nfc(unsafe bytes.span.bytes)
    return [word, word.uppercased(), word.lowercased()]
      + [decomposed, composed, plain].map { String(decoding: $0, as: UTF8.self) }
  }

  static func words(_ text: String, _ analyzer: String) -> [String] {
    Analyzer.named(analyzer)!.explain(text).filter { !$0.isJoined }.map(\.text)
  }

  @Test("every word of a text finds it, however it is typed", arguments: LanguageSample.all)
  func samples(sample: LanguageSample) throws {
    let searcher = try Self.searcher([sample.text, "x"], analyzer: sample.analyzer)
    for word in Self.words(sample.text, sample.analyzer) + sample.alsoFinds {
      for spelling in Self.spellings(word) {
        #expect(try Self.found(spelling, searcher) == ["0"], "\(spelling) for \(word)")
      }
    }
  }

  @Test("an analyzer for every language of libstemmer has a sample")
  func complete() {
    let sampled = Set(LanguageSample.all.map { Analyzer.named($0.analyzer)!.name })
    #expect(sampled.isSuperset(of: Set(Analyzer.names).subtracting(["whitespace", "keyword"])))
  }

  @Test(
    "documents of the shared data are found by their own words",
    arguments: [
      ("cs", "standard"), ("da", "danish"), ("de", "german"), ("es", "spanish"), ("fr", "french"),
      ("it", "italian"), ("ja", "cjk"), ("nl", "dutch"), ("pl", "standard"), ("pt", "portuguese"),
      ("ru", "russian"), ("sv", "swedish"), ("uk", "standard"), ("zh-cn", "cjk"),
    ])
  func sharedData(language: String, analyzer: String) throws {
    guard let lines = Self.lines(of: "data/languages/\(language).jsonl") else {
      print("skipped: there is no data/languages/\(language).jsonl beside the checkout")
      return
    }
    // Every tenth document; of every fifth of these, four words.
    let texts = stride(from: 0, to: lines.count, by: 10).compactMap { number -> String? in
      guard let value = try? JSONValue.parse(Array(lines[number].utf8)) else { return nil }
      return value["body"]?.string
    }
    #expect(texts.count > 100)
    let searcher = try Self.searcher(texts, analyzer: analyzer)
    var tried = 0
    for number in stride(from: 0, to: texts.count, by: 5) {
      let words = Self.words(texts[number], analyzer)
      for at in stride(from: number % 7, to: words.count, by: max(1, words.count / 4)) {
        for spelling in Self.spellings(words[at]) {
          let ids = try Self.found(spelling, searcher, among: "\(number)")
          #expect(ids == ["\(number)"], "\(spelling) for \(words[at])")
          tried += 1
        }
      }
    }
    #expect(tried > 300)
  }

  /// Lines of a file beside the checkout, or in `$MARTLET_SHARED`; nil if there is none.
  static func lines(of name: String) -> [Substring]? {
    let named = unsafe getenv("MARTLET_SHARED").map { unsafe String(cString: $0) }
    let root = #filePath.split(separator: "/").dropLast(5).joined(separator: "/")
    for directory in [named, "/\(root)/shared"].compactMap({ $0 }) {
      guard let file = unsafe fopen("\(directory)/\(name)", "r") else { continue }
      defer { unsafe fclose(file) }
      var bytes: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = unsafe fread(&chunk, 1, chunk.count, file)
        guard count > 0 else { break }
        bytes += chunk[..<count]
      }
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
    return nil
  }
}

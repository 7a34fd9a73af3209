// Documents like a document: the terms against a naive choice, and what a search by them does.

import Glibc
import JSON
import Testing

@testable import InvertedIndex

@Suite("Similar documents")
struct SimilarTests {
  private static func searcher(
    _ lines: [String], _ fields: [Field]? = nil
  ) throws -> Searcher {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(
      fields: try fields ?? [
        Field(name: "title", type: .text), Field(name: "body", type: .text),
        Field(name: "tags", type: .keyword),
      ])
    let writer = try IndexWriter.open(directory, create: schema)
    for half in [lines[..<(lines.count / 2)], lines[(lines.count / 2)...]] {
      try SearcherTests.add(Array(half), to: writer)
    }
    writer.close()
    return Searcher(try IndexReader.open(directory))
  }

  private func terms(_ response: SearchResponse) -> [String: String] {
    var result: [String: String] = [:]
    for part in response.interpreted.split(separator: " ") where part != "OR" && part != "()" {
      let pieces = part.split(separator: "^")
      result[String(pieces[0])] = pieces.count == 2 ? String(pieces[1]) : "1"
    }
    return result
  }

  @Test("the terms, and how much they weigh, are those of a naive choice")
  func naive() throws {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    let vocabulary = (0..<90).map { "word\($0)" }
    let texts = (0..<80).map { _ in
      (0..<(2 + chance.below(60))).map { _ in
        vocabulary[min(chance.below(90), chance.below(90), chance.below(90))]
      }
    }
    let searcher = try Self.searcher(
      texts.enumerated().map { number, words in
        let title = words.prefix(3).joined(separator: " ")
        let body = words.dropFirst(3).joined(separator: " ")
        return #"{"id":"d\#(number)","title":"\#(title)","body":"\#(body)","tags":"word1"}"#
      })
    for (number, words) in texts.enumerated() {
      let counts = Dictionary(grouping: words) { $0 }.mapValues(\.count)
      func frequency(_ word: String) -> Int {
        max(
          texts.count { $0.prefix(3).contains(word) },
          texts.count { $0.dropFirst(3).contains(word) })
      }
      var all = counts.map { (word: $0.key, count: $0.value, frequency: frequency($0.key)) }
      all.removeAll { $0.frequency < 2 || $0.frequency > 20 }
      let usual = all.filter { $0.count >= 2 && $0.frequency >= 5 }
      let chosen = (usual.count >= 5 ? usual : all).sorted { a, b in
        func strength(_ count: Int, _ frequency: Int) -> Double {
          Double(count) * Double(Similarity.idf(documents: 80, frequency: frequency))
        }
        let (mine, other) = (strength(a.count, a.frequency), strength(b.count, b.frequency))
        return mine != other ? mine > other : a.word < b.word
      }.prefix(25)
      let wanted = Dictionary(
        uniqueKeysWithValues: chosen.map { term in
          let weight = 3.2 * Double(term.count) / (2.2 + Double(term.count))
          let text = "\((weight * 100).rounded() / 100)"
          return (term.word, text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
        })
      var request = SimilarRequest(.document(id: "d\(number)"))
      request.request.limit = 80
      let found = try #require(try searcher.similar(request))
      #expect(terms(found) == wanted, "seed \(seed), document \(number)")
      // Every hit has 30 % of the terms, or 15 % or one where few have, and is another document.
      func matching(_ least: Int) -> Int {
        texts.indices.count { other in
          other != number
            && Set(texts[other]).intersection(wanted.keys).count >= max(1, least)
        }
      }
      let shares = [wanted.count * 30 / 100, wanted.count * 15 / 100, 1]
      let least = shares.first { matching($0) >= 5 } ?? 1
      for hit in found.hits {
        let other = Set(texts[Int(hit.id.dropFirst()) ?? 0])
        #expect(other.intersection(wanted.keys).count >= max(1, least))
        #expect(hit.id != "d\(number)")
      }
      #expect(found.total == Total(value: wanted.isEmpty ? 0 : matching(least), exact: true))
      #expect(try searcher.similar(request)?.interpreted == found.interpreted)
    }
  }

  private static let stories = [
    #"{"id":"a","title":"Herring fleet sails","body":"The herring fleet left port for herring.","tags":["fish"]}"#,
    #"{"id":"b","title":"Fleet returns","body":"The fleet came back to port with herring.","tags":["fish"]}"#,
    #"{"id":"c","title":"Tea prices","body":"The price of tea rose at the port.","tags":["market"]}"#,
    #"{"id":"d","title":"Nothing","body":"alone"}"#,
  ]

  @Test("a text, fields, filters, passages, explanations: as of a search")
  func members() throws {
    let searcher = try Self.searcher(Self.stories)
    let found = try #require(try searcher.similar(SimilarRequest(.document(id: "a"))))
    #expect(found.hits.first?.id == "b")
    let text = try #require(
      try searcher.similar(SimilarRequest(.text("a fleet of herring boats in port"))))
    #expect(Set(text.hits.prefix(2).map(\.id)) == ["a", "b"])
    var request = SimilarRequest(.document(id: "a"))
    request.request.filters = [.equals(field: "tags", .string("market"))]
    request.request.highlight = .init()
    request.request.explain = true
    request.request.select = ["title"]
    request.request.minimumShouldMatch = .number(99)
    let filtered = try #require(try searcher.similar(request))
    #expect(filtered.hits.map(\.id) == ["c"])
    #expect(filtered.hits.first?.passages.isEmpty == false)
    #expect(filtered.hits.first?.explanation?.value == filtered.hits.first?.score)
    #expect(filtered.hits.first?.fields.map(\.name) == ["title"])
    request = SimilarRequest(.document(id: "a"))
    request.request.fields = [.init("title")]
    let titles = try #require(try searcher.similar(request))
    #expect(titles.hits.map(\.id) == ["b"] && titles.interpreted == "fleet")
  }

  @Test("a long document finds the one that has two of its many words")
  func longDocument() throws {
    let words = (0..<30).map { "word\($0)" }
    var lines = words.enumerated().map { number, word in
      // Each word is in two documents more: it is worth being one of the terms.
      #"{"id":"s\#(number)","body":"\#(word) other\#(number)"}"#
    }
    lines.append(
      #"{"id":"long","body":"\#((words + words + ["word3 word4 word3 word4"]).joined(separator: " "))"}"#
    )
    lines.append(#"{"id":"near","body":"word3 word4 and nothing else"}"#)
    let searcher = try Self.searcher(lines)
    let found = try #require(try searcher.similar(SimilarRequest(.document(id: "long"))))
    #expect(found.hits.first?.id == "near", "\(found.hits.map(\.id))")
    #expect(found.hits.count == 10)
  }

  @Test("what finds nothing says so, and is no error")
  func nothing() throws {
    let searcher = try Self.searcher(Self.stories)
    #expect(try searcher.similar(SimilarRequest(.document(id: "none"))) == nil)
    for source in [SimilarRequest.Source.document(id: "d"), .text(""), .text("— & !"), .text("x")] {
      var request = SimilarRequest(source)
      request.request.filters = [.exists(field: "tags")]
      let found = try #require(try searcher.similar(request))
      #expect(found.hits.isEmpty && found.total == Total(value: 0, exact: true), "\(source)")
      #expect(found.warnings.map(\.code) == [.emptyQuery], "\(source)")
    }
  }

  @Test("fields that hold no text are refused at their place")
  func wrongFields() throws {
    let searcher = try Self.searcher(Self.stories)
    for (name, place) in [("tags", "/fields/1"), ("titel", "/fields/1")] {
      var request = SimilarRequest(.document(id: "a"))
      request.request.fields = [.init("title"), .init(name)]
      do throws(IndexError) {
        _ = try searcher.similar(request)
        Issue.record("\(name) was taken")
      } catch {
        guard case .request(place, _, _) = error else { throw error }
      }
    }
  }

  @Test("words that different analyzers read differently are one word")
  func analyzers() throws {
    let fields = [
      try Field(name: "title", type: .text, analyzer: "english"),
      try Field(name: "body", type: .text),
    ]
    let searcher = try Self.searcher(
      [
        #"{"id":"a","title":"Prices of fishes","body":"prices prices and the fishes"}"#,
        #"{"id":"b","title":"A price","body":"fishes have prices"}"#,
        #"{"id":"c","title":"Other things","body":"of the and prices"}"#,
        #"{"id":"d","title":"Fish","body":"other"}"#,
      ], fields)
    let found = try #require(try searcher.similar(SimilarRequest(.document(id: "a"))))
    #expect(terms(found)["prices"] == "1.85")
    #expect(terms(found)["price"] == nil && terms(found)["and"] == nil && terms(found)["of"] == nil)
    #expect(found.hits.map(\.id).contains("d"))
  }

  @Test("a document of many megabytes is looked at as far as it tells enough; a deadline ends it")
  func large() throws {
    var chance = SearchChance(seed: 7)
    var words: [String] = []
    while words.count < 1_200_000 { words.append("w\(chance.below(200_000))") }
    let searcher = try Self.searcher([
      #"{"id":"big","body":"herring herring \#(words.joined(separator: " "))"}"#,
      #"{"id":"small","body":"herring \#(words.prefix(40).joined(separator: " "))"}"#,
    ])
    let found = try #require(try searcher.similar(SimilarRequest(.document(id: "big"))))
    #expect(found.hits.map(\.id) == ["small"])
    let cut = try #require(
      try searcher.similar(
        SimilarRequest(.document(id: "big")), deadline: Deadline(nanoseconds: 1)))
    #expect(cut.timedOut && !cut.total.exact && cut.hits.isEmpty)
  }
}

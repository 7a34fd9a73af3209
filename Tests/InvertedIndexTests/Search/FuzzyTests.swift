import Testing

@testable import InvertedIndex

@Suite("Words with errors, wildcards and expressions")
struct FuzzyTests {
  /// Documents of `body`, and of `tags` after a bar.
  private func searcher(_ texts: [String], analyzer: String = "standard") throws -> Searcher {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(
      directory,
      create: try Schema(fields: [
        Field(name: "body", type: .text, analyzer: analyzer), Field(name: "tags", type: .keyword),
      ]))
    for (number, text) in texts.enumerated() {
      let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      var document = Document()
      document.append("id", "\(number)")
      document.append("body", parts[0])
      if parts.count > 1 { document.append("tags", parts[1]) }
      try writer.add(document)
      // Segments of their own.
      if number % 3 == 2 { try writer.commit() }
    }
    try writer.commit()
    return Searcher(try IndexReader.open(directory))
  }

  private func found(_ query: String, _ searcher: Searcher) throws -> [String] {
    var request = SearchRequest(query: query)
    request.explain = true
    let answer = try searcher.search(request)
    for hit in answer.hits {
      #expect(hit.score == hit.explanation?.value, "\(query): \(hit.id)")
    }
    #expect(try searcher.count(request).total == answer.total)
    return answer.hits.map(\.id)
  }

  @Test("the word itself first, then by edits, whichever is rarer")
  func order() throws {
    let searcher = try searcher([
      "nata", "nato", "nota", "nato", "nato", "natto", "nato", "naot", "nato", "nata",
    ])
    // One word each: the length is the same, and nato is by far the commonest.
    let nearest = ["1", "3", "4", "6", "8", "0", "5", "7", "9"]
    #expect(try found("nato~1", searcher) == nearest)
    #expect(try found("nato~2", searcher) == nearest + ["2"])
    #expect(try found("nato~", searcher).count == 9)
    #expect(try found("nato~0", searcher) == ["1", "3", "4", "6", "8"])
  }

  @Test("words are near in both forms: as they stand and as they are folded or stemmed")
  func forms() throws {
    let accents = try searcher(["Niinistö", "Niinisto", "Ninistö"])
    #expect(try found("Niinistö~1", accents) == ["0", "1", "2"])
    #expect(try found("=niinistö~1", accents) == ["0", "1", "2"])
    #expect(try found("=ninistö~0", accents) == ["2"])
    let english = try searcher(
      ["nuclear deterrents", "a deterrent", "deterred", "running"], analyzer: "english")
    // What the word finds without errors, too: deterent is deter to the stemmer.
    #expect(try Set(found("deterent~1", english)) == ["1", "2"])
    #expect(try Set(found("deterrent~1", english)) == ["0", "1"])
    #expect(try found("runing~1", english) == ["3"])
    #expect(try found("runs~1", english) == ["3"])
  }

  @Test("values of keywords, fields and compounds")
  func fields() throws {
    let searcher = try searcher(["COVID-19 spreads", "x|Vladimir Putin", "x|NATO", "putin"])
    #expect(try found("covid-18~1", searcher) == ["0"])
    #expect(try found("tags:puttin~1", searcher) == ["1"])
    #expect(Set(try found("puttin~1", searcher)) == ["1", "3"])
    #expect(try found("id:11~1", searcher) == ["1"])
    let warned = try searcher.search(SearchRequest(query: "a/b~1"))
    #expect(warned.warnings.map(\.code) == [.badSuffix])
    let long = String(repeating: "x", count: 61)
    #expect(try searcher.search(SearchRequest(query: long + "~2")).warnings.count == 1)
  }

  @Test("a beginning with errors: sets by their edits")
  func prefixes() throws {
    let searcher = try searcher(["niinistö", "nininstö", "president", "niemi"])
    #expect(try found("niin*~1", searcher) == ["0", "1"])
    #expect(try found("presi*~1", searcher) == ["2"])
    #expect(try found("prsei*~1", searcher) == ["2"])
  }

  @Test("expressions fit whole words, in any case, in both forms")
  func expressions() throws {
    let searcher = try searcher([
      "Niinistö", "niinisto", "NATO 1949", "straße", "/usr/share", "x|Vladimir Putin",
    ])
    #expect(try Set(found("/niini.*/", searcher)) == ["0", "1"])
    #expect(try Set(found("/NIINIST(Ö|U)/", searcher)) == ["0", "1"])
    #expect(try Set(found("/niinist[öx]/", searcher)) == ["0", "1"])
    #expect(try found("/niini/", searcher) == [])
    #expect(try found("/\\d{4}/", searcher) == ["2"])
    #expect(try found("/[0-9]+|[A-N]ato/", searcher) == ["2"])
    #expect(try found("/strasse/", searcher) == ["3"])
    #expect(try found("/stra[ß]e/", searcher) == ["3"])
    #expect(try found("/[^a-zö0-9]+.*/", searcher) == [])
    #expect(try found("tags:/puti./", searcher) == ["5"])
    #expect(try found("id:/[23]/", searcher) == ["2", "3"])
    #expect(try found("/(/ OR nato", searcher) == ["2"])
    #expect(try Set(found("* -/n.*/", searcher)) == ["3", "4", "5"])
  }

  @Test("wildcards before, within and after")
  func wildcards() throws {
    let searcher = try searcher(["Niinistö", "sisto", "niin", "日本語"])
    #expect(try Set(found("*isto", searcher)) == ["0", "1"])
    #expect(try found("n*sto", searcher) == ["0"])
    #expect(try found("n?inisto", searcher) == ["0"])
    #expect(try Set(found("*ii*", searcher)) == ["0", "2"])
    #expect(try found("?isto", searcher) == ["1"])
  }

  @Test("of many words near one the nearest and most frequent are kept, and it is said")
  func many() throws {
    var texts = (0..<90).map { "a\(UnicodeScalar(0x4E00 + $0)!)c" }
    texts += ["abc", "a一c", "a一c"]
    let searcher = try searcher(texts, analyzer: "whitespace")
    let answer = try searcher.search(SearchRequest(query: "abc~1"))
    #expect(answer.warnings.map(\.code) == [.tooManyExpansions])
    #expect(answer.total.value == 1 + 3 + 48)
    #expect(answer.hits.first?.id == "90")
  }

  @Test("the ranking of shards that share their statistics is that of one index")
  func shards() throws {
    let texts = ["nato nata", "nata", "nato", "natto nato", "naot", "nota nato"]
    let whole = try searcher(texts)
    var request = SearchRequest(query: "nato~1")
    let expected = try whole.search(request).hits.map(\.score)
    let shards = try [
      searcher(Array(texts[..<2])), searcher(Array(texts[2..<3])), searcher(Array(texts[3...])),
    ]
    var statistics = CollectionStatistics(documents: 0)
    for shard in shards { statistics = statistics + (try shard.statistics(request)) }
    request.statistics = statistics
    var scores: [Float?] = []
    for shard in shards { scores += try shard.search(request).hits.map(\.score) }
    #expect(scores.sorted { $0! > $1! } == expected)
  }

  @Test("a deadline that has passed ends the search for words")
  func deadline() throws {
    let words = (0..<4_000).map { "x\($0 * 7_919)" }.joined(separator: " ")
    let searcher = try searcher([words])
    for query in ["*9", "x1~2", "/.*7/"] {
      let answer = try searcher.search(
        SearchRequest(query: query), deadline: Deadline(nanoseconds: 1))
      #expect(answer.timedOut && !answer.total.exact, "\(query)")
    }
  }
}

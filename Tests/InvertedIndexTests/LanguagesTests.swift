// One index, many languages: fields whose analyzer is `auto`.

import Analysis
import Glibc
import JSON
import Testing

@testable import InvertedIndex

@Suite("Documents of many languages in one index")
struct LanguagesTests {
  static let lines = [
    #"{"id":"en","title":"Houses","body":"The houses of the city were running out of water and nobody was there.","lang":"en"}"#,
    #"{"id":"de","title":"Häuser","body":"Die Häuser der Stadt waren alt, und das Wasser ist nicht mehr gelaufen.","lang":"German"}"#,
    #"{"id":"fr","title":"Maisons","body":"Les maisons de la ville sont anciennes et l'eau n'est pas dans les rues."}"#,
    #"{"id":"ru","title":"Дома","body":"Дома в городе были старые, и вода не текла в них больше."}"#,
    #"{"id":"pl","title":"Domy","body":"Domy w mieście były stare i nie było w nich wody, ale to nic."}"#,
    #"{"id":"x","title":"Houses 42","lang":"xx"}"#,
  ]

  static func schema(_ language: String? = "lang") throws -> Schema {
    try Schema(fields: [
      Field(name: "title", type: .text, analyzer: "auto", languageField: language),
      Field(name: "body", type: .text, analyzer: "auto", languageField: language),
      Field(name: "lang", type: .keyword), Field(name: "note", type: .text),
    ])
  }

  static func directory(_ lines: [String] = lines) throws -> FaultDirectory {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(directory, create: try schema())
    for part in [lines.prefix(3), lines.dropFirst(3)] where !part.isEmpty {
      try SearcherTests.add(Array(part), to: writer)
    }
    writer.close()
    return directory
  }

  func found(_ query: String, in searcher: Searcher) throws -> String {
    try SearcherTests.explained(query, in: searcher).sorted().joined(separator: " ")
  }

  static let queries = [
    ("house", "en"), ("houses", "en x"), ("run", "en"), ("haus", "de"), ("hauser", "de"),
    ("title:häuser", "de"), ("maison", "fr"), ("дом", "ru"), ("дома", "ru"), ("domy", "pl"),
    ("dom", ""), ("=houses", "en x"), ("=house", ""), ("hous*", "en x"),
    ("title:*", "de en fr pl ru x"),
    ("body:*", "de en fr pl ru"), ("\"houses of the city\"", "en"), ("\"house of the city\"", "en"),
    ("\"maison de la ville\"", "fr"), ("title,body:maison", "fr"), ("house OR haus", "de en"),
    ("body:(running water)", "en"), ("wasser -haus", ""), ("water -haus", "en"), ("h?uses", "en x"),
    ("city NEAR/3 house", "en"),
  ]

  @Test("each is read by its own analyzer: its words are found by their forms")
  func forms() throws {
    let searcher = Searcher(try IndexReader.open(try Self.directory()))
    for (query, expected) in Self.queries {
      #expect(try found(query, in: searcher) == expected, "\(query)")
    }
  }

  @Test(
    "merged, in another order, rebuilt or deleted from, the index is the same, and nothing is wrong with it"
  )
  func lives() throws {
    let directory = try Self.directory()
    func check() throws {
      let searcher = Searcher(try IndexReader.open(directory))
      for (query, expected) in Self.queries {
        #expect(try found(query, in: searcher) == expected, "\(query)")
      }
      #expect(try IndexCheck.run(directory).findings.isEmpty)
    }
    try check()
    _ = try Merging.run(directory, maxSegments: 1, memory: 64 << 20)
    #expect(try IndexReader.open(directory).segments.count == 1)
    try check()
    _ = try Merging.reorder(directory, memory: 64 << 20)
    try check()
    let rebuild = try Rebuild.begin(directory)
    try rebuild.addStoredDocuments()
    try rebuild.commit()
    try check()
    let writer = try IndexWriter.open(directory)
    try writer.delete(matching: SearchRequest(query: "haus"), all: false)
    _ = try writer.commit()
    writer.close()
    let reader = try IndexReader.open(directory)
    #expect(try found("haus OR house", in: Searcher(reader)) == "en")
    let body = try #require(try reader.fieldSummaries().first { $0.name == "body" })
    #expect((body.documents ?? 0) >= 4 && (body.tokens ?? 0) > 40)
  }

  @Test("explanations and statistics name the language, and filters know that a field is there")
  func names() throws {
    let reader = try IndexReader.open(try Self.directory())
    let searcher = Searcher(reader)
    var request = SearchRequest(query: "body:haus")
    request.explain = true
    #expect(
      try searcher.search(request).hits.first?.explanation?.what == "term body#german:haus")
    let statistics = try searcher.statistics(request)
    #expect(statistics.fields["body#german"]?.documents == 1)
    #expect(
      statistics.frequencies[.init(field: "body#german", bytes: Array("haus".utf8))] == 1)
    request.statistics = statistics
    let given = try searcher.search(request).hits
    request.statistics = nil
    #expect(given.map(\.score) == (try searcher.search(request).hits.map(\.score)))
    var filtered = SearchRequest(query: "")
    filtered.filters = [.exists(field: "body")]
    #expect(try searcher.search(filtered).hits.count == 5)
  }

  @Test("passages mark what the document's own analyzer finds")
  func passages() throws {
    let searcher = Searcher(try IndexReader.open(try Self.directory()))
    for (query, marked) in [
      ("haus", ["Häuser"]), ("maison", ["maisons"]), ("дом", ["Дома"]), ("house", ["houses"]),
    ] {
      var request = SearchRequest(query: "body:\(query)")
      request.highlight = SearchRequest.Highlight()
      let hits = try searcher.search(request).hits
      let words = hits.flatMap(\.passages).flatMap { passage in
        let bytes = Array(passage.text.utf8)
        return passage.ranges.map { String(decoding: bytes[$0], as: UTF8.self) }
      }
      #expect(words == marked, "\(query)")
    }
  }

  @Test("several indexes of several languages rank as one")
  func groups() throws {
    let one = try IndexReader.open(try Self.directory())
    let first = try IndexReader.open(try Self.directory(Array(Self.lines.prefix(2))))
    let second = try IndexReader.open(try Self.directory(Array(Self.lines.dropFirst(2))))
    let group = try IndexGroup([("a", first), ("b", second)])
    for query in ["houses", "haus", "maison wasser", "die OR la OR the", "в OR die"] {
      let request = SearchRequest(query: query)
      let alone = try Searcher(one).search(request).hits.map { ($0.id, $0.score) }
      let together = try group.search(request).hits.map { ($0.id, $0.score) }
      #expect(Set(alone.map(\.0)) == Set(together.map(\.0)), "\(query)")
      for (id, score) in alone {
        #expect(together.first { $0.0 == id }?.1 == score, "\(query): \(id)")
      }
    }
  }

  @Test("words are completed and corrected, and like texts found, in each language")
  func words() throws {
    let searcher = Searcher(try IndexReader.open(try Self.directory()))
    for (typed, word) in [
      ("hou", "houses"), ("stad", "stadt"), ("mais", "maisons"), ("вод", "вода"),
    ] {
      let found = try searcher.suggest(SuggestRequest(typed)).suggestions.map(\.word)
      #expect(found.contains(word), "\(typed): \(found)")
    }
    for (typed, meant) in [("waser", "wasser"), ("hauser stadd", "hauser stadt")] {
      let response = try searcher.search(SearchRequest(query: typed))
      #expect(response.didYouMean == meant, "\(typed)")
    }
    var lines = Self.lines
    lines.append(
      #"{"id":"de2","body":"Das Wasser in der alten Stadt ist in die Häuser gelaufen.","lang":"de"}"#
    )
    let more = Searcher(try IndexReader.open(try Self.directory(lines)))
    let like = try #require(try more.similar(SimilarRequest(.document(id: "de"))))
    #expect(like.hits.first?.id == "de2")
  }

  @Test("near duplicates are told whatever the language")
  func nearDuplicates() throws {
    let text =
      "Die Häuser der Stadt waren alt, und das Wasser ist nicht mehr gelaufen, sagte der Mann am Fluss."
    let schema = try Schema(
      fields: [Field(name: "body", type: .text, analyzer: "auto")], nearDuplicates: true)
    let directory = FaultDirectory(FaultDisk(seed: 2))
    let writer = try IndexWriter.open(directory, create: schema)
    try SearcherTests.add(
      [
        #"{"id":"a","body":"\#(text)"}"#, #"{"id":"b","body":"\#(text)"}"#,
        #"{"id":"c","body":"Die Stadt hat andere Häuser und einen Fluss ohne jedes Wasser."}"#,
      ], to: writer)
    writer.close()
    var request = SearchRequest(query: "wasser")
    request.collapse = .near
    let hits = try Searcher(try IndexReader.open(directory)).search(request).hits
    #expect(hits.map(\.id).sorted() == ["a", "c"])
  }

  @Test("schemas say where the language stands, and what cannot be is refused")
  func schemas() throws {
    let schema = try Self.schema()
    #expect(try Schema(json: schema.json()) == schema)
    #expect(schema.fields[1].analyzer == "auto" && schema.fields[1].languageField == "lang")
    #expect(throws: IndexError.self) {
      try Schema(fields: [Field(name: "a", type: .text, analyzer: "auto", languageField: "lang")])
    }
    #expect(throws: IndexError.self) {
      try Schema(fields: [
        Field(name: "lang", type: .text),
        Field(name: "a", type: .text, analyzer: "auto", languageField: "lang"),
      ])
    }
    #expect(throws: IndexError.self) {
      try Field(name: "a", type: .text, analyzer: "english", languageField: "lang")
    }
    #expect(throws: IndexError.self) { try Field(name: "a", type: .keyword, analyzer: "auto") }
    #expect(FieldVariant.number(named: "title#german", schema) == 1 + 10 << 16)
    #expect(FieldVariant.number(named: "title#klingon", schema) == nil)
    #expect(FieldVariant.number(named: "note#german", schema) == nil)
    #expect(!FieldName.isValid("title#german"))
    #expect(!schema.has(4 + 10 << 16) && schema.has(1 + 10 << 16) && !schema.has(1 + 99 << 16))
  }

  @Test("what a document says of its language counts before its text")
  func said() throws {
    let searcher = Searcher(
      try IndexReader.open(
        try Self.directory([
          #"{"id":"a","body":"the cities of the world","lang":"de-AT"}"#,
          #"{"id":"b","body":"the cities of the world","lang":"EN_us"}"#,
          #"{"id":"c","body":"the cities of the world","lang":["nonsense","en"]}"#,
          #"{"id":"d","body":"the cities of the world","lang":"pl"}"#,
        ])))
    #expect(try found("city", in: searcher) == "b c")
    #expect(try found("cities", in: searcher) == "a b c d")
  }

  static let folder = SharedData.path("data/languages")

  @Test(
    "texts of fourteen languages are told apart in at least 95 of 100, and found by their own words",
    .enabled(if: folder != nil, "needs ../shared/data/languages"))
  func shared() throws {
    let directory = FaultDirectory(FaultDisk(seed: 9))
    let writer = try IndexWriter.open(
      directory,
      create: try Schema(fields: [
        Field(name: "title", type: .text, analyzer: "auto"),
        Field(name: "body", type: .text, analyzer: "auto"), Field(name: "lang", type: .keyword),
      ]))
    var samples: [(id: String, word: String)] = []
    for (language, lines) in SharedData.languages(Self.folder ?? "") {
      var right = 0
      var document = Document()
      for (number, line) in lines.enumerated() {
        let value = try JSONValue.parse(line)
        let text = "\(value["title"]?.string ?? "")\n\(value["body"]?.string ?? "")"
        if LanguageDetector.language(of: text) == language { right += 1 }
        guard number % 40 == 0 else { continue }
        try document.read(json: unsafe Array(line.utf8).span.bytes)
        try writer.add(document)
        let words = (value["body"]?.string ?? "").split { !$0.isLetter }
        if let id = value["id"]?.string, let word = words.max(by: { $0.count < $1.count }) {
          samples.append((id, String(word)))
        }
      }
      let share = Double(right) / Double(max(1, lines.count))
      print("language \(language): \(right) of \(lines.count)")
      #expect(share >= 0.95, "\(language): \(right) of \(lines.count)")
    }
    _ = try writer.commit()
    writer.close()
    let searcher = Searcher(try IndexReader.open(directory))
    for (id, word) in samples {
      for query in [word, word.uppercased()] {
        var request = SearchRequest(query: "body:\(query)")
        request.mode = .lenient
        request.limit = 1_000
        request.filters = [.equals(field: "id", .string(id))]
        #expect(try searcher.search(request).hits.map(\.id) == [id], "\(id): \(query)")
      }
    }
  }
}

/// The sample data beside the checkout.
enum SharedData {
  static func path(_ name: String) -> String? {
    var root = #filePath
    for _ in 0..<3 { root = String(root[..<(root.lastIndex(of: "/") ?? root.startIndex)]) }
    for base in [
      unsafe getenv("MARTLET_SHARED").map { unsafe String(cString: $0) }, "\(root)/../shared",
    ] {
      if let base, unsafe access("\(base)/\(name)", R_OK) == 0 { return "\(base)/\(name)" }
    }
    return nil
  }

  /// Lines by code of language.
  static func languages(_ folder: String) -> [(String, [String])] {
    ["cs", "da", "de", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "sv", "uk", "zh-cn"].map {
      code in
      guard let file = unsafe fopen("\(folder)/\(code).jsonl", "r") else { return (code, []) }
      defer { _ = unsafe fclose(file) }
      var bytes: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = unsafe fread(&piece, 1, 1 << 16, file)
        if count == 0 { break }
        bytes += piece[..<count]
      }
      let lines = bytes.split(separator: UInt8(ascii: "\n")).map {
        String(decoding: $0, as: UTF8.self)
      }
      return (String(code.prefix(2)), lines)
    }
  }
}

// Synonyms: the file's rules, and what queries find by them.

import Analysis
import Testing

@testable import InvertedIndex

@Suite("Synonyms")
struct SynonymTests {
  static let rules = """
    # countries
    usa, united states, united states of america
    uk => united kingdom, great britain
    car, automobile, motor vehicle
    nyc, new york
    covid-19, coronavirus
    """

  static let lines = [
    #"{"id":"a","title":"usa","body":"The USA and its friends"}"#,
    #"{"id":"b","title":"union","body":"The United States of America and its friends"}"#,
    #"{"id":"c","title":"union","body":"America of the states united"}"#,
    #"{"id":"d","title":"cars","body":"An automobile of New York"}"#,
    #"{"id":"e","title":"car","body":"A motor vehicle, no motor and no vehicle; uk"}"#,
    #"{"id":"f","title":"motor","body":"vehicle; Great Britain; coronavirus"}"#,
    #"{"id":"g","title":"travel","body":"United Kingdom, COVID-19"}"#,
  ]

  static func searcher(_ text: String? = rules, english: Bool = true) throws -> Searcher {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(fields: [
      Field(name: "title", type: .text, analyzer: english ? "english" : nil),
      Field(name: "body", type: .text), Field(name: "year", type: .integer),
    ])
    let writer = try IndexWriter.open(directory, create: schema)
    try SearcherTests.add(lines, to: writer)
    writer.close()
    if let text {
      let rules = try SynonymRules(text)
      try IndexSettings.change(directory) { $0.synonyms = rules }
    }
    return Searcher(try IndexReader.open(directory))
  }

  func found(
    _ query: String, in searcher: Searcher, _ change: (inout SearchRequest) -> Void = { _ in }
  ) throws -> String {
    try SearcherTests.explained(query, in: searcher, change).sorted().joined()
  }

  @Test(
    "are found for words, words side by side and whole phrases",
    arguments: [
      ("usa", "ab"), ("USA friends", "ab"), ("united states of america", "abc"),
      ("united states", "abc"), ("\"united states of america\"", "ab"),
      ("\"united states\"", "ab"), ("\"usa\"", "ab"), ("friends united states", "ab"),
      ("uk", "fg"), ("=uk", "e"), ("=\"uk\"", "e"), ("uk OR usa", "abfg"), ("uk*", "e"),
      ("title:uk", ""), ("body:uk", "fg"), ("-usa friends", ""), ("friends -usa", ""),
      ("car", "de"), ("title:cars", "de"), ("body:cars", ""), ("body:car", "de"),
      ("motor vehicle", "def"), ("body:(motor vehicle)", "de"), ("\"motor vehicle\"", "de"),
      ("\"the usa and\"", "a"), ("ny", ""), ("nyc", "d"), ("nyc automobile", "d"),
      ("covid-19", "fg"), ("COVID19", "fg"), ("coronavirus", "fg"), ("(usa)^2", "ab"),
      ("usa^0.5 friends", "ab"), ("title,body:(united states)", "abc"), ("=usa", "a"),
      ("+united states", "bc"), ("title:\"united states\"", "a"),
    ])
  func finds(_ query: String, _ expected: String) throws {
    #expect(try found(query, in: try Self.searcher()) == expected, "\(query)")
  }

  @Test("under OR words side by side are an entry too, and other words are left alone")
  func union() throws {
    let searcher = try Self.searcher()
    func ids(_ query: String) throws -> String {
      try found(query, in: searcher) { $0.defaultOperator = .or }
    }
    #expect(try ids("united states of america") == "abcdg")
    #expect(try ids("new york nowhere") == "d")
    #expect(try ids("motor vehicle") == "def")
    #expect(try found("usa", in: searcher) { $0.mode = .simple } == "ab")
    #expect(
      try found("usa nowhere", in: searcher) {
        $0.mode = .simple
        $0.defaultOperator = .or
      } == "ab")
  }

  @Test("only where they are wanted, and never for what is deleted")
  func off() throws {
    let searcher = try Self.searcher()
    #expect(try found("usa", in: searcher) { $0.synonyms = false } == "a")
    #expect(try found("uk", in: searcher) { $0.synonyms = false } == "e")
    #expect(try found("usa", in: try Self.searcher(nil)) == "a")
    let request = SearchRequest(query: "usa")
    #expect(try IndexWriter.countMatching(request, all: false, in: searcher.reader) == 1)
  }

  @Test("a word and its synonyms are as rare as the commonest, and none is above what was asked")
  func scores() throws {
    let searcher = try Self.searcher("automobile, usa\ntravel, motor vehicle, vehicle")
    var request = SearchRequest(query: "body:automobile")
    request.explain = true
    let one = try searcher.search(request).hits
    #expect(one.map(\.id).sorted() == ["a", "d"])
    let frequencies = one.map { hit in
      hit.explanation?.details.first { $0.name == "document frequency" }?.value
    }
    #expect(frequencies == [1, 1])
    #expect(
      one.compactMap { $0.explanation?.what }.sorted()
        == ["term body:automobile", "term body:usa as a synonym"])
    request.query = "title,body:travel"
    let phrase = try searcher.search(request).hits
    #expect(phrase.map(\.id).sorted() == ["e", "f", "g"])
    let e = try #require(phrase.first { $0.id == "e" }?.explanation)
    #expect(e.what == "best of what was asked for and its synonyms")
    var limits: [Double] = []
    for part in e.all where part.what.hasPrefix("synonym: phrase") {
      limits += part.details.filter { $0.name == "at most" }.map(\.value)
    }
    let weights = try searcher.search(SearchRequest(query: "title,body:travel")).hits
    #expect(weights.map(\.score) == phrase.map(\.score))
    #expect(limits.count <= 1)
  }

  @Test("passages mark them")
  func marked() throws {
    let searcher = try Self.searcher()
    func marks(_ query: String) throws -> [String] {
      var request = SearchRequest(query: query)
      request.highlight = SearchRequest.Highlight(fields: ["body"])
      return try searcher.search(request).hits.sorted { $0.id < $1.id }.flatMap { hit in
        hit.passages.flatMap { passage in
          let bytes = Array(passage.text.utf8)
          return passage.ranges.map { String(decoding: bytes[$0], as: UTF8.self) }
        }
      }
    }
    #expect(try marks("usa") == ["USA", "United", "States", "of", "America"])
    #expect(try marks("body:car") == ["automobile", "motor", "vehicle"])
    #expect(try marks("\"great britain\"") == ["Great", "Britain"])
  }

  @Test("a new generation has new rules, and going back has the old ones")
  func generations() throws {
    let directory = FaultDirectory(FaultDisk(seed: 3))
    let schema = try Schema(fields: [Field(name: "body", type: .text)])
    let writer = try IndexWriter.open(directory, create: schema)
    try SearcherTests.add([#"{"id":"a","body":"red"}"#], to: writer)
    let first = try IndexReader.open(directory)
    let generation = try IndexSettings.change(directory) {
      $0.synonyms = try? SynonymRules("rot, red")
    }
    let second = try first.newest(directory)
    #expect(second.generation == generation && second.settings.synonyms?.count == 1)
    #expect(try found("rot", in: Searcher(first)) == "")
    #expect(try found("rot", in: Searcher(second)) == "a")
    try SearcherTests.add([#"{"id":"b","body":"red again"}"#], to: writer)
    let third = try second.newest(directory)
    #expect(third.view.synonyms === second.view.synonyms)
    #expect(try found("rot", in: Searcher(third)) == "ab")
    #expect(try IndexSettings.change(directory) { _ in } == third.generation)
    writer.close()
    let history = IndexHistory(directory)
    try history.keep("here")
    try IndexSettings.change(directory) { $0.synonyms = nil }
    #expect(try IndexSettings.read(directory).synonyms == nil)
    try history.rollBack(to: .named("here"))
    #expect(try IndexSettings.read(directory).synonyms?.text == "rot, red")
    let rebuild = try Rebuild.begin(directory)
    try rebuild.addStoredDocuments()
    try rebuild.commit()
    #expect(try found("rot", in: Searcher(try IndexReader.open(directory))) == "ab")
  }

  @Test("what stands for the words of a text is told, the longest entry first")
  func analyzed() throws {
    let reader = try Self.searcher().reader
    let standard = try #require(Analyzer.named("standard"))
    func told(_ text: String) -> [String]? {
      reader.synonyms(of: text, by: standard)?.map {
        "\($0.start)-\($0.end) \($0.keepsWords) \($0.alternatives.joined(separator: "/"))"
      }
    }
    #expect(
      told("the United States of America’s uk")
        == ["4-32 true usa/united states", "33-35 false united kingdom/great britain"])
    #expect(told("COVID-19, new") == ["0-8 true coronavirus"])
    #expect(told("covid19 — NYC 東京都") == ["0-7 true coronavirus", "12-15 true new york"])
    #expect(told("") == [])
    #expect(try Self.searcher(nil).reader.synonyms(of: "usa", by: standard) == nil)
  }

  @Test("each line is read as it is written, or refused by its number")
  func format() throws {
    let rules = try SynonymRules(
      "\u{feff}# c\n  # d\n\na,b\\,c , d e\r\n x\\=>y => p ,q\\ \none\n\\#t => u\\\\v")
    #expect(
      rules.rules == [
        .init(inputs: ["a", "b,c", "d e"], outputs: ["a", "b,c", "d e"]),
        .init(inputs: ["x=>y"], outputs: ["p", "q "]), .init(inputs: ["one"], outputs: ["one"]),
        .init(inputs: ["#t"], outputs: ["u\\v"]),
      ])
    for (text, message) in [
      ("a,b\na,,b", "synonyms: line 2: an entry is empty"),
      ("a,b,", "synonyms: line 1: an entry is empty"),
      ("\n\n=> b", "synonyms: line 3: an entry is empty"),
      ("a =>", "synonyms: line 1: an entry is empty"),
      ("a => b => c", "synonyms: line 1: => stands there twice"),
      ("a, b\\", "synonyms: line 1: \\ at its end escapes nothing"),
      ("a, —", "synonyms: line 1: \"—\" has no word"),
    ] {
      #expect(throws: IndexError.invalid(message)) { try SynonymRules(text) }
    }
    #expect(throws: IndexError.self) {
      try SynonymRules(String(repeating: "a,b\n", count: 1 << 18) + "c")
    }
    #expect(throws: IndexError.self) {
      try SynonymRules((0...256).map { "w\($0)" }.joined(separator: ","))
    }
    #expect(throws: IndexError.self) {
      try SynonymRules((0...256).map { "a => w\($0)" }.joined(separator: "\n"))
    }
    #expect(throws: IndexError.self) {
      try SynonymRules("a, " + String(repeating: "b ", count: 17))
    }
  }

  @Test("settings of a newer version are refused, not passed over")
  func strangers() throws {
    #expect(try IndexSettings(text: "{}") == IndexSettings())
    var settings = IndexSettings()
    settings.synonyms = try SynonymRules(Self.rules)
    #expect(try IndexSettings(text: settings.text) == settings)
    for text in [#"{"access":1}"#, "[]", "{", #"{"synonyms":1}"#, #"{"synonyms":"a,"}"#] {
      #expect(throws: IndexError.self) { try IndexSettings(text: text) }
    }
  }

  @Test("a query of many words with many synonyms looks for 1,024 of them, and says so")
  func bounded() throws {
    let rules = (0..<40).map { rule in
      (0..<100).map { "w\(rule)x\($0)" }.joined(separator: ", ")
    }
    let searcher = try Self.searcher(rules.joined(separator: "\n"))
    let query = (0..<40).map { "w\($0)x1" }.joined(separator: " OR ")
    let response = try searcher.search(SearchRequest(query: query))
    #expect(response.warnings.map(\.code) == [.tooManyExpansions])
    #expect(try searcher.search(SearchRequest(query: "w3x5")).warnings.isEmpty)
  }

  @Test("rules for the same words add up, and what is the same word to the analyzer is one")
  func tables() throws {
    let rules = try SynonymRules("a => b\na, c\ncars, car, auto\nx => x, y\nd => e")
    let standard = try #require(Analyzer.named("standard"))
    let english = try #require(Analyzer.named("english"))
    func entry(_ words: String..., by analyzer: Analyzer) -> SynonymTable.Entry? {
      let units = words.map { word in
        var unit = SynonymUnit([])
        unit.words = [Array(word.utf8)]
        return unit
      }
      return SynonymTable(rules, analyzer).longest(units[...])?.entry
    }
    #expect(entry("a", by: standard)?.alternatives == ["b", "c"])
    #expect(entry("a", by: standard)?.keepsWords == true)
    #expect(entry("x", by: standard)?.keepsWords == true)
    #expect(entry("d", by: standard)?.keepsWords == false)
    #expect(entry("car", by: standard)?.alternatives == ["cars", "auto"])
    #expect(entry("car", by: english)?.alternatives == ["auto"])
    #expect(entry("e", by: standard) == nil)
  }
}

import Testing

@testable import InvertedIndex

@Suite("Did you mean, and completion")
struct SuggestTests {
  private static let texts = [
    "Niinistö speaks of the nuclear deterrent", "the nuclear deterrents of old", "Niinistö again",
    "Niinistö and Finland", "a nuclear plant", "detergent for plants", "detergent", "detergent now",
    "paper news", "news paper", "Finnish president", "president Niinistö", "nuclear president",
  ]

  private func searcher(
    _ analyzer: String = "standard", with texts: [String] = SuggestTests.texts
  ) throws -> Searcher {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(
      directory,
      create: try Schema(fields: [
        Field(name: "body", type: .text, analyzer: analyzer), Field(name: "tags", type: .keyword),
      ]))
    for (number, text) in texts.enumerated() {
      var document = Document()
      document.append("id", "\(number)")
      document.append("body", text)
      document.append("tags", number % 2 == 0 ? "NATO" : "NASA \(number)")
      try writer.add(document)
      if number % 5 == 4 { try writer.commit() }
    }
    try writer.commit()
    return Searcher(try IndexReader.open(directory))
  }

  private func meant(_ query: String, _ searcher: Searcher, any: Bool = false) throws -> String? {
    var request = SearchRequest(query: query)
    if any { request.defaultOperator = .or }
    return try searcher.search(request).didYouMean
  }

  @Test("unknown words are replaced where that finds more, the rest stays as it was typed")
  func corrections() throws {
    for analyzer in ["standard", "english"] {
      let searcher = try searcher(analyzer)
      #expect(try meant("nuclaer deterrent", searcher) == "nuclear deterrent")
      #expect(try meant("Nuclaer (deterrent | plant)", searcher) == "nuclear (deterrent | plant)")
      #expect(try meant("\"Finnish presidnet\"", searcher) == "\"Finnish president\"")
      #expect(try meant("body:presidnet", searcher) == "body:president")
      #expect(try meant("presidnet nuclaer", searcher) == "president nuclear")
      #expect(try meant("niinst", searcher) == "niinistö")
      #expect(try meant("newspaper", searcher) == "news paper")
      #expect(try meant("nuclear qqqqqqq", searcher) == nil)
      #expect(try meant("nuclear", searcher) == nil)
      #expect(try meant("nuclear -presidnet", searcher) == nil)
      #expect(try meant("=presidnet", searcher) == nil)
      #expect(try meant("presidnet~1", searcher) == nil)
      #expect(try meant("2O18 19999", searcher) == nil)
    }
  }

  @Test("a space too many is forgiven as one too few is, where that finds more")
  func joined() throws {
    let searcher = try searcher()
    #expect(try meant("deter gent", searcher) == "detergent")
    #expect(try meant("\"deter gent\"", searcher) == "\"detergent\"")
    #expect(try meant("Deter  Gent plants", searcher) == "detergent plants")
    #expect(try meant("body:(nucl ear)", searcher) == "body:(nuclear)")
    #expect(try meant("nuclearplant", searcher) == "nuclear plant")
    // Both are words, and together they are another one.
    #expect(try meant("news paper", searcher) == nil)
    #expect(try meant("presi dent niinistö", searcher) == "president niinistö")
    #expect(try meant("-deter gent", searcher) == nil)
    #expect(try meant("deter AND gent", searcher) == nil)
    let known = try self.searcher(with: ["a newspaper", "newspaper", "news on paper", "paper"])
    #expect(try meant("news paper", known) == "newspaper")
    #expect(try meant("paper news", known) == nil)
    #expect(try meant("news OR paper", known) == nil)
    var request = SearchRequest(query: "news paper")
    #expect(try known.searchBriefly(request, deadline: .never) == nil)
    request.query = "paper news"
    #expect(try known.searchBriefly(request, deadline: .never)?.total.value == 1)
  }

  @Test("of several neighbours one that finds something with the other words")
  func together() throws {
    let searcher = try searcher()
    // deterent is as near to detergent, which is more frequent, as to deterrent.
    #expect(try meant("deterent", searcher) == "detergent")
    #expect(try meant("nuclear deterent", searcher) == "nuclear deterrent")
    #expect(try meant("finland presidnet", searcher) == nil)
    #expect(try meant("finland presidnet", searcher, any: true) == "finland president")
  }

  @Test("not where it is not wanted, in strict mode, in a brief search or in what goes on")
  func unwanted() throws {
    let searcher = try searcher()
    var request = SearchRequest(query: "nuclaer")
    #expect(try searcher.searchBriefly(request, deadline: .never) == nil)
    request.didYouMean = false
    #expect(try searcher.search(request).didYouMean == nil)
    #expect(try searcher.searchBriefly(request, deadline: .never)?.total.value == 0)
    request.didYouMean = true
    request.mode = .strict
    #expect(try searcher.search(request).didYouMean == nil)
    request.mode = .simple
    #expect(try searcher.search(request).didYouMean == "nuclear")
  }

  private func texts(_ text: String, _ searcher: Searcher, field: String? = nil) throws -> [String]
  {
    var request = SuggestRequest(text)
    request.field = field
    return try searcher.suggest(request, deadline: .never, counting: 60_000_000_000).suggestions.map
    { "\($0.text) \($0.documents)" }
  }

  @Test("the last word goes on as words do, the most frequent first")
  func completion() throws {
    let searcher = try searcher()
    #expect(try texts("deter", searcher) == ["detergent 3", "deterrent 1", "deterrents 1"])
    #expect(try texts("Niin", searcher) == ["niinistö 4"])
    #expect(try texts("say (niin", searcher) == ["say (niinistö 4"])
    #expect(try texts("", searcher) == [])
    #expect(try texts("nuclear ", searcher) == [])
    #expect(try texts("qq", searcher) == [])
    let english = try self.searcher("english")
    #expect(try texts("deter", english) == ["detergent 3", "deterrent 1", "deterrents 1"])
    var few = SuggestRequest("deter")
    few.limit = 1
    #expect(try searcher.suggest(few).suggestions.map(\.word) == ["detergent"])
  }

  @Test("words that occur with those before come first")
  func context() throws {
    let searcher = try searcher()
    #expect(
      try texts("nuclear deter", searcher)
        == ["nuclear deterrent 1", "nuclear deterrents 1", "nuclear detergent 3"])
  }

  @Test("words that follow the word before come before more frequent ones that only occur with it")
  func following() throws {
    let searcher = try SearcherTests.searcher(
      ["you are new here", "is it new to you", "in New York", "the year of York"].enumerated()
        .map { #"{"id":"\#($0)","body":"\#($1)"}"# })
    #expect(try texts("new y", searcher) == ["new york 2", "new you 2", "new year 1"])
    #expect(try texts("(new y", searcher) == ["(new york 2", "(new you 2", "(new year 1"])
    #expect(try texts("new, y", searcher).count == 3)
    #expect(TypedText.lastWord("the \"Niinistö’s ") == "Niinistö’s")
    for text in ["", " ", "new, ", "- ", "\"a\" "] {
      #expect(TypedText.lastWord(text) == "", "\(text)")
    }
  }

  @Test("one error is forgiven where nothing begins so")
  func errors() throws {
    let searcher = try searcher()
    #expect(try texts("nulcea", searcher) == ["nuclear 4"])
    #expect(try texts("nul", searcher) == [])
  }

  @Test("values of a keyword field, and fields that have no words")
  func fields() throws {
    let searcher = try searcher()
    #expect(try texts("NA", searcher, field: "tags").prefix(2) == ["NATO 7", "NASA 1 1"])
    #expect(try texts("NASA 1", searcher, field: "tags").contains("NASA 11 1"))
    #expect(try texts("deterg", searcher, field: "body") == ["detergent 3"])
    for field in ["none", "id2"] {
      #expect(throws: IndexError.self) { try texts("x", searcher, field: field) }
    }
    #expect(throws: IndexError.self) {
      try texts(String(repeating: "x", count: 2_000), searcher)
    }
  }

  @Test("a word is replaced where it stands as a word")
  func typed() {
    #expect(TypedText.replacing(["ab"], by: "x", in: "ab cab ab, (ab) abc") == "x cab x, (x) abc")
    #expect(TypedText.replacing(["ab"], by: "x", in: "abc") == nil)
    #expect(
      TypedText.replacing(["a", "b"], by: "ab", in: "a b, a  b a-b ab a") == "ab, ab a-b ab a")
    #expect(TypedText.replacing(["a", "b"], by: "ab", in: "a AND b") == nil)
    #expect(TypedText.beforeLastWord("a \"bc") == ("a \"", "bc"))
    #expect(TypedText.beforeLastWord("a ") == ("a ", ""))
    #expect(TypedText.beforeLastWord("") == ("", ""))
  }
}

import Analysis
import JSON
import Testing

@testable import InvertedIndex

@Suite("Fingerprints")
struct FingerprintTests {
  static func bits(_ words: [String]) -> UInt64? {
    var print = Fingerprint()
    for word in words {
      print.add(word.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
    }
    print.endValue()
    return print.take().map { UInt64(bitPattern: $0) }
  }

  @Test("counters are those of counting bit by bit")
  func naive() {
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    for _ in 0..<50 {
      let words = (0..<(1 + chance.below(600))).map { _ in chance.random.next() | 1 }
      var print = Fingerprint()
      var counts = [Int](repeating: 0, count: 64)
      for (index, word) in words.enumerated() {
        print.add(word)
        guard index > 0 else { continue }
        let hash = FormHash.mix(words[index - 1], word)
        for bit in 0..<64 where hash >> UInt64(bit) & 1 == 1 { counts[bit] += 1 }
      }
      var wanted: UInt64 = 0
      for bit in 0..<64 where counts[bit] * 2 > words.count - 1 { wanted |= 1 << UInt64(bit) }
      #expect(
        print.take() == (words.count > 1 ? Int64(bitPattern: wanted) : nil), "seed \(seed)")
      #expect(print.take() == nil)
    }
  }

  @Test("few words changed are few bits changed, other texts are far")
  func near() throws {
    let text = (0..<200).map { "word\($0 * 7 % 101)" }
    var changed = text
    changed[50] = "other"
    changed.insert("more", at: 120)
    let first = try #require(Self.bits(text))
    let second = try #require(Self.bits(changed))
    let other = try #require(Self.bits((0..<200).map { "thing\($0 * 13 % 97)" }))
    #expect((first ^ second).nonzeroBitCount <= SearchRequest.nearDistance)
    #expect((first ^ other).nonzeroBitCount > 2 * SearchRequest.nearDistance)
    #expect(Self.bits(["alone"]) == nil && Self.bits([]) == nil)
  }

  static let schema = #"{"fields":[{"name":"title","type":"text"},{"name":"body","type":"text"}],"#

  private static func story(_ number: Int) -> String {
    (0..<80).map { "word\(($0 * 31 + number * 977) % 2_003)" }.joined(separator: " ")
  }

  private static func schema(_ isNear: Bool) throws -> Schema {
    try Schema(
      fields: [
        Field(name: "title", type: .text), Field(name: "body", type: .text),
        Field(name: "n", type: .integer),
      ], nearDuplicates: isNear)
  }

  private static let lines = (0..<60).map { number in
    // Each story three times: as it was, with another headline, with a word corrected.
    let story = story(number / 3)
    let body = number % 3 == 2 ? story.replacing("word", with: "Word") + " corrected" : story
    return
      #"{"id":"\#(number)","title":"Headline \#(number % 3 == 1 ? "new" : "old")","body":"\#(body)","n":\#(number)}"#
  }

  @Test("stories sent again are folded, after merges, reordering and a rebuild as well")
  func folded() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(directory, create: try Self.schema(true))
    for part in 0..<3 {
      try SearcherTests.add(Array(Self.lines[part * 20..<part * 20 + 20]), to: writer)
    }
    writer.close()
    func check(_ what: String) throws {
      let searcher = Searcher(try IndexReader.open(directory))
      var request = SearchRequest(query: "headline")
      request.collapse = .near
      request.sort = [SortKey(field: "n")]
      request.limit = 30
      let response = try searcher.search(request)
      #expect(response.hits.map(\.id) == (0..<20).map { "\($0 * 3)" }, "\(what)")
      #expect(response.hits.map(\.similar) == Array(repeating: 2, count: 20), "\(what)")
      #expect(response.total.value == 60)
    }
    try check("three segments")
    #expect(try Merging.reorder(directory))
    try check("reordered")
    let rebuild = try Rebuild.begin(directory)
    try rebuild.addStoredDocuments()
    _ = try rebuild.commit()
    try check("rebuilt")
  }

  @Test("a schema keeps the setting, and nothing can name the field")
  func hidden() throws {
    let schema = try Self.schema(true)
    let json = schema.json()
    #expect(json["near_duplicates"] == true && json["fields"]?.array?.count == 4)
    #expect(try Schema(json: json) == schema)
    #expect(schema.nearDuplicates && schema.number(of: "title") == 2)
    #expect(schema.number(of: "near duplicates") == nil)
    let plain = try Self.schema(false)
    #expect(plain.json()["near_duplicates"] == nil && plain.nearField == nil)
    #expect(try Schema(json: plain.json()) == plain && !schema.extends(plain))
    #expect(throws: IndexError.self) {
      try Schema(json: ["fields": [] as JSONValue, "near_duplicates": 1] as JSONValue)
    }
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(directory, create: schema)
    try SearcherTests.add(Self.lines, to: writer)
    writer.close()
    let reader = try IndexReader.open(directory)
    #expect(try reader.fieldSummaries().map(\.name) == ["id", "title", "body", "n"])
    #expect(try reader.document(id: "3")?.map(\.name) == ["id", "title", "body", "n"])
  }
}

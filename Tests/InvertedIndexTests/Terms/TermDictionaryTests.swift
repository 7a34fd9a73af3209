import Bytes
import Testing

@testable import InvertedIndex

@Suite("Term dictionaries")
struct TermDictionaryTests {
  private func segment(_ terms: [[UInt8]]) throws -> SegmentReader {
    let directory = ScratchDirectory()
    let writer = try SegmentWriter(directory: directory, name: "s")
    for _ in 0..<3 { try writer.addStored([]) }
    try writer.beginFields(documentCount: 3)
    try writer.beginField(2, type: 2)
    try writer.beginTerms(space: .value, detail: .documents)
    for (ordinal, term) in terms.enumerated() {
      #expect(try writer.beginTerm(term) == ordinal)
      for document in 0...UInt32(ordinal % 3) { try writer.addPosting(document: document) }
      try writer.endTerm()
    }
    try writer.endTerms()
    _ = try writer.finish()
    return try SegmentReader.open(directory.open("s"), name: "s")
  }

  /// Terms of few letters, so that they share much; some of them long, some with equal first 8 bytes.
  private func terms(_ count: Int, _ random: inout FormatRandom) -> [[UInt8]] {
    var all = Set<[UInt8]>()
    while all.count < count {
      let length = Int.random(in: 0..<40, using: &random) == 0 ? 300 : 14
      var term = (0..<Int.random(in: 0...length, using: &random)).map { _ in
        [UInt8(0), 97, 98, 255].randomElement(using: &random)!
      }
      if Bool.random(using: &random) { term = Array("the same ".utf8) + term }
      all.insert(term)
    }
    return all.sorted { $0.lexicographicallyPrecedes($1) }
  }

  @Test(
    "every term is found, by bytes, ordinal and cursor",
    arguments: [0] + formatSizes.prefix(13) + [4_095, 4_096, 4_097, 8_200])
  func roundTrip(count: Int) throws {
    var random = FormatRandom(state: UInt64(count))
    let terms = terms(count, &random)
    let dictionary = try #require(try segment(terms).terms(2, .value))
    #expect(dictionary.count == count)
    let cursor = dictionary.cursor()
    var wrong: [String] = []
    for (ordinal, term) in terms.enumerated() {
      if try !cursor.next() || cursor.bytes != term { wrong.append("cursor at \(ordinal)") }
      let entry = try cursor.entry()
      if entry.ordinal != ordinal || entry.documentFrequency != ordinal % 3 + 1 {
        wrong.append("entry \(ordinal): \(entry)")
      }
      if try dictionary.lookup(term)?.ordinal != ordinal { wrong.append("lookup of \(term)") }
      if try dictionary.entry(ordinal: ordinal).documentFrequency != ordinal % 3 + 1 {
        wrong.append("entry by ordinal \(ordinal)")
      }
      if try dictionary.term(ordinal: ordinal) != term { wrong.append("term \(ordinal)") }
    }
    #expect(try !cursor.next())
    #expect(wrong == [])
  }

  @Test(
    "a seek finds the first term not before the target", arguments: [1, 31, 32, 33, 128, 1_000])
  func seek(count: Int) throws {
    var random = FormatRandom(state: UInt64(count) &* 3)
    let terms = terms(count, &random)
    let dictionary = try #require(try segment(terms).terms(2, .value))
    var targets = self.terms(300, &random) + terms
    targets.append([])
    targets.append([255, 255, 255, 255, 255, 255, 255, 255, 255])
    let cursor = dictionary.cursor()
    var wrong: [String] = []
    for target in targets {
      let expected = terms.firstIndex { !$0.lexicographicallyPrecedes(target) }
      let found = try cursor.seek(unsafe target.span.bytes)
      if found != (expected != nil) { wrong.append("\(target)") }
      if let expected, cursor.ordinal != expected || cursor.bytes != terms[expected] {
        wrong.append("\(target): \(cursor.ordinal), not \(expected)")
      }
      let isThere = terms.contains(target)
      if (try dictionary.lookup(target) != nil) != isThere { wrong.append("lookup \(target)") }
      if found, cursor.hasPrefix(unsafe target.span.bytes) != cursor.bytes.starts(with: target) {
        wrong.append("prefix \(target)")
      }
    }
    #expect(wrong == [])
  }

  @Test("entries of raw values of one document hold its difference to the last such one")
  func valueEntries() throws {
    let directory = ScratchDirectory()
    let writer = try SegmentWriter(directory: directory, name: "s")
    for _ in 0..<300 { try writer.addStored([]) }
    try writer.beginFields(documentCount: 300)
    try writer.beginField(0, type: 2)
    try writer.beginTerms(space: .value, detail: .documents)
    let documents: [[UInt32]] = [[200], [201], [3, 299], [199], [0]]
    for (place, documents) in documents.enumerated() {
      try writer.beginTerm([UInt8(97 + place)])
      for document in documents { try writer.addPosting(document: document) }
      try writer.endTerm()
    }
    try writer.endTerms()
    _ = try writer.finish()
    let segment = try SegmentReader.open(directory.open("s"), name: "s")
    let dictionary = try #require(segment.terms(0, .value))
    for (place, documents) in documents.enumerated() {
      var cursor = try segment.postings(dictionary.entry(ordinal: place))
      var found: [UInt32] = []
      while !cursor.isAtEnd {
        found.append(cursor.document)
        try cursor.next()
      }
      #expect(found == documents)
    }
    // The list 3, 296; then the block: 10 bytes of terms, the first list at 0; 200, +1, two documents in 3 bytes, -2, -199.
    let bytes = directory["s"]!
    let start = dictionary.section.offset
    let terms: [UInt8] = [1, 97, 1, 98, 1, 99, 1, 100, 1, 101]
    let entries: [UInt8] = [0xA1, 0x06, 0x05, 0x04, 0x03, 0x07, 0x9B, 0x06]
    #expect(Array(bytes[start..<start + 23]) == [3, 0xA8, 2, 10, 0] + terms + entries)
  }

  @Test("terms of 4,096 bytes are possible, longer ones are refused")
  func longest() throws {
    let long = [UInt8](repeating: 120, count: 4_096)
    let segment = try segment([long, long.dropLast() + [121]])
    #expect(try segment.terms(2, .value)?.lookup(long)?.ordinal == 0)
    #expect(try segment.terms(2, .value)?.lookup(long.dropLast() + [121])?.ordinal == 1)
    #expect(throws: IndexError.self) { try self.segment([long + [1]]) }
  }
}

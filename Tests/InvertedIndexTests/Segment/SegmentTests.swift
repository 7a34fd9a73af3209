import Bytes
import Testing

@testable import InvertedIndex

/// The entries at which codecs change their ways.
let formatSizes = [
  0, 1, 2, 3, 4, 5, 127, 128, 129, 255, 256, 257, 4_095, 4_096, 4_097, 4_225, 12_345,
]

struct FormatRandom: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

struct SamplePosting: Equatable {
  var document: UInt32
  var positions: [UInt32]
}

/// Postings in `count` of `documents` documents.
func randomPostings(_ count: Int, of documents: Int, _ random: inout FormatRandom)
  -> [SamplePosting]
{
  var chosen = Set<UInt32>()
  while chosen.count < count {
    chosen.insert(UInt32.random(in: 0..<UInt32(documents), using: &random))
  }
  return chosen.sorted().map { document in
    let frequency =
      Int.random(in: 0..<10, using: &random) == 0
      ? Int.random(in: 1...300, using: &random) : Int.random(in: 1...3, using: &random)
    var position: UInt32 = 0
    return SamplePosting(
      document: document,
      positions: (0..<frequency).map { _ in
        position += UInt32.random(in: 0..<200, using: &random)
        return position
      })
  }
}

extension SegmentWriter {
  func add(_ posting: SamplePosting) throws(IndexError) {
    try unsafe posting.positions.withUnsafeBufferPointer { (positions) throws(IndexError) -> Void in
      try unsafe addPosting(document: posting.document, positions: positions)
    }
  }
}

@Suite("Segments")
struct SegmentTests {
  /// A segment of `documents` documents with one text field, whose terms are given.
  func segment(
    documents: Int, norms: [UInt8], _ terms: [(String, [SamplePosting])]
  ) throws -> SegmentReader {
    let directory = ScratchDirectory()
    let writer = try SegmentWriter(directory: directory, name: "s")
    for document in 0..<documents {
      try writer.addStored(unsafe Array("d\(document)".utf8).span.bytes)
    }
    try writer.beginFields(documentCount: documents)
    try writer.beginField(1, type: 1)
    try writer.writeNorms(
      unsafe norms.span.bytes, documents: documents, tokens: UInt64(documents) * 10)
    try writer.beginTerms(space: .index, detail: .positions)
    for (term, postings) in terms {
      try writer.beginTerm(Array(term.utf8))
      for posting in postings { try writer.add(posting) }
      try writer.endTerm(forms: .same)
    }
    try writer.endTerms()
    let info = try writer.finish()
    #expect(info.length == directory["s"]!.count)
    return try SegmentReader.open(try directory.open("s"), name: "s")
  }

  @Test("postings come back with frequencies and positions", arguments: formatSizes.dropFirst())
  func roundTrip(count: Int) throws {
    var random = FormatRandom(state: UInt64(count))
    let documents = 20_000
    let norms = (0..<documents).map { _ in UInt8.random(in: 1...60, using: &random) }
    let postings = randomPostings(count, of: documents, &random)
    let other = randomPostings(200, of: documents, &random)
    let reader = try segment(
      documents: documents, norms: norms, [("a", other), ("b", postings), ("c", other)])
    let dictionary = try #require(reader.terms(1, .index))
    #expect(dictionary.count == 3)
    let entry = try #require(try dictionary.lookup(Array("b".utf8)))
    #expect(entry.documentFrequency == count)
    #expect(entry.totalFrequency == postings.reduce(0) { $0 + $1.positions.count })
    var cursor = try reader.postings(entry)
    for posting in postings {
      let document = cursor.document
      let frequency = Int(cursor.frequency())
      let positions = unsafe Array(try cursor.positions())
      #expect(document == posting.document)
      #expect(frequency == posting.positions.count)
      #expect(positions == posting.positions)
      try cursor.next()
    }
    let isAtEnd = cursor.isAtEnd
    #expect(isAtEnd)
  }
}

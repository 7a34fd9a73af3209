import Bytes
import Testing

@testable import InvertedIndex

@Suite("Segments")
struct SegmentTests {
  @Test("a segment of no documents can be written and read")
  func empty() throws {
    let directory = ScratchDirectory()
    let writer = try SegmentWriter(directory: directory, name: "s")
    try writer.beginFields(documentCount: 0)
    try writer.beginField(1, type: 1)
    try writer.writeNorms(unsafe [UInt8]().span.bytes, documents: 0, tokens: 0)
    try writer.beginColumn()
    try writer.endColumn()
    try writer.beginTerms(space: .index, detail: .positions)
    try writer.endTerms()
    let info = try writer.finish()
    let reader = try SegmentReader.open(directory.open("s"), name: "s")
    #expect(info.documentCount == 0)
    #expect(info.checksum == reader.checksum)
    #expect(info.length == reader.length)
    #expect(reader.fields == [SegmentField(number: 1, type: 1)])
    #expect(reader.documentCount == 0)
    let terms = try #require(reader.terms(1, .index))
    #expect(try terms.lookup([97]) == nil)
    #expect(try !terms.cursor().next())
    #expect(try !terms.cursor().seek(unsafe [UInt8]().span.bytes))
  }

  @Test("what is out of order is refused")
  func order() throws {
    let writer = try SegmentWriter(directory: ScratchDirectory(), name: "s")
    for _ in 0..<10 { try writer.addStored([1]) }
    #expect(throws: IndexError.self) { try writer.beginFields(documentCount: 9) }
    try writer.beginFields(documentCount: 10)
    try writer.beginField(1, type: 1)
    #expect(throws: IndexError.self) { try writer.beginField(1, type: 1) }
    try writer.beginTerms(space: .index, detail: .positions)
    try writer.beginTerm([98])
    try writer.add(SamplePosting(document: 4, positions: [1]))
    #expect(throws: IndexError.self) {
      try writer.add(SamplePosting(document: 4, positions: [1]))
    }
    #expect(throws: IndexError.self) {
      try writer.add(SamplePosting(document: 10, positions: [1]))
    }
    #expect(throws: IndexError.self) {
      try writer.add(SamplePosting(document: 5, positions: [2, 1]))
    }
    try writer.endTerm(forms: .same)
    #expect(throws: IndexError.self) { try writer.beginTerm([98]) }
    #expect(throws: IndexError.self) { try writer.beginTerm([97, 99]) }
  }

  @Test("an exact form is found by its own entry, its alias, or the index term that equals it")
  func exactForms() throws {
    let sample = try SampleSegment(
      seed: 1, documents: 300, terms: 70, textLength: 20, withLong: false)
    let segment = try SampleSegment.open(sample.bytes)
    let index = try #require(segment.terms(3, .index))
    for number in 0..<70 {
      let term = try index.term(ordinal: number)
      let exact = term + Array("-exact".utf8)
      let own = try segment.exactTerm(3, unsafe term.span.bytes)
      let other = try segment.exactTerm(3, unsafe exact.span.bytes)
      switch number % 3 {
      case 0:
        #expect(own?.ordinal == number)
        #expect(other == nil)
      case 1:
        #expect(own == nil)
        #expect(other?.ordinal == number)
        #expect(other?.documentFrequency == (try index.entry(ordinal: number)).documentFrequency)
      default:
        #expect(own == nil)
        #expect(other?.indexOrdinal == number)
        #expect(other?.documentFrequency == 3)
      }
    }
  }

  @Test(
    "live documents come back; a wrong size or count is an error", arguments: [0, 1, 63, 64, 65])
  func liveDocs(count: Int) throws {
    var bits = BitSet(count: count, all: true)
    if count > 0 { bits.remove(count / 2) }
    let live = LiveDocs(bits)
    let bytes = live.encoded()
    let file = FileBytes(copying: bytes)
    #expect(try LiveDocs(file, name: "l", documentCount: count) == live)
    #expect(live.deletedCount == min(count, 1))
    #expect(throws: IndexError.self) {
      try LiveDocs(file, name: "l", documentCount: count + 1)
    }
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= 0x10
      #expect(throws: IndexError.self) {
        try LiveDocs(FileBytes(copying: damaged), name: "l", documentCount: count)
      }
      #expect(throws: IndexError.self) {
        try LiveDocs(
          FileBytes(copying: Array(bytes[..<place])), name: "l", documentCount: count)
      }
    }
  }

  @Test("a file of another version or kind says so")
  func version() throws {
    var bytes = Envelope.seal(.manifest, [1, 2, 3])
    #expect {
      _ = try LiveDocs(FileBytes(copying: bytes), name: "l", documentCount: 0)
    } throws: { error in
      error as? IndexError == .corrupt(file: "l", offset: 7, detail: "a file of another kind")
    }
    bytes[8] = 9
    bytes[7] = FileKind.liveDocuments.rawValue
    #expect {
      _ = try LiveDocs(FileBytes(copying: bytes), name: "l", documentCount: 0)
    } throws: { error in
      error as? IndexError == .version(file: "l", found: 9, supported: 4...4)
    }
  }
}

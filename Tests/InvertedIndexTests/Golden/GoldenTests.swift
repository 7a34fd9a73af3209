import Analysis
import Bytes
import Testing

@testable import InvertedIndex

/// The bytes of version 4, for ever: a change of them is a change of `Envelope.version`.
@Suite("Golden files")
struct GoldenTests {
  /// 130 documents; of a text field `all` in every one, `one` in document 5, `rare` in 2 and 128; `all` is also the form
  /// `All`; a column with 3 times the number of every second document.
  static func segment() throws -> [UInt8] {
    let directory = ScratchDirectory()
    let writer = try SegmentWriter(directory: directory, name: "golden")
    for document in 0..<130 { try writer.addStored(document == 7 ? Array("seven".utf8) : []) }
    try writer.beginFields(documentCount: 130)
    try writer.beginField(2, type: 1)
    let norms = (0..<130).map { UInt8(3 + $0 % 5) }
    try writer.writeNorms(unsafe norms.span.bytes, documents: 130, tokens: 700)
    try writer.beginTerms(space: .index, detail: .positions)
    try writer.beginTerm(Array("all".utf8))
    for document in 0..<130 as Range<UInt32> {
      let positions = (0...document % 3).map { $0 * 2 }
      try writer.add(SamplePosting(document: document, positions: positions))
    }
    try writer.endTerm(forms: .many)
    try writer.beginTerm(Array("one".utf8))
    try writer.add(SamplePosting(document: 5, positions: [1, 3]))
    try writer.endTerm(forms: .same)
    try writer.beginTerm(Array("rare".utf8))
    try writer.add(SamplePosting(document: 2, positions: [9]))
    try writer.add(SamplePosting(document: 128, positions: [1, 4, 300]))
    try writer.endTerm(forms: .single)
    try writer.endTerms()
    try writer.beginTerms(space: .exact, detail: .positions)
    try writer.beginTerm(Array("all".utf8))
    try writer.add(SamplePosting(document: 0, positions: [0]))
    try writer.endTerm(ordinal: 0)
    try writer.addAlias(Array("rarely".utf8), ordinal: 2)
    try writer.endTerms()
    try writer.beginField(3, type: 3)
    try writer.beginColumn()
    for document in stride(from: 0, to: 130, by: 2) {
      try writer.addValue(document: document, Int64(document * 3))
    }
    try writer.endColumn()
    _ = try writer.finish()
    return directory["golden"]!
  }

  static func hex(_ bytes: some Collection<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    var lines: [String] = []
    var line = ""
    for byte in bytes {
      line.append(digits[Int(byte >> 4)])
      line.append(digits[Int(byte & 15)])
      if line.count == 80 {
        lines.append(line)
        line = ""
      }
    }
    if !line.isEmpty { lines.append(line) }
    return lines.joined(separator: "\n")
  }

  static func bytes(_ hex: String) -> [UInt8] {
    let nibbles = hex.compactMap { $0.hexDigitValue }
    return (0..<nibbles.count / 2).map { UInt8(nibbles[2 * $0] << 4 | nibbles[2 * $0 + 1]) }
  }

  @Test("fingerprints and the numbers of variants are those of ever: they lie in files")
  func numbers() throws {
    let analyzer = try #require(Analyzer.named("standard"))
    let text = Array("The nuclear deterrent of Niinistö, 2018: a story that is sent again.".utf8)
    var tokens = TokenBuffer()
    var offset = 0
    _ = analyzer.tokenize(
      unsafe text.span.bytes, from: &offset, positionBase: 0, limit: 100, into: &tokens)
    var print = Fingerprint()
    print.add(tokens, from: 0)
    print.endValue()
    #expect(print.take() == -2_764_093_823_800_302_871)
    let names = [
      "arabic", "armenian", "basque", "catalan", "danish", "dutch", "english", "finnish", "french",
      "german", "greek", "hindi", "hungarian", "indonesian", "irish", "italian", "lithuanian",
      "nepali", "norwegian", "portuguese", "romanian", "russian", "serbian", "spanish", "swedish",
      "tamil", "turkish", "yiddish", "cjk",
    ]
    for (place, name) in names.enumerated() {
      #expect(FieldVariant.analyzerName(of: 3 + (place + 1) << 16) == name)
    }
  }

  @Test("a segment is written as ever")
  func writing() throws {
    let written = try Self.segment()
    let golden = Self.bytes(Golden.segment)
    let new = try SegmentReader.open(FileBytes(copying: written), name: "new").file
    let old = try SegmentReader.open(FileBytes(copying: golden), name: "golden").file
    #expect(new.sections.map(\.key) == old.sections.map(\.key))
    for (mine, its) in zip(new.sections, old.sections) {
      // Packed documents depend on the version of zlib.
      if mine.key.kind == .stored || mine.key.kind == .storedIndex { continue }
      #expect(
        Self.hex(written[mine.offset..<mine.offset + mine.length])
          == Self.hex(golden[its.offset..<its.offset + its.length]), "\(mine.key)")
    }
    let stored = 16..<31
    if written[stored] == golden[stored] {
      #expect(Self.hex(written) == Golden.segment)
    }
  }

  @Test("a segment of old is read")
  func reading() throws {
    let golden = Self.bytes(Golden.segment)
    let segment = try SegmentReader.open(FileBytes(copying: golden), name: "golden")
    #expect(segment.documentCount == 130)
    #expect(
      segment.fields == [SegmentField(number: 2, type: 1), SegmentField(number: 3, type: 3)])
    var bytes: [UInt8] = []
    try segment.stored.document(7, into: &bytes)
    #expect(bytes == Array("seven".utf8))
    let index = try #require(segment.terms(2, .index))
    let all = try #require(try index.lookup(Array("all".utf8)))
    #expect(all.documentFrequency == 130)
    #expect(all.totalFrequency == 259)
    #expect(all.forms == .many)
    var cursor = try segment.postings(all)
    try cursor.seek(128)
    let document = cursor.document
    let positions = unsafe Array(try cursor.positions())
    #expect(document == 128)
    #expect(positions == [0, 2, 4])
    let rare = try #require(
      try segment.exactTerm(2, unsafe Array("rarely".utf8).span.bytes))
    #expect(rare.documentFrequency == 2)
    #expect(rare.totalFrequency == 4)
    let norms = try #require(try segment.norms(2))
    #expect(norms.tokens == 700)
    #expect(norms[129] == 7)
    #expect(try segment.column(3)?.first(128) == 384)
    #expect(try segment.column(3)?.first(129) == nil)
  }

  @Test("live documents are written and read as ever")
  func liveDocs() throws {
    var bits = BitSet(count: 70, all: true)
    bits.remove(3)
    bits.remove(69)
    #expect(Self.hex(LiveDocs(bits).encoded()) == Golden.liveDocs)
    let file = FileBytes(copying: Self.bytes(Golden.liveDocs))
    #expect(try LiveDocs(file, name: "golden", documentCount: 70).bits == bits)
  }
}

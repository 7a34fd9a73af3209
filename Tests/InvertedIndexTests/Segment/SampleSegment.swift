import Bytes
import Testing

@testable import InvertedIndex

/// The entries at which codecs change their ways.
let formatSizes = [
  1, 2, 3, 4, 5, 127, 128, 129, 255, 256, 257, 4_095, 4_096, 4_097, 4_225, 12_345,
]

/// SplitMix64: the same numbers for the same seed, everywhere.
struct FormatRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

struct SamplePosting: Equatable {
  var document: UInt32
  var positions: [UInt32]
}

/// Postings in `count` of `documents` documents; now and then a long one.
func randomPostings(
  _ count: Int, of documents: Int, _ random: inout FormatRandom
) -> [SamplePosting] {
  var chosen = Array(0..<UInt32(documents))
  chosen.shuffle(using: &random)
  return chosen.prefix(count).sorted().map { document in
    let frequency =
      Int.random(in: 0..<10, using: &random) == 0
      ? Int.random(in: 1...300, using: &random) : Int.random(in: 1...3, using: &random)
    var position: UInt32 = 0
    return SamplePosting(
      document: document,
      positions: (0..<frequency).map { _ in
        // A few differences are far wider than the others.
        position += UInt32.random(in: 0..<200, using: &random)
        position += position % 37 == 0 ? 1 << (position % 13) : 0
        return position
      })
  }
}

extension SegmentWriter {
  func add(_ posting: SamplePosting) throws(IndexError) {
    try unsafe posting.positions.withUnsafeBufferPointer { (positions) throws(IndexError) in
      try unsafe addPosting(document: posting.document, positions: positions)
    }
  }

  func addStored(_ bytes: [UInt8]) throws(IndexError) { try addStored(unsafe bytes.span.bytes) }
}

/// A segment with everything a segment can have, made of a seed.
struct SampleSegment {
  static let name = "w-1.seg"
  let bytes: [UInt8]

  /// `documents` with `terms` and stored text of at most `textLength` bytes; one of them is long when `withLong`.
  init(
    seed: UInt64, documents: Int, terms termCount: Int, textLength: Int, withLong: Bool
  ) throws(IndexError) {
    var random = FormatRandom(state: seed)
    let directory = ScratchDirectory()
    let writer = try SegmentWriter(directory: directory, name: Self.name)
    for document in 0..<documents {
      let isLong = withLong && document == documents / 2
      let length = isLong ? 40_000 : Int.random(in: 0...textLength, using: &random)
      try writer.addStored((0..<length).map { _ in UInt8.random(in: 97...110, using: &random) })
    }
    try writer.beginFields(documentCount: documents)

    // 0: ids.
    try writer.beginField(0, type: 2)
    try writer.beginTerms(space: .value, detail: .documents)
    let ids = (0..<documents).map { Array("id\($0)".utf8) }
    for document in ids.indices.sorted(by: { ids[$0].lexicographicallyPrecedes(ids[$1]) }) {
      try writer.beginTerm(ids[document])
      try writer.addPosting(document: UInt32(document))
      try writer.endTerm()
    }
    try writer.endTerms()

    // 3: text, with exact forms and aliases.
    try writer.beginField(3, type: 1)
    let norms = (0..<documents).map { _ in UInt8.random(in: 1...40, using: &random) }
    try writer.writeNorms(
      unsafe norms.span.bytes, documents: documents, tokens: UInt64(documents) * 20)
    try writer.beginTerms(space: .index, detail: .positions)
    let counts = [1, 2, documents, documents / 2, 1, 40, 3, 1, 100, 7]
    var terms: [[UInt8]] = []
    for number in 0..<termCount {
      let count = max(1, min(number % 10 == 2 && number > 2 ? 5 : counts[number % 10], documents))
      terms.append(Array("term\(number + 10)x\(number % 3 == 0 ? "longer-suffix" : "")".utf8))
      try writer.beginTerm(terms[number])
      for posting in randomPostings(count, of: documents, &random) { try writer.add(posting) }
      try writer.endTerm(forms: FormKind(rawValue: UInt8(number % 3))!)
    }
    try writer.endTerms()
    try writer.beginTerms(space: .exact, detail: .positions)
    for number in 0..<termCount where number % 3 != 0 {
      let form = terms[number] + Array("-exact".utf8)
      if number % 3 == 1 {
        try writer.addAlias(form, ordinal: number)
      } else {
        try writer.beginTerm(form)
        for posting in randomPostings(3, of: documents, &random) { try writer.add(posting) }
        try writer.endTerm(ordinal: number)
      }
    }
    try writer.endTerms()

    // 4 … 6: columns with one, at most one, and several values; 7: frequencies without positions.
    for field in 4...6 {
      try writer.beginField(field, type: 3)
      try writer.beginColumn()
      for document in 0..<documents {
        let value = Int64.random(in: -5_000...100_000, using: &random)
        switch field {
        case 4: try writer.addValue(document: document, value)
        case 5 where document % 3 == 0: try writer.addValue(document: document, value << 40)
        case 6:
          let values = (0..<document % 4).map { Int64($0) &* value }
          try writer.addValues(document: document, values.span)
        default: break
        }
      }
      try writer.endColumn()
    }
    try writer.beginField(7, type: 2)
    try writer.beginTerms(space: .value, detail: .frequencies)
    try writer.beginTerm([])
    for document in 0..<UInt32(documents) {
      try writer.addPosting(document: document, frequency: 1 + document % 5)
    }
    try writer.endTerm()
    try writer.endTerms()
    _ = try writer.finish()
    bytes = directory[Self.name]!
  }

  static func open(_ bytes: [UInt8]) throws(IndexError) -> SegmentReader {
    try SegmentReader.open(FileBytes(copying: bytes), name: name)
  }

  /// Everything that can be read from a segment, by every way of reading, as one checksum.
  static func digest(_ bytes: [UInt8]) throws(IndexError) -> UInt64 {
    let segment = try open(bytes)
    var all = ByteWriter()
    all.append(UInt64(segment.documentCount))
    var document: [UInt8] = []
    for number in 0..<segment.documentCount {
      try segment.stored.document(number, into: &document)
      all.append(contentsOf: document)
      try segment.stored.window(number, 17_000..<17_020, into: &document)
      all.append(contentsOf: document)
    }
    for field in segment.fields {
      all.append(UInt64(field.number) << 8 | UInt64(field.type))
      if let norms = try segment.norms(field.number) {
        all.append(norms.bytes)
        all.append(norms.tokens + UInt64(norms.documents))
      }
      if let column = segment.column(field.number) {
        var values: [Int64] = []
        for number in 0..<segment.documentCount {
          try column.values(number, into: &values)
          for value in values { all.append(UInt64(bitPattern: value)) }
        }
        var set = BitSet(count: segment.documentCount)
        try column.insert(-100...5_000, into: &set)
        for word in set.words { all.append(word) }
      }
      for space in [TermSpace.index, .exact, .value] {
        guard let terms = segment.terms(field.number, space) else { continue }
        try digest(terms, of: segment, field: field.number, into: &all)
      }
    }
    return Checksum.of(all.bytes)
  }

  private static func digest(
    _ terms: TermDictionary, of segment: SegmentReader, field: Int, into all: inout ByteWriter
  ) throws(IndexError) {
    let cursor = terms.cursor()
    while try cursor.next() {
      all.append(contentsOf: cursor.bytes)
      var entry = try cursor.entry()
      let again = try terms.lookup(cursor.bytes)
      all.append(UInt64(again?.ordinal ?? 1 << 40))
      all.append(UInt64(entry.forms.rawValue))
      if entry.isAlias, let index = segment.terms(field, .index) {
        entry = try index.entry(ordinal: entry.indexOrdinal)
      }
      if let exact = try segment.exactTerm(field, unsafe cursor.bytes.span.bytes) {
        all.append(UInt64(exact.ordinal))
      }
      var postings = try segment.postings(entry)
      while !postings.isAtEnd {
        all.append(postings.document)
        all.append(postings.frequency())
        let positions = unsafe Array(try postings.positions())
        for position in positions { all.append(position) }
        try postings.next()
      }
      var skipping = try segment.postings(entry)
      var target: UInt32 = 0
      while !skipping.isAtEnd, target < UInt32.max / 2 {
        try skipping.shallowSeek(target)
        all.append(UInt32(try skipping.bound(target, target + 1) ?? 0))
        try skipping.seek(target)
        all.append(skipping.document)
        if !skipping.isAtEnd, entry.documentFrequency % 2 == 0 {
          let positions = unsafe Array(try skipping.positions())
          for position in positions { all.append(position) }
        }
        target = max(target, min(skipping.document, UInt32.max / 2)) &+ 37
      }
    }
  }
}

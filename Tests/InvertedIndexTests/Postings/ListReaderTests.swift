import Bytes
import Testing

@testable import InvertedIndex

@Suite("Documents as bits, and frequencies of those that are left")
struct ListReaderTests {
  private static let documents = 13_000

  /// A list in which stretches are dense, others thin.
  private func postings(_ count: Int, _ random: inout FormatRandom) -> [SamplePosting] {
    let all = randomPostings(count, of: Self.documents, &random)
    return all.filter { $0.document / 2_000 % 2 == 0 || $0.document % 16 == 0 || count < 300 }
  }

  private func reader(
    _ postings: [SamplePosting], _ memory: PostingsBlock, _ last: UnsafeMutablePointer<UInt32>,
    detail: PostingsDetail = .positions
  ) throws -> ListReader {
    let directory = ScratchDirectory()
    let writer = try SegmentWriter(directory: directory, name: "s")
    for _ in 0..<Self.documents { try writer.addStored([]) }
    try writer.beginFields(documentCount: Self.documents)
    try writer.beginField(1, type: 1)
    try writer.beginTerms(space: .index, detail: detail)
    try writer.beginTerm([98])
    for posting in postings {
      if detail == .positions {
        try writer.add(posting)
      } else {
        try writer.addPosting(document: posting.document)
      }
    }
    try writer.endTerm(forms: .same)
    try writer.endTerms()
    _ = try writer.finish()
    let segment = try SegmentReader.open(directory.open("s"), name: "s")
    let entry = try #require(try segment.terms(1, .index)?.entry(ordinal: 0))
    let list = unsafe try PostingsList.open(segment.file, entry, last: last)
    _ = try list.decode(list.data.count - 1, into: memory)
    if list.isShort { unsafe last.pointee = memory.last.pointee }
    return ListReader(list, memory)
  }

  @Test(
    "windows of every size have the bits of the list, however often asked", arguments: formatSizes)
  func marks(count: Int) throws {
    var random = FormatRandom(state: UInt64(count) &* 5)
    let postings = postings(count, &random)
    guard !postings.isEmpty else { return }
    let memory = PostingsBlock()
    let last = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    defer { unsafe last.deallocate() }
    let bits = UnsafeMutablePointer<UInt64>.allocate(capacity: 256)
    defer { unsafe bits.deallocate() }
    for step in [64, 128, 1_024, 4_096, 16_384] as [UInt32] {
      var reader = unsafe try reader(postings, memory, last)
      var wrong: [UInt32] = []
      var base: UInt32 = 0
      while base < UInt32(Self.documents) {
        let end = min(base + step, UInt32(Self.documents))
        let expected = postings.map(\.document).filter { $0 >= base && $0 < end }
        for _ in 0..<(1 + Int.random(in: 0..<2, using: &random)) {
          unsafe bits.update(repeating: 0, count: 256)
          unsafe try reader.mark(base, end, into: bits)
          var found: [UInt32] = []
          for at in 0..<(end - base) where unsafe bits[Int(at >> 6)] >> UInt64(at & 63) & 1 == 1 {
            found.append(base + at)
          }
          if found != expected { wrong.append(base) }
        }
        // Windows are left out now and then.
        base = end + (Int.random(in: 0..<4, using: &random) == 0 ? 3 * step : 0)
      }
      #expect(wrong == [], "\(count) postings, windows of \(step)")
    }
  }

  @Test(
    "documents are found with their frequencies, others are not", arguments: formatSizes,
    [PostingsDetail.positions, .documents])
  func find(count: Int, detail: PostingsDetail) throws {
    var random = FormatRandom(state: UInt64(count) &* 9)
    let postings = postings(count, &random)
    guard !postings.isEmpty else { return }
    let all = Dictionary(uniqueKeysWithValues: postings.map { ($0.document, $0.positions.count) })
    let memory = PostingsBlock()
    let last = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    defer { unsafe last.deallocate() }
    for (share, isCounted) in [(1, true), (2, true), (30, true), (30, false), (1_000, true)] {
      var reader = unsafe try reader(postings, memory, last, detail: detail)
      var asked = (0..<UInt32(Self.documents)).filter { _ in
        Int.random(in: 0..<share, using: &random) == 0
      }
      if share == 2 { asked = asked.filter { all[$0] != nil } }
      var found: [UInt32] = []
      while found.count < asked.count {
        let batch = asked[found.count..<min(found.count + 300, asked.count)]
        var numbers = [UInt32](repeating: 7, count: batch.count)
        var frequencies = numbers
        var output = [UInt32](repeating: 0, count: batch.count)
        try unsafe Array(batch).withUnsafeBufferPointer { documents throws in
          try unsafe numbers.withUnsafeMutableBufferPointer { numbers throws in
            try unsafe frequencies.withUnsafeMutableBufferPointer { frequencies throws in
              let total = unsafe try reader.find(
                documents.baseAddress!, documents.count, into: numbers.baseAddress!,
                frequencies: isCounted ? frequencies.baseAddress! : nil)
              for i in 0..<total {
                let number = unsafe Int(numbers[i])
                output[number] = unsafe isCounted ? frequencies[i] : 1
              }
            }
          }
        }
        found += output
      }
      let expected = asked.map { document in
        all[document].map { detail == .documents || !isCounted ? 1 : UInt32($0) } ?? 0
      }
      #expect(found == expected, "\(count) postings, one in \(share) asked")
    }
  }

  @Test("bit sets give their documents, however dense")
  func denseBlocks() throws {
    var random = FormatRandom(state: 11)
    for one in [1, 2, 3, 5, 8] {
      let documents = (0..<UInt32(Self.documents)).filter { _ in
        Int.random(in: 0..<one, using: &random) == 0
      }
      let memory = PostingsBlock()
      let list = documents.map { SamplePosting(document: $0, positions: [1]) }
      let reader = unsafe try reader(list, memory, memory.last)
      var found: [UInt32] = []
      var bitSets = 0
      for block in 0..<reader.list.data.count {
        let decoded = try reader.list.decode(block, into: memory)
        if try reader.list.bits(block) != nil { bitSets += 1 }
        for place in 0..<decoded.count { unsafe found.append(memory.documents[place]) }
        for place in decoded.count..<(128 + PostingsCursor.padding) {
          let behind = unsafe memory.documents[place]
          #expect(behind == PostingsCursor.end)
        }
      }
      #expect(found == documents)
      #expect(one > 4 || bitSets > reader.list.data.count / 2, "one in \(one): \(bitSets)")
    }
  }
}

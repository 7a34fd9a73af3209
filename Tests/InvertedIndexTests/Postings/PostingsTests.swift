import Bytes
import Testing

@testable import InvertedIndex

@Suite("Postings")
struct PostingsTests {
  private static let documents = 13_000

  /// A segment with one text field; the term `b` has the given postings, and others lie around it.
  private func segment(
    _ postings: [SamplePosting], norms: [UInt8], detail: PostingsDetail = .positions
  ) throws -> SegmentReader {
    let directory = ScratchDirectory()
    let writer = try SegmentWriter(directory: directory, name: "s")
    for _ in norms { try writer.addStored([]) }
    try writer.beginFields(documentCount: norms.count)
    try writer.beginField(1, type: 1)
    try writer.writeNorms(
      unsafe norms.span.bytes, documents: norms.count, tokens: UInt64(norms.count) * 20)
    try writer.beginTerms(space: .index, detail: detail)
    let around = SamplePosting(document: 9, positions: [1, 2, 3, 4, 5, 6])
    for (term, list) in [("a", [around]), ("b", postings), ("c", [around])] where !list.isEmpty {
      try writer.beginTerm(Array(term.utf8))
      for posting in list {
        switch detail {
        case .positions: try writer.add(posting)
        case .frequencies:
          try writer.addPosting(
            document: posting.document, frequency: UInt32(posting.positions.count))
        case .documents: try writer.addPosting(document: posting.document)
        }
      }
      try writer.endTerm(forms: .same)
    }
    try writer.endTerms()
    _ = try writer.finish()
    return try SegmentReader.open(directory.open("s"), name: "s")
  }

  private func norms(_ random: inout FormatRandom) -> [UInt8] {
    (0..<Self.documents).map { _ in UInt8.random(in: 1...80, using: &random) }
  }

  @Test(
    "come back with frequencies and positions", arguments: formatSizes, 0...2 as ClosedRange<UInt8>)
  func roundTrip(count: Int, code: UInt8) throws {
    let detail = try #require(PostingsDetail(rawValue: code))
    var random = FormatRandom(state: UInt64(count))
    let postings = randomPostings(count, of: Self.documents, &random)
    let segment = try segment(postings, norms: norms(&random), detail: detail)
    let entry = try #require(try segment.terms(1, .index)?.lookup(Array("b".utf8)))
    #expect(entry.documentFrequency == count)
    let occurrences = postings.reduce(0) { $0 + $1.positions.count }
    #expect(entry.totalFrequency == (detail == .documents ? count : occurrences))
    var cursor = try segment.postings(entry)
    var read: [SamplePosting] = []
    var frequencies: [UInt32] = []
    while !cursor.isAtEnd {
      frequencies.append(cursor.frequency())
      read.append(
        SamplePosting(document: cursor.document, positions: unsafe Array(try cursor.positions())))
      try cursor.next()
    }
    try cursor.next()
    let isAtEnd = cursor.isAtEnd
    #expect(isAtEnd)
    #expect(
      frequencies
        == postings.map { detail == .documents ? 1 : UInt32($0.positions.count) })
    #expect(
      read
        == postings.map {
          SamplePosting(document: $0.document, positions: detail == .positions ? $0.positions : [])
        })
  }

  @Test("seeking finds the first document not before the target", arguments: formatSizes)
  func seek(count: Int) throws {
    var random = FormatRandom(state: UInt64(count) &* 31)
    let postings = randomPostings(count, of: Self.documents, &random)
    let segment = try segment(postings, norms: norms(&random))
    let entry = try #require(try segment.terms(1, .index)?.lookup(Array("b".utf8)))
    for stride in [2, 50, 700, 9_000] as [UInt32] {
      var cursor = try segment.postings(entry)
      var target: UInt32 = 0
      var at = 0
      var wrong: [String] = []
      while target < UInt32(Self.documents) + 2 {
        while at < postings.count, postings[at].document < target { at += 1 }
        // The shallow place runs ahead now and then; seeks go by their own targets.
        if UInt32.random(in: 0..<3, using: &random) == 0 {
          try cursor.shallowSeek(target + stride * UInt32.random(in: 0..<4, using: &random))
        }
        try cursor.seek(target)
        let expected = at < postings.count ? postings[at].document : PostingsCursor.end
        if cursor.document != expected { wrong.append("\(target): \(cursor.document)") }
        if at < postings.count, UInt32.random(in: 0..<4, using: &random) == 0 {
          let positions = unsafe Array(try cursor.positions())
          if positions != postings[at].positions { wrong.append("positions at \(target)") }
        }
        target += UInt32.random(in: 1...stride, using: &random)
      }
      #expect(wrong == [], "seed \(count), stride \(stride)")
    }
  }

  @Test("bounds are those of the documents of their block and list", arguments: formatSizes)
  func bounds(count: Int) throws {
    var random = FormatRandom(state: UInt64(count) &* 77)
    let postings = randomPostings(count, of: Self.documents, &random)
    let norms = norms(&random)
    let segment = try segment(postings, norms: norms, detail: .frequencies)
    let entry = try #require(try segment.terms(1, .index)?.lookup(Array("b".utf8)))
    var cursor = try segment.postings(entry)
    let factors = ScoreBound.factors(documents: norms.count, tokens: UInt64(norms.count) * 20)
    let values = postings.map {
      Float($0.positions.count) * factors[Int(norms[Int($0.document)])]
    }
    // That of a term in one document depends on the query.
    if count == 1 { return }
    let least = postings.map { norms[Int($0.document)] }.min()
    let leastKept = cursor.list.data.leastNorm
    #expect(leastKept == least)
    var wrong: [String] = []
    for (number, posting) in postings.enumerated() where number % 7 == 0 || count < 300 {
      try cursor.shallowSeek(posting.document)
      let block = number & ~127..<min(number | 127, count - 1) + 1
      let last = postings[block.upperBound - 1].document
      if cursor.shallowLast != last { wrong.append("last of \(number): \(cursor.shallowLast)") }
      let code = ScoreBound.code(values[block].max()!)
      let own = try cursor.bound(posting.document, posting.document + 1)
      if own != code { wrong.append("bound of \(number): \(String(describing: own)), not \(code)") }
      let ahead = try cursor.bound(posting.document, posting.document + 3_000)
      let reach = postings.lastIndex { $0.document < posting.document + 3_000 } ?? number
      let most = ScoreBound.code(values[block.lowerBound..<min(reach | 127, count - 1) + 1].max()!)
      if ahead ?? 0 < code || ahead ?? 0 > max(most, cursor.list.data.bound) {
        wrong.append("bound ahead of \(number)")
      }
    }
    #expect(wrong == [])
    let bound = cursor.list.data.bound
    #expect(bound == ScoreBound.code(values.max()!))
  }

  @Test("a code is the least above its value, and keeps the order")
  func codes() {
    var random = FormatRandom(state: 3)
    var wrong: [Float] = []
    for _ in 0..<100_000 {
      let x =
        Float.random(in: 1...2, using: &random)
        * .init(
          sign: .plus, exponent: Int.random(in: -31...30, using: &random), significand: 1)
      let code = ScoreBound.code(x)
      let isLeast = code == 0 || ScoreBound.value(code - 1) < x
      if ScoreBound.value(code) < x || !isLeast || ScoreBound.floor(code) >= x { wrong.append(x) }
      if ScoreBound.value(code) > x * 1.002 { wrong.append(x) }
    }
    #expect(wrong == [])
    #expect(ScoreBound.value(ScoreBound.code(1e-12)) >= 1e-12)
    #expect(
      zip(0..., 1...ScoreBound.largest).allSatisfy { ScoreBound.value($0) < ScoreBound.value($1) })
  }

  @Test("the next block with a bound is found", arguments: [130, 1_000, 9_000])
  func nextBound(count: Int) throws {
    var random = FormatRandom(state: UInt64(count))
    let postings = randomPostings(count, of: Self.documents, &random)
    let segment = try segment(postings, norms: norms(&random), detail: .frequencies)
    let entry = try #require(try segment.terms(1, .index)?.lookup(Array("b".utf8)))
    let data = try segment.postings(entry).list.data
    let codes = (0..<data.count).map { data.bound($0) }
    for code in Set(codes).sorted() + [ScoreBound.largest] {
      for limit in [500, 6_000, UInt32.max] {
        for from in stride(from: 0, through: data.count, by: 3) {
          let expected = (from..<max(from, data.count)).first {
            codes[$0] >= code && data.first($0) < limit
          }
          #expect(data.next(from: from, before: limit, atLeast: code) == expected)
        }
      }
    }
  }

  @Test("frequencies far above a byte are kept")
  func largeFrequency() throws {
    let positions = (0..<100_000).map { UInt32($0 * 7) }
    for count in [1, 3, 130] {
      let postings = (0..<count).map {
        SamplePosting(document: UInt32($0 * 2), positions: $0 == count - 1 ? positions : [5])
      }
      let segment = try segment(postings, norms: [UInt8](repeating: 30, count: 300))
      let entry = try #require(try segment.terms(1, .index)?.lookup(Array("b".utf8)))
      var cursor = try segment.postings(entry)
      try cursor.seek(UInt32((count - 1) * 2))
      let frequency = cursor.frequency()
      let read = unsafe Array(try cursor.positions())
      #expect(frequency == 100_000)
      #expect(read == positions)
    }
  }

  @Test("a list of more than one run of documents comes back")
  func runs() throws {
    let count = 9_000
    let directory = ScratchDirectory()
    let writer = try SegmentWriter(directory: directory, name: "s", runLength: 1_000)
    for _ in 0..<count * 2 { try writer.addStored([]) }
    try writer.beginFields(documentCount: count * 2)
    try writer.beginField(1, type: 1)
    try writer.beginTerms(space: .index, detail: .positions)
    try writer.beginTerm([97])
    var random = FormatRandom(state: 5)
    var expected: [UInt32] = []
    try unsafe (0..<40).map { UInt32($0 * 3) }.withUnsafeBufferPointer { positions in
      for number in 0..<count {
        let document = UInt32(number * 2) + UInt32.random(in: 0...1, using: &random)
        let wide = number % 128 == 0
        expected.append(document)
        unsafe try writer.addPosting(
          document: document,
          positions: UnsafeBufferPointer(rebasing: positions[0..<(wide ? 40 : 1)]))
      }
    }
    try writer.endTerm(forms: .same)
    try writer.endTerms()
    _ = try writer.finish()
    let segment = try SegmentReader.open(directory.open("s"), name: "s")
    let entry = try #require(try segment.terms(1, .index)?.entry(ordinal: 0))
    var cursor = try segment.postings(entry)
    var wrong = 0
    for number in stride(from: 0, to: count, by: 5) {
      try cursor.seek(UInt32(number * 2))
      let positions = unsafe try cursor.positions()
      if cursor.document != expected[number]
        || positions.count != (number % 128 == 0 ? 40 : 1)
        || (unsafe positions[positions.count - 1]) != UInt32(3 * (positions.count - 1))
      {
        wrong += 1
      }
    }
    #expect(wrong == 0)
  }
}

import Bytes
import Testing

@testable import InvertedIndex

@Suite struct ManifestTests {
  private static let writer = "w-00112233445566778899aabbccddeeff"

  private static func full() -> Manifest {
    let segment = Manifest.Segment(
      file: .init(name: "\(writer)-1.seg", length: 300, checksum: 0x0102_0304_0506_0708),
      documentCount: 5,
      live: .init(
        file: .init(name: "\(writer)-2.live", length: 48, checksum: 9), deletedCount: 2))
    let content = Manifest.Content(
      schema: "{\"fields\":[]}", settings: "{}",
      analyzers: [.init(name: "standard", value: 0xABCD)], segments: [segment])
    return Manifest(
      generation: 7, uuid: UUIDBytes(high: 1, low: 2), time: 1_700_000_000_000, content: content,
      fence: .init(
        baseGeneration: 6, lock: "\(writer).lock", segments: [segment.name], changesSchema: true,
        touched: [.init(name: "\(writer)-3.ids", length: 40, checksum: 3)]),
      retained: [
        .init(kind: .previous, generation: 5, content: Manifest.Content(schema: "{}")),
        .init(kind: .named("before"), generation: 4, content: content),
      ])
  }

  @Test func everythingReadsBackTheSame() throws {
    let manifest = Self.full()
    let bytes = FileBytes(copying: manifest.encoded())
    #expect(try Manifest(decoding: bytes, file: "MANIFEST") == manifest)
  }

  /// The format itself: a change of it must be meant, and comes with a new version.
  @Test func theBytesAreThose() throws {
    let small = Manifest(
      generation: 300, uuid: UUIDBytes(high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EEFF),
      time: -1,
      content: Manifest.Content(
        schema: "{}",
        segments: [
          .init(
            file: .init(name: "\(Self.writer)-1.seg", length: 128, checksum: 0xFF),
            documentCount: 3)
        ]))
    let name = Array("\(Self.writer)-1.seg".utf8)
    var expected: [UInt8] = []
    expected += Array("MARTLET".utf8) + [3, 4, 0, 0, 0, 0, 0, 0, 0]
    var payload: [UInt8] = [0xAC, 0x02]
    payload += [0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x00]
    payload += [0xFF, 0xEE, 0xDD, 0xCC, 0xBB, 0xAA, 0x99, 0x88]
    payload += [0x01]
    payload += [2] + Array("{}".utf8) + [2] + Array("{}".utf8) + [0]
    payload += [1, UInt8(name.count)] + name + [0x80, 0x01, 0xFF, 0, 0, 0, 0, 0, 0, 0, 3, 0]
    payload += [0, 0]
    expected += [UInt8(payload.count), 0, 0, 0, 0, 0, 0, 0] + payload
    let sum = Checksum.of(expected)
    for shift in 0..<8 { expected.append(UInt8(truncatingIfNeeded: sum >> UInt64(shift * 8))) }
    #expect(small.encoded() == expected)
  }

  @Test func anotherVersionIsNamed() throws {
    var bytes = Self.full().encoded()
    bytes[8] = 9
    #expect(throws: IndexError.version(file: "MANIFEST", found: 9, supported: 4...4)) {
      try Manifest(decoding: FileBytes(copying: bytes), file: "MANIFEST")
    }
  }

  @Test func everyFlippedBitAndEveryCutIsAnError() {
    let bytes = Self.full().encoded()
    for offset in bytes.indices {
      for bit in 0..<8 {
        var flipped = bytes
        flipped[offset] ^= 1 << UInt8(bit)
        #expect(throws: IndexError.self) {
          try Manifest(decoding: FileBytes(copying: flipped), file: "MANIFEST")
        }
      }
      #expect(throws: IndexError.self) {
        try Manifest(decoding: FileBytes(copying: Array(bytes.prefix(offset))), file: "MANIFEST")
      }
    }
  }

  /// A right checksum over wrong content must not crash either.
  @Test func sealedNonsenseIsAnError() {
    let payload = Array(Self.full().encoded().dropFirst(24).dropLast(8))
    var random = SplitMix(11)
    for _ in 0..<3_000 {
      var changed = payload
      changed[random.below(changed.count)] = UInt8(random.below(256))
      if random.chance(20) { changed.removeLast(random.below(changed.count)) }
      let file = FileBytes(copying: Envelope.seal(.manifest, changed))
      _ = try? Manifest(decoding: file, file: "MANIFEST")
    }
  }

  @Test func touchedIDsReadBackTheSame() throws {
    let ids = SortedIDs(["b", "a", "", "a", "ccc"].map { Array($0.utf8) })
    #expect(ids.count == 4)
    for touched in [TouchedIDs(ids: ids), TouchedIDs(all: true), TouchedIDs()] {
      let file = FileBytes(copying: touched.encoded())
      #expect(try TouchedIDs(decoding: file, name: "ids") == touched)
    }
  }

  @Test func namesOfFiles() {
    #expect(FileName.writer(of: "\(Self.writer).lock") == Self.writer)
    #expect(FileName.writer(of: "\(Self.writer)-12.seg") == Self.writer)
    #expect(FileName.writer(of: "w-short.lock") == nil)
    #expect(FileName.writer(of: "MANIFEST") == nil)
    #expect(FileName.isContent("\(Self.writer)-12.seg", suffix: "seg"))
    #expect(!FileName.isContent("\(Self.writer)-.seg", suffix: "seg"))
    #expect(!FileName.isContent("\(Self.writer)-1/../x.seg", suffix: "seg"))
  }
}

@Suite struct MergePolicyTests {
  private func even(_ count: Int, size: Int) -> [MergePolicy.Candidate?] {
    (0..<count).map { _ in .init(size: size, documentCount: 1_000, deletedCount: 0) }
  }

  @Test func fewSegmentsAreLeftAlone() {
    #expect(MergePolicy().nextMerge(even(10, size: 50 << 20)) == nil)
    #expect(MergePolicy().nextMerge([]) == nil)
  }

  @Test func tooManyOfOneSizeAreMergedTenAtOnce() {
    #expect(MergePolicy().nextMerge(even(12, size: 50 << 20))?.count == 10)
  }

  @Test func whatIsFencedIsNotTouched() {
    var segments = even(12, size: 50 << 20)
    segments[3] = nil
    segments[0] = nil
    #expect(MergePolicy().nextMerge(segments) == nil)
    segments += even(3, size: 50 << 20)
    let chosen = MergePolicy().nextMerge(segments) ?? []
    #expect(!chosen.isEmpty && !chosen.contains(0) && !chosen.contains(3))
  }

  @Test func aLargeSegmentFullOfDeletionsIsRewritten() {
    let segments: [MergePolicy.Candidate?] = [
      .init(size: 1 << 30, documentCount: 1_000, deletedCount: 10),
      .init(size: 1 << 30, documentCount: 1_000, deletedCount: 400),
    ]
    #expect(MergePolicy().nextMerge(segments) == [1])
  }

  @Test func mergingDownTakesTheSmallest() {
    let sizes = [9, 1, 8, 2]
    let segments = sizes.map {
      MergePolicy.Candidate(size: $0 << 20, documentCount: 10, deletedCount: 0)
    }
    #expect(MergePolicy().merge(segments, downTo: 3) == [1, 3])
    #expect(MergePolicy().merge(segments, downTo: 1) == [0, 1, 2, 3])
    #expect(MergePolicy().merge(segments, downTo: 4) == nil)
    var deleted = segments
    deleted[2].deletedCount = 1
    #expect(MergePolicy().merge(deleted, downTo: 4) == [2])
  }

  /// Thousands of small commits end in few segments, and each document is rewritten few times.
  @Test func manySmallCommitsStayCheap() {
    let policy = MergePolicy()
    var segments: [MergePolicy.Candidate?] = []
    var written = 0
    let commits = 3_000
    for _ in 0..<commits {
      segments.append(.init(size: 1 << 20, documentCount: 100, deletedCount: 0))
      while let chosen = policy.nextMerge(segments) {
        let size = chosen.reduce(0) { $0 + (segments[$1]?.size ?? 0) }
        written += size
        for index in chosen.reversed() { segments.remove(at: index) }
        segments.append(
          .init(size: size, documentCount: size >> 20 * 100, deletedCount: 0))
      }
    }
    #expect(segments.count < 50)
    #expect(written < commits << 20 * 5, "each byte is written at most 5 times more")
  }
}

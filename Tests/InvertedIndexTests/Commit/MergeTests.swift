import Bytes
import Testing

@testable import InvertedIndex

@Suite struct MergeTests {
  private static let words = [
    "run", "running", "runs", "Runner", "naïve", "naive", "COVID-19", "don't", "cat's", "cats",
    "Straße", "strasse", "U.S.", "the", "deterrent", "deterrence",
  ]

  private static func schema() throws -> Schema {
    try Schema(fields: [
      Field(name: "body", type: .text, analyzer: "english"),
      Field(name: "title", type: .text, stored: false),
      Field(name: "tag", type: .keyword), Field(name: "year", type: .integer),
      Field(name: "size", type: .double),
    ])
  }

  private static func document(_ id: Int, _ random: inout SplitMix) -> Document {
    var document = Document()
    document.append("id", "d\(id)")
    func text(_ limit: Int) -> String {
      (0..<(1 + random.below(limit))).map { _ in words[random.below(words.count)] }
        .joined(separator: " ")
    }
    if random.chance(90) { document.append("body", text(18)) }
    if random.chance(50) { document.append("title", text(6)) }
    for _ in 0..<random.below(3) { document.append("tag", "t\(random.below(6))", inArray: true) }
    if random.chance(80) { document.append("year", Int64(random.below(40)) + 1990) }
    if random.chance(30) { document.append("size", Double(random.below(1000)) / 8) }
    return document
  }

  private static func bytes(_ directory: FaultDirectory) throws -> [UInt8] {
    let snapshot = try Snapshot.open(directory)
    #expect(snapshot.segments.count == 1)
    let file = try directory.open(snapshot.segments[0].entry.name)
    return unsafe file.bytes.withUnsafeBytes { unsafe [UInt8]($0) }
  }

  private static var options: IndexWriter.Options {
    var options = IndexWriter.Options()
    options.merges = false
    return options
  }

  /// Segments with deletions, merged, are byte for byte the segment that the live documents make at once.
  @Test(arguments: 0..<9)
  func aMergeIsTheSegmentOfTheLiveDocuments(_ seed: Int) throws {
    var random = SplitMix(UInt64(seed))
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(directory, create: Self.schema(), options: Self.options)
    var live: [(Int, Document)] = []
    var next = 0
    for _ in 0..<(2 + random.below(4)) {
      for _ in 0..<(1 + random.below(70)) {
        let document = Self.document(next, &random)
        try writer.add(document)
        live.append((next, document))
        next += 1
      }
      try writer.commit()
      for _ in 0..<random.below(live.count / 2 + 1) where !live.isEmpty && seed % 3 != 0 {
        let (id, _) = live.remove(at: random.below(live.count))
        try writer.delete(id: "d\(id)")
      }
      try writer.commit()
    }
    guard try Snapshot.open(directory).segments.count > 1 else { return }
    try Merging.run(directory, maxSegments: 1)

    let fresh = FaultDirectory(FaultDisk(seed: 1))
    let other = try IndexWriter.open(fresh, create: Self.schema(), options: Self.options)
    for (_, document) in live { try other.add(document) }
    try other.commit()
    let merged = try Self.bytes(directory)
    let direct = try Self.bytes(fresh)
    #expect(merged.count == direct.count)
    #expect(merged == direct, "seed \(seed)")
    #expect(try IndexCheck.run(directory).findings.first == nil)
  }

  /// Several merges on the way make no difference.
  @Test func mergesOfMergesAreTheSame() throws {
    var random = SplitMix(99)
    let step = FaultDirectory(FaultDisk(seed: 1))
    let once = FaultDirectory(FaultDisk(seed: 1))
    let one = try IndexWriter.open(step, create: Self.schema(), options: Self.options)
    let two = try IndexWriter.open(once, create: Self.schema(), options: Self.options)
    for id in 0..<200 {
      let document = Self.document(id, &random)
      try one.add(document)
      try two.add(document)
      if id % 40 == 39 { try one.commit() }
      if id % 100 == 99 { try Merging.run(step, maxSegments: 1) }
    }
    try one.commit()
    try two.commit()
    try Merging.run(step, maxSegments: 1)
    #expect(try Self.bytes(step) == Self.bytes(once))
  }

  /// Thousands of words, of several forms each and in lists of all lengths, in three segments; `isThinned`: with deletions.
  private static func wordy(_ disk: FaultDisk, isThinned: Bool) throws -> FaultDirectory {
    var random = SplitMix(17)
    let directory = FaultDirectory(disk)
    let writer = try IndexWriter.open(directory, create: schema(), options: options)
    for id in 0..<900 {
      var document = Document()
      document.append("id", "d\(id)")
      let words = (0..<30).map { _ in
        random.chance(50)
          ? "w\(random.below(1 + random.below(9_000)))" + ["", "s", "ing"][random.below(3)]
          : Self.words[random.below(Self.words.count)]
      }
      document.append("body", words.joined(separator: " "))
      document.append("tag", "t\(random.below(6_000))")
      try writer.add(document)
      if id % 300 == 299 { try writer.commit() }
    }
    if isThinned {
      for id in stride(from: 1, to: 900, by: 7) { try writer.delete(id: "d\(id)") }
      try writer.commit()
    }
    return directory
  }

  /// Runs that several threads write are those of one; those that may hold little wait for each other in the middle of one.
  @Test(arguments: [false, true])
  func threadsMakeNoDifference(_ isThinned: Bool) throws {
    let directory = try Self.wordy(FaultDisk(seed: 1), isThinned: isThinned)
    let inputs = try Snapshot.open(directory).segments
    var outputs: [[UInt8]] = []
    for (threads, partMemory) in [(1, 1 << 20), (2, 1 << 20), (3, 2_000), (4, 16_000)] {
      var sources: [MergeSource] = []
      for input in inputs {
        let base = sources.reduce(0) { $0 + $1.map.liveCount }
        sources.append(try MergeSource(directory, input.entry, base: base))
      }
      let name = "out-\(threads)"
      let merger = try SegmentMerger(
        sources, directory: directory, name: name, memory: 64 << 20, threads: threads,
        partMemory: partMemory)
      #expect(merger.threads == threads)
      _ = try merger.run()
      let file = try directory.open(name)
      outputs.append(unsafe file.bytes.withUnsafeBytes { unsafe [UInt8]($0) })
    }
    let merged = try SegmentReader.open(FileBytes(copying: outputs[0]), name: "out")
    #expect(try #require(merged.terms(1, .index)).count > TermDictionaryWriter.runTerms)
    #expect(outputs[1] == outputs[0])
    #expect(outputs[2] == outputs[0])
    #expect(outputs[3] == outputs[0])
    try Merging.run(directory, maxSegments: 1, threads: 2)
    #expect(try Self.bytes(directory) == outputs[0])
    #expect(try IndexCheck.run(directory).findings.first == nil)
  }

  /// Where memory is scarce, so are threads.
  @Test func threadsAreBoundedByMemory() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    for (memory, expected) in [(1 << 20, 1), (40 << 20, 2), (1 << 30, 8)] {
      let merger = try SegmentMerger(
        [], directory: directory, name: "\(memory)", memory: memory, threads: 8)
      #expect(merger.threads == expected)
    }
  }

  /// An input that turns out damaged ends all threads, with its error.
  @Test(arguments: 1...3)
  func damageEndsAllThreads(_ threads: Int) throws {
    let directory = try Self.wordy(FaultDisk(seed: 1), isThinned: false)
    let snapshot = try Snapshot.open(directory)
    let inputs = snapshot.segments
    let dictionary = try #require(inputs[1].reader.terms(1, .index))
    let file = try directory.open(inputs[1].entry.name)
    var bytes = unsafe file.bytes.withUnsafeBytes { unsafe [UInt8]($0) }
    bytes[dictionary.section.offset + dictionary.section.length / 2] ^= 0x40
    let damaged = try SegmentReader.open(FileBytes(copying: bytes), name: "damaged")
    let sources = [
      MergeSource(inputs[0].reader, base: 0), MergeSource(damaged, base: 300),
      MergeSource(inputs[2].reader, base: 600),
    ]
    let merger = try SegmentMerger(
      sources, directory: directory, name: "out", memory: 64 << 20, threads: threads,
      partMemory: 2_000)
    var culprit = ""
    do throws(IndexError) {
      _ = try merger.run()
    } catch {
      if case .corrupt(let name, _, _) = error { culprit = name }
    }
    #expect(culprit == "damaged")
    #expect(try !directory.list().contains("out"))
  }

  @Test func aSegmentWithoutLiveDocumentsVanishes() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(directory, create: versionSchema(), options: Self.options)
    try writer.add(makeDocument("a", [("v", "1")]))
    try writer.commit()
    try writer.add(makeDocument("b", [("v", "1")]))
    try writer.commit()
    try writer.delete(id: "a")
    try writer.commit()
    #expect(try Snapshot.open(directory).segments.count == 1)
    try writer.delete(id: "b")
    try writer.commit()
    #expect(try Snapshot.open(directory).segments.isEmpty)
  }

  /// Long stored documents span blocks, which a merge copies whole.
  @Test func longStoredDocumentsSurviveMerges() throws {
    var random = SplitMix(4)
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(fields: [Field(name: "v", type: .text, indexed: false)])
    let writer = try IndexWriter.open(directory, create: schema, options: Self.options)
    var expected: [String: String] = [:]
    for id in 0..<60 {
      let count = random.chance(20) ? 20_000 : random.below(3_000)
      let text = String(
        (0..<count).map { _ in Character(UnicodeScalar(UInt8(97 + random.below(26)))) })
      try writer.add(makeDocument("\(id)", [("v", text)]))
      expected["\(id)"] = text
      if id % 20 == 19 { try writer.commit() }
    }
    for id in stride(from: 3, to: 60, by: 17) {
      try writer.delete(id: "\(id)")
      expected["\(id)"] = nil
    }
    try writer.commit()
    try Merging.run(directory, maxSegments: 1)
    let snapshot = try Snapshot.open(directory)
    #expect(snapshot.segments.count == 1)
    #expect(try contents(snapshot) == expected)
  }
}

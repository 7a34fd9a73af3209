// Merging into another order of documents: what is written, what is found, and what happens when it does not come to
// its end.

import Bytes
import Glibc
import Testing

@testable import InvertedIndex

@Suite struct ReorderTests {
  private static func schema() throws -> Schema {
    try Schema(fields: [
      Field(name: "body", type: .text, analyzer: "english"),
      Field(name: "title", type: .text, stored: false),
      Field(name: "tag", type: .keyword), Field(name: "year", type: .integer),
    ])
  }

  private static func document(_ id: Int, _ random: inout SplitMix) -> Document {
    var document = Document()
    document.append("id", "d\(id)")
    let topic = random.below(4)
    func text(_ count: Int) -> String {
      (0..<count).map { _ in
        random.chance(70)
          ? "w\(topic)\(random.below(12))" + ["", "s", "ing"][random.below(3)]
          : ["the", "a", "of", "COVID-19", "naïve", "naive"][random.below(6)]
      }.joined(separator: " ")
    }
    if random.chance(95) { document.append("body", text(3 + random.below(16))) }
    if random.chance(50) { document.append("title", text(1 + random.below(4))) }
    for _ in 0..<random.below(3) { document.append("tag", "t\(random.below(6))", inArray: true) }
    if random.chance(80) { document.append("year", Int64(random.below(40)) + 1990) }
    return document
  }

  private static var options: IndexWriter.Options {
    var options = IndexWriter.Options()
    options.merges = false
    return options
  }

  /// Several segments, by some seeds with deletions; and the live documents by id.
  private static func index(
    _ seed: Int, documents: Int, disk: FaultDisk = FaultDisk(seed: 1)
  ) throws -> (FaultDirectory, [String: Document]) {
    var random = SplitMix(UInt64(seed))
    let directory = FaultDirectory(disk)
    let writer = try IndexWriter.open(directory, create: schema(), options: options)
    var live: [String: Document] = [:]
    for id in 0..<documents {
      let document = document(id, &random)
      try writer.add(document)
      live["d\(id)"] = document
      if random.below(documents) < 3 { try writer.commit() }
    }
    try writer.commit()
    if seed % 3 != 0 {
      for _ in 0..<documents / 4 {
        let id = "d\(random.below(documents))"
        try writer.delete(id: id)
        live[id] = nil
      }
    }
    try writer.commit()
    writer.close()
    return (directory, live)
  }

  private static func bytes(_ directory: FaultDirectory) throws -> [UInt8] {
    let snapshot = try Snapshot.open(directory)
    #expect(snapshot.segments.count == 1)
    let file = try directory.open(snapshot.segments[0].entry.name)
    return unsafe file.bytes.withUnsafeBytes { unsafe [UInt8]($0) }
  }

  /// Ids in the order of documents.
  private static func ids(_ directory: FaultDirectory) throws -> [String] {
    let snapshot = try Snapshot.open(directory)
    var ids: [String] = []
    var bytes: [UInt8] = []
    var document = Document()
    for segment in snapshot.segments {
      for number in 0..<segment.entry.documentCount where segment.live?.isLive(number) ?? true {
        try segment.reader.stored.document(number, into: &bytes)
        try document.restore(bytes, schema: snapshot.schema, file: "segment")
        for value in document.values where document.string(value.path) == "id" {
          ids.append(document.string(value.text))
        }
      }
    }
    return ids
  }

  /// Nothing but the order of documents is another one.
  @Test(arguments: 0..<8)
  func itIsTheSegmentOfTheDocumentsAddedInThatOrder(_ seed: Int) throws {
    let (directory, live) = try Self.index(seed, documents: 40 + seed * 130)
    #expect(try Merging.reorder(directory, threads: 1 + seed % 3))
    let ids = try Self.ids(directory)
    #expect(Set(ids) == Set(live.keys) && ids.count == live.count, "seed \(seed)")

    let fresh = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(fresh, create: Self.schema(), options: Self.options)
    for id in ids { try writer.add(#require(live[id])) }
    try writer.commit()
    let (reordered, direct) = (try Self.bytes(directory), try Self.bytes(fresh))
    #expect(reordered.count == direct.count)
    let areEqual = reordered == direct
    #expect(areEqual, "seed \(seed)")
    #expect(try IndexCheck.run(directory).findings.first == nil)
  }

  @Test func threadsAndSegmentsMakeNoDifference() throws {
    var outputs: [[UInt8]] = []
    for threads in 1...3 {
      let (directory, _) = try Self.index(6, documents: 1_500)
      if threads == 2 { try Merging.run(directory, maxSegments: 1) }
      #expect(try Merging.reorder(directory, memory: 64 << 20, threads: threads))
      outputs.append(try Self.bytes(directory))
    }
    let areEqual = outputs.allSatisfy { $0 == outputs[0] }
    #expect(areEqual)
  }

  @Test func everyQueryIsAnsweredAsBefore() throws {
    let (directory, _) = try Self.index(7, documents: 1_200)
    try Merging.run(directory, maxSegments: 1)
    let before = Searcher(try IndexReader.open(directory))
    #expect(try Merging.reorder(directory, threads: 2))
    let after = Searcher(try IndexReader.open(directory))
    var random = SplitMix(70)
    for _ in 0..<300 {
      let words = (0..<(1 + random.below(3))).map { _ in
        random.chance(70) ? "w\(random.below(4))\(random.below(12))" : "the"
      }
      let joint = [" ", " OR ", " -", " w"][random.below(4)]
      var query = words.joined(separator: joint)
      if random.chance(30) { query = "\"\(words.joined(separator: " "))\"" }
      if random.chance(20) { query += " year:>2010" }
      if random.chance(10) { query += " tag:t3" }
      var request = SearchRequest(query: query)
      request.limit = 2_000
      func hits(_ searcher: Searcher) throws -> [String: Float?] {
        Dictionary(
          uniqueKeysWithValues: try searcher.search(request).hits.map { ($0.id, $0.score) })
      }
      #expect(try hits(after) == hits(before), "\(query)")
      // Pruned, equally good hits may be others.
      request.limit = 10
      #expect(
        try after.search(request).hits.map(\.score) == before.search(request).hits.map(\.score),
        "\(query)")
      #expect(try after.count(request).total == before.count(request).total)
    }
  }

  @Test func whatIsDeletedMeanwhileStaysDeleted() throws {
    let (directory, live) = try Self.index(3, documents: 300)
    let identity = try WriterIdentity(directory: directory)
    let manifest = try #require(try Commit.readManifest(directory))
    let merge = try PreparedMerge(
      directory, manifest, chosen: Array(manifest.segments.indices), identity: identity,
      memory: 64 << 20, isReordered: true)
    let gone = live.keys.sorted().filter { $0.hasSuffix("7") }
    let writer = try IndexWriter.open(directory, options: Self.options)
    for id in gone { try writer.delete(id: id) }
    try writer.add(makeDocument("new", [("body", "new")]))
    try writer.commit()
    #expect(try merge.commit())
    identity.close()
    #expect(try Snapshot.open(directory).segments.count == 2)
    #expect(try Set(Self.ids(directory)) == Set(live.keys).subtracting(gone).union(["new"]))
    #expect(try IndexCheck.run(directory).findings.first == nil)
  }

  /// Long documents and small ones, more than are held at once.
  @Test func storedDocumentsFollow() throws {
    var random = SplitMix(4)
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(fields: [Field(name: "v", type: .text)])
    let writer = try IndexWriter.open(directory, create: schema, options: Self.options)
    var expected: [String: String] = [:]
    for id in 0..<700 {
      let count = random.chance(5) ? 9_000 : random.below(500)
      let text = (0..<count).map { _ in "w\(random.below(50))" }.joined(separator: " ")
      try writer.add(makeDocument("\(id)", [("v", text)]))
      expected["\(id)"] = text
      if id % 200 == 199 { try writer.commit() }
    }
    try writer.commit()
    // An eighth of the memory is for stored documents.
    #expect(try Merging.reorder(directory, memory: 8 << 20))
    let snapshot = try Snapshot.open(directory)
    #expect(snapshot.segments[0].reader.stored.blockCount > 100)
    #expect(try contents(snapshot) == expected)
  }

  /// A list that does not fit the memory is sorted in parts.
  @Test func aListLongerThanMemoryIsSortedInParts() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(fields: [Field(name: "v", type: .text, stored: false)])
    let writer = try IndexWriter.open(directory, create: schema, options: Self.options)
    var document = Document()
    for id in 0..<16_000 {
      document.removeAll()
      document.append("id", "\(id)")
      document.append("v", "x x x x x x x x x x x x x t\(id % 7)")
      try writer.add(document)
    }
    try writer.commit()
    let manifest = try #require(try Commit.readManifest(directory))
    let source = try MergeSource(directory, manifest.segments[0], base: 0)
    let order = try DocumentOrder([source], memory: 64 << 20, threads: 2, progress: nil)
    func merged(_ memory: Int) throws -> [UInt8] {
      let output = try SegmentMerger(
        [source], in: order, directory: directory, name: "out\(memory)", memory: memory
      ).run()
      let file = try directory.open(output.name)
      return unsafe file.bytes.withUnsafeBytes { unsafe [UInt8]($0) }
    }
    // A quarter is for a list, which takes 1.1 MiB here.
    let areEqual = try merged(4 << 20) == merged(64 << 20)
    #expect(areEqual)
  }

  @Test func emptyAndSmallIndexes() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(directory, create: Self.schema(), options: Self.options)
    #expect(try !Merging.reorder(directory))
    try writer.add(makeDocument("a", [("body", "one")]))
    try writer.commit()
    #expect(try Merging.reorder(directory))
    #expect(try Self.ids(directory) == ["a"])
    try writer.add(makeDocument("b", [("title", "two")]))
    try writer.add(makeDocument("c"))
    try writer.commit()
    try writer.delete(id: "b")
    try writer.commit()
    #expect(try Merging.reorder(directory))
    #expect(try Set(Self.ids(directory)) == ["a", "c"])
    #expect(try Snapshot.open(directory).segments.map(\.entry.documentCount) == [2])
    #expect(try IndexCheck.run(directory).findings.first == nil)
  }

  @Test func tooLittleMemoryIsSaid() throws {
    let (directory, live) = try Self.index(1, documents: 300)
    #expect(throws: IndexError.self) { try Merging.reorder(directory, memory: 1 << 20) }
    #expect(try Set(Self.ids(directory)) == Set(live.keys))
  }

  @Test func aRebuildAtWorkIsNotDisturbed() throws {
    let (directory, live) = try Self.index(1, documents: 100)
    let rebuild = try Rebuild.begin(directory, options: Self.options)
    #expect(try !Merging.reorder(directory))
    for document in live.values { try rebuild.add(document) }
    try rebuild.commit()
    #expect(try Merging.reorder(directory))
    #expect(try Set(Self.ids(directory)) == Set(live.keys))
  }

  /// Killed, cut off or out of space at any step: every document is there afterwards, and nothing is left over.
  @Test(arguments: [Fault.powerCut, .kill, .error(ENOSPC)])
  func itMayEndAtAnyStep(_ fault: Fault) throws {
    var step = 0
    while true {
      let disk = FaultDisk(seed: UInt64(step))
      let (directory, live) = try Self.index(5, documents: 60, disk: disk)
      disk.fault = fault
      disk.fuse = step
      _ = try? Merging.reorder(directory)
      let burned = disk.fuse == nil
      disk.fuse = nil
      let next = FaultDirectory(disk)
      let writer = try IndexWriter.open(next, options: Self.options)
      try writer.add(makeDocument("new"))
      try writer.commit()
      writer.close()
      #expect(try Set(Self.ids(next)) == Set(live.keys).union(["new"]), "step \(step)")
      let check = try IndexCheck.run(next)
      #expect(check.findings.first == nil && check.orphans == [], "step \(step)")
      if !burned { break }
      step += 1
    }
    #expect(step > 5)
  }
}

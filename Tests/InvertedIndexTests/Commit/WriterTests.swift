import Bytes
import Glibc
import Testing

@testable import InvertedIndex

/// A document of an id and a version.
func makeDocument(_ id: String, _ fields: [(String, String)] = []) -> Document {
  var document = Document()
  document.append("id", id)
  for (name, text) in fields { document.append(name, text) }
  return document
}

/// Ids with the text of field `v`, by what is stored: what an index holds.
func contents(_ snapshot: Snapshot) throws -> [String: String] {
  var result: [String: String] = [:]
  var bytes: [UInt8] = []
  var document = Document()
  for segment in snapshot.segments {
    for number in 0..<segment.entry.documentCount where segment.live?.isLive(number) ?? true {
      try segment.reader.stored.document(number, into: &bytes)
      try document.restore(bytes, schema: snapshot.schema, file: segment.reader.name)
      var id = ""
      var version = ""
      for value in document.values {
        switch document.string(value.path) {
        case "id": id = document.string(value.text)
        case "v": version = document.string(value.text)
        default: break
        }
      }
      #expect(result[id] == nil, "two live documents of id \(id)")
      result[id] = version
    }
  }
  return result
}

func versionSchema() throws -> Schema {
  try Schema(fields: [Field(name: "v", type: .keyword)], dynamic: .reject)
}

@Suite struct WriterTests {
  @Test func whatIsCommittedIsThere() throws {
    let disk = FaultDisk(seed: 1)
    let directory = FaultDirectory(disk)
    let writer = try IndexWriter.open(directory, create: versionSchema())
    try writer.add(makeDocument("a", [("v", "1")]))
    try writer.add(makeDocument("b", [("v", "1")]))
    try writer.add(makeDocument("a", [("v", "2")]))
    let first = try writer.commit()
    #expect(first.added == 2 && first.replaced == 0 && first.deleted == 0)
    try writer.delete(id: "b")
    try writer.add(makeDocument("a", [("v", "3")]))
    try writer.delete(id: "nobody")
    let second = try writer.commit()
    #expect(second.added == 0 && second.replaced == 1 && second.deleted == 1)
    #expect(try contents(Snapshot.open(directory)) == ["a": "3"])
    #expect(second.generation == first.generation + 1)
    #expect(try writer.commit().generation == second.generation, "nothing to commit")
    writer.close()
    #expect(disk.names.keys.contains { $0.hasSuffix(".lock") && $0.hasPrefix("w-") } == false)
  }

  @Test func theLastOneOfAnIDWinsOverSegmentsAndThreads() throws {
    for threads in [1, 3] {
      let directory = FaultDirectory(FaultDisk(seed: 1))
      var options = IndexWriter.Options()
      options.threads = threads
      options.merges = false
      let writer = try IndexWriter.open(directory, create: versionSchema(), options: options)
      var expected: [String: String] = [:]
      var random = SplitMix(7)
      for step in 0..<400 {
        let id = "id\(random.below(50))"
        if random.chance(20) {
          try writer.delete(id: id)
          expected[id] = nil
        } else {
          try writer.add(makeDocument(id, [("v", "\(step)")]))
          expected[id] = "\(step)"
        }
        if random.chance(3) {
          try writer.delete { segment in BitSet(count: segment.entry.documentCount) }
        }
        if random.chance(2) { try writer.commit() }
      }
      try writer.commit()
      #expect(try contents(Snapshot.open(directory)) == expected)
      writer.close()
    }
  }

  @Test func everythingIsDeletedAndAddedAgain() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(directory, create: versionSchema())
    try writer.add(makeDocument("a", [("v", "1")]))
    try writer.commit()
    try writer.add(makeDocument("b", [("v", "1")]))
    try writer.deleteAll()
    try writer.add(makeDocument("c", [("v", "1")]))
    let result = try writer.commit()
    #expect(result.deleted == 1 && result.added == 1)
    #expect(try contents(Snapshot.open(directory)) == ["c": "1"])
  }

  @Test func mergingKeepsEveryDocument() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    var options = IndexWriter.Options()
    options.merges = false
    let writer = try IndexWriter.open(directory, create: versionSchema(), options: options)
    var expected: [String: String] = [:]
    for round in 0..<12 {
      for id in 0..<20 where (id + round) % 3 != 0 {
        try writer.add(makeDocument("\(id)", [("v", "\(round)")]))
        expected["\(id)"] = "\(round)"
      }
      try writer.commit()
    }
    let merged = try Merging.run(directory, maxSegments: 1)
    let snapshot = try Snapshot.open(directory)
    #expect(merged == 1 && snapshot.segments.count == 1 && snapshot.deletedCount == 0)
    #expect(try contents(snapshot) == expected)
  }

  @Test func aFieldThatAppearsIsACommitOfItsOwn() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(directory, create: Schema())
    let other = try IndexWriter.open(directory)
    try writer.add(makeDocument("a", [("v", "one two")]))
    try other.add(makeDocument("b", [("v", "three")]))
    let schema = try Snapshot.open(directory).schema
    #expect(schema.fields.map(\.name) == ["id", "v"])
    try writer.commit()
    try other.commit()
    #expect(try contents(Snapshot.open(directory)) == ["a": "one two", "b": "three"])
  }

  @Test func aRebuildHappensAtItsBase() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(directory, create: versionSchema())
    for id in ["a", "b", "c", "d"] { try writer.add(makeDocument(id, [("v", "old")])) }
    try writer.commit()
    let rebuild = try Rebuild.begin(directory)
    for id in ["a", "b", "c", "x"] { try rebuild.add(makeDocument(id, [("v", "new")])) }
    try writer.add(makeDocument("a", [("v", "later")]))
    try writer.delete(id: "x")
    try writer.commit()
    try rebuild.commit()
    #expect(
      try contents(Snapshot.open(directory)) == ["a": "later", "b": "new", "c": "new"])
    #expect(try IndexHistory(directory).points().count == 2)
    try IndexHistory(directory).rollBack(to: .beforeRebuild)
    #expect(
      try contents(Snapshot.open(directory))
        == ["a": "later", "b": "old", "c": "old", "d": "old"])
  }

  @Test func aRebuildFromStoredDocumentsGivesTheSame() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(directory, create: versionSchema())
    for id in 0..<30 { try writer.add(makeDocument("\(id)", [("v", "\(id)")])) }
    try writer.commit()
    try writer.delete(id: "7")
    try writer.commit()
    let before = try contents(Snapshot.open(directory))
    let rebuild = try Rebuild.begin(directory)
    try rebuild.addStoredDocuments()
    try rebuild.commit()
    #expect(try contents(Snapshot.open(directory)) == before)
  }
}

@Suite struct FailureTests {
  private static var options: IndexWriter.Options {
    var options = IndexWriter.Options()
    options.merges = false
    return options
  }

  /// No space at any operation of a commit: an error, the old generation, and the next writer succeeds.
  @Test func noSpaceAtAnyStep() throws {
    var step = 0
    while true {
      let disk = FaultDisk(seed: 1)
      let directory = FaultDirectory(disk)
      let writer = try IndexWriter.open(directory, create: versionSchema(), options: Self.options)
      try writer.add(makeDocument("a", [("v", "1")]))
      try writer.add(makeDocument("b", [("v", "1")]))
      try writer.commit()
      disk.fault = .error(ENOSPC)
      disk.fuse = step
      var failure: IndexError?
      do throws(IndexError) {
        try writer.add(makeDocument("a", [("v", "2")]))
        try writer.delete(id: "b")
        try writer.commit()
      } catch {
        failure = error
      }
      let burned = disk.fuse == nil
      disk.fuse = nil
      let found = try contents(Snapshot.open(directory))
      switch failure {
      case nil: #expect(found == ["a": "2"])
      case .unknownDurability: #expect(found == ["a": "2"])
      default: #expect(found == ["a": "1", "b": "1"], "step \(step)")
      }
      writer.close()
      let next = try IndexWriter.open(directory, options: Self.options)
      try next.add(makeDocument("c", [("v", "1")]))
      try next.commit()
      next.close()
      #expect(try contents(Snapshot.open(directory))["c"] == "1")
      #expect(try IndexCheck.run(directory).orphans == [], "step \(step)")
      if !burned { break }
      step += 1
    }
    #expect(step > 10)
  }

  /// After a directory sync that failed nothing is acknowledged before a newer manifest is durable.
  @Test func unknownDurabilityIsResolvedByTheNextCommit() throws {
    let disk = FaultDisk(seed: 1)
    let directory = FaultDirectory(disk)
    let writer = try IndexWriter.open(directory, create: versionSchema(), options: Self.options)
    try writer.add(makeDocument("a", [("v", "1")]))
    // The last step of a commit is the second sync of the directory; try each until it is that.
    var unknown: UInt64?
    for step in 0..<40 where unknown == nil {
      let trial = FaultDisk(seed: 1)
      let place = FaultDirectory(trial)
      let one = try IndexWriter.open(place, create: versionSchema(), options: Self.options)
      try one.add(makeDocument("a", [("v", "1")]))
      trial.fault = .error(EIO)
      trial.fuse = step
      do throws(IndexError) {
        try one.commit()
      } catch {
        guard case .unknownDurability(let generation, EIO) = error else { continue }
        unknown = generation
        let result = try one.commit()
        #expect(result.generation == generation + 1, "an empty commit makes it durable")
        #expect(try one.commit().generation == generation + 1)
        trial.reboot()
        #expect(try contents(Snapshot.open(FaultDirectory(trial))) == ["a": "1"])
      }
    }
    #expect(unknown == 2)
    writer.close()
  }

  @Test func whileARebuildChangesTheSchemaNobodyAdds() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(directory, create: versionSchema(), options: Self.options)
    try writer.add(makeDocument("a", [("v", "1")]))
    try writer.add(makeDocument("b", [("v", "1")]))
    try writer.commit()
    let schema = try Schema(
      fields: [Field(name: "v", type: .text), Field(name: "n", type: .integer)], dynamic: .reject)
    let rebuild = try Rebuild.begin(directory, schema: schema, options: Self.options)
    #expect(throws: IndexError.self) { try Rebuild.begin(directory) }
    let deleter = try IndexWriter.open(directory, options: Self.options)
    try deleter.delete(id: "b")
    try deleter.commit()
    try writer.add(makeDocument("c", [("v", "1")]))
    #expect(throws: IndexError.self) { try writer.commit() }
    try rebuild.addStoredDocuments()
    try rebuild.commit()
    let snapshot = try Snapshot.open(directory)
    #expect(snapshot.schema == schema)
    #expect(try contents(snapshot) == ["a": "1"])
    // A writer of the old schema cannot go on.
    try deleter.add(makeDocument("d", [("v", "1")]))
    #expect(throws: IndexError.self) { try deleter.commit() }
    try IndexHistory(directory).rollBack(to: .beforeRebuild)
    #expect(try Snapshot.open(directory).schema == versionSchema())
  }

  @Test func aRebuildNeedsStoredFields() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(fields: [Field(name: "v", type: .text, stored: false)])
    let writer = try IndexWriter.open(directory, create: schema, options: Self.options)
    try writer.add(makeDocument("a", [("v", "1")]))
    try writer.commit()
    let rebuild = try Rebuild.begin(directory, options: Self.options)
    #expect(throws: IndexError.self) { try rebuild.addStoredDocuments() }
    rebuild.cancel()
    try writer.add(makeDocument("b", [("v", "1")]))
    try writer.commit()
    #expect(
      try Commit.readManifest(directory)?.fence == nil, "a void fence goes with the next commit")
  }

  @Test func aDocumentThatDoesNotFitIsToldAndTheOthersStay() throws {
    for threads in [1, 2] {
      let directory = FaultDirectory(FaultDisk(seed: 1))
      var options = Self.options
      options.threads = threads
      let told = Failures()
      options.onReject = { tag, error in told.add("\(tag)") }
      let writer = try IndexWriter.open(directory, create: versionSchema(), options: options)
      try writer.add(makeDocument("a", [("v", "1")]), tag: 1)
      try writer.add(makeDocument("b", [("w", "1")]), tag: 2)
      var nameless = Document()
      nameless.append("v", "1")
      try writer.add(nameless, tag: 3)
      try writer.commit()
      #expect(told.all.sorted() == ["2", "3"])
      #expect(try contents(Snapshot.open(directory)) == ["a": "1"])
      writer.close()
    }
  }

  @Test func aBudgetMakesSeveralSegments() throws {
    for threads in [1, 2] {
      let directory = FaultDirectory(FaultDisk(seed: 1))
      var options = Self.options
      options.threads = threads
      options.memory = 1 << 20
      let writer = try IndexWriter.open(directory, create: versionSchema(), options: options)
      for id in 0..<4_000 {
        try writer.add(makeDocument("document-\(id % 3_000)", [("v", "version \(id) \(id * 7)")]))
      }
      try writer.commit()
      let snapshot = try Snapshot.open(directory)
      #expect(snapshot.segments.count > threads)
      #expect(snapshot.documentCount - snapshot.deletedCount == 3_000)
      writer.close()
    }
  }

  @Test func namedSnapshotsKeepTheirFiles() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let writer = try IndexWriter.open(directory, create: versionSchema(), options: Self.options)
    try writer.add(makeDocument("a", [("v", "1")]))
    try writer.commit()
    let history = IndexHistory(directory)
    try history.keep("first")
    for version in 2..<6 {
      try writer.add(makeDocument("a", [("v", "\(version)")]))
      try writer.commit()
    }
    try history.rollBack(to: .named("first"))
    #expect(try contents(Snapshot.open(directory)) == ["a": "1"])
    try history.remove("first")
    #expect(throws: IndexError.self) { try history.rollBack(to: .named("first")) }
  }

  /// Other analyzers make other terms: an error, not a wrong answer, until the index is rebuilt.
  @Test func anIndexOfOtherAnalyzersIsRebuilt() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(fields: [Field(name: "v", type: .text)])
    let writer = try IndexWriter.open(directory, create: schema, options: Self.options)
    try writer.add(makeDocument("a", [("v", "one")]))
    try writer.commit()
    writer.close()
    let identity = try WriterIdentity(directory: directory)
    let uuid = try Snapshot.open(directory).uuid
    _ = try Commit.perform(directory, identity, uuid: uuid) { (manifest) throws(IndexError) in
      manifest.content.analyzers[0].value ^= 1
      return ((), .arrangement)
    }
    identity.close()
    #expect(throws: IndexError.self) { try IndexWriter.open(directory) }
    let searcher = Searcher(try IndexReader.open(directory))
    #expect(throws: IndexError.self) { try searcher.search(SearchRequest(query: "one")) }
    let rebuild = try Rebuild.begin(directory, options: Self.options)
    try rebuild.addStoredDocuments()
    try rebuild.commit()
    let found = try Searcher(try IndexReader.open(directory)).search(SearchRequest(query: "one"))
    #expect(found.hits.map(\.id) == ["a"])
  }

  @Test func deletionsBeyondTheBudgetAskForACommit() throws {
    for threads in [1, 2] {
      let directory = FaultDirectory(FaultDisk(seed: 1))
      var options = Self.options
      options.memory = 1 << 20
      options.threads = threads
      let writer = try IndexWriter.open(directory, create: versionSchema(), options: options)
      var refused = 0
      for number in 0..<20_000 {
        do throws(IndexError) {
          try writer.delete(id: "id\(number)")
        } catch {
          guard case .document = error else { throw error }
          refused += 1
          try writer.commit()
          try writer.delete(id: "id\(number)")
        }
      }
      #expect(refused > 0 && refused < 20)
      try writer.commit()
      writer.close()
    }
  }
}

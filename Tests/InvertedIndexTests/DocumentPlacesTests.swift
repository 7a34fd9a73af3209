import Testing

@testable import InvertedIndex

@Suite("Numbers of documents by how many come before")
struct DocumentPlacesTests {
  @Test("as counting one by one, over segments with and without deletions")
  func counting() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let seed = UInt64.random(in: .min ... .max)
    var random = SplitMix(seed)
    for segment in 0..<3 {
      let writer = try IndexWriter.open(directory, create: versionSchema())
      defer { writer.close() }
      for number in 0..<Int.random(in: 1...200, using: &random) {
        try writer.add(makeDocument("\(segment)-\(number)"))
        if segment > 0, Int.random(in: 0..<3, using: &random) > 0 {
          try writer.delete(id: "\(segment - 1)-\(number)")
        }
      }
      _ = try writer.commit()
    }
    let reader = try IndexReader.open(directory)
    let all = reader.documentCount + reader.deletedCount
    for _ in 0..<200 {
      let start = Int.random(in: 0...all, using: &random)
      let count = Int.random(in: 0...(all / 2), using: &random)
      var documents = reader.documents(from: start)
      for _ in 0..<count { _ = try documents.next() }
      let next = try documents.next()
      let found = reader.documentNumber(passing: count, from: start)
      var there = reader.documents(from: found)
      #expect(try there.next()?.id == next?.id, "seed \(seed)")
      #expect(next != nil || found == all, "seed \(seed)")
    }
    #expect(reader.documentNumber(passing: .max) == all)
    #expect(reader.documentNumber(passing: 0, from: all + 5) == all)
  }
}

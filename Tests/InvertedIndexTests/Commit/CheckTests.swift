import Bytes
import Testing

@testable import InvertedIndex

@Suite struct CheckTests {
  /// An index with several segments, deletions, merges and a retained point.
  static func build(_ disk: FaultDisk) throws {
    let directory = FaultDirectory(disk)
    let schema = try Schema(fields: [
      Field(name: "body", type: .text, analyzer: "english"), Field(name: "tag", type: .keyword),
      Field(name: "year", type: .integer),
    ])
    var options = IndexWriter.Options()
    options.merges = false
    let writer = try IndexWriter.open(directory, create: schema, options: options)
    let words = [
      "run", "running", "runs", "Runner", "naïve", "naive", "COVID-19", "don't", "cat's",
    ]
    var random = SplitMix(5)
    for round in 0..<4 {
      for id in 0..<60 where random.chance(70) {
        var document = Document()
        document.append("id", "\(id)")
        let text = (0..<(1 + random.below(40))).map { _ in words[random.below(words.count)] }
        document.append("body", text.joined(separator: " "))
        document.append("tag", "t\(random.below(5))")
        document.append("year", Int64(1990 + random.below(30)))
        try writer.add(document)
      }
      try writer.commit()
      if round == 2 { try Merging.run(directory, maxSegments: 1) }
    }
    writer.close()
  }

  @Test func aSoundIndexHasNoFindings() throws {
    let disk = FaultDisk(seed: 1)
    try Self.build(disk)
    let report = try IndexCheck.run(FaultDirectory(disk))
    #expect(report.findings.first == nil)
    #expect(report.documentCount > 0 && report.fileCount >= 4)
  }

  @Test func everyMergeKeepsTheInvariants() throws {
    let disk = FaultDisk(seed: 1)
    try Self.build(disk)
    let directory = FaultDirectory(disk)
    try Merging.run(directory, maxSegments: 1)
    let report = try IndexCheck.run(directory)
    #expect(report.findings.first == nil)
    #expect(try Snapshot.open(directory).segments.count == 1)
  }

  /// One bit of every byte of manifest and live documents, and of some bytes of the segments.
  @Test func everyFlippedByteIsFound() throws {
    let disk = FaultDisk(seed: 1)
    try Self.build(disk)
    let directory = FaultDirectory(disk)
    var random = SplitMix(3)
    for name in disk.names.keys.sorted() {
      guard let inode = disk.names[name], !inode.durable.isEmpty else { continue }
      let original = inode.durable
      let stride = name.hasSuffix(".seg") ? 499 : 1
      var missed: [Int] = []
      for offset in Swift.stride(from: random.below(stride), to: original.count, by: stride) {
        inode.durable[offset] ^= 1 << UInt8(random.below(8))
        inode.cached = nil
        let report = try IndexCheck.run(directory)
        if report.isSound { missed.append(offset) }
        inode.durable = original
      }
      inode.cached = nil
      #expect(missed.isEmpty, "\(name)")
    }
  }

  @Test func everyFileCutShortIsFound() throws {
    let disk = FaultDisk(seed: 1)
    try Self.build(disk)
    let directory = FaultDirectory(disk)
    for name in disk.names.keys.sorted() {
      guard let inode = disk.names[name], !inode.durable.isEmpty else { continue }
      let original = inode.durable
      for count in [0, 1, original.count / 2, original.count - 1] {
        inode.durable = Array(original.prefix(count))
        inode.cached = nil
        #expect(try IndexCheck.run(directory).isSound == false, "\(name) cut to \(count)")
      }
      inode.durable = original
      inode.cached = nil
    }
  }
}

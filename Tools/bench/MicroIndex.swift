import InvertedIndex
import Measuring

extension Micro {
  /// Documents of the synthetic index.
  static let documentCount = 65_536
  /// Terms of it that one document in so many has.
  static let periods = [2, 16, 256]

  /// Postings, scoring and the term dictionary, over an index of synthetic documents.
  static func index(_ sampler: inout Sampler) throws {
    guard ["postings", "score", "terms"].contains(where: sampler.wants) else { return }
    let folder = try TemporaryDirectory()
    let directory = try IndexStore(path: folder.path).create("synthetic")
    let schema = try Schema(
      fields: [Field(name: "text", type: .text, analyzer: "whitespace", stored: false)],
      dynamic: .reject)
    let writer = try IndexWriter.open(directory, create: schema)
    var source = SyntheticText(seed: 4)
    var document = Document()
    for number in 0..<documentCount {
      document.removeAll()
      document.append("id", "\(number)")
      document.append(
        "text", source.document(words: source.documentLength(), periods: periods))
      try writer.add(document)
    }
    try writer.commit()
    writer.close()
    let reader = try IndexReader.open(directory)
    for period in periods { try postings(&sampler, reader, period) }
    try terms(&sampler, reader)
  }

  private static func postings(
    _ sampler: inout Sampler, _ reader: IndexReader, _ period: Int
  ) throws {
    guard let probe = try PostingsProbe(reader, field: "text", term: "in\(period)") else {
      throw Fault("the synthetic index has no term in\(period)")
    }
    let list = "1/\(period) of \(documentCount) documents"
    try sampler.measure(
      "postings", "next, \(list)", unit: "posting", elements: probe.documentFrequency
    ) {
      try probe.walk()
    }
    // Targets so far apart that they lie in the same block, the next ones, or groups of blocks away.
    for step in [8, 128, 4_096] {
      let distance = step * period
      let targets = (0..<documentCount / distance).map { UInt32($0 * distance + distance / 2) }
      guard targets.count >= 8 else { continue }
      try sampler.measure(
        "postings", "seek, \(step) postings on, \(list)", unit: "seek", elements: targets.count
      ) {
        try probe.seek(targets)
      }
      try sampler.measure(
        "postings", "skip and bound, \(step) postings on, \(list)", unit: "skip",
        elements: targets.count
      ) {
        UInt64(try probe.bound(targets).bitPattern)
      }
    }
    try sampler.measure(
      "postings", "positions, \(list)", unit: "position", elements: probe.totalFrequency
    ) {
      try probe.positions()
    }
    try sampler.measure(
      "score", "decode, norms, BM25, \(list)", unit: "posting", elements: probe.documentFrequency
    ) {
      UInt64(try probe.score().bitPattern)
    }
  }

  private static func terms(_ sampler: inout Sampler, _ reader: IndexReader) throws {
    guard let probe = DictionaryProbe(reader, field: "text") else {
      throw Fault("the synthetic index has no terms")
    }
    var random = FixedRandom(seed: 5)
    let scattered = try (0..<4_096).map { _ in try probe.term(random.below(probe.count)).bytes }
    let sorted = scattered.sorted { $0.lexicographicallyPrecedes($1) }
    let few = Array(scattered.prefix(32))
    let absent = scattered.map { $0 + [0x21] }
    let name = "\(probe.count) terms"
    try sampler.measure("terms", "look up, any of \(name)", unit: "term", elements: 4_096) {
      try probe.lookup(scattered)
    }
    try sampler.measure("terms", "look up, the same 32", unit: "term", elements: few.count) {
      try probe.lookup(few)
    }
    try sampler.measure("terms", "look up, none there", unit: "term", elements: 4_096) {
      try probe.lookup(absent)
    }
    try sampler.measure("terms", "seek, any of \(name)", unit: "term", elements: 4_096) {
      try probe.seek(scattered)
    }
    try sampler.measure("terms", "seek, in order", unit: "term", elements: 4_096) {
      try probe.seek(sorted)
    }
    try sampler.measure("terms", "next, with entries", unit: "term", elements: probe.count) {
      try probe.walk()
    }
  }
}

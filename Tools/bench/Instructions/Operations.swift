import Glibc
import InvertedIndex
import Measuring

/// The operations whose instructions are counted, over a small corpus that is the same everywhere.
///
/// They run in one process under callgrind. Each begins by entering `instructionMark`, where callgrind ends one part of its
/// counts and begins the next; the names go to a file, a line a mark.
struct Operations {
  let folder: String

  static let documents = 1 << 15
  /// Documents of the operation `index`, and segments of `merge` with as many each.
  static let indexed = 1 << 11
  static let segments = 4

  private var corpus: String { "\(folder)/corpus.txt" }
  private var queries: String { "\(folder)/queries.tsv" }
  private var names: String { "\(folder)/names" }
  private var searched: String { "\(folder)/searched" }
  private var merged: String { "\(folder)/merged" }

  /// Makes what the operations need.
  func prepare(documents: Int = documents) throws {
    var text = SyntheticText(seed: 8)
    var bytes: [UInt8] = []
    for number in 0..<documents {
      let words = (0..<text.documentLength()).map { _ in text.word() }
      bytes += Array("\(number)\t\(words.joined(separator: " "))\n".utf8)
    }
    try writeFile(corpus, bytes)
    var generator = try QueryGenerator(corpus: corpus, seed: 8)
    let lines = generator.draw(.init(terms: 3, grams: [2: 12, 3: 6, 4: 2]))
    try writeFile(queries, Array((lines.joined(separator: "\n") + "\n").utf8))
    try index(0..<documents, in: searched)
    let first = try FileSystemDirectory(path: searched)
    _ = try Merging.run(first, maxSegments: 1)
    for segment in 0..<Self.segments {
      try index((segment * Self.indexed)..<((segment + 1) * Self.indexed), in: merged)
    }
  }

  /// Carries all of them out.
  func run() throws {
    var names: [String] = []
    let begin = { (name: String) in
      names.append(name)
      instructionMark()
    }
    begin("index")
    try index(0..<Self.indexed, in: "\(folder)/indexed")
    begin("merge")
    _ = try Merging.run(FileSystemDirectory(path: merged), maxSegments: 1)
    begin("")
    let directory = try FileSystemDirectory(path: searched)
    _ = try IndexReader.open(directory)
    begin("open")
    let reader = try IndexReader.open(directory)
    begin("")
    let searcher = Searcher(reader)
    let all = try PeerQuery.read(queries)
    for pass in [Pass.count, .top10, .top100, .top10Count] {
      // What is made once is made before it counts.
      for query in all { _ = try pass.run(query, searcher) }
      for type in ["term", "intersection", "union", "phrase"] {
        let queries = all.filter { $0.type == type }
        begin("\(pass.rawValue)/\(type)")
        for query in queries { _ = try pass.run(query, searcher) }
        begin("")
      }
    }
    begin("search")
    for query in all { _ = try searcher.search(Pass.top10.request(query.text)) }
    begin("")
    try writeFile(self.names, Array(names.joined(separator: "\n").utf8))
  }

  /// Adds lines of the corpus to an index, new or not, as a segment more.
  private func index(_ lines: Range<Int>, in path: String) throws {
    try IndexPath.make(path)
    let schema = try Schema(
      fields: [Field(name: "text", type: .text, analyzer: "whitespace", stored: false)],
      dynamic: .reject)
    var options = IndexWriter.Options()
    options.threads = 1
    options.merges = false
    let writer = try IndexWriter.open(
      FileSystemDirectory(path: path), create: schema, options: options)
    guard var reader = CorpusReader(path: corpus) else { throw Fault(path: corpus, errno: errno) }
    var document = Document()
    var number = 0
    while number < lines.upperBound,
      try reader.next({ line in
        defer { number += 1 }
        guard lines.contains(number) else { return }
        let tab = unsafe line.withUnsafeBytes { unsafe $0.firstIndex(of: UInt8(ascii: "\t")) }
        guard let tab else { throw Fault("\(corpus):\(number + 1): a line without a tab") }
        document.removeAll()
        document.append("id", utf8: line.extracting(0..<tab))
        document.append("text", utf8: line.extracting((tab + 1)..<line.byteCount))
        try writer.add(document)
      })
    {}
    try writer.commit()
    writer.close()
  }

  /// The counts of the operations, from what callgrind wrote beside `path`.
  func counts(parts path: String) throws -> InstructionCounts {
    let names = String(decoding: try readFile(self.names), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    var counts: [(name: String, count: Int)] = []
    for (mark, name) in names.enumerated() where !name.isEmpty {
      // Part 1 ends at the first mark, so that the one that begins with mark 0 is number 2.
      let part = "\(path).\(mark + 2)"
      let text = String(decoding: try readFile(part), as: UTF8.self)
      guard let total = Callgrind.total(text) else {
        throw Fault("\(part): callgrind says no total")
      }
      counts.append((String(name), total))
    }
    return InstructionCounts(counts)
  }
}

/// Where callgrind ends one part of its counts and begins another: by the name of this function.
@inline(never)
func instructionMark() {
  // Something that the compiler cannot leave out.
  _ = getppid()
}

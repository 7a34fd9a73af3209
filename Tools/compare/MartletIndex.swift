import InvertedIndex
import Measuring
import Synchronization

/// Martlet's side: built and asked as any program does it, through `IndexWriter` and `Searcher`.
final class MartletIndex {
  private let searcher: Searcher
  /// Ordinal of a document by its number in the index, as far as they were asked for.
  private var ordinals: [Int32] = []

  static let name = "documents"

  /// - Parameter folder: where the index lies.
  init(folder: String) throws(Failure) {
    searcher = try engine { () throws(IndexError) in
      Searcher(try IndexReader.open(try IndexStore(path: folder).open(Self.name)))
    }
  }

  var documentCount: Int { searcher.reader.documentCount }
  var segmentCount: Int { searcher.reader.segments.count }

  static func build(_ plan: Plan, folder: String, threads: Int) throws(Failure) -> Build {
    let refused = Mutex<[Int]>([])
    var build = Build()
    let watch = Stopwatch()
    var options = IndexWriter.Options()
    options.memory = plan.memory
    options.threads = threads
    options.onReject = { tag, _ in refused.withLock { $0.append(tag) } }
    let directory = try engine { () throws(IndexError) in
      try IndexStore(path: folder).create(name)
    }
    let writer = try engine { () throws(IndexError) in
      try IndexWriter.open(directory, create: try plan.schema(), options: options)
    }
    try plan.forEachDocument { (ordinal, document) throws(Failure) in
      let document = copy document
      try engine { () throws(IndexError) in try writer.add(document, tag: ordinal) }
      build.documents += 1
    }
    _ = try engine { () throws(IndexError) in try writer.commit() }
    writer.close()
    build.elapsed = watch.elapsed
    build.memory = ProcessMemory.now()
    let optimizing = Stopwatch()
    _ = try engine { () throws(IndexError) in
      try Merging.run(directory, maxSegments: 1, memory: plan.memory)
    }
    build.optimizing = optimizing.elapsed
    build.memory.peak = ProcessMemory.now().peak
    build.refused = refused.withLock { $0.sorted() }
    build.documents -= build.refused.count
    build.size = try engine { () throws(IndexError) in
      try IndexReader.open(directory).sizeInBytes
    }
    return build
  }

  func count(_ request: SearchRequest) throws(Failure) -> Int {
    try engine { () throws(IndexError) in try searcher.count(request) }.total.value
  }

  /// Ids of the best 10.
  func top(_ request: SearchRequest) throws(Failure) -> [String] {
    try engine { () throws(IndexError) in try searcher.search(request) }.hits.map(\.id)
  }

  /// How many match, and what was said about the query.
  func answer(_ request: SearchRequest) throws(Failure) -> (count: Int, warnings: [String]) {
    let answer = try engine { () throws(IndexError) in try searcher.count(request) }
    return (answer.total.value, answer.warnings.map(\.code.rawValue))
  }

  /// Ordinals of all documents that match, ascending.
  /// - Parameter ordinals: by id.
  func matches(
    _ request: SearchRequest, ordinals known: [String: Int]
  ) throws(Failure) -> [Int] {
    var request = request
    request.limit = max(documentCount, 1)
    request.total = .exact
    let ranking = try engine { () throws(IndexError) in try searcher.rank(request) }
    var found: [Int] = []
    found.reserveCapacity(ranking.hits.count)
    for hit in ranking.hits {
      let number = Int(hit.document)
      while ordinals.count <= number { ordinals.append(-1) }
      if ordinals[number] < 0 {
        let id = try engine { () throws(IndexError) in try searcher.id(of: hit.document) }
        guard let ordinal = known[id] else {
          throw Failure(.software, "the index has a document \(id) that was never added")
        }
        ordinals[number] = Int32(ordinal)
      }
      found.append(Int(ordinals[number]))
    }
    return found.sorted()
  }
}

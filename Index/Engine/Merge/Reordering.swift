// A merge into one segment whose documents stand in an order of their own, by recursive graph bisection.
//
// Everything else is as in any merge: it is chosen and written without the lock, put in place by a commit, and stands or
// falls with its inputs. Only the map from old to new documents does not ascend: postings are sorted anew term by
// term (`PostingsSorter`), stored documents and columns are fetched in the new order.

extension Merging {
  /// Merges all segments into one, its documents in the order that makes lists smallest and pruning sharpest.
  /// - Parameters:
  ///   - memory: bytes that may be held.
  ///   - threads: that work at once; the order does not depend on them.
  ///   - progress: told the documents done and all, now and then, on any thread.
  /// - Returns: whether it was done: not when there are no documents, nor when somebody else is merging or
  ///   rebuilding.
  /// - Throws: `invalid` when the memory does not suffice.
  @discardableResult
  public static func reorder(
    _ directory: any Directory, memory: Int = 256 << 20, threads: Int = 1,
    progress: (@Sendable (_ done: Int, _ all: Int) -> Void)? = nil
  ) throws(IndexError) -> Bool {
    let identity = try WriterIdentity(directory: directory)
    defer { identity.close() }
    guard let lock = try directory.lock(FileName.mergeLock, wait: false) else { return false }
    defer { lock.release() }
    guard let manifest = try Commit.readManifest(directory), !manifest.segments.isEmpty else {
      return false
    }
    if let fence = manifest.fence, try !Commit.isFree(fence.lock, in: directory) { return false }
    let merge = try PreparedMerge(
      directory, manifest, chosen: Array(manifest.segments.indices), identity: identity,
      memory: memory, threads: threads, isReordered: true, progress: progress)
    return try merge.commit()
  }
}

/// The documents of a merge's output, by the inputs' documents.
struct DocumentOrder {
  /// Per document of the output the document of the inputs, counted through all of them, dead ones included.
  let documents: [UInt32]
  /// Terms of each document that there must be room for: with fewer there is little to go by.
  private static let leastTerms = 8
  /// Number of each input's first document in that count.
  private let firsts: [Int]

  /// Finds the order of the live documents of `sources`, and renumbers them.
  init(
    _ sources: [MergeSource], memory: Int, threads: Int,
    progress: (@Sendable (_ share: Double, _ documents: Int) -> Void)?
  ) throws(IndexError) {
    let count = sources.reduce(0) { $0 + $1.map.liveCount }
    // An eighth is left for what is not counted.
    let room = memory / 8 * 7
    let postings = Bisection.postings(documents: count, within: room)
    guard postings >= Self.leastTerms * count else {
      let least = Bisection.memory(
        documents: count, postings: Self.leastTerms * count, threads: Bisection.leastThreads)
      throw .invalid(
        "reordering \(count) documents takes \((least / 7 * 8) >> 20 + 1) MiB of memory or more")
    }
    let builder = ForwardIndexBuilder(
      sources: sources.map { source in
        .init(
          reader: source.reader, base: source.map.base, numbers: source.map.numbers,
          forgetPages: source.forgetPages)
      }, documentCount: count)
    var order = Bisection.order(
      try builder.build(postings: postings), threads: threads, memory: room
    ) { progress?($0, count) }
    // From live documents to places in the order.
    var places = [UInt32](repeating: 0, count: count)
    for (place, document) in order.enumerated() { places[Int(document)] = UInt32(place) }
    var firsts: [Int] = []
    var first = 0
    var live = 0
    for source in sources {
      firsts.append(first)
      var numbers = [UInt32](repeating: .max, count: source.map.documentCount)
      for document in numbers.indices where source.map[document] != nil {
        numbers[document] = places[live]
        order[Int(places[live])] = UInt32(first + document)
        live += 1
      }
      source.map = DocumentMap(source.map, numbers: numbers)
      first += numbers.count
    }
    self.firsts = firsts
    documents = order
  }

  /// To be told of the finding of the order, as the first three fifths of all that is reported: about its share.
  static func firstPart(
    _ report: @escaping @Sendable (_ done: Int, _ all: Int) -> Void
  ) -> @Sendable (_ share: Double, _ documents: Int) -> Void {
    { share, documents in report(Int(0.6 * share * Double(documents)), documents) }
  }

  /// The same of the merge that follows.
  static func secondPart(
    _ report: @escaping @Sendable (_ done: Int, _ all: Int) -> Void
  ) -> @Sendable (_ done: Int, _ all: Int) -> Void {
    { done, all in report(all * 3 / 5 + done * 2 / 5, all) }
  }

  /// Place of the input in which a document of the inputs lies, and its number there.
  func locate(_ document: UInt32) -> (source: Int, document: Int) {
    var low = 0
    var high = firsts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if firsts[middle] <= Int(document) { low = middle } else { high = middle }
    }
    return (low, Int(document) - firsts[low])
  }
}

extension SegmentMerger {
  /// Norms of the live documents, one input after the other, into the new order.
  func reordered(_ norms: [UInt8]) -> [UInt8] {
    var ordered = [UInt8](repeating: 0, count: norms.count)
    var next = 0
    for source in sources {
      for document in 0..<source.map.documentCount {
        guard let new = source.map[document] else { continue }
        ordered[new] = norms[next]
        next += 1
      }
    }
    return ordered
  }

  /// Writes the values of a column in the new order.
  func writeColumn(
    _ number: Int, in order: DocumentOrder, ordinals: [[UInt32]]?
  ) throws(IndexError) {
    let columns = sources.map { $0.reader.column(number) }
    var values: [Int64] = []
    for (new, old) in order.documents.enumerated() {
      let (place, document) = order.locate(old)
      guard let column = columns[place] else { continue }
      try column.values(document, into: &values)
      if new & 0xFFF == 0 { forgetPages() }
      if values.isEmpty { continue }
      for index in values.indices {
        values[index] = try translate(
          values[index], ordinals?[place], source: sources[place], field: number)
      }
      try writer.addValues(document: new, values.span)
    }
  }

  /// Writes the stored documents in the new order: as many at a time as memory holds, of which each input's packed blocks
  /// are unpacked once.
  func writeStored(in order: DocumentOrder) throws(IndexError) {
    let limit = max(memory / 8, 1 << 20)
    var held: [UInt8] = []
    var batch = 4096
    var next = 0
    while next < order.documents.count {
      let end = min(next + batch, order.documents.count)
      held.removeAll(keepingCapacity: true)
      guard let places = try fetch(next..<end, in: order, into: &held, limit: limit) else {
        batch = max((end - next) / 2, 1)
        continue
      }
      let bytes = unsafe held.span.bytes
      for place in places { try writer.addStored(bytes.extracting(place)) }
      next = end
      if held.count < limit / 3 { batch *= 2 }
      breathe()
    }
  }

  /// Reads the stored documents at `places` of the order, in the order in which they lie in the inputs.
  /// - Returns: where each lies in `held`; nil when they take more than `limit` bytes and are several.
  private func fetch(
    _ places: Range<Int>, in order: DocumentOrder, into held: inout [UInt8], limit: Int
  ) throws(IndexError) -> [Range<Int>]? {
    // Old document, then place.
    let wanted = places.map { UInt64(order.documents[$0]) << 32 | UInt64($0 - places.lowerBound) }
      .sorted()
    var found = [Range<Int>](repeating: 0..<0, count: places.count)
    var bytes: [UInt8] = []
    var unpacked = StoredReader.UnpackedBlock()
    for (number, pair) in wanted.enumerated() {
      // Here and there a page is read, and its neighbours come along.
      if number & 0x1FF == 0 { forgetPages() }
      let (source, document) = order.locate(UInt32(pair >> 32))
      try sources[source].reader.stored.document(document, into: &bytes, keeping: &unpacked)
      found[Int(pair & 0xFFFF_FFFF)] = held.count..<held.count + bytes.count
      held += bytes
      if held.count > limit, places.count > 1 { return nil }
    }
    return found
  }
}

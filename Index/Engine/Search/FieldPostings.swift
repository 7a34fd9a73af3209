// The postings of one term in one field of a segment, with what their scores need: the leaf of the leaves.
//
// x, here and below, is what a field adds to BM25F's saturation (Norms/Similarity.swift): frequency × factor of the norm.

/// The norm factors of one field, at a fixed address: 256 floats.
@safe
final class NormFactors: Sendable {
  nonisolated(unsafe) let base: UnsafePointer<Float>
  /// What they were made of.
  let weight: Float
  let averageLength: Float

  /// - Parameter averageLength: 0 where lengths do not count.
  init(_ factors: [Float], weight: Float, averageLength: Float) {
    self.weight = weight
    self.averageLength = averageLength
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 256)
    for norm in 0..<256 { unsafe memory[norm] = factors[norm] }
    unsafe base = UnsafePointer(memory)
  }

  deinit { unsafe base.deallocate() }
}

@safe
struct FieldPostings: ~Copyable {
  var cursor: PostingsCursor
  /// Of the same list, with places of its own.
  private var reader: ListReader
  private let factors: NormFactors
  private let norms: UnsafePointer<UInt8>?
  /// Keeps `norms` in memory.
  private let owner: FieldNorms?
  private let hasFrequencies: Bool

  private let scale: BoundScale
  /// The least code of a bound above `codeMinimum`.
  private var code: UInt16 = 0
  private var codeMinimum = unbounded
  /// No document of the list has a larger norm factor.
  private let largestFactor: Float

  static func open(
    _ segment: SegmentReader, _ entry: TermEntry, norms: FieldNorms?, factors: NormFactors,
    memory: PostingsBlock = PostingsBlock(), _ other: PostingsBlock = PostingsBlock()
  ) throws(IndexError) -> FieldPostings {
    var list = unsafe try PostingsList.open(segment.file, entry, last: memory.last)
    let scale = BoundScale(factors, norms)
    // x of a list without bounds is known.
    if entry.detail == .documents {
      unsafe list.setBound(scale.code(factors.base[0]))
    } else if case .single(_, let norm, _, _) = entry.location {
      let x = unsafe Float(entry.totalFrequency) * factors.base[norms == nil ? 0 : Int(norm)]
      list.setBound(scale.code(x))
    }
    let cursor = try PostingsCursor.open(list, memory)
    return FieldPostings(cursor, other, norms, factors, scale, detail: entry.detail)
  }

  private init(
    _ cursor: consuming PostingsCursor, _ other: PostingsBlock, _ norms: FieldNorms?,
    _ factors: NormFactors, _ scale: BoundScale, detail: PostingsDetail
  ) {
    reader = ListReader(cursor.list, other)
    let least = norms == nil ? 0 : Int(cursor.list.data.leastNorm)
    self.cursor = cursor
    self.factors = factors
    self.scale = scale
    owner = norms
    unsafe self.norms = norms?.base
    hasFrequencies = detail != .documents
    largestFactor = unsafe factors.base[least]
  }

  var cost: Int { cursor.documentFrequency }

  /// x of the documents from `start` to `end` of the decoded block: written to the same places of `output`.
  @inline(__always)
  mutating func values(_ start: Int, _ end: Int, into output: UnsafeMutablePointer<Float>) {
    let documents = unsafe cursor.documents
    let factors = unsafe self.factors.base
    guard let norms = unsafe norms, hasFrequencies else {
      if hasFrequencies {
        let frequencies = unsafe cursor.frequencies()
        for i in start..<end {
          unsafe output[i] = Float(Int32(bitPattern: frequencies[i])) * factors[0]
        }
      } else {
        for i in start..<end { unsafe output[i] = factors[0] }
      }
      return
    }
    let frequencies = unsafe cursor.frequencies()
    for i in start..<end {
      unsafe output[i] =
        Float(Int32(bitPattern: frequencies[i])) * factors[Int(norms[Int(documents[i])])]
    }
  }

  /// Frequencies up to that cannot give an x above `limit`, whatever the norm.
  func frequencyFloor(_ limit: Float) -> UInt32 {
    guard hasFrequencies, limit > 0, largestFactor > 0 else { return 0 }
    // A little less, since both sides were rounded.
    return UInt32(min(limit / largestFactor * (1 - 1e-5), 1e9))
  }

  /// Places of the decoded block, from `start` on, whose frequency is above `floor`: their norms, which are seldom in the
  /// cache, are the only ones that are wanted. Only where there are frequencies.
  /// - Parameter places: room for a block.
  /// - Returns: how many.
  mutating func select(
    from start: Int, above floor: UInt32, into places: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let frequencies = unsafe cursor.frequencies()
    let count = cursor.count
    let limit = Int32(truncatingIfNeeded: floor)
    var found = 0
    var row = start & ~15
    while row < count {
      if unsafe isAnyAbove(limit, frequencies + row) {
        for i in max(row, start)..<min(row &+ 16, count) {
          unsafe places[found] = UInt32(truncatingIfNeeded: i)
          // 1 where it is above: frequencies have 26 bits.
          let difference = unsafe UInt32(bitPattern: limit) &- frequencies[i]
          found &+= Int(difference &>> 31)
        }
      }
      row &+= 16
    }
    return found
  }

  /// Whether any of 16 frequencies is above `limit`: by the signs of the differences.
  @inline(__always)
  private func isAnyAbove(_ limit: Int32, _ frequencies: UnsafePointer<UInt32>) -> Bool {
    let raw = unsafe UnsafeRawPointer(frequencies)
    let limits = SIMD8<Int32>(repeating: limit)
    let low = unsafe limits &- raw.loadUnaligned(as: SIMD8<Int32>.self)
    let high = unsafe limits &- raw.loadUnaligned(fromByteOffset: 32, as: SIMD8<Int32>.self)
    let signs = unsafe unsafeBitCast(low | high, to: SIMD4<UInt64>.self)
    return (signs.x | signs.y | signs.z | signs.w) & 0x8000_0000_8000_0000 != 0
  }

  /// x of the current document for a frequency.
  @inline(__always)
  func value(frequency: UInt32, document: UInt32) -> Float {
    var norm = 0
    if hasFrequencies, let norms = unsafe norms { norm = Int(unsafe norms[Int(document)]) }
    return unsafe Float(Int32(bitPattern: frequency)) * factors.base[norm]
  }

  /// x of a document for a frequency that need not be whole.
  func value(_ frequency: Float, document: UInt32) -> Float {
    var norm = 0
    if hasFrequencies, let norms = unsafe norms { norm = Int(unsafe norms[Int(document)]) }
    return unsafe frequency * factors.base[norm]
  }

  /// x of the current document.
  @inline(__always)
  mutating func value() -> Float {
    value(frequency: hasFrequencies ? cursor.frequency() : 1, document: cursor.document)
  }

  // MARK: Bounds

  /// No document of `base..<end` has a larger x; negative: none of them has the term. Windows ascend.
  mutating func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    if cursor.document >= end { return -1 }
    guard let code = try cursor.bound(base, end) else { return -1 }
    return scale.bound(code)
  }

  /// No document of the list has a larger x.
  var listBound: Float { scale.bound(cursor.list.data.bound) }

  /// No document of a block with this code has a larger x.
  func bound(_ code: UInt16) -> Float { scale.bound(code) }

  /// No document of the shallow block has a larger x.
  func blockBound() -> Float {
    cursor.shallowLast == PostingsCursor.end
      ? 0 : scale.bound(cursor.list.data.bound(cursor.shallow))
  }

  /// The least code of a bound that competes; one above the largest when none does. `competes` is monotonic.
  func leastCode(_ competes: (Float) -> Bool) -> UInt16 {
    var low: UInt16 = 0
    var high = ScoreBound.largest + 1
    while low < high {
      let middle = (low + high) / 2
      if competes(scale.bound(middle)) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// As `nextCompetitive`, by a bound of x above `minimum`.
  mutating func nextCompetitive(
    until limit: UInt32, above minimum: Float
  ) throws(IndexError) -> UInt32 {
    if codeMinimum != minimum {
      codeMinimum = minimum
      code = leastCode { $0 > minimum }
    }
    return try nextCompetitive(until: limit, atLeast: code)
  }

  /// The first document from the current one on that lies in a block with a bound of at least `code`; the end when there
  /// is none before `limit`.
  @inline(__always)
  mutating func nextCompetitive(
    until limit: UInt32, atLeast code: UInt16
  ) throws(IndexError) -> UInt32 {
    let from = cursor.document
    if from >= limit { return PostingsCursor.end }
    return try cursor.shallowSeek(from, boundAtLeast: code, before: limit)
  }

  /// Largest scores over the chunks of a window, 2^`shift` documents each; `unbounded` where none has the term.
  /// - Parameter sparse: room for the window's bits, when the list is so thin that most chunks have none of it.
  mutating func bounds(
    _ window: Window, shift: UInt32, _ saturation: Saturation,
    into chunks: UnsafeMutablePointer<Float>, count: Int, sparse: UnsafeMutablePointer<UInt64>?
  ) throws(IndexError) {
    unsafe chunks.update(repeating: unbounded, count: count)
    try cursor.shallowSeek(window.base)
    let data = cursor.list.data
    if let sparse = unsafe sparse {
      guard let code = try cursor.bound(window.base, window.end) else { return }
      let score = saturation.score(scale.bound(code))
      let words = count &<< (shift &- 6)
      unsafe sparse.update(repeating: 0, count: words)
      unsafe try mark(window, into: sparse)
      let each = 1 &<< Int(shift &- 6)
      for word in 0..<window.words where unsafe sparse[word] != 0 {
        unsafe chunks[word / each] = score
      }
      return
    }
    var block = cursor.shallow
    while block < data.count {
      let first = max(data.first(block), window.base)
      if first >= window.end { return }
      let last = min(data.last(block), window.end &- 1)
      let score = saturation.score(scale.bound(data.bound(block)))
      var chunk = Int((first &- window.base) &>> shift)
      let end = Int((last &- window.base) &>> shift)
      // Blocks share no chunk but the first.
      unsafe chunks[chunk] = max(chunks[chunk], score)
      while chunk < end {
        chunk &+= 1
        unsafe chunks[chunk] = score
      }
      block &+= 1
    }
  }

  /// The `count`-th greatest of the blocks' largest x, rounded down: so many documents have it at least. Negative
  /// when there are not so many blocks.
  func greatest(_ count: Int) -> Float {
    let data = cursor.list.data
    guard count > 0, data.count >= count else { return -1 }
    // Ascending, hence a heap with the least at its root.
    var best: [UInt16] = (0..<count).map { data.bound($0) }.sorted()
    var block = count
    while let next = data.next(from: block, before: PostingsCursor.end, atLeast: best[0] &+ 1) {
      let code = data.bound(next)
      var place = 0
      var child = 1
      while child < count {
        if child &+ 1 < count, best[child &+ 1] < best[child] { child &+= 1 }
        if best[child] >= code { break }
        best[place] = best[child]
        place = child
        child = 2 &* place &+ 1
      }
      best[place] = code
      block = next + 1
    }
    return scale.greatest(best[0])
  }

  // MARK: Windows

  /// Sets the bits of the window's documents.
  mutating func mark(
    _ window: Window, into bits: UnsafeMutablePointer<UInt64>
  ) throws(IndexError) {
    unsafe try reader.mark(window.base, window.end, into: bits)
  }

  /// Looks for documents, in ascending order from call to call, and scores those that have the term.
  /// - Parameters:
  ///   - found: numbers of those that have it; room for `count`, and 8 more.
  ///   - frequencies: theirs; the same room.
  ///   - scores: likewise.
  /// - Returns: how many have it.
  mutating func find(
    _ documents: UnsafePointer<UInt32>, _ count: Int, _ saturation: Saturation,
    into found: UnsafeMutablePointer<UInt32>, frequencies: UnsafeMutablePointer<UInt32>,
    scores: UnsafeMutablePointer<Float>
  ) throws(IndexError) -> Int {
    let factors = unsafe self.factors.base
    let total = unsafe try reader.find(
      documents, count, into: found, frequencies: hasFrequencies ? frequencies : nil)
    guard hasFrequencies else {
      for i in 0..<total { unsafe scores[i] = factors[0] }
      unsafe saturation.scores(scores, from: 0, to: total)
      return total
    }
    if let norms = unsafe norms {
      for i in 0..<total {
        let norm = unsafe norms[Int(documents[Int(found[i])])]
        unsafe scores[i] = Float(Int32(bitPattern: frequencies[i])) * factors[Int(norm)]
      }
    } else {
      for i in 0..<total {
        unsafe scores[i] = Float(Int32(bitPattern: frequencies[i])) * factors[0]
      }
    }
    unsafe saturation.scores(scores, from: 0, to: total)
    return total
  }

  /// Scores of documents at places of the cursor's block.
  /// - Parameter scores: room for `count`, and 8 more.
  mutating func scores(
    at places: UnsafePointer<UInt32>, _ count: Int, _ saturation: Saturation,
    into scores: UnsafeMutablePointer<Float>
  ) {
    let frequencies = unsafe cursor.frequencies()
    let documents = unsafe cursor.documents
    for i in 0..<count {
      let place = unsafe Int(places[i])
      unsafe scores[i] = value(frequency: frequencies[place], document: documents[place])
    }
    unsafe saturation.scores(scores, from: 0, to: count)
  }

  /// x of a document that has the term once, and the average length.
  var usual: Float { factors.weight / Similarity.k1 }

  /// As the other, without scores.
  mutating func find(
    _ documents: UnsafePointer<UInt32>, _ count: Int, into found: UnsafeMutablePointer<UInt32>
  ) throws(IndexError) -> Int {
    unsafe try reader.find(documents, count, into: found, frequencies: nil)
  }

  /// Scores and bounds may be asked from the first document on again.
  mutating func rewind() {
    reader.rewind()
    cursor.rewindShallow()
  }

  /// Place in the decoded block of the first document ≥ `end`, from `start` on.
  @inline(__always)
  func place(of end: UInt32, from start: Int) -> Int {
    let documents = unsafe cursor.documents
    let count = cursor.count
    if unsafe documents[count &- 1] < end { return count }
    var low = start
    var high = count &- 1
    while low < high {
      let middle = (low &+ high) &>> 1
      if unsafe documents[middle] < end { low = middle &+ 1 } else { high = middle }
    }
    return low
  }
}

extension BoundScale {
  init(_ factors: NormFactors, _ norms: FieldNorms?) {
    let reference = norms.map {
      $0.documents == 0
        ? 0 : ScoreBound.averageLength(documents: $0.documents, tokens: $0.tokens)
    }
    self.init(
      weight: factors.weight, average: factors.averageLength, reference: reference ?? 0)
  }
}

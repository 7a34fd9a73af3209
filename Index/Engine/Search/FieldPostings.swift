// The postings of one term in one field of a segment, with what their scores need: the leaf of the leaves.
//
// x, here and below, is what a field adds to BM25F's saturation (Similarity.swift): frequency × factor of the norm.

/// The norm factors of one field, at a fixed address: 256 floats.
@safe
final class NormFactors: Sendable {
  nonisolated(unsafe) let base: UnsafePointer<Float>

  init(_ factors: [Float]) {
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 256)
    for norm in 0..<256 { unsafe memory[norm] = factors[norm] }
    unsafe base = UnsafePointer(memory)
  }

  deinit { unsafe base.deallocate() }
}

@safe
struct FieldPostings: ~Copyable {
  var cursor: PostingsCursor
  private let factors: NormFactors
  private let norms: UnsafePointer<UInt8>?
  /// Keeps `norms` in memory.
  private let owner: FieldNorms?
  private let hasFrequencies: Bool

  // The bounds last computed (negative: none yet), and the last document of the block and group they are of.
  private var blockUntil: UInt32 = 0
  private var blockLargest: Float = -1
  private var groupUntil: UInt32 = 0
  private var groupLargest: Float = -1
  private let listBound: Float
  /// No document of the list has a larger norm factor.
  private let largestFactor: Float

  static func open(
    _ segment: SegmentReader, _ entry: TermEntry, norms: FieldNorms?, factors: NormFactors,
    memory: PostingsBlock = PostingsBlock()
  ) throws(IndexError) -> FieldPostings {
    let cursor = try PostingsCursor.open(segment.file, entry, memory)
    let list = unsafe try cursor.listBounds(factors.base)
    return FieldPostings(
      cursor, norms, factors, hasFrequencies: entry.detail != .documents, listBound: list.bound,
      largestFactor: list.factor)
  }

  private init(
    _ cursor: consuming PostingsCursor, _ norms: FieldNorms?, _ factors: NormFactors,
    hasFrequencies: Bool, listBound: Float, largestFactor: Float
  ) {
    self.cursor = cursor
    self.factors = factors
    owner = norms
    unsafe self.norms = norms?.base
    self.hasFrequencies = hasFrequencies
    self.listBound = listBound
    self.largestFactor = largestFactor
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

  /// As `values`, but 0 for frequencies up to `floor`: their norms, which are seldom in the cache, are not read.
  /// Only where there are frequencies.
  @inline(__always)
  mutating func values(
    _ start: Int, _ end: Int, above floor: UInt32, into output: UnsafeMutablePointer<Float>
  ) {
    let documents = unsafe cursor.documents
    let factors = unsafe self.factors.base
    let frequencies = unsafe cursor.frequencies()
    guard let norms = unsafe norms else {
      unsafe values(start, end, into: output)
      return
    }
    for i in start..<end {
      let frequency = unsafe frequencies[i]
      if frequency <= floor {
        unsafe output[i] = 0
      } else {
        unsafe output[i] =
          Float(Int32(bitPattern: frequency)) * factors[Int(norms[Int(documents[i])])]
      }
    }
  }

  /// x of the current document for a frequency.
  @inline(__always)
  func value(frequency: UInt32, document: UInt32) -> Float {
    var norm = 0
    if hasFrequencies, let norms = unsafe norms { norm = Int(unsafe norms[Int(document)]) }
    return unsafe Float(Int32(bitPattern: frequency)) * factors.base[norm]
  }

  /// x of the current document.
  @inline(__always)
  mutating func value() -> Float {
    value(frequency: hasFrequencies ? cursor.frequency() : 1, document: cursor.document)
  }

  /// No document of `base..<end` has a larger x; negative: none of them has the term. Windows ascend.
  mutating func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    if cursor.document >= end { return -1 }
    let last = end &- 1
    try cursor.shallowSeek(base)
    let blockLast = cursor.shallowLast
    if blockLast == PostingsCursor.end { return -1 }
    if last <= blockLast { return try blockBound() }
    if last <= cursor.shallowGroupLast { return try groupBound() }
    return listBound
  }

  /// The same for the shallow block.
  mutating func blockBound() throws(IndexError) -> Float {
    let last = cursor.shallowLast
    if blockUntil != last || blockLargest < 0 {
      unsafe blockLargest = try cursor.bound(.block, factors.base)
      blockUntil = last
    }
    return blockLargest
  }

  /// The same for the group of 32 blocks around the shallow one.
  mutating func groupBound() throws(IndexError) -> Float {
    let last = cursor.shallowGroupLast
    if groupUntil != last || groupLargest < 0 {
      unsafe groupLargest = try cursor.bound(.group, factors.base)
      groupUntil = last
    }
    return groupLargest
  }

  /// The first document from the current one on that lies in a block with a bound of x that competes; the end when there
  /// is none before `limit`.
  @inline(__always)
  mutating func nextCompetitive(
    until limit: UInt32, _ competes: (Float) -> Bool
  ) throws(IndexError) -> UInt32 {
    var from = cursor.document
    while from < limit {
      // The group's bound first: one look for 4,096 postings.
      try cursor.shallowSeek(from)
      let blockLast = cursor.shallowLast
      if blockLast == PostingsCursor.end { return PostingsCursor.end }
      let groupLast = cursor.shallowGroupLast
      if groupLast > blockLast, !competes(try groupBound()) {
        if groupLast == PostingsCursor.end { return PostingsCursor.end }
        from = groupLast &+ 1
        continue
      }
      if competes(try blockBound()) { return from }
      from = blockLast &+ 1
    }
    return PostingsCursor.end
  }

  /// Marks the documents of the window in `marks`, which are zero, from where the cursor is on.
  mutating func match(
    _ window: Window, into marks: UnsafeMutablePointer<UInt64>, _ bytes: MarkBytes?
  ) throws(IndexError) {
    if let bytes {
      unsafe try match(window, bytes.base)
      unsafe bytes.take(words: window.words, into: marks)
      return
    }
    while cursor.document < window.end {
      let start = cursor.index
      let end = place(of: window.end, from: start)
      let documents = unsafe cursor.documents
      for i in start..<end {
        let at = unsafe documents[i] &- window.base
        unsafe marks[Int(at &>> 6)] |= 1 &<< UInt64(at & 63)
      }
      try cursor.move(to: end)
    }
  }

  private mutating func match(
    _ window: Window, _ bytes: UnsafeMutablePointer<UInt8>
  ) throws(IndexError) {
    while cursor.document < window.end {
      let start = cursor.index
      let end = place(of: window.end, from: start)
      let documents = unsafe cursor.documents
      for i in start..<end { unsafe bytes[Int(documents[i] &- window.base)] = 1 }
      try cursor.move(to: end)
    }
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

/// A byte a document of a window, to mark those of a long list: setting bits of a word one after the other makes
/// each wait for the one before. Packed into bits at the end.
@safe
final class MarkBytes {
  let base: UnsafeMutablePointer<UInt8>

  init(capacity: Int) {
    unsafe base = .allocate(capacity: capacity)
    unsafe base.initialize(repeating: 0, count: capacity)
  }

  deinit { unsafe base.deallocate() }

  /// Packs the bytes into words of bits, and zeroes them.
  func take(words: Int, into marks: UnsafeMutablePointer<UInt64>) {
    let raw = unsafe UnsafeMutableRawPointer(base)
    for word in 0..<words {
      var bits: UInt64 = 0
      for group in 0..<8 {
        let at = word &* 64 &+ group &* 8
        let eight = unsafe raw.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
        unsafe raw.storeBytes(of: 0, toByteOffset: at, as: UInt64.self)
        // Each byte is 0 or 1; the product gathers them in its highest byte.
        bits |= ((eight &* 0x0102_0408_1020_4080) &>> 56) &<< UInt64(group &* 8)
      }
      unsafe marks[word] = bits
    }
  }
}

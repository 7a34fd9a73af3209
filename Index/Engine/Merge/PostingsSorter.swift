// The postings of one term at a time, sorted by their new documents.
//
//   keys        new document << 32 | number in the order read
//   starts      per number where its positions begin in `positions`; without positions its frequency
//   positions   differences, as the cursor gives them and the writer takes them
//
// A list that takes more than the limit is read several times, each time for a range of new documents that does
// not; the ranges come from a histogram.

/// Not thread-safe.
@safe
final class PostingsSorter {
  private let detail: PostingsDetail
  private let documentCount: Int
  /// Bytes for the postings of a term.
  private let limit: Int
  private var lists: [(entry: TermEntry, source: MergeSource)] = []
  /// Of the one cursor at a time.
  private let block = PostingsBlock()

  private var keys = Growable<UInt64>(capacity: 256)
  private var spare = Growable<UInt64>(capacity: 256)
  private var starts = Growable<UInt32>(capacity: 256)
  private var positions = Growable<UInt32>(capacity: 1024)
  private var count = 0
  private var positionCount = 0

  /// Of a document: two keys and a start; of a position: a difference.
  private static let bytesOfDocument = 20
  private static let bytesOfPosition = 4
  private static let buckets = 1024

  init(_ detail: PostingsDetail, documentCount: Int, limit: Int) {
    self.detail = detail
    self.documentCount = documentCount
    self.limit = min(limit, 4 << 30)
  }

  /// Adds a list of the term that was begun.
  func add(_ entry: TermEntry, from source: MergeSource) { lists.append((entry, source)) }

  /// Writes the live postings of the lists that were added, documents ascending.
  @unsafe
  func write(to list: UnsafeMutablePointer<PostingsWriter>) throws(IndexError) {
    defer { lists.removeAll(keepingCapacity: true) }
    var bytes = 0
    for (entry, _) in lists {
      bytes += entry.documentFrequency * Self.bytesOfDocument
      if detail == .positions { bytes += entry.totalFrequency * Self.bytesOfPosition }
    }
    if bytes <= limit { return try unsafe write(0..<UInt32.max, to: list) }
    for range in try ranges() { try unsafe write(range, to: list) }
  }

  private func write(
    _ range: Range<UInt32>, to list: UnsafeMutablePointer<PostingsWriter>
  ) throws(IndexError) {
    count = 0
    positionCount = 0
    for (entry, source) in lists { try read(entry, source, range) }
    guard count > 0 else { return }
    unsafe starts.base[count] = UInt32(truncatingIfNeeded: positionCount)
    sort()
    let (keys, starts, positions) = unsafe (keys.base, starts.base, positions.base)
    for index in 0..<count {
      let key = unsafe keys[index]
      let number = Int(truncatingIfNeeded: key & 0xFFFF_FFFF)
      let document = UInt32(truncatingIfNeeded: key >> 32)
      let start = unsafe starts[number]
      switch detail {
      case .documents: unsafe try list.pointee.add(document: document, frequency: 1)
      case .frequencies: unsafe try list.pointee.add(document: document, frequency: start)
      case .positions:
        let end = unsafe starts[number &+ 1]
        unsafe try list.pointee.addPositions(positions + Int(start), Int(end &- start))
        unsafe try list.pointee.add(document: document, frequency: end &- start)
      }
    }
  }

  /// Reads the postings whose new document lies in a range.
  private func read(
    _ entry: TermEntry, _ source: MergeSource, _ range: Range<UInt32>
  ) throws(IndexError) {
    guard let numbers = source.map.numbers else { return }
    var postings = try source.reader.postings(entry, block)
    while !postings.isAtEnd {
      var count = self.count
      keys.reserve(count + postings.count)
      starts.reserve(count + postings.count + 1)
      let (keys, starts) = unsafe (keys.base, starts.base)
      for place in 0..<postings.count {
        try postings.move(to: place)
        let new = numbers[Int(postings.document)]
        guard range.contains(new) else { continue }
        unsafe keys[count] = UInt64(new) << 32 | UInt64(count)
        switch detail {
        case .documents: break
        case .frequencies: unsafe starts[count] = postings.frequency()
        case .positions:
          unsafe starts[count] = UInt32(truncatingIfNeeded: positionCount)
          unsafe append(try postings.positionDifferences())
        }
        count &+= 1
      }
      self.count = count
      try postings.nextBlock()
    }
  }

  private func append(_ differences: UnsafeBufferPointer<UInt32>) {
    let end = positionCount + differences.count
    positions.reserve(end)
    let to = unsafe positions.base + positionCount
    for index in 0..<differences.count { unsafe to[index] = differences[index] }
    positionCount = end
  }

  @inline(__always)
  private func eachPosting(
    of entry: TermEntry, _ source: MergeSource,
    _ body: (UInt32, inout PostingsCursor) throws(IndexError) -> Void
  ) throws(IndexError) {
    guard let numbers = source.map.numbers else { return }
    var postings = try source.reader.postings(entry, block)
    while !postings.isAtEnd {
      for place in 0..<postings.count {
        try postings.move(to: place)
        let new = numbers[Int(postings.document)]
        if new != .max { try body(new, &postings) }
      }
      try postings.nextBlock()
    }
  }

  /// Ranges of new documents whose postings stay within the limit, as far as a 1,024th of all documents does.
  private func ranges() throws(IndexError) -> [Range<UInt32>] {
    let width = UInt32((documentCount + Self.buckets - 1) / Self.buckets)
    var bytes = [Int](repeating: 0, count: Self.buckets)
    for (entry, source) in lists {
      try eachPosting(of: entry, source) { (new, postings) throws(IndexError) in
        bytes[Int(new / width)] += Self.bytesOfDocument
        if detail == .positions {
          bytes[Int(new / width)] += Int(postings.frequency()) * Self.bytesOfPosition
        }
      }
    }
    var ranges: [Range<UInt32>] = []
    var start: UInt32 = 0
    var sum = 0
    for bucket in bytes.indices {
      if sum > 0, sum + bytes[bucket] > limit {
        ranges.append(start..<UInt32(bucket) * width)
        start = UInt32(bucket) * width
        sum = 0
      }
      sum += bytes[bucket]
    }
    ranges.append(start..<UInt32.max)
    return ranges
  }

  /// Sorts the keys by document: short lists by insertion, others digit by digit from the lowest.
  private func sort() {
    if count <= 48 {
      let keys = unsafe keys.base
      for index in 1..<max(count, 1) {
        let key = unsafe keys[index]
        var place = index
        while place > 0, unsafe keys[place &- 1] > key {
          unsafe keys[place] = keys[place &- 1]
          place &-= 1
        }
        unsafe keys[place] = key
      }
      return
    }
    spare.reserve(count)
    // Digits of 11 bits cost a table of 2,048 places each.
    let bits = UInt64(count < 4096 ? 8 : 11)
    var counts = [UInt32](repeating: 0, count: 1 << Int(bits))
    let mask = UInt64(1) << bits - 1
    var shift: UInt64 = 32
    while documentCount >> Int(shift - 32) > 0 {
      let (from, to) = unsafe (keys.base, spare.base)
      for index in counts.indices { counts[index] = 0 }
      for index in 0..<count { counts[unsafe Int(from[index] >> shift & mask)] &+= 1 }
      var sum: UInt32 = 0
      for index in counts.indices {
        let next = sum &+ counts[index]
        counts[index] = sum
        sum = next
      }
      for index in 0..<count {
        let key = unsafe from[index]
        let digit = Int(key >> shift & mask)
        unsafe to[Int(counts[digit])] = key
        counts[digit] &+= 1
      }
      swap(&keys, &spare)
      shift += bits
    }
  }
}

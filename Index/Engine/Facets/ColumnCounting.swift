// The inner loops of facets: the values of the matching documents of a segment, a block of its column at a time, handed to a
// counter that knows which bucket a value belongs to.

import Bytes

/// Counts documents by the buckets that their values belong to.
protocol ValueCounter {
  /// Counts the values of documents that have one value each.
  /// - Returns: how many belong to a bucket at all.
  mutating func add(_ values: Span<Int64>) -> Int
  /// Counts one of several values of a document, which counts once a bucket.
  /// - Parameter document: number within the snapshot.
  /// - Returns: whether it belongs to a bucket.
  mutating func add(_ value: Int64, of document: UInt32) -> Bool
  /// Counts `count` documents with one value each, all from `low` to `high`, if that takes no look at each.
  /// - Returns: whether they were counted, and belong to a bucket; nil: they have to be looked at.
  mutating func add(_ count: Int, from low: Int64, to high: Int64) -> Bool?
}

/// What became of the matches of a segment.
struct ColumnCount {
  var documents = 0
  /// Documents with a value, and with one in a bucket.
  var having = 0
  var inBuckets = 0
  /// The deadline passed first.
  var isCut = false
}

extension SearchSegment {
  /// Counts the values that `documents` have in a column.
  func count<Counter: ValueCounter>(
    _ column: ColumnReader, _ documents: BitSet, by counter: inout Counter, deadline: Deadline
  ) throws(IndexError) -> ColumnCount {
    var result = ColumnCount()
    var values = [Int64](repeating: 0, count: blockSize)
    for index in 0..<column.blockCount {
      if index & 63 == 0, deadline.isPassed {
        result.isCut = true
        return result
      }
      let low = documents.words[2 &* index]
      let high = 2 &* index &+ 1 < documents.words.count ? documents.words[2 &* index &+ 1] : 0
      let matches = low.nonzeroBitCount &+ high.nonzeroBitCount
      if matches == 0 { continue }
      result.documents &+= matches
      let block = try column.block(index)
      switch block.kind {
      case .empty: break
      case .one, .atMostOne:
        let words = (low & block.having(0), high & block.having(1))
        let having = words.0.nonzeroBitCount &+ words.1.nonzeroBitCount
        result.having &+= having
        if let isIn = counter.add(having, from: block.minimum, to: block.maximum) {
          if isIn { result.inBuckets &+= having }
        } else {
          var count = block.gather(words.0, from: 0, into: &values, at: 0)
          count = block.gather(words.1, from: 64, into: &values, at: count)
          result.inBuckets &+= counter.add(values.span.extracting(0..<count))
        }
      case .several:
        let start = first &+ UInt32(truncatingIfNeeded: index &* blockSize)
        for place in 0..<block.documents {
          let word = place < 64 ? low : high
          if word &>> UInt64(place & 63) & 1 == 0 { continue }
          let values = block.range(place)
          if values.isEmpty { continue }
          result.having &+= 1
          let document = start &+ UInt32(truncatingIfNeeded: place)
          var isIn = false
          for number in values {
            if counter.add(block.value(number), of: document) { isIn = true }
          }
          if isIn { result.inBuckets &+= 1 }
        }
      }
    }
    return result
  }
}

extension ColumnReader.Block {
  /// The values of documents that have one value each.
  /// - Parameters:
  ///   - word: a bit for each document, of which `first` is the first.
  ///   - count: values that are there.
  /// - Returns: values that are there then.
  @inline(__always)
  fileprivate func gather(
    _ word: UInt64, from first: Int, into values: inout [Int64], at count: Int
  ) -> Int {
    var values = values.mutableSpan
    var count = count
    var rest = word
    while rest != 0 {
      let place = first &+ rest.trailingZeroBitCount
      rest &= rest &- 1
      values[count] = value(kind == .one ? place : range(place).lowerBound)
      count &+= 1
    }
    return count
  }
}

/// A bucket for each value of a range: ordinals of keywords, booleans, small numbers.
struct TableCounter: ValueCounter {
  let low: Int64
  private(set) var counts: [UInt32]
  /// By bucket: one more than the last document with several values that was counted; made when there is one.
  private var last: [UInt32] = []
  /// A value lay outside of the range: the column and what it should hold do not agree.
  private(set) var isWrong = false

  init(low: Int64, count: Int) {
    self.low = low
    counts = Array(repeating: 0, count: count)
  }

  mutating func add(_ values: Span<Int64>) -> Int {
    let low = low
    var isWrong = false
    var counts = counts.mutableSpan
    for number in values.indices {
      let place = Int(truncatingIfNeeded: values[number] &- low)
      if UInt(bitPattern: place) < UInt(bitPattern: counts.count) {
        counts[place] &+= 1
      } else {
        isWrong = true
      }
    }
    if isWrong { self.isWrong = true }
    return values.count
  }

  mutating func add(_ value: Int64, of document: UInt32) -> Bool {
    let place = Int(truncatingIfNeeded: value &- low)
    guard UInt(bitPattern: place) < UInt(bitPattern: counts.count) else {
      isWrong = true
      return true
    }
    if last.isEmpty { last = Array(repeating: 0, count: counts.count) }
    if last[place] != document &+ 1 {
      last[place] = document &+ 1
      counts[place] &+= 1
    }
    return true
  }

  mutating func add(_ count: Int, from low: Int64, to high: Int64) -> Bool? {
    let place = Int(truncatingIfNeeded: low &- self.low)
    guard low == high, counts.indices.contains(place) else { return nil }
    counts[place] &+= UInt32(truncatingIfNeeded: count)
    return true
  }
}

/// A bucket for each value that comes, found by hash: numbers far apart, and the beginnings of intervals far apart.
struct HashCounter: ValueCounter {
  struct Entry {
    var value: Int64
    var count: UInt32
    var last: UInt32
  }

  private(set) var entries: [Entry] = []
  /// Numbers of entries, one more; 0: free. Never more than half full.
  private var slots: [UInt32]
  private var mask: Int
  /// What a value is counted as.
  private let mapping: (Int64) -> Int64

  init(mapping: @escaping (Int64) -> Int64) {
    self.mapping = mapping
    slots = Array(repeating: 0, count: 256)
    mask = 255
  }

  mutating func add(_ values: Span<Int64>) -> Int {
    for place in values.indices {
      let number = entry(mapping(values[place]))
      entries[number].count &+= 1
    }
    return values.count
  }

  mutating func add(_ value: Int64, of document: UInt32) -> Bool {
    let number = entry(mapping(value))
    if entries[number].last != document &+ 1 {
      entries[number].last = document &+ 1
      entries[number].count &+= 1
    }
    return true
  }

  mutating func add(_ count: Int, from low: Int64, to high: Int64) -> Bool? {
    guard low == high, count > 0 else { return count == 0 ? true : nil }
    let number = entry(mapping(low))
    entries[number].count &+= UInt32(truncatingIfNeeded: count)
    return true
  }

  private mutating func entry(_ value: Int64) -> Int {
    var slot = Self.hash(value) & mask
    while slots[slot] != 0 {
      let number = Int(slots[slot]) &- 1
      if entries[number].value == value { return number }
      slot = (slot &+ 1) & mask
    }
    entries.append(Entry(value: value, count: 0, last: 0))
    slots[slot] = UInt32(entries.count)
    if entries.count &* 2 > slots.count { grow() }
    return entries.count &- 1
  }

  private mutating func grow() {
    mask = slots.count &* 2 &- 1
    slots = Array(repeating: 0, count: mask &+ 1)
    for (number, entry) in entries.enumerated() {
      var slot = Self.hash(entry.value) & mask
      while slots[slot] != 0 { slot = (slot &+ 1) & mask }
      slots[slot] = UInt32(number &+ 1)
    }
  }

  /// The finalizer of MurmurHash3.
  private static func hash(_ value: Int64) -> Int {
    var bits = UInt64(bitPattern: value)
    bits = (bits ^ bits &>> 33) &* 0xff51_afd7_ed55_8ccd
    bits = (bits ^ bits &>> 33) &* 0xc4ce_b9fe_1a85_ec53
    return Int(truncatingIfNeeded: bits ^ bits &>> 33)
  }
}

/// Ranges, which may overlap.
struct RangeCounter: ValueCounter {
  private(set) var counts: [UInt32]
  private var last: [UInt32]
  /// Ranges that a value can be in: their number, their least value, and how far they go above it.
  private var numbers: [Int] = []
  private var lows: [Int64] = []
  private var widths: [UInt64] = []

  /// - Parameter ranges: nil: nothing belongs to it.
  init(_ ranges: [ClosedRange<Int64>?]) {
    counts = Array(repeating: 0, count: ranges.count)
    last = counts
    for (number, range) in ranges.enumerated() {
      guard let range else { continue }
      numbers.append(number)
      lows.append(range.lowerBound)
      widths.append(UInt64(bitPattern: range.upperBound &- range.lowerBound))
    }
  }

  private func holds(_ place: Int, _ value: Int64) -> Bool {
    UInt64(bitPattern: value &- lows[place]) <= widths[place]
  }

  mutating func add(_ values: Span<Int64>) -> Int {
    let (numbers, lows, widths) = (numbers, lows, widths)
    var counts = counts.mutableSpan
    var found = 0
    for index in values.indices {
      let value = values[index]
      var isIn: UInt32 = 0
      for place in numbers.indices {
        let one: UInt32 = UInt64(bitPattern: value &- lows[place]) <= widths[place] ? 1 : 0
        counts[numbers[place]] &+= one
        isIn |= one
      }
      found &+= Int(isIn)
    }
    return found
  }

  mutating func add(_ value: Int64, of document: UInt32) -> Bool {
    var isIn = false
    for place in numbers.indices where holds(place, value) {
      isIn = true
      let number = numbers[place]
      if last[number] != document &+ 1 {
        last[number] = document &+ 1
        counts[number] &+= 1
      }
    }
    return isIn
  }

  mutating func add(_ count: Int, from low: Int64, to high: Int64) -> Bool? {
    for place in numbers.indices {
      let isWithin = lows[place] >= low && lows[place] <= high
      if holds(place, low) != holds(place, high) || isWithin && !holds(place, low) { return nil }
    }
    var isIn = false
    for place in numbers.indices where holds(place, low) {
      counts[numbers[place]] &+= UInt32(truncatingIfNeeded: count)
      isIn = true
    }
    return isIn
  }
}

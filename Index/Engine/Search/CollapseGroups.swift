// What documents have in common, so that only the best of them is shown: a value of a column, or a fingerprint that is near. The
// groups are those of the hits kept so far, in their order; other documents are asked for the first group that they belong to.
//
// Where a document has several values it belongs to the group of the least one; without any it is a group of its own.

import Bytes

/// The groups of the hits kept so far.
struct CollapseGroups {
  enum Kind {
    case value(FieldType)
    /// At most `distance` bits differ.
    case near(distance: Int)
  }

  private let kind: Kind
  private(set) var count = 0
  /// By value: numbers of groups. Keywords by their bytes, since segments number them differently.
  private var keywords: [[UInt8]: Int] = [:]
  private var numbers: [Int64: Int] = [:]
  private var fingerprints: [(bits: UInt64, group: Int)] = []

  init(_ kind: Kind) { self.kind = kind }

  /// Makes a document the first of a group of its own, unless it belongs to one.
  /// - Returns: whether it does.
  mutating func join(
    _ segment: SearchSegment, _ document: Int, column field: Int
  ) throws(IndexError) -> Bool {
    guard let value = try segment.reader.column(field)?.first(document) else {
      count += 1
      return false
    }
    switch kind {
    case .value(.keyword):
      guard let terms = segment.reader.terms(field, .value), let ordinal = Int(exactly: value)
      else { throw segment.reader.file.corrupt(0, "a column of keywords without the keywords") }
      let bytes = try terms.term(ordinal: ordinal)
      if keywords[bytes] != nil { return true }
      keywords[bytes] = count
    case .value:
      if numbers[value] != nil { return true }
      numbers[value] = count
    case .near(let distance):
      let bits = UInt64(bitPattern: value)
      if Self.first(bits, fingerprints, distance) != nil { return true }
      fingerprints.append((bits, count))
    }
    count += 1
    return false
  }

  /// Calls `body` with each of `documents` that belongs to a group that has a value, and the number of the group.
  /// - Returns: false when the deadline passed first.
  func visit(
    _ segment: SearchSegment, _ documents: BitSet, column field: Int, deadline: Deadline,
    _ body: (Int, Int) -> Void
  ) throws(IndexError) -> Bool {
    guard let column = segment.reader.column(field) else { return true }
    switch kind {
    case .value(.keyword):
      guard let terms = segment.reader.terms(field, .value) else { return true }
      // By ordinal: one more than the group.
      var groups = [UInt32](repeating: 0, count: terms.count)
      let cursor = terms.cursor()
      for (bytes, group) in keywords {
        let target = bytes.span
        guard try cursor.seek(unsafe target.bytes), cursor.equals(unsafe target.bytes) else {
          continue
        }
        groups[cursor.ordinal] = UInt32(group + 1)
      }
      return try column.visit(documents, deadline: deadline) { document, value in
        guard let ordinal = Int(exactly: value), groups.indices.contains(ordinal) else { return }
        if groups[ordinal] != 0 { body(document, Int(groups[ordinal]) - 1) }
      }
    case .value:
      return try column.visit(documents, deadline: deadline) { document, value in
        if let group = numbers[value] { body(document, group) }
      }
    case .near(let distance):
      return try column.visit(documents, deadline: deadline) { document, value in
        if let group = Self.first(UInt64(bitPattern: value), fingerprints, distance) {
          body(document, group)
        }
      }
    }
  }

  /// The first group whose fingerprint is near.
  private static func first(
    _ bits: UInt64, _ fingerprints: [(bits: UInt64, group: Int)], _ distance: Int
  ) -> Int? {
    for other in fingerprints where (other.bits ^ bits).nonzeroBitCount <= distance {
      return other.group
    }
    return nil
  }
}

extension ColumnReader {
  /// Calls `body` with each of `documents` that has a value, and with its first (least) value.
  /// - Returns: false when the deadline passed first.
  func visit(
    _ documents: BitSet, deadline: Deadline, _ body: (Int, Int64) -> Void
  ) throws(IndexError) -> Bool {
    for index in 0..<blockCount {
      if index & 15 == 0, deadline.isPassed { return false }
      let words = documents.words
      let low = words[2 &* index]
      let high = 2 &* index &+ 1 < words.count ? words[2 &* index &+ 1] : 0
      if low | high == 0 { continue }
      let block = try block(index)
      if block.kind == .empty { continue }
      for (half, word) in [low, high].enumerated() {
        var rest = word
        while rest != 0 {
          let place = half &* 64 &+ rest.trailingZeroBitCount
          rest &= rest &- 1
          let values = block.range(place)
          if values.isEmpty { continue }
          body(index &* blockSize &+ place, block.value(values.lowerBound))
        }
      }
    }
    return true
  }
}

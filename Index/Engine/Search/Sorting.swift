// Hits in the order of columns. Each segment keeps its best k by keys of its own (a keyword's key is its ordinal there);
// then the few that are left are compared by values that mean the same everywhere.
//
// A document with several values sorts by its least one, or its greatest when descending. Documents
// without a value come last, whatever the direction; ties are by document number.

/// A sort key in terms of the schema.
enum SortField: Sendable {
  case score
  case column(field: Int, type: FieldType, descending: Bool)

  static func keys(_ sort: [SortKey], _ schema: Schema) throws(IndexError) -> [SortField] {
    var result: [SortField] = []
    for (place, key) in sort.enumerated() {
      guard let name = key.field else {
        result.append(.score)
        continue
      }
      let (number, field) = try schema.column(name, at: "/sort/\(place)", "sort")
      result.append(.column(field: number, type: field.type, descending: key.descending))
    }
    return result
  }

  var isScore: Bool {
    if case .score = self { return true }
    return false
  }
}

/// What one document has under one key, mapped so that less is better.
struct SortOrder: Comparable, Sendable {
  var isMissing: Bool
  var value: Int64

  static func < (a: SortOrder, b: SortOrder) -> Bool {
    a.isMissing == b.isMissing ? a.value < b.value : b.isMissing
  }

  static let missing = SortOrder(isMissing: true, value: 0)
}

/// A hit with keys that can be compared across segments.
struct SortedHit: Sendable {
  var document: UInt32
  var score: Float
  fileprivate var keys: [Key]

  fileprivate enum Key: Sendable, Equatable {
    case order(SortOrder)
    case bytes([UInt8]?, descending: Bool)
  }

  /// What one document is sorted by.
  static func hit(
    _ document: ScoredDocument, by fields: [SortField], _ view: SearchView
  ) throws(IndexError) -> SortedHit? {
    let segment = view.segment(of: document.document)
    let sorter = try SegmentSorter(segment, fields, limit: 1, after: nil)
    try sorter.offer(document.document - segment.first, document.score)
    return try sorter.hits().first
  }

  fileprivate func precedes(_ other: SortedHit) -> Bool {
    isBefore(other) ?? (document < other.document)
  }

  /// By keys alone, also of another index whose schema has the same fields to sort by; nil for equals.
  func isBefore(_ other: SortedHit) -> Bool? {
    for (mine, its) in zip(keys, other.keys) {
      switch (mine, its) {
      case (.order(let a), .order(let b)):
        if a != b { return a < b }
      case (.bytes(let a, let descending), .bytes(let b, _)):
        guard a != b else { continue }
        guard let a else { return false }
        guard let b else { return true }
        return a.lexicographicallyPrecedes(b) != descending
      default: continue
      }
    }
    return nil
  }
}

/// The best k over all segments.
struct SortedTop {
  private let fields: [SortField]
  private let limit: Int
  /// Only hits behind it are wanted.
  private let last: SearchBound?
  private var hits: [SortedHit] = []

  init(fields: [SortField], limit: Int, after last: SearchBound?) {
    self.fields = fields
    self.limit = limit
    self.last = last
  }

  func sorted() -> [SortedHit] { hits }

  /// Collects the matches of one segment.
  /// - Returns: false when the deadline passed first; what was found until then is kept.
  mutating func collect(
    _ search: SegmentSearch, _ segment: SearchSegment, count: inout Int
  ) throws(IndexError) -> Bool {
    let collector = try SegmentSorter(segment, fields, limit: limit, after: last)
    let scored = fields.contains { $0.isScore }
    let finished = try search.forEach(scored: scored) { (document, score) throws(IndexError) in
      count += 1
      try collector.offer(document, score)
    }
    hits += try collector.hits()
    hits.sort { $0.precedes($1) }
    if hits.count > limit { hits.removeLast(hits.count - limit) }
    return finished
  }
}

/// The best k of one segment.
private final class SegmentSorter {
  private struct Entry {
    var keys: [SortOrder]
    var document: UInt32
    var score: Float

    func precedes(_ other: Entry) -> Bool {
      for (mine, its) in zip(keys, other.keys) where mine != its { return mine < its }
      return document < other.document
    }
  }

  private let segment: SearchSegment
  private let fields: [SortField]
  private let limit: Int
  private var columns: [SortColumn?] = []
  /// A heap whose root is the last in order.
  private var heap: [Entry] = []
  private var candidate: Entry
  /// Keys of the last hit of the part before, in terms of this segment; empty: there is none.
  private var bounds: [Bound] = []
  /// Of its document; below zero: in an earlier segment.
  private var boundDocument = 0

  /// What a key of a hit behind another one must not be less than.
  private struct Bound {
    var order: SortOrder
    /// The other's own value is not in this segment: `order` is the least that comes behind it.
    var isBetween = false
  }

  init(
    _ segment: SearchSegment, _ fields: [SortField], limit: Int, after last: SearchBound?
  ) throws(IndexError) {
    self.segment = segment
    self.fields = fields
    self.limit = limit
    candidate = Entry(
      keys: Array(repeating: .missing, count: fields.count), document: 0, score: 0)
    for field in fields {
      switch field {
      case .score: columns.append(nil)
      case .column(let number, _, let descending):
        columns.append(
          segment.reader.column(number).map { SortColumn($0, descending: descending) })
      }
    }
    guard let last, let hit = last.key else { return }
    boundDocument = last.document - Int(segment.first)
    for (key, field) in zip(hit.keys, fields) { bounds.append(try bound(key, field)) }
  }

  private func bound(_ key: SortedHit.Key, _ field: SortField) throws(IndexError) -> Bound {
    switch (key, field) {
    case (.order(let order), _): return Bound(order: order)
    case (.bytes(let bytes?, let descending), .column(let number, _, _)):
      // Without values here, all are missing, and come behind.
      guard let values = segment.reader.terms(number, .value) else {
        return Bound(order: .missing, isBetween: true)
      }
      let cursor = values.cursor()
      let isThere = try cursor.seek(unsafe bytes.span.bytes)
      let ordinal = Int64(isThere ? cursor.ordinal : values.count)
      if isThere, cursor.equals(unsafe bytes.span.bytes) {
        return Bound(
          order: SortOrder(isMissing: false, value: descending ? ~ordinal : ordinal))
      }
      return Bound(
        order: SortOrder(isMissing: false, value: descending ? ~(ordinal - 1) : ordinal),
        isBetween: true)
    default: return Bound(order: .missing)
    }
  }

  /// Whether the candidate comes behind the last hit of the part before.
  private var isBehind: Bool {
    for (key, bound) in zip(candidate.keys, bounds) {
      if key < bound.order { return false }
      if bound.order < key || bound.isBetween { return true }
    }
    return Int(candidate.document) > boundDocument
  }

  func offer(_ document: UInt32, _ score: Float) throws(IndexError) {
    if limit == 0 { return }
    candidate.document = document
    candidate.score = score
    let isFull = heap.count == limit
    for i in fields.indices {
      if fields[i].isScore {
        // Positive floats are in the order of their bits.
        candidate.keys[i] = SortOrder(isMissing: false, value: ~Int64(max(score, 0).bitPattern))
      } else {
        candidate.keys[i] = try columns[i]?.order(Int(document)) ?? .missing
      }
      // The first key nearly always decides.
      if i == 0, isFull, heap[0].keys[0] < candidate.keys[0] { return }
    }
    if !bounds.isEmpty, !isBehind { return }
    if !isFull {
      heap.append(candidate)
      siftUp()
    } else if candidate.precedes(heap[0]) {
      heap[0] = candidate
      siftDown()
    }
  }

  func hits() throws(IndexError) -> [SortedHit] {
    var result: [SortedHit] = []
    for entry in heap {
      var keys: [SortedHit.Key] = []
      for (i, field) in fields.enumerated() {
        guard case .column(let number, .keyword, let descending) = field else {
          keys.append(.order(entry.keys[i]))
          continue
        }
        var bytes: [UInt8]?
        if !entry.keys[i].isMissing, let values = segment.reader.terms(number, .value) {
          let value = entry.keys[i].value
          bytes = try values.term(ordinal: Int(descending ? ~value : value))
        }
        keys.append(.bytes(bytes, descending: descending))
      }
      result.append(
        SortedHit(document: segment.first + entry.document, score: entry.score, keys: keys))
    }
    return result
  }

  private func siftUp() {
    var at = heap.count - 1
    while at > 0, heap[(at - 1) / 2].precedes(heap[at]) {
      heap.swapAt(at, (at - 1) / 2)
      at = (at - 1) / 2
    }
  }

  private func siftDown() {
    var at = 0
    while true {
      var last = at
      for child in [2 * at + 1, 2 * at + 2] where child < heap.count {
        if heap[last].precedes(heap[child]) { last = child }
      }
      if last == at { return }
      heap.swapAt(at, last)
      at = last
    }
  }
}

/// A column with the block last looked at.
private final class SortColumn {
  private let column: ColumnReader
  private let descending: Bool
  private var number = -1
  private var block: ColumnReader.Block?

  init(_ column: ColumnReader, descending: Bool) {
    self.column = column
    self.descending = descending
  }

  func order(_ document: Int) throws(IndexError) -> SortOrder {
    if document / 128 != number {
      number = document / 128
      block = try column.block(number)
    }
    guard let block else { return .missing }
    let range = block.range(document % 128)
    guard let first = range.first else { return .missing }
    var value = block.value(first)
    for index in range.dropFirst() {
      value = descending ? max(value, block.value(index)) : min(value, block.value(index))
    }
    return SortOrder(isMissing: false, value: descending ? ~value : value)
  }
}

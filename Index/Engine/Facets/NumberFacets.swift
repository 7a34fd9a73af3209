// Counts by the values of numbers and booleans, by ranges, and by intervals of dates. Values of columns mean the same in all
// segments, so that one counter goes through all of them.

import QueryLanguage

final class NumberFacet: FieldFacet {
  private let type: FieldType
  private let limit: Int
  private let order: Facet.Order
  /// Where values lie close together.
  private var table: TableCounter?
  private var hash: HashCounter

  /// Values from the least to the greatest, at most, that are counted in a table.
  private static let tableSize = 1 << 16

  init(
    _ facet: Facet, _ numbers: [Int], _ type: FieldType, _ views: [SearchView], limit: Int,
    order: Facet.Order
  ) throws(IndexError) {
    self.type = type
    self.limit = limit
    self.order = order
    let negativeZero = SortableDouble.encode(-0.0)
    // Both zeros are one number.
    hash =
      type == .double
      ? HashCounter { $0 == negativeZero ? SortableDouble.encode(0) : $0 } : HashCounter { $0 }
    if type != .double, let range = try views.columnRange(numbers) {
      let (span, isOver) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
      if !isOver, span < Self.tableSize {
        table = TableCounter(low: range.lowerBound, count: Int(span) + 1)
      }
    }
    super.init(facet, numbers: numbers)
  }

  override func count(
    _ segment: SearchSegment, _ column: ColumnReader, _ number: Int, _ documents: BitSet,
    _ deadline: Deadline
  ) throws(IndexError) -> ColumnCount {
    if var counter = table.take() {
      defer { table = counter }
      let result = try segment.count(column, documents, by: &counter, deadline: deadline)
      guard !counter.isWrong else {
        throw segment.reader.file.corrupt(0, "a column with values beyond its bounds")
      }
      return result
    }
    return try segment.count(column, documents, by: &hash, deadline: deadline)
  }

  override func buckets(
    _ deadline: Deadline
  ) throws(IndexError) -> (buckets: [FacetCounts.Bucket], other: Int) {
    var entries = hash.entries.map { (value: $0.value, count: Int($0.count)) }
    entries.sort { $0.value < $1.value }
    if let table {
      for (place, count) in table.counts.enumerated() where count > 0 {
        entries.append((table.low + Int64(place), Int(count)))
      }
    }
    var best = BestValues<Int64>(limit: limit, order: order)
    for entry in entries { best.offer(entry.count) { entry.value } }
    let found = best.sorted()
    let buckets = found.map { value, count in
      let value: FieldValue =
        switch type {
        case .boolean: .boolean(value != 0)
        case .double: .double(SortableDouble.decode(value))
        default: .integer(value)
        }
      return FacetCounts.Bucket(value: value, count: count)
    }
    let total = entries.reduce(0) { $0 + $1.count }
    return (buckets, total - found.reduce(0) { $0 + $1.count })
  }
}

final class RangeFacet: FieldFacet {
  private let ranges: [Facet.Range]
  private var counter: RangeCounter

  init(
    _ facet: Facet, _ numbers: [Int], _ field: Field, _ ranges: [Facet.Range], now: Int64
  ) throws(IndexError) {
    guard [.integer, .double, .date].contains(field.type) else {
      throw .request(
        at: Self.pointer(facet, "ranges"),
        "\(field.name) is of type \(field.type.name); ranges are of number and date fields")
    }
    guard (1...Facet.maximumRanges).contains(ranges.count) else {
      throw .request(
        at: Self.pointer(facet, "ranges"), "from 1 to \(Facet.maximumRanges) ranges are counted")
    }
    var values: [ClosedRange<Int64>?] = []
    for (place, range) in ranges.enumerated() {
      for (name, bound) in [("from", range.from), ("to", range.to)] {
        guard let bound else { continue }
        let literal = ColumnValues.Literal(bound)
        guard ColumnValues.isLiteral(literal, of: field.type, now: now) else {
          throw .request(
            at: Self.pointer(facet, "ranges/\(place)/\(name)"),
            "is no value of the \(field.type.name) field \(field.name)")
        }
      }
      values.append(
        ColumnValues.interval(
          from: range.from.map { (.init($0), true) }, to: range.to.map { (.init($0), false) },
          in: field.type, now: now))
    }
    self.ranges = ranges
    counter = RangeCounter(values)
    super.init(facet, numbers: numbers)
  }

  override func count(
    _ segment: SearchSegment, _ column: ColumnReader, _ number: Int, _ documents: BitSet,
    _ deadline: Deadline
  ) throws(IndexError) -> ColumnCount {
    try segment.count(column, documents, by: &counter, deadline: deadline)
  }

  override func buckets(
    _ deadline: Deadline
  ) throws(IndexError) -> (buckets: [FacetCounts.Bucket], other: Int) {
    let buckets = zip(ranges, counter.counts).map { range, count in
      FacetCounts.Bucket(
        value: .keyword(
          range.name ?? "\(range.from?.description ?? "")..\(range.to?.description ?? "")"),
        from: range.from, to: range.to, count: Int(count))
    }
    return (buckets, others)
  }
}

final class DateFacet: FieldFacet {
  private let intervals: DateIntervals
  private let showsEmpty: Bool
  private var counter: IntervalCounter?
  /// Where dates lie too far apart for that.
  private var hash: HashCounter

  init(
    _ facet: Facet, _ numbers: [Int], _ views: [SearchView], _ intervals: DateIntervals,
    showsEmpty: Bool
  ) throws(IndexError) {
    self.intervals = intervals
    self.showsEmpty = showsEmpty
    var last: Range<Int64> = 0..<0
    hash = HashCounter { [intervals] moment in
      if !last.contains(moment) { last = intervals.interval(at: moment) }
      return last.lowerBound
    }
    if let range = try views.columnRange(numbers), Self.possible.contains(range.lowerBound),
      Self.possible.contains(range.upperBound)
    {
      counter = IntervalCounter(intervals, from: range.lowerBound, to: range.upperBound)
    }
    super.init(facet, numbers: numbers)
  }

  /// Dates of the years 0 to 9999 and a little more, so that nothing overflows.
  private static let possible: ClosedRange<Int64> = -70_000_000_000_000...260_000_000_000_000

  override func count(
    _ segment: SearchSegment, _ column: ColumnReader, _ number: Int, _ documents: BitSet,
    _ deadline: Deadline
  ) throws(IndexError) -> ColumnCount {
    if var counter = counter.take() {
      defer { self.counter = counter }
      return try segment.count(column, documents, by: &counter, deadline: deadline)
    }
    guard let range = try column.range(), Self.possible.contains(range.lowerBound),
      Self.possible.contains(range.upperBound)
    else { throw segment.reader.file.corrupt(0, "a column of dates that cannot be") }
    return try segment.count(column, documents, by: &hash, deadline: deadline)
  }

  override func buckets(
    _ deadline: Deadline
  ) throws(IndexError) -> (buckets: [FacetCounts.Bucket], other: Int) {
    var found: [(start: Int64, count: Int)] = hash.entries.map { ($0.value, Int($0.count)) }
    found.sort { $0.start < $1.start }
    if let counter {
      for (place, count) in counter.counts.enumerated() where count > 0 {
        found.append((counter.starts[place], Int(count)))
      }
    }
    guard found.count <= Facet.maximumBuckets else {
      throw .request(
        at: Self.pointer(facet, "interval"),
        "there are \(found.count) intervals with documents, more than \(Facet.maximumBuckets): ask "
          + "for longer ones, or filter")
    }
    if showsEmpty { found = filled(found) }
    let buckets = found.map { start, count in
      FacetCounts.Bucket(value: .date(start, text: intervals.zone.text(start)), count: count)
    }
    return (buckets, others)
  }

  /// With the empty intervals between the first and the last; as they are where these would be too many.
  private func filled(_ found: [(start: Int64, count: Int)]) -> [(start: Int64, count: Int)] {
    guard let first = found.first, let last = found.last else { return found }
    var result: [(start: Int64, count: Int)] = []
    var place = 0
    var start = first.start
    var period = intervals.zone.period(at: start)
    while start <= last.start {
      if result.count == Facet.maximumBuckets { return found }
      let isHere = found[place].start == start
      result.append((start, isHere ? found[place].count : 0))
      if isHere { place += 1 }
      start = intervals.interval(at: start, &period).upperBound
    }
    return result
  }
}

extension [SearchView] {
  /// Least and greatest value of a field over all segments.
  /// - Parameter numbers: of the field, by view.
  func columnRange(_ numbers: [Int]) throws(IndexError) -> ClosedRange<Int64>? {
    var low = Int64.max
    var high = Int64.min
    for (view, number) in zip(self, numbers) {
      for segment in view.segments {
        guard let range = try segment.reader.column(number)?.range() else { continue }
        low = Swift.min(low, range.lowerBound)
        high = Swift.max(high, range.upperBound)
      }
    }
    return low <= high ? low...high : nil
  }
}

extension FilterValue: CustomStringConvertible {
  public var description: String {
    switch self {
    case .string(let text): text
    case .integer(let value): "\(value)"
    case .double(let value): "\(value)"
    case .boolean(let flag): "\(flag)"
    }
  }
}

// The facets of a request: each is checked against the schema before anything is searched, then counts the matches segment by
// segment, and is asked for its buckets at the end.

import QueryLanguage

struct FacetCollector {
  private var facets: [FieldFacet] = []

  /// - Parameters:
  ///   - views: of indexes that answer together; one at least.
  ///   - now: what words such as `today` count from.
  /// - Throws: `request`, with the place.
  init(_ facets: [Facet], _ views: [SearchView], now: Int64) throws(IndexError) {
    guard facets.count <= Facet.most else {
      throw .request(at: "/facets", "there may be \(Facet.most) facets, not \(facets.count)")
    }
    for facet in facets { self.facets.append(try FieldFacet.make(facet, views, now: now)) }
  }

  /// Counts the matches of a segment.
  /// - Parameter member: which of the views it is of.
  /// - Returns: false when the deadline passed first.
  func collect(
    _ segment: SearchSegment, _ documents: BitSet, member: Int = 0, deadline: Deadline
  ) throws(IndexError) -> Bool {
    let population = documents.population
    var isWhole = true
    for facet in facets {
      var counted = ColumnCount()
      let number = facet.numbers[member]
      if let column = segment.reader.column(number) {
        counted = try facet.count(segment, column, number, documents, deadline)
      }
      facet.missing += population - counted.having
      facet.others += counted.having - counted.inBuckets
      if counted.isCut {
        facet.isExact = false
        isWhole = false
      }
    }
    return isWhole
  }

  /// Nothing more will be counted, though it should.
  func cut() { for facet in facets { facet.isExact = false } }

  func counts(deadline: Deadline) throws(IndexError) -> [FacetCounts] {
    var result: [FacetCounts] = []
    for facet in facets {
      let (buckets, other) = try facet.buckets(deadline)
      result.append(
        FacetCounts(
          name: facet.facet.name, buckets: buckets, other: other, missing: facet.missing,
          exact: facet.isExact))
    }
    return result
  }
}

/// One facet, whatever it counts by.
class FieldFacet {
  final let facet: Facet
  /// Of its field, by index.
  final let numbers: [Int]
  final var missing = 0
  /// Documents with a value, none of which belongs to a bucket.
  final var others = 0
  final var isExact = true

  init(_ facet: Facet, numbers: [Int]) {
    self.facet = facet
    self.numbers = numbers
  }

  /// - Parameter number: of the field in this index.
  func count(
    _ segment: SearchSegment, _ column: ColumnReader, _ number: Int, _ documents: BitSet,
    _ deadline: Deadline
  ) throws(IndexError) -> ColumnCount { ColumnCount() }

  func buckets(
    _ deadline: Deadline
  ) throws(IndexError) -> (buckets: [FacetCounts.Bucket], other: Int) { ([], others) }

  /// Where the request says it.
  static func pointer(_ facet: Facet, _ member: String = "") -> String {
    let name = facet.name.reduce(into: "") {
      $0 += $1 == "~" ? "~0" : $1 == "/" ? "~1" : String($1)
    }
    return "/facets/\(name)" + (member.isEmpty ? "" : "/" + member)
  }

  fileprivate static func make(
    _ facet: Facet, _ views: [SearchView], now: Int64
  ) throws(IndexError) -> FieldFacet {
    let (_, field) = try views[0].schema.column(facet.field, at: pointer(facet), "facets")
    var numbers: [Int] = []
    for view in views {
      let (number, other) = try view.schema.column(facet.field, at: pointer(facet), "facets")
      guard other.type == field.type else {
        throw .request(
          at: pointer(facet),
          "\(field.name) is of type \(field.type.name) in one index and of type \(other.type.name) in "
            + "another")
      }
      numbers.append(number)
    }
    switch facet.kind {
    case .values(let limit, let order):
      guard (0...Facet.maximumBuckets).contains(limit) else {
        throw .request(
          at: pointer(facet, "limit"), "\(limit) is not within 0 and \(Facet.maximumBuckets)")
      }
      switch field.type {
      case .keyword: return KeywordFacet(facet, numbers, limit: limit, order: order)
      case .integer, .double, .boolean:
        return try NumberFacet(facet, numbers, field.type, views, limit: limit, order: order)
      case .date, .text:
        throw .request(
          at: pointer(facet),
          "\(field.name) is a date field: say an \"interval\" (year, quarter, month, week, day, "
            + "hour) or \"ranges\"")
      }
    case .ranges(let ranges): return try RangeFacet(facet, numbers, field, ranges, now: now)
    case .intervals(let interval, let name, let showsEmpty):
      guard field.type == .date else {
        throw .request(
          at: pointer(facet, "interval"),
          "\(field.name) is of type \(field.type.name); intervals are of date fields")
      }
      var zone = TimeZone.utc
      if let name {
        do throws(IndexError) {
          zone = try TimeZone.named(name)
        } catch {
          throw .request(at: pointer(facet, "time_zone"), error.description)
        }
      }
      return try DateFacet(
        facet, numbers, views, DateIntervals(interval: interval, zone: zone), showsEmpty: showsEmpty
      )
    }
  }
}

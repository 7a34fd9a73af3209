// What the schedules read from an index: ids and versions, by the engine's own dictionaries and columns.

@testable import InvertedIndex

extension Schedule {
  /// What is live in a snapshot; an id that is live twice is a violation.
  static func contents(of snapshot: Snapshot) throws -> Contents {
    var result: Contents = [:]
    for segment in snapshot.segments {
      guard let ids = segment.reader.ids, let values = segment.reader.terms(1, .value),
        let column = segment.reader.column(1)
      else { throw Violation(description: "a segment without ids or versions") }
      let cursor = ids.cursor()
      while try cursor.next() {
        var live: [Int] = []
        try segment.reader.documents(of: cursor.entry()) { document in
          if segment.live?.isLive(document) ?? true { live.append(document) }
        }
        for document in live {
          guard let ordinal = try column.first(document) else {
            throw Violation(description: "a document without a version")
          }
          let id = String(decoding: cursor.bytes, as: UTF8.self)
          let value = String(
            decoding: try values.term(ordinal: Int(ordinal)), as: UTF8.self)
          if result.updateValue(value, forKey: id) != nil {
            throw Violation(description: "two live documents of id \(id)")
          }
        }
      }
    }
    return result
  }

  /// The documents whose version is one of `wanted`.
  static func predicate(_ wanted: Set<String>) -> DeletePredicate {
    { (segment) throws(IndexError) in
      var set = BitSet(count: segment.entry.documentCount)
      guard let values = segment.reader.terms(1, .value) else { return set }
      for version in wanted.sorted() {
        guard let entry = try values.lookup(Array(version.utf8)) else { continue }
        try segment.reader.documents(of: entry) { set.insert($0) }
      }
      return set
    }
  }
}

import InvertedIndex
import Measuring

extension Micro {
  /// Documents of the index for facets, and values of its keyword field.
  static let facetDocuments = 1_200_000
  static let facetValues = 1_000

  /// Facets over a million matches: the whole of a search without hits, an element a match.
  static func facets(_ sampler: inout Sampler) throws {
    guard sampler.wants("facets") else { return }
    let folder = try TemporaryDirectory()
    let directory = try IndexStore(path: folder.path).create("facets")
    let schema = try Schema(
      fields: [
        Field(name: "text", type: .text, analyzer: "whitespace", stored: false),
        Field(name: "author", type: .keyword, stored: false, indexed: true),
        Field(name: "date", type: .date, stored: false),
        Field(name: "size", type: .integer, stored: false),
      ], dynamic: .reject)
    let writer = try IndexWriter.open(directory, create: schema)
    var random = FixedRandom(seed: 6)
    var document = Document()
    for number in 0..<facetDocuments {
      document.removeAll()
      document.append("id", "\(number)")
      document.append("text", random.oneIn(6) ? "few all" : "all")
      // The common ones far more often, in no order.
      let value = min(random.below(facetValues), random.below(facetValues))
      document.append("author", "author \(value)")
      let day = 1 + random.below(28)
      let month = 1 + random.below(12)
      let hour = random.below(24)
      func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
      document.append(
        "date", "\(2010 + random.below(10))-\(two(month))-\(two(day))T\(two(hour)):30:00Z")
      document.append("size", "\(random.below(1 << 30))")
      try writer.add(document)
    }
    try writer.commit()
    writer.close()
    let searcher = Searcher(try IndexReader.open(directory))
    let helsinki = "Europe/Helsinki"
    let kinds: [(String, [Facet])] = [
      ("none", []),
      ("1,000 keywords", [Facet("author", .values(limit: 10, order: .count))]),
      ("months", [Facet("date", .intervals(.month, zone: helsinki, showsEmpty: true))]),
      ("days", [Facet("date", .intervals(.day, zone: helsinki, showsEmpty: true))]),
      (
        "3 ranges",
        [
          Facet(
            "size",
            .ranges([
              .init(to: .integer(1_000)), .init(from: .integer(1_000), to: .integer(1 << 29)),
              .init(from: .integer(1 << 29)),
            ]))
        ]
      ),
    ]
    for (query, name) in [("*", "all documents"), ("text:few", "one in six")] {
      for (kind, facets) in kinds {
        var request = SearchRequest(query: query)
        request.limit = 0
        request.facets = facets
        let total = try searcher.search(request).total.value
        try sampler.measure("facets", "\(kind), \(name)", unit: "match", elements: total) {
          let response = try searcher.search(request)
          return response.facets.reduce(UInt64(response.total.value)) { sum, facet in
            facet.buckets.reduce(sum) { $0 &* 31 &+ UInt64($1.count) }
          }
        }
      }
    }
  }
}

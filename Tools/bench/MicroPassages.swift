import InvertedIndex
import Measuring

extension Micro {
  /// Documents of the index for passages, and bytes of text in each.
  static let passageDocuments = 40
  static let passageBytes = 200 << 10

  /// Passages of long documents: the whole of a search for ten hits, an element a hit.
  static func passages(_ sampler: inout Sampler) throws {
    guard sampler.wants("passages") else { return }
    let folder = try TemporaryDirectory()
    let directory = try IndexStore(path: folder.path).create("passages")
    let schema = try Schema(
      fields: [Field(name: "text", type: .text)], dynamic: .reject)
    let writer = try IndexWriter.open(directory, create: schema)
    var source = SyntheticText(seed: 7)
    var document = Document()
    for number in 0..<passageDocuments {
      document.removeAll()
      document.append("id", "\(number)")
      document.append(
        "text", String(decoding: source.ascii(passageBytes), as: UTF8.self))
      try writer.add(document)
    }
    try writer.commit()
    writer.close()
    let searcher = Searcher(try IndexReader.open(directory))
    let words = [2, 40, 900].map { source.vocabulary[$0] }
    let queries = [
      (words[0], "one common word"), (words.joined(separator: " OR "), "three words"),
      ("\(words[0]) \(words[1])", "two words, both there"),
    ]
    for (query, name) in queries {
      for passages in [0, 3] {
        var request = SearchRequest(query: query)
        request.select = []
        if passages > 0 { request.highlight = .init(passages: passages) }
        let hits = try searcher.search(request).hits.count
        try sampler.measure(
          "passages", "\(passages == 0 ? "none" : "three"), \(name), 200 KB", unit: "hit",
          elements: hits
        ) {
          try searcher.search(request).hits.reduce(UInt64(0)) { sum, hit in
            hit.passages.reduce(sum &+ 1) { $0 &* 31 &+ UInt64($1.start) }
          }
        }
      }
    }
  }
}

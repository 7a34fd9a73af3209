import Glibc
import InvertedIndex
import JSON
import Measuring

/// What is asked under load.
enum LoadQueries {
  /// The queries that were given, in an order that mixes their types; else drawn ones.
  static func texts(
    _ given: [String], file: String?, searcher: Searcher?
  ) throws -> [String] {
    var texts = given
    if let file { texts += try PeerQuery.read(file).map(\.text) }
    if texts.isEmpty, let searcher { texts = try drawn(searcher.reader) }
    var random = FixedRandom(seed: 6)
    for place in texts.indices.dropFirst() {
      texts.swapAt(place, random.below(place + 1))
    }
    return texts
  }

  /// 256 queries of one or two terms: of 4,096 terms spread over the dictionary of the first text field the 512 that
  /// most documents have.
  private static func drawn(_ reader: IndexReader) throws -> [String] {
    guard let field = reader.schema.fields.first(where: { $0.type == .text && $0.indexed }),
      let terms = DictionaryProbe(reader, field: field.name), terms.count > 0
    else { throw Fault("the index has no terms to draw queries from; give --query or --queries") }
    let step = max(1, terms.count / 4_096)
    var found: [(bytes: [UInt8], documentFrequency: Int)] = []
    for ordinal in stride(from: 0, to: terms.count, by: step) {
      found.append(try terms.term(ordinal))
    }
    found.sort { $0.documentFrequency > $1.documentFrequency }
    let words = found.prefix(512).map { String(decoding: $0.bytes, as: UTF8.self) }
    return words.indices.filter { $0 % 2 == 0 }.map { place in
      place % 4 == 0 && place + 1 < words.count
        ? "\(words[place]) \(words[place + 1])" : words[place]
    }
  }

  /// The request as it goes over the socket.
  static func bytes(of request: SearchRequest, index: String) -> [UInt8] {
    var body = JSONWriter()
    body.object { body in
      body.field("query", request.query)
      body.field("limit", request.limit)
      body.field("total", request.total.rawValue)
      // Under load requests wait; none is to be cut short.
      body.field("timeout_ms", 60_000)
    }
    let head =
      "POST /v1/indexes/\(index)/search HTTP/1.1\r\nHost: martlet\r\n"
      + "Content-Type: application/json\r\nContent-Length: \(body.bytes.count)\r\n\r\n"
    return Array(head.utf8) + body.bytes
  }

  /// CPU nanoseconds of each search by the engine alone, stored fields included: the mean of some.
  static func engineNanoseconds(
    _ requests: [SearchRequest], _ searcher: Searcher
  ) throws -> [Double] {
    let rounds = 6
    var sums = [UInt64](repeating: 0, count: requests.count)
    // The first round warms the caches.
    for round in 0...rounds {
      for (place, request) in requests.enumerated() {
        let start = Clock.thread()
        _ = try searcher.search(request)
        if round > 0 { sums[place] += Clock.thread() - start }
      }
    }
    return sums.map { Double($0) / Double(rounds) }
  }
}

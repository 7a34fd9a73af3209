// The order of documents, by their terms alone.

import Glibc
import Testing

@testable import InvertedIndex

@Suite struct BisectionTests {
  private static func index(_ documents: [[UInt16]], terms: Int) -> ForwardIndex {
    let index = ForwardIndex(documentCount: documents.count)
    for (document, terms) in documents.enumerated() {
      for _ in terms { index.count(UInt32(document)) }
    }
    index.endCounting(termCount: terms)
    // Term by term, as postings come.
    var lists = [[UInt32]](repeating: [], count: terms)
    for (document, terms) in documents.enumerated() {
      for term in terms { lists[Int(term)].append(UInt32(document)) }
    }
    for (term, list) in lists.enumerated() {
      for document in list { index.add(UInt16(term), to: document) }
    }
    return index
  }

  /// Documents of a few topics, each with terms of its own beside those of all, one topic after the other by chance.
  private static func topics(
    _ count: Int, _ random: inout SplitMix
  ) -> (documents: [[UInt16]], topics: [Int]) {
    var documents: [[UInt16]] = []
    var topics: [Int] = []
    for _ in 0..<count {
      let topic = random.below(8)
      var terms: Set<UInt16> = []
      for _ in 0..<12 {
        terms.insert(
          UInt16(random.chance(80) ? 40 + topic * 30 + random.below(30) : random.below(40)))
      }
      documents.append(terms.sorted())
      topics.append(topic)
    }
    return (documents, topics)
  }

  private static let terms = 280

  /// Bits of the gaps in the lists of all terms.
  private static func bits(_ documents: [[UInt16]], in order: [UInt32]) -> Double {
    var last = [Int](repeating: -1, count: terms)
    var bits = 0.0
    for (place, document) in order.enumerated() {
      for term in documents[Int(document)] {
        bits += log2(Double(place - last[Int(term)]))
        last[Int(term)] = place
      }
    }
    return bits
  }

  @Test(arguments: [0, 1, 2, 31, 32, 33, 65, 1_000, 1_023, 9_001])
  func everyDocumentHasOnePlaceWhateverTheThreads(_ count: Int) {
    var random = SplitMix(UInt64(count))
    let documents = Self.topics(count, &random).documents
    let index = Self.index(documents, terms: Self.terms)
    let order = Bisection.order(index, threads: 1)
    #expect(order.sorted() == (0..<UInt32(count)).map { $0 })
    for threads in [2, 3, 16] {
      #expect(Bisection.order(index, threads: threads) == order, "\(threads) threads")
    }
    // Too little memory for several.
    #expect(Bisection.order(index, threads: 4, memory: 0) == order)
  }

  @Test func topicsThatAreMingledComeOutTogether() {
    var random = SplitMix(5)
    let (documents, topics) = Self.topics(6_000, &random)
    let order = Bisection.order(Self.index(documents, terms: Self.terms), threads: 2)
    let changes = (1..<order.count).count {
      topics[Int(order[$0])] != topics[Int(order[$0 - 1])]
    }
    // At random seven of eight neighbours differ, 5,250. Topics are no powers of two of documents, so that halves cut them.
    #expect(changes < 250, "\(changes)")
    let identity = (0..<UInt32(documents.count)).map { $0 }
    #expect(Self.bits(documents, in: order) < 0.8 * Self.bits(documents, in: identity))
  }

  @Test func documentsWithoutTermsAndEqualOnes() {
    for terms: [UInt16] in [[], [0], [0, 1, 2, 3]] {
      let index = Self.index(Array(repeating: terms, count: 500), terms: 4)
      #expect(Bisection.order(index, threads: 2).sorted() == (0..<500).map { $0 })
    }
  }

  @Test func whatIsDoneIsToldUpToTheEnd() {
    var random = SplitMix(8)
    let index = Self.index(Self.topics(3_000, &random).documents, terms: Self.terms)
    var told: [Double] = []
    _ = Bisection.order(index, threads: 1) { told.append($0) }
    #expect(told == told.sorted())
    #expect(told.count > 8)
    #expect(told.last ?? 0 > 0.8)
  }
}

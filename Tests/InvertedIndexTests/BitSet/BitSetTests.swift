import Testing

@testable import InvertedIndex

@Suite("Bit sets")
struct BitSetTests {
  @Test("agree with a set of integers", arguments: [0, 1, 63, 64, 65, 127, 128, 129, 1_000])
  func againstSets(count: Int) {
    var random = FormatRandom(state: UInt64(count))
    var first = BitSet(count: count)
    var second = BitSet(count: count)
    var firstSet = Set<Int>()
    var secondSet = Set<Int>()
    for document in 0..<count {
      if Bool.random(using: &random) {
        first.insert(document)
        firstSet.insert(document)
      }
      if Bool.random(using: &random) {
        second.insert(document)
        secondSet.insert(document)
      }
    }
    func members(_ set: BitSet) -> [Int] {
      var result: [Int] = []
      set.visit { result.append($0) }
      return result
    }
    #expect(members(first) == firstSet.sorted())
    #expect(first.population == firstSet.count)
    #expect(first.isEmpty == firstSet.isEmpty)
    var both = first
    both.formIntersection(second)
    #expect(members(both) == firstSet.intersection(secondSet).sorted())
    both = first
    both.formUnion(second)
    #expect(members(both) == firstSet.union(secondSet).sorted())
    both = first
    both.subtract(second)
    #expect(members(both) == firstSet.subtracting(secondSet).sorted())
    both.complement()
    #expect(both.population == count - firstSet.subtracting(secondSet).count)
    for document in 0...count {
      #expect(first.next(from: document) == firstSet.filter { $0 >= document }.min())
    }
  }

  @Test("ranges are inserted whole")
  func ranges() {
    for (low, high) in [
      (0, 0), (0, 64), (3, 3), (3, 60), (60, 70), (1, 200), (64, 128), (199, 200),
    ] {
      var set = BitSet(count: 200)
      set.insert(low..<high)
      #expect((0..<200).filter { set[$0] } == Array(low..<high))
    }
  }
}
